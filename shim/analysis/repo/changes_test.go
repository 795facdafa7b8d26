package repo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// report is what git status and the walker both know.
type report struct {
	Modified, Staged, Untracked, Ignored []string
	Deleted                              int
}

// fromGit asks git status about the paths at or below under.
func (f *fixture) fromGit(under string) report {
	f.t.Helper()
	args := []string{"status", "--porcelain=v1", "-z", "-uall", "--ignored=matching", "--no-renames", "--ignore-submodules=dirty"}
	if under != "" {
		args = append(args, "--", ":(literal)"+under)
	}
	var rep report
	for line := range strings.SplitSeq(f.git(args...), "\x00") {
		if line == "" {
			continue
		}
		code, name := line[:2], line[3:]
		// Asked about one path, git also names ignored ones around it, and
		// for one inside an ignored directory that directory.
		if trim := strings.TrimSuffix(name, "/"); under != "" && trim != under && !strings.HasPrefix(trim, under+"/") {
			if code != "!!" || !strings.HasPrefix(under, trim+"/") || !exists(f.path(under)) {
				continue
			}
			name = under
		}
		switch {
		case code == "??":
			if !strings.HasSuffix(name, "/") { // another repository
				rep.Untracked = append(rep.Untracked, name)
			}
			continue
		case code == "!!":
			rep.Ignored = append(rep.Ignored, strings.TrimSuffix(name, "/"))
			continue
		case strings.Contains(code, "U") || code == "AA" || code == "DD":
			rep.Modified = append(rep.Modified, name)
			rep.Staged = append(rep.Staged, name)
			continue
		}
		if code[0] != ' ' {
			rep.Staged = append(rep.Staged, name)
		}
		switch code[1] {
		case 'D':
			rep.Deleted++
		case ' ':
		default:
			rep.Modified = append(rep.Modified, name)
		}
	}
	return rep.sorted()
}

