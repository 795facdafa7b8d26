package analysis

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
)

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
			if c.p.Spec == nil || !slices.Contains([]string{"code", "shell", "mentions"}, c.p.Spec.Stdin.Kind()) {
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
			if all := urlGlob(t); len(all) > 1 {
				for _, f := range all {
					c.file(rules.Read, f, false)
				}
			}
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
			if c.holdNothing() {
				return
			}
			found := c.found()
			c.emptied()
			for _, f := range found {
				if f.Known() || !slices.Contains(c.roots(), f.Occurring()) || !it.isDir(c.abs(f.Occurring())) { // else it goes only if it is empty
					c.file(rules.Delete, f, false)
				}
			}
			return
		}
		// All that is in a directory, as a glob names it, is no less than that.
		named := c.words != nil || it.exec && !c.emptiesDir(t)
		c.file(rules.Delete, t, e == "delete-tree" && !(named && it.single(c.abs(t))))
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
		switch e.Param() {
		case "own":
			c.apply("command:own", t, i)
			return
		case "entry": // docker run --entrypoint
			if o, ok := c.p.Opt("--entrypoint"); ok && o.Value != "" {
				c.argv, c.words = slices.Insert(slices.Clone(c.argv), i, o.Value), nil
			}
		case "package":
			if p := value.Text(it.packaged(string(t))); p != t {
				c.argv, c.words = slices.Clone(c.argv), nil
				c.argv[i] = p
			}
		}
		c.run(i, e == "run-first")
	case "shell":
		c.ran, c.assigns = true, e.Param() == "set"
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
		c.ran = c.ran || e.Param() == "commands" && t != "-"
		c.mentions(t, e.Param())
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
	if in, ok := it.devFd(src); ok {
		f.content, f.known = in.asText(), in.set
	} else if src.Known() && src != "" {
		f.alias = string(it.real(src))
		if f.alias == string(p) {
			f.alias = ""
		}
		f.copy = c.copies(src)
		f.moved = f.alias != "" && slices.ContainsFunc(c.p.Args, func(a programs.Arg) bool { return a.Effect.Kind() == "move" })
		f.fresh = f.copy && ex == rules.False && it.isDir(src)
		if g := it.st.files[f.alias]; g.known {
			f.content, f.known = g.content, true
		}
	} else if c.p.Spec != nil && c.p.Spec.Output == "stdin" && it.stdin.set {
		f.content, f.known = it.stdin.asText(), true
	} else if c.net || len(c.req.urls) > 0 || it.st.files[string(p)].content.FromNet() { // edited in place
		f.content, f.known = value.Net, true
	}
	it.st.files[string(p)] = f
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

// made notes a new file or directory. A name with a number in it, such as the time, is
// new where none is like it.
func (it *interp) made(p value.Text, dir bool) {
	if it.exists(p) == rules.False || it.unlike(p) {
		it.st.files[string(p)] = file{created: true, fresh: dir}
	}
}

// unlike reports whether a directory has no entry that a name with unknown numbers may be.
func (it *interp) unlike(p value.Text) bool {
	dir, base := path.Split(string(p))
	parts := strings.Split(base, string(value.Digits))
	if !value.Text(dir).Known() || len(parts) < 2 || !value.Text(strings.Join(parts, "")).Known() {
		return false
	}
	budget := maxEntries
	names, ok := it.names(value.Text(path.Clean(dir)), &budget)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	like := regexp.MustCompile("^" + strings.Join(parts, "[0-9]+") + "$")
	return ok && !slices.ContainsFunc(names, like.MatchString)
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

// emptiesDir reports whether the operands are all that a directory shows, as where a
// pattern has named them.
func (c *call) emptiesDir(t value.Text) bool {
	dir := path.Dir(string(c.abs(t)))
	given := map[string]bool{}
	for _, a := range c.p.Args {
		given[string(c.abs(a.Text))] = true
	}
	budget := maxEntries
	names, ok := c.it.names(value.Text(dir), &budget)
	for _, n := range names {
		if n[0] != '.' && !given[strings.TrimSuffix(dir, "/")+"/"+n] {
			return false
		}
	}
	return ok || len(given) > 1 // where it cannot be listed, several are taken for all
}
