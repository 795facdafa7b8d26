package inline

import (
	"strings"

	"guard/rules/value"
)

// tclScript interprets the commands of a Tcl script.
type tclScript struct {
	p    *interp
	vars map[string]string
	from int
	// spawned: what is sent goes to a shell.
	spawned bool
}

// runTcl reports the files and programs that a Tcl script names.
func runTcl(r *recorder, src string, args []value.Text) {
	t := &tclScript{p: &interp{rec: r, lang: Tcl, src: src}, vars: map[string]string{}}
	for i, a := range args {
		if i == 0 {
			t.vars["argv"] = string(a)
		}
	}
	t.script(src, 0, 0)
}

// script runs the commands of s, which starts at base in the program.
func (t *tclScript) script(s string, base, depth int) string {
	if depth > 40 {
		t.p.rec.fail("program nests too deeply")
		return string(value.Any)
	}
	out := ""
	for i := 0; i < len(s) && t.p.rec.step(); {
		for i < len(s) && strings.IndexByte(" \t\r\n;", s[i]) >= 0 {
			i++
		}
		if i < len(s) && s[i] == '#' {
			for i < len(s) && s[i] != '\n' {
				i++
			}
			continue
		}
		start := i
		var words []string
		for i < len(s) && s[i] != '\n' && s[i] != ';' {
			w, n := t.word(s, i, base, depth)
			if n <= i {
				break
			}
			words = append(words, w)
			i = n
			for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
				i++
			}
		}
		if len(words) > 0 {
			t.from = base + start
			out = t.command(words, cx{from: base + start, to: base + min(i, len(s))}, base+start, depth)
		} else {
			i++
		}
	}
	return out
}

// word reads one word at i and returns its value and where it ends.
func (t *tclScript) word(s string, i, base, depth int) (string, int) {
	t.p.rec.spend(1)
	switch s[i] {
	case '{':
		n := tclClose(s, i, '{', '}')
		return s[i+1 : max(n-1, i+1)], n
	case '"':
		n := i + 1
		for n < len(s) && s[n] != '"' {
			if s[n] == '\\' {
				n++
			}
			n++
		}
		return t.subst(s[i+1:min(n, len(s))], base+i+1, depth), min(n+1, len(s))
	}
	n := i
	for n < len(s) && strings.IndexByte(" \t\n;", s[n]) < 0 {
		switch s[n] {
		case '\\':
			n++
		case '[':
			n = tclClose(s, n, '[', ']') - 1
		case '{':
			if n > i && s[n-1] == '$' {
				n = tclClose(s, n, '{', '}') - 1
			}
		}
		n++
	}
	n = min(n, len(s))
	return t.subst(s[i:n], base+i, depth), n
}

// tclClose returns the place after the bracket that closes the one at i.
func tclClose(s string, i int, open, shut byte) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// subst substitutes commands, variables and backslashes.
func (t *tclScript) subst(s string, base, depth int) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			n, ok := t.p.escape(&b, s[i:])
			if !ok {
				b.WriteString(string(value.Any))
			}
			i += n - 1
		case c == '[':
			n := tclClose(s, i, '[', ']')
			b.WriteString(t.script(s[i+1:max(n-1, i+1)], base+i+1, depth+1))
			i = n - 1
		case c == '$' && i+1 < len(s) && (isIdentStart(s[i+1]) || s[i+1] == '{' || s[i+1] == ':'):
			n := i + 1
			var name string
			if s[n] == '{' {
				n = tclClose(s, n, '{', '}')
				name = s[i+2 : max(n-1, i+2)]
			} else {
				for n < len(s) && (isIdent(s[n]) || s[n] == ':') {
					n++
				}
				name = s[i+1 : n]
				if n < len(s) && s[n] == '(' {
					m := tclClose(s, n, '(', ')')
					name = s[i+1 : m]
					n = m
				}
			}
			v, ok := t.vars[name]
			if name == "env(HOME)" {
				v, ok = home, true
			}
			if !ok {
				v = string(value.Any)
			}
			b.WriteString(v)
			i = n - 1
		default:
			b.WriteByte(c)
		}
		if b.Len() > maxText {
			return string(value.Any)
		}
	}
	return b.String()
}

