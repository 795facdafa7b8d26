package repo

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	f := newFixture(t)
	f.commit("d/a", "1")
	os.Symlink(f.path("d"), f.path("../link"))
	f.mkdir("../empty")
	f.mkdir("bad/.git")
	f.at(f.path("../bare")).mkdir("")
	f.at(f.path("../bare")).git("init", "-q", "--bare")
	for path, want := range map[string]string{
		"": f.dir, "d": f.dir, "d/a": f.dir, "d/none/below": f.dir, "../link": f.dir, "../link/a": f.dir, "bad": f.dir,
		"../bare": "", "../bare/refs": "", ".git/objects": "",
	} {
		r, err := Open(f.path(path))
		if err != nil || r.Root() != want {
			t.Errorf("%q: %v, %v, want %q", path, r, err, want)
		}
	}
	if _, err := Open(f.path("../empty")); !errors.Is(err, ErrNone) {
		t.Errorf("nothing there: %v", err)
	}
	if _, err := Open("d"); err == nil {
		t.Error("a relative path: no error")
	}
	for _, text := range []string{"gitdir: ../nowhere\n", "gitdir: \n", "rubbish", ""} {
		f.write("file/.git", text)
		if _, err := Open(f.path("file/x")); !errors.Is(err, ErrFormat) {
			t.Errorf(".git with %q: %v", text, err)
		}
	}
	r, err := Open(f.path("../bare"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Changes(f.path("../bare"), 0); !errors.Is(err, ErrOutside) || r.Status(f.path("../bare/HEAD")) != Outside {
		t.Errorf("bare: %v", err)
	}
}

func TestWorktree(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "1", ".gitignore", "*.o\n")
	f.write(".git/info/exclude", "*.x\n")
	f.git("worktree", "add", "-q", "-b", "side", "../side")
	side := f.at(f.path("../side"))
	side.write("a", "2", "b.o", "", "c.x", "", "d", "")
	side.same("")
	f.same("")
	r := side.open()
	if r.Root() != filepath.Clean(side.dir) || r.Dir() != f.path(".git/worktrees/side") || r.Branch() != "side" {
		t.Errorf("%q %q %q", r.Root(), r.Dir(), r.Branch())
	}
	if r.Commit() != f.open().Commit() {
		t.Errorf("commit %q", r.Commit())
	}
	if got := r.BranchState("main"); got != BranchMerged {
		t.Errorf("main: %v", got)
	}
	if got := f.open().Status(side.path("a")); got != Outside {
		t.Errorf("from the other work tree: %v", got)
	}
	f.git("config", "core.bare", "true") // as with a bare repository's work trees
	side.same("")
	if r := f.open(); r.Root() != "" {
		t.Errorf("bare: %q", r.Root())
	}
	f.git("config", "--unset", "core.bare")
	f.git("config", "extensions.worktreeConfig", "true")
	f.git("config", "--worktree", "core.bare", "true")
	side.same("")
	if r := f.open(); r.Root() != "" {
		t.Errorf("bare by config.worktree: %q", r.Root())
	}
}

func TestSubmodule(t *testing.T) {
	f := newFixture(t)
	lib := f.at(f.path("../lib"))
	lib.mkdir("")
	lib.git("init", "-q", "-b", "main")
	lib.commit("l", "1")
	f.commit("a", "1")
	f.git("submodule", "--quiet", "add", lib.dir, "sub")
	f.same("")
	f.commit()
	sub := f.at(f.path("sub"))
	r := sub.open()
	if r.Root() != sub.dir || r.Dir() != f.path(".git/modules/sub") {
		t.Errorf("%q %q", r.Root(), r.Dir())
	}
	sub.write("l", "2", "n", "1")
	sub.same("")
	f.same("")
	c, err := f.open().Changes(f.dir, 3)
	if err != nil || c.Nested != 1 || c.Modified != 0 || c.Untracked != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if got := f.open().Status(f.path("sub")); got != Nested {
		t.Errorf("sub: %v", got)
	}
	if got := f.open().Status(f.path("sub/l")); got != Outside {
		t.Errorf("sub/l: %v", got)
	}
	f.remove("sub")
	f.mkdir("sub") // as before git submodule update
	f.same("")
	if got := f.open().Status(f.path("sub")); got != Nested {
		t.Errorf("empty sub: %v", got)
	}
}

