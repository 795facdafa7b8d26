package statement

import (
	"strings"
	"unicode/utf8"

	"guard/rules/value"
)

// kind is the kind of a token.
type kind uint8

const (
	tEnd    kind = iota // separates statements
	tWord               // a keyword or a plain name
	tQuoted             // a quoted name
	tString
	tNumber
	tParam // $1, ?, :x, @x
	tOp
	tData // rows after COPY … FROM STDIN
)

// token is one token of SQL.
type token struct {
	kind     kind
	from, to int
	// text is the word in upper case, the operator, or what a string or quoted
	// name holds.
	text string
	// open says that an unknown part stands here unquoted and could be any
	// text; part that one stands here which cannot leave the token.
	open, part bool
	raw        bool // the string is in the source byte for byte, at from+skip
	skip       int
}

// lexer cuts a text into tokens and hands the client's own commands to the
// script that it belongs to.
type lexer struct {
	*script
	t      traits
	src    string
	pos    int
	delim  string
	depth  int // of parentheses
	toks   []token
	start  int  // index of the first token of the current statement
	execs  int  // open executable comments
	copies bool // rows follow on the next line
	dir    string
}

// empty reports whether the current statement has no token yet.
func (l *lexer) empty() bool { return l.start == len(l.toks) }

func (l *lexer) add(k kind, from int, text string) *token {
	l.toks = append(l.toks, token{kind: k, from: from, to: l.pos, text: text})
	return &l.toks[len(l.toks)-1]
}

// end closes the current statement; n is the length of what separates.
func (l *lexer) end(n int) {
	if l.t.client == clientPsql && l.copyStdin() {
		l.copies = true
	}
	l.pos += n
	l.add(tEnd, l.pos-n, l.src[l.pos-n:l.pos])
	l.start, l.depth = len(l.toks), 0
}

// lineStart reports whether only white space stands before pos on its line.
func (l *lexer) lineStart() bool {
	for i := l.pos - 1; i >= 0; i-- {
		switch l.src[i] {
		case '\n', '\r':
			return true
		case ' ', '\t':
		default:
			return false
		}
	}
	return true
}