// command runs one command.
func (t *tclScript) command(w []string, at cx, base, depth int) string {
	arg := func(n int) string {
		if n < len(w) {
			return w[n]
		}
		return ""
	}
	switch w[0] {
	case "set":
		if len(w) > 2 {
			if old, ok := t.vars[w[1]]; ok && depth > 0 && old != w[2] {
				t.vars[w[1]] = string(value.Any)
			} else {
				t.vars[w[1]] = w[2]
			}
		}
		v, ok := t.vars[arg(1)]
		if !ok {
			v = string(value.Any)
		}
		return v
	case "append":
		t.vars[arg(1)] += strings.Join(w[min(2, len(w)):], "")
		if len(t.vars[arg(1)]) > maxText || depth > 0 {
			t.vars[arg(1)] = string(value.Any)
		}
		return t.vars[arg(1)]
	case "open":
		t.open(arg(1), arg(2), at)
		return string(value.Any)
	case "exec":
		t.exec(w[1:], at)
		return string(value.Any)
	case "system": // of expect
		t.p.emitShell(str(strings.Join(w[1:], " ")), at)
	case "send", "exp_send":
		text := strings.NewReplacer("\r", "\n", `\r`, "\n", `\n`, "\n").Replace(w[len(w)-1])
		if t.spawned && len(w) > 1 && !hollow(value.Text(text)) {
			t.p.emitShell(str(text), at)
		}
	case "source":
		t.p.emitPaths(Load, str(arg(1)), at)
	case "file":
		t.file(w, at)
		switch arg(1) {
		case "join":
			return joinPaths(strs(w[2:]), true).text()
		case "dirname":
			return dirName(arg(2))
		case "normalize", "nativename":
			return expandHome(arg(2)).text()
		}
	case "glob":
		return t.p.glob(str(w[len(w)-1]), at).text()
	case "cd":
		t.p.doChdir(str(arg(1)), &at)
	case "eval", "uplevel", "subst", "catch", "time", "if", "while", "for", "foreach", "proc", "try", "namespace", "switch", "after", "expr", "else", "elseif", "finally", "on":
		t.nested(w, base, depth)
		if w[0] == "eval" && len(w) > 1 && hollow(value.Text(strings.Join(w[1:], " "))) {
			t.p.emit(Effect{Kind: Code, Arg: value.Any, Opaque: true, Why: "computed code"}, at)
		}
	case "join":
		return strings.ReplaceAll(arg(1), " ", arg(2))
	case "string":
		switch {
		case arg(1) == "reverse":
			return mapKnown(str(arg(2)), func(s string) val { return str(reverse(s)) }).text()
		case arg(1) == "tolower":
			return mapKnown(str(arg(2)), func(s string) val { return str(strings.ToLower(s)) }).text()
		case arg(1) == "cat":
			return strings.Join(w[2:], "")
		}
	case "format":
		return sprintf(arg(1), strs(w[min(2, len(w)):]), unk()).text()
	case "spawn", "send_user":
		if w[0] == "spawn" {
			t.exec(w[1:], at)
			t.spawned = strings.HasSuffix(arg(1), "sh")
		}
	case "socket":
		if len(w) >= 3 {
			t.p.emit(Effect{Kind: Connect, Arg: plain(w[len(w)-2]+":"+w[len(w)-1], false)}, at)
		}
	case "puts", "parray":
		if arg(1) == "env" && w[0] == "parray" || strings.Contains(arg(len(w)-1), "array get env") {
			t.p.emit(Effect{Kind: Environ}, at)
		}
	case "array":
		if arg(1) == "get" && arg(2) == "env" {
			t.p.emit(Effect{Kind: Environ}, at)
		}
	}
	return string(value.Any)
}

func strs(w []string) []val {
	l := make([]val, len(w))
	for i, s := range w {
		l[i] = str(s)
	}
	return l
}

// nested runs the words that are scripts.
func (t *tclScript) nested(w []string, base, depth int) {
	if w[0] == "foreach" && len(w) > 1 {
		t.vars[w[1]] = string(value.Any)
	}
	for _, s := range w[1:] {
		if strings.ContainsAny(s, " \n;[") {
			t.p.rec.spend(len(s) / 8)
			t.script(s, base, depth+1)
		}
	}
}

func (t *tclScript) open(name, mode string, at cx) {
	name = strings.TrimSpace(name)
	if cmd, ok := strings.CutPrefix(name, "|"); ok {
		t.exec(strings.Fields(cmd), at)
		return
	}
	c := at
	c.pos = []val{str(name)}
	if mode != "" {
		c.pos = append(c.pos, str(mode))
	}
	t.p.doOpen(&entry{a0: "0", a1: "1"}, &c, expandHome(name))
}

func (t *tclScript) exec(w []string, at cx) {
	for len(w) > 0 && strings.HasPrefix(w[0], "-") {
		w = w[1:]
	}
	for i := 0; i < len(w); i++ {
		switch {
		case (w[i] == "<" || w[i] == ">" || w[i] == ">>") && i+1 < len(w):
			kind := map[string]Kind{"<": Read, ">": Write, ">>": Append}[w[i]]
			t.p.emitPaths(kind, str(w[i+1]), at)
			w = append(append([]string(nil), w[:i]...), w[i+2:]...)
			i--
		case w[i] == "|":
			t.exec(w[i+1:], at)
			w = w[:i]
		}
	}
	t.p.emitExec(strs(w), at)
}

func (t *tclScript) file(w []string, at cx) {
	if len(w) < 3 {
		return
	}
	ops := w[2:]
	force := false
	for len(ops) > 0 && strings.HasPrefix(ops[0], "-") {
		force = force || ops[0] == "-force"
		ops = ops[1:]
	}
	if len(ops) == 0 {
		return
	}
	list := list(strs(ops)...)
	last := str(ops[len(ops)-1])
	switch w[1] {
	case "delete":
		kind := Delete
		if force {
			kind = DeleteTree
		}
		t.p.emitPaths(kind, list, at)
	case "rename":
		t.p.emitPairs(Rename, list.l[0], last, at)
	case "copy":
		t.p.emitPairs(Copy, list.l[0], last, at)
	case "mkdir":
		t.p.emitPaths(Mkdir, list, at)
	case "link":
		t.p.emitPairs(Link, last, list.l[0], at)
	case "attributes":
		t.p.emitPaths(Chmod, list.l[0], at)
	}
}
