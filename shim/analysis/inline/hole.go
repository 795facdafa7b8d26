package inline

import "strings"

// hole finds an interpolation at i: the code p.src[from:to], and where the
// literal text goes on.
func (p *interp) hole(i, b int, f form) (from, to, end int, ok bool) {
	c := p.src[i]
	d := byte(0)
	if i+1 < b {
		d = p.src[i+1]
	}
	l := &lexer{lang: p.lang, s: p.src, end: b}
	closed := func(at int) (int, int, int, bool) {
		n := l.skipCode(at, '}')
		if n < 0 {
			p.rec.fail("unterminated interpolation")
			return at, b, b, true
		}
		return at, n, n + 1, true
	}
	switch {
	case f == fFmt || f == fRawFmt:
		if c == '{' && d != '{' {
			return closed(i + 1)
		}
	case (c == '$' && (p.lang == Node || p.lang == Java) || c == '#' && (p.lang == Ruby || p.lang == Elixir)) && d == '{':
		return closed(i + 2)
	case c == '$' && p.lang == Julia && d == '(':
		return closed(i + 2)
	case c == '$' && (p.lang == Julia || p.lang == Java) && isIdentStart(d):
		n := nameEnd(p.src, i+1, b)
		return i + 1, n, n, true
	case c == '{' && d == '$' && p.lang == PHP:
		return closed(i + 1)
	case c == '#' && p.lang == Ruby && (d == '@' || d == '$'):
		n := nameEnd(p.src, i+2, b)
		return i + 1, n, n, true
	case (c == '$' || c == '@' && p.lang == Perl) && (p.lang == Perl || p.lang == PHP):
		return p.sigilHole(i, b, d)
	}
	return 0, 0, 0, false
}

func nameEnd(s string, i, end int) int {
	for i < end && (isIdent(s[i])) {
		i++
	}
	return i
}

// sigilHole finds $x, ${x}, $x[0], $x->{a}, @x and @{[ … ]}.
func (p *interp) sigilHole(i, b int, d byte) (from, to, end int, ok bool) {
	l := &lexer{lang: p.lang, s: p.src, end: b}
	n := i
	switch {
	case isIdentStart(d):
		n = nameEnd(p.src, i+1, b)
		for p.lang == Perl && n+2 < b && p.src[n] == ':' && p.src[n+1] == ':' && isIdentStart(p.src[n+2]) {
			n = nameEnd(p.src, n+2, b)
		}
	case isDigit(d):
		n = nameEnd(p.src, i+1, b)
	case d == '{', d == '$' && p.lang == Perl && i+2 < b && (isIdentStart(p.src[i+2]) || p.src[i+2] == '{'):
		if d == '$' {
			n = nameEnd(p.src, i+2, b)
			break
		}
		if n = l.skipCode(i+2, '}'); n < 0 {
			p.rec.fail("unterminated interpolation")
			return i, i, b, true
		}
		n++
	case p.lang == Perl && p.src[i] == '$' && strings.IndexByte("&_!@/\\0,;.$", d) >= 0 && d != 0:
		return i, i + 2, i + 2, true
	default:
		return 0, 0, 0, false
	}
	for n < b { // subscripts
		at := n
		if strings.HasPrefix(p.src[n:b], "->") && n+2 < b && (p.src[n+2] == '[' || p.src[n+2] == '{' || p.lang == PHP && isIdentStart(p.src[n+2])) {
			at = n + 2
			if isIdentStart(p.src[at]) {
				n = nameEnd(p.src, at, b)
				continue
			}
		}
		c := p.src[at]
		if c != '[' && (c != '{' || p.lang != Perl) || c == '[' && p.lang == Perl && at+1 < b && !isDigit(p.src[at+1]) && p.src[at+1] != '$' && p.src[at+1] != '-' {
			break
		}
		m := l.skipCode(at+1, '}')
		if m < 0 {
			p.rec.fail("unterminated interpolation")
			return i, n, b, true
		}
		n = m + 1
	}
	return i, n, n, true
}

// holeValue evaluates the code of an interpolation.
func (p *interp) holeValue(from, to int, f form) val {
	if from == to {
		return anyStr()
	}
	spec := ""
	if f == fFmt || f == fRawFmt {
		to, spec = p.formatSpec(from, to)
	}
	v := p.evalSpan(from, to)
	if v.k == vList && p.lang == Perl {
		v = joinList(v, str(" "))
	}
	if spec != "" && spec != "s" && spec != "d" {
		if v.k == vEnv {
			return v
		}
		return anyStr()
	}
	return v
}

// formatSpec cuts !r, :>10 and = from the code of an f-string.
func (p *interp) formatSpec(from, to int) (int, string) {
	depth := 0
	for i := from; i < to; i++ {
		switch c := p.src[i]; c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '"', '\'':
			l := &lexer{lang: Python, s: p.src, end: to}
			if n := l.closing(i+1, c, c, fEsc); n > 0 {
				i = n
			}
		case '!':
			if depth == 0 && i+1 < to && p.src[i+1] != '=' {
				if p.src[i+1] == 's' && i+2 == to {
					return i, ""
				}
				return i, "!"
			}
		case ':':
			if depth == 0 {
				return i, p.src[i+1 : to]
			}
		}
	}
	if to > from && p.src[to-1] == '=' && to-2 >= from && strings.IndexByte("=!<>", p.src[to-2]) < 0 {
		return to - 1, "="
	}
	return to, ""
}

// evalSpan evaluates p.src[from:to] as an expression.
func (p *interp) evalSpan(from, to int) val {
	if p.depth >= p.rec.limits.Depth {
		p.rec.fail("program nests too deeply")
		return unk()
	}
	toks, reason := lex(p.lang, p.src, from, to)
	if reason != "" {
		p.rec.fail(reason)
	}
	p.rec.spend((to - from) / 4)
	saved, i, paren := p.toks, p.i, p.paren
	p.toks, p.i, p.paren = toks, 0, 1
	p.depth++
	out := unk()
	for !p.atEnd() {
		at := p.i
		out = p.expr(0)
		if p.i == at {
			p.i++
		}
	}
	p.depth--
	p.toks, p.i, p.paren = saved, i, paren
	if out.k == vUnk {
		return anyStr()
	}
	return out
}
