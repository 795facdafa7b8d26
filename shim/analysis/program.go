package analysis

import (
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
	assigns     bool        // in the shell text that it runs, set NAME VALUE assigns
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
	if c.p = it.table.Parse(argv); c.p.Root == nil {
		if whole := it.dashed(argv); whole != nil {
			argv, c.argv, c.words = whole, whole, nil
			c.p = it.table.Parse(whole)
		}
	}
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
	if len(it.st.loaded) > 0 && (it.impostor(argv[0]) || !c.p.Harmless && !c.p.Loads() && !c.discreet()) {
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
		for _, f := range makefiles {
			if p := absIn(c.dir, value.Known(f)); c.it.exists(p) == rules.True {
				return c.it.committed(p)
			}
		}
	}
	return false
}

// impostor reports whether what runs under a name may be another program than the
// name says: one that the command has made or hashed, that is new to git, or that lies
// where anybody may write.
func (it *interp) impostor(name value.Text) bool {
	if _, hashed := it.st.hashed[string(name)]; hashed {
		return true
	}
	p := it.abs(name)
	if !strings.Contains(string(name), "/") {
		found := false
		if p, found = it.inPath(name); !found {
			_, changed := it.st.vars.get("PATH")
			return changed
		}
	}
	s := string(p)
	return it.st.files[s] != (file{}) || it.untracked(p) || strings.HasPrefix(s, "/tmp/") || strings.HasPrefix(s, "/var/tmp/")
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
		// One that this command has made and put in PATH runs instead of another.
		if _, changed := it.st.vars.get("PATH"); !changed {
			return argv
		}
		p, found := it.inPath(argv[0])
		if !found || it.st.files[string(p)] == (file{}) {
			return argv
		}
		argv = append([]value.Text{p}, argv[1:]...)
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
	if it.table.Lookup(path.Base(name)) == nil && it.table.Lookup(path.Base(string(r))) != nil && it.dashed(argv) == nil {
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
	c.nameless()
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

// dashed is the command that a program called PROGRAM-SUBCOMMAND is, as those of git
// are where git keeps them; nil for any other.
func (it *interp) dashed(argv []value.Text) []value.Text {
	program, sub, ok := it.table.Dashed(path.Base(string(argv[0])))
	if !ok {
		return nil
	}
	return append([]value.Text{value.Text(program), value.Text(sub)}, argv[1:]...)
}

// packaged is the program of a package, by what the package is called: without a
// version and, where the tables know none of the whole name, without a scope.
func (it *interp) packaged(name string) string {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "/") || strings.ContainsAny(name, ":\x00") {
		return name
	}
	if i := strings.LastIndexByte(name, '@'); i > 0 {
		name = name[:i]
	}
	if s := it.table.Lookup(name); s != nil {
		return s.Names[0]
	}
	return name
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
	sub.st.keepExported() // a shell that it starts takes over those
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
