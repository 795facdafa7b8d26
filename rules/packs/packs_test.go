package packs_test

import (
	"os"
	"strings"
	"testing"

	"guard/rules/packs"
	"guard/rules/packs/packgen"
	"guard/rules/programs"
	"guard/shim"
)

// TestGenerated proves the compiled packs equal to the TOML.
func TestGenerated(t *testing.T) {
	want, err := packgen.Generate(".")
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("packs_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(have) {
		t.Fatal("packs_gen.go is not what the packs give: run go generate ./rules/...")
	}
}

// TestRules runs the examples of every built-in rule, and its alternatives.
func TestRules(t *testing.T) {
	table := programs.Builtin()
	full, err := packs.Layer(table, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := packs.Sources.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Run(strings.TrimSuffix(e.Name(), ".toml"), func(t *testing.T) {
			text, err := packs.Sources.ReadFile(e.Name())
			if err != nil {
				t.Fatal(err)
			}
			layer, err := packgen.Layer(e.Name(), text)
			if err != nil {
				t.Fatal(err)
			}
			for i := range layer.Rules {
				r := &layer.Rules[i]
				if strings.HasPrefix(r.ID, "shell.") {
					continue
				}
				if len(r.Test.Hit) == 0 || len(r.Test.Miss) == 0 {
					t.Errorf("rule %s: has no examples both ways", r.ID)
				}
				if r.Instead == "" && r.Advice == "" {
					t.Errorf("rule %s: says nothing about what to do instead", r.ID)
				}
			}
			ran, failed := shim.TestRules(table, layer, full)
			for _, f := range failed {
				t.Error(f)
			}
			t.Logf("%d examples", ran)
		})
	}
}
