package analysis

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis/filters"
	"guard/shim/analysis/inline"
)

// call is one program that is run, while its effects are worked out.
type call struct {
	it      *interp
	p       *programs.Parsed
	argv    []value.Text
	words   []*syntax.Word // of the source, index for index; nil where there are none
	dir     value.Text     // directory that the program works in
	req     request
	host    value.Text
	db      value.Text
	tgt     []value.Text
	env     []value.Text
	loaded  []int // env files that the command it runs gets
	ran     bool  // a command, script or text was run
	net     bool  // it talks to the network
	data    bool  // statements were run: what they print is not known
	mark    value.Text
	dialect string       // of SQL
	from    []value.Text // sources, for a destination that is a directory
}

// program walks a command that is no builtin and no function.
func (it *interp) program(argv []value.Text, words []*syntax.Word) result {
	argv = it.identity(argv)
	if !argv[0].Known() {
		it.opaque("the name of the program is not known", argv)
		return unsure
	}
	c := &call{it: it, argv: argv, dir: it.st.dir}
	if len(words) == len(argv) {
		c.words = words
	}
	c.p = it.table.Parse(argv)
	if it.ownAlias(c) {
		return unsure
	}
	a := rules.Action{Op: rules.Exec, Argv: argv, Program: it.executable(argv[0])}
	if c.p.Spec != nil && c.p.Spec.Loses != "" && !c.p.Harmless {
		it.loses(&a, c)
	}
	c.targets()
	a.Target = c.tgt
	it.emit(a)
	if len(it.st.loaded) > 0 && !c.p.Harmless && !c.p.Loads() {
		it.reveal()
	}
	if c.p.Harmless {
		return unsure // a help text, which runs nothing even if a shell reads it
	}
	if c.p.Spec == nil || c.p.Spec.Output != "none" {
		it.readInput()
	}
	if it.pureRun(c) {
		c.effects()
		return success
	}
	c.effects()
	it.ownFile(c)
	c.output()
	return unsure
}

// identity replaces the name of a program by the one that it was copied, linked
// or hashed from.
func (it *interp) identity(argv []value.Text) []value.Text {
	name := string(argv[0])
	if p, ok := it.st.hashed[name]; ok {
		return append([]value.Text{p}, argv[1:]...)
	}
	if !strings.Contains(name, "/") {
		return argv
	}
	p := it.abs(argv[0])
	if f, ok := it.st.files[string(p)]; ok && f.alias != "" {
		return append([]value.Text{value.Text(f.alias)}, argv[1:]...)
	}
	r := it.real(p)
	if r == p || !r.Known() {
		return argv
	}
	// A link under another name: busybox and its like act on the name they are
	// called by, so the name stays where the table knows it.
	if it.table.Lookup(path.Base(name)) == nil && it.table.Lookup(path.Base(string(r))) != nil {
		return append([]value.Text{r}, argv[1:]...)
	}
	return argv
}

// executable is the path of the program that runs, as far as PATH tells.
func (it *interp) executable(name value.Text) value.Text {
	if strings.Contains(string(name), "/") {
		return it.real(it.abs(name))
	}
	return name
}

// effects applies what the table says of every option and operand.
func (c *call) effects() {
	for _, o := range c.p.Opts {
		if o.Effect.Kind() == "dir" && o.Has {
			c.dir = absIn(c.dir, o.Value)
		}
	}
	for _, o := range c.p.Opts {
		c.net = c.net || netEffect(o.Effect)
	}
	for _, a := range c.p.Args {
		c.net = c.net || netEffect(a.Effect)
	}
	c.inheritedOptions()
	if c.p.Spec == nil {
		c.it.unknownOperands(c.argv)
	}
	for _, o := range c.p.Opts {
		if o.Has || o.Effect.Param() != "" {
			c.apply(o.Effect, o.Value, o.Index)
		} else if o.Effect == "run" {
			c.apply(o.Effect, o.Value, o.Index)
		}
	}
	for _, a := range c.p.Args {
		if isSource(a.Effect) {
			c.from = append(c.from, a.Text)
		}
	}
	for _, a := range c.p.Args {
		c.apply(a.Effect, a.Text, a.Index)
		if a.Effect == "run" || a.Effect == "shell-rest" || a.Effect == "redis" || a.Effect == "request" || a.Effect == "run-first" {
			break
		}
	}
	c.recipes()
	c.stdin()
	c.request()
}

