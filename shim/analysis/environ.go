package analysis

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis/dialect"
)

// inheritedOptions applies the variables through which a program takes more
// options or runs other programs: the table lists them as options NAME=.
func (c *call) inheritedOptions() {
	if c.p.Spec == nil {
		return
	}
	it := c.it
	for _, s := range c.inheritedSettings() {
		c.setting(s, len(c.argv))
	}
	c.variables(func(name string, e programs.Effect, t value.Text) {
		if e.Kind() == "setting" {
			return
		}
		via := it.via
		it.via = append(it.via[:len(it.via):len(it.via)], name)
		ran := c.ran
		c.apply(e, t, len(c.argv))
		c.ran = ran
		it.via = via
	})
}

// inheritedSettings are the settings KEY=VALUE that variables hand to the program:
// words, quoted as for a shell, or so many pairs of variables that end in KEY_0 and
// VALUE_0, KEY_1 and VALUE_1 and so on.
func (c *call) inheritedSettings() []value.Text {
	var out []value.Text
	if c.p.Spec == nil {
		return nil
	}
	c.variables(func(name string, e programs.Effect, t value.Text) {
		switch e {
		case "setting:words":
			out = append(out, quotedWords(string(t))...)
		case "setting:count":
			n, _ := strconv.Atoi(string(t))
			for k := range min(n, maxMentions) {
				number := "_" + strconv.Itoa(k)
				key, _ := c.it.get(strings.TrimSuffix(name, "COUNT") + "KEY" + number)
				v, _ := c.it.get(strings.TrimSuffix(name, "COUNT") + "VALUE" + number)
				out = append(out, key+"="+v)
			}
		}
	})
	return out
}

// variables calls f for each variable of the environment that the table lists as
// an option $NAME and that is set.
func (c *call) variables(f func(name string, e programs.Effect, t value.Text)) {
	listed := c.p.Root.Options
	if c.p.Spec != c.p.Root {
		listed = append(listed[:len(listed):len(listed)], c.p.Spec.Options...)
	}
	for _, o := range listed {
		for _, n := range o.Names {
			name, ok := strings.CutPrefix(n, "$")
			if !ok {
				continue
			}
			v := c.it.st.vars.at(name)
			t := value.Text("")
			if len(v.alts) > 0 && v.exported && !v.unset {
				t = v.alts[0]
			} else if e, ok := c.it.w.Getenv(name); ok && !v.unset && len(v.alts) == 0 {
				t = value.Known(e)
			}
			if t != "" {
				f(name, o.Effect, t)
			}
		}
	}
}

// isEnvFile reports whether a path has the name of a file of variables, or of one that
// only its owner finds by itself and nothing takes as an option.
func isEnvFile(p value.Text) bool {
	base := string(p[strings.LastIndexByte(string(p), '/')+1:])
	return base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(string(p), "/.aws/credentials")
}

// ownEnvFile loads the file of variables that the program looks for by itself where
// no option names one: the table lists it as an option of that name.
func (c *call) ownEnvFile() {
	if c.p.Spec == nil {
		return
	}
	for _, s := range []*programs.Spec{c.p.Spec, c.p.Root} {
		for _, o := range s.Options {
			if o.Names[0][0] != '.' || c.it.exists(c.abs(value.Text(o.Names[0]))) == rules.False {
				continue
			}
			given := false
			for _, g := range c.p.Opts {
				given = given || g.Effect == o.Effect && g.Has
			}
			if c.ownEnv = !given; c.ownEnv {
				c.apply(o.Effect, value.Text(o.Names[0]), len(c.argv))
			}
			return
		}
	}
}

// envLoaded are the files of variables that the command argv gets, as far as it may
// show them. What nothing in the text names counts only for those that print all.
func (c *call) envLoaded(argv []value.Text) []int {
	if c.ownEnv && (len(argv) == 0 || argv[0] != "env" && argv[0] != "printenv") {
		return nil
	}
	return c.loaded
}

// unlisted takes an option with a value that the table does not list: a protected
// file that it names counts as read, unless the option by its name leaves files out.
func (c *call) unlisted(o programs.Opt) {
	for _, part := range []string{"exclude", "ignore", "skip", "without", "no-"} {
		if strings.Contains(o.Name, part) {
			return
		}
	}
	for _, t := range candidates(o.Value) {
		p := c.abs(t)
		op := rules.Read
		if namesKey(o.Name) && isKey(string(p)) || namesEnvironment(o.Name) && isEnvFile(p) {
			op = rules.Load
		}
		if p.Known() && (c.it.protected(p) || c.it.protected(c.it.real(p))) && c.it.exists(p) == rules.True {
			c.it.file(op, p, false)
		}
	}
}

// namesEnvironment reports whether the value of an option is a file of variables that
// the program loads, by its name: --env-file, -e.
func namesEnvironment(option string) bool {
	name := strings.ToLower(strings.TrimLeft(option, "-"))
	return name == "e" || strings.Contains(name, "env")
}

