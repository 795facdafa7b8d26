package analysis

import (
	"path"
	"strings"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis/filters"
	"guard/shim/analysis/inline"
)

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
	if it.stdin.list && len(c.p.Args) <= 1 && it.pureLines(argv) {
		return true
	}
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
		t, ok := it.data(p)
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
	case "":
		if c.initiates() {
			return
		}
	case "none", "shell-init":
		return
	case "programs":
		var names []value.Text
		for _, a := range c.p.Args {
			names = append(names, a.Text)
		}
		it.whereIs(names, false)
		return
	case "loaded":
		it.st.loaded = append(it.st.loaded, c.loaded...)
		it.reveal()
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
	case "all":
		for _, o := range c.p.Opts {
			if o.Effect.Kind() == "filter" {
				it.stdout.write(value.Any)
				return
			}
		}
		it.stdout.write(value.All + "\n")
		return
	}
	if c.p.Spec != nil && c.p.Spec.Stdin == "args" && len(c.p.Args) == 0 && it.stdin.known() && c.echoes() {
		return
	}
	if t, ok := c.formed(kind); ok {
		it.stdout.write(t + "\n")
		return
	}
	if c.intoFile() {
		return
	}
	if c.net || c.rewrites() && c.takesNet() {
		it.stdout.write(value.Net)
		return
	}
	if c.ran && !c.prints && c.p.Spec != nil && kind == "" {
		return // what it ran has written
	}
	it.stdout.made = kind == "" && c.rewrites() && !it.stdin.known()
	it.stdout.write(value.Any)
}

// echoes prints the words that xargs without a command hands to echo: in one line, or
// one by one.
func (c *call) echoes() bool {
	if in := c.it.stdin; strings.ContainsAny(string(in.asText()), `'"\\`) {
		return false // which xargs takes away
	}
	sep := " "
	for _, o := range c.p.Opts {
		switch o.Name {
		case "-0", "-d", "-r":
		case "-n", "-L":
			if o.Value != "1" {
				return false
			}
			sep = "\n"
		default:
			return false
		}
	}
	items := strs(c.items())
	if len(items) > 0 && strings.HasPrefix(items[0], "-") {
		return false // an option of echo
	}
	c.it.stdout.write(value.Text(strings.Join(items, sep)) + "\n")
	return true
}

// rewrites reports whether the program prints its input line by line, changed by a
// program text: awk and sed. Shells that read that are left to the run-time layer.
func (c *call) rewrites() bool {
	lang, ok := inline.LangOf(c.p.Program)
	return ok && (lang == inline.Awk || lang == inline.Sed)
}

// takesNet reports whether what the program reads comes from the network.
func (c *call) takesNet() bool {
	if c.it.stdin.asText().FromNet() {
		return true
	}
	for _, a := range c.p.Args {
		p := c.abs(a.Text)
		if in, ok := c.it.devFd(p); ok && in.asText().FromNet() {
			return true
		}
		if t, ok := c.it.content(p, maxFileRead); ok && t.FromNet() {
			return true
		}
	}
	return false
}

// initiates reports whether a program of PATH that no table knows prints shell text to
// be evaluated, as most do that have completions: frob completion bash.
func (c *call) initiates() bool {
	if c.p.Spec != nil || len(c.argv) < 3 || len(c.argv) > 4 || strings.Contains(string(c.argv[0]), "/") {
		return false
	}
	switch c.argv[1] {
	case "completion", "completions", "init", "hook", "activate", "shell-init", "generate-shell-completion":
	default:
		return false
	}
	last := strings.TrimPrefix(string(c.argv[len(c.argv)-1]), "--")
	for _, w := range c.argv[1:] {
		if c.it.exists(c.abs(w)) != rules.False { // which it may print
			return false
		}
	}
	return isShellName(last) || last == "fish"
}

// intoFile reports whether all that is fetched goes into a file.
func (c *call) intoFile() bool {
	if !c.saved || len(c.req.urls) != 1 || c.rewrites() {
		return false
	}
	for _, o := range c.p.Opts {
		if o.Effect == "write:body" {
			p := string(c.abs(o.Value))
			return o.Value.Known() && o.Value != "-" && !strings.HasPrefix(p, "/dev/") && !strings.HasPrefix(p, "/proc/")
		}
	}
	return false
}

// outputLines prints a selection of lines or names.
func (c *call) outputLines(kind string) {
	it := c.it
	if it.stdout.idle && c.finds() {
		return // what is found does not matter
	}
	var lines []value.Text
	files := 0
	for _, a := range c.p.Args {
		if isSource(a.Effect) || a.Effect == "list" {
			files++
			if c.shows("self") {
				lines = append(lines, a.Text)
			} else if (a.Effect == "list" || kind == "names") && !c.finds() {
				lines = append(lines, it.below(c.abs(a.Text), a.Text, c.shows("all"))...)
			}
		}
	}
	switch {
	case c.shows("files"):
		lines = c.foundIn(c.searchRoots())
	case c.shows("count"):
		lines = []value.Text{value.Any}
	case c.shows("matches") && files > 0:
		lines = c.matching()
	case c.finds():
		lines = c.found()
	case c.shows("untracked"):
		lines = c.untracked()
	case kind == "names" && files == 0:
		lines = it.below(c.dir, "", c.shows("all"))
	case kind == "lines" && files == 0 && it.stdin.list:
		lines = it.stdin.lines
	case kind == "lines" && files == 0 && it.stdin.known():
		for _, l := range strings.Split(strings.TrimRight(string(it.stdin.text), "\n"), "\n") {
			lines = append(lines, value.Text(l)+value.Maybe)
		}
	case kind == "lines" && files == 0 && it.stdin.raw != nil:
		for _, w := range it.stdin.words() {
			lines = append(lines, w+value.Maybe)
		}
	case kind == "lines":
		lines = []value.Text{value.Any}
	}
	it.stdout.writeLines(lines)
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
	// Which name it is does not matter, as long as no other file has it.
	*it.fresh++
	name := "XXXXXXXX" + itoa(int64(*it.fresh))
	t := base + value.Known(name)
	if n := len(c.p.Args); n > 0 {
		tmpl := string(c.p.Args[n-1].Text)
		end := strings.LastIndex(tmpl, "XXX") + len("XXX")
		if end < len("XXX") {
			end = len(tmpl)
		}
		tmpl = strings.TrimRight(tmpl[:end], "X") + name + tmpl[end:]
		if strings.Contains(tmpl, "/") || base == "/tmp/tmp." && !c.has("-t") {
			t = c.abs(value.Text(tmpl))
		} else {
			t = value.Text(strings.TrimSuffix(string(base), "tmp.")) + value.Text(tmpl)
		}
	}
	if o, ok := c.p.Opt("--suffix"); ok && o.Has {
		t += o.Value
	}
	it.st.files[string(t)] = file{created: true, fresh: dir}
	it.stdout.write(t + "\n")
}

func (c *call) has(opt string) bool { _, ok := c.p.Opt(opt); return ok }
