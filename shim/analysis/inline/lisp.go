package inline

import "strings"

// sexp is a form of a Lisp: an atom, a string or a list.
type sexp struct {
	atom     string
	isStr    bool
	list     []sexp
	from, to int
}

// lispReader reads forms.
type lispReader struct {
	rec   *recorder
	s     string
	i     int
	depth int
	vars  map[string]val
	p     *interp
}

// runLisp reports what the forms of an Emacs Lisp, Scheme or Clojure program
// would do.
func runLisp(r *recorder, src string) {
	l := &lispReader{rec: r, s: src, vars: map[string]val{}}
	l.p = &interp{rec: r, lang: Lisp, src: src}
	for r.step() {
		l.space()
		if l.i >= len(l.s) {
			return
		}
		l.eval(l.read())
	}
}

func (l *lispReader) space() {
	for l.i < len(l.s) {
		switch c := l.s[l.i]; {
		case c <= ' ' || c == ',' || c == '\'' || c == '`' || c == '@':
			l.i++
		case c == ';':
			for l.i < len(l.s) && l.s[l.i] != '\n' {
				l.i++
			}
		default:
			return
		}
	}
}

// read reads one form.
func (l *lispReader) read() sexp {
	l.space()
	from := l.i
	if l.i >= len(l.s) || !l.rec.step() {
		l.i = len(l.s)
		return sexp{from: from, to: l.i}
	}
	switch c := l.s[l.i]; c {
	case '(', '[', '{':
		l.i++
		e := sexp{from: from, list: []sexp{}}
		if l.depth++; l.depth > l.rec.limits.Depth {
			l.rec.fail("program nests too deeply")
			l.i = len(l.s)
		}
		for l.space(); l.i < len(l.s) && l.s[l.i] != ')' && l.s[l.i] != ']' && l.s[l.i] != '}'; l.space() {
			e.list = append(e.list, l.read())
		}
		l.depth--
		l.i = min(l.i+1, len(l.s))
		e.to = l.i
		return e
	case '"':
		var b strings.Builder
		for l.i++; l.i < len(l.s) && l.s[l.i] != '"'; {
			if l.s[l.i] == '\\' {
				n, _ := l.p.escape(&b, l.s[l.i:])
				l.i += n
				continue
			}
			b.WriteByte(l.s[l.i])
			l.i++
		}
		l.i = min(l.i+1, len(l.s))
		return sexp{atom: b.String(), isStr: true, from: from, to: l.i}
	}
	for l.i < len(l.s) && l.s[l.i] > ' ' && strings.IndexByte("()[]{}\";", l.s[l.i]) < 0 {
		l.i++
	}
	l.i = max(l.i, from+1)
	return sexp{atom: l.s[from:l.i], from: from, to: l.i}
}

// eval evaluates a form.
func (l *lispReader) eval(e sexp) val {
	if e.isStr {
		return str(e.atom)
	}
	if e.list == nil {
		if v, ok := l.vars[e.atom]; ok {
			return v
		}
		return unk()
	}
	if len(e.list) == 0 || !l.rec.step() {
		return unk()
	}
	head := e.list[0].atom
	switch head {
	case "quote", "function", "declare":
		return unk()
	case "let", "let*", "setq", "setq-local", "define", "def", "defvar", "defconst", "setf":
		l.define(head, e.list[1:])
	}
	vals := make([]val, 0, len(e.list))
	for i, a := range e.list[1:] {
		if i == 0 && head == "with-open-file" && len(a.list) > 1 { // (STREAM FILE …)
			a = a.list[1]
		}
		vals = append(vals, l.eval(a))
	}
	if e.list[0].list != nil {
		l.eval(e.list[0])
		return unk()
	}
	return l.apply(head, vals, cx{from: e.from, to: e.to})
}

func (l *lispReader) define(head string, rest []sexp) {
	if strings.HasPrefix(head, "let") {
		if len(rest) == 0 {
			return
		}
		for i, b := range rest[0].list {
			switch {
			case len(b.list) == 2:
				l.vars[b.list[0].atom] = l.eval(b.list[1])
			case b.list == nil && i+1 < len(rest[0].list) && i%2 == 0: // Clojure
				l.vars[b.atom] = l.eval(rest[0].list[i+1])
			}
		}
		return
	}
	for i := 0; i+1 < len(rest); i += 2 {
		if rest[i].list == nil && rest[i].atom != "" {
			v := l.eval(rest[i+1])
			if old, ok := l.vars[rest[i].atom]; ok {
				v = join(old, v)
			}
			l.vars[rest[i].atom] = v
		}
	}
}