// netEffect reports whether an operand or value is an address.
func netEffect(e programs.Effect) bool {
	return e.Kind() == "url" || e.Kind() == "request"
}

func isSource(e programs.Effect) bool {
	switch e.Kind() {
	case "read", "read-tree", "move", "link", "remote-path":
		return true
	}
	return false
}

// apply carries out one effect in the abstract.
func (c *call) apply(e programs.Effect, t value.Text, i int) {
	it := c.it
	if i < len(c.words) {
		defer func(s [2]int) { it.span = s }(it.span)
		it.span = it.node(c.words[i])
	}
	if t == "-" && e.Kind() != "value" && e.Kind() != "run" {
		return
	}
	switch e.Kind() {
	case "", "value", "rest", "sub", "dir":
	case "read", "upload", "file-list":
		c.file(rules.Read, t, false)
		if e == "upload" {
			c.req.upload = true
		}
		if e == "file-list" {
			c.fileList(t)
		}
	case "read-tree":
		if c.p.Spec.HasFilters() && !c.finds() { // grep --include
			for _, f := range c.foundIn([]value.Text{t}) {
				if it.protected(c.abs(f)) {
					c.file(rules.Read, f, false)
				}
			}
		}
		c.file(rules.Read, t, true)
	case "edit":
		c.file(rules.Read, t, false)
		it.write(c.abs(t), rules.HowUnknown)
	case "load":
		c.file(rules.Load, t, false)
	case "env-file":
		c.file(rules.Load, t, false)
		if p := c.abs(t); it.protected(p) {
			c.loaded = append(c.loaded, len(*it.out)-1)
		}
	case "list", "mkdir":
		if e == "mkdir" {
			it.made(c.abs(t), true)
		}
	case "write", "append", "create", "touch":
		c.writeTo(e, t)
	case "archive":
		if c.implied() {
			c.file(rules.Read, t, false)
		} else {
			c.writeTo("write", t)
		}
	case "move":
		c.file(rules.Read, t, true)
		c.file(rules.Delete, t, true)
		a := &(*it.out)[len(*it.out)-1]
		a.Via = append(a.Via[:len(a.Via):len(a.Via)], "move")
		if n := len(c.p.Args); n > 0 && c.p.Args[n-1].Text != "/dev/null" {
			a.Loses, a.Loss = rules.False, "" // it is elsewhere then
		}
	case "delete", "delete-tree":
		if e.Param() == "found" {
			for _, f := range c.found() {
				c.file(rules.Delete, f, false)
			}
			return
		}
		c.file(rules.Delete, t, e == "delete-tree")
	case "chmod", "chmod-tree":
		c.file(rules.Chmod, t, e == "chmod-tree")
	case "link":
		c.file(rules.Read, t, false)
		(*it.out)[len(*it.out)-1].Op = rules.Mount
	case "mount":
		c.mount(t)
	case "run", "run-first":
		c.ran = true
		c.run(i, e == "run-first")
	case "shell":
		c.ran = true
		c.shell(t, i)
	case "shell-rest":
		c.ran = true
		it.shellText("sh", value.Text(strings.Join(strs(c.argv[i:]), " ")), "sh", nil, c.origin(i, len(c.argv)), c.p.Program)
	case "command":
		it.shellText("sh", t, "sh", nil, c.origin(i, i+1), c.p.Program)
	case "script":
		c.ran = true
		c.script(t, i)
	case "code":
		c.ran = true
		c.code(e.Param(), t, i)
	case "url", "method", "body", "body-at", "form", "header", "at-file", "request":
		c.http(e, t, i)
	case "sql", "sql-file", "redis", "mongo":
		c.ran = true
		c.statements(e, t, i)
	case "env":
		c.setEnv(t)
	case "placeholder":
		c.mark = t
	case "setting":
		c.setting(t, i)
	case "setting-key":
		c.settingKey(t, i)
	case "remote-path", "remote-dest", "remote-sync":
		c.remote(e, t)
	}
}

