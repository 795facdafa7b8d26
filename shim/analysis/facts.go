package analysis

import (
	"path"
	"slices"
	"strings"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
)

// repoCache finds the repository of a directory once.
type repoCache struct{ byDir map[string]Repo }

// repo is the repository that holds a directory, or nil.
func (it *interp) repo(dir value.Text) Repo {
	if !dir.Known() || it.repos == nil {
		return nil
	}
	if r, ok := it.repos.byDir[string(dir)]; ok {
		return r
	}
	r, ok := it.w.Repo(string(dir))
	if !ok {
		r = nil
	}
	it.repos.byDir[string(dir)] = r
	return r
}

// file records what happens to one file, with what is known of it.
func (it *interp) file(op rules.Op, p value.Text, tree bool) {
	named := p
	if op == rules.Delete {
		p = it.unmoved(p)
	}
	a := rules.Action{Op: op, Path: p, Recursive: tree}
	if r := it.real(p); r != p && (op != rules.Delete && op != rules.Chmod || !it.ownCopy(p, r)) {
		a.Real = r
	}
	switch op {
	case rules.Delete:
		a.Exists = it.exists(named)
		it.deleted(&a)
	case rules.Read, rules.Load:
		it.tracked(&a)
	default:
		it.tracked(&a)
		a.Exists = it.exists(p)
	}
	if p.FromNet() {
		a.Why = "the name comes from the network"
	}
	it.emit(a)
	if op == rules.Delete && named.Known() {
		was := it.st.files[string(named)] // where it is moved to, it still is that
		it.st.files[string(named)] = file{absent: true, content: was.content, known: was.known}
	}
}

// unmoved is where what is at p was before this command moved it there.
func (it *interp) unmoved(p value.Text) value.Text {
	if p.Known() {
		for d := string(p); d != "/" && d != "." && d != ""; d = path.Dir(d) {
			if f, ok := it.st.files[d]; ok && f.moved {
				return value.Text(f.alias + string(p)[len(d):])
			}
		}
	}
	return p
}

// single reports whether a path leads to a file, so that a recursive command is about
// nothing else. What another program runs may run in a place of its own.
func (it *interp) single(p value.Text) bool {
	if !p.Known() || it.away || len(it.via) > 0 {
		return false
	}
	for d := string(p); d != "/" && d != "." && d != ""; d = path.Dir(d) {
		if _, ok := it.st.files[d]; ok {
			return false
		}
	}
	fi, err := it.w.Lstat(string(p))
	return err == nil && fi.Mode().IsRegular()
}

// tracked fills in whether git has a path that a rule may be interested in.
func (it *interp) tracked(a *rules.Action) {
	if !a.Path.Known() || !it.protected(a.Path) {
		return
	}
	if r := it.repo(value.Text(path.Dir(string(a.Path)))); r != nil {
		a.Tracked, _ = r.Clean(string(a.Path))
	}
}

// write records a write.
func (it *interp) write(p value.Text, how rules.How) {
	a := rules.Action{Op: rules.Write, Path: p, How: how, Exists: it.exists(p)}
	it.tracked(&a)
	if r := it.real(p); r != p && !it.ownCopy(p, r) {
		a.Real = r
	}
	if f, ok := it.st.files[string(p)]; ok && f.created && !f.absent {
		a.Created = "session"
	}
	it.emit(a)
}

// ownCopy reports whether p is a copy that this command has made of real, or lies
// in one, so that a change of it is none of the original.
func (it *interp) ownCopy(p, real value.Text) bool {
	for d := string(p); d != "/" && d != "."; d = path.Dir(d) {
		if f, ok := it.st.files[d]; ok && f.alias != "" {
			return f.copy && f.alias+string(p)[len(d):] == string(real)
		}
	}
	return false
}

