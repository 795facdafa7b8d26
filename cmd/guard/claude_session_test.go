package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// claudeVersion is the version of Claude Code that the tests run, and that
// .ci/run installs.
const claudeVersion = "2.1.330"

// findClaude returns the program of Claude Code. Where it is not installed the
// test is skipped; on a build machine that is a failure.
func findClaude(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("GUARD_TEST_CLAUDE")
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Skipf("find Claude Code: %v", err)
		}
		dir = filepath.Join(cache, "guard-test/claude-code-"+claudeVersion)
	}
	program := filepath.Join(dir, "node_modules/.bin/claude")
	out, err := exec.Command(program, "--version").Output()
	if err == nil && strings.HasPrefix(string(out), claudeVersion+" ") {
		return program
	}
	hint := "npm install --prefix " + dir + " @anthropic-ai/claude-code@" + claudeVersion
	if os.Getenv("CI") == "true" {
		t.Fatalf("Claude Code %s is missing (%v, %q): %s", claudeVersion, err, out, hint)
	}
	t.Skipf("Claude Code %s is missing: %s", claudeVersion, hint)
	return ""
}

// canary is the secret in the project's .env.
const canary = "CANARY-5f1e9c"

// settings are what the user has in the agent's settings before guard comes.
const settings = `{"env": {"EDITOR": "vi"},
 "permissions": {"allow": ["Bash(ls:*)"]}}`

// claudeSession is a user with a home, a project with a secret, an installation
// of guard that is not yet in use, and no way to the network.
type claudeSession struct {
	top, home, work string
	env             []string
	proxy           *deadEnd
}

func newClaudeSession(t *testing.T) *claudeSession {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &claudeSession{top: top, home: filepath.Join(top, "root/home"), work: filepath.Join(top, "work"), proxy: newDeadEnd(t)}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	guard, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"work/.env": "RAILWAY_TOKEN=" + canary + "\n", "work/.gitignore": ".env\n", "work/README.md": "# A shop\n",
		"work/src/main.py": "print('hello')\n", "work/name": ".env\n",
		"root/home/.claude/settings.json": settings,
		"bin/guard":                       string(guard),
		"bin/curl":                        "#!/bin/sh\ntouch '" + s.sent() + "'\n", // what it would send goes nowhere
		"tmp/mark":                        "",
	} {
		s.write(t, name, text)
	}
	if err := os.MkdirAll(s.path("lib/guard/bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bash", "sh", "zsh", "dash"} {
		if err := os.Symlink("../../../bin/guard", s.path("lib/guard/bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	s.env = []string{
		"HOME=" + s.home, "GUARD_TEST_ROOT=" + s.path("root"), "PATH=" + s.path("bin") + ":/usr/local/bin:/usr/bin:/bin", "SHELL=/bin/bash",
		"TMPDIR=" + s.path("tmp"), "CLAUDE_CODE_TMPDIR=" + s.path("tmp"), "LANG=C.UTF-8", "TERM=dumb", "NO_COLOR=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"ANTHROPIC_API_KEY=none", "IS_SANDBOX=1", "DISABLE_AUTOUPDATER=1", "DISABLE_TELEMETRY=1", "DISABLE_ERROR_REPORTING=1",
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "HTTP_PROXY=" + s.proxy.URL, "HTTPS_PROXY=" + s.proxy.URL, "NO_PROXY=127.0.0.1,localhost",
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "m"}} {
		s.run(t, "git", args...)
	}
	return s
}

// path is a path below the session's directory.
func (s *claudeSession) path(elem ...string) string {
	return filepath.Join(append([]string{s.top}, elem...)...)
}

// sent is the file that exists once curl was run.
func (s *claudeSession) sent() string { return s.path("sent") }

func (s *claudeSession) write(t *testing.T, name, text string) {
	t.Helper()
	name = s.path(name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	mode := os.FileMode(0o644)
	if filepath.Base(filepath.Dir(name)) == "bin" {
		mode = 0o755
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// read is what a file of the session holds, "" if there is none.
func (s *claudeSession) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(s.path(name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

// run runs a program in the project and returns what it printed.
func (s *claudeSession) run(t *testing.T, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if p := s.path("bin", program); program == "guard" {
		program = p
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = s.work, s.env, 5*time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s%s", program, args, err, stdout.String(), stderr.String())
	}
	return stdout.String()
}

// play has the agent do the calls, with all permissions that it can give itself.
func (s *claudeSession) play(t *testing.T, claude string, calls []toolCall, args ...string) *model {
	t.Helper()
	m := newModel(t, calls)
	s.env = append(s.env, "ANTHROPIC_BASE_URL="+m.URL)
	args = append([]string{"-p", "Look around", "--permission-mode", "bypassPermissions", "--tools", "Bash,Read,Write,Edit,Grep,Glob,Monitor"}, args...)
	if out := s.run(t, claude, args...); !strings.Contains(out, "Done.") {
		t.Fatalf("the conversation came to no end: %s", out)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, c := range calls {
		if _, ok := m.results[i]; !ok {
			t.Errorf("there is no result of %s %v", c.tool, c.input)
		}
		if !m.offered[c.tool] {
			t.Errorf("the agent does not offer %s", c.tool)
		}
	}
	s.proxy.mu.Lock()
	defer s.proxy.mu.Unlock()
	if len(s.proxy.asked) > 0 {
		t.Errorf("the agent asked the network: %q", s.proxy.asked)
	}
	return m
}

// leaked reports whether a request held the canary.
func (m *model) leaked() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, body := range m.sent {
		if strings.Contains(body, canary) {
			return true
		}
	}
	return false
}

// entry is what the tests read of a record of the log.
type entry struct {
	Layer, Verdict, Command, Agent, Session string
	ToolCall                                string `json:"tool_call"`
	Findings                                []struct{ Rule string }
}

// log returns the log, which has to be unbroken.
func (s *claudeSession) log(t *testing.T) []entry {
	t.Helper()
	if out := s.run(t, "guard", "log", "verify"); !strings.Contains(out, "unbroken") {
		t.Errorf("the log is broken: %s", out)
	}
	var entries []entry
	for line := range strings.Lines(s.run(t, "guard", "log", "--json")) {
		var e entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries
}
