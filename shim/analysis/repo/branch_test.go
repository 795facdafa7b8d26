package repo

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBranchState(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "1")
	f.git("branch", "merged")
	f.git("branch", "same")
	f.git("checkout", "-q", "-b", "topic")
	f.commit("a", "2")
	f.git("branch", "topic-twin")
	f.git("checkout", "-q", "-b", "ahead")
	f.commit("a", "3")
	f.git("checkout", "-q", "-b", "pushed")
	f.commit("b", "1")
	f.git("update-ref", "refs/remotes/origin/pushed", "pushed")
	f.git("checkout", "-q", "-b", "dir/lonely", "main")
	f.commit("c", "1")
	f.git("checkout", "-q", "main")
	f.git("symbolic-ref", "refs/heads/alias", "refs/heads/dir/lonely")
	f.write(".git/refs/heads/broken", "nonsense\n")
	broken := f.open().BranchState("merged")
	f.remove(".git/refs/heads/broken")
	if broken != BranchUnknown {
		t.Errorf("beside a broken reference: %v", broken)
	}
	for _, packedRefs := range []bool{false, true} {
		if packedRefs {
			f.git("pack-refs", "--all")
			f.git("gc", "-q")
		}
		for _, test := range []struct {
			names string
			want  BranchState
		}{
			{"merged", BranchMerged},
			{"main", BranchMerged},
			{"topic", BranchMerged}, // topic-twin, ahead and origin/pushed hold it
			{"topic topic-twin ahead", BranchMerged},
			{"pushed", BranchMerged},
			{"dir/lonely", BranchUnmerged},
			{"dir", BranchMissing},
			{"none", BranchMissing},
			{"../../HEAD", BranchMissing},
			{"", BranchMissing},
			{"@{-1}", BranchUnknown},
			{"-", BranchUnknown},
		} {
			names := strings.Split(test.names, " ")
			if got := f.open().BranchState(names[0], names[1:]...); got != test.want {
				t.Errorf("packed %v: %s: %v, want %v", packedRefs, test.names, got, test.want)
			}
		}
	}
	f.git("update-ref", "-d", "refs/remotes/origin/pushed")
	for names, want := range map[string]BranchState{
		"ahead":                         BranchMerged,
		"ahead pushed":                  BranchUnmerged,
		"topic topic-twin ahead pushed": BranchUnmerged,
		"main merged same":              BranchMerged, // topic holds it
	} {
		list := strings.Split(names, " ")
		if got := f.open().BranchState(list[0], list[1:]...); got != want {
			t.Errorf("%s: %v, want %v", names, got, want)
		}
	}
	r, err := Options{Entries: 3}.Open(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.BranchState("dir/lonely"); got != BranchUnknown {
		t.Errorf("without a budget: %v", got)
	}
	r, _ = Options{Time: 1}.Open(f.dir)
	if got := r.BranchState("merged"); got != BranchUnknown {
		t.Errorf("without time: %v", got)
	}
}

// TestBranchStateRandom builds random histories and asks git which branches
// each branch is merged into.
func TestBranchStateRandom(t *testing.T) {
	f := newFixture(t)
	rapid.Check(t, func(rt *rapid.T) {
		f.remove(".git/refs/heads")
		f.mkdir(".git/refs/heads")
		var in strings.Builder
		n := rapid.IntRange(2, 12).Draw(rt, "commits")
		now := time.Now().Unix()
		for i := 1; i <= n; i++ {
			fmt.Fprintf(&in, "commit refs/heads/b%d\nmark :%d\ncommitter a <a@example.com> %d +0000\ndata 0\n", i, i, now+int64(i)*86400*3)
			if i > 1 {
				fmt.Fprintf(&in, "from :%d\n", rapid.IntRange(1, i-1).Draw(rt, "from"))
				if i > 2 && rapid.Bool().Draw(rt, "merge") {
					fmt.Fprintf(&in, "merge :%d\n", rapid.IntRange(1, i-1).Draw(rt, "second"))
				}
			}
			in.WriteString("\n")
		}
		if out, err := f.try(in.String(), "fast-import", "--quiet", "--force"); err != nil {
			rt.Fatalf("%s", out)
		}
		gone := []string{}
		for i := 1; i <= n; i++ {
			if rapid.Bool().Draw(rt, "gone") {
				gone = append(gone, fmt.Sprintf("b%d", i))
			}
		}
		r := f.open()
		for i, name := range gone {
			if i == 3 {
				break
			}
			holders := strings.Fields(f.git("branch", "--format=%(refname:short)", "--contains", name))
			want := BranchUnmerged
			for _, h := range holders {
				if !slices.Contains(gone, h) {
					want = BranchMerged
				}
			}
			if got := r.BranchState(name, gone...); got != want {
				rt.Fatalf("%s of %v: %v, want %v", name, gone, got, want)
			}
		}
	})
}