// deleted fills in what is lost when a path goes away.
func (it *interp) deleted(a *rules.Action) {
	s := string(a.Path)
	for d := s; d != "/" && d != "." && d != ""; d = path.Dir(d) {
		if f, ok := it.st.files[d]; ok && f.created && (d == s || f.fresh) {
			a.Created, a.Loses = "session", rules.False
			return
		}
	}
	if a.Exists == rules.False && it.away { // what is here says nothing
		a.Exists = rules.Unknown
		return
	}
	if a.Exists == rules.False {
		elsewhere := !strings.HasPrefix(s, it.w.Dir()+"/")
		if elsewhere && (it.exists(value.Text(path.Dir(s))) != rules.True || strings.Contains(path.Base(s), "*")) {
			// Not even its directory is here: the path is meant for another
			// machine; or a pattern that matches nothing as yet.
			a.Exists = rules.Unknown
			return
		}
		a.Loses = rules.False
		return
	}
	if !a.Path.Known() {
		if a.Path.Descends() && bulky(a.Path.Prefix()) {
			a.Loses = rules.False
		}
		return
	}
	r := it.repo(value.Text(path.Dir(s)))
	if r == nil {
		return
	}
	clean, loss := r.Clean(s)
	switch clean {
	case rules.True:
		a.Tracked, a.Loses = rules.True, rules.False
	case rules.False:
		a.Tracked, a.Loses, a.Loss = rules.False, rules.True, loss
		if a.Recursive && products(path.Base(s)) && onlyIgnored(r, s) {
			a.Loses, a.Loss = rules.False, ""
		}
	case rules.Unknown:
	}
}

// products reports whether a directory of that name holds what a build makes, if
// git ignores all of it; otherwise it may hold scripts.
func products(name string) bool {
	switch name {
	case "bin", "deps", "artifacts":
		return true
	}
	return false
}

func onlyIgnored(r Repo, p string) bool {
	modified, _ := r.Discard(p)
	untracked, _ := r.Sweep(p, false)
	return modified == rules.False && untracked == rules.False
}

// bulky reports whether a directory is one that package managers and compilers
// fill with more than guard looks at, and fill again.
func bulky(dir string) bool {
	for _, c := range strings.Split(path.Dir(dir), "/") {
		switch c {
		case "node_modules", "site-packages", "__pycache__", ".venv", "venv", "target", ".gradle", "Pods", "DerivedData", ".next", ".cache":
			return true
		}
	}
	return false
}