// fromRepo asks a fresh Repo.
func (f *fixture) fromRepo(under string) report {
	f.t.Helper()
	r := f.open()
	defer r.budget.begin()()
	x, err := r.idx()
	if err != nil {
		f.t.Fatal(err)
	}
	w := walker{r: r, x: x, limit: 1 << 20, seen: make([]bool, len(x.entries))}
	if err := w.from(under); err != nil {
		f.t.Fatal(err)
	}
	rep := report{w.modified, w.staged, w.untracked, w.ignored, w.Deleted}
	for _, pair := range [...][2]int{{w.Modified, len(rep.Modified)}, {w.Staged, len(rep.Staged)},
		{w.Untracked, len(rep.Untracked)}, {w.Ignored, len(rep.Ignored)}} {
		if pair[0] != pair[1] {
			f.t.Fatalf("count %d, examples %d", pair[0], pair[1])
		}
	}
	return rep.sorted()
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

func (rep report) sorted() report {
	for _, list := range [...][]string{rep.Modified, rep.Staged, rep.Untracked, rep.Ignored} {
		slices.Sort(list)
	}
	return rep
}

// same fails unless git and the package agree.
func (f *fixture) same(under string) {
	f.t.Helper()
	if diff := cmp.Diff(f.fromGit(under), f.fromRepo(under)); diff != "" {
		f.t.Fatalf("below %q (-git +repo):\n%s", under, diff)
	}
}

func TestChangesAgainstGit(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(f *fixture)
	}{
		{"empty", func(f *fixture) {}},
		{"unborn, staged", func(f *fixture) { f.write("a", "1", "d/b", "2"); f.git("add", "a") }},
		{"clean", func(f *fixture) { f.commit("a", "1", "d/e/b", "2") }},
		{"modified, same size", func(f *fixture) { f.commit("a", "1", "b", "2"); f.write("a", "2") }},
		{"modified, other size", func(f *fixture) { f.commit("a", "1"); f.write("a", "123") }},
		{"modified, emptied", func(f *fixture) { f.commit("a", "1"); f.write("a", "") }},
		{"touched", func(f *fixture) {
			f.commit("a", "1")
			if err := os.Chtimes(f.path("a"), time.Unix(1, 0), time.Unix(1, 0)); err != nil {
				f.t.Fatal(err)
			}
		}},
		{"staged", func(f *fixture) { f.commit("a", "1", "d/e/b", "1"); f.write("d/e/b", "2"); f.git("add", ".") }},
		{"staged, then reverted", func(f *fixture) {
			f.commit("a", "1", "b", "1")
			f.write("a", "2")
			f.git("add", "a")
			f.write("a", "1")
		}},
		{"added", func(f *fixture) { f.commit("a", "1"); f.write("d/n", "1", "b", "1"); f.git("add", "d") }},
		{"intent to add", func(f *fixture) { f.commit("a", "1"); f.write("n", "1"); f.git("add", "-N", "n") }},
		{"removed", func(f *fixture) { f.commit("a", "1", "d/b", "1"); f.git("rm", "-q", "a", "d/b") }},
		{"removed from the index only", func(f *fixture) { f.commit("a", "1", "b", "1"); f.git("rm", "-q", "--cached", "a") }},
		{"deleted", func(f *fixture) { f.commit("a", "1", "d/e/b", "1"); f.remove("a", "d") }},
		{"executable", func(f *fixture) { f.commit("a", "1"); os.Chmod(f.path("a"), 0o755) }},
		{"executable does not count", func(f *fixture) {
			f.commit("a", "1")
			f.git("config", "core.fileMode", "false")
			os.Chmod(f.path("a"), 0o755)
		}},
		{"link", func(f *fixture) {
			os.Symlink("a", f.path("l"))
			os.Symlink("a", f.path("m"))
			os.Symlink("nowhere", f.path("n"))
			f.commit("a", "1")
			f.remove("m")
			os.Symlink("b", f.path("m"))
		}},
		{"file became link", func(f *fixture) { f.commit("a", "1"); f.remove("a"); os.Symlink("1", f.path("a")) }},
		{"file became directory", func(f *fixture) { f.commit("a", "1"); f.remove("a"); f.write("a/b", "1") }},
		{"directory became file", func(f *fixture) { f.commit("d/a", "1"); f.remove("d"); f.write("d", "1") }},
		{"directory became link", func(f *fixture) {
			f.commit("d/a", "1", "e/a", "1")
			f.remove("d")
			os.Symlink("e", f.path("d"))
		}},
		{"tree became file in the index", func(f *fixture) {
			f.commit("d/a", "1", "d/b", "1")
			f.remove("d")
			f.write("d", "1")
			f.git("add", "-A")
		}},
		{"conflict", func(f *fixture) {
			f.commit("a", "1", "b", "1", "c", "1")
			f.git("checkout", "-q", "-b", "x")
			f.remove("c")
			f.commit("a", "2", "b", "1")
			f.git("checkout", "-q", "main")
			f.commit("a", "3", "c", "4")
			f.try("", "merge", "x")
		}},
		{"ignored", func(f *fixture) {
			f.commit(".gitignore", "*.o\nbuild/\n!keep.o\n/top\n", "a", "1")
			f.write("a.o", "", "keep.o", "", "build/x", "", "d/build/y", "", "d/top", "", "top", "", "d/b.o", "")
		}},
		{"tracked below an ignored directory", func(f *fixture) {
			f.write("build/a", "1", "build/sub/b", "1", ".gitignore", "")
			f.commit()
			f.write(".gitignore", "build/\n", "build/new", "1", "build/other/c", "1", "build/a", "2")
		}},
		{"ignore file below", func(f *fixture) {
			f.commit("d/.gitignore", "*\n!.gitignore\n", "e/.gitignore", "/x\nsub/y\n", ".gitignore", "z\n")
			f.write("d/n", "", "e/x", "", "e/f/x", "", "e/sub/y", "", "e/q/sub/y", "", "e/z", "")
		}},
		{"info/exclude", func(f *fixture) {
			f.commit("a", "1", ".gitignore", "!b\n")
			f.write(".git/info/exclude", "b\nc\n", "b", "", "c", "", "d/c", "")
		}},
		{"core.excludesFile", func(f *fixture) {
			f.git("config", "core.excludesFile", f.path("../excludes"))
			f.write("../excludes", "b\nc\n", ".git/info/exclude", "!c\n", "b", "", "c", "")
		}},
		{"ignored empty directory", func(f *fixture) { f.commit(".gitignore", "e/\n"); f.mkdir("e"); f.mkdir("f") }},
		{"ignore file is a link", func(f *fixture) {
			f.write("rules", "x\n", "x", "")
			os.Symlink("rules", f.path(".gitignore"))
		}},
		{"odd names", func(f *fixture) {
			f.commit("a b", "1", "ü/ñ", "1", "new\nline", "1", "tab\t", "1", "-f", "1", "\xff\xfe", "1", "*", "1", "a\\b", "1")
			f.write("a b", "2", "new\nline", "2", "ü/\n", "1", "\xff", "1", " ", "1", "#", "1", "!", "1")
		}},
		{"sorting", func(f *fixture) {
			f.commit("a/b", "1", "a-b", "1", "a.b", "1", "a0", "1", "a/b-", "1", "ab/c", "1")
			f.write("a/b", "2", "a.b", "2", "ab/d", "1")
			f.git("add", "ab")
		}},
		{"index version 4", func(f *fixture) {
			f.commit("a/b", "1", "a/bc", "1", "z", "1")
			f.git("update-index", "--index-version", "4")
			f.write("a/bc", "2", "y", "1")
		}},
		{"index without checksum", func(f *fixture) {
			f.git("config", "index.skipHash", "true")
			f.commit("a", "1")
			f.write("a", "2")
		}},
		{"packed", func(f *fixture) {
			for i := range 12 {
				f.commit("d/a", strings.Repeat("line\n", 50)+fmt.Sprint(i), fmt.Sprintf("d/f%d", i), "1", "e/g/h", fmt.Sprint(i))
			}
			f.git("gc", "-q", "--aggressive")
			f.git("rm", "-q", "--cached", "d/f3")
			f.write("e/g/h", "x")
		}},
		{"detached", func(f *fixture) { f.commit("a", "1"); f.commit("a", "2"); f.git("checkout", "-q", "HEAD~1") }},
		{"long name", func(f *fixture) {
			long := strings.Repeat(strings.Repeat("n", 200)+"/", 5) + "end"
			f.commit(long, "1")
			f.write(long, "2", long+"2", "")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test.make(f)
			f.same("")
			for _, under := range []string{"a", "d", "d/e", "build", "e/sub", "nothing", "a b", "d/gone/x"} {
				f.same(under)
			}
		})
	}
}