// apply reports what the function name does with its arguments.
func (l *lispReader) apply(name string, a []val, at cx) val {
	arg := func(n int) val {
		if n < len(a) {
			return a[n]
		}
		return unk()
	}
	path := func(kind Kind, n int) {
		if n < len(a) {
			l.p.emitPaths(kind, mapAlts(a[n], func(v val) val { return expandHome(v.text()) }), at)
		}
	}
	switch name {
	case "insert-file-contents", "insert-file-contents-literally", "find-file", "find-file-noselect", "slurp", "view-file", "insert-file", "call-with-input-file", "open-input-file", "with-open-file", "file->string", "open", "read-file", "with-input-from-file", "find-file-read-only", "f-read", "f-read-text", "clojure.core/slurp", "line-seq", "reader", "io/reader":
		path(Read, 0)
	case "load-file", "load", "load-library", "primitive-load":
		path(Load, 0)
	case "write-region", "append-to-file":
		kind := Write
		if name[0] == 'a' || len(a) > 3 && a[3].k != vUnk {
			kind = Append
		}
		path(kind, 2)
	case "write-file", "spit", "call-with-output-file", "open-output-file", "f-write", "f-write-text", "with-output-to-file":
		path(Write, boolInt(strings.HasPrefix(name, "f-"))*(len(a)-1))
	case "delete-file", "io/delete-file", "move-file-to-trash", "f-delete":
		path(Delete, 0)
	case "delete-directory", "delete-directory-and-files", "delete-file-recursively":
		if len(a) > 1 || name != "delete-directory" {
			path(DeleteTree, 0)
		} else {
			path(Delete, 0)
		}
	case "rename-file":
		l.p.emitPairs(Rename, arg(0), arg(1), at)
	case "copy-file", "copy-directory":
		l.p.emitPairs(Copy, arg(0), arg(1), at)
	case "make-symbolic-link", "add-name-to-file", "symlink":
		l.p.emitPairs(Link, arg(0), arg(1), at)
	case "set-file-modes", "chmod":
		path(Chmod, 0)
	case "make-directory", "mkdir":
		path(Mkdir, 0)
	case "directory-files", "directory-files-recursively":
		path(List, 0)
	case "shell-command", "shell-command-to-string", "async-shell-command", "system", "compile", "uiop:run-program", "ext:shell", "process-lines-ignore-status", "run-shell-command", "eshell-command":
		if name != "compile" || arg(0).k == vStr {
			l.p.emitShell(arg(0), at)
		}
	case "call-process":
		l.p.emitExec(append([]val{arg(0)}, a[min(4, len(a)):]...), at)
	case "process-lines", "sh", "shell", "system*", "clojure.java.shell/sh", "shell/sh", "sb-ext:run-program", "run-program", "babashka.process/shell":
		l.p.emitExec(a, at)
	case "start-process", "start-file-process":
		l.p.emitExec(a[min(2, len(a)):], at)
	case "call-process-shell-command":
		l.p.emitShell(arg(0), at)
	case "start-process-shell-command":
		l.p.emitShell(arg(2), at)
	case "eval", "load-string", "eval-string":
		if v := arg(0); v.known() && l.rec.nested < 8 {
			l.rec.span = [2]int{at.from, at.to}
			l.rec.nested++
			runLisp(l.rec, v.s)
			l.rec.nested--
		}
	case "url-retrieve", "url-retrieve-synchronously", "url-copy-file":
		l.p.emitRequest("GET", arg(0), val{k: vNil}, at)
	case "getenv", "System/getenv":
		if arg(0).s == "HOME" {
			return str(home)
		}
		if len(a) == 0 && name[0] == 'S' {
			l.p.emit(Effect{Kind: Environ}, at)
		}
		return anyStr()
	case "concat", "string-append", "str":
		return joinList(list(a...), str(""))
	case "expand-file-name", "io/file", "file-truename", "file", "build-path":
		v := mapAlts(arg(0), func(v val) val { return expandHome(v.text()) })
		if len(a) > 1 && name == "expand-file-name" {
			return joinPath(mapAlts(arg(1), func(v val) val { return expandHome(v.text()) }), v, "Path")
		}
		if len(a) > 1 {
			return joinPaths(a, false)
		}
		return v
	case "format":
		if len(a) > 0 && a[0].known() {
			return sprintf(a[0].s, a[1:], unk())
		}
	case "base64-decode-string":
		return mapKnown(arg(0), unbase64)
	case "reverse", "string-reverse":
		return mapKnown(arg(0), func(s string) val { return str(reverse(s)) })
	case "progn", "begin", "do", "let", "let*":
		if len(a) > 0 {
			return a[len(a)-1]
		}
	case "princ", "message", "print", "insert", "prin1":
		if arg(0).k == vEnv {
			l.p.emit(Effect{Kind: Environ}, at)
		}
	}
	return unk()
}
