package inline

import (
	"strings"

	"guard/rules/value"
)

// do is the way in which the arguments of a call become effects.
type do uint8

const (
	doPath     do = iota // a0, and a1 for two paths, with the kind of the entry
	doOpen               // path a0, mode a1: r, w, a, x, + as in C
	doOpenFD             // path a0, flags a1
	doShell              // a0 is a command line
	doExec               // the arguments from a0 on are words
	doRun                // a0 is a list of words, or a text; shell=True or a1 runs it in a shell
	doSpawn              // program a0, list of words a1, options after it
	doSystem             // one text is a command line, several are words
	doEval               // a0 is text of the language
	doPrint              // prints every argument
	doRequest            // a0 is the method and the selector of the URL, a1 that of the body
	doSQL                // a0 is a statement, if it looks like one
	doChdir              // a0 becomes the working directory
	doConnect            // a0 host, a1 port, or a0 a pair
	doKill               // a0 is a process
	doGlob               // a0 is a pattern
	doEnviron            // prints the environment
	doTree               // deletes a0, with all it holds if an option says so
	doState              // a0 is what is done to a data store
	doPipe               // Perl and Ruby: open, whose path may hold a mode or a command
	doConfig             // loads a0/.env, or the option path
	doModule             // loads the module a0
	doDatabase           // a0 is a database, or options say which; a file of it is read
)

// perform records the effects of the call c, which e describes, and returns
// the result of the call.
func (p *interp) perform(e *entry, c *cx) val {
	v, ok := c.pick(e.a0)
	switch e.do {
	case doPath:
		p.doPath(e, c, v, ok)
	case doOpen:
		p.doOpen(e, c, v)
	case doOpenFD:
		p.doOpenFD(e, c, v)
	case doShell:
		if ok {
			p.emitShell(v, *c)
		}
	case doExec:
		if n := int(e.a0[0] - '0'); n < len(c.pos) {
			p.emitExec(c.pos[n:], *c)
		} else if c.unknown {
			p.emitExec([]val{unk()}, *c)
		}
	case doRun:
		p.doRun(e, c, v)
	case doSpawn:
		p.doSpawn(e, c, v)
	case doSystem:
		p.doSystem(c)
	case doEval:
		if ok && (v.k == vStr || !strings.HasPrefix(e.name, "set")) { // setTimeout takes functions
			p.evalText(v, *c)
		}
		p.callbacks(&c.args)
	case doPrint:
		if e.a0 == "@" {
			p.print(v, *c)
			break
		}
		p.print(list(c.pos...), *c)
		if c.recv != nil {
			if isEnvRef(strings.TrimSuffix(c.name, ".each")) {
				p.print(*c.recv, *c)
			}
		}
	case doRequest:
		return p.doRequest(e, c)
	case doSQL:
		p.doSQL(c, v, ok)
	case doChdir:
		p.doChdir(v, c)
	case doConnect:
		p.doConnect(e, c, v)
	case doKill:
		for _, a := range flat([]val{v}) {
			p.emit(Effect{Kind: Kill, Arg: plain(a.text(), false)}, *c)
		}
	case doGlob:
		return p.glob(v, *c)
	case doEnviron:
		p.emit(Effect{Kind: Environ}, *c)
		return val{k: vEnv}
	case doTree:
		p.doTree(e, c, v)
	case doState:
		p.emit(Effect{Kind: Statement, Arg: value.Text(e.ret)}, *c)
		return unk()
	case doPipe:
		return p.doPipe(e, c)
	case doConfig:
		p.doConfig(c, v, ok)
	case doDatabase:
		p.doDatabase(e, c, v, ok)
	case doModule:
		p.require(v, *c)
		return ref(moduleName(v.text()))
	}
	return p.result(e, c, v)
}

// result returns what the call e gives back, and hands it to a block.
func (p *interp) result(e *entry, c *cx, v val) val {
	out := unk()
	switch e.ret {
	case "":
	case "content":
		out = val{k: vUnk, typ: "content", s: first(flat(v.alts()), anyStr()).text()}
		if c.unknown {
			out.s = string(value.Any)
		}
	case "same":
		out = v
	case "names":
		out = list(str(string(value.Star)))
	default:
		out = val{k: vObj, typ: e.ret, s: first(flat(v.alts()), anyStr()).text()}
	}
	for _, b := range c.pos {
		if b.k == vFn {
			given := []val{{k: vNil}, out} // an error, or none, and the result
			if p.lang == Ruby {
				given = given[1:]
			}
			p.callFn(b.fn, args{pos: given, unknown: p.lang != Node && p.lang != Ruby}, nil)
		}
	}
	return out
}

