package analysis

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"

	"guard/rules"
	"guard/shim/analysis/repo"
)

// Host is the real world: this process's environment and file system.
type Host struct {
	dir        string
	env        []string
	PasswdHome string // of the own uid; looked up if empty
}

// NewHost returns the world of this process, in directory dir (absolute; "" is
// the working directory) and with environment env.
func NewHost(dir string, env []string) (*Host, error) {
	if dir == "" {
		d, err := os.Getwd()
		if err != nil {
			return nil, fmt.Errorf("find working directory: %w", err)
		}
		dir = d
	}
	return &Host{dir: dir, env: env}, nil
}

// Getenv returns the last of the values that the environment has for name, which
// is the one that shells take.
func (h *Host) Getenv(name string) (string, bool) {
	for i := len(h.env) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(h.env[i], name); ok && strings.HasPrefix(v, "=") {
			return v[1:], true
		}
	}
	return "", false
}

// Environ returns the environment.
func (h *Host) Environ() []string { return h.env }

// Dir returns the working directory.
func (h *Host) Dir() string { return h.dir }

// UID returns the user id.
func (h *Host) UID() int { return os.Getuid() }

// User returns the name of the user, or the number.
func (h *Host) User() string {
	if u, err := user.LookupId(strconv.Itoa(os.Getuid())); err == nil {
		return u.Username
	}
	return strconv.Itoa(os.Getuid())
}

// Home returns the passwd home of a user; "" is the own uid.
func (h *Host) Home(name string) (string, bool) {
	if name == "" {
		if h.PasswdHome == "" {
			if u, err := user.LookupId(strconv.Itoa(os.Getuid())); err == nil {
				h.PasswdHome = u.HomeDir
			}
		}
		return h.PasswdHome, h.PasswdHome != ""
	}
	u, err := user.Lookup(name)
	if err != nil {
		return "", false
	}
	return u.HomeDir, true
}

// Lstat, Readlink and ReadDir are those of package os.
func (h *Host) Lstat(p string) (fs.FileInfo, error) { return os.Lstat(p) }

// Readlink returns the target of a symbolic link.
func (h *Host) Readlink(p string) (string, error) { return os.Readlink(p) }

// ReadDir lists a directory. It gives up on one of more than 20,000 entries.
func (h *Host) ReadDir(p string) ([]fs.DirEntry, error) {
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(20_000)
	if err == io.EOF {
		err = nil
	}
	return entries, err
}

// ReadFile reads a regular file of at most max bytes. It never blocks on a FIFO
// or device.
func (h *Host) ReadFile(p string, max int) ([]byte, error) {
	f, err := os.OpenFile(p, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() || fi.Size() > int64(max) {
		return nil, fmt.Errorf("read %s: not a regular file of at most %d bytes", p, max)
	}
	return io.ReadAll(io.LimitReader(f, int64(max)))
}

// Repo returns the repository that holds path.
func (h *Host) Repo(p string) (Repo, bool) {
	home, _ := h.Home("")
	r, err := repo.Options{Home: home, System: "/etc/gitconfig"}.Open(p)
	if err != nil {
		return nil, false
	}
	return gitRepo{r}, true
}

// gitRepo answers in the terms of analysis.
type gitRepo struct{ *repo.Repo }

func (g gitRepo) changes(p string) (repo.Changes, bool) {
	c, err := g.Changes(p, 3)
	return c, err == nil && c.Complete
}

// Clean reports whether everything at or below p is tracked and unmodified.
func (g gitRepo) Clean(p string) (rules.Tri, string) {
	c, ok := g.changes(p)
	if c.Modified+c.Staged+c.Untracked+c.Ignored+c.Nested > 0 {
		return rules.False, lossText(c.Modified, c.Staged, c.Untracked, c.Ignored)
	}
	if !ok {
		return rules.Unknown, ""
	}
	if p == g.Root() {
		return rules.False, "the repository itself"
	}
	return rules.True, ""
}

// Discard reports whether modified or staged work at or below p would be lost.
func (g gitRepo) Discard(p string) (rules.Tri, string) {
	c, ok := g.changes(p)
	switch {
	case c.Modified+c.Staged > 0:
		return rules.True, lossText(c.Modified, c.Staged, 0, 0)
	case !ok:
		return rules.Unknown, ""
	}
	return rules.False, ""
}

// Sweep reports whether untracked (and ignored) files at or below p would go.
func (g gitRepo) Sweep(p string, ignored bool) (rules.Tri, string) {
	c, ok := g.changes(p)
	n := c.Untracked
	if ignored {
		n += c.Ignored
	}
	switch {
	case n > 0 && ignored:
		return rules.True, lossText(0, 0, c.Untracked, c.Ignored)
	case n > 0:
		return rules.True, lossText(0, 0, c.Untracked, 0)
	case !ok:
		return rules.Unknown, ""
	}
	return rules.False, ""
}

// maxIgnored bounds the ignored files that are looked at one by one.
const maxIgnored = 256

// Ignored lists what git ignores at or below p.
func (g gitRepo) Ignored(p string) ([]string, bool) {
	c, err := g.Changes(p, maxIgnored)
	if err != nil || !c.Complete || len(c.Examples) >= maxIgnored || len(c.Examples) < c.Ignored {
		return nil, false
	}
	var out []string
	for _, e := range c.Examples[len(c.Examples)-c.Ignored:] {
		out = append(out, g.Root()+"/"+strings.TrimSuffix(e, "/"))
	}
	return out, true
}

// Branchless reports whether deleting a branch loses commits.
func (g gitRepo) Branchless(name string) rules.Tri {
	switch g.BranchState(name) {
	case repo.BranchMerged, repo.BranchMissing:
		return rules.False
	case repo.BranchUnmerged:
		return rules.True
	}
	return rules.Unknown
}

// Stashes counts the stashes; -1 if that is not known.
func (g gitRepo) Stashes() int {
	n, err := g.Repo.Stashes()
	if err != nil {
		return -1
	}
	return n
}

// lossText says what is lost: "3 modified, 2 untracked files".
func lossText(modified, staged, untracked, ignored int) string {
	var parts []string
	total := 0
	for _, p := range []struct {
		n    int
		word string
	}{{modified, "modified"}, {staged, "staged"}, {untracked, "untracked"}, {ignored, "ignored"}} {
		if p.n > 0 {
			parts = append(parts, strconv.Itoa(p.n)+" "+p.word)
			total += p.n
		}
	}
	if total == 0 {
		return ""
	}
	if total == 1 {
		return strings.Join(parts, ", ") + " file"
	}
	return strings.Join(parts, ", ") + " files"
}