// TestChangesRandom does random things to a repository and asks git.
func TestChangesRandom(t *testing.T) {
	names := []string{"a", "b", "d/a", "d/b", "d/e/a", "f", "f/g", "d-x", "d.x/a", "é", "x y/z"}
	rules := []string{"a", "/a", "d/", "d/*", "!a", "!d/a", "*", "**/a", "d/**", "e", "f", "!f/"}
	name := rapid.SampledFrom(names)
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(t)
		git := func(args ...string) { f.try("", args...) } // some steps make no sense; git says so
		for range rapid.IntRange(3, 14).Draw(rt, "steps") {
			n := name.Draw(rt, "name")
			switch rapid.SampledFrom([]string{"write", "write", "write", "remove", "add", "addall", "commit", "rm", "ignore", "chmod", "reset", "gc"}).Draw(rt, "step") {
			case "write":
				if os.MkdirAll(filepath.Dir(f.path(n)), 0o755) == nil {
					os.WriteFile(f.path(n), []byte(rapid.SampledFrom([]string{"", "1", "2", "33"}).Draw(rt, "text")), 0o644)
				}
			case "remove":
				os.RemoveAll(f.path(n))
			case "add":
				git("add", "-f", "--", n)
			case "addall":
				git("add", "-A")
			case "commit":
				git("commit", "-q", "-m", "x")
			case "rm":
				git("rm", "-q", "-r", "--cached", "--", n)
			case "ignore":
				list := rapid.SliceOfN(rapid.SampledFrom(rules), 1, 4).Draw(rt, "rules")
				dir := rapid.SampledFrom([]string{"", "d", "d/e"}).Draw(rt, "dir")
				if os.MkdirAll(f.path(dir), 0o755) == nil {
					os.WriteFile(f.path(filepath.Join(dir, ".gitignore")), []byte(strings.Join(list, "\n")+"\n"), 0o644)
				}
			case "chmod":
				os.Chmod(f.path(n), 0o755)
			case "reset":
				git("reset", "-q")
			case "gc":
				git("repack", "-q", "-a", "-d")
			}
		}
		f.same("")
		f.same(name.Draw(rt, "below"))
		f.sameStatus(name.Draw(rt, "status"))
		f.sameStatus(name.Draw(rt, "status"))
	})
}

