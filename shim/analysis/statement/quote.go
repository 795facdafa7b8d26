package statement

import (
	"strconv"
	"strings"
)

// quote reads a quoted string or name; from is where its prefix begins.
func (l *lexer) quote(from int, backslash bool) {
	q := l.at(0)
	k, end := tString, q
	switch {
	case q == '`':
		k = tQuoted
	case q == '[':
		k, end, backslash = tQuoted, ']', false
	case q == '"' && !l.t.dquote:
		k = tQuoted
	}
	if three := strings.Repeat(string(q), 3); l.t.triple && k == tString && l.has(three) {
		l.triple(from, three)
		return
	}
	open := l.pos
	var b strings.Builder
	for i := l.pos + 1; i < len(l.src); i++ {
		c := l.src[i]
		switch {
		case c == 0 && i+1 < len(l.src):
			b.WriteString(l.src[i : i+2])
			i++
		case c == '\\' && backslash && i+1 < len(l.src):
			s, n := unescape(l.src[i:])
			b.WriteString(s)
			i += n - 1
		case c == end && i+1 < len(l.src) && l.src[i+1] == end && !(end == ']' && l.t.client == clientDot):
			b.WriteByte(c)
			i++
		case c == end:
			l.pos = i + 1
			tok := l.add(k, from, b.String())
			tok.part = strings.IndexByte(tok.text, 0) >= 0
			tok.skip = open + 1 - from
			tok.raw = l.src[open+1:i] == tok.text
			return
		default:
			b.WriteByte(c)
		}
	}
	l.fail(ErrUnterminated)
	l.pos = len(l.src)
}

// triple reads a string between three quotation marks.
func (l *lexer) triple(from int, q string) {
	for i := l.pos + 3; i < len(l.src); i++ {
		switch {
		case l.src[i] == '\\':
			i++
		case strings.HasPrefix(l.src[i:], q):
			text := l.src[l.pos+3 : i]
			skip := l.pos + 3 - from
			l.pos = i + 3
			tok := l.add(tString, from, text)
			tok.raw, tok.skip = true, skip
			tok.part = strings.IndexByte(text, 0) >= 0
			return
		}
	}
	l.fail(ErrUnterminated)
	l.pos = len(l.src)
}

// prefix reads the string at pos if the word before it is a string's prefix.
func (l *lexer) prefix(word string) bool {
	from := l.pos - len(word)
	switch strings.ToUpper(word) {
	case "E":
		if !l.t.estring {
			return false
		}
		l.quote(from, true)
	case "N", "B", "X", "R", "RB", "BR":
		l.quote(from, l.t.backslash)
	case "Q", "NQ":
		if !l.t.qquote {
			return false
		}
		l.qquote(from)
	default:
		return false
	}
	return true
}

// qquote reads Oracle's q'[ … ]'.
func (l *lexer) qquote(from int) {
	end := string(l.at(1))
	switch end {
	case "[":
		end = "]"
	case "{":
		end = "}"
	case "(":
		end = ")"
	case "<":
		end = ">"
	}
	body := l.pos + 2
	if body > len(l.src) {
		body = len(l.src)
	}
	n := strings.Index(l.src[body:], end+"'")
	if n < 0 {
		l.fail(ErrUnterminated)
		l.pos = len(l.src)
		return
	}
	l.pos = body + n + 2
	l.verbatim(from, body, body+n)
}

// dollar reads $tag$ … $tag$, if one stands at pos.
func (l *lexer) dollar() bool {
	i := l.pos + 1
	for i < len(l.src) && wordByte(l.src[i]) && (i > l.pos+1 || l.src[i] < '0' || l.src[i] > '9') {
		i++
	}
	if i >= len(l.src) || l.src[i] != '$' {
		return false
	}
	from, tag := l.pos, l.src[l.pos:i+1]
	n := strings.Index(l.src[i+1:], tag)
	if n < 0 {
		l.fail(ErrUnterminated)
		l.pos = len(l.src)
		return true
	}
	l.pos = i + 1 + n + len(tag)
	l.verbatim(from, i+1, i+1+n)
	return true
}

// verbatim adds a string without escapes.
func (l *lexer) verbatim(from, lo, hi int) {
	tok := l.add(tString, from, l.src[lo:hi])
	tok.raw, tok.skip = true, lo-from
	tok.part = strings.IndexByte(tok.text, 0) >= 0
}

// unescape decodes the backslash escape that s opens with, and returns its
// length.
func unescape(s string) (string, int) {
	if len(s) < 2 {
		return s, len(s)
	}
	digits := 0
	switch c := s[1]; c {
	case 'n':
		return "\n", 2
	case 't':
		return "\t", 2
	case 'r':
		return "\r", 2
	case 'b', 'f', 'v', '0':
		return " ", 2
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	case 0:
		return "\\", 1
	default:
		return string(c), 2
	}
	if len(s) >= 2+digits {
		if n, err := strconv.ParseUint(s[2:2+digits], 16, 32); err == nil && n != 0 {
			return string(rune(n)), 2 + digits
		}
	}
	return s[1:2], 2
}
