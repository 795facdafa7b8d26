package inline

import (
	"strings"

	"guard/rules/value"
)

// plain returns s as it leaves the package: the home directory is written ~
// where a path starts with it and is unknown elsewhere, and a path that only
// looks as if it did is set apart.
func plain(s string, path bool) value.Text {
	if path && (s == "~" || strings.HasPrefix(s, "~/")) {
		s = "./" + s
	}
	if strings.HasPrefix(s, home) && (len(s) == len(home) || s[len(home)] == '/') {
		s = "~" + s[len(home):]
	}
	if strings.Contains(s, home) {
		repl := string(value.Any)
		if !path {
			repl = "~"
		}
		s = strings.ReplaceAll(s, home, repl)
	}
	return value.Text(s)
}

// resolve makes the path s one that starts where the program started.
func (p *interp) resolve(s string) value.Text {
	s = strings.TrimPrefix(s, "file://")
	rel := s != "" && s[0] != '/' && !strings.HasPrefix(s, home) && s[0] != 0
	if rel && p.cwd != "" {
		s = strings.TrimSuffix(p.cwd, "/") + "/" + s
	}
	return plain(s, true)
}

// isFile reports whether v can name a file; handles and numbers cannot.
func isFile(v val) bool {
	switch v.k {
	case vNum, vNil, vBool, vFn, vEnv, vEnvKey, vDict:
		return false
	case vObj:
		switch v.typ {
		case "file", "Regex", "dir", "http", "Function", "process":
			return false
		}
	case vRef:
		switch v.s {
		case "STDIN", "STDOUT", "STDERR", "sys.stdin", "sys.stdout", "sys.stderr", "io.stdin", "process.stdin", "process.stdout", "php", "$stdin", "$stdout":
			return false
		}
	}
	return true
}

