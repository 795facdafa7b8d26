package analysis

import (
	"strings"

	"guard/rules"
	"guard/rules/value"
)

// maxSuffixes bounds the lines at which a script on the standard input may go on
// after a command has read some of it.
const maxSuffixes = 200

// Reads reports whether a command of a script on the standard input may read some of it.
func (a *Analyzer) Reads(src Source) bool {
	var out []rules.Action
	it := a.interp(src, &out)
	it.readsInput = new(bool)
	if p := it.parse(src.Text); p != nil {
		it.stmts(p.Stmts)
	}
	return *it.readsInput
}

// Suffixes judges a script on the standard input where a command in it may read
// lines of the script itself: the shell then goes on at a later line, and what
// stood in a here-document may be commands. Every line at which it may go on is
// judged.
func (a *Analyzer) Suffixes(src Source) []rules.Action {
	var out []rules.Action
	it := a.interp(src, &out)
	it.readsInput = new(bool)
	p := it.parse(src.Text)
	if p == nil {
		return nil
	}
	it.stmts(p.Stmts)
	if !*it.readsInput {
		return nil
	}
	out = nil
	lines := strings.SplitAfter(src.Text, "\n")
	if len(lines) > maxSuffixes {
		return []rules.Action{{Op: rules.Exec, Argv: []value.Text{value.Any}, Why: "a command may read the script's own input", Span: [2]int{0, len(src.Text)}}}
	}
	at := 0
	for i, l := range lines {
		at += len(l)
		if i == len(lines)-1 || strings.TrimSpace(src.Text[at:]) == "" {
			break
		}
		rest := src
		rest.Text, rest.Stdin = src.Text[at:], false
		res := a.Analyze(rest)
		for _, x := range res.Actions {
			x.Span[0] += at
			x.Span[1] += at
			out = append(out, x)
		}
	}
	return out
}
