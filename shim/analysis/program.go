package analysis

import (
	"io/fs"
	"path"
	"slices"
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
	it          *interp
	p           *programs.Parsed
	argv        []value.Text
	words       []*syntax.Word // of the source, index for index; nil where there are none
	dir         value.Text     // directory that the program works in
	outDir      value.Text     // directory into which it downloads
	saved       bool           // the file to download into was named
	req         request
	host        value.Text
	db          value.Text
	attached    bool // statements may go to a second file
	connected   bool // host and db are those of a connection of an inline program
	tgt         []value.Text
	env         []value.Text
	mounted     [][2]string // files as the command sees them, and where they are
	loaded      []int       // env files that the command it runs gets
	ownEnv      bool        // of its own accord
	ran         bool        // a command, script or text was run
	net         bool        // it talks to the network
	searched    bool        // directories to look in were named
	inlined     bool        // code that the command holds was run
	streamed    bool        // what runs is read from the standard input, which may be line by line
	prints      bool        // statements or code were run: what they print is not known
	mark        value.Text
	dialect     string       // of SQL
	optionFiles int          // files of options that were followed
	from        []value.Text // sources, for a destination that is a directory
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
	if len(it.st.loaded) > 0 && !c.p.Harmless && !c.p.Loads() && !c.discreet() {
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
	if r, ok := it.truthOf(c); ok {
		return r
	}
	return unsure
}

// discreet reports whether the program shows nothing of its environment: what it
// prints is of another kind, or it is a script of the repository as it stands.
func (c *call) discreet() bool {
	if c.p.Spec == nil {
		return strings.Contains(string(c.argv[0]), "/") && c.it.committed(c.it.abs(c.argv[0]))
	}
	switch c.p.Spec.Output {
	case "lines", "names", "none", "stdin", "digits", "name", "date", "realpath", "fresh-file", "fresh-dir":
		return true
	}
	if _, code := inline.LangOf(c.p.Program); filters.Supported(c.p.Program) && !code && !isShellName(c.p.Program) {
		return true
	}
	for _, a := range c.p.Args {
		if a.Effect == "script" {
			return c.it.committed(c.abs(a.Text))
		}
	}
	if c.p.Spec.Recipes == "make" && !c.has("-p") && !slices.ContainsFunc(c.p.Args, func(a programs.Arg) bool { return strings.Contains(string(a.Text), "=") }) {
		for _, f := range []value.Text{"GNUmakefile", "makefile", "Makefile"} {
			if p := absIn(c.dir, f); c.it.exists(p) == rules.True {
				return c.it.committed(p)
			}
		}
	}
	return false
}

// committed reports whether git has a file as it stands.
func (it *interp) committed(p value.Text) bool {
	if !p.Known() || it.exists(p) != rules.True || it.st.files[string(p)] != (file{}) {
		return false
	}
	r := it.repo(value.Text(path.Dir(string(p))))
	if r == nil {
		return false
	}
	clean, _ := r.Clean(string(p))
	return clean == rules.True
}

// truthOf is the status of true and false where they run as programs.
func (it *interp) truthOf(c *call) (result, bool) {
	switch dir, base := path.Split(string(c.argv[0])); {
	case dir != "/bin/" && dir != "/usr/bin/":
	case base == "true":
		return success, true
	case base == "false":
		return failure, true
	}
	return unsure, false
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
	c.outDir = c.dir
	for _, o := range c.p.Opts {
		if o.Effect == "out-dir" && o.Has {
			c.outDir = absIn(c.dir, o.Value)
		}
		c.net = c.net || netEffect(o.Effect)
	}
	for _, a := range c.p.Args {
		c.net = c.net || netEffect(a.Effect)
	}
	c.inheritedOptions()
	if c.p.Spec == nil {
		c.unknown()
	}
	c.tell()
	for _, a := range c.p.Args {
		if isSource(a.Effect) {
			c.from = append(c.from, a.Text)
		}
	}
	c.ownEnvFile()
	for _, o := range c.p.Opts {
		if o.Has && o.Effect == "" && c.p.Spec != nil {
			c.unlisted(o)
		} else if o.Has || o.Effect.Param() != "" {
			c.apply(o.Effect, o.Value, o.Index)
		} else if o.Effect.Kind() == "run" {
			c.apply(o.Effect, o.Value, o.Index)
		}
	}
	c.besideUnlisted()
	dir := c.dir
	for k, a := range c.p.Args {
		c.dir = c.argDir(dir, a.Index)
		if k > 0 && c.it.crowded() && c.same(k) {
			for _, t := range c.it.rest(argTexts(c.p.Args[k:])) {
				c.apply(a.Effect, t, a.Index)
			}
			break
		}
		c.apply(a.Effect, a.Text, a.Index)
		if a.Effect.Kind() == "run" || a.Effect.Kind() == "shell-rest" || a.Effect == "redis" || a.Effect == "request" || a.Effect == "run-first" {
			break
		}
	}
	c.dir = dir
	c.searchHere()
	c.recipes()
	c.stdin()
	if c.inlined { // it may show what was loaded for it
		it := c.it
		it.st.loaded = append(it.st.loaded, c.envLoaded(nil)...)
		it.reveal()
	}
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
	e, t, ok := partOf(e, t)
	if !ok {
		return
	}
	if t == "-" && e.Kind() != "value" && e.Kind() != "run" {
		switch e.Kind() {
		case "file-list":
			c.fileList(t)
		case "script":
			if c.p.Spec == nil || c.p.Spec.Stdin.Kind() != "code" && c.p.Spec.Stdin.Kind() != "shell" {
				c.apply(e, "/dev/stdin", i)
			}
		}
		return
	}
	switch e.Kind() {
	case "value":
		if e.Param() == "repository" && len(c.p.Args) == 1 { // git clone names the directory itself
			name := strings.TrimSuffix(strings.TrimRight(string(t), "/"), ".git")
			it.madeRepo(c.abs(value.Text(name[strings.LastIndexAny(name, "/:")+1:])))
		}
	case "", "rest", "sub", "dir", "dir-args", "digest", "out-dir", "save", "place":
	case "unknown":
		it.unknownOperands([]value.Text{"", t})
	case "options":
		c.options(e.Param(), t, i)
	case "arguments":
		c.arguments(t, i)
	case "read", "upload", "file-list":
		c.file(rules.Read, t, false)
		if e == "upload" {
			c.req.upload = true
		}
		if e == "file-list" {
			c.fileList(t)
		}
	case "read-tree":
		c.searched = true
		if c.p.Spec.HasFilters() && !c.finds() { // grep --include
			for _, f := range c.foundIn([]value.Text{t}) {
				if it.protected(c.abs(f)) {
					c.file(rules.Read, f, false)
				}
			}
		}
		c.file(rules.Read, t, true)
	case "edit":
		if cmd, ok := strings.CutPrefix(string(t), "!"); ok { // ed !COMMAND
			c.command(value.Text(cmd))
			return
		}
		c.file(rules.Read, t, false)
		it.write(c.abs(t), rules.HowUnknown)
	case "load":
		if t == "dotenv/config" { // a module of node that loads .env
			c.apply("env-file", ".env", i)
			return
		}
		op := rules.Load
		if isEnvFile(c.abs(t)) {
			op = rules.Read // no program but one made for it reads such lines without a word
		}
		c.file(op, t, false)
	case "env-file":
		c.file(rules.Load, t, false)
		if p := c.abs(t); it.protected(p) {
			c.loaded = append(c.loaded, len(*it.out)-1)
		}
	case "list", "mkdir":
		switch e {
		case "mkdir":
			it.made(c.abs(t), true)
		case "mkdir:repository":
			it.madeRepo(c.abs(t))
		}
	case "write", "append", "create", "touch":
		c.writeTo(e, t)
	case "write-tree":
		it.emit(rules.Action{Op: rules.Write, Path: absIn(c.argDir(c.dir, len(c.argv)), t), Recursive: true})
	case "archive":
		c.archive(t)
	case "key":
		switch {
		case c.p.Implied:
			c.file(rules.Load, t, false)
		case e.Param() == "read":
			c.file(rules.Read, t, false)
		default:
			c.writeTo("create", t)
		}
	case "target":
		if e == "target:file" {
			c.databaseFile(t)
		}
	case "move":
		if t == "" || c.stays(t) {
			return
		}
		c.file(rules.Read, t, true)
		c.file(rules.Delete, t, true)
		a := &(*it.out)[len(*it.out)-1]
		a.Via = append(a.Via[:len(a.Via):len(a.Via)], "move")
		if n := len(c.p.Args); n > 0 && c.p.Args[n-1].Text != "/dev/null" {
			a.Loses, a.Loss = rules.False, "" // it is elsewhere then
		}
	case "delete", "delete-tree":
		if e.Param() == "found" {
			if c.emptyDirs() {
				return // they hold nothing
			}
			for _, f := range c.found() {
				if f.Known() || !slices.Contains(c.roots(), f.Occurring()) || !it.isDir(c.abs(f.Occurring())) { // else it goes only if it is empty
					c.file(rules.Delete, f, false)
				}
			}
			return
		}
		c.file(rules.Delete, t, e == "delete-tree")
	case "mode":
		if !isMode(t) { // chmod -R /: what stands in the mode's place is no mode
			c.file(rules.Chmod, t, e.Param() == "tree")
		}
	case "chmod", "chmod-tree":
		c.file(rules.Chmod, t, e == "chmod-tree" || it.whole)
	case "link":
		n := len(*it.out)
		if c.file(rules.Read, t, false); len(*it.out) > n { // what is no file of its own, such as /dev/null, gives nothing
			(*it.out)[len(*it.out)-1].Op = rules.Mount
		}
	case "mount":
		c.mount(t)
	case "run", "run-first":
		c.ran = true
		if e.Param() == "own" && (i+1 < len(c.argv) || !strings.Contains(string(t), " ")) {
			c.again(c.argv[i:])
			return
		}
		if e.Param() == "own" {
			c.apply("command:own", t, i)
			return
		}
		c.run(i, e == "run-first")
	case "shell":
		c.ran = true
		c.shell(t, i)
		c.keyValues(t)
	case "shell-rest":
		c.ran = true
		if t == "--" && i+1 < len(c.argv) { // ssh HOST -- COMMAND
			i++
		}
		end := len(c.argv)
		if k := slices.Index(c.argv[i:], value.Text(e.Param())); e.Param() != "" && k >= 0 {
			end = i + k
			c.again(c.argv[end+1:]) // its next command
		}
		away := it.away
		it.away = away || c.away()
		it.shellText("sh", value.Text(strings.Join(strs(c.argv[i:end]), " ")), "sh", nil, c.origin(i, end), c.p.Program)
		it.away = away
	case "command":
		if e.Param() == "own" {
			t = c.argv[0] + " " + t
		}
		it.shellText("sh", t, "sh", nil, c.origin(i, i+1), c.p.Program)
	case "script":
		c.ran = true
		c.script(e.Param(), t, i)
	case "setup":
		if p := absIn(c.abs(t), "setup.py"); it.justMade(p) {
			c.script("python", p, i)
		}
	case "makefile":
		c.makeFunctions(string(t))
		c.shell(t, i)
	case "mentions":
		c.mentions(t, e.Param() == "write")
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

// isMode reports whether t may be a file mode: octal, or letters as in u+rwX,go=.
func isMode(t value.Text) bool {
	return !t.Known() || t != "" && (strings.Trim(string(t), "01234567") == "" ||
		strings.ContainsAny(string(t), "+-=") && strings.Trim(string(t), "ugoarwxXst+-=,01234567") == "")
}

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

// writeTo writes to an operand: a file, or files of the sources' names in a
// directory.
func (c *call) writeTo(e programs.Effect, t value.Text) {
	if s := string(t); len(s) > 1 && (s[0] == '|' || s[0] == '!') { // strace -o '|COMMAND'
		c.command(t[1:])
		return
	}
	how := rules.Overwrite
	switch e.Kind() {
	case "append":
		how = rules.Append
	case "create", "touch":
		how = rules.Create
	}
	p := c.abs(t)
	if e.Param() == "body" {
		c.saved, p = true, absIn(c.outDir, t)
	}
	it := c.it
	if it.isDir(p) && len(c.from) > 0 || strings.HasSuffix(string(t), "/") && len(c.from) > 0 {
		for _, s := range c.from {
			src := c.abs(s)
			if q := value.Text(strings.TrimSuffix(string(p), "/") + "/" + baseText(src)); q != src { // else it stays as it is
				c.put(q, how, src)
			}
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
	if len(c.from) == 1 && e.Param() != "made" {
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
	if !p.Known() || how == rules.Create && ex == rules.True { // what is there stays as it is
		return
	}
	f := file{created: ex == rules.False || it.st.files[string(p)].created}
	if src.Known() && src != "" {
		f.alias = string(it.real(src))
		if f.alias == string(p) {
			f.alias = ""
		}
		f.copy = c.copies(src)
		f.fresh = f.copy && ex == rules.False && it.isDir(src)
	} else if c.p.Spec != nil && c.p.Spec.Output == "stdin" && it.stdin.set {
		f.content, f.known = it.stdin.asText(), true
	} else if c.net || len(c.req.urls) > 0 {
		f.content, f.known = value.Net, true
	}
	it.st.files[string(p)] = f
}

// same reports whether the same becomes of operand k and of all that follow.
func (c *call) same(k int) bool {
	for _, a := range c.p.Args[k:] {
		if a.Effect != c.p.Args[k].Effect {
			return false
		}
	}
	return true
}

func argTexts(args []programs.Arg) []value.Text {
	out := make([]value.Text, len(args))
	for i, a := range args {
		out[i] = a.Text
	}
	return out
}

// copies reports whether the program makes a copy of src, and neither a link to
// it nor another name.
func (c *call) copies(src value.Text) bool {
	for _, a := range c.p.Args {
		if k := a.Effect.Kind(); k == "link" || k == "move" {
			return false
		}
	}
	fi, err := c.it.w.Lstat(string(src))
	return err == nil && fi.Mode()&fs.ModeSymlink == 0 && !c.has("-l") && !c.has("-s")
}

// stays reports whether a file is moved into the directory that it is in.
func (c *call) stays(src value.Text) bool {
	p, n := c.abs(src), len(c.p.Args)
	if n < 2 || !p.Known() || strings.HasSuffix(string(src), "..") || c.has("-t") || c.has("-T") {
		return false
	}
	to := c.p.Args[n-1]
	dest := c.abs(to.Text)
	return to.Effect.Kind() != "move" && path.Dir(string(p)) == string(dest) && c.it.isDir(dest)
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

// madeRepo records a new directory that is a repository of its own.
func (it *interp) madeRepo(p value.Text) {
	it.made(p, true)
	if f, ok := it.st.files[string(p)]; ok && f.fresh {
		f.repo = true
		it.st.files[string(p)] = f
	}
}

// newRepo reports whether a directory belongs to a repository that this command
// itself has made, so that nothing in it is older.
func (it *interp) newRepo(dir value.Text) bool {
	fresh := false
	for d := string(dir); strings.HasPrefix(d, "/"); d = path.Dir(d) {
		for p := range it.st.files {
			if p == d+"/.git" || strings.HasPrefix(p, d+"/.git/") {
				return false // what this command wrote there may lead elsewhere
			}
		}
		switch f, ok := it.st.files[d]; {
		case ok && f.repo && !f.absent:
			return true
		case ok && f.fresh && !f.absent:
			fresh = true
		case it.exists(value.Text(d)) == rules.True:
			return fresh && it.repo(value.Text(d)) == nil
		}
		if d == "/" {
			break
		}
	}
	return false
}

// away reports whether the program runs its command on another machine.
func (c *call) away() bool {
	for _, a := range c.p.Args {
		if a.Effect.Kind() == "host" {
			return true
		}
	}
	return false
}

// again walks a command of the program itself.
func (c *call) again(args []value.Text) {
	if sub := c.it.sub(); sub.nests(len(args)) {
		sub.runProgram(append([]value.Text{c.argv[0]}, args...), nil)
		c.it.keepFiles(sub.st)
	}
}

// run walks a command that the program is given as words.
func (c *call) run(i int, first bool) {
	if i+1 < len(c.argv) && c.argv[i] == "--" { // PROGRAM WHERE -- COMMAND
		i++
	}
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
	if len(argv) == 1 && !first && strings.Contains(string(argv[0]), " ") && it.startsProgram(string(argv[0])) {
		c.shell(argv[0], i) // no program has such a name: it is split, or handed to a shell
		return
	}
	sub := it.sub()
	if !sub.nests(len(argv)) {
		return
	}
	sub.away = it.away || c.away()
	sub.via = append(it.via[:len(it.via):len(it.via)], c.p.Program)
	sub.st.dir = c.dir
	sub.multi, sub.choice = nil, nil
	sub.st.loaded = append(sub.st.loaded, c.envLoaded(argv)...)
	sub.st.funcs = map[string]*function{} // another process knows no functions
	for _, m := range c.mounted {
		sub.st.files[m[0]] = file{alias: m[1]}
	}
	for _, e := range c.env {
		n, v, _ := strings.Cut(string(e), "=")
		sub.st.vars.set(n, variable{alts: []value.Text{value.Text(v)}, exported: true})
		sub.inherited(n, true)
		if fn, ok := strings.CutPrefix(n, "BASH_FUNC_"); ok && value.Text(v).Known() {
			sub.importFunc(strings.TrimSuffix(strings.TrimSuffix(fn, "%%"), "()"), v)
		}
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
