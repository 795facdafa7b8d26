package inline

import (
	"sort"
	"strings"
)

// entry says what a call does. The selectors a0 and a1 choose arguments: a
// position, the receiver "@" or every argument "*", and after a colon the
// keyword that may stand for it.
type entry struct {
	name   string // canonical; "T.m" for the method m of type T, "?.m" of any
	do     do
	kind   Kind
	a0, a1 string
	ret    string // type of the result; "content" is that of the file a0
}

// call calls f with the arguments a; the call starts at the token start.
func (p *interp) call(f val, a args, start int) val {
	switch f.k {
	case vAlt:
		return mapAlts(f, func(g val) val { return p.call(g, a, start) })
	case vFn:
		return p.callFn(f.fn, a, nil)
	case vStr:
		if p.lang == PHP && f.known() {
			return p.call(ref(strings.ReplaceAll(f.s, "::", ".")), a, start)
		}
	case vRef:
		at := p.spanOf(start)
		at.args = a
		if len(f.l) > 0 {
			at.recv = &f.l[0]
		}
		return p.callRef(p.canon(f.s), &at, start)
	case vObj:
		if f.typ == "computed" {
			at := p.spanOf(start)
			p.emit(Effect{Kind: Code, Arg: "\x00a", Opaque: true, Why: "computed name of a function of " + f.s}, at)
		}
		if f.typ == "Function" || f.typ == "code" {
			p.evalText(f, p.spanOf(start))
		}
	}
	p.callbacks(&a)
	return unk()
}

// callRef calls what the language or a module knows as name.
func (p *interp) callRef(name string, c *cx, start int) val {
	c.name = name
	if p.lang == PHP && strings.HasPrefix(name, "curl_setopt") {
		p.curlOption(c, start)
		return unk()
	}
	if v, ok := p.sdk(name, c); ok {
		return v
	}
	defer p.written(name, c)
	if e := p.find1(name); e != nil {
		return p.perform(e, c)
	}
	if v, ok := p.fold(name, c, start); ok {
		return v
	}
	last := name
	if i := strings.LastIndexAny(name, ".:"); i >= 0 {
		last = name[i+1:]
		typed := c.recv != nil && (c.recv.k == vStr || c.recv.k == vNum || c.recv.k == vList || c.recv.k == vDict)
		if p.lang == Perl && c.recv == nil && strings.Contains(name, "::") && !strings.Contains(name, ".") {
			if e := p.find1(last); e != nil {
				return p.perform(e, c)
			}
		}
		if e := p.find1("?." + last); e != nil && (!typed || e.do == doRequest || e.do == doSQL) {
			if c.recv == nil {
				c.recv = &val{}
			}
			c.name = "?." + last
			return p.perform(e, c)
		}
		if c.recv == nil {
			c.recv = &val{}
			if v, ok := p.fold("?."+last, c, start); ok {
				return v
			}
		}
		if fn := p.methods[last]; fn != nil {
			return p.callFn(fn, c.args, c.recv)
		}
	}
	if e := p.guess(last, c); e != nil {
		return p.perform(e, c)
	}
	p.callbacks(&c.args)
	if c.recv != nil && fromNet(*c.recv) {
		return val{k: vUnk, typ: "response"}
	}
	return unk()
}

// callbacks runs the functions among the arguments of a call that is not
// known, which may call them.
func (p *interp) callbacks(a *args) {
	run := func(vs []val, step int) {
		for i := step - 1; i < len(vs); i += step {
			if vs[i].k == vFn && !vs[i].fn.called {
				p.callFn(vs[i].fn, args{unknown: true}, nil)
			}
		}
	}
	run(a.pos, 1)
	run(a.kw, 2)
}

// table returns the calls of the language, sorted by name.
func table(lang Lang) []entry {
	switch lang {
	case Python:
		return pythonCalls[:]
	case Node:
		return nodeCalls[:]
	case Perl:
		return perlCalls[:]
	case Ruby:
		return rubyCalls[:]
	case PHP:
		return phpCalls[:]
	case Lua:
		return luaCalls[:]
	case Awk:
		return awkCalls[:]
	}
	return otherCalls[:]
}

// find1 returns what the call of name does, if the table knows.
func (p *interp) find1(name string) *entry {
	t := table(p.lang)
	i := sort.Search(len(t), func(i int) bool { return t[i].name >= name })
	if i == len(t) || t[i].name != name {
		return nil
	}
	switch p.lang {
	case Go, Java, Elixir, Erlang: // whose bare names are the program's own
		if t[i].do != doPrint && name[0] >= 'a' && name[0] <= 'z' && !strings.ContainsAny(name, ". ") {
			return nil
		}
	}
	return &t[i]
}

func (p *interp) hasCall(name string) bool { return p.find1(p.canon(name)) != nil }

