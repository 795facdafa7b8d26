package rules

import (
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"guard/rules/value"
)

// expandBraces writes out the alternatives of a glob: a{b,c} is ab and ac. A
// glob that would give more than 256 stays as it is, for doublestar to read.
func expandBraces(glob string) []string {
	out := []string{""}
	rest := glob
	for {
		i := strings.IndexByte(rest, '{')
		if i < 0 {
			break
		}
		end, alts := alternatives(rest[i:])
		if end < 0 {
			break
		}
		var next []string
		for _, a := range alts {
			for _, e := range expandBraces(a) {
				for _, o := range out {
					next = append(next, o+rest[:i]+e)
				}
			}
		}
		if len(next) > 256 {
			return []string{glob}
		}
		out, rest = next, rest[i+end:]
	}
	for k := range out {
		out[k] += rest
	}
	return out
}

// alternatives splits "{a,b{c,d}}…"; end is the length of the braces, or -1.
func alternatives(s string) (end int, alts []string) {
	depth, start := 0, 1
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case ',':
			if depth == 1 {
				alts, start = append(alts, s[start:i]), i+1
			}
		case '}':
			if depth--; depth == 0 {
				return i + 1, append(alts, s[start:i])
			}
		}
	}
	return -1, nil
}

// matchGlob compares t with a path glob without braces: * and ? stop at a slash,
// ** does not.
func matchGlob(glob string, t value.Text) Match {
	if t.Known() {
		return matchKnown(glob, string(t))
	}
	if strings.Contains(string(t), string(value.Maybe)) {
		t = t.Occurring()
		return min(matchGlob(glob, t), Maybe)
	}
	if !suffixPossible(glob, string(t)) {
		return No
	}
	return matchParts(glob, t, true)
}

// matchKnown is matchGlob for a text that is known. Most globs differ from it in
// their first bytes, or in their last.
func matchKnown(glob, text string) Match {
	if tail, ok := strings.CutPrefix(glob, "**/"); ok && tail != "" && strings.IndexByte(tail, '/') < 0 {
		glob, text = tail, text[strings.LastIndexByte(text, '/')+1:] // a name, wherever it is
	}
	for i := 0; ; i++ {
		switch {
		case i == len(glob):
			if i == len(text) {
				return Yes
			}
			return No
		case strings.IndexByte(wildcards, glob[i]) >= 0 || glob[i] == '{':
			if !suffixPossible(glob[i:], text) {
				return No
			}
		case i < len(text) && glob[i] == text[i]:
			continue
		case i == len(text) && glob[i] == '/': // what follows may stand for nothing
		default:
			return No
		}
		break
	}
	if ok, err := doublestar.Match(glob, text); err != nil || ok {
		return Yes // a malformed glob was refused at load; the strict side here
	}
	return No
}

// matchLoose compares t with a glob in which * also crosses slashes: names,
// statements, hosts.
func matchLoose(glob string, t value.Text) Match {
	if strings.Contains(string(t), string(value.Maybe)) {
		t = t.Occurring()
		return min(matchLoose(glob, t), Maybe)
	}
	if t.Known() && !strings.ContainsAny(glob, "*?[{\\") {
		if glob == string(t) {
			return Yes
		}
		return No
	}
	best := No
	for _, g := range expandBraces(glob) {
		best = best.or(matchParts(g, t, false))
	}
	return best
}

// suffixPossible is a cheap test: the literal end of glob must be able to end t.
func suffixPossible(glob, t string) bool {
	i := strings.LastIndexAny(glob, "*?[]{}\\/")
	lit := glob[i+1:]
	if lit == "" {
		return true
	}
	if j := strings.LastIndexByte(t, 0); j >= 0 {
		t = t[j+2:]
		if len(t) < len(lit) {
			return strings.HasSuffix(lit, t)
		}
	}
	return strings.HasSuffix(t, lit)
}

// matchParts runs glob against a text with unknown parts. The answer is Yes only
// if every string that t may be matches; Maybe if some may.
func matchParts(glob string, t value.Text, slash bool) Match {
	if whole, ok := strings.CutSuffix(glob, "**/"); ok && slash { // matches what /** matches, or less
		return min(matchParts(whole+"**", t, slash), Maybe)
	}
	m := partMatcher{glob: glob, text: string(t), slash: slash}
	if n := (len(glob) + 1) * (len(t) + 1); n <= maxMemo {
		m.table = make([]Match, n)
	} else {
		m.memo = map[[2]int]Match{}
	}
	return m.match(0, 0)
}

// maxMemo is the size up to which a matcher keeps its answers in a table.
const maxMemo = 16 << 10

type partMatcher struct {
	glob, text string
	slash      bool
	table      []Match // the answer and one, by position; nil where that is too large
	memo       map[[2]int]Match
}

func (m *partMatcher) match(g, t int) Match {
	if m.table == nil {
		key := [2]int{g, t}
		if r, ok := m.memo[key]; ok {
			return r
		}
		m.memo[key] = No
		r := m.step(g, t)
		m.memo[key] = r
		return r
	}
	at := &m.table[g*(len(m.text)+1)+t]
	if *at != 0 {
		return *at - 1
	}
	*at = No + 1
	r := m.step(g, t)
	*at = r + 1
	return r
}