// emitPaths records an effect of kind on each path that v may be.
func (p *interp) emitPaths(kind Kind, v val, at cx) {
	if kind == None {
		return
	}
	switch v.k {
	case vList:
		for _, e := range flat(v.l) {
			p.emitPaths(kind, e, at)
		}
		return
	case vAlt:
		for _, e := range v.l {
			p.emitPaths(kind, e, at)
		}
		return
	case vObj:
		if v.typ == "Glob" {
			for _, e := range v.l {
				p.emitPaths(kind, e, at)
			}
			return
		}
	}
	if !isFile(v) {
		return
	}
	s := v.text()
	if v.k != vStr && v.k != vObj || v.k == vObj && s == "" && v.typ != "Path" {
		s = string(value.Any)
	}
	switch {
	case s == "" && kind != List:
		return
	case s == "":
		s = "."
	case isURL(s):
		if kind == Read || kind == Load || kind == Write {
			p.emit(Effect{Kind: Request, Method: "GET", Arg: plain(s, false)}, at)
		}
		return
	case strings.HasPrefix(s, "php://"), strings.HasPrefix(s, "data:"):
		if _, rest, ok := strings.Cut(s, "resource="); ok {
			p.emitPaths(kind, str(rest), at)
		}
		return
	case strings.HasPrefix(s, "/dev/std"), s == "/dev/tty", strings.HasPrefix(s, "/dev/fd/"):
		return
	}
	p.emit(Effect{Kind: kind, Arg: p.resolve(s)}, at)
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// emitPairs records an effect of kind from each path of a to each of b.
func (p *interp) emitPairs(kind Kind, a, b val, at cx) {
	as, bs := flat([]val{a}), flat([]val{b})
	if len(as)*len(bs) > maxList {
		as = []val{anyStr()}
	}
	for _, x := range as {
		for _, y := range bs {
			for _, x := range x.alts() {
				for _, y := range y.alts() {
					if !isFile(x) && !isFile(y) {
						continue
					}
					from, to := string(value.Any), string(value.Any)
					if x.k == vStr || x.k == vObj {
						from = x.text()
					}
					if y.k == vStr || y.k == vObj {
						to = y.text()
					}
					p.emit(Effect{Kind: kind, Arg: p.resolve(from), Arg2: p.resolve(to)}, at)
				}
			}
		}
	}
}

// emitShell records that each text that v may be runs in a shell.
func (p *interp) emitShell(v val, at cx) {
	for _, a := range v.alts() {
		switch a.k {
		case vNil, vNum, vFn, vEnv, vBool:
			continue
		case vList:
			p.emitShell(joinList(a, str(" ")), at)
			continue
		}
		t := plain(a.text(), false)
		p.emit(Effect{Kind: Shell, Arg: t, Opaque: hollow(t)}, at)
	}
}

// emitExec records that the program words[0] runs with the rest.
func (p *interp) emitExec(words []val, at cx) {
	var argv []value.Text
	for _, w := range words {
		switch {
		case w.k == vList:
			for _, e := range w.l {
				argv = append(argv, plain(e.text(), false))
			}
		case w.k == vNil, w.k == vFn, w.k == vDict:
		case w.k == vAlt && len(argv) == 0:
			for _, a := range w.l {
				p.emitExec(append([]val{a}, words[1:]...), at)
			}
			return
		case w.k == vUnk || w.k == vRef:
			argv = append(argv, value.Many)
		default:
			argv = append(argv, plain(w.text(), false))
		}
	}
	if len(argv) == 0 {
		return
	}
	p.emit(Effect{Kind: Exec, Arg: argv[0], Argv: argv, Opaque: hollow(argv[0])}, at)
}

// hollow reports whether nothing is known of t.
func hollow(t value.Text) bool {
	s := strings.TrimSpace(string(t))
	for len(s) >= 2 && s[0] == 0 {
		s = strings.TrimSpace(s[2:])
	}
	return s == "" && t != ""
}

// evalText analyses the text v, which the program runs.
func (p *interp) evalText(v val, at cx) {
	for _, a := range v.alts() {
		switch {
		case a.k == vObj && (a.typ == "code" || a.typ == "Function"):
			at.name = "" // compiled before, as what it may be
			p.evalText(first(a.l, str(a.s)), at)
		case a.known():
			p.eval(a.s, at)
		case fromNet(a):
			p.emit(Effect{Kind: Code, Arg: value.Net, Why: "code from the network"}, at)
		case a.k == vUnk && a.typ == "content", a.k == vObj && a.typ == "file":
			p.emitPaths(Load, str(a.s), at)
			if hollow(value.Text(a.s)) {
				p.emit(Effect{Kind: Code, Arg: value.Any, Opaque: true, Why: "code from a file"}, at)
			}
		case a.k == vFn:
			p.callFn(a.fn, args{unknown: true}, nil)
		case a.k == vNum, a.k == vNil, a.k == vBool, a.k == vDict:
		default:
			t := plain(a.text(), false)
			p.emit(Effect{Kind: Code, Arg: t, Opaque: hollow(t), Why: "computed code"}, at)
		}
	}
}

// first returns l[0], or v if there is none.
func first(l []val, v val) val {
	if len(l) > 0 {
		return l[0]
	}
	return v
}

// print records the environment if it is among what is printed.
func (p *interp) print(v val, at cx) {
	if holdsEnv(v) {
		p.emit(Effect{Kind: Environ}, at)
	}
}

// holdsEnv reports whether the environment is in v, or in the first thousands
// of values in it.
func holdsEnv(v val) bool {
	budget := 4 * maxList
	return findEnv(v, &budget)
}

func findEnv(v val, budget *int) bool {
	switch v.k {
	case vEnv:
		return true
	case vRef:
		return isEnvRef(v.s) && len(v.l) == 0
	case vList, vDict, vAlt:
		for _, e := range v.l {
			if *budget--; *budget < 0 {
				return false
			}
			if findEnv(e, budget) {
				return true
			}
		}
	}
	return false
}

// emitRequest records an HTTP request to each address that url may be.
func (p *interp) emitRequest(method string, url, body val, at cx) {
	for _, u := range flat([]val{url}) {
		for _, u := range u.alts() {
			s := u.text()
			for _, b := range body.alts() {
				p.emit(Effect{Kind: Request, Method: strings.ToUpper(method), Arg: plain(s, false), Body: plain(bodyText(b), false)}, at)
			}
		}
	}
	p.print(body, at)
}

// bodyText renders what is sent: text as it stands, structures as JSON.
func bodyText(v val) string {
	switch v.k {
	case vUnk:
		if v.typ == "" {
			return string(value.Any)
		}
	case vNil:
		return ""
	case vDict, vList:
		return v.json()
	}
	return v.text()
}

// looksSQL reports whether s starts like a statement of SQL.
func looksSQL(s string) bool {
	s = strings.TrimLeft(s, " \t\r\n(;")
	for strings.HasPrefix(s, "--") || strings.HasPrefix(s, "/*") {
		mark := "\n"
		if s[0] == '/' {
			mark = "*/"
		}
		_, rest, ok := strings.Cut(s, mark)
		if !ok {
			return false
		}
		s = strings.TrimLeft(rest, " \t\r\n(;")
	}
	n := 0
	for n < len(s) && isLetter(s[n]) {
		n++
	}
	switch strings.ToLower(s[:n]) {
	case "select", "insert", "update", "delete", "drop", "truncate", "alter", "create", "grant", "revoke", "with", "merge",
		"replace", "begin", "commit", "rollback", "vacuum", "attach", "detach", "copy", "show", "explain", "use", "set", "call", "exec", "execute",
		"do", "pragma", "reindex", "rename", "lock", "analyze", "declare", "values", "describe", "reset", "match":
		return n < len(s) && (s[n] <= ' ' || s[n] == ';' || s[n] == '*' || s[n] == '(' || s[n] == 0) || n == len(s)
	}
	return false
}

// joinPath returns a/b; an absolute b replaces a.
func joinPath(a, b val, typ string) val {
	if len(a.alts())*len(b.alts()) > maxAlts {
		return obj(typ, string(value.Any))
	}
	return mapAlts(a, func(x val) val {
		return mapAlts(b, func(y val) val {
			s, t := x.text(), y.text()
			switch {
			case strings.HasPrefix(t, "/") || strings.HasPrefix(t, home):
			case s == "" || s == ".":
			case strings.HasSuffix(s, "/"):
				t = s + t
			default:
				t = s + "/" + t
			}
			return obj(typ, t)
		})
	})
}

// joinPaths joins the elements of a path the way path.join does, in which an
// absolute element only replaces what is before it if abs is set.
func joinPaths(parts []val, abs bool) val {
	out := str("")
	for i, part := range flat(parts) {
		if i == 0 {
			out = mapAlts(part, func(v val) val { return str(v.text()) })
			continue
		}
		out = mapAlts(out, func(x val) val {
			return mapAlts(part, func(y val) val {
				s, t := x.text(), y.text()
				switch {
				case abs && (strings.HasPrefix(t, "/") || strings.HasPrefix(t, home)):
					return str(t)
				case s == "", t == "":
					return str(s + t)
				}
				return str(strings.TrimSuffix(s, "/") + "/" + strings.TrimPrefix(t, "/"))
			})
		})
	}
	return out
}
