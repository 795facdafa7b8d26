// Package starter holds the policies to begin with: laptop, ci, production and
// locked-down. Each is a whole policy file with comments, meant to be changed.
package starter

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed *.toml
var sources embed.FS

// Policy is one starter policy.
type Policy struct {
	Name string
	For  string // whom it suits
}

// All returns the starter policies; the first is the one for who names none.
func All() []Policy {
	return []Policy{
		{"laptop", "a developer's own machine: the built-in rules enforced, and examples of your own"},
		{"ci", "a container without a person at hand, often as root: the run-time layer at full, nothing published"},
		{"production", "a machine from which production can be reached: its targets are named, and refused"},
		{"locked-down", "an agent that may only look, edit, commit and test: what no rule allows is refused"},
	}
}

// Names returns the names of the starter policies.
func Names() []string {
	var out []string
	for _, p := range All() {
		out = append(out, p.Name)
	}
	return out
}

// Text returns the file of a starter policy. The error of an unknown name lists
// the names there are.
func Text(name string) ([]byte, error) {
	for _, n := range Names() {
		if n == name {
			return sources.ReadFile(name + ".toml")
		}
	}
	return nil, fmt.Errorf("no starter policy is called %q: there are %s", name, strings.Join(Names(), ", "))
}

// levelLines is where a starter policy states the level of the run-time layer, or
// shows in comments how to.
var levelLines = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^(# )?\[runtime\]\n(?:# )?level = "\w+"$`) })

// StatesLevel reports whether a starter policy states a level of the run-time layer.
func StatesLevel(text []byte) bool {
	m := levelLines().FindSubmatch(text)
	return m != nil && len(m[1]) == 0
}

// WithLevel states a level of the run-time layer in a starter policy.
func WithLevel(text []byte, level string) []byte {
	table := "[runtime]\nlevel = \"" + level + "\""
	if at := levelLines().FindIndex(text); at != nil {
		return slices.Concat(text[:at[0]], []byte(table), text[at[1]:])
	}
	return slices.Concat(text, []byte("\n"+table+"\n"))
}