func TestSeparateWorkTree(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "1")
	f.mkdir("../other")
	f.write("../other/a", "2")
	f.git("config", "core.worktree", f.path("../other"))
	r := f.open()
	if r.Root() != filepath.Clean(f.path("../other")) || r.Status(f.path("a")) != Outside || r.Status(f.path("../other/a")) != Modified {
		t.Errorf("%q %v %v", r.Root(), r.Status(f.path("a")), r.Status(f.path("../other/a")))
	}
	f.git("config", "core.worktree", "/nowhere/at/all")
	if r := f.open(); r.Err() == nil || r.Status(f.path("a")) != Unknown {
		t.Errorf("a work tree that is not there: %v", r.Err())
	}
}

func TestAlternates(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "1", "d/b", "1")
	clone := f.at(f.path("../clone"))
	f.git("clone", "-q", "--shared", f.dir, clone.dir)
	clone.write("d/b", "2")
	clone.git("add", "d/b")
	clone.same("")
}

func TestRemote(t *testing.T) {
	for url, want := range map[string]string{
		"https://example.com/a/b.git":              "https://example.com/a/b.git",
		"https://user:token@example.com/a":         "https://example.com/a",
		"https://token@example.com:8443/a?key=x#y": "https://example.com:8443/a",
		"HTTPS://u:p@x@example.com":                "HTTPS://example.com",
		"ssh://git@example.com/a":                  "ssh://git@example.com/a",
		"ssh://git:secret@example.com:22/a@b":      "ssh://git@example.com:22/a@b",
		"git@example.com:a/b.git":                  "git@example.com:a/b.git",
		"/srv/a.git":                               "/srv/a.git",
		"file:///srv/a@b":                          "file:///srv/a@b",
		"":                                         "",
	} {
		if got := withoutCredentials(url); got != want {
			t.Errorf("%q: %q, want %q", url, got, want)
		}
	}
	f := newFixture(t)
	if got := f.open().Remote(); got != "" {
		t.Errorf("no remote: %q", got)
	}
	f.git("remote", "add", "origin", "https://u:secret@example.com/x.git")
	f.git("remote", "add", "other", "https://example.com/other.git")
	if got := f.open().Remote(); got != "https://example.com/x.git" {
		t.Errorf("%q", got)
	}
}

// TestImports holds that reading a repository links no network and no way to
// start a program, and that nothing outside the standard library comes with it.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "compress/zlib") {
		t.Fatalf("not a list of packages: %.100s", out)
	}
	for _, d := range deps {
		switch {
		case d == "net", d == "net/http", d == "os/exec", d == "crypto/tls", d == "os/user":
			t.Errorf("depends on %s", d)
		case strings.Contains(strings.SplitN(d, "/", 2)[0], ".") && !strings.HasPrefix(d, "vendor/"):
			t.Errorf("depends on module %s", d)
		}
	}
}

func benchmark(b *testing.B, ask func(r *Repo, f *fixture) bool) {
	f := newFixture(b)
	for i := range 5000 {
		f.write(fmt.Sprintf("d%d/e%d/file%d.go", i%10, i%50, i), fmt.Sprint("package x // ", i))
	}
	f.commit(".gitignore", "*.o\nnode_modules/\n/build/\n.env\n*~\n")
	f.git("gc", "-q")
	for b.Loop() {
		r, err := generous.Open(f.dir) // a busy machine must not end the work early
		if err != nil {
			b.Fatal(err)
		}
		if !ask(r, f) {
			b.Fatal("wrong answer")
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	benchmark(b, func(r *Repo, f *fixture) bool { return r.Branch() == "main" })
}

func BenchmarkStatus(b *testing.B) {
	benchmark(b, func(r *Repo, f *fixture) bool { return r.Status(f.path("d1/e1/file1.go")) == Tracked })
}

func BenchmarkChanges(b *testing.B) {
	benchmark(b, func(r *Repo, f *fixture) bool {
		c, err := r.Changes(f.dir, 5)
		return err == nil && c.Clean()
	})
}

func BenchmarkStaged(b *testing.B) {
	benchmark(b, func(r *Repo, f *fixture) bool {
		defer r.budget.begin()()
		x, err := r.idx()
		if err != nil {
			return false
		}
		x.trees = nil // as if every directory had been added to
		if err := r.staged(x, "", func(name string) { b.Fatalf("staged: %s", name) }); err != nil {
			b.Fatal(err)
		}
		return true
	})
}
