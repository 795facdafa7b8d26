package repo

import "strings"

// glob matches one text against one wildcard pattern as git does, byte by
// byte. It takes time in the product of the two lengths at most: a pair of
// positions that failed is not tried again.
type glob struct {
	pattern, text string
	path          bool // '*', '?' and sets do not match a slash
	fold          bool // ASCII letters match in either case
	budget        *budget
	failed        bitset // pairs of positions that do not match
	scanned       bitset // pairs of an asterisk and a position that it was tried from
	err           error  // the budget ran out: no match is no answer
}

// match reports whether pattern[p:] matches text[t:] to its end.
func (g *glob) match(p, t int) bool {
	for ; p < len(g.pattern); p, t = p+1, t+1 {
		c := g.pattern[p]
		if c == '*' {
			next, at, done, ok := g.star(p, t)
			if done {
				return ok
			}
			p, t = next, at
			continue
		}
		if t == len(g.text) {
			return false
		}
		x := g.lower(g.text[t])
		switch c {
		case '?':
			if g.path && x == '/' {
				return false
			}
			continue
		case '[':
			end, ok := g.set(p, x)
			if !ok || g.path && x == '/' {
				return false
			}
			p = end
			continue
		case '\\':
			if p++; p == len(g.pattern) {
				return false
			}
			c = g.pattern[p]
		}
		if g.lower(c) != x {
			return false
		}
	}
	return t == len(g.text)
}

// star matches from the asterisk at p. Unless done, the match goes on after
// the slashes at next and at.
func (g *glob) star(p, t int) (next, at int, done, ok bool) {
	start, slash := p, !g.path
	for p < len(g.pattern) && g.pattern[p] == '*' {
		p++
	}
	rest := g.pattern[p:]
	if g.path && p-start > 1 && (start == 0 || g.pattern[start-1] == '/') &&
		(rest == "" || rest[0] == '/' || strings.HasPrefix(rest, `\/`)) {
		if rest != "" && rest[0] == '/' && g.try(p+1, t) {
			return 0, 0, true, true
		}
		slash = true
	}
	if rest == "" {
		return 0, 0, true, slash || !strings.Contains(g.text[t:], "/")
	}
	if !slash && rest[0] == '/' {
		i := strings.IndexByte(g.text[t:], '/')
		return p, t + i, i < 0, false
	}
	for ; t < len(g.text); t++ {
		if g.scanned.add(g, start, t) { // and from all that follow
			break
		}
		if g.try(p, t) {
			return 0, 0, true, true
		}
		if !slash && g.text[t] == '/' || g.err != nil {
			break
		}
	}
	return 0, 0, true, false
}

// try is match with a memory of failures.
func (g *glob) try(p, t int) bool {
	if g.err == nil {
		g.err = g.budget.step(1)
	}
	if g.err != nil {
		return false
	}
	if c := g.pattern[p:]; c != "" && t < len(g.text) && !isSpecial(c[0]) && g.lower(c[0]) != g.lower(g.text[t]) {
		return false
	}
	// A pair is added before it is tried: a match ends everything.
	return !g.failed.add(g, p, t) && g.match(p, t)
}

// bitset is a set of pairs of a position in the pattern and one in the text.
type bitset []uint64

// add puts a pair into the set and reports whether it was there.
func (b *bitset) add(g *glob, p, t int) bool {
	if *b == nil {
		*b = make(bitset, (len(g.pattern)+1)*(len(g.text)+1)/64+1)
	}
	bit := p*(len(g.text)+1) + t
	had := (*b)[bit/64]>>(bit%64)&1 != 0
	(*b)[bit/64] |= 1 << (bit % 64)
	return had
}

func (g *glob) lower(c byte) byte {
	if g.fold && 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// isSpecial reports whether c has a meaning of its own in a pattern.
func isSpecial(c byte) bool { return c == '*' || c == '?' || c == '[' || c == '\\' }
