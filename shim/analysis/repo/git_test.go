package repo

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fixture is a real repository made by the real git.
type fixture struct {
	t   testing.TB
	dir string
}

// generous is a budget that a test does not reach.
var generous = Options{Time: time.Minute, Entries: 1 << 20}

// newFixture makes an empty repository.
func newFixture(t testing.TB) *fixture {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git to compare with")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t, filepath.Join(dir, "work")}
	f.mkdir("")
	f.git("init", "-q", "-b", "main")
	return f
}

// gitEnv keeps the machine's own settings out.
func gitEnv(dir string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(filepath.Dir(dir), "home"), "LC_ALL=C",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a",
		"GIT_COMMITTER_EMAIL=a@example.com", "GIT_OPTIONAL_LOCKS=0", "GIT_ALLOW_PROTOCOL=file",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=protocol.file.allow", "GIT_CONFIG_VALUE_0=always",
	}
}

// try runs git in the repository.
func (f *fixture) try(stdin string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env, cmd.Stdin = f.dir, gitEnv(f.dir), strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return stderr.String(), err
	}
	return string(out), nil
}

// git runs git and fails the test if it fails.
func (f *fixture) git(args ...string) string {
	f.t.Helper()
	out, err := f.try("", args...)
	if err != nil {
		f.t.Fatalf("git %q: %v: %s", args, err, out)
	}
	return out
}

func (f *fixture) path(name string) string { return filepath.Join(f.dir, name) }

func (f *fixture) mkdir(name string) {
	f.t.Helper()
	if err := os.MkdirAll(f.path(name), 0o755); err != nil {
		f.t.Fatal(err)
	}
}

// write makes files: name, content, name, content, …
func (f *fixture) write(pairs ...string) {
	f.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		f.mkdir(filepath.Dir(pairs[i]))
		if err := os.WriteFile(f.path(pairs[i]), []byte(pairs[i+1]), 0o644); err != nil {
			f.t.Fatal(err)
		}
	}
}

func (f *fixture) remove(names ...string) {
	f.t.Helper()
	for _, name := range names {
		if err := os.RemoveAll(f.path(name)); err != nil {
			f.t.Fatal(err)
		}
	}
}

// commit writes files and commits everything.
func (f *fixture) commit(pairs ...string) {
	f.t.Helper()
	f.write(pairs...)
	f.git("add", "-A")
	f.git("commit", "-q", "--allow-empty", "-m", "x")
}

func (f *fixture) open() *Repo {
	f.t.Helper()
	r, err := generous.Open(f.dir)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

// at returns the fixture of another directory, for work trees and submodules.
func (f *fixture) at(dir string) *fixture { return &fixture{f.t, dir} }
