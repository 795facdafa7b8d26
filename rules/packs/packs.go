// Package packs holds the built-in rules: one TOML file a tool or topic,
// compiled ahead into static Go values.
package packs

import (
	"embed"
	"fmt"
	"slices"

	"guard/rules"
	"guard/rules/programs"
)

// The index of the rules has the names that the tables give programs.
//go:generate go generate guard/rules/programs
//go:generate go run guard/rules/packs/generate

// Sources holds the packs as they are written.
//
//go:embed *.toml
var Sources embed.FS

// Pack is one topic of built-in rules.
type Pack struct {
	Name        string
	Description string
	Recommended bool // in force unless a policy drops it
	from, to    int32
}

// All returns the packs in the order of their names.
func All() []Pack { return builtinPacks[:] }

// Rules returns the rules of p.
func (p Pack) Rules() []rules.Rule { return builtinRules[p.from:p.to] }

// Layer returns the built-in layer: the recommended packs and those in add,
// without those in drop. The pack self cannot be dropped. An unknown name is an
// error that lists the names there are.
func Layer(table *programs.Table, add, drop []string) (*rules.Layer, error) {
	l := &rules.Layer{Name: "builtin", Authority: rules.Builtin, Version: builtinVersion, Digest: builtinDigest}
	plain := true
	for _, n := range slices.Concat(add, drop) {
		if !known(n) {
			return nil, fmt.Errorf("no pack is called %q: there are %s", n, names())
		}
		plain = plain && n == "recommended"
	}
	if plain && len(drop) == 0 {
		l.Rules, l.Index, l.Globs = builtinRules[:recommendedRules], builtinIndex[:], &builtinGlobs
		return l, nil
	}
	for _, p := range builtinPacks {
		in := p.Recommended && !slices.Contains(drop, "recommended") || slices.Contains(add, p.Name) || slices.Contains(add, "all")
		if in && !slices.Contains(drop, p.Name) || p.Name == "self" || p.Name == "shell" {
			l.Rules = append(l.Rules, p.Rules()...)
		}
	}
	l.Index = rules.BuildIndex(l.Rules, table)
	return l, nil
}

// Check returns an error, with its line, for the first name that a policy file has
// in packs or drop and no pack has. An error is a [*rules.Error].
func Check(file string, text []byte, l *rules.Layer) error {
	for _, list := range []struct {
		key   string
		names []string
	}{{"policy.packs", l.Packs}, {"policy.drop", l.Drop}} {
		for _, n := range list.names {
			if !known(n) {
				return rules.NewError(file, text, list.key, n, "no such pack: there are "+names())
			}
		}
	}
	return nil
}

// known reports whether a name stands for packs.
func known(name string) bool {
	return name == "recommended" || name == "all" || slices.ContainsFunc(builtinPacks[:], func(p Pack) bool { return p.Name == name })
}

// names lists the names that stand for packs.
func names() string {
	s := "recommended, all"
	for _, p := range builtinPacks {
		s += ", " + p.Name
	}
	return s
}
