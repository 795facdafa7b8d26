// Package virtual is the fixed world in which the tests of rules are judged: the
// same user, files and repository on every machine. docs/policy.md describes it.
package virtual

import (
	"errors"
	"io/fs"
	"path"
	"sort"
	"strings"
	"time"

	"guard/rules"
	"guard/shim/analysis"
)

// The places of the world.
const (
	Home      = "/home/ana"
	Workspace = "/home/ana/shop"
	User      = "ana"
)

// World is the virtual world. The zero value is not usable; see [New].
type World struct {
	files map[string]string // path to content; a directory ends in /
	repo  *repository
}

// New returns the world of docs/policy.md.
func New() *World {
	w := &World{files: map[string]string{}, repo: &repository{}}
	for _, f := range strings.Fields(homeFiles) {
		w.put(Home+"/"+f, "secret=1\n")
	}
	for _, f := range strings.Fields(systemFiles) {
		w.put(f, "x\n")
	}
	for _, f := range strings.Fields(tracked + " " + untracked + " " + ignored) {
		content := "x\n"
		if strings.HasPrefix(f, ".env") {
			content = "API_KEY=x\n"
		}
		w.put(Workspace+"/"+f, content)
	}
	w.put("/tmp/", "")
	w.put("/var/tmp/", "")
	return w
}

const (
	homeFiles = `.ssh/id_ed25519 .ssh/id_ed25519.pub .ssh/config .ssh/known_hosts .ssh/authorized_keys .aws/credentials .aws/config
		.npmrc .kube/config .docker/config.json .netrc .gitconfig .bashrc .profile .pgpass .config/gh/hosts.yml
		.claude/settings.json .config/guard/policy.toml .local/state/guard/audit.jsonl notes/todo.md`
	systemFiles = `/etc/passwd /etc/shadow /etc/hosts /etc/sudoers /etc/fstab /etc/guard/policy.toml /usr/local/bin/guard /usr/bin/python3
		/bin/bash /bin/cat /dev/sda /dev/null /var/log/syslog /var/lib/postgresql/data/base /usr/share/doc/readme /srv/other/file.txt`
	tracked   = `README.md src/app.py src/util.py package.json Makefile go.mod data/schema.sql .gitignore .env.example .env.test docs/guide.md tests/test_app.py .git/HEAD .git/config`
	untracked = `notes.txt drafts/a.txt`
	ignored   = `.env .env.local app.db node_modules/left-pad/index.js dist/app.js build/out.o`
)

// put adds a file and the directories above it.
func (w *World) put(p, content string) {
	w.files[strings.TrimSuffix(p, "/")] = content
	if strings.HasSuffix(p, "/") {
		w.files[strings.TrimSuffix(p, "/")] = "/"
	}
	for d := path.Dir(strings.TrimSuffix(p, "/")); ; d = path.Dir(d) {
		w.files[d] = "/"
		if d == "/" {
			return
		}
	}
}

// Environ returns a small environment.
func (w *World) Environ() []string {
	return []string{"HOME=" + Home, "USER=" + User, "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "SHELL=/bin/bash"}
}

// Getenv looks a variable up.
func (w *World) Getenv(name string) (string, bool) {
	for _, e := range w.Environ() {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v, true
		}
	}
	return "", false
}

// Dir returns the repository, where every command starts.
func (w *World) Dir() string { return Workspace }

// User returns the user's name.
func (w *World) User() string { return User }

// UID returns the user's number.
func (w *World) UID() int { return 1000 }

// Home knows ana and root.
func (w *World) Home(user string) (string, bool) {
	switch user {
	case "", User:
		return Home, true
	case "root":
		return "/root", true
	}
	return "", false
}

type entry struct {
	name string
	size int64
	dir  bool
}