func TestChangesNested(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "1", ".gitignore", "cache/\n")
	for _, dir := range []string{"inner", "cache/x", "d/deep"} {
		f.mkdir(dir)
		in := f.at(f.path(dir))
		in.git("init", "-q", "-b", "main")
		in.write("precious", "1")
	}
	f.mkdir("fake/.git") // not a repository
	f.write("fake/file", "1")
	f.same("")
	c, err := f.open().Changes(f.dir, 10)
	if err != nil || c.Nested != 2 || c.Untracked != 1 || c.Ignored != 1 || c.Clean() {
		t.Errorf("got %+v, %v", c, err)
	}
	for path, want := range map[string]Status{
		"inner": Nested, "inner/precious": Outside, "d/deep": Nested, "d": Untracked, "cache": Ignored,
		"fake/file": Untracked, ".git": Outside, ".git/config": Outside, "fake/.git": Outside,
	} {
		if got := f.open().Status(f.path(path)); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	if _, err := f.open().Changes(f.path("inner/precious"), 0); !errors.Is(err, ErrOutside) {
		t.Errorf("inside the inner repository: %v", err)
	}
}

func TestChangesBudget(t *testing.T) {
	f := newFixture(t)
	for i := range 50 {
		f.write(fmt.Sprintf("d%d/f", i), "1")
	}
	f.commit()
	f.write("d0/f", "2")
	for _, o := range []Options{{Entries: 40, Time: time.Minute}, {Entries: 1 << 20, Time: 1}} {
		r, err := o.Open(f.dir)
		if err != nil {
			t.Fatal(err)
		}
		c, err := r.Changes(f.dir, 5)
		if err == nil || c.Complete || c.Clean() {
			t.Errorf("%+v: %+v, %v", o, c, err)
		}
	}
	if c, err := f.open().Changes(f.dir, 5); err != nil || !c.Complete || c.Modified != 1 {
		t.Errorf("with a budget: %+v, %v", c, err)
	}
}

// TestBudgetNeverLies cuts the work off at every entry: the answer is then
// incomplete with counts that are too low at most, or it is the full one.
func TestBudgetNeverLies(t *testing.T) {
	f := newFixture(t)
	for i := range 6 {
		f.write(fmt.Sprintf("d%d/f", i), "1", fmt.Sprintf("d%d/g", i), "1")
	}
	f.commit(".gitignore", "*.o\n")
	f.git("branch", "merged")
	f.write("d0/f", "2", "d5/g", "2", "d1/new", "", "x.o", "")
	f.git("add", "d5/g")
	full, err := f.open().Changes(f.dir, 0)
	if err != nil || full.Modified != 1 || full.Staged != 1 || full.Untracked != 1 || full.Ignored != 1 {
		t.Fatalf("%+v, %v", full, err)
	}
	cut, whole := 0, 0
	for n := 1; n < 60; n++ {
		open := func() *Repo {
			r, err := Options{Entries: n, Time: time.Minute}.Open(f.dir)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		switch c, err := open().Changes(f.dir, 0); {
		case err == nil && cmp.Equal(c, full):
			whole++
		case err == nil || !errors.Is(err, ErrBudget) || c.Complete || c.Clean() || c.Modified > full.Modified ||
			c.Staged > full.Staged || c.Untracked > full.Untracked || c.Ignored > full.Ignored || c.Deleted > 0:
			t.Errorf("%d entries: %+v, %v", n, c, err)
		default:
			cut++
		}
		if s := open().Status(f.path("d0/f")); s != Modified && s != Unknown {
			t.Errorf("%d entries: status %v", n, s)
		}
		if s := open().BranchState("merged"); s != BranchMerged && s != BranchUnknown {
			t.Errorf("%d entries: branch %v", n, s)
		}
	}
	if cut == 0 || whole == 0 {
		t.Errorf("%d cut off, %d whole: the test does not test", cut, whole)
	}
}

func TestChangesExamples(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "1", "b", "1", ".gitignore", "i*\n")
	f.write("a", "2", "i1", "", "u1", "", "u2", "", "b", "2")
	f.git("add", "b")
	for limit, want := range map[int][]string{
		-1: nil, 0: nil, 1: {"a"}, 3: {"a", "b", "u1"}, 9: {"a", "b", "u1", "u2", "i1"},
	} {
		c, err := f.open().Changes(f.dir, limit)
		if err != nil || !slices.Equal(c.Examples, want) {
			t.Errorf("limit %d: %q, %v", limit, c.Examples, err)
		}
	}
}