func (c *call) abs(t value.Text) value.Text { return absIn(c.dir, t) }

// file records what happens to one file operand.
func (c *call) file(op rules.Op, t value.Text, tree bool) {
	if t == "" {
		return // no file has this name
	}
	if s := string(t); strings.HasPrefix(s, "/dev/") && (op == rules.Read) {
		if st, ok := c.it.devFd(t); ok {
			if st.path != "" {
				c.it.file(op, st.path, false)
			}
			return
		}
		if s == "/dev/null" || s == "/dev/stdin" || s == "/dev/zero" || s == "/dev/urandom" {
			return
		}
	}
	c.it.file(op, c.abs(t), tree)
}

// implied reports whether an option replaced the operands' usual meaning.
func (c *call) implied() bool {
	if c.p.Spec == nil {
		return false
	}
	for _, im := range c.p.Spec.Implies {
		for _, n := range im.Names {
			if _, ok := c.p.Opt(n); ok {
				return true
			}
		}
	}
	return false
}

// writeTo writes to an operand: a file, or files of the sources' names in a
// directory.
func (c *call) writeTo(e programs.Effect, t value.Text) {
	how := rules.Overwrite
	switch e {
	case "append":
		how = rules.Append
	case "create", "touch":
		how = rules.Create
	}
	p := c.abs(t)
	it := c.it
	if it.isDir(p) && len(c.from) > 0 || strings.HasSuffix(string(t), "/") && len(c.from) > 0 {
		for _, s := range c.from {
			src := c.abs(s)
			q := value.Text(string(p) + "/" + baseText(src))
			c.put(q, how, src)
		}
		return
	}
	switch p {
	case "/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty":
		return
	}
	if sink, ok := it.sinkOf(p); ok {
		sink(it.stdin)
		return
	}
	var src value.Text
	if len(c.from) == 1 {
		src = c.abs(c.from[0])
	}
	c.put(p, how, src)
}

// put records a write and what the file then is.
func (c *call) put(p value.Text, how rules.How, src value.Text) {
	it := c.it
	ex := it.exists(p)
	if how == rules.Overwrite && ex == rules.False {
		how = rules.Create
	}
	it.write(p, how)
	if !p.Known() {
		return
	}
	f := file{created: ex == rules.False || it.st.files[string(p)].created}
	if src.Known() && src != "" {
		f.alias = string(it.real(src))
		if f.alias == string(p) {
			f.alias = ""
		}
	} else if c.p.Spec != nil && c.p.Spec.Output == "stdin" && it.stdin.set {
		f.content, f.known = it.stdin.asText(), true
	} else if c.net || len(c.req.urls) > 0 {
		f.content, f.known = value.Net, true
	}
	it.st.files[string(p)] = f
}

func baseText(t value.Text) string {
	s := strings.TrimSuffix(string(t), "/")
	return s[strings.LastIndexByte(s, '/')+1:]
}

// made notes a new file or directory.
func (it *interp) made(p value.Text, dir bool) {
	if p.Known() && it.exists(p) == rules.False {
		it.st.files[string(p)] = file{created: true, fresh: dir}
	}
}