func (m *partMatcher) step(g, t int) Match {
	if t < len(m.text) && m.text[t] == 0 && t+1 < len(m.text) {
		return m.gap(g, t)
	}
	if g == len(m.glob) {
		if t == len(m.text) {
			return Yes
		}
		return No
	}
	switch c := m.glob[g]; {
	case c == '*':
		return m.star(g, t)
	case t == len(m.text):
		if rest := m.glob[g:]; rest == "/**" || rest == "/**/" {
			return Yes
		}
		return No
	case c == '/' && strings.HasPrefix(m.glob[g:], "/**/") && m.slash:
		return m.literal(g, t).or(m.match(g+3, t)) // the ** may stand for nothing
	default:
		return m.literal(g, t)
	}
}

// literal matches one character, ? or class.
func (m *partMatcher) literal(g, t int) Match {
	if t == len(m.text) {
		return No
	}
	n, ok := one(m.glob[g:], m.text[t], m.slash)
	if !ok {
		return No
	}
	return m.match(g+n, t+1)
}

// star matches * and **.
func (m *partMatcher) star(g, t int) Match {
	n := 1
	for g+n < len(m.glob) && m.glob[g+n] == '*' {
		n++
	}
	deep := n > 1 || !m.slash
	if deep && m.slash && g == 0 && strings.HasPrefix(m.glob[n:], "/") {
		if r := m.match(n+1, t); r == Yes { // leading **/ may stand for nothing
			return Yes
		}
	}
	best := No
	for i := t; ; i++ {
		best = best.or(m.match(g+n, i))
		if best == Yes || i >= len(m.text) {
			return best
		}
		if m.text[i] == 0 {
			return best.or(m.starGap(g, n, i, deep))
		}
		if !deep && m.text[i] == '/' {
			return best
		}
	}
}

// starGap lets a star swallow the unknown part at i.
func (m *partMatcher) starGap(g, n, i int, deep bool) Match {
	k := value.Text(m.text[i : i+2])
	after := m.match(g, i+2) // the star goes on behind it
	if k == value.Name || k == value.Digits || k == value.Star || deep {
		return after
	}
	return after.and(Maybe) // it may hold a slash, which * does not match
}

// gap lets the unknown part at t stand for any part of the glob.
func (m *partMatcher) gap(g, t int) Match {
	if g < len(m.glob) && m.glob[g] == '*' {
		if r := m.star(g, t); r == Yes {
			return Yes
		}
	}
	k := value.Text(m.text[t : t+2])
	// Some string of the kind may match what the glob wants here: try every
	// length of glob that it could swallow.
	min := 0
	if k == value.Name || k == value.Digits {
		min = 1
	}
	swallowed := 0
	for i := g; i <= len(m.glob); {
		if swallowed >= min && m.match(i, t+2) != No {
			return Maybe
		}
		if i == len(m.glob) {
			break
		}
		n := tokenLen(m.glob[i:])
		if !gapTakes(k, m.glob[i:i+n], swallowed) {
			break
		}
		swallowed++
		i += n
	}
	return No
}

// gapTakes reports whether an unknown part of kind k may hold what one token of
// a glob matches; pos counts the tokens taken before.
func gapTakes(k value.Text, token string, pos int) bool {
	c := token[0]
	wild := c == '*' || c == '?' || c == '['
	if c == '\\' && len(token) > 1 {
		c = token[1]
	}
	switch k {
	case value.Digits:
		return wild || c >= '0' && c <= '9'
	case value.Name:
		return c != '/' && c != ':' && c != ' ' && (pos > 0 || c != '.' && c != '-')
	case value.Star:
		return c != '/'
	case value.Below:
		return c != '/' || pos > 0
	}
	return true
}

// tokenLen is the length of the first token of a glob.
func tokenLen(g string) int {
	switch g[0] {
	case '\\':
		if len(g) > 1 {
			return 2
		}
	case '[':
		if i := classEnd(g); i > 0 {
			return i
		}
	case '*':
		n := 1
		for n < len(g) && g[n] == '*' {
			n++
		}
		return n
	}
	return 1
}

// classEnd returns the length of a bracket class, or 0.
func classEnd(g string) int {
	for i := 2; i < len(g); i++ {
		if g[i] == ']' {
			return i + 1
		}
	}
	return 0
}

// one matches a single character against the first token of g and returns the
// token's length.
func one(g string, c byte, slash bool) (int, bool) {
	n := tokenLen(g)
	switch {
	case g[0] == '?':
		return 1, !slash || c != '/'
	case g[0] == '[' && n > 1:
		return n, inClass(g[1:n-1], c) && (!slash || c != '/')
	case g[0] == '\\' && n == 2:
		return 2, g[1] == c
	}
	return 1, g[0] == c
}

func inClass(set string, c byte) bool {
	not := set != "" && (set[0] == '!' || set[0] == '^')
	if not {
		set = set[1:]
	}
	in := false
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' {
			in = in || set[i] <= c && c <= set[i+2]
			i += 2
			continue
		}
		in = in || set[i] == c
	}
	return in != not
}

// ExpandBraces writes out the alternatives of a path glob.
func ExpandBraces(glob string) []string { return expandBraces(glob) }
