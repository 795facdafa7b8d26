package inline

import "strings"

// maxNesting bounds templates within templates.
const maxNesting = 32

// lexer cuts a program, or a span of it, into tokens.
type lexer struct {
	lang   Lang
	s      string
	i, end int
	toks   []token
	reason string // why the tokens cannot be trusted, if so
	nest   int
	nl     bool // at the start of a line
	sp     bool // after white space
	col    int  // width of the indentation of this line
	docs   []heredoc
	misses int
	loopDo bool // Ruby: the next do belongs to a while, until or for

}

// heredoc is a here-document whose body starts on the next line.
type heredoc struct {
	tok    int
	id     string
	indent bool
}

// lex returns the tokens of s[from:to] and why they cannot be trusted, if so.
// The last token is tEOF.
func lex(lang Lang, s string, from, to int) ([]token, string) {
	l := &lexer{lang: lang, s: s, i: from, end: to, nl: true}
	l.toks = make([]token, 0, (to-from)/3+8)
	if from == 0 {
		l.start()
	}
	for l.reason == "" && l.next() {
	}
	if len(l.docs) > 0 {
		l.fail("unterminated here-document")
	}
	l.push(tEOF, to)
	l.link()
	return l.toks, l.reason
}

// start skips a shebang and, in PHP, the text before the first tag.
func (l *lexer) start() {
	if strings.HasPrefix(l.s, "\ufeff") {
		l.i = 3
	}
	if strings.HasPrefix(l.s[l.i:], "#!") {
		l.line()
	}
	l.pod()
	if l.lang == PHP && (strings.Contains(l.s, "<?") || strings.HasPrefix(strings.TrimSpace(l.s), "<") && !strings.HasPrefix(strings.TrimSpace(l.s), "<<<")) {
		l.html()
	}
}

func (l *lexer) fail(reason string) {
	if l.reason == "" {
		l.reason = reason
	}
}

// push appends the token from l.i to end and moves past it.
func (l *lexer) push(k tkind, end int) *token {
	end = min(end, l.end)
	l.toks = append(l.toks, token{k: k, nl: l.nl, sp: l.sp || l.nl, from: int32(l.i), to: int32(end), col: int32(l.col)})
	l.nl, l.sp = false, false
	l.i = end
	return &l.toks[len(l.toks)-1]
}

// body appends a string token whose body is s[a:b].
func (l *lexer) body(k tkind, f form, a, b, end int) {
	t := l.push(k, end)
	t.form, t.a, t.b = f, int32(a), int32(b)
}

// line skips to the end of the line.
func (l *lexer) line() {
	if n := strings.IndexByte(l.s[l.i:l.end], '\n'); n >= 0 {
		l.i += n
	} else {
		l.i = l.end
	}
}

// html skips the text of a PHP file up to the next opening tag.
func (l *lexer) html() {
	n := strings.Index(l.s[l.i:l.end], "<?")
	if n < 0 {
		l.i = l.end
		return
	}
	l.i += n + 2
	switch rest := l.s[l.i:l.end]; {
	case strings.HasPrefix(rest, "php"):
		l.i += 3
	case strings.HasPrefix(rest, "="):
		l.i++
	}
	l.nl = true
}

// at returns the byte n places on, or 0.
func (l *lexer) at(n int) byte {
	if l.i+n < l.end {
		return l.s[l.i+n]
	}
	return 0
}

// next reads one token, or white space, and reports whether there is more.
func (l *lexer) next() bool {
	if l.i >= l.end {
		return false
	}
	switch c := l.s[l.i]; {
	case c == '\n':
		l.newline()
	case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v':
		l.i++
		l.sp = true
		if l.nl {
			l.col++
		}
	case c == '\\' && (l.at(1) == '\n' || l.at(1) == '\r'):
		l.i += 2
		l.sp = true
	case l.comment(c):
	case c == '"' || c == '\'' || c == '`':
		l.quote(c)
	case c >= '0' && c <= '9' || c == '.' && isDigit(l.at(1)) && !l.operandBefore():
		l.number()
	case isIdentStart(c):
		return l.ident()
	default:
		if !l.special(c) {
			l.push(tOp, l.i+min(operator(l.lang, l.s[l.i:l.end]), l.end-l.i))
		}
	}
	return true
}

func (l *lexer) newline() {
	l.i++
	l.nl, l.sp, l.col = true, true, 0
	if len(l.docs) > 0 {
		l.heredocs()
	}
	l.pod()
}

// pod skips the documentation that starts on this line.
func (l *lexer) pod() {
	switch {
	case l.lang == Perl && l.at(0) == '=' && isLetter(l.at(1)):
		l.skipTo("\n=cut")
	case l.lang == Ruby && strings.HasPrefix(l.s[l.i:l.end], "=begin"):
		l.skipTo("\n=end")
	}
}

// skipTo moves to the end of the line that starts with mark.
func (l *lexer) skipTo(mark string) {
	if n := strings.Index(l.s[l.i:l.end], mark); n >= 0 {
		l.i += n + 1
		l.line()
		l.nl = true
		return
	}
	l.i = l.end
}

