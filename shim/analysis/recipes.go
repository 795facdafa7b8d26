package analysis

import (
	"encoding/json"
	"path"
	"strings"

	"guard/rules/value"
)

// setting applies KEY=VALUE as the table's option "-c KEY" says; a git alias is
// remembered.
func (c *call) setting(t value.Text, i int) {
	key, v, ok := strings.Cut(string(t), "=")
	if k, rest, space := strings.Cut(string(t), " "); space && (!ok || len(k) < len(key)) {
		key, v, ok = k, rest, true // ssh -o "ProxyCommand x"
	}
	if !ok || c.p.Spec == nil {
		return
	}
	key = strings.ToLower(key)
	spec := c.it.table.Lookup(c.p.Program)
	for k := range spec.Options {
		o := &spec.Options[k]
		for _, n := range o.Names {
			glob, is := strings.CutPrefix(n, "-c ")
			if is && matchPattern(strings.ToLower(glob), value.Text(key), false) > 0 {
				c.apply(o.Effect, value.Text(v), i)
				return
			}
		}
	}
}

// settingKey applies a setting that is given as two operands; an alias is
// remembered.
func (c *call) settingKey(key value.Text, i int) {
	for k, a := range c.p.Args {
		if a.Index != i || k+1 >= len(c.p.Args) {
			continue
		}
		v := c.p.Args[k+1].Text
		if name, is := aliasName(key); is {
			c.it.st.gitAlias[name] = v
			return
		}
		c.it.st.gitMoved = c.it.st.gitMoved || movesGit(key)
		c.setting(key+"="+v, i)
	}
}

// aliasName is the alias that a setting defines; git does not tell its case.
func aliasName(key value.Text) (string, bool) {
	return strings.CutPrefix(strings.ToLower(string(key)), "alias.")
}

// movesGit reports whether a setting of git may lead it to another work tree.
func movesGit(key value.Text) bool {
	k := strings.ToLower(string(key))
	return !key.Known() || k == "core.worktree" || strings.HasPrefix(k, "include")
}

