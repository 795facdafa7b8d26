package inline

import (
	"strconv"
	"strings"
	"unicode/utf8"
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
		return p.hex(b, s, 2, p.lang == Perl)
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
