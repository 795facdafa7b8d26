package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guard/shim/supervise"
)

// volumeDelete is the request that no session may send.
const volumeDelete = `curl -s -X POST https://backboard.railway.app/graphql/v2 -d '{"query":"mutation { volumeDelete(volumeId: \"x\") }"}'`

// claudeCall is a tool call and the rule that refuses it, if one does.
type claudeCall struct {
	about string
	tool  string
	input map[string]any
	rule  string
}

func bash(about, command, rule string) claudeCall {
	return claudeCall{about, "Bash", map[string]any{"command": command, "description": about}, rule}
}

// claudeCalls is what the model asks for in the project at dir.
func claudeCalls(dir string) []claudeCall {
	file := func(name string, more ...string) map[string]any {
		input := map[string]any{"file_path": filepath.Join(dir, name)}
		for i := 0; i < len(more); i += 2 {
			input[more[i]] = more[i+1]
		}
		return input
	}
	return []claudeCall{
		bash("status", "git status --short --branch", ""),
		bash("secret", "cat .env", "secrets.dotenv"),
		bash("secret in pieces", `f=.e; cat "${f}nv"`, "secrets.dotenv"),
		bash("volume", volumeDelete, "cloud.railway-volume-delete"),
		bash("here-document", "cat <<'EOF' | sort | uniq -c\nb\na $x\nb\nEOF", ""),
		bash("quotes", `printf '%s|' "it's" 'a "b"' $'\t' ü; echo`, ""),
		bash("status of a command", "echo out; echo err >&2; exit 3", ""),
		bash("search", "grep -rn hello . && find . -name '*.py'", ""),
		bash("loop", `for i in 1 2 3; do echo "$i" | tr 123 abc; done`, ""),
		bash("directory", "cd src && pwd", ""),
		bash("directory is kept", "pwd; cd ..", ""),
		bash("shell", `echo "${0##*/} $- ${BASH_VERSION%%.*}"; shopt extglob expand_aliases; umask; ulimit -n`, ""),
		bash("input", "cat; readlink /proc/self/fd/0", ""),
		{"read a secret", "Read", file(".env"), "secrets.dotenv"},
		{"read", "Read", file("README.md"), ""},
		{"edit", "Edit", file("README.md", "old_string", "A shop", "new_string", "The shop"), ""},
		{"write", "Write", file("notes.md", "content", "noted\n"), ""},
		{"overwrite a secret", "Write", file(".env", "content", "gone\n"), "secrets.dotenv-lost"},
		{"search", "Grep", map[string]any{"pattern": "hello", "output_mode": "content"}, ""},
		{"search a secret", "Grep", map[string]any{"pattern": "TOKEN", "path": filepath.Join(dir, ".env"), "output_mode": "content"}, "secrets.dotenv"},
		{"list", "Glob", map[string]any{"pattern": "**/*.py"}, ""},
		{"watch a secret", "Monitor", map[string]any{"description": "watch", "timeout_ms": 1000, "command": "cat .env"}, "secrets.dotenv"},
		bash("what was done", "cat notes.md README.md; git status --short", ""),
	}
}

// asked are the calls as the model makes them.
func asked(calls []claudeCall) []toolCall {
	var out []toolCall
	for _, c := range calls {
		out = append(out, toolCall{c.tool, c.input})
	}
	return out
}

// result is what came back for a call, with the session's directory made plain.
func (s *claudeSession) result(m *model, call int) toolResult {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.results[call]
	r.text = strings.ReplaceAll(r.text, s.top, "TOP")
	return r
}

