package analysis

import (
	"path"
	"strings"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis/inline"
)

// code runs a program text of the program's own language, or of another.
func (c *call) code(param string, t value.Text, i int) {
	it := c.it
	if param == "shell" {
		c.shell(t, i)
		return
	}
	if param == "sql" {
		c.sql(t)
		return
	}
	c.prints, c.inlined = true, true
	name := param
	if name == "" {
		name = path.Base(string(c.argv[0]))
	}
	lang, ok := inline.LangOf(name)
	if !ok {
		lang, ok = inline.LangOf(c.p.Program)
	}
	switch {
	case param == "encoded":
		it.opaque("the program that runs is encoded", nil)
		return
	case !ok: // a language that guard does not read
		c.mentions(t, "write")
		return
	case lang == inline.Generic:
		c.escapes(t)
	case lang == inline.Python && !inline.CompilesWhole(c.p.Program): // ipython hands lines to the shell
		c.escapedLines(t)
	}
	var args []value.Text
	for _, a := range c.p.Args {
		if a.Index > i {
			args = append(args, a.Text)
		}
	}
	if lang == inline.Awk {
		t = c.awkPreamble(t) + t
	}
	whole := !c.streamed && t.Known() && inline.CompilesWhole(name) && inline.CompilesWhole(c.p.Program)
	c.analyze(lang, t, args, whole)
}

// awkPreamble sets the variables of -v for a program of Awk, and loads the files that it
// includes.
func (c *call) awkPreamble(t value.Text) value.Text {
	for n, rest := 0, string(t); n < maxMentions; n++ {
		_, after, ok := strings.Cut(rest, "@include \"")
		if !ok {
			break
		}
		name, more, _ := strings.Cut(after, "\"")
		c.apply("load", value.Known(name), len(c.argv))
		rest = more
	}
	var b value.Text
	for _, o := range c.p.Opts {
		name, v, ok := strings.Cut(string(o.Value), "=")
		if o.Name == "-v" && ok && value.Text(name).Known() && !strings.ContainsAny(v, "\"\\\n") {
			b += value.Text("BEGIN { " + name + " = \"" + v + "\" }\n")
		}
	}
	return b
}

// foreign judges a program text of another language.
func (c *call) foreign(lang inline.Lang, t value.Text, args []value.Text) {
	c.analyze(lang, t, args, false)
}

// downloaded refuses a program text that comes from the network.
func (c *call) downloaded() {
	c.it.opaque("the program that runs comes from the network", nil)
	a := &(*c.it.out)[len(*c.it.out)-1]
	a.Via = append(a.Via, c.p.Program, "download")
}

// given is what the command itself gives a program in the environment, if it is known.
func (c *call) given(name string) string {
	if v, ok := c.it.st.vars.get(name); ok && v.exported && !v.file && len(v.alts) == 1 && v.alts[0].Known() {
		return string(v.alts[0])
	}
	return ""
}

// analyze is foreign for a text that, with whole, runs only if all of it compiles.
func (c *call) analyze(lang inline.Lang, t value.Text, args []value.Text, whole bool) {
	it := c.it
	if t.FromNet() {
		c.downloaded()
		return
	}
	if !t.Known() {
		if t.Prefix() == "" && t.Suffix() == "" {
			return // nothing is known: what runs is the interpreter with unknown text
		}
		t = value.Text(strings.NewReplacer(string(value.Digits), "0", string(value.Maybe), "").Replace(string(t)))
		for _, l := range t.Pieces() {
			if l.Gap != "" {
				t = value.Text(strings.ReplaceAll(string(t), string(l.Gap), unknownWord))
			}
		}
	}
	r := inline.Analyze(lang, string(t), args, inline.Limits{Glob: c.globbed, Getenv: c.given, Whole: whole})
	for i := range r.Effects {
		r.Effects[i] = stillUnknown(r.Effects[i])
	}
	via := it.via
	it.via = append(it.via[:len(it.via):len(it.via)], c.p.Program)
	for _, e := range r.Effects {
		c.inline(e)
	}
	if lang == inline.Generic {
		c.quoted(string(t))
	}
	it.via = via
}

// unknownWord stands for an unknown part of a program text of another language.
const unknownWord = "GUARD_UNKNOWN"

// stillUnknown makes unknown again what stands for an unknown part.
func stillUnknown(e inline.Effect) inline.Effect {
	open := func(t value.Text) value.Text {
		return value.Text(strings.ReplaceAll(string(t), unknownWord, string(value.Any)))
	}
	e.Arg, e.Arg2, e.Body = open(e.Arg), open(e.Arg2), open(e.Body)
	for i := range e.Argv {
		e.Argv[i] = open(e.Argv[i])
	}
	return e
}

// globbed lists the protected files that a pattern matches in the directory at hand:
// the others are as good as unknown.
func (c *call) globbed(pattern string) []string {
	sub := c.it.sub()
	sub.st.dir, sub.st.shopt = c.dir, map[string]bool{"globstar": true}
	found, ok := sub.glob(pattern)
	var out []string
	for _, f := range found {
		if p := c.abs(f); ok && c.it.protected(p) {
			out = append(out, string(f))
		}
	}
	return out
}

