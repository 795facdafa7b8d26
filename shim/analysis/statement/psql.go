package statement

import "strings"

// psql handles a backslash command of psql, wherever it stands.
func (l *lexer) psql() {
	from := l.pos
	l.pos++
	name := l.psqlName()
	switch name {
	case ";":
		l.end(0)
		return
	case "\\", "":
		return
	case "!":
		l.effect("shell", strings.TrimSpace(l.line()))
	case "i", "include", "ir", "include_relative":
		l.file("read", l.psqlArg())
	case "o", "out", "w", "write":
		l.psqlFile("write")
	case "s":
		l.psqlFile("write")
	case "g", "gx":
		l.end(0)
		if arg := l.psqlPeek(); strings.HasPrefix(arg, "(") {
			l.psqlOptions()
		}
		l.psqlFile("write")
	case "gexec":
		l.end(0)
		l.push(Statement{Text: "\\gexec", From: from, To: l.pos})
	case "gset", "gdesc", "watch", "crosstabview":
		l.end(0)
	case "copy":
		l.psqlCopy(from)
		return
	case "c", "connect":
		var args []string
		for a := l.psqlArg(); a != ""; a = l.psqlArg() {
			args = append(args, a)
		}
		l.effect("connect", strings.Join(args, " "))
	case "cd":
		l.chdir(l.psqlArg())
	case "lo_import":
		l.file("read", l.psqlArg())
	case "lo_export":
		l.psqlArg()
		l.file("write", l.psqlArg())
	case "lo_unlink":
		l.push(Statement{Text: "\\lo_unlink", Verb: "LO_UNLINK", From: from, To: l.pos, Known: true})
	case "e", "edit":
		l.file("write", l.psqlArg())
		l.effect("shell", "$EDITOR")
	case "ef", "ev":
		l.effect("shell", "$EDITOR")
		l.line()
	case "setenv":
		if v := l.psqlArg(); strings.Contains(v, "PAGER") || strings.Contains(v, "EDITOR") || v == "SHELL" {
			l.effect("shell", l.psqlArg())
		}
	}
	for l.pos < len(l.src) && l.psqlPeek() != "" {
		l.psqlArg() // for what stands between backticks
	}
}

// psqlName reads a command's name.
func (l *lexer) psqlName() string {
	from := l.pos
	for c := l.at(0); c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' && l.pos > from; c = l.at(0) {
		l.pos++
	}
	if l.pos == from && l.pos < len(l.src) && l.at(0) > ' ' {
		l.pos++
	} else if c := l.at(0); c == '+' || c == '?' {
		l.pos++
		return l.src[from : l.pos-1]
	}
	return l.src[from:l.pos]
}

// psqlPeek returns the rest of the line up to the next command.
func (l *lexer) psqlPeek() string {
	for l.at(0) == ' ' || l.at(0) == '\t' {
		l.pos++
	}
	rest := l.src[l.pos:]
	if i := strings.IndexAny(rest, "\r\n\\"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// psqlFile reads an argument that is a file or | and a shell's command.
func (l *lexer) psqlFile(kind string) {
	if strings.HasPrefix(l.psqlPeek(), "|") {
		l.file(kind, l.line())
		return
	}
	l.file(kind, l.psqlArg())
}

// psqlOptions moves past (name=value …).
func (l *lexer) psqlOptions() {
	for c := l.at(0); c != 0 && c != '\n'; c = l.at(0) {
		l.pos++
		if c == ')' {
			return
		}
	}
}

// psqlArg reads one argument, which ends at white space or a backslash. What
// stands between backticks is run by a shell.
func (l *lexer) psqlArg() string {
	if l.psqlPeek() == "" {
		return ""
	}
	var b strings.Builder
	for l.pos < len(l.src) {
		c := l.at(0)
		switch c {
		case ' ', '\t', '\n', '\r', '\\':
			return b.String()
		case '\'', '"', '`':
			s := l.psqlQuoted(c)
			if c == '`' {
				l.effect("shell", s)
				s = "\x00a"
			}
			b.WriteString(s)
		default:
			b.WriteByte(c)
			l.pos++
		}
	}
	return b.String()
}

// psqlQuoted reads a quoted part of an argument; it ends with its line.
func (l *lexer) psqlQuoted(q byte) string {
	var b strings.Builder
	for l.pos++; l.pos < len(l.src) && l.at(0) != '\n'; l.pos++ {
		c := l.at(0)
		switch {
		case c == '\\' && q == '\'' && l.pos+1 < len(l.src):
			s, n := unescape(l.src[l.pos:])
			b.WriteString(s)
			l.pos += n - 1
		case c == q && q == '\'' && l.at(1) == q:
			b.WriteByte(c)
			l.pos++
		case c == q:
			l.pos++
			return b.String()
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// psqlCopy handles \copy, which holds SQL of its own up to the line's end.
func (l *lexer) psqlCopy(from int) {
	pl := place{base: l.pos, exact: true}
	t := l.t
	t.client = clientNone
	sub := &lexer{script: l.script, t: t, src: l.line(), dir: l.dir}
	sub.lex()
	sub.end(0)
	m := newMatcher(sub, pl)
	hi := len(sub.toks) - 1
	m.copyEffects(0, hi)
	l.push(Statement{Text: strings.TrimSpace("\\copy " + m.render(0, hi)), Verb: "COPY", From: from, To: l.pos, Known: !m.open(0, hi)})
	m.inner(0, hi)
}
