package analysis

import (
	"io/fs"
	"strings"

	"guard/rules"
	"guard/rules/value"
)

// finds reports whether the program looks for files below its operands: it has
// filters in its table.
func (c *call) finds() bool {
	return c.p.Spec != nil && c.p.Spec.Output == "names" && c.p.Spec.HasFilters()
}

// found lists the files that find or fd would find. What is not sure to be found
// carries value.Maybe.
func (c *call) found() []value.Text { return c.foundIn(nil) }

// foundIn is found below roots, where they are given.
func (c *call) foundIn(roots []value.Text) []value.Text {
	if roots == nil {
		roots = c.roots()
	}
	s := c.searchOf()
	var out []value.Text
	for _, r := range roots {
		w := walker{c: c, s: s}
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

// maxSample is how many files of a long list stand for the rest.
const maxSample = 48

// sample shortens a long list of files to those that a rule may be interested in,
// and some of the others.
func (it *interp) sample(files []value.Text) []value.Text {
	if len(files) <= maxSample {
		return files
	}
	out := files[:0:0]
	for _, f := range files {
		if len(out) < maxSample || it.ofInterest(f) {
			out = append(out, f)
		}
	}
	return out
}

// ofInterest reports whether a rule may be interested in a file that was found.
func (it *interp) ofInterest(f value.Text) bool {
	return it.protected(it.abs(f).Occurring())
}

// walker walks one tree. What lies in different directories of the root it looks
// at in turn, level after level, so that a huge one does not hide the others.
type walker struct {
	c      *call
	s      *search
	out    []value.Text
	queues [][]place // directories to look into, for each directory of the root
	budget int       // entries to look at
	over   bool      // there are more
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
			w.queues = append(w.queues, []place{sub})
		}
	}
	if w.over { // not even of the root all was seen
		w.queues = [][]place{{top}}
	}
	for !w.over && len(w.queues) > 0 {
		w.turn()
	}
	for _, q := range w.queues {
		for _, d := range q[:min(len(q), maxSample)] {
			w.unseen(value.Known(d.shown), value.Below)
		}
		if len(q) > maxSample {
			w.unseen(value.Known(top.shown), value.Below)
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
		for _, sub := range w.list(q[0]) {
			if w.visit(sub) {
				q = append(q, sub)
			}
		}
		if w.over { // of this one not all was seen
			rest = append(rest, q)
		} else if len(q) > 1 {
			rest = append(rest, q[1:])
		}
	}
	w.queues = rest
}

// visit looks at one file; true if it is a directory to look into.
func (w *walker) visit(p place) bool {
	it := w.c.it
	f := w.s.of(w, p)
	t := value.Known(p.shown)
	if t == "" {
		t = "/"
	}
	// A file that is named is found, and so is the root, whatever else is there.
	if sure := f.named || !w.s.tests && p.depth == 0; f.found == rules.Maybe || !sure {
		t += value.Maybe
	}
	if f.found != rules.No && (len(w.out) < maxSample || it.ofInterest(t)) {
		w.out = append(w.out, t)
	}
	w.budget--
	w.over = w.over || w.budget < 0 || !it.walk() || len(w.out) > maxWords
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
