package statement

import (
	"path"
	"strings"
)

// command handles a command of the client itself, if one stands at pos.
func (l *lexer) command() bool {
	c := l.at(0)
	head := l.empty() && l.lineStart()
	switch l.t.client {
	case clientPsql:
		if c == '\\' {
			l.psql()
			return true
		}
		return head && l.batch()
	case clientMySQL:
		if c == '\\' {
			l.mysqlShort()
			return true
		}
		return head && l.mysqlNamed()
	case clientDot:
		if c == '.' && head {
			l.dot()
			return true
		}
	case clientBang:
		if c == '!' && head {
			l.pos++
			l.named(strings.TrimSpace(l.line()))
			return true
		}
	case clientSqlcmd:
		return l.batch() || head && l.sqlcmd()
	case clientSqlplus:
		return head && l.sqlplus()
	}
	return false
}

// file notes a file that a client command names.
func (l *lexer) file(kind, name string) {
	name = strings.TrimSpace(name)
	if rest, ok := strings.CutPrefix(name, "|"); ok {
		l.effect("shell", strings.TrimSpace(rest))
		return
	}
	if name == "" || name == "-" || name == "stdout" {
		return
	}
	if l.dir != "" && !path.IsAbs(name) {
		name = path.Join(l.dir, name)
	}
	l.effect(kind, name)
}

// chdir notes that relative files are looked for in another directory.
func (l *lexer) chdir(dir string) {
	if path.IsAbs(dir) || l.dir == "" {
		l.dir = dir
		return
	}
	l.dir = path.Join(l.dir, dir)
}

// batch handles a line that holds GO, the batch separator of SQL Server.
func (l *lexer) batch() bool {
	if c := l.at(0); c != 'G' && c != 'g' || !l.lineStart() {
		return false
	}
	rest := l.src[l.pos:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	word, count, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if !strings.EqualFold(word, "GO") || strings.Trim(count, " \t0123456789") != "" {
		return false
	}
	l.end(len(rest))
	return true
}

// sqlcmd handles a command line of sqlcmd.
func (l *lexer) sqlcmd() bool {
	if !l.has(":") && !l.has("!!") {
		return false
	}
	l.named(strings.TrimLeft(strings.TrimSpace(l.line()), ":"))
	return true
}

// sqlplus handles a command line of SQL*Plus.
func (l *lexer) sqlplus() bool {
	save := l.pos
	line := strings.TrimSpace(l.line())
	word, rest, _ := strings.Cut(line, " ")
	word = strings.ToUpper(word)
	switch {
	case line == "/":
		l.end(0)
		l.toks[len(l.toks)-1].text = "/"
	case strings.HasPrefix(line, "!"):
		l.effect("shell", strings.TrimSpace(line[1:]))
	case strings.HasPrefix(line, "@"):
		l.file("read", strings.TrimLeft(line, "@"))
	case abbreviates(word, "HOST", 2):
		l.effect("shell", strings.TrimSpace(rest))
	case abbreviates(word, "START", 3) && !strings.EqualFold(strings.TrimSpace(rest), "WITH"):
		l.file("read", rest)
	case word == "GET":
		l.file("read", rest)
	case abbreviates(word, "SPOOL", 3):
		l.file("write", rest)
	case abbreviates(word, "CONNECT", 4):
		l.effect("connect", strings.TrimSpace(rest))
	default:
		l.pos = save
		return false
	}
	return true
}

// named handles a command line that opens with the command's name.
func (l *lexer) named(line string) {
	if rest, ok := strings.CutPrefix(line, "!!"); ok {
		l.effect("shell", strings.TrimSpace(rest))
		return
	}
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(word) {
	case "source", "load", "run", "r", "script", "properties":
		l.file("read", unquoteName(rest))
	case "spool", "out", "error", "perftrace", "record":
		l.file("write", unquoteName(rest))
	case "system", "sh", "shell", "ed", "edit":
		l.effect("shell", rest)
	case "connect":
		l.effect("connect", rest)
	case "set", "setvar", "define", "help", "quit", "exit", "pause", "print", "queries", "result", "variables",
		"options", "abort", "on", "list", "reset", "serverlist", "listvar", "xml", "perf", "autocommit",
		"outputformat", "verbose", "silent", "tables", "columns", "describe", "close", "go", "":
	default: // a client that takes !cmd for a shell's command
		if l.t.client == clientBang {
			l.effect("shell", line)
		}
	}
}

// unquoteName removes quotation marks and a closing semicolon from a file name.
func unquoteName(s string) string {
	s = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(s), ";"))
	if len(s) >= 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}

// abbreviates reports whether word is name or an abbreviation of it of at least
// n letters.
func abbreviates(word, name string, n int) bool {
	return len(word) >= n && strings.HasPrefix(name, word)
}
