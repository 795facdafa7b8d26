package statement

import "strings"

// dot handles a dot command of sqlite3 or duckdb. Names may be abbreviated.
func (l *lexer) dot() {
	from := l.pos
	line := l.line()
	args := dotArgs(line[1:])
	if len(args) == 0 {
		return
	}
	name, args := strings.ToLower(args[0]), args[1:]
	last := func() string {
		for i := len(args) - 1; i >= 0; i-- {
			if !strings.HasPrefix(args[i], "-") || strings.HasPrefix(args[i], "-|") {
				return args[i]
			}
		}
		return ""
	}
	first := func() string {
		for _, a := range args {
			if !strings.HasPrefix(a, "-") {
				return a
			}
		}
		return ""
	}
	switch {
	case abbreviates(name, "shell", 2), abbreviates(name, "system", 2):
		l.effect("shell", strings.Join(args, " "))
	case abbreviates(name, "read", 3), abbreviates(name, "load", 3):
		if strings.HasPrefix(first(), "|") {
			l.file("read", strings.Join(args, " "))
			return
		}
		l.file("read", first())
	case abbreviates(name, "import", 2):
		for _, a := range args[:max(len(args)-1, 0)] { // the last one is the table
			if !strings.HasPrefix(a, "-") {
				l.file("read", a)
			}
		}
	case abbreviates(name, "output", 1), abbreviates(name, "once", 2):
		if strings.HasPrefix(first(), "|") {
			l.file("write", strings.TrimSpace(strings.Join(args, " ")))
			return
		}
		l.file("write", first())
	case abbreviates(name, "excel", 3), abbreviates(name, "www", 1):
		l.effect("shell", "$EDITOR")
	case abbreviates(name, "backup", 1), abbreviates(name, "save", 3):
		l.file("write", last())
	case abbreviates(name, "clone", 2), abbreviates(name, "log", 3), abbreviates(name, "trace", 2):
		l.file("write", first())
	case abbreviates(name, "restore", 3):
		l.file("read", last())
		l.push(Statement{Text: "." + strings.TrimSpace(line[1:]), Verb: "RESTORE", From: from, To: l.pos, Known: true})
	case abbreviates(name, "open", 2):
		kind := "read"
		for _, a := range args {
			if strings.TrimLeft(a, "-") == "new" {
				kind = "write"
			}
		}
		l.file(kind, first())
	case abbreviates(name, "cd", 2):
		l.chdir(first())
	case abbreviates(name, "archive", 2):
		l.archive(args)
	}
}

// archive handles .archive, which takes the letters of tar.
func (l *lexer) archive(args []string) {
	kind, file := "read", ""
	for i, a := range args {
		switch {
		case strings.HasPrefix(a, "--file="):
			file = a[len("--file="):]
		case a == "--file" && i+1 < len(args), i+1 < len(args) && a != "" && !strings.HasPrefix(a, "--") &&
			strings.Contains(a, "f") && (i == 0 || a[0] == '-'):
			file = args[i+1]
		}
		if a == "--create" || a == "--update" || a == "--insert" || a == "--remove" ||
			(i == 0 || strings.HasPrefix(a, "-")) && !strings.HasPrefix(a, "--") && strings.ContainsAny(a, "cuir") {
			kind = "write"
		}
	}
	l.file(kind, file)
}

// dotArgs cuts a dot command into words: at white space, minding quotation
// marks.
func dotArgs(s string) []string {
	var out []string
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c <= ' ' && c != 0:
			i++
		case c == '\'' || c == '"':
			var b strings.Builder
			for i++; i < len(s) && s[i] != c; i++ {
				if s[i] == '\\' && c == '"' && i+1 < len(s) {
					i++
				}
				b.WriteByte(s[i])
			}
			i++
			out = append(out, b.String())
		default:
			j := i
			for j < len(s) && (s[j] > ' ' || s[j] == 0) {
				j++
			}
			out = append(out, s[i:j])
			i = j
		}
	}
	return out
}
