package inline

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"guard/rules/value"
)

// decode returns the value of the string token at i.
func (p *interp) decode(i int) val {
	t := p.tok(i)
	raw := p.src[t.a:t.b]
	p.rec.spend(len(raw) / 16)
	f := t.form &^ fDedent
	if t.form&fDedent != 0 {
		if d := dedent(raw); d != raw {
			return p.decodeDedented(d, f)
		}
	}
	switch f {
	case fRaw:
		return str(raw)
	case fSingle:
		return str(p.unescapeSingle(raw, p.src[t.a-1], p.src[t.b]))
	case fEsc:
		if strings.IndexByte(raw, '\\') < 0 {
			return str(raw)
		}
	}
	return p.interpolate(int(t.a), int(t.b), f)
}

// decodeDedented reads a here-document whose indentation was taken away; what
// it interpolates has no place in the program text any more.
func (p *interp) decodeDedented(s string, f form) val {
	if f == fRaw || f == fSingle {
		return str(s)
	}
	src, base := p.src, p.span
	if base == nil {
		t := p.tok(p.i)
		p.span = &span{int(t.from), int(t.to)}
	}
	p.src = s
	v := p.interpolate(0, len(s), f)
	p.src, p.span = src, base
	return v
}

// dedent takes the common indentation from the lines of s.
func dedent(s string) string {
	lines := strings.SplitAfter(s, "\n")
	common := -1
	for _, ln := range lines {
		n := len(ln) - len(strings.TrimLeft(ln, " \t"))
		if strings.TrimSpace(ln) != "" && (common < 0 || n < common) {
			common = n
		}
	}
	if common <= 0 {
		return s
	}
	var b strings.Builder
	for _, ln := range lines {
		b.WriteString(ln[min(common, len(ln)-len(strings.TrimLeft(ln, " \t"))):])
	}
	return b.String()
}

// unescapeSingle undoes the two escapes of single quotes.
func (p *interp) unescapeSingle(s string, open, shut byte) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '\\' || s[i+1] == shut || s[i+1] == open) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// interpolate decodes p.src[a:b], escapes and interpolations.
func (p *interp) interpolate(a, b int, f form) val {
	out := str("")
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			out = concat(out, str(lit.String()))
			lit.Reset()
		}
	}
	opaque := false
	for i := a; i < b; {
		c := p.src[i]
		if c == '\\' && f != fRawFmt {
			n, ok := p.escape(&lit, p.src[i:b])
			opaque = opaque || !ok
			i += n
			continue
		}
		if f != fEsc {
			if from, to, end, ok := p.hole(i, b, f); ok {
				flush()
				out = concat(out, p.holeValue(from, to, f))
				i = end
				continue
			}
			if (f == fFmt || f == fRawFmt) && (c == '{' || c == '}') && i+1 < b && p.src[i+1] == c {
				i++
			}
		}
		lit.WriteByte(c)
		i++
	}
	flush()
	if opaque {
		return anyStr()
	}
	return out
}

// escape decodes the escape at the start of s into b and returns its length;
// ok is false if what it stands for is not known.
func (p *interp) escape(b *strings.Builder, s string) (n int, ok bool) {
	if len(s) < 2 {
		b.WriteByte('\\')
		return 1, true
	}
	c := s[1]
	switch c {
	case 'n':
		b.WriteByte('\n')
		return 2, true
	case 't':
		b.WriteByte('\t')
		return 2, true
	case 'r':
		b.WriteByte('\r')
		return 2, true
	case '\\', '"', '\'':
		b.WriteByte(c)
		return 2, true
	case '\n':
		if p.lang == Perl || p.lang == PHP || p.lang == Lua {
			b.WriteByte('\n')
		}
		return 2, true
	case 'a', 'b', 'f', 'v':
		b.WriteByte(map7(c))
		return 2, true
	case 'e':
		if p.lang == Perl || p.lang == Ruby || p.lang == PHP {
			b.WriteByte(27)
			return 2, true
		}
	case 'x':
		return p.hex(b, s, 2, p.lang == Perl || p.lang == Ruby && false)
	case 'u':
		switch p.lang {
		case Python, Node, Ruby, PHP, Java, Go, Elixir, Julia, R, Lua:
			return p.hex(b, s, 4, true)
		}
	case 'U':
		switch p.lang {
		case Python, Go, Julia, R:
			return p.hex(b, s, 8, true)
		}
	case 'N', 'L', 'Q', 'l', 'o', 'c', 'C', 'M', 'E':
		if c == 'N' && p.lang == Python || p.lang == Perl || p.lang == Ruby && (c == 'c' || c == 'C' || c == 'M') {
			return 2, c == 'E'
		}
	case 'z':
		if p.lang == Lua {
			return len(s) - len(strings.TrimLeft(s[2:], " \t\r\n")), true
		}
	}
	if isDigit(c) {
		return p.numeric(b, s)
	}
	switch p.lang {
	case Python, PHP, Awk, Octave:
		if c != '/' {
			b.WriteByte('\\')
		}
	}
	b.WriteByte(c)
	return 2, true
}

