package analysis_test

import (
	"strings"
	"testing"

	"guard/rules"
)

// TestCommand holds what a program that is about to run with just these arguments is
// judged as: rm -r of files by name deletes files, and of all that a directory holds,
// as a pattern names it, the directory.
func TestCommand(t *testing.T) {
	j := newJudge(t)
	for _, row := range []struct {
		argv   string
		refuse bool
	}{
		{"rm -rf node_modules notes.txt", false},
		{"rm -rf src/app.py", false},
		{"rm -rf src/app.py src/util.py", true},
		{"rm -rf drafts/a.txt", true},
		{"rm -f drafts/a.txt", false},
		{"rm -rf src", true},
		{"cat .env", true},
	} {
		got := j.policy.Evaluate(j.analyzer.Command(strings.Fields(row.argv)).Actions).Decision != rules.Allow
		if got != row.refuse {
			t.Errorf("%s: refused: %v, want %v", row.argv, got, row.refuse)
		}
	}
}