// loses fills in what a command that discards work loses; the table says of what
// kind it is.
func (it *interp) loses(a *rules.Action, c *call) {
	dir := c.dir
	for _, o := range c.p.Opts {
		if o.Effect.Kind() == "dir" && o.Has {
			dir = absIn(dir, o.Value)
		}
	}
	for _, e := range []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"} {
		if v, ok := it.get(e); ok && v != "" {
			if p := absIn(dir, v); e == "GIT_WORK_TREE" && it.exists(p) == rules.False {
				a.Loses = rules.False // git stops: there is no such work tree
			}
			return
		}
	}
	for _, n := range []string{"--git-dir", "--work-tree"} {
		if c.has(n) {
			return
		}
	}
	for _, o := range c.p.Opts {
		if o.Effect == "setting" && movesGit(key(o.Value)) {
			return
		}
	}
	if it.st.gitMoved {
		return
	}
	switch c.p.Spec.Loses {
	case "worktree", "paths", "untracked":
		if it.newRepo(dir) {
			a.Loses = rules.False
			return
		}
		if r := it.repo(dir); r != nil {
			a.Path = value.Known(r.Root())
		} else if it.exists(dir) == rules.False {
			a.Path = it.real(dir)
		}
	case "branch", "stash":
		if it.newRepo(dir) {
			a.Loses = rules.False
			return
		}
	case "tree":
		if len(c.p.Args) == 1 && it.newRepo(absIn(dir, c.p.Args[0].Text)) {
			a.Loses = rules.False
		}
		return
	}
	r := it.repo(dir)
	if r == nil {
		return
	}
	a.Branch = r.Branch()
	if name, ok := c.movedBranch(); ok { // whose old commits may be on no other
		switch {
		case !name.Known():
			return
		case string(name) == a.Branch:
			a.Loses = rules.False
		default:
			a.Loses = r.Branchless(string(name))
		}
		if a.Loses == rules.True {
			a.Loss = "commits that are only on " + string(name)
		}
		if a.Loses != rules.False || !c.has("-f") {
			return
		}
	}
	if it.keeps(c, dir, r) {
		a.Loses = rules.False
		return
	}
	add := func(t rules.Tri, loss string) {
		switch {
		case t == rules.True:
			a.Loses, a.Loss = rules.True, loss
		case t == rules.Unknown && a.Loses == rules.False:
			a.Loses = rules.Unknown
		case a.Loses == rules.Unknown && t == rules.False && a.Loss == "":
			a.Loses = rules.False
		}
	}
	switch c.p.Spec.Loses {
	case "worktree", "paths":
		for _, o := range c.p.Opts {
			if o.Effect.Kind() == "file-list" {
				return // which paths, the file says
			}
		}
		if it.twoRevisions(c, dir) {
			a.Loses = rules.False
			return
		}
		any := c.p.Spec.Loses == "paths" && len(c.p.Args) > 0 && (!c.has("-f") || c.has("--"))
		for _, arg := range c.p.Args {
			p := absIn(dir, arg.Text)
			switch {
			case !arg.Text.Known():
				return
			case it.exists(p) == rules.True && (string(p) == r.Root() || strings.HasPrefix(string(p), r.Root()+"/")):
				add(r.Discard(string(p)))
				any = true
			case strings.ContainsAny(string(arg.Text), "*?[") || strings.HasPrefix(string(arg.Text), ":"):
				add(r.Discard(r.Root())) // a pattern, anywhere in the tree
			case any && a.Loses == rules.Unknown && a.Loss == "":
				a.Loses = rules.False // no file of that name
			}
		}
		if !any {
			add(r.Discard(r.Root()))
		}
	case "untracked":
		_, x := c.p.Opt("-x")
		_, bigX := c.p.Opt("-X")
		under := string(dir)
		for _, arg := range c.p.Args {
			if !arg.Text.Known() {
				return
			}
			p := string(absIn(dir, arg.Text))
			if (products(path.Base(p)) || bulky(p+"/x")) && onlyIgnored(r, p) {
				add(rules.False, "")
				continue
			}
			add(it.swept(c, r, p, x, bigX))
		}
		if len(c.p.Args) == 0 {
			add(it.swept(c, r, under, x, bigX))
		}
	case "branch":
		for _, arg := range c.p.Args {
			if !arg.Text.Known() {
				return
			}
			if t := r.Branchless(string(arg.Text)); t == rules.True {
				add(t, "commits that are only on "+string(arg.Text))
			} else {
				add(t, "")
			}
		}
	case "stashes": // what is lost with a stash that is dropped later
		if t, _ := r.Discard(r.Root()); t != rules.False || c.has("-u") || c.has("-a") {
			it.st.stashed = true
		}
	case "stash":
		switch n := r.Stashes(); {
		case it.st.stashed:
			add(rules.True, "a stash that this command makes")
		case n > 0:
			add(rules.True, plural(n, "stash", "stashes"))
		case n == 0:
			add(rules.False, "")
		}
	}
}

// swept says whether git clean takes away what git has never seen at or below p. What
// git ignores is judged as if it were deleted by name.
func (it *interp) swept(c *call, r Repo, p string, ignored, only bool) (rules.Tri, string) {
	t, loss := r.Sweep(p, ignored || only)
	if t != rules.True || !c.has("-f") {
		return t, loss
	}
	if new, what := r.Sweep(p, false); new != rules.False && !only {
		return new, what
	}
	list, ok := r.Ignored(p)
	if !ok {
		return t, loss
	}
	for _, f := range list {
		kept := false
		for _, o := range c.p.Opts {
			kept = kept || o.Name == "-e" && matchPattern(strings.Trim(string(o.Value), "/"), value.Text(path.Base(f)), false) == rules.Yes
		}
		if !kept {
			it.file(rules.Delete, value.Known(f), it.isDir(value.Known(f)))
		}
	}
	return rules.False, ""
}

