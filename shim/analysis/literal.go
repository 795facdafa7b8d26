package analysis

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules/value"
)

// tildeParts is parts, with a leading tilde expanded. With whole, nothing is
// split.
func (it *interp) tildeParts(b *builder, parts []syntax.WordPart, whole bool) {
	if len(parts) > 0 {
		if l, ok := parts[0].(*syntax.Lit); ok && strings.HasPrefix(l.Value, "~") {
			name, rest, slash := strings.Cut(l.Value[1:], "/")
			if strings.IndexByte(name, '\\') < 0 && (slash || len(parts) == 1) {
				if dir, ok := it.tilde(name); ok {
					b.add(dir, true)
					if slash {
						b.add("/", true)
						lit := *l
						lit.Value = rest
						it.parts(b, append([]syntax.WordPart{&lit}, parts[1:]...), false, whole)
					}
					return
				}
			}
		}
	}
	it.parts(b, parts, false, whole)
}

// tilde is what ~name stands for.
func (it *interp) tilde(name string) (value.Text, bool) {
	switch name {
	case "":
		if h, ok := it.uses("HOME"); ok {
			return h, true
		}
		h, ok := it.w.Home("")
		return value.Known(h), ok
	case "+":
		return it.st.dir, true
	case "-":
		return it.st.oldDir, it.st.oldDir != ""
	}
	if h, ok := it.w.Home(name); ok {
		return value.Known(h), true
	}
	// Of the stack of directories, or of a user whom only the system's directory
	// service knows.
	return value.Any, true
}

// parts expands word parts into b.
func (it *interp) parts(b *builder, parts []syntax.WordPart, quoted, whole bool) {
	for _, p := range parts {
		it.part(b, p, quoted, whole)
	}
}

// part expands one word part. Every node type of the parser that is a word part
// has its case; a test proves it.
func (it *interp) part(b *builder, p syntax.WordPart, quoted, whole bool) {
	switch p := p.(type) {
	case *syntax.Lit:
		it.lit(b, p.Value, quoted)
	case *syntax.SglQuoted:
		if p.Dollar && !it.plainDollar() {
			b.add(it.gaps.literal(ansiC(p.Value)), true)
		} else if p.Dollar {
			b.add("$"+it.gaps.literal(p.Value), true)
		} else {
			b.add(it.gaps.literal(p.Value), true)
		}
	case *syntax.DblQuoted:
		// "" makes a field; "$@" of nothing does not.
		if !onlyAt(p.Parts) {
			b.add("", true)
		}
		it.parts(b, p.Parts, true, whole)
	case *syntax.ParamExp:
		it.param(b, p, quoted, whole)
	case *syntax.CmdSubst:
		it.value(b, it.substitute(p), quoted, whole)
	case *syntax.ArithmExp:
		t := value.Digits // or a minus and digits
		if v, ok := it.arith(p.X); ok {
			t = value.Known(itoa(v))
		}
		it.value(b, t, quoted, whole)
	case *syntax.ProcSubst:
		b.add(it.procSubst(p), true)
	case *syntax.ExtGlob:
		b.add(value.Known(p.Op.String()+p.Pattern.Value+")"), false)
	case *syntax.BraceExp:
		b.add(value.Many, false)
	default:
		b.add(value.Many, false)
		it.opaque("guard does not know this kind of word", nil)
	}
}

// onlyAt reports whether parts are just $@ or an array's [@].
func onlyAt(parts []syntax.WordPart) bool {
	if len(parts) != 1 {
		return false
	}
	p, ok := parts[0].(*syntax.ParamExp)
	return ok && (p.Param != nil && p.Param.Value == "@" || isAt(p.Index))
}

// lit adds literal text, in which a backslash quotes.
func (it *interp) lit(b *builder, s string, quoted bool) {
	s = it.gaps.parts(s)
	for s != "" {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.add(value.Text(s), quoted)
			return
		}
		b.add(value.Text(s[:i]), quoted)
		if i+1 == len(s) {
			b.add("\\", true)
			return
		}
		c := s[i+1]
		switch {
		case c == '\n':
		case quoted && c != '$' && c != '`' && c != '"' && c != '\\':
			b.add(value.Known(s[i:i+2]), true)
		default:
			n := 1
			for n < 4 && i+1+n < len(s) && s[i+1]&0xC0 == 0xC0 && s[i+1+n]&0xC0 == 0x80 {
				n++
			}
			b.add(value.Known(s[i+1:i+1+n]), true)
			s = s[i+1+n:]
			continue
		}
		s = s[i+2:]
	}
}

