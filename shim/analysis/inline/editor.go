package inline

import (
	"strings"

	"guard/rules/value"
)

// runEditor reports what the command lines of vim or gdb do: vim's ex commands
// and gdb's own commands.
func runEditor(r *recorder, lang Lang, src string) {
	p := &interp{rec: r, lang: lang, src: src}
	at := 0
	for at <= len(src) && r.step() {
		end := strings.IndexByte(src[at:], '\n')
		if end < 0 {
			end = len(src)
		} else {
			end += at
		}
		line := strings.TrimSpace(src[at:end])
		c := cx{from: at, to: end}
		switch {
		case lang == Vim:
			p.ex(line, c, 0)
		case line == "python" || line == "py":
			body := src[min(end+1, len(src)):]
			if n := strings.Index(body, "\nend"); n >= 0 {
				body = body[:n]
			}
			p.inner(Python, body, c)
			end = min(end+1, len(src)) + len(body)
		default:
			p.gdb(line, c)
		}
		at = end + 1
	}
}

// ex interprets one line of ex commands.
func (p *interp) ex(line string, at cx, depth int) {
	if depth > 8 {
		p.rec.fail("program nests too deeply")
		return
	}
	line = strings.TrimLeft(line, ": \t")
	if line == "" || line[0] == '"' {
		return
	}
	line = strings.TrimLeft(line, "%.$,0123456789'<>+-; ")
	if cmd, ok := strings.CutPrefix(line, "!"); ok {
		p.emitShell(str(exFile(strings.TrimSpace(cmd))), at)
		return
	}
	n := 0
	for n < len(line) && (isLetter(line[n])) {
		n++
	}
	name, rest := line[:n], line[n:]
	bang := strings.HasPrefix(rest, "!")
	rest = strings.TrimSpace(strings.TrimPrefix(rest, "!"))
	switch name {
	case "sil", "silent", "exe", "execute", "norm", "normal", "verb", "verbose", "keepalt", "noautocmd", "noa", "tab", "bo", "botright", "vert", "vertical", "argdo", "bufdo", "windo", "tabdo", "g", "global", "v", "au", "autocmd", "if", "call", "let", "echo", "put", "pu", "py", "python", "py3", "python3", "pyx", "lua", "ruby", "perl", "luafile", "pyfile", "py3file":
		p.exNested(name, rest, at, depth)
		return
	}
	if i := exBar(rest); i >= 0 {
		p.ex(rest[i+1:], at, depth+1)
		rest = strings.TrimSpace(rest[:i])
	}
	switch name {
	case "r", "re", "read":
		switch {
		case bang:
			p.emitShell(str(exFile(rest)), at)
		case strings.HasPrefix(rest, "!"):
			p.emitShell(str(exFile(strings.TrimSpace(rest[1:]))), at)
		case rest != "":
			p.exPath(Read, rest, at)
		}
	case "e", "ed", "edi", "edit", "ex", "sp", "split", "vs", "vsplit", "tabe", "tabedit", "tabnew", "new", "vie", "view", "fin", "find", "arge", "argedit", "bad", "badd", "args", "n", "next", "diffsplit", "pedit", "ped", "sview", "vnew", "drop":
		if rest != "" && !strings.HasPrefix(rest, "#") {
			p.exPath(Read, rest, at)
		}
	case "w", "wr", "writ", "write", "sav", "saveas", "wq", "x", "xit", "up", "update", "mks", "mksession", "wv", "redir":
		p.exWrite(rest, bang, at)
	case "so", "source", "ru", "runtime", "rundo", "rviminfo":
		if rest != "" {
			p.exPath(Load, rest, at)
		}
	case "sh", "shell", "ter", "term", "terminal", "make", "grep", "gr":
		if rest != "" && name != "make" && !strings.HasPrefix(name, "gr") {
			p.emitShell(str(exFile(rest)), at)
		} else if rest == "" {
			p.emitExec([]val{str("sh")}, at)
		}
	case "cd", "lcd", "tcd", "chdir":
		if rest != "" {
			p.doChdir(expandHome(rest), &at)
		}
	}
}

// exNested interprets commands that hold other commands or expressions.
func (p *interp) exNested(name, rest string, at cx, depth int) {
	switch name {
	case "exe", "execute":
		if s, ok := vimString(rest); ok {
			p.ex(s, at, depth+1)
			return
		}
		p.emit(Effect{Kind: Code, Arg: value.Any, Opaque: true, Why: "computed command"}, at)
	case "py", "python", "py3", "python3", "pyx":
		p.inner(Python, rest, at)
	case "lua":
		p.inner(Lua, rest, at)
	case "ruby":
		p.inner(Ruby, rest, at)
	case "perl":
		p.inner(Perl, rest, at)
	case "luafile", "pyfile", "py3file":
		p.exPath(Load, rest, at)
	case "norm", "normal":
		if i := strings.Index(rest, ":"); i >= 0 {
			p.ex(rest[i:], at, depth+1)
		}
	case "g", "global", "v":
		if rest != "" {
			if parts := strings.SplitN(rest[1:], rest[:1], 2); len(parts) == 2 {
				p.ex(parts[1], at, depth+1)
			}
		}
	case "call", "let", "echo", "put", "pu", "if":
		p.vimCalls(rest, at)
	case "au", "autocmd":
		if f := strings.Fields(rest); len(f) > 2 {
			p.ex(strings.Join(f[2:], " "), at, depth+1)
		}
	default:
		p.ex(rest, at, depth+1)
	}
}

