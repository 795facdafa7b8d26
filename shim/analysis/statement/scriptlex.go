package statement

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// scriptKind is the kind of a token of JavaScript or Lua.
type scriptKind uint8

const (
	sOp scriptKind = iota
	sName
	sString
	sNumber
	sTemplate // a template with parts that are computed
	sGap
)

// scriptToken is one token of JavaScript or Lua.
type scriptToken struct {
	kind     scriptKind
	text     string
	from, to int
	match    int // of an opening bracket, the index of the closing one; else 0
}

// scriptLexer cuts JavaScript or Lua into tokens.
type scriptLexer struct {
	src   string
	pos   int
	lua   bool
	toks  []scriptToken
	ok    bool
	holes []int // depths of brackets at which a template goes on
	depth int
}

// lexScript returns the tokens of a script. It is not ok if a string, comment or
// bracket is not closed; the tokens before are returned.
func lexScript(src string, lua bool) ([]scriptToken, bool) {
	l := &scriptLexer{src: src, lua: lua, ok: true}
	if len(src) > maxInput {
		return nil, false
	}
	for l.pos < len(src) && l.ok {
		l.next()
		l.ok = l.ok && len(l.toks) < maxTokens
	}
	var stack []int
	for i, t := range l.toks {
		if t.kind != sOp {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			stack = append(stack, i)
		case ")", "]", "}":
			if len(stack) == 0 {
				l.ok = false
				continue
			}
			l.toks[stack[len(stack)-1]].match = i
			stack = stack[:len(stack)-1]
		}
	}
	return l.toks, l.ok && len(stack) == 0
}

func (l *scriptLexer) add(k scriptKind, from int, text string) {
	l.toks = append(l.toks, scriptToken{kind: k, text: text, from: from, to: l.pos})
}

func (l *scriptLexer) has(s string) bool { return strings.HasPrefix(l.src[l.pos:], s) }

// skip moves to the end of what closes with end, or fails.
func (l *scriptLexer) skip(end string) string {
	rest := l.src[l.pos:]
	n := strings.Index(rest, end)
	if n < 0 {
		l.ok = false
		l.pos = len(l.src)
		return rest
	}
	l.pos += n + len(end)
	return rest[:n]
}

// toLineEnd moves to the end of the line.
func (l *scriptLexer) toLineEnd() {
	end := "\n"
	if !l.lua {
		end = "\n\r\u2028\u2029"
	}
	if n := strings.IndexAny(l.src[l.pos:], end); n >= 0 {
		l.pos += n
		return
	}
	l.pos = len(l.src)
}

func (l *scriptLexer) next() {
	from, c := l.pos, l.src[l.pos]
	switch {
	case c == 0:
		l.pos = min(l.pos+2, len(l.src))
		l.add(sGap, from, l.src[from:l.pos])
	case c <= ' ':
		l.pos++
	case l.lua && l.has("--"):
		l.pos += 2
		if n := l.long(); n >= 0 {
			l.skip("]" + strings.Repeat("=", n) + "]")
			return
		}
		l.toLineEnd()
	case !l.lua && l.has("//"), !l.lua && l.has("#!") && l.pos == 0:
		l.toLineEnd()
	case !l.lua && l.has("/*"):
		l.pos += 2
		l.skip("*/")
	case l.lua && c == '[' && l.longString():
	case c == '"' || c == '\'':
		l.str(c)
	case c == '`' && !l.lua:
		l.pos++
		l.template(from)
	case c == '/' && !l.lua && l.regexp():
		l.skipRegexp()
	case wordByte(c) || c == '$' || c == '\\' && l.has("\\u"):
		l.name()
	default:
		l.operator()
	}
}

// long returns the level of the long bracket at pos and moves into it, or
// returns -1.
func (l *scriptLexer) long() int {
	if !l.has("[") {
		return -1
	}
	n := 0
	for l.pos+1+n < len(l.src) && l.src[l.pos+1+n] == '=' {
		n++
	}
	if l.pos+1+n >= len(l.src) || l.src[l.pos+1+n] != '[' {
		return -1
	}
	l.pos += n + 2
	return n
}

func (l *scriptLexer) longString() bool {
	from := l.pos
	n := l.long()
	if n < 0 {
		return false
	}
	s := l.skip("]" + strings.Repeat("=", n) + "]")
	l.add(sString, from, s)
	return true
}

func (l *scriptLexer) str(q byte) {
	from := l.pos
	var b strings.Builder
	for l.pos++; l.pos < len(l.src); l.pos++ {
		switch c := l.src[l.pos]; {
		case c == '\\':
			s, n := scriptEscape(l.src[l.pos:], l.lua)
			b.WriteString(s)
			l.pos += n - 1
		case c == q:
			l.pos++
			l.add(sString, from, b.String())
			return
		case c == '\n':
			l.ok = false
			return
		default:
			b.WriteByte(c)
		}
	}
	l.ok = false
}

// template reads a template from inside it on, up to its end or a computed part.
func (l *scriptLexer) template(from int) {
	var b strings.Builder
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == '\\':
			s, n := scriptEscape(l.src[l.pos:], false)
			b.WriteString(s)
			l.pos += n
		case c == '`':
			l.pos++
			k := sString
			if l.src[from] == '}' {
				k = sTemplate
			}
			l.add(k, from, b.String())
			return
		case l.has("${"):
			l.add(sTemplate, from, b.String())
			l.pos += 2
			l.add(sOp, l.pos-2, "(")
			l.holes = append(l.holes, l.depth)
			return
		default:
			b.WriteByte(c)
			l.pos++
		}
	}
	l.ok = false
}