func (p *interp) doPath(e *entry, c *cx, v val, ok bool) {
	if !ok {
		if e.kind == List && !c.unknown {
			p.emitPaths(List, str("."), *c)
		}
		return
	}
	if v.k == vUnk && v.typ == "content" { // json.load(open(p).read()) and the like
		return
	}
	if e.a1 == "" {
		p.emitPaths(e.kind, v, *c)
		return
	}
	w, ok := c.pick(e.a1)
	if !ok {
		w = unk()
	}
	if e.kind == Write || e.kind == Append {
		p.emitPaths(e.kind, v, *c)
		p.holds(v, w, e.kind == Append, *c)
		return
	}
	p.emitPairs(e.kind, v, w, *c)
}

// doRun reports the words or the text of a subprocess.
func (p *interp) doRun(e *entry, c *cx, v val) {
	if exe, ok := c.kwarg("executable"); ok && exe.k == vStr {
		p.emitExec([]val{exe}, *c)
	}
	if cwd, ok := c.kwarg("cwd"); ok && cwd.k != vNil {
		old := p.cwd
		p.doChdir(cwd, c)
		defer func() { p.cwd = old }()
	}
	sh, ok := c.kwarg("shell")
	yes, known := sh.truth()
	for _, a := range v.alts() {
		switch {
		case ok && (yes || !known):
			if a.k == vList {
				a = first(a.l, anyStr())
			}
			p.emitShell(a, *c)
		case a.k == vList:
			p.emitExec(a.l, *c)
		case a.k == vStr && strings.ContainsAny(a.s, " \t"):
			p.emitShell(a, *c)
		case a.k == vNil:
		default:
			p.emitExec([]val{a}, *c)
		}
	}
	if in, ok := c.kwarg("input"); ok {
		p.print(in, *c)
	}
}

// doSpawn reports spawn(program, [words], options).
func (p *interp) doSpawn(e *entry, c *cx, v val) {
	words := []val{v}
	for _, a := range c.pos[min(1, len(c.pos)):] {
		switch a.k {
		case vList, vUnk, vStr, vAlt:
			words = append(words, a)
		case vDict:
			if more, ok := a.get("args"); ok { // Deno.Command
				words = append(words, more)
			}
			if sh, ok := a.get("shell"); ok {
				if yes, known := sh.truth(); yes || !known {
					p.emitShell(joinList(list(flat(words)...), str(" ")), *c)
					return
				}
			}
		}
	}
	if a, ok := c.kwarg("args"); ok {
		words = append(words, a)
	}
	if v.k == vList && len(words) == 1 { // Bun.spawn([…])
		p.emitExec(v.l, *c)
		return
	}
	p.emitExec(words, *c)
}

// doSystem reports system(line) or system(word, word, …).
func (p *interp) doSystem(c *cx) {
	var words []val
	given := len(c.pos)
	if given > 0 && c.pos[given-1].k == vFn {
		given-- // a block
	}
	for _, v := range c.pos {
		switch {
		case v.k == vDict && p.lang == Ruby || v.k == vFn:
		case v.k == vList && len(v.l) == 2 && len(words) == 0 && p.lang == Ruby && given > 1:
			words = append(words, v.l[0]) // [program, its name]
		default:
			words = append(words, v)
		}
	}
	if len(words) == 1 && words[0].k == vList {
		words = words[0].l
	}
	switch {
	case len(words) == 0 && c.unknown:
		p.emitShell(unk(), *c)
	case len(words) == 1:
		p.emitShell(words[0], *c)
	case len(words) > 1:
		p.emitExec(words, *c)
	}
}