func TestChangesUnreadable(t *testing.T) {
	for name, damage := range map[string]func(f *fixture){
		"index":    func(f *fixture) { f.write(".git/index", "DIRC garbage, and long enough to have a checksum") },
		"split":    func(f *fixture) { f.git("update-index", "--split-index") },
		"sparse":   func(f *fixture) { f.git("update-index", "--skip-worktree", "a") },
		"HEAD":     func(f *fixture) { f.write(".git/HEAD", "rubbish\n") },
		"format":   func(f *fixture) { f.git("config", "core.repositoryFormatVersion", "7") },
		"reftable": func(f *fixture) { f.git("config", "extensions.refStorage", "reftable") },
		"config":   func(f *fixture) { f.write(".git/config", "[core\n") },
		"objects": func(f *fixture) {
			f.write("d/x", "1")
			f.git("add", "d/x")
			names, _ := filepath.Glob(f.path(".git/objects/??"))
			for _, name := range names {
				os.RemoveAll(name)
			}
		},
		"ignore file": func(f *fixture) { f.write(".gitignore", strings.Repeat("x", maxPattern+1)) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.commit("a", "1", "b", "1")
			damage(f)
			r, err := f.openAny()
			if err != nil {
				return
			}
			if c, err := r.Changes(f.dir, 3); err == nil || c.Complete || c.Clean() {
				t.Errorf("changes: %+v, %v", c, err)
			}
			if name == "ignore file" {
				return
			}
			if got := r.Status(f.path("a")); got != Unknown {
				t.Errorf("status: %v", got)
			}
		})
	}
}

// TestChangesGone asks about paths whose directory is no longer there.
func TestChangesGone(t *testing.T) {
	f := newFixture(t)
	f.commit("d/e/a", "1", "d/e/b", "1", "d/e2/c", "1")
	f.remove("d")
	os.Symlink(f.dir, f.path("../link"))
	for under, want := range map[string]int{"d/e": 2, "d/e/a": 1, "../link/d/e": 2, "d/none": 0, "d": 3, "x/y/z": 0} {
		c, err := f.open().Changes(f.path(under), 1)
		if err != nil || !c.Clean() || c.Deleted != want {
			t.Errorf("%s: %+v, %v, want %d", under, c, err, want)
		}
	}
	for _, under := range []string{"../gone/x", "/nowhere/x", ".git/gone/x", "/"} {
		path := under
		if !filepath.IsAbs(under) {
			path = f.path(under)
		}
		if c, err := f.open().Changes(path, 1); !errors.Is(err, ErrOutside) || c.Complete {
			t.Errorf("%s: %+v, %v", under, c, err)
		}
	}
}

func (f *fixture) openAny() (*Repo, error) { return generous.Open(f.dir) }

// TestDirectCopy holds that stale stat data is settled by content.
func TestDirectCopy(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "1", "d/b", "22")
	f.mkdir("../copy")
	if err := os.CopyFS(f.path("../copy"), os.DirFS(f.dir)); err != nil {
		t.Fatal(err)
	}
	c := f.at(f.path("../copy"))
	c.same("")
	c.write("d/b", "23")
	c.same("")
	if got, err := c.open().Changes(c.dir, 1); err != nil || got.Modified != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}