// comment skips a comment that starts with c, if one does.
func (l *lexer) comment(c byte) bool {
	d := l.at(1)
	switch c {
	case '#':
		switch l.lang {
		case Node, Lua, Java, Go, Erlang:
			return false
		case PHP:
			if d == '[' {
				return false
			}
			l.phpLine()
			return true
		case Julia:
			if d == '=' {
				return l.block("=#")
			}
		}
		l.line()
		return true
	case '/':
		switch l.lang {
		case Node, PHP, Java, Go, Generic:
			if d == '*' {
				return l.block("*/")
			}
			if d == '/' {
				if l.lang == PHP {
					l.phpLine()
				} else {
					l.line()
				}
				return true
			}
		}
	case '-':
		if l.lang == Lua && d == '-' {
			if n := longBracket(l.s[l.i+2 : l.end]); n >= 0 {
				return l.block("]" + strings.Repeat("=", n) + "]")
			}
			l.line()
			return true
		}
	case '%':
		if l.lang == Erlang || l.lang == Octave && !l.operandBefore() {
			l.line()
			return true
		}
	case '?':
		if l.lang == PHP && d == '>' {
			l.i += 2
			l.html()
			return true
		}
	}
	return false
}

// phpLine skips a line comment of PHP, which a closing tag also ends.
func (l *lexer) phpLine() {
	from := l.i
	l.line()
	if n := strings.Index(l.s[from:l.i], "?>"); n >= 0 {
		l.i = from + n
	}
}

func (l *lexer) block(mark string) bool {
	n := strings.Index(l.s[l.i+2:l.end], mark)
	if n < 0 {
		l.fail("unterminated comment")
		l.i = l.end
		return true
	}
	if strings.IndexByte(l.s[l.i:l.i+2+n], '\n') >= 0 {
		l.nl = true
	}
	l.i += 2 + n + len(mark)
	l.sp = true
	return true
}

// operandBefore reports whether the last token ends an operand.
func (l *lexer) operandBefore() bool {
	if len(l.toks) == 0 {
		return false
	}
	t := &l.toks[len(l.toks)-1]
	switch t.k {
	case tOp:
		c := l.s[t.to-1]
		return c == ')' || c == ']' || c == '}' && !l.nl
	case tIdent:
		return !beforeOperand(l.lang, l.s[t.from:t.to])
	}
	return true
}

// commandBefore reports whether the last token is a name that what follows,
// set off by a space, may be the first argument of: puts %w[a b].
func (l *lexer) commandBefore() bool {
	n := len(l.toks)
	return n > 0 && l.toks[n-1].k == tIdent && l.sp && l.at(1) != ' '
}

func (l *lexer) number() {
	s, i := l.s[:l.end], l.i
	if s[i] == '0' && i+1 < len(s) && strings.IndexByte("xXoObB", s[i+1]) >= 0 {
		for i += 2; i < len(s) && (isIdent(s[i])); i++ {
		}
		l.push(tNum, i)
		return
	}
	for ; i < len(s); i++ {
		c := s[i]
		if isDigit(c) || c == '_' {
			continue
		}
		if c == '.' && i+1 < len(s) && isDigit(s[i+1]) && l.lang != Erlang {
			continue
		}
		if (c == 'e' || c == 'E') && i+1 < len(s) && (isDigit(s[i+1]) || i+2 < len(s) && (s[i+1] == '-' || s[i+1] == '+') && isDigit(s[i+2])) {
			i++
			continue
		}
		break
	}
	if i < len(s) && (s[i] == 'n' || s[i] == 'L' || s[i] == 'l') && (i+1 == len(s) || !isIdent(s[i+1])) {
		i++
	}
	l.push(tNum, i)
}

// ident reads a name, a string with a prefix, or a quote-like operator. It
// reports false at the end mark of Perl, Ruby and PHP.
func (l *lexer) ident() bool {
	i := l.i
	for i < l.end && isIdent(l.s[i]) {
		i++
	}
	w := l.s[l.i:i]
	var c byte
	if i < l.end {
		c = l.s[i]
	}
	switch l.lang {
	case Python:
		if (c == '"' || c == '\'') && len(w) <= 2 && l.prefixed(w, i) {
			return true
		}
	case Perl:
		if len(w) <= 2 && l.perlQuote(w, i) {
			return true
		}
		if w == "__END__" || w == "__DATA__" {
			return false
		}
		for strings.HasPrefix(l.s[i:l.end], "::") && i+2 < l.end && isIdent(l.s[i+2]) {
			for i += 2; i < l.end && isIdent(l.s[i]); i++ {
			}
		}
	case Ruby:
		if w == "__END__" && l.nl {
			return false
		}
		if (c == '?' || c == '!') && (i+1 >= l.end || l.s[i+1] != '=') {
			i++
		}
	case Elixir, Julia:
		if c == '?' || c == '!' {
			i++
		}
		if l.lang == Julia && w == "raw" && c == '"' {
			l.i = i
			l.quoted(tStr, fSingle, i)
			return true
		}
	case R:
		if (w == "r" || w == "R") && (c == '"' || c == '\'') && l.rawR(i) {
			return true
		}
	case PHP:
		if w == "__halt_compiler" {
			return false
		}
		for i+1 < l.end && l.s[i] == '\\' && isIdentStart(l.s[i+1]) {
			for i++; i < l.end && isIdent(l.s[i]); i++ {
			}
		}
	}
	l.push(tIdent, i)
	return true
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isIdentStart(c byte) bool { return isLetter(c) || c == '_' || c >= 0x80 }
func isIdent(c byte) bool      { return isIdentStart(c) || isDigit(c) }