func (p *interp) doSQL(c *cx, v val, ok bool) {
	if !ok || c.recv != nil && c.recv.k == vObj && c.recv.typ == "Regex" {
		return
	}
	for _, a := range v.alts() {
		if a.k == vObj && len(a.l) == 1 { // a statement that was built: sql.SQL(…)
			a = a.l[0]
		}
		s := a.text()
		if (a.k == vStr || a.k == vObj) && looksSQL(s) ||
			strings.HasPrefix(s, "\x00") && a.k != vList && a.k != vDict && a.k != vFn && strings.HasPrefix(c.name, "?.exec") && len(c.name) > 6 {
			p.emit(Effect{Kind: Statement, Arg: plain(s, false)}, *c)
		}
	}
	if c.recv != nil && c.recv.k == vUnk {
		p.callbacks(&c.args)
	}
}

// doDatabase reports which database is connected to.
func (p *interp) doDatabase(e *entry, c *cx, v val, ok bool) {
	if e.kind == Read { // it is a file
		p.emitPaths(Read, v, *c)
		p.emit(Effect{Kind: Database, Arg: plain("sqlite:///"+v.text(), false)}, *c)
		return
	}
	option := func(names ...string) (string, bool) {
		for _, n := range names {
			if o, ok := c.kwarg(n); ok {
				return o.text(), true
			}
			if o, ok := v.get(n); ok {
				return o.text(), true
			}
		}
		return "", false
	}
	dsn := string(value.Any)
	switch u, is := option("connectionString", "url", "uri", "dsn", "conninfo"); {
	case is:
		dsn = u
	case ok && (v.k == vStr || v.k == vObj):
		dsn = v.text()
	case !ok && !c.unknown || v.k == vDict:
		dsn = ""
	}
	if _, is := option("service", "read_default_file"); is { // the host is in a file
		dsn += " host=" + string(value.Any)
	}
	if h, is := option("host", "hostaddr", "server"); is {
		dsn += " host=" + h
	}
	if d, is := option("dbname", "database", "db"); is {
		dsn += " dbname=" + d
	}
	p.emit(Effect{Kind: Database, Arg: plain(strings.TrimSpace(dsn), false)}, *c)
}

func (p *interp) doChdir(v val, c *cx) {
	s := string(value.Any)
	if v.k == vStr || v.k == vObj {
		s = v.text()
	}
	if p.conditional() && v.k != vNil {
		s = string(value.Any)
	}
	switch {
	case s == "":
	case s[0] == '/' || s[0] == 0 || p.cwd == "":
		p.cwd = s
	default:
		p.cwd = strings.TrimSuffix(p.cwd, "/") + "/" + s
	}
	if b := first(c.pos[min(1, len(c.pos)):], unk()); b.k == vFn {
		p.callFn(b.fn, args{unknown: true}, nil)
	}
}

func (p *interp) doConnect(e *entry, c *cx, v val) {
	if strings.HasPrefix(c.name, "?.") && len(c.pos) == 0 && len(c.kw) == 0 && !c.unknown {
		return // of a pool or client that knows where to
	}
	host, port := v, unk()
	switch {
	case v.k == vList && len(v.l) == 2:
		host, port = v.l[0], v.l[1]
	case v.k == vDict:
		host, _ = v.get("host")
		port, _ = v.get("port")
	case e.a1 != "":
		port, _ = c.pick(e.a1)
	}
	if host.k == vNum || v.k == vNum { // net.connect(port, host)
		host, port = port, host
		if host.k == vUnk || host.k == vFn {
			host = str("localhost")
		}
	}
	if strings.HasPrefix(host.text(), "/") {
		p.emit(Effect{Kind: Connect, Arg: plain(host.text(), true)}, *c)
		return
	}
	p.emit(Effect{Kind: Connect, Arg: plain(host.text()+":"+port.text(), false)}, *c)
}

// doTree reports the removal of v: a tree if an option asks for one.
func (p *interp) doTree(e *entry, c *cx, v val) {
	kind := Delete
	for _, name := range [...]string{"recursive", "force"} {
		o, ok := c.kwarg(name)
		for _, a := range c.pos {
			if d, found := a.get(name); found {
				o, ok = d, true
			} else if a.k == vUnk && len(c.pos) > 1 {
				o, ok = a, true
			}
		}
		if yes, known := o.truth(); ok && (yes || !known) && name == "recursive" {
			kind = DeleteTree
		}
	}
	if e.a1 != "" {
		if o, ok := c.pick(e.a1); ok {
			if yes, known := o.truth(); yes || !known {
				kind = DeleteTree
			}
		}
	}
	p.emitPaths(kind, v, *c)
}
