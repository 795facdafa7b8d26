// Package repo reads a git repository in process, without ever running git, to
// answer what a command would lose: uncommitted changes, untracked files,
// commits that only one branch holds, stashes. Running git to find out would
// itself run what the repository configures (core.fsmonitor, filters, hooks).
//
// Every answer has an explicit unknown. A repository format that the package
// does not read (split and sparse indexes, reftable, SHA-256), a damaged file
// or an exhausted budget is unknown, never clean.
package repo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Errors that callers can tell apart with [errors.Is].
var (
	// ErrNone means that no repository lies at or above the path.
	ErrNone = errors.New("no git repository")
	// ErrOutside means that the path is not in this repository's work tree.
	ErrOutside = errors.New("outside the work tree")
	// ErrBudget means that the time or the number of entries was used up.
	ErrBudget = errors.New("budget exhausted")
	// ErrFormat means that the repository uses a format that is not read, or
	// that one of its files is damaged.
	ErrFormat = errors.New("repository format not understood")
)

// Options says where the user's git settings are and how much work one [Repo]
// may do. The zero value reads no settings but the repository's own.
type Options struct {
	// Home is the user's home directory, from the passwd database, whose
	// .gitconfig and .config/git/{config,ignore} are read. The environment is
	// never consulted.
	Home string
	// System is the system's configuration file, usually /etc/gitconfig.
	System string
	// Time bounds the time spent inside one Repo's methods, all calls
	// together; zero means 300 ms.
	Time time.Duration
	// Entries bounds the directory entries and commits that one Repo looks at,
	// all calls together; zero means 20,000.
	Entries int
}

// Repo is one repository, read lazily and at most once: what it answers is the
// state at the first question. It is not safe for concurrent use.
type Repo struct {
	root   string // work tree, "" if bare
	dir    string // this work tree's git directory
	common string // directory of objects, refs and config
	opts   Options
	budget budget

	conf    *config
	confErr error
	packed  func() (map[string]oid, error)
	idx     func() (*index, error)
	store   *store
	head    func() (headState, error)
	rules   ignores
	parents map[string]parent
	changes map[changesKey]Changes
}

// Open is [Options.Open] with the zero Options.
func Open(path string) (*Repo, error) { return Options{}.Open(path) }

// Open finds the repository that git would use for path, an absolute path that
// need not exist: the nearest one at or above it, with symbolic links in path
// resolved. It returns [ErrNone] if there is none, and an error wrapping
// [ErrFormat] if a .git file there cannot be followed.
func (o Options) Open(path string) (*Repo, error) {
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("open repository: path %q is not absolute", path)
	}
	if o.Time <= 0 {
		o.Time = 300 * time.Millisecond
	}
	if o.Entries <= 0 {
		o.Entries = 20_000
	}
	start, err := nearest(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	for at := start; ; at = filepath.Dir(at) {
		root, dir, err := gitDirAt(at)
		if err != nil {
			return nil, fmt.Errorf("open repository: %w", err)
		}
		if dir != "" {
			return o.load(root, dir), nil
		}
		if at == filepath.Dir(at) {
			return nil, ErrNone
		}
	}
}

// load makes the Repo of a work tree and its git directory.
func (o Options) load(root, dir string) *Repo {
	r := &Repo{root: root, dir: dir, common: commonDir(dir), opts: o}
	r.budget = budget{left: o.Time, entries: o.Entries}
	defer r.budget.begin()()
	r.conf, r.confErr = r.readConfig()
	r.placeRoot()
	r.packed = once(r.readPackedRefs)
	r.idx = once(r.readIndex)
	r.head = once(r.readHead)
	r.store = newStore(r.common, &r.budget)
	r.parents = map[string]parent{}
	r.changes = map[changesKey]Changes{}
	return r
}

// placeRoot applies core.bare and core.worktree. Git ignores those of the
// common configuration in a linked work tree.
func (r *Repo) placeRoot() {
	if r.confErr != nil || r.root == "" {
		return
	}
	if r.common != r.dir && !r.conf.perTree {
		return
	}
	switch {
	case r.conf.worktree != "":
		root := r.conf.worktree
		if !filepath.IsAbs(root) {
			root = filepath.Join(r.dir, root)
		}
		resolved, err := filepath.EvalSymlinks(root)
		if err != nil {
			r.confErr = fmt.Errorf("%w: core.worktree: %w", ErrFormat, err)
			return
		}
		r.root = resolved
	case r.conf.bare:
		r.root = ""
	}
}

// Root returns the work tree's top directory, absolute and without symbolic
// links, or "" if the repository is bare.
func (r *Repo) Root() string { return r.root }

// Dir returns the git directory; for a linked work tree or a submodule, its own.
func (r *Repo) Dir() string { return r.dir }

// Remote returns the URL of the remote origin without password or token, or "".
func (r *Repo) Remote() string {
	if r.confErr != nil {
		return ""
	}
	return withoutCredentials(r.conf.origin)
}

// Err returns why the repository as a whole is unknown, or nil. When it is not
// nil, Status answers Unknown, BranchState BranchUnknown, and Changes fails.
func (r *Repo) Err() error { return r.confErr }

// once makes f run at most once.
func once[T any](f func() (T, error)) func() (T, error) {
	var (
		done  bool
		value T
		err   error
	)
	return func() (T, error) {
		if !done {
			done = true
			value, err = f()
		}
		return value, err
	}
}

// readBounded reads a regular file of at most limit bytes. It never waits, as
// it would for a named pipe.
func readBounded(name string, limit int64) ([]byte, error) {
	f, err := openRegular(name, true)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readOpen(f, limit)
}

// notExist reports whether err says that a file is not there.
func notExist(err error) bool {
	return errors.Is(err, os.ErrNotExist) || isNotDir(err)
}
