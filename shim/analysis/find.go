package analysis

import (
	"io/fs"
	"path"
	"strings"

	"guard/rules"
	"guard/rules/value"
)

// finds reports whether the program looks for files below its operands: it has
// filters in its table.
func (c *call) finds() bool {
	return c.p.Spec != nil && c.p.Spec.Output == "names" && c.p.Spec.HasFilters()
}

// searchHere reads the directory at hand where a program that looks into files is told
// which files, and not where: rg -g GLOB PATTERN.
func (c *call) searchHere() {
	if c.p.Spec == nil || c.searched || c.finds() || c.it.stdin.set || c.shows("files") {
		return
	}
	for _, o := range c.p.Opts {
		if o.Effect.Kind() == "filter" {
			c.apply("read-tree", ".", len(c.argv))
			return
		}
	}
}

// found lists the files that find or fd would find. What is not sure to be found
// carries value.Maybe.
func (c *call) found() []value.Text { return c.foundIn(nil) }

// isRoot reports whether all below the file found is found as well: it is where the
// search starts.
func (c *call) isRoot(t value.Text) bool {
	for _, a := range c.p.Args {
		if a.Effect.Kind() == "list" && a.Text == t {
			return true
		}
	}
	return false
}

// foundIn is found below roots, where they are given.
func (c *call) foundIn(roots []value.Text) []value.Text {
	if roots == nil {
		roots = c.roots()
	}
	s := c.searchOf()
	var out []value.Text
	for _, r := range roots {
		w := walker{sampler: sampler{it: c.it}, c: c, s: s}
		w.root(r)
		out = append(out, w.out...)
	}
	return c.it.sample(out)
}

// roots are the directories that a search starts at.
func (c *call) roots() []value.Text {
	var out []value.Text
	for _, a := range c.p.Args {
		if k := a.Effect.Kind(); (k == "list" || k == "read-tree") && a.Text != "!" && a.Text != "(" && a.Text != ")" && a.Text != "," {
			out = append(out, a.Text)
		}
	}
	if len(out) == 0 {
		return []value.Text{"."}
	}
	return out
}

// How many files of a long list stand for the rest, and how many at most where
// each is the first of its directory.
const (
	maxSample = 48
	maxSpread = 128
)

// sample shortens a long list of files to those that a rule may be interested in,
// and some of the others.
func (it *interp) sample(files []value.Text) []value.Text {
	if len(files) <= maxSample {
		return files
	}
	s := sampler{it: it}
	for _, f := range files {
		s.add(f)
	}
	return s.out
}

// sampler collects a sample.
type sampler struct {
	it   *interp
	out  []value.Text
	dirs map[string]bool
}

func (s *sampler) add(f value.Text) {
	known := f.Occurring()
	if known.Known() && len(s.out) >= maxSample {
		dir := path.Dir(string(known))
		if (s.dirs[dir] || len(s.out) >= maxSpread) && !s.it.protected(s.it.abs(known)) {
			return
		}
		if s.dirs == nil {
			s.dirs = map[string]bool{}
		}
		s.dirs[dir] = true
	}
	s.out = append(s.out, f)
}

// walker walks one tree. What lies in different directories of the root it looks
// at in turn, level after level, so that a huge one does not hide the others.
type walker struct {
	sampler
	c      *call
	s      *search
	queues []queue // for each directory of the root
	budget int     // entries to look at
	over   bool    // there are more
}

// queue holds the directories that are still to be looked into below one.
type queue struct {
	top  place
	dirs []place
}

// place is a file that is visited.
type place struct {
	shown, path string
	dir, link   bool
	depth       int
}

func (w *walker) root(r value.Text) {
	if r == "" {
		return
	}
	p := w.c.abs(r)
	if !p.Known() {
		w.unseen(r, value.Any)
		return
	}
	it := w.c.it
	if it.exists(p) == rules.False {
		return
	}
	if w.budget = maxEntries; it.repo(p) != nil {
		w.budget = maxFound
	}
	top := place{shown: strings.TrimSuffix(string(r), "/"), path: string(p), dir: it.isDir(p)}
	if !w.visit(top) {
		return
	}
	for _, sub := range w.list(top) {
		if w.visit(sub) {
			w.queues = append(w.queues, queue{sub, []place{sub}})
		}
	}
	if w.over { // not even of the root all was seen
		w.queues = []queue{{top, []place{top}}}
	}
	for !w.over && len(w.queues) > 0 {
		w.turn()
	}
	w.rest(top)
}