// run walks a command that the program is given as words.
func (c *call) run(i int, first bool) {
	argv := c.argv[i:]
	var words []*syntax.Word
	if c.words != nil {
		words = c.words[i:]
	}
	for k, w := range argv {
		if w == ";" || first && strings.HasPrefix(string(w), ":::") || k > 0 && w == "+" && argv[k-1] == "{}" {
			if argv = argv[:k]; words != nil {
				words = words[:k]
			}
			break
		}
	}
	it := c.it
	sub := it.sub()
	sub.via = append(it.via[:len(it.via):len(it.via)], c.p.Program)
	sub.st.dir = c.dir
	sub.multi, sub.choice = nil, nil
	sub.st.loaded = append(sub.st.loaded, c.loaded...)
	sub.st.funcs = map[string]*function{} // another process knows no functions
	for _, e := range c.env {
		n, v, _ := strings.Cut(string(e), "=")
		sub.st.vars[n] = variable{alts: []value.Text{value.Text(v)}, exported: true}
		sub.inherited(n, true)
	}
	if c.p.Spec != nil && (c.p.Spec.Stdin == "args" || first || c.finds()) {
		c.runArgs(sub, argv, words, first)
		it.keepFiles(sub.st)
		return
	}
	if len(argv) > 0 {
		sub.runProgram(argv, words)
	}
	it.keepFiles(sub.st)
}

