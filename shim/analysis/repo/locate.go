package repo

import (
	"os"
	"path/filepath"
	"strings"
)

// parent is what is known about a directory of the work tree.
type parent struct {
	rules   [][]pattern
	ignored bool
	outside bool // in another repository or the git directory
	err     error
}

// locate returns path relative to the work tree's top, with slashes, "" for
// the top itself. An error is ErrOutside, or wraps os.ErrNotExist if the
// directory that would hold path does not exist.
func (r *Repo) locate(path string) (string, error) {
	if r.root == "" {
		return "", ErrOutside
	}
	if !filepath.IsAbs(path) {
		return "", ErrFormat
	}
	if err := r.budget.entry(); err != nil {
		return "", err
	}
	path = filepath.Clean(path)
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if notExist(err) {
		dir, near := nearest(path)
		if near != nil {
			return "", near
		}
		if _, inside := r.within(dir); !inside {
			return "", ErrOutside
		}
		return "", os.ErrNotExist
	}
	if err != nil {
		return "", err
	}
	rel, ok := r.within(filepath.Join(dir, filepath.Base(path)))
	if !ok {
		return "", ErrOutside
	}
	if rel != "" {
		if p := r.parentOf(rel); p.outside {
			return "", ErrOutside
		}
	}
	return rel, nil
}

// within returns path relative to the work tree. It reports false for a path
// that is not in it, or in the git directory.
func (r *Repo) within(path string) (string, bool) {
	for _, dir := range [...]string{r.dir, r.common} {
		if path == dir || strings.HasPrefix(path, dir+"/") {
			return "", false
		}
	}
	if path == r.root {
		return "", true
	}
	rel, ok := strings.CutPrefix(path, strings.TrimSuffix(r.root, "/")+"/")
	if !ok {
		return "", false
	}
	for part := range strings.SplitSeq(rel, "/") {
		if part == ".git" {
			return "", false
		}
	}
	return rel, true
}

// parentOf returns what is known about the directory that holds rel.
func (r *Repo) parentOf(rel string) parent {
	dir := rel[:strings.LastIndexByte(rel, '/')+1]
	if p, ok := r.parents[dir]; ok {
		return p
	}
	var p parent
	if dir == "" {
		p.rules, p.err = r.globalRules()
	} else {
		name := dir[:len(dir)-1]
		p = r.parentOf(name)
		if p.err == nil && !p.outside {
			p.outside, p.err = r.foreign(name)
		}
		if p.err == nil && !p.ignored {
			p.ignored, p.err = r.ignored(p.rules, name, true)
		}
	}
	if p.err == nil && !p.ignored && !p.outside {
		p.rules, p.err = r.rulesIn(dir, p.rules)
	}
	r.parents[dir] = p
	return p
}

// foreign reports whether what lies in a directory belongs to another
// repository: a submodule's, or an embedded one's of which nothing is tracked.
func (r *Repo) foreign(name string) (bool, error) {
	if !isNested(filepath.Join(r.root, name)) {
		return false, nil
	}
	x, err := r.idx()
	return err == nil && len(x.below(name+"/")) == 0, err
}
