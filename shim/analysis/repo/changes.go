package repo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Changes counts what lies at or below a path and is in no commit. Unless it
// is Complete, the counts are lower bounds.
type Changes struct {
	Modified  int // tracked files whose content the index does not hold, or in conflict
	Staged    int // paths that the index and the current commit do not agree on
	Deleted   int // tracked files missing from the work tree; restoring them loses nothing
	Untracked int // files neither tracked nor ignored
	Ignored   int // ignored files, and ignored directories, which count once
	Nested    int // tops of other repositories, submodules too; what they hold is not counted

	// Examples are paths relative to the work tree: modified ones first, then
	// staged, untracked, ignored.
	Examples []string
	// Complete says that everything was looked at.
	Complete bool
}

// Clean reports whether it is certain that nothing but ignored files and other
// repositories would be lost.
func (c Changes) Clean() bool {
	return c.Complete && c.Modified == 0 && c.Staged == 0 && c.Untracked == 0
}

type changesKey struct {
	under string
	limit int
}

// Changes looks at everything at or below an absolute path and returns at most
// limit examples. The error says why the answer is not complete: [ErrOutside]
// for a path that is not part of the work tree, [ErrBudget], [ErrFormat], or
// what the system said.
func (r *Repo) Changes(under string, limit int) (Changes, error) {
	if r.confErr != nil {
		return Changes{}, r.confErr
	}
	key := changesKey{filepath.Clean(under), limit}
	if c, ok := r.changes[key]; ok {
		return c, nil
	}
	defer r.budget.begin()()
	rel, err := r.locate(under)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Changes{}, fmt.Errorf("read changes: %w", err)
	}
	if err != nil { // the directory is gone; what was tracked there is not
		if rel, err = r.lexical(under); err != nil {
			return Changes{}, fmt.Errorf("read changes: %w", err)
		}
	}
	x, err := r.idx()
	if err != nil {
		return Changes{}, fmt.Errorf("read changes: %w", err)
	}
	w := walker{r: r, x: x, limit: limit, seen: make([]bool, len(x.entries))}
	err = w.from(rel)
	c := w.result()
	if err != nil {
		return c, fmt.Errorf("read changes: %w", err)
	}
	c.Complete = true
	r.changes[key] = c
	return c, nil
}

// lexical is locate for a path whose directory does not exist: the part that
// does is resolved, the rest taken as written.
func (r *Repo) lexical(path string) (string, error) {
	path = filepath.Clean(path)
	for at := filepath.Dir(path); ; at = filepath.Dir(at) {
		if dir, err := filepath.EvalSymlinks(at); err == nil {
			rest, err := filepath.Rel(at, path)
			if err != nil {
				return "", err
			}
			if rel, ok := r.within(filepath.Join(dir, rest)); ok {
				return rel, nil
			}
			return "", ErrOutside
		}
		if at == filepath.Dir(at) {
			return "", ErrOutside
		}
	}
}