// inner analyses text of another language.
func (p *interp) inner(lang Lang, text string, at cx) {
	if p.rec.nested == 0 {
		p.rec.span = [2]int{at.from, at.to}
	}
	p.rec.nested++
	p.rec.program(lang, text, nil)
	p.rec.nested--
}

// vimCalls reports the functions in an expression of Vim script.
func (p *interp) vimCalls(s string, at cx) {
	for _, f := range [...]struct {
		name string
		kind Kind
	}{{"system(", Shell}, {"systemlist(", Shell}, {"readfile(", Read}, {"readblob(", Read}, {"delete(", Delete}, {"job_start(", Shell}, {"term_start(", Shell}, {"execute(", Code}} {
		i := strings.Index(s, f.name)
		if i < 0 || i > 0 && isIdent(s[i-1]) {
			continue
		}
		arg, ok := vimString(s[i+len(f.name):])
		if !ok {
			arg = string(value.Any)
		}
		switch f.kind {
		case Shell:
			p.emitShell(str(arg), at)
		case Code:
			p.ex(arg, at, 1)
		default:
			p.exPath(f.kind, arg, at)
		}
	}
	if i := strings.Index(s, "writefile("); i >= 0 {
		arg := string(value.Any)
		if j := strings.LastIndexAny(s, `'"`); j > 0 {
			if k := strings.LastIndexByte(s[:j], s[j]); k >= 0 {
				arg = s[k+1 : j]
			}
		}
		p.exPath(Write, arg, at)
	}
}

// vimString reads the string at the start of s.
func vimString(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return "", false
	}
	n := strings.IndexByte(s[1:], s[0])
	if n < 0 {
		return "", false
	}
	if rest := strings.TrimSpace(s[n+2:]); strings.HasPrefix(rest, ".") {
		return "", false
	}
	return s[1 : n+1], true
}

// exBar returns the place of a bar that ends an ex command, or -1.
func exBar(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '|':
			return i
		case '!':
			return -1
		}
	}
	return -1
}

func (p *interp) exWrite(rest string, bang bool, at cx) {
	for strings.HasPrefix(rest, "++") {
		_, rest, _ = strings.Cut(rest, " ")
	}
	switch {
	case rest == "":
	case strings.HasPrefix(rest, "!"):
		p.emitShell(str(strings.TrimSpace(rest[1:])), at)
	case strings.HasPrefix(rest, ">>"):
		p.exPath(Append, strings.TrimSpace(rest[2:]), at)
	default:
		p.exPath(Write, strings.TrimSpace(strings.TrimPrefix(rest, ">")), at)
	}
}

// exPath reports the file name of an ex command.
func (p *interp) exPath(kind Kind, s string, at cx) {
	for strings.HasPrefix(s, "+") || strings.HasPrefix(s, "++") {
		_, rest, ok := strings.Cut(s, " ")
		if !ok {
			return
		}
		s = strings.TrimSpace(rest)
	}
	p.emitPaths(kind, expandHome(exFile(s)), at)
}

// exFile replaces the names % and # of the present files.
func exFile(s string) string {
	if !strings.ContainsAny(s, "%#") {
		return strings.ReplaceAll(s, `\ `, " ")
	}
	return strings.NewReplacer("%", string(value.Any), "#", string(value.Any), `\ `, " ").Replace(s)
}

// gdb interprets one command of gdb or lldb.
func (p *interp) gdb(line string, at cx) {
	name, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if cmd, ok := strings.CutPrefix(line, "!"); ok {
		p.emitShell(str(strings.TrimSpace(cmd)), at)
		return
	}
	switch name {
	case "shell", "make", "platform":
		if name == "make" {
			rest = line
		}
		p.emitShell(str(strings.TrimPrefix(rest, "shell ")), at)
	case "pipe", "|":
		if i := strings.IndexByte(rest, '|'); i >= 0 {
			p.emitShell(str(strings.TrimSpace(rest[i+1:])), at)
		}
	case "python", "py", "python-interactive", "pi", "script":
		if rest != "" {
			p.inner(Python, rest, at)
		}
	case "call", "print", "p", "compile", "expr", "expression", "eval":
		if i := strings.Index(rest, "system("); i >= 0 {
			arg, ok := vimString(rest[i+len("system("):])
			if !ok {
				arg = string(value.Any)
			}
			p.emitShell(str(strings.TrimSuffix(arg, ")")), at)
		}
	case "source", "add-symbol-file", "symbol-file":
		p.emitPaths(Load, expandHome(rest), at)
	case "file", "exec-file", "core-file", "target", "list":
		if name != "target" && name != "list" {
			p.emitPaths(Read, expandHome(rest), at)
		}
	case "dump", "append", "save":
		if f := strings.Fields(rest); len(f) > 1 {
			p.emitPaths(Write, expandHome(f[1]), at)
		}
	case "restore":
		if f := strings.Fields(rest); len(f) > 0 {
			p.emitPaths(Read, expandHome(f[0]), at)
		}
	case "cd":
		p.doChdir(expandHome(rest), &at)
	}
}