// TestClaude runs a real Claude Code twice, without guard and behind it: what is
// refused comes back as guard's refusal, and all else as it does without guard.
func TestClaude(t *testing.T) {
	claude := findClaude(t)
	bare := newClaudeSession(t)
	want := bare.play(t, claude, asked(claudeCalls(bare.work)))
	if _, err := os.Stat(bare.sent()); err != nil || !want.leaked() {
		t.Fatalf("without guard nothing leaks (%t) or is sent (%v): the test shows nothing", want.leaked(), err)
	}

	s := newClaudeSession(t)
	s.run(t, "guard", "install", "claude")
	calls := claudeCalls(s.work)
	got := s.play(t, claude, asked(calls))
	for i, c := range calls {
		r := s.result(got, i)
		if c.rule != "" {
			if !r.failed || !strings.Contains(r.text, "guard: deny: ") || !strings.Contains(r.text, "["+c.rule+"]") {
				t.Errorf("%s %s: want a refusal by %s, got: %s", c.tool, c.about, c.rule, r.text)
			}
			continue
		}
		if diff := cmp.Diff(bare.result(want, i), r, cmp.AllowUnexported(toolResult{})); diff != "" {
			t.Errorf("%s %s: differs behind guard (-without +behind):\n%s", c.tool, c.about, diff)
		}
	}
	s.untouched(t, got)
	s.recorded(t, calls)
	if s.read(t, "root/home/.claude/settings.json") == settings {
		t.Error("guard was not installed")
	}
	s.run(t, "guard", "uninstall", "claude")
	if diff := cmp.Diff(settings, s.read(t, "root/home/.claude/settings.json")); diff != "" {
		t.Errorf("the settings are not what they were (-before +after):\n%s", diff)
	}
}

// untouched holds that the secret is where it was, and nowhere else.
func (s *claudeSession) untouched(t *testing.T, m *model) {
	t.Helper()
	if m.leaked() {
		t.Error("the model was sent the secret")
	}
	if _, err := os.Stat(s.sent()); err == nil {
		t.Error("the request was sent")
	}
	if got := s.read(t, "work/.env"); got != "RAILWAY_TOKEN="+canary+"\n" {
		t.Errorf("the secret is now %q", got)
	}
}

// recorded holds that the log has every call, and that what the agent needs to
// set itself up was not refused.
func (s *claudeSession) recorded(t *testing.T, calls []claudeCall) {
	t.Helper()
	hooks, environ, snapshot := map[string]entry{}, false, false
	for _, e := range s.log(t) {
		if e.Agent != "claude" {
			t.Errorf("a record of another agent: %+v", e)
		}
		if e.Layer == "hook" {
			hooks[e.ToolCall] = e
			continue
		}
		if e.Verdict != "allow" {
			t.Errorf("the shell refused what the hook let pass: %+v", e)
		}
		environ = environ || e.Command == "env"
		snapshot = snapshot || strings.HasPrefix(e.Command, "SNAPSHOT_FILE=")
	}
	if !environ || !snapshot {
		t.Errorf("the log lacks the set-up: env %t, snapshot %t", environ, snapshot)
	}
	for i, c := range calls {
		e, ok := hooks[callID(i)]
		switch {
		case !ok:
			t.Errorf("%s %s is not in the log", c.tool, c.about)
		case c.rule == "" && (e.Verdict != "allow" || len(e.Findings) > 0),
			c.rule != "" && (e.Verdict != "deny" || len(e.Findings) == 0 || e.Findings[0].Rule != c.rule):
			t.Errorf("%s %s: want %q in the log, got %+v", c.tool, c.about, c.rule, e)
		}
	}
}