// besideUnlisted takes operands that mean nothing to the table, right behind an option
// that it does not list, as the option's value.
func (c *call) besideUnlisted() {
	for _, a := range c.p.Args {
		if a.Effect != "value" || c.p.Spec == nil {
			continue
		}
		for _, o := range c.p.Opts {
			if o.Index == a.Index-1 && !o.Has && o.Name != "--" && !c.p.Listed(o.Name) {
				c.unlisted(programs.Opt{Name: o.Name, Value: a.Text})
			}
		}
	}
}

// startEnvironment walks what the inherited environment makes the shell run when
// it starts: BASH_ENV, exported functions, SHELLOPTS with PS4.
func (it *interp) startEnvironment() {
	for _, e := range it.w.Environ() {
		name, v, _ := strings.Cut(e, "=")
		switch {
		case strings.HasPrefix(name, "BASH_FUNC_") && (strings.HasSuffix(name, "%%") || strings.HasSuffix(name, "()")):
			if it.shell == dialect.Bash || it.shell == dialect.Sh {
				fn := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(name, "BASH_FUNC_"), "%%"), "()")
				it.importFunc(fn, v)
			}
		case name == "BASH_ENV" && v != "" && it.shell == dialect.Bash:
			it.st.vars.set(name, variable{alts: []value.Text{value.Known(v)}, exported: true})
			it.startup(name, value.Known(v))
		case name == "ENV" && v != "" && it.st.opts["interactive"]:
			it.startup(name, value.Known(v))
		case name == "SHELLOPTS" || name == "BASHOPTS":
			for _, o := range strings.Split(v, ":") {
				if name == "SHELLOPTS" {
					it.st.opts[o] = true
				} else {
					it.st.shopt[o] = true
				}
			}
		}
	}
	if it.st.opts["xtrace"] {
		if ps4, ok := it.w.Getenv("PS4"); ok {
			it.sub().prompt(value.Known(ps4))
		}
	}
	if it.st.opts["interactive"] {
		for _, n := range []string{"PROMPT_COMMAND", "PS1", "PS0"} {
			if v, ok := it.w.Getenv(n); ok {
				it.st.vars.set(n, variable{alts: []value.Text{value.Known(v)}, exported: true})
				it.inherited(n, false)
				it.st.vars.drop(n)
			}
		}
	}
}

// importFunc takes over a function from the environment.
func (it *interp) importFunc(name, body string) {
	f := it.parse(name + " " + body)
	if f == nil {
		it.opaque("the environment holds function "+name+", which does not parse", nil)
		return
	}
	for i, s := range f.Stmts {
		d, ok := s.Cmd.(*syntax.FuncDecl)
		if !ok || i > 0 { // text behind the function would run at once
			it.opaque("the environment holds function "+name+" with commands behind it", nil)
			continue
		}
		it.st.funcs[name] = &function{body: d.Body, org: origin{parent: &origin{}, nested: true}}
		it.st.vars.set("\x00f"+name, variable{exported: true, alts: []value.Text{""}})
	}
}

// noBraces reports whether the shell has no brace expansion.
func (it *interp) noBraces() bool {
	return it.shell == dialect.Dash || it.st.opts["nobraceexpand"]
}

// plainDollar reports whether $'…' is a dollar sign and a string.
func (it *interp) plainDollar() bool { return it.shell == dialect.Dash }

// zshParam expands the forms that only zsh has: what is sure is that the value,
// or what its flags make of it, is unknown; (e) runs what is in it.
func (it *interp) zshParam(b *builder, p *syntax.ParamExp, quoted bool) {
	name := ""
	if p.Param != nil {
		name = p.Param.Value
	}
	t, _ := it.get(name)
	if p.NestedParam != nil {
		var nb builder
		it.part(&nb, p.NestedParam, true, true)
		t = it.joined(&nb)
	}
	if p.Flags != nil && strings.Contains(p.Flags.Value, "e") {
		it.prompt(t)
	}
	switch {
	case p.Flags != nil && p.Flags.Value == "U":
		b.add(caseMap(t, true), quoted)
	case p.Flags != nil && p.Flags.Value == "L":
		b.add(caseMap(t, false), quoted)
	default:
		b.add(value.Many, quoted)
	}
}

// notFound walks the function that bash, and zsh, call in place of a program that is
// not there. It runs in a process of its own.
func (it *interp) notFound(argv []value.Text) {
	for _, name := range [...]string{"command_not_found_handle", "command_not_found_handler"} {
		f, ok := it.st.funcs[name]
		if !ok || strings.Contains(string(argv[0]), "/") {
			continue
		}
		if _, found := it.inPath(argv[0]); found {
			return
		}
		sub := it.sub()
		delete(sub.st.funcs, name)
		for ; f != nil && it.spend(); f = f.other {
			sub.callFunc(f, append([]value.Text{value.Text(name)}, argv...))
		}
	}
}