// value adds the result of an expansion: split at IFS unless quoted.
func (it *interp) value(b *builder, v value.Text, quoted, whole bool) {
	if quoted || whole {
		b.add(v, quoted)
		return
	}
	ifs := it.ifs()
	if ifs == "" {
		b.add(v, false)
		return
	}
	s := string(v)
	white := func(c byte) bool { return (c == ' ' || c == '\t' || c == '\n') && strings.IndexByte(ifs, c) >= 0 }
	start := 0
	for i := 0; i < len(s); i++ {
		if s[i] == 0 {
			i++
			continue
		}
		if strings.IndexByte(ifs, s[i]) < 0 {
			continue
		}
		b.add(manyGaps(value.Text(s[start:i])), false)
		first := i
		for white(s[first]) && first+1 < len(s) && strings.IndexByte(ifs, s[first+1]) >= 0 {
			first++
		}
		if !white(s[first]) {
			b.started = true // an empty field before a delimiter that is not blank
		}
		b.flush()
		hard := !white(s[i])
		for i+1 < len(s) && strings.IndexByte(ifs, s[i+1]) >= 0 && (white(s[i+1]) || !hard) {
			i++
			hard = hard || !white(s[i])
		}
		start = i + 1
		if len(b.done) > maxWords {
			b.add(value.Many, false)
			return
		}
	}
	b.add(manyGaps(value.Text(s[start:])), false)
}

// manyGaps turns an unknown string that may hold blanks into any number of words.
func manyGaps(t value.Text) value.Text {
	return value.Text(strings.ReplaceAll(string(t), string(value.Any), string(value.Many)))
}

func (it *interp) ifs() string {
	if v, ok := it.uses("IFS"); ok {
		if !v.Known() {
			return " \t\n"
		}
		return string(v)
	}
	return " \t\n"
}

// ansiC decodes the inside of $'…'.
func ansiC(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'a':
			b.WriteByte(7)
		case 'b':
			b.WriteByte(8)
		case 'e', 'E':
			b.WriteByte(27)
		case 'f':
			b.WriteByte(12)
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'v':
			b.WriteByte(11)
		case '\\', '\'', '"', '?':
			b.WriteByte(c)
		case 'c':
			if i+1 < len(s) {
				i++
				b.WriteByte(s[i] & 0x1f)
			}
		case 'x':
			if i+1 < len(s) && s[i+1] == '{' {
				v, n := number(s[i+2:], 16, 8)
				b.WriteByte(byte(v))
				i += n + 1
				if i+1 < len(s) && s[i+1] == '}' {
					i++
				}
				continue
			}
			v, n := number(s[i+1:], 16, 2)
			if n == 0 {
				b.WriteString("\\x")
				continue
			}
			if v == 0 {
				return b.String()
			}
			b.WriteByte(byte(v))
			i += n
		case 'u', 'U':
			width := 4
			if c == 'U' {
				width = 8
			}
			v, n := number(s[i+1:], 16, width)
			if n == 0 {
				b.WriteString("\\" + string(c))
				continue
			}
			b.WriteRune(rune(v))
			i += n
		case '0', '1', '2', '3', '4', '5', '6', '7':
			v, n := number(s[i:], 8, 3)
			if byte(v) == 0 {
				return b.String()
			}
			b.WriteByte(byte(v))
			i += n - 1
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String()
}

// number reads up to width digits of a base.
func number(s string, base, width int) (v, n int) {
	for n < width && n < len(s) {
		d := 99
		switch c := s[n]; {
		case c >= '0' && c <= '9':
			d = int(c - '0')
		case c >= 'a' && c <= 'f':
			d = int(c-'a') + 10
		case c >= 'A' && c <= 'F':
			d = int(c-'A') + 10
		}
		if d >= base {
			break
		}
		v, n = v*base+d, n+1
	}
	return v, n
}

func itoa(v int64) string {
	if v == 0 {
		return "0"
	}
	neg, u := v < 0, uint64(v)
	if neg {
		u = -u
	}
	var buf [20]byte
	i := len(buf)
	for ; u > 0; u /= 10 {
		i--
		buf[i] = byte('0' + u%10)
	}
	if neg {
		i--
		buf[i] = '-'
	}
	return string(buf[i:])
}