// inlinePath resolves a path of an inline program.
func (c *call) inlinePath(t value.Text) value.Text {
	if t == "~" || strings.HasPrefix(string(t), "~/") {
		home, _ := c.it.tilde("")
		return absIn(home, "."+t[1:])
	}
	return c.abs(t)
}

// connects notes the database that statements go to; with several, what differs is
// not known.
func (c *call) connects(t value.Text) {
	host, db := c.host, c.db
	c.host, c.db = "", ""
	c.dsn(t, true)
	if c.connected && c.host != host {
		c.host = value.Any
	}
	if c.connected && c.db != db {
		c.db = value.Any
	}
	c.connected = true
}

// inline turns an effect of an inline program into actions.
func (c *call) inline(e inline.Effect) {
	it := c.it
	if e.Opaque && e.Kind == inline.Code {
		return // code in the program's own language, which the run-time layer judges
	}
	if e.Opaque {
		it.opaque(e.Why, nil)
		return
	}
	p := func(t value.Text) value.Text { return c.inlinePath(t) }
	unknownName := strings.Trim(string(e.Arg), "\x00amu") == ""
	switch e.Kind {
	case inline.Read:
		it.file(rules.Read, p(e.Arg), false)
	case inline.Load:
		op := rules.Load
		if c.inlined && isEnvFile(p(e.Arg)) { // code in the command may show it
			op = rules.Read
		}
		it.file(op, p(e.Arg), false)
	case inline.Write:
		if !unknownName {
			q := p(e.Arg)
			how := rules.Overwrite
			if it.exists(q) == rules.False {
				how = rules.Create
			}
			it.write(q, how)
		}
	case inline.Content, inline.Added:
		if q := p(e.Arg); e.Body.Known() {
			it.wrote(q, e.Body, e.Kind == inline.Added, it.exists(q) == rules.False)
		}
	case inline.Append:
		it.write(p(e.Arg), rules.Append)
	case inline.Create:
		it.write(p(e.Arg), rules.Create)
	case inline.Delete, inline.DeleteTree:
		if !unknownName {
			c.deleteGlob(p(e.Arg), e.Kind == inline.DeleteTree)
		}
	case inline.Rename:
		it.file(rules.Read, p(e.Arg), true)
		it.duplicated(p(e.Arg), p(e.Arg2))
		if !unknownName {
			it.file(rules.Delete, p(e.Arg), true)
			(*it.out)[len(*it.out)-1].Via = append((*it.out)[len(*it.out)-1].Via, "move")
		}
	case inline.Copy, inline.Link:
		it.file(rules.Read, p(e.Arg), true)
		it.duplicated(p(e.Arg), p(e.Arg2))
	case inline.Chmod:
		it.file(rules.Chmod, p(e.Arg), false)
	case inline.Exec:
		sub := it.sub()
		sub.st.dir = c.dir
		if len(e.Argv) > 0 {
			sub.st.funcs = map[string]*function{}
			sub.runProgram(e.Argv, nil)
		}
	case inline.Shell:
		sub := it.sub()
		sub.st.dir = c.dir
		if e.Input != "" {
			sub.stdin = stream{text: e.Input, set: true}
		}
		sub.shellText("sh", e.Arg, "sh", nil, origin{parent: &it.org, nested: true, span: it.span}, "sh")
	case inline.Request:
		c.req = request{method: e.Method, urls: []value.Text{e.Arg}}
		if e.Body != "" {
			c.req.body, c.req.hasBody = e.Body, true
		}
		c.request()
	case inline.Connect:
		host := hostTarget(string(e.Arg))
		it.emit(rules.Action{Op: rules.Connect, URL: e.Arg, Target: []value.Text{host}})
		if host != "loopback" { // by a driver that guard does not know, perhaps
			c.connects(value.Any)
		}
	case inline.Statement:
		c.sql(e.Arg)
	case inline.Database:
		c.connects(e.Arg)
	case inline.Environ:
		it.st.loaded = append(it.st.loaded, c.loaded...)
		it.reveal()
		it.emit(rules.Action{Op: rules.Exec, Argv: []value.Text{"env"}})
	case inline.Kill:
		it.emit(rules.Action{Op: rules.Exec, Argv: []value.Text{"kill", e.Arg}})
	case inline.Code:
		if e.Arg.FromNet() {
			it.opaque(e.Why, nil)
			(*it.out)[len(*it.out)-1].Via = append((*it.out)[len(*it.out)-1].Via, "download")
		}
	case inline.List, inline.Mkdir, inline.None:
	}
}

// duplicated records that to is written, and holds what from does.
func (it *interp) duplicated(from, to value.Text) {
	created := it.exists(to) == rules.False
	it.write(to, rules.HowUnknown)
	if t, ok := it.content(from, maxFileRead); ok && !it.isDir(to) {
		it.wrote(to, t, false, created)
	}
}
