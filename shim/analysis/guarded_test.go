package analysis

import (
	"os"
	"path/filepath"
	"testing"

	"guard/rules"
	"guard/rules/programs"
	"guard/shim/analysis/dialect"
)

// TestGuarded asks whether the file have, which exists, may exist where a command
// writes it. The third column is the answer for the last write.
func TestGuarded(t *testing.T) {
	for _, row := range []struct {
		text string
		want rules.Tri
	}{
		{"cp src have", rules.True},
		{"[ -f have ] || cp src have", rules.False},
		{"test -e have || cp src have", rules.False},
		{"[[ -s have ]] || { echo; cp src have; }", rules.False},
		{"if [ ! -f have ]; then cp src have; fi", rules.False},
		{"if [[ ! -e have ]]; then cp src have; fi", rules.False},
		{"! [ -f have ] && cp src have", rules.False},
		{"if [ -f have ]; then :; else cp src have; fi", rules.False},
		{"[ -f have ] && cp src have", rules.True},
		{"if [ -f have ]; then cp src have; fi", rules.True},
		{"[ -f absent ] || cp src have", rules.True},
		{"[ -d have ] || cp src have", rules.True},
		{"[ -x have ] || cp src have", rules.True},
		{"[ -f have ] || :; cp src have", rules.True},
		{"[ -f have ] & cp src have", rules.True},
		{"[ -f have -a -x src ] || cp src have", rules.True},
		{"[ -f \"$(rm -f have; echo have)\" ] || cp src have", rules.False}, // removed before
		{"[ -f have ] 2>err || cp src have", rules.True},
		{"test() { false; }; test -f have || cp src have", rules.True},
		{"[ -f link ] || cp src link", rules.True},
		{"[ -f have ] || touch have; cp src have", rules.True},
	} {
		dir, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []string{"have", "src"} {
			if err := os.WriteFile(filepath.Join(dir, f), []byte("x\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink("nowhere", filepath.Join(dir, "link")); err != nil {
			t.Fatal(err)
		}
		w, err := NewHost(dir, []string{"PATH=/usr/bin:/bin"})
		if err != nil {
			t.Fatal(err)
		}
		a := Analyzer{World: w, Table: programs.Builtin()}
		got, found := rules.Unknown, false
		for _, x := range a.Analyze(Source{Text: row.text, Shell: dialect.Bash}).Actions {
			if x.Op == rules.Write && filepath.Base(string(x.Path)) != "err" {
				got, found = x.Exists, true
			}
		}
		if !found || got != row.want {
			t.Errorf("%s: exists %v, want %v (written: %v)", row.text, got, row.want, found)
		}
	}
}
