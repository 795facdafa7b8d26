package filters

import "unicode/utf8"

// octalEscape reads up to max octal digits at s[i:] and returns the byte and the index behind them.
func octalEscape(s string, i, max int) (b byte, next int) {
	n := 0
	for next = i; next < len(s) && next-i < max && isOctal(s[next]); next++ {
		n = n*8 + int(s[next]-'0')
	}
	return byte(n), next
}

// hexEscape reads up to max hexadecimal digits at s[i:].
func hexEscape(s string, i, max int) (n, next int) {
	for next = i; next < len(s) && next-i < max && hexValue(s[next]) >= 0; next++ {
		n = n*16 + hexValue(s[next])
	}
	return n, next
}

// simpleEscape returns the character of \a, \b, \f, \n, \r, \t, \v and \\, zero for others.
func simpleEscape(b byte) byte {
	switch b {
	case 'a':
		return '\a'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'v':
		return '\v'
	case '\\':
		return '\\'
	}
	return 0
}

// appendUnicode appends the character that \u or \U at s[i] names in a UTF-8 locale.
func appendUnicode(out []byte, s string, i int) (_ []byte, next int, ok bool) {
	max := 4
	if s[i] == 'U' {
		max = 8
	}
	n, next := hexEscape(s, i+1, max)
	if next == i+1 || n == 0 || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return out, next, false
	}
	return utf8.AppendRune(out, rune(n)), next, true
}

// escapes expands the escapes of one kind of text. ok is false when they are not certain; stop is set by \c.
func escapes(s string, k escapeKind) (out []byte, stop, ok bool) {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		if i+1 == len(s) {
			return append(out, '\\'), false, k != escapeGNUFormatB
		}
		i++
		switch e := s[i]; {
		case simpleEscape(e) != 0:
			out = append(out, simpleEscape(e))
		case e == 'c':
			return out, true, true
		case e == '0':
			b, next := octalEscape(s, i+1, 3)
			out, i = append(out, b), next-1
		case isOctal(e) && k != escapeBashEcho:
			b, next := octalEscape(s, i, 3)
			out, i = append(out, b), next-1
		case e == 'e' && k != escapeDash, e == 'E' && k.bash():
			out = append(out, 0x1b)
		case e == 'x' && k != escapeDash && i+1 < len(s) && hexValue(s[i+1]) >= 0:
			n, next := hexEscape(s, i+1, 2)
			out, i = append(out, byte(n)), next-1
		case (e == 'u' || e == 'U') && k.bash():
			var next int
			if out, next, ok = appendUnicode(out, s, i); !ok {
				return nil, false, false
			}
			i = next - 1
		case e == 'e', k == escapeGNUFormatB && (e == '"' || e == '\'' || e == '?'), k != escapeBashEcho && k != escapeEcho && (e == 'x' || e == 'u' || e == 'U'):
			return nil, false, false // versions differ
		default:
			out = append(out, '\\', e)
		}
	}
	return out, false, true
}

// An escapeKind says whose escapes to read.
type escapeKind uint8

const (
	escapeEcho       escapeKind = iota // /bin/echo -e
	escapeBashEcho                     // bash's echo -e
	escapeBashB                        // %b of bash's printf
	escapeGNUFormatB                   // %b of /usr/bin/printf
	escapeDash                         // dash's echo and %b
)

func (k escapeKind) bash() bool { return k == escapeBashEcho || k == escapeBashB }