// movedBranch is the branch that a command of git makes anew, though there may be one
// of that name.
func (c *call) movedBranch() (value.Text, bool) {
	for _, o := range c.p.Opts {
		if (o.Name == "-B" || o.Name == "-C") && o.Has && o.Effect == "value" && c.p.Spec.Loses == "paths" {
			return o.Value, true
		}
	}
	if n := len(c.p.Args); c.p.Spec.Loses == "branch" && n > 0 && (c.has("-M") || n > 1 && slices.ContainsFunc(c.p.Opts, func(o programs.Opt) bool { return o.Name == "-C" && !o.Has })) {
		return c.p.Args[n-1].Text, true
	}
	return "", false
}

// twoRevisions reports whether two words stand before -- that can only be revisions:
// git takes one, and stops.
func (it *interp) twoRevisions(c *call, dir value.Text) bool {
	end, n := slices.Index(c.argv, "--"), 0
	for _, a := range c.p.Args {
		if a.Index < end {
			if n++; !a.Text.Known() || it.exists(absIn(dir, a.Text)) != rules.False {
				return false
			}
		}
	}
	return n > 1
}

// keeps follows what git has safe: it notes what a command adds to that, or takes
// away, and reports whether the command can lose nothing but that.
func (it *interp) keeps(c *call, dir value.Text, r Repo) bool {
	root := r.Root()
	part := c.has("-p") || c.has("--pathspec-from-file") || c.has("-k") || c.has("-S") || c.has("-o") || c.has("--interactive")
	kept := it.st.kept.root == root
	switch c.p.Spec.Loses {
	case "stages":
		w := work{root: root, tracked: true, untracked: !c.has("-u")}
		whole := len(c.p.Args) == 0 && (c.has("-A") || c.has("-u")) || len(c.p.Args) == 1 && string(absIn(dir, c.p.Args[0].Text)) == root
		if whole && !part && !c.has("-n") {
			it.st.staged = w
		}
	case "keeps":
		w := work{root: root, tracked: c.has("-a")}
		if it.st.staged.root == root {
			w.tracked, w.untracked = w.tracked || it.st.staged.tracked, it.st.staged.untracked
		}
		if len(c.p.Args) == 0 && !part {
			it.st.keeping = w
		}
	case "stashes":
		if len(c.p.Args) == 0 && !part {
			it.st.keeping = work{root, true, c.has("-u") || c.has("-a"), true}
		}
	case "restores":
		it.st.kept = work{}
	case "worktree":
		if !c.has("--hard") && !c.has("--merge") && !c.has("--keep") {
			it.st.kept = work{}
			return false
		}
		if kept && it.st.kept.stashed && !it.st.kept.untracked { // new files may be in its way
			untracked, _ := r.Sweep(root, false)
			return untracked == rules.False
		}
		return kept && it.st.kept.tracked
	case "paths":
		return kept && it.st.kept.tracked
	case "untracked":
		return kept && it.st.kept.untracked && !c.has("-x") && !c.has("-X")
	}
	return false
}

// key is the name of a setting KEY=VALUE.
func key(setting value.Text) value.Text {
	k, _, _ := strings.Cut(string(setting), "=")
	return value.Text(k)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(int64(n)) + " " + many
}

// fileList reads the files whose names a file holds.
func (c *call) fileList(t value.Text) {
	in, ok := c.it.devFd(c.abs(t))
	if t == "-" {
		in, ok = c.it.stdin, true
	}
	if !ok {
		text, known := c.it.content(c.abs(t), maxFileRead)
		if !known {
			return
		}
		in = stream{text: text, set: true}
	}
	lines := in.lines
	if !in.list {
		for _, l := range strings.FieldsFunc(string(in.text), func(r rune) bool { return r == '\n' }) {
			lines = append(lines, value.Text(l))
		}
	}
	for i, l := range lines {
		if i > 256 {
			break
		}
		c.file(rules.Read, l, false)
	}
}
