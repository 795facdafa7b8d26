package programs_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guard/rules/programs"
	"guard/rules/programs/tablegen"
	"guard/rules/value"
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

// TestUnlisted holds that what a policy's own entry does not speak of is unknown,
// unless it says otherwise or is like another program.
func TestUnlisted(t *testing.T) {
	entries, err := programs.Decode(`
[[program]]
name = "part"
opt = { "-c|--config" = "load" }
flags = "-q"
[[program.sub]]
name = "push"
[[program.sub]]
name = "pull"
args = "value write"
[[program]]
name = "whole"
args = "value..."
[[program]]
name = "other"
like = "cat"
`)
	if err != nil {
		t.Fatal(err)
	}
	specs, err := programs.Compile(entries, programs.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	table := programs.Builtin().With(specs)
	for _, test := range []struct {
		command string
		want    string // effects of what has a value, options first
	}{
		{"part a b", "unknown unknown"},
		{"part push a", "unknown"},
		{"part pull a b", "value write"},
		{"part pull --to=x a b", "unknown value write"},
		{"part -c x --config=y", "load load"},
		{"part --file=x -qfx -q", "unknown unknown"},
		{"part other x", "unknown unknown"},
		{"whole a b", "value value"},
		{"whole --file=x a", "unknown value"},
		{"other --file=x a", " read"},
	} {
		var argv []value.Text
		for _, w := range strings.Fields(test.command) {
			argv = append(argv, value.Text(w))
		}
		p := table.Parse(argv)
		var have []string
		for _, o := range p.Opts {
			if o.Has {
				have = append(have, string(o.Effect))
			}
		}
		for _, a := range p.Args {
			have = append(have, string(a.Effect))
		}
		if got := strings.Join(have, " "); got != test.want {
			t.Errorf("%s: %q, want %q", test.command, got, test.want)
		}
		if _, quiet := p.Opt("-q"); quiet != strings.Contains(test.command, "-q") {
			t.Errorf("%s: -q given: %v", test.command, quiet)
		}
	}
}

// TestApart holds names that are one command apart from those that only have one
// description.
func TestApart(t *testing.T) {
	entries, err := programs.Decode(`
[[program]]
name = "prog"
sub = [{ name = "list ls, show", args = "read", sub = [{ name = "all, one" }] }]
`)
	if err != nil {
		t.Fatal(err)
	}
	specs, err := programs.Compile(entries, nil)
	if err != nil {
		t.Fatal(err)
	}
	table := programs.Builtin().With(specs)
	for command, want := range map[string]string{
		"prog list x": "list", "prog ls x": "list", "prog show x": "show", "prog ls all": "list all", "prog show one": "show one",
	} {
		var argv []value.Text
		for _, w := range strings.Fields(command) {
			argv = append(argv, value.Known(w))
		}
		p := table.Parse(argv)
		if got := strings.Join(p.Subs, " "); got != want {
			t.Errorf("%s: %q, want %q", command, got, want)
		}
	}
	if _, err := programs.Compile([]programs.Entry{{Name: "p", Sub: []programs.Entry{{Name: "a, b a"}}}}, nil); err == nil {
		t.Error("one name described twice is accepted")
	}
}
