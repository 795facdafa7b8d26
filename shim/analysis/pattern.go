package analysis

import (
	"strings"

	"guard/rules"
	"guard/rules/value"
)

// matchPattern compares a shell pattern (extended forms included) with a text of
// which parts may be unknown, on either side.
func matchPattern(pat string, t value.Text, fold bool) rules.Match {
	s := string(t)
	if fold {
		pat, s = strings.ToLower(pat), strings.ToLower(s)
	}
	if !strings.ContainsAny(pat, "*?[\\(\x00") {
		switch {
		case pat == s && t.Known():
			return rules.Yes
		case t.Known():
			return rules.No
		}
	}
	m := shellMatcher{steps: 20_000}
	return m.match(pat, s)
}

// shellMatcher matches by backtracking, with a bound on its steps.
type shellMatcher struct{ steps int }

func (m *shellMatcher) match(p, s string) rules.Match {
	if m.steps--; m.steps < 0 {
		return rules.Maybe
	}
	for {
		switch {
		case p == "" && s == "":
			return rules.Yes
		case p != "" && p[0] == 0, s != "" && s[0] == 0:
			return m.gap(p, s)
		case p == "":
			return rules.No
		}
		if len(p) > 1 && p[1] == '(' && strings.IndexByte("?*+@!", p[0]) >= 0 {
			if end := closing(p[1:]); end > 0 {
				return m.ext(p[0], p[2:end], p[end+1:], s)
			}
		}
		switch p[0] {
		case '*':
			for p != "" && p[0] == '*' && !(len(p) > 1 && p[1] == '(') {
				p = p[1:]
			}
			return m.star(p, s)
		case '?':
			if s == "" {
				return rules.No
			}
			p, s = p[1:], s[runeLen(s):]
		case '[':
			in, n := bracket(p, s)
			if n == 0 { // no class after all
				if s == "" || s[0] != '[' {
					return rules.No
				}
				p, s = p[1:], s[1:]
				continue
			}
			if !in {
				return rules.No
			}
			p, s = p[n:], s[runeLen(s):]
		case '\\':
			if len(p) > 1 {
				p = p[1:]
			}
			fallthrough
		default:
			if s == "" || s[0] != p[0] {
				return rules.No
			}
			p, s = p[1:], s[1:]
		}
	}
}

// gap handles an unknown part on either side: it may match, or not.
func (m *shellMatcher) gap(p, s string) rules.Match {
	if s != "" && s[0] == 0 && p == "*" {
		return rules.Yes
	}
	if p != "" && p[0] == 0 {
		p = "*" + p[2:]
	}
	if s != "" && s[0] == 0 {
		// The unknown text may end before any position of the pattern.
		for i := 0; i <= len(p); i++ {
			if m.match(p[i:], s[2:]) != rules.No {
				return rules.Maybe
			}
		}
		return rules.No
	}
	if m.match(p, s) != rules.No {
		return rules.Maybe
	}
	return rules.No
}

func (m *shellMatcher) star(p, s string) rules.Match {
	if p == "" {
		return rules.Yes
	}
	best := rules.No
	for i := 0; i <= len(s); i++ {
		if m.steps < 0 {
			return rules.Maybe
		}
		if r := m.match(p, s[i:]); r > best {
			if best = r; best == rules.Yes {
				return best
			}
		}
		if i < len(s) && s[i] == 0 {
			i++
		}
	}
	return best
}

// ext matches ?(a|b), *(…), +(…), @(…) and !(…) before rest.
func (m *shellMatcher) ext(op byte, alts, rest, s string) rules.Match {
	if m.steps--; m.steps < 0 {
		return rules.Maybe
	}
	best := rules.No
	list := splitAlts(alts)
	if op == '?' || op == '*' {
		best = m.match(rest, s)
	}
	for i := 0; i <= len(s) && best != rules.Yes; i++ {
		if m.steps < 0 {
			return rules.Maybe
		}
		head := rules.No
		for _, a := range list {
			head = max(head, m.match(a, s[:i]))
		}
		var r rules.Match
		switch op {
		case '!':
			if head != rules.Yes {
				r = m.match(rest, s[i:])
				if head == rules.Maybe {
					r = min(r, rules.Maybe)
				}
			}
		case '*', '+':
			if head != rules.No && i > 0 {
				r = min(head, max(m.match(rest, s[i:]), m.ext('*', alts, rest, s[i:])))
			} else if head != rules.No {
				r = min(head, m.match(rest, s))
			}
		default:
			if head != rules.No {
				r = min(head, m.match(rest, s[i:]))
			}
		}
		best = max(best, r)
	}
	return best
}

// closing returns the index in "(…)…" of the closing parenthesis, plus one, or 0.
func closing(p string) int {
	depth := 0
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

func splitAlts(s string) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				out = append(out, s[start:i])
				start = i + 1
			}
		}
	}
	return append(out, s[start:])
}

// bracket matches a class at the start of p against the first character of s.
// n is the length of the class, 0 if p starts none.
func bracket(p, s string) (in bool, n int) {
	i := 1
	not := i < len(p) && (p[i] == '!' || p[i] == '^')
	if not {
		i++
	}
	var c rune
	if s != "" {
		for _, r := range s {
			c = r
			break
		}
	}
	first := true
	for i < len(p) && (p[i] != ']' || first) {
		first = false
		if strings.HasPrefix(p[i:], "[:") {
			if end := strings.Index(p[i:], ":]"); end > 0 {
				in = in || s != "" && posixClass(p[i+2:i+end], c)
				i += end + 2
				continue
			}
		}
		lo, w := classRune(p[i:])
		i += w
		hi := lo
		if i+1 < len(p) && p[i] == '-' && p[i+1] != ']' {
			hi, w = classRune(p[i+1:])
			i += 1 + w
		}
		in = in || s != "" && lo <= c && c <= hi
	}
	if i >= len(p) {
		return false, 0
	}
	if s == "" {
		return false, i + 1
	}
	return in != not, i + 1
}

func classRune(p string) (rune, int) {
	w := 0
	if p[0] == '\\' && len(p) > 1 {
		w = 1
	}
	for _, r := range p[w:] {
		return r, w + runeLen(p[w:])
	}
	return 0, 1
}

func runeLen(s string) int {
	n := 1
	for n < len(s) && n < 4 && s[0] >= 0xC0 && s[n]&0xC0 == 0x80 {
		n++
	}
	return n
}

func posixClass(name string, c rune) bool {
	switch name {
	case "alpha":
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	case "digit":
		return c >= '0' && c <= '9'
	case "alnum":
		return posixClass("alpha", c) || posixClass("digit", c)
	case "upper":
		return c >= 'A' && c <= 'Z'
	case "lower":
		return c >= 'a' && c <= 'z'
	case "space":
		return c == ' ' || c >= 9 && c <= 13
	case "blank":
		return c == ' ' || c == '\t'
	case "punct":
		return c > 32 && c < 127 && !posixClass("alnum", c)
	case "print":
		return c >= 32 && c < 127
	case "graph":
		return c > 32 && c < 127
	case "cntrl":
		return c < 32 || c == 127
	case "xdigit":
		return posixClass("digit", c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
	case "word":
		return c == '_' || posixClass("alnum", c)
	}
	return false
}