func (e entry) Name() string               { return e.name }
func (e entry) Size() int64                { return e.size }
func (e entry) ModTime() time.Time         { return time.Time{} }
func (e entry) IsDir() bool                { return e.dir }
func (e entry) Sys() any                   { return nil }
func (e entry) Info() (fs.FileInfo, error) { return e, nil }
func (e entry) Type() fs.FileMode          { return e.Mode().Type() }
func (e entry) Mode() fs.FileMode {
	if e.dir {
		return fs.ModeDir | 0o755
	}
	return 0o644
}

// Lstat describes a path.
func (w *World) Lstat(p string) (fs.FileInfo, error) {
	c, ok := w.files[path.Clean(p)]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return entry{path.Base(p), int64(len(c)), c == "/"}, nil
}

// Readlink fails: there are no links.
func (w *World) Readlink(string) (string, error) { return "", errors.New("not a link") }

// ReadDir lists a directory.
func (w *World) ReadDir(p string) ([]fs.DirEntry, error) {
	prefix := strings.TrimSuffix(path.Clean(p), "/") + "/"
	var out []fs.DirEntry
	for f, c := range w.files {
		if n, ok := strings.CutPrefix(f, prefix); ok && n != "" && !strings.Contains(n, "/") {
			out = append(out, entry{n, int64(len(c)), c == "/"})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name() < out[j].Name() })
	return out, nil
}

// ReadFile returns a file's content.
func (w *World) ReadFile(p string, max int) ([]byte, error) {
	c, ok := w.files[path.Clean(p)]
	if !ok || c == "/" || len(c) > max {
		return nil, fs.ErrNotExist
	}
	return []byte(c), nil
}

// Repo returns the repository for paths in it.
func (w *World) Repo(p string) (analysis.Repo, bool) {
	if p == Workspace || strings.HasPrefix(p, Workspace+"/") {
		return w.repo, true
	}
	return nil, false
}

// Context is what rules are expanded with in this world.
func (w *World) Context() rules.Context {
	return rules.Context{
		Homes: []string{Home}, Workspace: Workspace, Temps: []string{"/tmp", "/var/tmp"}, User: User, Host: "laptop",
		Guard: []string{"/etc/guard", "/usr/lib/guard", "/usr/local/lib/guard", "/usr/local/bin/guard", Home + "/.config/guard", Home + "/.local/state/guard", Home + "/.local/lib/guard", Home + "/.local/bin/guard"},
	}
}

// repository is the state of the virtual repository.
type repository struct{}

func (*repository) Root() string          { return Workspace }
func (*repository) Branch() string        { return "main" }
func (*repository) DefaultBranch() string { return "main" }
func (*repository) Stashes() int          { return 1 }

// within lists the files of a set at or below p.
func within(set, p string) int {
	n := 0
	for _, f := range strings.Fields(set) {
		f = Workspace + "/" + f
		if f == p || strings.HasPrefix(f, p+"/") {
			n++
		}
	}
	return n
}

// modified is the one file that differs from the index.
const modified = "src/app.py"

func (*repository) Clean(p string) (rules.Tri, string) {
	if within(modified+" "+untracked+" "+ignored, p) > 0 {
		return rules.False, "untracked or modified files"
	}
	if p == Workspace || within(tracked, p) == 0 {
		return rules.False, "the repository itself"
	}
	return rules.True, ""
}

func (*repository) Discard(p string) (rules.Tri, string) {
	if within(modified, p) > 0 {
		return rules.True, "1 modified file"
	}
	return rules.False, ""
}

func (*repository) Sweep(p string, all bool) (rules.Tri, string) {
	set := untracked
	if all {
		set += " " + ignored
	}
	if within(set, p) > 0 {
		return rules.True, "untracked files"
	}
	return rules.False, ""
}

func (*repository) Ignored(p string) (list []string, ok bool) {
	for _, f := range strings.Fields(ignored) {
		top := Workspace + "/" + f
		if i := strings.IndexByte(f, '/'); i > 0 {
			top = Workspace + "/" + f[:i]
		}
		if top == p || strings.HasPrefix(top, p+"/") {
			list = append(list, top)
		}
	}
	return list, true
}

func (*repository) Branchless(name string) rules.Tri {
	return rules.Is(name == "wip")
}