// rest stands for all that is left to be looked into.
func (w *walker) rest(top place) {
	n := 0
	for _, q := range w.queues {
		n += len(q.dirs)
	}
	if len(w.queues) > maxSample {
		w.unseen(value.Known(top.shown), value.Below)
		return
	}
	for _, q := range w.queues {
		if n > maxSample {
			q.dirs = []place{q.top}
		}
		for _, d := range q.dirs {
			w.unseen(value.Known(d.shown), value.Below)
		}
	}
}

// unseen stands for what may be found below a directory that was not looked into.
func (w *walker) unseen(dir, rest value.Text) {
	ends := w.s.ends()
	if ends == nil {
		ends = []string{""}
	}
	for _, e := range ends {
		w.out = append(w.out, dir+"/"+rest+value.Known(e)+value.Maybe)
	}
}

// turn looks into one directory of each queue.
func (w *walker) turn() {
	rest := w.queues[:0:0]
	for i, q := range w.queues {
		if w.over {
			rest = append(rest, w.queues[i:]...)
			break
		}
		for _, sub := range w.list(q.dirs[0]) {
			if w.visit(sub) {
				q.dirs = append(q.dirs, sub)
			}
		}
		if !w.over { // else not all of this one was seen
			q.dirs = q.dirs[1:]
		}
		if len(q.dirs) > 0 {
			rest = append(rest, q)
		}
	}
	w.queues = rest
}

// visit looks at one file; true if it is a directory to look into.
func (w *walker) visit(p place) bool {
	f := w.s.of(w, p)
	t := value.Known(p.shown)
	if t == "" {
		t = "/"
	}
	// A file that is named is found, for what cannot be tested may as well hold; and
	// so is the root, whatever else is there.
	if !f.named && (w.s.tests || p.depth > 0 || f.found == rules.Maybe) {
		t += value.Maybe
	}
	if f.found != rules.No {
		w.add(t)
	}
	w.budget--
	w.over = w.over || w.budget < 0 || !w.it.walk() || len(w.out) > maxWords
	return p.dir && !f.prune && (w.s.depth < 0 || p.depth < w.s.depth)
}

// list is what a directory holds, after what this command has done.
func (w *walker) list(d place) []place {
	it := w.c.it
	entries, err := it.w.ReadDir(d.path)
	if err != nil {
		entries = nil
	}
	prefix := strings.TrimSuffix(d.path, "/") + "/"
	seen := map[string]bool{}
	var out []place
	for _, e := range entries {
		child := prefix + e.Name()
		if f, ok := it.st.files[child]; ok {
			seen[child] = true
			if f.absent {
				continue
			}
		}
		out = append(out, place{d.shown + "/" + e.Name(), child, e.IsDir(), e.Type()&fs.ModeSymlink != 0, d.depth + 1})
	}
	for f, made := range it.st.files {
		if n, ok := strings.CutPrefix(f, prefix); ok && n != "" && !strings.Contains(n, "/") && !made.absent && !seen[f] {
			out = append(out, place{d.shown + "/" + n, f, made.fresh, false, d.depth + 1})
		}
	}
	return out
}

// deleteGlob deletes a path of another language. If it came from a glob, the files
// that fit it may go.
func (c *call) deleteGlob(t value.Text, tree bool) {
	c.it.file(rules.Delete, t, tree)
	if t.Known() || !t.Descends() || !strings.HasPrefix(string(t), "/") {
		return
	}
	(*c.it.out)[len(*c.it.out)-1].Loses = rules.False // what it may be follows
	pat := ""
	for _, l := range t.Pieces() {
		switch l.Gap {
		case "":
			pat += escapePattern(l.Text)
		case value.Maybe:
		default:
			pat += "*"
		}
	}
	dir := path.Dir(t.Prefix() + "x")
	s := &search{root: &condition{kind: "path", text: value.Text(pat)}, tests: true, hidden: true, depth: -1}
	if !strings.Contains(string(t), string(value.Below)) {
		s.depth = strings.Count(string(t), "/") - strings.Count(strings.TrimSuffix(dir, "/"), "/")
	}
	w := walker{sampler: sampler{it: c.it}, c: c, s: s}
	w.root(value.Known(dir))
	for _, f := range w.out {
		c.it.file(rules.Delete, f, tree)
	}
}
