package rules

import (
	"slices"
	"strings"

	"guard/rules/programs"
)

// spellSubs writes out the braces of command patterns that stand for programs
// or subcommands: "git {status,diff}" is "git status" and "git diff". Braces of
// operands stay, they are globs.
func spellSubs(pats []string, table *programs.Table) []string {
	var out []string
	for i, pat := range pats {
		all := spellSub(pat, table)
		if len(all) == 1 && out == nil {
			continue
		}
		if out == nil {
			out = append(make([]string, 0, len(pats)+len(all)), pats[:i]...)
		}
		out = append(out, all...)
	}
	if out == nil {
		return pats
	}
	return out
}

// spellSub writes one pattern out. Braces of which no alternative is a subcommand
// are an operand's.
func spellSub(pat string, table *programs.Table) []string {
	words := strings.Fields(pat)
	if len(words) == 0 {
		return []string{pat}
	}
	if alts := expandBraces(words[0]); len(alts) > 1 {
		var out []string
		for _, a := range alts {
			out = append(out, spellSub(strings.Join(append([]string{a}, words[1:]...), " "), table)...)
		}
		return out
	}
	spec := table.Lookup(words[0])
	for i := 1; i < len(words) && spec != nil && len(spec.Subs) > 0; i++ {
		w := words[i]
		if strings.HasPrefix(w, "-") {
			continue
		}
		if sub := spec.Sub(w); sub != nil {
			spec = sub
			continue
		}
		alts := expandBraces(w)
		if len(alts) < 2 || !slices.ContainsFunc(alts, func(a string) bool { return spec.Sub(a) != nil }) {
			break
		}
		var out []string
		for _, a := range alts {
			next := slices.Clone(words)
			next[i] = a
			out = append(out, spellSub(strings.Join(next, " "), table)...)
		}
		return out
	}
	return []string{pat}
}
