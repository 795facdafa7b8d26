package analysis

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis/inline"
)

// runProgram is run for a process that is no shell: no builtins but those that
// also exist as programs.
func (it *interp) runProgram(argv []value.Text, words []*syntax.Word) result {
	if base, ok := it.placed(argv[0]); ok {
		return it.runPlaced(base, argv, words)
	}
	if !argv[0].Known() {
		it.opaque("the name of the program is not known", argv)
		it.unknownOperands(argv)
		return unsure
	}
	switch argv[0] {
	case "echo", "printf", "test", "[", "true", "false", "pwd", "kill":
		return it.run(argv, words)
	}
	return it.program(argv, words)
}

// runArgs runs a command once for the words that xargs and its like add to it.
func (c *call) runArgs(sub *interp, argv []value.Text, words []*syntax.Word, split bool) {
	items := c.items()
	if c.p.Spec.Stdin == "args" {
		sub.stdin = stream{set: true} // the words have been read from it
	}
	if len(items) == 0 && c.ifItems() {
		return
	}
	if from := len(*c.it.out); c.finds() {
		defer func() {
			if slices.ContainsFunc((*c.it.out)[min(from, len(*c.it.out)):], removes) {
				c.emptied()
			}
		}()
	}
	if len(argv) == 0 {
		argv = []value.Text{"echo"}
		if split { // parallel without a command runs its arguments
			for _, t := range items {
				sub.shellText("sh", t, "sh", nil, origin{parent: &sub.org, nested: true, span: sub.span}, c.p.Program)
			}
			return
		}
	}
	mark := c.mark
	if mark == "" && (split || c.finds()) {
		mark = "{}"
	}
	if mark != "" {
		used := false
		for _, w := range argv {
			used = used || strings.Contains(string(w), string(mark))
		}
		if used && split && len(argv) == 1 {
			for _, t := range items {
				text := value.Text(strings.ReplaceAll(string(argv[0]), string(mark), string(t)))
				sub.shellText("sh", text, "sh", nil, origin{parent: &sub.org, nested: true, span: sub.span}, c.p.Program)
			}
			return
		}
		if used {
			sub.each(items, func(t value.Text) bool {
				next := make([]value.Text, len(argv))
				for k, w := range argv {
					next[k] = value.Text(strings.ReplaceAll(string(w), string(mark), string(t)))
				}
				sub.whole = c.finds() && c.isRoot(t)
				sub.runProgram(next, nil)
				return sub.spend()
			})
			if len(items) == 0 {
				sub.runProgram(argv, nil)
			}
			return
		}
	}
	if split && len(argv) == 1 && strings.ContainsAny(string(argv[0]), " ;|&") {
		for _, t := range items { // one word with blanks is shell text
			sub.shellText("sh", argv[0]+" "+t, "sh", nil, origin{parent: &sub.org, nested: true, span: sub.span}, c.p.Program)
		}
		return
	}
	if split {
		sub.each(items, func(t value.Text) bool {
			sub.runProgram(append(append([]value.Text{}, argv...), t), nil)
			return sub.spend()
		})
		return
	}
	sub.runProgram(append(append([]value.Text{}, argv...), items...), nil)
}

// ifItems reports whether the command runs only if there is something to add.
func (c *call) ifItems() bool {
	for _, o := range c.p.Opts {
		if o.Effect == "if-items" {
			return true
		}
	}
	return false
}

// items are the words that come from the input, or behind :::.
func (c *call) items() []value.Text {
	for i, w := range c.argv {
		if w == "::::" {
			return c.listed(c.argv[i+1:])
		}
		if w == ":::" {
			return c.argv[i+1:]
		}
	}
	if c.finds() {
		return c.found()
	}
	in := c.it.stdin
	for _, o := range c.p.Opts {
		if o.Effect == "file-list" {
			if t, ok := c.it.content(c.abs(o.Value), maxFileRead); ok {
				in = stream{text: t, set: true}
			} else {
				in = stream{text: value.Any, set: true}
			}
		}
	}
	switch {
	case !in.set:
		return []value.Text{value.Any}
	case in.list:
		return in.lines
	}
	var out []value.Text
	byLine := c.mark != "" || c.p.Spec.Args[0].Effect == "run-first"
	for _, o := range c.p.Opts {
		if o.Name == "-0" && in.raw != nil {
			return in.words()
		}
		if o.Name == "-0" || o.Name == "-d" || o.Name == "-L" {
			byLine = true
		}
	}
	s := string(in.text)
	split := strings.Fields(s)
	if byLine {
		split = strings.Split(strings.TrimRight(s, "\n"), "\n")
	}
	for _, w := range split {
		if !byLine && len(w) > 1 && (w[0] == '\'' || w[0] == '"') {
			w = strings.Trim(w, "'\"")
		}
		if w != "" {
			out = append(out, value.Text(w))
		}
	}
	return out
}

// origin maps the text of words from i up to, not including, j.
func (c *call) origin(i, j int) origin {
	if c.words == nil || j > len(c.words) {
		return origin{parent: &c.it.org, nested: true, span: c.it.span}
	}
	return c.it.nestedOrigin(c.words[i:j])
}

