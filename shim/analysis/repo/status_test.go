package repo

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// statusFromGit asks git about one path.
func (f *fixture) statusFromGit(name string) Status {
	fi, err := os.Lstat(f.path(name))
	if err != nil {
		return Missing
	}
	if parent := filepath.Dir(f.path(name)); parent != f.dir {
		if real, _ := filepath.EvalSymlinks(parent); real != parent {
			f.t.Fatalf("%s goes through a link", name)
		}
	}
	index := strings.Split(f.git("ls-files", "-z"), "\x00")
	switch {
	case fi.IsDir():
		if slices.ContainsFunc(index, func(n string) bool { return strings.HasPrefix(n, name+"/") }) {
			return Directory
		}
	case slices.Contains(index, name):
		rep := f.fromGit(name)
		if slices.Contains(rep.Modified, name) || slices.Contains(rep.Staged, name) {
			return Modified
		}
		return Tracked
	}
	if _, err := f.try("", "check-ignore", "-q", "--", name); err == nil {
		return Ignored
	}
	return Untracked
}

// sameStatus fails unless git and the package agree about one path.
func (f *fixture) sameStatus(name string) {
	f.t.Helper()
	want, got := f.statusFromGit(name), f.open().Status(f.path(name))
	if got != want {
		f.t.Fatalf("%s: %v, git says %v", name, got, want)
	}
}

func TestStatus(t *testing.T) {
	f := newFixture(t)
	f.commit("clean", "1", "changed", "1", "staged", "1", "dir/file", "1", ".gitignore", "*.log\nout/\n", "gone", "1", "x.log", "1")
	f.write("changed", "2", "staged", "2", "new", "", "a.log", "", "out/bin", "", "fresh/new", "")
	f.git("add", "staged")
	f.git("add", "-f", "x.log")
	f.remove("gone")
	os.Symlink("clean", f.path("link"))
	os.Symlink("dir", f.path("via"))
	os.Symlink("/", f.path("rootlink"))
	r := f.open()
	for name, want := range map[string]Status{
		"clean": Tracked, "changed": Modified, "staged": Modified, "dir/file": Tracked, "dir": Directory, ".": Directory,
		"new": Untracked, "a.log": Ignored, "out": Ignored, "out/bin": Ignored, "out/none": Missing, "fresh": Untracked,
		"fresh/new": Untracked, "gone": Missing, "gone/x/y": Missing, "link": Untracked, "via/file": Tracked,
		"via/../clean": Tracked, "x.log": Modified, "../elsewhere": Outside, "rootlink/etc": Outside,
		"clean/x": Missing, ".git/HEAD": Outside, "dir/../../work/clean": Tracked, "nul\x00": Unknown,
	} {
		if got := r.Status(f.dir + "/" + name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
	if got := r.Status("clean"); got != Unknown {
		t.Errorf("a relative path: %v", got)
	}
	if got := r.Status("/"); got != Outside {
		t.Errorf("/: %v", got)
	}
}

func TestStatusString(t *testing.T) {
	for s := Unknown; s <= Nested+1; s++ {
		if s.String() == "" || s != Unknown && s <= Nested && s.String() == "unknown" {
			t.Errorf("%d: %q", s, s)
		}
	}
}

// TestRacy holds that a change within the index's own time stamp is seen.
func TestRacy(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "1")
	fi, err := os.Lstat(f.path("a"))
	if err != nil {
		t.Fatal(err)
	}
	f.write("a", "2") // same size, and the old time put back
	if err := os.Chtimes(f.path("a"), fi.ModTime(), fi.ModTime()); err != nil {
		t.Fatal(err)
	}
	if got := f.open().Status(f.path("a")); got != Modified {
		t.Errorf("time put back: %v", got)
	}
	f.write("b", "1")
	f.git("add", "b")
	index, _ := os.Stat(f.path(".git/index"))
	f.write("b", "2")
	os.Chtimes(f.path("b"), index.ModTime(), index.ModTime())
	if got := f.open().Status(f.path("b")); got != Modified {
		t.Errorf("written together with the index: %v", got)
	}
}

func TestSpecialFiles(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "1")
	mkfifo(t, f.path("pipe"))
	f.remove("a")
	mkfifo(t, f.path("a"))
	mkfifo(t, f.path(".gitignore"))
	if got := f.open().Status(f.path("a")); got != Modified {
		t.Errorf("a pipe in place of a file: %v", got)
	}
	c, err := f.open().Changes(f.dir, 3)
	if err != nil || c.Modified != 1 || c.Untracked != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	f.remove(".git/index")
	mkfifo(t, f.path(".git/index"))
	if got := f.open().Status(f.path("pipe")); got != Unknown {
		t.Errorf("a pipe in place of the index: %v", got)
	}
}