// regexp reports whether the slash at pos opens a regular expression. After a
// bracket it is taken for a division, which hides nothing.
func (l *scriptLexer) regexp() bool {
	if len(l.toks) == 0 {
		return true
	}
	switch t := l.toks[len(l.toks)-1]; t.kind {
	case sOp:
		return t.text != ")" && t.text != "]" && t.text != "}" && t.text != "++" && t.text != "--"
	case sName:
		dotted := len(l.toks) > 1 && strings.HasSuffix(l.toks[len(l.toks)-2].text, ".")
		return !dotted && (t.text == "return" || t.text == "typeof" || t.text == "case")
	}
	return false
}

func (l *scriptLexer) skipRegexp() {
	class := false
	from := l.pos
	for l.pos++; l.pos < len(l.src); l.pos++ {
		switch l.src[l.pos] {
		case '\\':
			l.pos++
		case '[':
			class = true
		case ']':
			class = false
		case '\n':
			l.ok = false
			return
		case '/':
			if !class {
				l.pos++
				l.add(sNumber, from, "/…/")
				return
			}
		}
	}
	l.pos, l.ok = len(l.src), false
}

func (l *scriptLexer) name() {
	from := l.pos
	var b strings.Builder
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch {
		case c >= utf8.RuneSelf && wideSpace(l.src[l.pos:]) > 0:
			if l.pos == from {
				l.pos += wideSpace(l.src[l.pos:])
				return
			}
		case wordByte(c) || c == '$':
			b.WriteByte(c)
			l.pos++
			continue
		case l.has("\\u") && !l.lua:
			s, n := scriptEscape(l.src[l.pos:], false)
			b.WriteString(s)
			l.pos += n
			continue
		}
		break
	}
	k := sName
	if c := l.src[from]; c >= '0' && c <= '9' {
		k = sNumber
	}
	l.add(k, from, b.String())
}

func (l *scriptLexer) operator() {
	from := l.pos
	for _, op := range []string{"...", "..", "?.", "=>", "++", "--"} {
		if l.has(op) && !(op == "?." && l.pos+2 < len(l.src) && l.src[l.pos+2] >= '0' && l.src[l.pos+2] <= '9') {
			l.pos += len(op)
			l.add(sOp, from, op)
			return
		}
	}
	c := l.src[from : from+1]
	l.pos++
	switch c {
	case "(", "[", "{":
		l.depth++
	case ")", "]", "}":
		if n := len(l.holes); c == "}" && n > 0 && l.holes[n-1] == l.depth {
			l.holes = l.holes[:n-1]
			l.add(sOp, from, ")")
			l.template(from)
			return
		}
		l.depth--
	}
	l.add(sOp, from, c)
}

// scriptEscape decodes the escape that s opens with, and returns its length.
func scriptEscape(s string, lua bool) (string, int) {
	if len(s) < 2 {
		return "", len(s)
	}
	digits := ""
	switch c := s[1]; {
	case c == '\n':
		return "", 2
	case strings.HasPrefix(s, "\\u{"):
		end := strings.IndexByte(s, '}')
		if end < 0 || end > 12 {
			return "u", 2
		}
		if n, err := strconv.ParseUint(s[3:end], 16, 21); err == nil {
			return string(rune(n)), end + 1
		}
		return "u", 2
	case c == 'u' && len(s) >= 6:
		digits = s[2:6]
	case c == 'x' && len(s) >= 4:
		digits = s[2:4]
	case c >= '0' && c <= '9':
		return oldEscape(s, lua)
	case c == 'n' || c == 't' || c == 'r' || c == 'b' || c == 'f' || c == 'v':
		return " ", 2
	}
	if n, err := strconv.ParseUint(digits, 16, 32); err == nil {
		return string(rune(n)), 2 + len(digits)
	}
	return s[1:2], 2
}

// oldEscape decodes \ddd: decimal in Lua, octal in JavaScript.
func oldEscape(s string, lua bool) (string, int) {
	base, n := 8, 2
	if lua {
		base = 10
	}
	for n < min(4, len(s)) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	v, err := strconv.ParseUint(s[1:n], base, 8)
	if err != nil {
		return s[1:n], n
	}
	return string(rune(v)), n
}

// member returns the constant name of the member that is taken at token j, and
// the index after it. It returns "" if none is, or its name is computed.
func member(toks []scriptToken, j int) (string, int) {
	if j+1 >= len(toks) || toks[j].kind != sOp {
		return "", j
	}
	switch toks[j].text {
	case ".", "?.":
		if toks[j+1].kind == sName {
			return toks[j+1].text, j + 2
		}
		if toks[j+1].text == "[" {
			return member(toks, j+1)
		}
	case "[":
		s, k, known := foldScript(toks, j+1, "+", "..")
		if known && k == toks[j].match {
			return s, k + 1
		}
	}
	return "", j
}

// maxFold bounds the tokens of a constant expression.
const maxFold = 500

// foldScript joins the constant strings from token j on. It returns the index
// after the expression, and whether all of it is known.
func foldScript(toks []scriptToken, j int, plus ...string) (string, int, bool) {
	var b strings.Builder
	known := true
	for end := j + maxFold; j < len(toks); {
		t := toks[j]
		if j > end {
			return "", j, false
		}
		if t.kind == sOp && (t.text == "," || t.text == ")" || t.text == "]" || t.text == "}" || t.text == ";") {
			break
		}
		isPlus := t.kind == sOp && (t.text == plus[0] || t.text == plus[len(plus)-1])
		switch {
		case isPlus:
		case t.kind == sString:
			b.WriteString(t.text)
		case t.kind == sNumber:
			b.WriteString(t.text)
		default:
			known = false
		}
		if t.match > 0 {
			j = t.match
		}
		j++
	}
	return b.String(), j, known && !strings.Contains(b.String(), "\x00")
}
