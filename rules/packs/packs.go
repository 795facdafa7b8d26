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
	for _, names := range [][]string{add, drop} {
		if err := Check(names); err != nil {
			return nil, err
		}
		for _, n := range names {
			plain = plain && n == "recommended"
		}
	}
	if plain && len(drop) == 0 {
		l.Rules, l.Index = builtinRules[:recommendedRules], builtinIndex[:]
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

// Check returns an error for the first name that no pack has.
func Check(names []string) error {
	for _, n := range names {
		if n != "recommended" && n != "all" && !slices.ContainsFunc(builtinPacks[:], func(p Pack) bool { return p.Name == n }) {
			return fmt.Errorf("no pack is called %q: there are recommended, all%s", n, packNames())
		}
	}
	return nil
}

func packNames() string {
	s := ""
	for _, p := range builtinPacks {
		s += ", " + p.Name
	}
	return s
}
