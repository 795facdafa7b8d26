package statement

import "strings"

// mysqlShort handles a backslash command of the mysql client.
func (l *lexer) mysqlShort() {
	c := l.at(1)
	l.pos = min(l.pos+2, len(l.src))
	switch c {
	case 'g', 'G', 'c':
		l.end(0)
	case '!':
		l.effect("shell", strings.TrimSpace(l.line()))
	case '.':
		l.file("read", unquoteName(l.line()))
	case 'T':
		l.file("write", unquoteName(l.line()))
	case 'P':
		l.effect("shell", strings.TrimSpace(l.line()))
	case 'e':
		l.effect("shell", "$EDITOR")
	case 'd':
		l.delimiter(l.line())
	case 'r':
		l.effect("connect", strings.TrimSpace(l.line()))
	case 'u':
		l.line()
	}
}

// delimiter changes what separates statements.
func (l *lexer) delimiter(rest string) {
	if f := strings.Fields(rest); len(f) > 0 {
		l.delim = f[0]
	}
}

// mysqlNamed handles a command line of the mysql client.
func (l *lexer) mysqlNamed() bool {
	n := l.pos
	for n < len(l.src) && (wordByte(l.src[n])) {
		n++
	}
	word := strings.ToLower(l.src[l.pos:n])
	if n < len(l.src) && l.src[n] != ' ' && l.src[n] != '\t' && l.src[n] != '\n' && l.src[n] != '\r' && l.src[n] != ';' {
		return false
	}
	switch word {
	case "system", "source", "tee", "pager", "edit", "delimiter", "connect":
	case "use", "exit", "quit", "status", "notee", "nopager", "warnings", "nowarning", "rehash", "prompt":
	default:
		return false
	}
	l.pos = n
	rest := strings.TrimSpace(l.line())
	switch word {
	case "system", "pager":
		if rest != "" {
			l.effect("shell", rest)
		}
	case "source":
		l.file("read", unquoteName(rest))
	case "tee":
		l.file("write", unquoteName(rest))
	case "edit":
		l.effect("shell", "$EDITOR")
	case "delimiter":
		l.delimiter(rest)
	case "connect":
		l.effect("connect", rest)
	default:
		// Other commands end at a separator; SQL may follow on the line.
		if i := strings.Index(rest, l.delim); i >= 0 {
			l.pos = n
			l.pos += strings.Index(l.src[n:], l.delim) + len(l.delim)
		}
	}
	return true
}
