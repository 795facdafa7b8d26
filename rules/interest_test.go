package rules_test

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
)

// interestPolicy has a rule for each form of glob.
func interestPolicy(t testing.TB) *rules.Policy {
	t.Helper()
	globs := []string{
		"**/.env", "**/.env.*", "**/.ssh/**", "/etc/shadow", "/dev/{sda,sdb}*", "~/.aws", "<workspace>/**/.git/HEAD", "/",
		"/a/*/c", "/a/**/z", "**/[xy].key", "/proc/*/environ", "<guard>/**", `/odd\\*name`, "**/b/*.pem",
		"**/*.crt", "**/id_*", "**/?ot", "**/**.k[ab]", `**/\\*lit`, "<workspace>", "~/*/c", "~/**/zoo/*",
	}
	var text strings.Builder
	for i, g := range globs {
		op := []string{"read", "write", "delete"}[i%3]
		fmt.Fprintf(&text, "[[rule]]\nid = \"t.r%d\"\ndecision = \"deny\"\nreason = \"r\"\naccess = [%q]\npath = [%q]\n", i, op, g)
	}
	return interestOf(t, text.String())
}

func interestOf(t testing.TB, text string) *rules.Policy {
	t.Helper()
	l, _, err := rules.ParseLayer("t.toml", []byte(text), rules.User, programs.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	ctx := rules.Context{Homes: []string{"/home/ana"}, Workspace: "/home/ana/shop", Guard: []string{"/opt/guard"}}
	return rules.New(ctx, programs.Builtin(), l)
}

// TestInterestMissesNothing holds that whatever a rule refuses is of interest.
func TestInterestMissesNothing(t *testing.T) {
	p := interestPolicy(t)
	x := p.Interest()
	part := rapid.SampledFrom([]string{
		"home", "ana", "shop", ".env", ".env.local", ".ssh", "id", "etc", "shadow", "dev", "sda1", ".aws", ".git", "HEAD", "a", "c", "z",
		"x.key", "q.key", "proc", "1", "environ", "opt", "guard", "odd*name", "oddname", "b", "k.pem", ".ENV",
		"a.crt", "crt", "id_rsa", "hot", "shot", "x.ka", "x.kc", "*lit", "alit", "zoo",
	})
	ops := []rules.Op{rules.Read, rules.Write, rules.Delete}
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 64 { // so that a short run has some that are refused
			name := "/" + path.Join(rapid.SliceOfN(part, 0, 5).Draw(t, "parts")...)
			op := rapid.SampledFrom(ops).Draw(t, "op")
			v := p.Evaluate([]rules.Action{{Op: op, Path: value.Known(name), How: rules.Overwrite}})
			dir, base := path.Split(name)
			if len(dir) > 1 {
				dir = dir[:len(dir)-1]
			}
			in := x.In(dir, base, op.Set())
			if v.Decision != rules.Allow {
				refused++
				if !in {
					t.Fatalf("%v %s is refused by %s, and of no interest", op, name, v.Findings[0].Rule)
				}
			} else if in {
				t.Fatalf("%v %s is of interest, and not refused", op, name)
			}
		}
	})
	if refused == 0 {
		t.Error("nothing was refused: the test shows nothing")
	}
}

func TestInterest(t *testing.T) {
	x := interestPolicy(t).Interest()
	for _, test := range []struct {
		dir, base string
		op        rules.Op
		want      bool
	}{
		{"/w", ".env", rules.Read, true},
		{"/", ".env", rules.Read, true},
		{"/w", ".env", rules.Write, false},
		{"/w", ".envy", rules.Read, false},
		{"/w", ".env.local", rules.Write, true},
		{"/home/bob/.ssh/deep", "id", rules.Delete, true},
		{"/home/bob", ".ssh", rules.Delete, true},
		{"/dev", "sda1", rules.Write, true},
		{"/dev", "null", rules.Write, false},
		{"/", "", rules.Write, true},
		{"/opt/guard/bin", "guard", rules.Read, true},
		{"/opt/guardian", "x", rules.Read, false},
	} {
		if got := x.In(test.dir, test.base, test.op.Set()); got != test.want {
			t.Errorf("%v %s in %s: %v", test.op, test.base, test.dir, got)
		}
	}
	x = interestOf(t, "[policy.defaults]\nread = \"deny\"\n").Interest()
	if !x.In("/any", "thing", rules.Read.Set()) || x.In("/any", "thing", rules.Write.Set()) {
		t.Error("a default that refuses makes every file of interest, for its operation")
	}
	x = interestOf(t, "[[rule]]\nid = \"t.tree\"\ndecision = \"deny\"\nreason = \"r\"\naccess = [\"delete\"]\npath = [\"/**\"]\nwhen.recursive = true\n").Interest()
	if x.In("/any", "thing", rules.Delete.Set()) {
		t.Error("a rule about trees is about no single file")
	}
}

func BenchmarkInterest(b *testing.B) {
	x := interestPolicy(b).Interest()
	for b.Loop() {
		x.In("/usr/include/linux", "stddef.h", rules.Read.Set()|rules.Load.Set())
	}
}