func TestMissingHistory(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "1")
	f.git("branch", "old")
	f.commit("a", "2")
	f.commit("a", "3")
	parent := strings.TrimSpace(f.git("rev-parse", "HEAD~1"))
	f.remove(filepath.Join(".git/objects", parent[:2], parent[2:]))
	if got := f.open().BranchState("old"); got != BranchUnknown {
		t.Errorf("%v", got)
	}
}

func TestStashes(t *testing.T) {
	f := newFixture(t)
	if n, err := f.open().Stashes(); n != 0 || err != nil {
		t.Errorf("empty: %d, %v", n, err)
	}
	f.commit("a", "1")
	for i := range 3 {
		f.write("a", fmt.Sprint("stash", i))
		f.git("stash", "push", "-q", "-m", "with\nline")
		if n, err := f.open().Stashes(); n != i+1 || err != nil {
			t.Errorf("%d stashes: %d, %v", i+1, n, err)
		}
	}
	f.remove(".git/logs/refs/stash")
	if _, err := f.open().Stashes(); err == nil {
		t.Error("without a log: no error")
	}
}

func TestHead(t *testing.T) {
	f := newFixture(t)
	r := f.open()
	if r.Branch() != "main" || r.Commit() != "" || r.DefaultBranch() != "" {
		t.Errorf("empty: %q %q %q", r.Branch(), r.Commit(), r.DefaultBranch())
	}
	f.commit("a", "1")
	head := strings.TrimSpace(f.git("rev-parse", "HEAD"))
	if r = f.open(); r.Branch() != "main" || r.Commit() != head || r.DefaultBranch() != "main" {
		t.Errorf("one commit: %q %q %q", r.Branch(), r.Commit(), r.DefaultBranch())
	}
	f.git("checkout", "-q", "-b", "feature/ü")
	f.git("pack-refs", "--all")
	if r = f.open(); r.Branch() != "feature/ü" || r.Commit() != head || r.DefaultBranch() != "main" {
		t.Errorf("packed: %q %q %q", r.Branch(), r.Commit(), r.DefaultBranch())
	}
	f.git("checkout", "-q", "--detach")
	if r = f.open(); r.Branch() != "" || r.Commit() != head {
		t.Errorf("detached: %q %q", r.Branch(), r.Commit())
	}
	f.git("branch", "-m", "main", "master")
	if r = f.open(); r.DefaultBranch() != "master" {
		t.Errorf("master: %q", r.DefaultBranch())
	}
	f.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/dev/x")
	if r = f.open(); r.DefaultBranch() != "dev/x" {
		t.Errorf("origin/HEAD: %q", r.DefaultBranch())
	}
	f.remove(".git/HEAD")
	os.Symlink("refs/heads/master", f.path(".git/HEAD"))
	if r = f.open(); r.Branch() != "" || r.Commit() != "" || r.Status(f.path("a")) != Unknown {
		t.Errorf("link: %q %q", r.Branch(), r.Commit())
	}
}