// shell runs an operand as shell text; operands behind it are $0 and $@.
func (c *call) shell(t value.Text, i int) {
	arg0, params := value.Text(c.p.Program), []value.Text(nil)
	for k, a := range c.p.Args {
		if a.Index == i {
			for n, rest := range c.p.Args[k+1:] {
				if n == 0 {
					arg0 = rest.Text
				} else {
					params = append(params, rest.Text)
				}
			}
		}
	}
	shell := c.p.Program
	if _, ok := inline.LangOf(shell); ok || !isShellName(shell) {
		shell = "sh"
	}
	sub := c.it.sub()
	sub.st.dir = c.dir
	sub.assigns = c.assigns
	for _, o := range c.p.Opts {
		if o.Name == "-O" && isShellName(shell) {
			sub.childShopt = append(sub.childShopt, string(o.Value))
		}
	}
	for _, e := range c.env {
		n, v, _ := strings.Cut(string(e), "=")
		sub.st.vars.set(n, variable{alts: []value.Text{value.Text(v)}, exported: true})
	}
	sub.shellText(shell, t, arg0, params, c.origin(i, i+1), c.p.Program)
	c.it.keepFiles(sub.st)
}

func isShellName(n string) bool {
	switch n {
	case "bash", "sh", "dash", "zsh", "ksh", "mksh", "ash", "rbash":
		return true
	}
	return false
}

// known walks a script as the program that the tables have under its name: python3
// manage.py, php artisan.
func (c *call) known(argv []value.Text) {
	sub := c.it.sub()
	if !sub.nests(len(argv)) {
		return
	}
	sub.via = append(c.it.via[:len(c.it.via):len(c.it.via)], c.p.Program)
	sub.st.dir = c.dir
	sub.runProgram(argv, nil)
	c.it.keepFiles(sub.st)
}

// script runs a file of the program's own language, or of the one named.
func (c *call) script(name string, t value.Text, i int) {
	var args []value.Text
	for _, a := range c.p.Args {
		if a.Index > i {
			args = append(args, a.Text)
		}
	}
	p := c.abs(t)
	if found := p.Occurring(); found.Known() { // if it is run at all, it is this one
		p = found
	}
	if isShellName(name) {
		c.it.runFile(p)
		c.showLoaded(p)
		c.it.script(name, p, args)
		return
	}
	if isShellName(c.p.Program) {
		if !strings.Contains(string(t), "/") && c.it.exists(p) == rules.False && c.it.st.files[string(p)] == (file{}) {
			return
		}
		c.it.runFile(p)
		c.showLoaded(p)
		c.it.script(c.p.Program, p, args)
		return
	}
	c.prints = true
	c.it.runFile(p)
	c.showLoaded(p)
	if base := value.Text(path.Base(string(p))); p.Known() && c.it.table.Lookup(string(base)) != nil && !c.it.justMade(p) {
		c.known(append([]value.Text{base}, args...))
	}
	if name == "" {
		name = path.Base(string(c.argv[0]))
	}
	lang, ok := inline.LangOf(name)
	src, known := c.it.scriptText(p)
	switch made := c.it.justMade(p); {
	case !known:
	case src.FromNet():
		c.downloaded()
	case made && c.p.Spec != nil && c.p.Spec.Stdin.Kind() == "mentions":
		c.mentions(src, c.p.Spec.Stdin.Param())
	case ok:
		c.foreign(lang, src, args)
	default:
		c.unread(src)
		if made {
			c.settings(src)
		}
	}
}

// showLoaded counts what was loaded as shown by a script, unless git has it; what the
// program loads for the script alone, if git does not know of the script.
func (c *call) showLoaded(script value.Text) {
	if c.it.untracked(script) {
		c.it.st.loaded = append(c.it.st.loaded, c.loaded...)
	}
	if !c.it.committed(script) {
		c.it.reveal()
	}
}

// untracked reports whether a file is new to git: it neither has nor ignores it.
func (it *interp) untracked(p value.Text) bool {
	if it.justMade(p) {
		return true
	}
	if r := it.repo(value.Text(path.Dir(string(p)))); r != nil && p.Known() && it.exists(p) == rules.True {
		fresh, _ := r.Sweep(string(p), false)
		return fresh == rules.True
	}
	return false
}

// ownFile analyses a program that is itself a script: ./deploy.sh.
func (it *interp) ownFile(c *call) {
	if !strings.Contains(string(c.argv[0]), "/") || c.ran {
		return
	}
	p := it.abs(c.argv[0])
	if strings.HasPrefix(string(p), "/usr/") || strings.HasPrefix(string(p), "/bin/") {
		return
	}
	t, ok := it.scriptText(p)
	if !ok {
		return
	}
	first, _, _ := strings.Cut(string(t), "\n")
	if lang, ok := inline.LangOfShebang(first); ok && strings.HasPrefix(first, "#!") {
		c.foreign(lang, t, c.argv[1:])
		return
	}
	if strings.HasPrefix(first, "#!") && !strings.Contains(first, "sh") {
		return
	}
	it.script("", p, c.argv[1:])
}

// removes reports whether an action leaves less than there was.
func removes(a rules.Action) bool {
	return a.Op == rules.Delete && (len(a.Via) == 0 || a.Via[len(a.Via)-1] != "move")
}