// guess finds what a call of a language without a table of its own may do from
// its name, if a text is handed to it.
func (p *interp) guess(name string, c *cx) *entry {
	if p.lang != Generic || len(c.pos) == 0 || c.pos[0].k != vStr {
		return nil
	}
	l := strings.ToLower(name)
	for _, g := range [...]struct {
		part string
		e    *entry
	}{
		{"rmtree", &guessed[4]}, {"rmdir", &guessed[4]}, {"system", &guessed[2]}, {"shell", &guessed[2]}, {"exec", &guessed[2]},
		{"spawn", &guessed[2]}, {"popen", &guessed[2]}, {"command", &guessed[2]}, {"syscmd", &guessed[2]}, {"remove", &guessed[3]}, {"unlink", &guessed[3]}, {"delete", &guessed[3]},
		{"writefile", &guessed[1]}, {"write_file", &guessed[1]}, {"open", &guessed[0]}, {"readfile", &guessed[0]}, {"read_file", &guessed[0]},
		{"slurp", &guessed[0]}, {"readlines", &guessed[0]}, {"include", &guessed[0]}, {"readalltext", &guessed[0]}, {"get-content", &guessed[0]},
	} {
		if strings.Contains(l, g.part) {
			return g.e
		}
	}
	if l == "read" || l == "load" || l == "slurp" || l == "run" {
		if l == "run" {
			return &guessed[2]
		}
		return &guessed[0]
	}
	return nil
}

// guessed are the calls that guess chooses from.
var guessed = [...]entry{
	{"open", doPath, Read, "0", "", "content"},
	{"write", doPath, Write, "0", "", ""},
	{"system", doShell, Shell, "0", "", ""},
	{"delete", doPath, Delete, "0", "", ""},
	{"rmtree", doPath, DeleteTree, "0", "", ""},
}

// canon returns the one name under which the tables know a function.
func (p *interp) canon(name string) string {
	switch p.lang {
	case Python:
		name = cutAny(name, "builtins.", "__builtins__.", "__builtin__.", "pathlib.", "__main__.")
		switch {
		case strings.HasPrefix(name, "posix."):
			return "os." + name[6:]
		case strings.HasPrefix(name, "posixpath."):
			return "os.path." + name[10:]
		case name == "io.open" || name == "codecs.open":
			return "open"
		case strings.HasPrefix(name, "PosixPath"):
			return name[5:]
		case strings.HasPrefix(name, "pycompat."):
			return name[9:]
		}
	case Node:
		name = cutAny(name, "globalThis.", "global.", "window.", "self.", "node:")
		name = moduleName(name)
		if n, ok := strings.CutPrefix(name, "fs.promises."); ok {
			name = "fs." + n
		}
		if strings.HasPrefix(name, "fs.") || strings.HasPrefix(name, "child_process.") || strings.HasPrefix(name, "Deno.") {
			name = strings.TrimSuffix(name, "Sync")
		}
		if rest, ok := strings.CutPrefix(name, "bun."); ok {
			name = "Bun." + rest
		}
		switch name {
		case "module.require", "process.mainModule.require", "import", "module.createRequire":
			return "require"
		}
		name = strings.TrimSuffix(name, ".default")
	case Perl:
		name = cutAny(name, "CORE::GLOBAL::", "CORE::", "main::")
	case Ruby:
		name = cutAny(name, "::", "Kernel.", "Kernel::", "Object.", "Process.")
	case PHP:
		name = strings.ToLower(strings.TrimPrefix(name, "\\"))
		if i := strings.LastIndexByte(name, '\\'); i >= 0 {
			name = name[i+1:]
		}
	case Lua:
		name = cutAny(name, "_G.", "_ENV.")
	case Elixir:
		name = cutAny(name, "Elixir.")
	}
	return name
}

func cutAny(name string, prefixes ...string) string {
	for _, pre := range prefixes {
		name = strings.TrimPrefix(name, pre)
	}
	return name
}

// moduleName returns the name under which the tables know a module of node.
func moduleName(name string) string {
	name = strings.TrimPrefix(name, "node:")
	for _, m := range [...][2]string{{"fs/promises", "fs"}, {"fs-extra", "fs"}, {"graceful-fs", "fs"}, {"node:fs/promises", "fs"}, {"https", "http"}, {"http2", "http"}, {"path/posix", "path"}, {"timers/promises", "timers"}} {
		if rest, ok := strings.CutPrefix(name, m[0]); ok && (rest == "" || rest[0] == '.') {
			return m[1] + rest
		}
	}
	return name
}

// dangerous reports whether a module has functions that must be known by name.
func (p *interp) dangerous(name string) bool {
	switch name {
	case "os", "subprocess", "builtins", "__builtins__", "shutil", "sys", "posix", "pty", "", "globals", "globalThis", "global", "window",
		"child_process", "fs", "process", "node:fs", "node:child_process", "io", "_G", "_ENV", "Kernel", "File", "FileUtils", "IO", "Deno", "Bun", "module", "require":
		return true
	}
	return false
}

// pick returns the arguments that sel selects.
func (c *cx) pick(sel string) (val, bool) {
	if sel == "" {
		return val{}, false
	}
	kw := ""
	if i := strings.IndexByte(sel, ':'); i > 0 {
		sel, kw = sel[:i], sel[i+1:]
	}
	switch sel[0] {
	case '@':
		if c.recv == nil {
			return val{}, false
		}
		return *c.recv, true
	case '*':
		return list(c.pos...), len(c.pos) > 0
	}
	if v, ok := c.arg(int(sel[0]-'0'), kw); ok {
		return v, true
	}
	return unk(), c.unknown
}

// emit records the effect e of the call at.
func (p *interp) emit(e Effect, at cx) {
	e.From, e.To = at.from, at.to
	p.rec.add(e)
}
