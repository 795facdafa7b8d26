package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Status says what git knows about one path. The zero value is not known.
type Status uint8

const (
	// Unknown: the answer could not be found; act as for Modified.
	Unknown Status = iota
	// Tracked: a file whose content the current commit holds.
	Tracked
	// Modified: a tracked file whose content the current commit does not hold.
	Modified
	// Ignored: not tracked, and matched by an ignore rule.
	Ignored
	// Untracked: not tracked, and not ignored.
	Untracked
	// Missing: there is nothing at the path.
	Missing
	// Outside: not part of this work tree: elsewhere, in the git directory, or
	// inside another repository.
	Outside
	// Directory: a directory with tracked files somewhere below; ask Changes.
	Directory
	// Nested: the top of another repository, a submodule or not; open that.
	Nested
)

func (s Status) String() string {
	names := [...]string{"unknown", "tracked", "modified", "ignored", "untracked", "missing", "outside", "directory", "nested"}
	if int(s) < len(names) {
		return names[s]
	}
	return names[Unknown]
}

// Status answers for one absolute path. Symbolic links in all but its last
// element are followed.
func (r *Repo) Status(path string) Status {
	if r.confErr != nil {
		return Unknown
	}
	defer r.budget.begin()()
	rel, err := r.locate(path)
	switch {
	case errors.Is(err, ErrOutside):
		return Outside
	case errors.Is(err, os.ErrNotExist):
		return Missing
	case err != nil:
		return Unknown
	}
	s, err := r.statusOf(rel)
	if err != nil {
		return Unknown
	}
	return s
}

// statusOf is Status for a path inside the work tree.
func (r *Repo) statusOf(rel string) (Status, error) {
	if rel == "" {
		return Directory, nil
	}
	path := filepath.Join(r.root, rel)
	fi, err := os.Lstat(path)
	if notExist(err) {
		return Missing, nil
	}
	if err != nil {
		return Unknown, err
	}
	x, err := r.idx()
	if err != nil {
		return Unknown, err
	}
	if fi.IsDir() {
		if len(x.below(rel+"/")) > 0 {
			return Directory, nil
		}
		if at := x.at(rel); isNested(path) || len(at) > 0 && at[0].mode&modeType == modeRepo {
			return Nested, nil
		}
	} else if at := x.at(rel); len(at) > 0 {
		return r.trackedStatus(x, rel, &at[0], fi)
	}
	p := r.parentOf(rel)
	if p.err != nil || p.ignored {
		return Ignored, p.err
	}
	ignored, err := r.ignored(p.rules, rel, fi.IsDir())
	if err != nil {
		return Unknown, err
	}
	if ignored {
		return Ignored, nil
	}
	return Untracked, nil
}

// trackedStatus is the Status of a file that has an index entry.
func (r *Repo) trackedStatus(x *index, rel string, e *entry, fi fs.FileInfo) (Status, error) {
	differs, err := r.differs(filepath.Join(r.root, rel), fi, e, x.written)
	if err != nil {
		return Unknown, err
	}
	if !differs {
		err = r.staged(x, rel, func(string) { differs = true })
	}
	switch {
	case err != nil:
		return Unknown, err
	case differs:
		return Modified, nil
	}
	return Tracked, nil
}