// TestClaudeShellAlone holds that the shell refuses by itself where the agent's
// hooks are switched off.
func TestClaudeShellAlone(t *testing.T) {
	claude := findClaude(t)
	s := newClaudeSession(t)
	s.run(t, "guard", "install", "claude")
	calls := []toolCall{}
	for _, c := range []string{"cat .env", volumeDelete, "cat README.md"} {
		calls = append(calls, toolCall{"Bash", map[string]any{"command": c, "description": "d"}})
	}
	m := s.play(t, claude, calls, "--settings", `{"disableAllHooks": true}`)
	for i, rule := range []string{"secrets.dotenv", "cloud.railway-volume-delete"} {
		r := s.result(m, i)
		if !r.failed || !strings.HasPrefix(r.text, "Exit code 126\nguard: deny: ") || !strings.Contains(r.text, "["+rule+"]") {
			t.Errorf("%v: got %+v", calls[i].input, r)
		}
	}
	if r := s.result(m, 2); r.failed || r.text != "# A shop" {
		t.Errorf("an allowed command: got %+v", r)
	}
	s.untouched(t, m)
	for _, e := range s.log(t) {
		if e.Layer == "hook" {
			t.Errorf("the hooks were not off: %+v", e)
		}
	}
}

// TestClaudeRuntime holds that the agent works under the run-time layer, which
// refuses what no text shows.
func TestClaudeRuntime(t *testing.T) {
	claude := findClaude(t)
	if r := supervise.Probe(); !r.Supported {
		t.Skipf("no run-time layer here: %s", r.Reason)
	}
	s := newClaudeSession(t)
	s.write(t, "root/home/.config/guard/policy.toml", "[runtime]\nlevel = \"full\"\nrequire = true\n")
	s.write(t, "work/.gitignore", "")
	s.run(t, "guard", "install", "claude")
	rows := []struct{ command, want, refused string }{
		{`read n < name; cat "$n"`, "", "secrets.dotenv"},
		{`command grep -rh TOKEN .`, "", "secrets.dotenv"},
		{`grep -rh TOKEN .`, "", ""},
		{`python3 -c 'import sys; print(open(sys.argv[1]).read())' "$(cat name)"`, "", "secrets.dotenv"},
		{"git status --short; cd src; cat main.py", "M .gitignore\n?? .env\nprint('hello')", ""},
		{"pwd; cd ..", "TOP/work/src", ""},
		{"grep -n hello src/main.py; find . -name '*.py'", "1:print('hello')\n./src/main.py", ""},
	}
	var calls []toolCall
	for _, r := range rows {
		calls = append(calls, toolCall{"Bash", map[string]any{"command": r.command, "description": "d"}})
	}
	m := s.play(t, claude, calls)
	for i, row := range rows {
		r := s.result(m, i)
		if row.refused != "" && (!strings.Contains(r.text, "guard: ") || !strings.Contains(r.text, row.refused)) {
			t.Errorf("%s: want a refusal by %s, got %+v", row.command, row.refused, r)
		}
		if row.want != "" && strings.TrimSpace(r.text) != row.want {
			t.Errorf("%s: want %q, got %+v", row.command, row.want, r)
		}
	}
	s.untouched(t, m)
}

// TestClaudeFailsClosed holds that the agent can do nothing where guard cannot
// work: not without its program, and not under a policy that cannot be read.
func TestClaudeFailsClosed(t *testing.T) {
	claude := findClaude(t)
	for _, test := range []struct {
		about string
		spoil func(*claudeSession)
		want  string
	}{
		{"no program", func(s *claudeSession) {
			if err := os.Remove(s.path("bin/guard")); err != nil {
				t.Fatal(err)
			}
		}, "hook"},
		{"broken policy", func(s *claudeSession) { s.write(t, "root/home/.config/guard/policy.toml", "[policy\n") }, "guard: error: "},
	} {
		t.Run(test.about, func(t *testing.T) {
			s := newClaudeSession(t)
			s.run(t, "guard", "install", "claude")
			test.spoil(s)
			calls := asked(claudeCalls(s.work))
			m := s.play(t, claude, calls)
			for i, c := range calls {
				if r := s.result(m, i); !r.failed || !strings.Contains(r.text, test.want) {
					t.Errorf("%s %v was not blocked: %+v", c.tool, c.input, r)
				}
			}
			s.untouched(t, m)
			if got := s.read(t, "work/notes.md"); got != "" {
				t.Errorf("a file was written: %q", got)
			}
		})
	}
}
