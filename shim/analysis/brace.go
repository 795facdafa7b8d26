package analysis

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// expandBraces writes out the brace expansions of a word that
// [syntax.SplitBraces] has cut.
func expandBraces(parts []syntax.WordPart) [][]syntax.WordPart {
	out := [][]syntax.WordPart{nil}
	for _, p := range parts {
		var alts [][]syntax.WordPart
		if b, ok := p.(*syntax.BraceExp); ok {
			if b.Sequence {
				for _, s := range sequence(b) {
					alts = append(alts, []syntax.WordPart{&syntax.Lit{Value: s, ValuePos: b.Pos(), ValueEnd: b.End()}})
				}
			} else {
				for _, e := range b.Elems {
					alts = append(alts, expandBraces(e.Parts)...)
				}
			}
		} else {
			alts = [][]syntax.WordPart{{p}}
		}
		next := make([][]syntax.WordPart, 0, len(out)*len(alts))
		for _, o := range out {
			for _, a := range alts {
				next = append(next, append(o[:len(o):len(o)], a...))
			}
		}
		out = next
	}
	return out
}

// sequence writes out {x..y..step} of numbers or letters.
func sequence(b *syntax.BraceExp) []string {
	from, to := b.Elems[0].Lit(), b.Elems[1].Lit()
	step := 1
	if len(b.Elems) > 2 {
		step = atoi(b.Elems[2].Lit())
	}
	if step < 0 {
		step = -step
	}
	step = max(step, 1)
	letters := len(from) == 1 && len(to) == 1 && !isNumber(from) && !isNumber(to)
	a, z := atoi(from), atoi(to)
	if letters {
		a, z = int(from[0]), int(to[0])
	}
	width := 0
	for _, s := range []string{from, to} {
		if t := strings.TrimPrefix(s, "-"); !letters && len(t) > 1 && t[0] == '0' {
			width = max(width, len(from), len(to))
		}
	}
	if a > z {
		step = -step
	}
	var out []string
	for i := a; (step > 0 && i <= z || step < 0 && i >= z) && len(out) <= maxWords; i += step {
		if letters {
			out = append(out, string(rune(i)))
			continue
		}
		s := itoa(int64(i))
		if n := width - len(s); n > 0 {
			neg := strings.HasPrefix(s, "-")
			s = strings.Repeat("0", n) + strings.TrimPrefix(s, "-")
			if neg {
				s = "-" + s
			}
		}
		out = append(out, s)
	}
	return out
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(strings.TrimPrefix(s, "-"), "0123456789") == "" && s != "-"
}