// map7 returns the control character of \a, \b, \f and \v.
func map7(c byte) byte {
	switch c {
	case 'a':
		return 7
	case 'b':
		return 8
	case 'f':
		return 12
	}
	return 11
}

// hex decodes \xHH, \uHHHH, \UHHHHHHHH and \x{H…}, \u{H…}.
func (p *interp) hex(b *strings.Builder, s string, digits int, braces bool) (int, bool) {
	if len(s) > 2 && s[2] == '{' && (braces || p.lang == Node) {
		end := strings.IndexByte(s, '}')
		if end < 0 {
			return 2, false
		}
		for _, h := range strings.Fields(s[3:end]) {
			r, err := strconv.ParseUint(h, 16, 21)
			if err != nil {
				return end + 1, false
			}
			writeRune(b, rune(r))
		}
		return end + 1, true
	}
	n := 2
	for n < len(s) && n < 2+digits && strings.IndexByte("0123456789abcdefABCDEF", s[n]) >= 0 {
		n++
	}
	if n == 2 {
		return 2, false
	}
	r, err := strconv.ParseUint(s[2:n], 16, 32)
	if err != nil {
		return n, false
	}
	if digits == 2 && p.lang != Node && p.lang != Python {
		if r != 0 {
			b.WriteByte(byte(r))
		}
		return n, true
	}
	writeRune(b, rune(r))
	return n, true
}

// writeRune appends r; NUL, which ends a path, is dropped.
func writeRune(b *strings.Builder, r rune) {
	if r > 0 && r <= utf8.MaxRune {
		b.WriteRune(r)
	}
}

// numeric decodes \NNN, octal but in Lua, where it is decimal.
func (p *interp) numeric(b *strings.Builder, s string) (int, bool) {
	base, set := 8, "01234567"
	if p.lang == Lua {
		base, set = 10, "0123456789"
	}
	n := 1
	for n < len(s) && n < 4 && strings.IndexByte(set, s[n]) >= 0 {
		n++
	}
	if n == 1 {
		b.WriteByte(s[1])
		return 2, true
	}
	r, _ := strconv.ParseUint(s[1:n], base, 16)
	switch {
	case r == 0:
	case r < 0x80 || p.lang != Python && p.lang != Node:
		b.WriteByte(byte(r))
	default:
		writeRune(b, rune(r))
	}
	return n, true
}

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

// joinList returns the texts of the elements of v with sep between them.
func joinList(v, sep val) val {
	l, ok := elems(v)
	if v.k == vEnv {
		return v
	}
	if !ok {
		return anyStr()
	}
	if len(l) > maxList {
		return anyStr()
	}
	var b strings.Builder
	for i, e := range l {
		if e.k == vEnv {
			return e
		}
		if e.k == vAlt || sep.k == vAlt {
			return joinSlow(l, sep)
		}
		if i > 0 {
			b.WriteString(sep.text())
		}
		b.WriteString(e.text())
		if b.Len() > maxText {
			return anyStr()
		}
	}
	return str(b.String())
}

func joinSlow(l []val, sep val) val {
	out := str("")
	for i, e := range l {
		if i > 0 {
			out = concat(out, sep)
		}
		out = concat(out, e)
		if out.k == vStr && out.s == string(value.Any) && i > maxAlts {
			return out
		}
	}
	return out
}
