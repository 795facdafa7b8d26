package install_test

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guard/shim/install"
)

// place is an installation with settings of its own, which are as given.
func place(t *testing.T, settings *string) install.Claude {
	t.Helper()
	dir := t.TempDir()
	c := install.Claude{Settings: filepath.Join(dir, ".claude/settings.json"), Guard: "/opt/a guard/bin/guard", Shell: "/opt/a guard/lib/guard/bin/bash"}
	if settings != nil {
		write(t, c.Settings, *settings)
	}
	return c
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

// apply carries a change out.
func apply(t *testing.T, work func() (install.Change, error)) {
	t.Helper()
	ch, err := work()
	if err != nil {
		t.Fatal(err)
	}
	if err := ch.Apply(io.Discard, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// text is what a file holds, "absent" where there is none.
func text(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return "absent"
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// originals are settings as people have them, by what is special about them.
var originals = map[string]string{
	"as the agent writes them": "{\n  \"permissions\": {\n    \"allow\": [\n      \"Bash(ls)\"\n    ]\n  },\n  \"env\": {\n    \"EDITOR\": \"vi\"\n  }\n}\n",
	"on one line":              `{"theme":"dark","hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"mine.sh"}]}]}}`,
	"tabs, no newline":         "{\n\t\"theme\": \"dark\",\n\t\"list\": [1, 2, 3]\n}",
	"four spaces, CRLF":        "{\r\n    \"theme\": \"dark\"\r\n}\r\n",
	"empty objects":            `{"env": {}, "hooks": {"PreToolUse": []}, "x": 1e3}` + "\n",
	"an empty object":          "{}\n",
	"an empty file":            "",
	"white space":              "\n",
	"another shell":            `{"env": {"CLAUDE_CODE_SHELL": "/bin/zsh", "A": "b"}}`,
	"odd names":                `{"a.b": {"*": "\u00e9 <&>"}, "": null}`,
}

// TestRestores holds that settings are the same before an installation and after
// its removal, whatever the installation before it was.
func TestRestores(t *testing.T) {
	for about, original := range originals {
		t.Run(about, func(t *testing.T) {
			c := place(t, &original)
			apply(t, c.Install)
			once := text(t, c.Settings)
			if !strings.Contains(once, "'/opt/a guard/bin/guard' hook claude") || !json.Valid([]byte(once)) {
				t.Fatalf("not installed:\n%s", once)
			}
			apply(t, c.Install)
			if twice := text(t, c.Settings); twice != once {
				t.Errorf("twice is not the same as once:\n%s\n%s", once, twice)
			}
			c.Guard, c.Shell = "/usr/local/bin/guard", "/usr/local/lib/guard/bin/bash"
			apply(t, c.Install)
			if moved := text(t, c.Settings); strings.Contains(moved, "/opt") || strings.Count(moved, "hook claude") != 1 {
				t.Errorf("two installations at once:\n%s", moved)
			}
			apply(t, c.Uninstall)
			if got := text(t, c.Settings); got != original {
				t.Errorf("got %q, want %q", got, original)
			}
			if fi, err := os.Stat(c.Settings); err != nil || fi.Mode().Perm() != 0o640 {
				t.Errorf("the mode is not what it was: %v %v", fi, err)
			}
			ch, err := c.Uninstall()
			if err != nil || !ch.Empty() {
				t.Errorf("a second removal would change something: %s %v", ch.Diff(), err)
			}
		})
	}
}

// TestRestoresNothing holds that a file that the installation made goes away.
func TestRestoresNothing(t *testing.T) {
	c := place(t, nil)
	apply(t, c.Install)
	apply(t, c.Install)
	apply(t, c.Uninstall)
	if got := text(t, c.Settings); got != "absent" {
		t.Errorf("settings are left: %q", got)
	}
	if ch, err := c.Uninstall(); err != nil || !ch.Empty() {
		t.Errorf("a second removal would change something: %s %v", ch.Diff(), err)
	}
}

// TestKeepsLaterChanges holds that what others write after the installation stays
// when guard goes, and that nothing of guard does.
func TestKeepsLaterChanges(t *testing.T) {
	original := `{"env": {"CLAUDE_CODE_SHELL": "/bin/zsh"}}`
	c := place(t, &original)
	apply(t, c.Install)
	var s map[string]any
	if err := json.Unmarshal([]byte(text(t, c.Settings)), &s); err != nil {
		t.Fatal(err)
	}
	s["theme"] = "light"
	entry := s["hooks"].(map[string]any)["PreToolUse"].([]any)[0].(map[string]any)
	entry["hooks"] = append(entry["hooks"].([]any), map[string]any{"type": "command", "command": "mine.sh"})
	edited, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	write(t, c.Settings, string(edited))
	apply(t, c.Uninstall)
	got := text(t, c.Settings)
	for _, want := range []string{`"theme": "light"`, `"mine.sh"`, `"CLAUDE_CODE_SHELL": "/bin/zsh"`, "\n\t\"env\""} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is gone:\n%s", want, got)
		}
	}
	if strings.Contains(got, "guard") {
		t.Errorf("guard is left:\n%s", got)
	}
}

// TestKeepsLink holds that settings behind a symbolic link stay behind it.
func TestKeepsLink(t *testing.T) {
	c := place(t, nil)
	kept := filepath.Join(t.TempDir(), "dotfiles/settings.json")
	write(t, kept, `{"theme":"dark"}`)
	if err := os.MkdirAll(filepath.Dir(c.Settings), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(kept, c.Settings); err != nil {
		t.Fatal(err)
	}
	for _, work := range []func() (install.Change, error){c.Install, c.Uninstall} {
		apply(t, work)
		if fi, err := os.Lstat(c.Settings); err != nil || fi.Mode()&fs.ModeSymlink == 0 {
			t.Fatalf("the link is gone: %v %v", fi, err)
		}
	}
	if got := text(t, kept); got != `{"theme":"dark"}` {
		t.Errorf("got %q", got)
	}
}

// TestKeepsLayout holds that an installation adds lines and changes few.
func TestKeepsLayout(t *testing.T) {
	original := originals["as the agent writes them"]
	c := place(t, &original)
	ch, err := c.Install()
	if err != nil {
		t.Fatal(err)
	}
	removed := 0
	for _, line := range bytes.Split(ch.Diff(), []byte("\n")) {
		if bytes.HasPrefix(line, []byte("-")) && !bytes.HasPrefix(line, []byte("---")) {
			removed++
		}
	}
	if removed > 2 { // each becomes itself and a comma
		t.Errorf("%d lines are changed:\n%s", removed, ch.Diff())
	}
}

// TestRefusesOtherFiles holds that what is no JSON object is left alone.
func TestRefusesOtherFiles(t *testing.T) {
	for _, original := range []string{`{"a":`, `[]`, `"text"`, `null`, `{} {}`} {
		c := place(t, &original)
		for _, work := range []func() (install.Change, error){c.Install, c.Uninstall} {
			if ch, err := work(); err == nil {
				t.Errorf("%s: would become %s", original, ch.New)
			}
		}
	}
}