// ownAlias runs a subcommand that the command line itself defines: git -c
// alias.x=… x, git config alias.x … and then git x.
func (it *interp) ownAlias(c *call) bool {
	if c.p.Spec == nil || len(c.p.Args) == 0 || len(c.p.Subs) > 0 {
		return false
	}
	settings := c.inheritedSettings()
	for _, o := range c.p.Opts {
		if o.Effect == "setting" {
			settings = append(settings, o.Value)
		}
	}
	for _, s := range settings {
		k, v, _ := strings.Cut(string(s), "=")
		if name, is := aliasName(value.Text(k)); is {
			it.st.gitAlias[name] = value.Text(v)
		}
	}
	text, ok := it.st.gitAlias[strings.ToLower(string(c.p.Args[0].Text))]
	if !ok {
		return false
	}
	if it.depth++; it.depth > maxDepth {
		it.depth--
		it.opaque("an alias leads back to itself", nil)
		return true
	}
	defer func() { it.depth-- }()
	rest := c.argv[c.p.Args[0].Index+1:]
	via := it.via
	it.via = append(it.via[:len(it.via):len(it.via)], c.p.Program+" alias")
	defer func() { it.via = via }()
	if sh, shell := strings.CutPrefix(string(text), "!"); shell {
		for _, r := range rest {
			sh += " '" + strings.ReplaceAll(string(r), "'", `'\''`) + "'"
		}
		it.shellText("sh", value.Text(sh), "sh", nil, origin{parent: &it.org, nested: true, span: it.span}, "")
		return true
	}
	argv := []value.Text{c.argv[0]}
	argv = append(argv, c.argv[1:c.p.Args[0].Index]...)
	for _, w := range strings.Fields(string(text)) {
		argv = append(argv, value.Text(strings.NewReplacer(`"`, "", "'", "", `\`, "").Replace(w)))
	}
	delete(it.st.gitAlias, strings.ToLower(string(c.p.Args[0].Text)))
	it.program(append(argv, rest...), nil)
	return true
}

// recipes walks the commands that a file of the project holds for the targets
// that are named.
func (c *call) recipes() {
	if c.p.Spec == nil {
		return
	}
	kind := c.p.Spec.Recipes
	if kind == "" || !c.dir.Known() {
		return
	}
	var names []string
	for _, a := range c.p.Args {
		if a.Text.Known() && !strings.Contains(string(a.Text), "=") {
			names = append(names, string(a.Text))
		}
	}
	via := c.it.via
	c.it.via = append(via[:len(via):len(via)], c.p.Program)
	defer func() { c.it.via = via }()
	switch kind {
	case "make", "just":
		c.make(names, kind == "just")
	case "npm":
		c.npm(names)
	}
}

// line runs one recipe line.
func (c *call) line(s value.Text) {
	sub := c.it.sub()
	sub.st.dir = c.dir
	sub.shellText("sh", s, "sh", nil, origin{parent: &c.it.org, nested: true, span: c.it.span}, "")
	c.it.keepFiles(sub.st)
}

// makefile finds the text of the Makefile or justfile.
func (c *call) makefile(just bool) (string, bool) {
	files := makefiles[:]
	if just {
		files = []string{"justfile", "Justfile", ".justfile"}
	}
	for _, o := range c.p.Opts {
		if o.Effect != "script" || !o.Has {
			continue
		}
		p := c.abs(o.Value)
		if s, ok := c.it.devFd(p); ok || o.Value == "-" {
			if o.Value == "-" {
				s = c.it.stdin
			}
			return string(s.asText()), s.set
		}
		files = []string{string(o.Value)}
	}
	for _, f := range files {
		if t, ok := c.it.content(c.abs(value.Known(f)), maxScript); ok {
			return string(t), true
		}
	}
	return "", false
}

// makefiles are the names that make looks for, in its order.
var makefiles = [...]string{"GNUmakefile", "makefile", "Makefile"}

// rule is one target of a Makefile.
type rule struct {
	deps  []string
	lines []string
}

// make walks the recipes of the targets and of what they need.
func (c *call) make(targets []string, just bool) {
	text, ok := c.makefile(just)
	if !ok {
		return
	}
	if value.Text(text).FromNet() {
		c.downloaded()
		return
	}
	if !just {
		c.makeFunctions(text)
	}
	vars := map[string]string{}
	rules, order := parseMakefile(text, vars, just)
	for _, a := range c.p.Args {
		if k, v, ok := strings.Cut(string(a.Text), "="); ok {
			vars[k] = v
		}
	}
	if len(targets) == 0 && len(order) > 0 {
		targets = order[:1]
	}
	seen := map[string]bool{}
	var walk func(t string, depth int)
	walk = func(t string, depth int) {
		r, ok := rules[t]
		if !ok || seen[t] || depth > maxDepth {
			return
		}
		seen[t] = true
		for _, d := range r.deps {
			walk(d, depth+1)
		}
		for _, l := range r.lines {
			if just {
				c.line(value.Text(strings.TrimLeft(l, "@-")))
				continue
			}
			c.line(makeExpand(strings.TrimLeft(l, "@-+ "), t, r, vars, 0))
		}
	}
	for _, t := range targets {
		walk(t, 0)
	}
}

// parseMakefile reads targets, their prerequisites and recipes, and simple
// assignments. What it does not know it passes over.
func parseMakefile(text string, vars map[string]string, just bool) (map[string]rule, []string) {
	out := map[string]rule{}
	var order, current []string
	lines := strings.Split(strings.ReplaceAll(text, "\\\n", " "), "\n")
	for _, l := range lines {
		recipe := strings.HasPrefix(l, "\t") || just && strings.HasPrefix(l, "  ")
		if recipe {
			for _, t := range current {
				r := out[t]
				r.lines = append(r.lines, strings.TrimSpace(l))
				out[t] = r
			}
			continue
		}
		l, _, _ = strings.Cut(l, "#")
		if i := strings.Index(l, "="); i > 0 && !strings.Contains(strings.TrimRight(l[:i], ":?+! "), ":") {
			name := strings.TrimSpace(strings.TrimRight(l[:i], ":?+! "))
			vars[strings.TrimPrefix(name, "export ")] = strings.TrimSpace(l[i+1:])
			continue
		}
		head, rest, ok := strings.Cut(l, ":")
		if !ok || strings.TrimSpace(head) == "" {
			if strings.TrimSpace(l) != "" {
				current = nil
			}
			continue
		}
		rest = strings.TrimPrefix(rest, ":")
		deps, inline, hasInline := strings.Cut(rest, ";")
		current = strings.Fields(head)
		if just && len(current) > 0 {
			current = current[:1]
		}
		for _, t := range current {
			r := out[t]
			r.deps = append(r.deps, strings.Fields(deps)...)
			if hasInline {
				r.lines = append(r.lines, strings.TrimSpace(inline))
			}
			if _, dup := out[t]; !dup && !strings.HasPrefix(t, ".") {
				order = append(order, t)
			}
			out[t] = r
		}
	}
	return out, order
}

// makeExpand expands the variables of a recipe line. A function is unknown text,
// but for $(shell …), whose command is in the line all the same.
func makeExpand(s, target string, r rule, vars map[string]string, depth int) value.Text {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '$' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case '$':
			b.WriteByte('$')
		case '@':
			b.WriteString(target)
		case '<':
			if len(r.deps) > 0 {
				b.WriteString(r.deps[0])
			}
		case '^', '+':
			b.WriteString(strings.Join(r.deps, " "))
		case '(', '{':
			open, shut := s[i], byte(')')
			if open == '{' {
				shut = '}'
			}
			depthOf, end := 0, -1
			for k := i; k < len(s); k++ {
				if s[k] == open {
					depthOf++
				} else if s[k] == shut {
					if depthOf--; depthOf == 0 {
						end = k
						break
					}
				}
			}
			if end < 0 {
				b.WriteString(string(value.Any))
				return value.Text(b.String())
			}
			name := s[i+1 : end]
			i = end
			if cmd, ok := strings.CutPrefix(name, "shell "); ok {
				b.WriteString("$(" + string(makeExpand(cmd, target, r, vars, depth+1)) + ")")
			} else if v, ok := vars[name]; ok && depth < 16 {
				b.WriteString(string(makeExpand(v, target, r, vars, depth+1)))
			} else if isName(name) {
				b.WriteString("${" + name + "}")
			} else {
				b.WriteString(string(value.Any))
			}
		default:
			if v, ok := vars[s[i:i+1]]; ok && depth < 16 {
				b.WriteString(string(makeExpand(v, target, r, vars, depth+1)))
			}
		}
		if b.Len() > maxText {
			return value.Any
		}
	}
	return value.Text(b.String())
}

// npm walks the scripts of the nearest package.json: the one named after run, or
// the subcommand itself (test, start).
func (c *call) npm(names []string) {
	name := ""
	if len(names) > 0 {
		name = names[0]
	}
	if n := len(c.p.Subs); name == "" && n > 0 {
		name = c.p.Subs[n-1]
	}
	var pkg struct {
		Scripts map[string]string `json:"scripts"`
	}
	for d := string(c.dir); ; d = path.Dir(d) {
		t, ok := c.it.content(value.Known(path.Join(d, "package.json")), maxScript)
		if ok && t.FromNet() {
			c.downloaded()
			return
		}
		if ok && t.Known() {
			if json.Unmarshal([]byte(t), &pkg) != nil {
				return
			}
			break
		}
		if d == "/" || d == "." {
			return
		}
	}
	var rest []string
	for i, a := range c.p.Args {
		if i > 0 {
			rest = append(rest, "'"+strings.ReplaceAll(string(a.Text), "'", `'\''`)+"'")
		}
	}
	if c.it.depth++; c.it.depth > maxDepth {
		c.it.depth--
		c.it.opaque("the scripts of package.json call each other too often to be followed", nil)
		return
	}
	defer func() { c.it.depth-- }()
	for _, s := range []string{"pre" + name, name, "post" + name} {
		text, ok := pkg.Scripts[s]
		if !ok && s == "env" {
			text, ok = "env", true // which npm itself has
		}
		if !ok {
			continue
		}
		if s == name && len(rest) > 0 {
			text += " " + strings.Join(rest, " ")
		}
		c.line(value.Text(text))
	}
}
