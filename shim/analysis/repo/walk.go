package repo

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// walker collects Changes.
type walker struct {
	r     *Repo
	x     *index
	limit int
	seen  []bool // by position in the index: is there, in the work tree
	counts
}

// counts are the numbers of a Changes, with examples for each kind.
type counts struct {
	Changes
	modified, staged, untracked, ignored []string
}

// note counts one path.
func (w *walker) note(n *int, examples *[]string, name string) {
	*n++
	if len(*examples) < w.limit {
		*examples = append(*examples, name)
	}
}

// result merges the examples.
func (w *walker) result() Changes {
	c := w.Changes
	for _, list := range [...][]string{w.modified, w.staged, w.untracked, w.ignored} {
		for _, name := range list {
			if len(c.Examples) < w.limit && !slices.Contains(c.Examples, name) {
				c.Examples = append(c.Examples, name)
			}
		}
	}
	return c
}

// from looks at one path and all below, in the work tree and in the index.
func (w *walker) from(rel string) error {
	staged := w.r.staged(w.x, rel, func(name string) { w.note(&w.Staged, &w.staged, name) })
	if err := w.walk(rel); err != nil {
		return err
	}
	if staged != nil {
		return staged
	}
	if rel == "" {
		w.deleted(0, len(w.x.entries))
		return nil
	}
	w.deleted(w.x.span(rel))
	lo, _ := w.x.span(rel + "/")
	w.deleted(lo, lo+len(w.x.below(rel+"/")))
	return nil
}

// walk looks at one path and all below in the work tree.
func (w *walker) walk(rel string) error {
	if rel == "" {
		rules, err := w.r.globalRules()
		if err != nil {
			return err
		}
		return w.dir("", parent{rules: rules})
	}
	p := w.r.parentOf(rel)
	if p.err != nil {
		return p.err
	}
	fi, err := os.Lstat(filepath.Join(w.r.root, rel))
	if notExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return w.one(rel, fs.FileInfoToDirEntry(fi), p)
}

// deleted counts the tracked paths in a range of the index that were not seen.
func (w *walker) deleted(lo, hi int) {
	for i := lo; i < hi; i++ {
		e := &w.x.entries[i]
		if w.seen[i] || i > lo && w.x.entries[i-1].name == e.name {
			continue
		}
		if e.stage != 0 { // a conflict is more than a missing file
			w.note(&w.Modified, &w.modified, e.name)
		} else {
			w.Deleted++
		}
	}
}

// dir looks at a directory, "" or ending in a slash, given what is known of it
// without the rules in itself.
func (w *walker) dir(dir string, p parent) error {
	path := filepath.Join(w.r.root, dir)
	entries, err := w.r.readDir(path)
	if err != nil {
		return err
	}
	if !p.ignored {
		if p.rules, err = w.r.rulesIn(dir, p.rules); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if e.Name() == ".git" {
			if dir != "" && isNested(path) {
				w.Nested++
			}
			continue
		}
		if err := w.one(dir+e.Name(), e, p); err != nil {
			return err
		}
	}
	return nil
}

// one looks at one name in a directory p.
func (w *walker) one(name string, e fs.DirEntry, p parent) error {
	lo, hi := w.x.span(name)
	if !e.IsDir() && lo < hi {
		return w.tracked(name, e, lo, hi)
	}
	path := filepath.Join(w.r.root, name)
	if e.IsDir() {
		if path == w.r.dir || path == w.r.common {
			return nil
		}
		submodule := lo < hi && w.x.entries[lo].mode&modeType == modeRepo
		for i := lo; submodule && i < hi; i++ {
			w.seen[i] = true
		}
		if submodule && isNested(path) {
			w.Nested++
			return nil
		}
	} else if !isListed(e.Type()) {
		return nil
	}
	var err error
	if !p.ignored {
		if p.ignored, err = w.r.ignored(p.rules, name, e.IsDir()); err != nil {
			return err
		}
	}
	switch {
	case e.IsDir() && len(w.x.below(name+"/")) > 0:
		return w.dir(name+"/", p)
	case p.ignored:
		w.note(&w.Ignored, &w.ignored, name)
	case !e.IsDir():
		w.note(&w.Untracked, &w.untracked, name)
	case isNested(path):
		w.Nested++
	default:
		return w.dir(name+"/", p)
	}
	return nil
}

// tracked compares a file with its index entries, from lo to hi.
func (w *walker) tracked(name string, e fs.DirEntry, lo, hi int) error {
	fi, err := e.Info()
	if notExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for i := lo; i < hi; i++ {
		w.seen[i] = true
	}
	differs, err := w.r.differs(filepath.Join(w.r.root, name), fi, &w.x.entries[lo], w.x.written)
	if err != nil {
		return err
	}
	if differs {
		w.note(&w.Modified, &w.modified, name)
	}
	return nil
}
