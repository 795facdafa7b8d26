package programs_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guard/rules/programs"
	"guard/rules/programs/tablegen"
)

// TestGenerated proves the compiled table equal to the TOML.
func TestGenerated(t *testing.T) {
	want, err := tablegen.Generate(".")
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("table.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, have) {
		t.Fatal("table.bin is not what the tables give: run go generate ./rules/...")
	}
}

// TestCompact proves that the compact form loses nothing: each program is found
// under each of its names as the TOML has it, and no other name is found.
func TestCompact(t *testing.T) {
	specs, err := tablegen.Specs(".")
	if err != nil {
		t.Fatal(err)
	}
	table := programs.Builtin()
	for i := range specs {
		for _, n := range specs[i].Names {
			have := table.Lookup(n)
			if have == nil {
				t.Fatalf("%s: not found", n)
			}
			if d := cmp.Diff(&specs[i], have); d != "" {
				t.Fatalf("%s (-TOML +compact):\n%s", n, d)
			}
		}
	}
	n := 0
	table.All(func(*programs.Spec) { n++ })
	if n != len(specs) {
		t.Errorf("All gives %d programs, want %d", n, len(specs))
	}
	for _, name := range []string{"", "\x00", "zzz-no-program", "gi", "gitt"} {
		if s := table.Lookup(name); s != nil {
			t.Errorf("Lookup(%q) = %v, want nil", name, s.Names)
		}
	}
}
