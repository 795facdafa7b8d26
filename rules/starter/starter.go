// Package starter holds the policies to begin with: laptop, ci, production and
// locked-down. Each is a whole policy file with comments, meant to be changed.
package starter

import (
	"embed"
	"fmt"
	"strings"
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