// line returns the rest of the current line and moves past it.
func (l *lexer) line() string {
	rest := l.src[l.pos:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	l.pos += len(rest)
	return strings.TrimRight(rest, "\r")
}

// has reports whether the text goes on with s.
func (l *lexer) has(s string) bool { return strings.HasPrefix(l.src[l.pos:], s) }

// at returns the byte n places on, or 0.
func (l *lexer) at(n int) byte {
	if i := l.pos + n; i < len(l.src) {
		return l.src[i]
	}
	return 0
}

// lex reads the whole text.
func (l *lexer) lex() {
	l.delim = ";"
	for l.pos < len(l.src) && l.err == nil {
		if len(l.toks) >= maxTokens {
			l.fail(ErrLarge)
		}
		if n := l.space(); n > 0 {
			l.newline(l.src[l.pos : l.pos+n])
			continue
		}
		if l.comment() || l.command() {
			continue
		}
		if l.has(l.delim) {
			if l.delim == ";" && l.t.parens && l.depth > 0 {
				l.op(";")
				continue
			}
			l.end(len(l.delim))
			continue
		}
		l.token()
	}
}

// space returns the length of the white space at pos, up to the end of a line.
func (l *lexer) space() int {
	n := 0
	for l.pos+n < len(l.src) {
		c := l.src[l.pos+n]
		switch {
		case c == '\n':
			return n + 1
		case c > 0 && c <= ' ' || c == 0x7f:
			n++
		case c >= utf8.RuneSelf:
			size := wideSpace(l.src[l.pos+n:])
			if size == 0 {
				return n
			}
			n += size
		default:
			return n
		}
	}
	return n
}

// wideSpace returns the length of the white space beyond ASCII that s opens
// with, or 0.
func wideSpace(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	if r == 0x85 || r == 0xa0 || r == 0x1680 || r >= 0x2000 && r <= 0x200b ||
		r == 0x2028 || r == 0x2029 || r == 0x202f || r == 0x205f || r == 0x3000 || r == 0xfeff {
		return size
	}
	return 0
}

// newline moves past white space, and past the rows of COPY … FROM STDIN.
func (l *lexer) newline(s string) {
	l.pos += len(s)
	if !l.copies || !strings.HasSuffix(s, "\n") {
		return
	}
	l.copies = false
	from, rest := l.pos, l.src[l.pos:]
	n := len(rest)
	if strings.HasPrefix(rest, "\\.") {
		n = 0
	} else if i := strings.Index(rest, "\n\\."); i >= 0 {
		n = i + 1
	}
	l.pos += n
	l.add(tData, from, "")
	l.add(tEnd, l.pos, "")
	l.start = len(l.toks)
	if l.has("\\.") {
		l.line()
	}
}

// comment moves past a comment, if one stands at pos.
func (l *lexer) comment() bool {
	switch {
	case l.has("--") && (l.t.dash || l.pos+2 == len(l.src) || l.at(2) > 0 && l.at(2) <= ' '):
		l.lineComment()
	case l.t.hash && l.at(0) == '#', l.t.client == clientDot && l.at(0) == '#' && l.empty() && l.lineStart():
		l.lineComment()
	case l.execs > 0 && l.has("*/"):
		l.execs--
		l.pos += 2
	case l.t.exec && (l.has("/*!") || l.has("/*M!")):
		l.execs++
		l.pos += strings.IndexByte(l.src[l.pos:], '!') + 1
		for c := l.at(0); c >= '0' && c <= '9'; c = l.at(0) {
			l.pos++
		}
	case l.has("/*"):
		l.blockComment()
	default:
		return false
	}
	return true
}

func (l *lexer) lineComment() {
	stop := "\n"
	if l.t.cr {
		stop = "\n\r"
	}
	if i := strings.IndexAny(l.src[l.pos:], stop); i >= 0 {
		l.gaps(l.src[l.pos : l.pos+i])
		l.pos += i // the line's end is white space, which newline looks at
		return
	}
	l.gaps(l.src[l.pos:])
	l.pos = len(l.src)
}

// gaps notes an unknown part of a comment: it could hold the comment's end.
func (l *lexer) gaps(s string) {
	if strings.Contains(s, string(value.Any)) || strings.Contains(s, string(value.Many)) {
		l.hidden = true
	}
}

func (l *lexer) blockComment() {
	level, i := 1, l.pos+2
	for level > 0 {
		n := strings.Index(l.src[i:], "*/")
		if n < 0 {
			l.fail(ErrUnterminated)
			l.pos = len(l.src)
			return
		}
		if m := strings.Index(l.src[i:i+n], "/*"); l.t.nested && m >= 0 {
			level++
			i += m + 2
			continue
		}
		level--
		i += n + 2
	}
	l.gaps(l.src[l.pos:i])
	l.pos = i
}

// op adds an operator of one or more bytes.
func (l *lexer) op(s string) {
	from := l.pos
	l.pos += len(s)
	switch s {
	case "(":
		l.depth++
	case ")":
		l.depth = max(l.depth-1, 0)
	}
	l.add(tOp, from, s)
}

// token reads one token.
func (l *lexer) token() {
	c := l.at(0)
	switch {
	case c == '\'', c == '"', c == '`' && l.t.backtick, c == '[' && l.t.bracket:
		l.quote(l.pos, l.t.backslash)
	case c == '$' && l.t.dollar && l.dollar():
	case c == '$' && l.t.client == clientSqlcmd && l.at(1) == '(':
		from := l.pos
		l.pos += 2 + len(strings.SplitN(l.src[l.pos+2:], ")", 2)[0])
		l.pos = min(l.pos+1, len(l.src))
		l.add(tWord, from, "").open = true
	case c == ':' && l.at(1) == ':':
		l.op("::")
	case c == ':' && (wordByte(l.at(1)) || l.at(1) == '\'' || l.at(1) == '"'):
		l.variable()
	case c == '@' || c == '?' || c == '$':
		l.param()
	case c == 0, wordByte(c):
		l.word()
	default:
		for _, s := range []string{"<=>", "||", "&&", "<=", ">=", "<>", "!=", "==", ":="} {
			if l.has(s) {
				l.op(s)
				return
			}
		}
		l.op(l.src[l.pos : l.pos+1])
	}
}

// variable reads :x, :'x' or :"x". psql puts text in its place; elsewhere it is
// a parameter.
func (l *lexer) variable() {
	from := l.pos
	l.pos++
	switch q := l.at(0); q {
	case '\'', '"':
		if l.t.client == clientPsql {
			l.quote(from, false)
			return
		}
		l.pos--
		l.op(":")
	default:
		for wordByte(l.at(0)) {
			l.pos++
		}
		if l.t.client != clientPsql || l.inBrackets() {
			l.add(tParam, from, l.src[from:l.pos])
			return
		}
		l.add(tWord, from, strings.ToUpper(l.src[from:l.pos])).open = true
	}
}

// inBrackets reports whether the token before may be the lower bound of an
// array slice.
func (l *lexer) inBrackets() bool {
	n := len(l.toks)
	return n >= 2 && l.toks[n-1].kind == tNumber && l.toks[n-2].text == "["
}

func (l *lexer) param() {
	from := l.pos
	l.pos++
	for wordByte(l.at(0)) || l.at(0) == '@' {
		l.pos++
	}
	l.add(tParam, from, l.src[from:l.pos])
}

// word reads a word or a number and the unknown parts that it is joined with.
func (l *lexer) word() {
	from := l.pos
	var open, part bool
	digits := true
	for l.pos < len(l.src) {
		c := l.at(0)
		switch {
		case c == 0:
			switch l.gap() {
			case value.Digits:
				part = true
			case value.Name:
				part, digits = true, false
			default:
				open, digits = true, false
			}
			continue
		case c >= utf8.RuneSelf && l.space() > 0:
		case wordByte(c), c == '$', c == '#':
			digits = digits && (c >= '0' && c <= '9')
			l.pos++
			continue
		case c == '.' && digits && l.pos > from:
			l.pos++
			continue
		}
		break
	}
	s := l.src[from:l.pos]
	if !open && !part && l.at(0) == '\'' && l.prefix(s) {
		return
	}
	k := tWord
	if s[0] >= '0' && s[0] <= '9' || digits {
		k = tNumber
	}
	tok := l.add(k, from, strings.ToUpper(s))
	tok.open, tok.part = open, part
}

// gap moves past an unknown part and returns its kind.
func (l *lexer) gap() value.Text {
	g := value.Text(l.src[l.pos:min(l.pos+2, len(l.src))])
	l.pos += len(g)
	return g
}

// wordByte reports whether c may be part of a plain name.
func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}