// runProgram is run for a process that is no shell: no builtins but those that
// also exist as programs.
func (it *interp) runProgram(argv []value.Text, words []*syntax.Word) result {
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
	if len(items) == 0 && c.ifItems() {
		return
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
			for _, t := range items {
				next := make([]value.Text, len(argv))
				for k, w := range argv {
					next[k] = value.Text(strings.ReplaceAll(string(w), string(mark), string(t)))
				}
				sub.runProgram(next, nil)
				if !sub.spend() {
					return
				}
			}
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
		for _, t := range items {
			sub.runProgram(append(append([]value.Text{}, argv...), t), nil)
		}
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
	byLine := c.mark != ""
	for _, o := range c.p.Opts {
		if o.Name == "-0" || o.Name == "-d" || o.Name == "-L" {
			byLine = true
		}
	}
	var out []value.Text
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
	for _, o := range c.p.Opts {
		if o.Name == "-O" && isShellName(shell) {
			sub.childShopt = append(sub.childShopt, string(o.Value))
		}
	}
	for _, e := range c.env {
		n, v, _ := strings.Cut(string(e), "=")
		sub.st.vars[n] = variable{alts: []value.Text{value.Text(v)}, exported: true}
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

// script runs a file of the program's own language.
func (c *call) script(t value.Text, i int) {
	var args []value.Text
	for _, a := range c.p.Args {
		if a.Index > i {
			args = append(args, a.Text)
		}
	}
	p := c.abs(t)
	if isShellName(c.p.Program) {
		if !strings.Contains(string(t), "/") && c.it.exists(p) == rules.False && c.it.st.files[string(p)] == (file{}) {
			return
		}
		c.it.runFile(p)
		c.it.reveal()
		c.it.script(c.p.Program, p, args)
		return
	}
	c.it.runFile(p)
	c.it.reveal()
	lang, ok := inline.LangOf(path.Base(string(c.argv[0])))
	if !ok {
		return
	}
	if src, ok := c.it.scriptText(p); ok {
		c.foreign(lang, src, args)
	}
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

// pureRun computes the output of a filter whose input is known.
func (it *interp) pureRun(c *call) bool {
	name := path.Base(string(c.argv[0]))
	if !filters.Supported(name) {
		return false
	}
	argv := make([]string, len(c.argv))
	for i, a := range c.argv {
		if !a.Known() {
			return false
		}
		argv[i] = string(a)
	}
	argv[0] = name
	in := []byte(nil)
	switch {
	case it.stdin.raw != nil:
		in = it.stdin.raw
	case it.stdin.set && !it.stdin.known():
		return false
	case it.stdin.set:
		in = []byte(it.stdin.text)
	}
	usedUnknown := false
	out, _, ok := filters.Run(argv, in, filters.Env{ReadFile: func(name string) ([]byte, bool) {
		p := it.abs(value.Known(name))
		if s, ok := it.devFd(p); ok && s.known() {
			return []byte(s.text), true
		}
		t, ok := it.content(p, maxFileRead)
		if !ok || !t.Known() {
			usedUnknown = true
			return nil, false
		}
		return []byte(t), true
	}})
	if !ok || usedUnknown || !it.stdin.set && len(c.p.Args) == 0 && name != "seq" && name != "true" && name != "date" {
		return false
	}
	it.stdout.writeBytes(out)
	return true
}

// output is what the program prints, by its table.
func (c *call) output() {
	it := c.it
	kind := ""
	if c.p.Spec != nil {
		kind = c.p.Spec.Output
	}
	switch kind {
	case "none", "shell-init":
		return
	case "stdin":
		if it.stdin.list {
			it.stdout.writeLines(it.stdin.lines)
			return
		}
		it.stdout.write(it.stdin.asText())
		return
	case "lines", "names":
		c.outputLines(kind)
		return
	case "fresh-file", "fresh-dir":
		c.fresh(kind == "fresh-dir")
		return
	case "digits":
		it.stdout.write(value.Digits + "\n")
		return
	case "toplevel":
		if r, ok := it.w.Repo(string(c.dir)); ok && c.dir.Known() && len(c.p.Args) == 0 {
			if _, top := c.p.Opt("--show-toplevel"); top {
				it.stdout.write(value.Known(r.Root() + "\n"))
				return
			}
		}
	}
	if c.net {
		it.stdout.write(value.Net)
		return
	}
	if c.ran && !c.data && c.p.Spec != nil && kind == "" {
		return // what it ran has written
	}
	it.stdout.write(value.Any)
}

// outputLines prints a selection of lines or names.
func (c *call) outputLines(kind string) {
	it := c.it
	var lines []value.Text
	files := 0
	for _, a := range c.p.Args {
		if isSource(a.Effect) || a.Effect == "list" {
			files++
			if (a.Effect == "list" || kind == "names") && !c.finds() {
				lines = append(lines, it.below(c.abs(a.Text), a.Text)...)
			}
		}
	}
	switch {
	case c.finds():
		lines = c.found()
	case kind == "names" && files == 0:
		lines = it.below(c.dir, "")
	case kind == "lines" && files == 0 && it.stdin.list:
		lines = it.stdin.lines
	case kind == "lines" && files == 0 && it.stdin.known():
		for _, l := range strings.Split(strings.TrimRight(string(it.stdin.text), "\n"), "\n") {
			lines = append(lines, value.Text(l)+value.Maybe)
		}
	case kind == "lines":
		lines = []value.Text{value.Any}
	}
	it.stdout.writeLines(lines)
}

// below lists what ls or git ls-files may print for a directory.
func (it *interp) below(dir, shown value.Text) []value.Text {
	budget := maxEntries
	names, ok := it.names(dir, &budget)
	if !ok || !dir.Known() {
		return []value.Text{value.Any}
	}
	if len(names) == 0 && shown != "" {
		return []value.Text{shown}
	}
	var out []value.Text
	for _, n := range names {
		if n[0] != '.' {
			out = append(out, value.Known(n)+value.Maybe)
		}
	}
	return out
}

// fresh prints the name of a new file or directory.
func (c *call) fresh(dir bool) {
	it := c.it
	base := value.Text("/tmp/tmp.")
	if _, ok := c.p.Opt("-d"); ok {
		dir = true
	}
	if o, ok := c.p.Opt("-p"); ok && o.Has {
		base = c.abs(o.Value) + "/tmp."
	}
	t := base + value.Name
	if n := len(c.p.Args); n > 0 {
		tmpl := strings.TrimRight(string(c.p.Args[n-1].Text), "X")
		if strings.Contains(tmpl, "/") || base == "/tmp/tmp." && !c.has("-t") {
			t = c.abs(value.Text(tmpl)) + value.Name
		} else {
			t = value.Text(strings.TrimSuffix(string(base), "tmp.")) + value.Text(tmpl) + value.Name
		}
	}
	it.st.files[string(t)] = file{created: true, fresh: dir}
	it.stdout.write(t + "\n")
}

func (c *call) has(opt string) bool { _, ok := c.p.Opt(opt); return ok }
