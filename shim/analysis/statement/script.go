package statement

import "strings"

// script is the reading of one text and of the strings that run inside it.
type script struct {
	*result
	prepared map[string]bool
	depth    int
	hidden   bool // something stands where it could hide a statement
}

// push adds a statement.
func (s *script) push(st Statement) {
	if len(s.stmts) >= maxStatements {
		s.fail(ErrMany)
		return
	}
	s.stmts = append(s.stmts, st)
}

// place says where a text lies in the input: byte for byte from base on, or
// somewhere in [from, to).
type place struct {
	base, from, to int
	exact          bool
}

// span returns where a part of the text lies in the input.
func (p place) span(from, to int) (int, int) {
	if p.exact {
		return p.base + from, p.base + to
	}
	return p.from, p.to
}

// read reads a text. With block set it is the body of a block in a procedural
// language, of which only the statements count.
func (s *script) read(src string, t traits, pl place, block bool) {
	if s.depth >= maxDepth {
		s.fail(ErrDeep)
		return
	}
	s.depth++
	defer func() { s.depth-- }()
	l := &lexer{script: s, t: t, src: src}
	l.lex()
	l.end(0)
	m := newMatcher(l, pl)
	m.block = block
	for lo := 0; lo < len(l.toks) && s.stmtsLeft(); {
		hi := lo
		for l.toks[hi].kind != tEnd {
			hi++
		}
		if t.routine && m.routine(lo, hi) {
			hi = m.routineEnd(lo)
		}
		m.unit(lo, hi)
		lo = hi + 1
	}
}

// stmtsLeft reports whether statements may still be added.
func (s *script) stmtsLeft() bool { return len(s.stmts) < maxStatements || s.fails(ErrMany) }

func (s *script) fails(err error) bool {
	s.fail(err)
	return false
}

// matcher reads the tokens of one text.
type matcher struct {
	*lexer
	pl    place
	match []int32 // of "(", the index of its ")"; else 0
	gaps  []int32 // number of unquoted unknown parts before each token
	level int     // of statements inside parentheses
	block bool
}

// newMatcher pairs the parentheses of l's tokens, within each statement.
func newMatcher(l *lexer, pl place) *matcher {
	m := &matcher{lexer: l, pl: pl, match: make([]int32, len(l.toks)), gaps: make([]int32, len(l.toks)+1)}
	var stack []int
	for i := range l.toks {
		tok := &l.toks[i]
		m.gaps[i+1] = m.gaps[i]
		if tok.open {
			m.gaps[i+1]++
		}
		switch {
		case tok.kind == tEnd:
			for _, j := range stack {
				m.match[j] = int32(i)
			}
			stack = stack[:0]
		case tok.kind == tOp && tok.text == "(":
			stack = append(stack, i)
		case tok.kind == tOp && tok.text == ")" && len(stack) > 0:
			m.match[stack[len(stack)-1]] = int32(i)
			stack = stack[:len(stack)-1]
		case tok.kind == tWord && tok.text == "STANDARD_CONFORMING_STRINGS" && !m.word(i+2, "ON") &&
			!m.word(i+2, "TRUE") && !(i+2 < len(l.toks) && l.toks[i+2].text == "on"):
			m.hidden = true
		}
	}
	return m
}

// next returns the index after token i, or after the group that it opens.
func (m *matcher) next(i int) int {
	if m.match[i] != 0 {
		return int(m.match[i]) + 1
	}
	return i + 1
}

// word reports whether token i is one of the words.
func (m *matcher) word(i int, words ...string) bool {
	if i < 0 || i >= len(m.toks) || m.toks[i].kind != tWord {
		return false
	}
	for _, w := range words {
		if m.toks[i].text == w {
			return true
		}
	}
	return false
}

// is reports whether token i is the operator op.
func (m *matcher) is(i int, op string) bool {
	return i >= 0 && i < len(m.toks) && m.toks[i].kind == tOp && m.toks[i].text == op
}

// str reports whether token i is a string.
func (m *matcher) str(i int) bool {
	return i >= 0 && i < len(m.toks) && m.toks[i].kind == tString
}

// find returns the first of the words at the own level of [lo, hi), or -1.
func (m *matcher) find(lo, hi int, words ...string) int {
	for i := lo; i < hi; i = m.next(i) {
		if m.word(i, words...) {
			return i
		}
	}
	return -1
}

// open reports whether an unknown part in [lo, hi) could be any text.
func (m *matcher) open(lo, hi int) bool { return lo < hi && m.gaps[hi] > m.gaps[lo] }

// span returns where the tokens [lo, hi) lie in the input.
func (m *matcher) span(lo, hi int) (int, int) {
	return m.pl.span(m.toks[lo].from, m.toks[max(lo, hi-1)].to)
}

// routine reports whether [lo, hi) opens CREATE FUNCTION or another statement
// with a body that does not run now.
func (m *matcher) routine(lo, hi int) bool {
	if !m.word(lo, "CREATE", "ALTER") {
		return false
	}
	for i := lo + 1; i < min(hi, lo+8) && m.toks[i].kind == tWord; i++ {
		switch m.toks[i].text {
		case "FUNCTION", "PROCEDURE", "PROC":
			return true
		case "TRIGGER", "EVENT", "PACKAGE", "TASK", "RULE", "ALERT":
			return !m.t.parens || m.toks[i].text == "RULE"
		case "TABLE", "VIEW", "INDEX", "DATABASE", "SCHEMA", "USER", "ROLE", "TYPE":
			return false
		}
	}
	return false
}

// routineEnd returns the index of the token that ends the routine at lo, whose
// body may hold separators of its own.
func (m *matcher) routineEnd(lo int) int {
	level := 0
	for i := lo; i < len(m.toks); i++ {
		switch {
		case m.toks[i].kind == tEnd:
			switch m.t.client {
			case clientSqlplus:
				if m.toks[i].text == "/" {
					return i
				}
			case clientSqlcmd:
				if strings.HasPrefix(strings.ToUpper(m.toks[i].text), "GO") {
					return i
				}
			default:
				if level == 0 {
					return i
				}
			}
		case m.word(i, "BEGIN"), level > 0 && m.word(i, "CASE") && !m.word(i-1, "END"):
			level++
		case level > 0 && m.word(i, "END") && !m.word(i+1, "IF", "LOOP", "WHILE", "REPEAT", "FOR"):
			level--
		}
	}
	if level > 0 {
		m.hidden = true
	}
	return len(m.toks) - 1
}
