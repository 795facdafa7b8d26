// Package install puts guard in place for an agent, and takes it away.
package install

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// Claude is the set-up of Claude Code in one settings file.
type Claude struct {
	Settings string // path of settings.json
	Guard    string // path of the guard binary
	Shell    string // path of the shim called bash
}

// Change is what an installation would write.
type Change struct {
	Path     string
	Old, New []byte
	existed  bool
}

// Diff shows the change.
func (c Change) Diff() []byte { return diff.Diff(c.Path, c.Old, c.Path, c.New) }

// Empty reports whether there is nothing to do.
func (c Change) Empty() bool { return string(c.Old) == string(c.New) }

const (
	shellKey = "env.CLAUDE_CODE_SHELL"
	hooksKey = "hooks.PreToolUse"
)

// hookCommand is the command line of the hook, by which it is recognised later.
func (c Claude) hookCommand() string { return quote(c.Guard) + " hook claude" }

// quote makes a path one word for a shell.
func quote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// read returns the settings, "{}" if there are none.
func (c Claude) read() (Change, error) {
	old, err := os.ReadFile(c.Settings)
	if errors.Is(err, fs.ErrNotExist) {
		return Change{Path: c.Settings, New: []byte("{}\n")}, nil
	}
	if err != nil {
		return Change{}, fmt.Errorf("read settings: %w", err)
	}
	if !json.Valid(old) {
		return Change{}, fmt.Errorf("read settings: %s is not valid JSON: mend it first, nothing was changed", c.Settings)
	}
	return Change{Path: c.Settings, Old: old, New: old, existed: true}, nil
}

// Install works out the settings with guard as the shell and as the hook of every
// tool. It is the same when done twice.
func (c Claude) Install() (Change, error) {
	ch, err := c.Uninstall()
	if err != nil {
		return Change{}, err
	}
	s := ch.New
	if len(s) == 0 {
		s = []byte("{}\n")
	}
	if s, err = sjson.SetBytes(s, shellKey, c.Shell); err != nil {
		return Change{}, fmt.Errorf("write settings: %w", err)
	}
	entry := map[string]any{
		"matcher": "*",
		"hooks":   []any{map[string]any{"type": "command", "command": c.hookCommand(), "timeout": 30, "onFailure": "block"}},
	}
	if s, err = sjson.SetBytes(s, hooksKey+".-1", entry); err != nil {
		return Change{}, fmt.Errorf("write settings: %w", err)
	}
	if ch.New, err = indent(s); err != nil {
		return Change{}, err
	}
	return ch, nil
}

// Uninstall works out the settings without guard. What others put there stays.
func (c Claude) Uninstall() (Change, error) {
	ch, err := c.read()
	if err != nil {
		return Change{}, err
	}
	s := ch.New
	if v := gjson.GetBytes(s, shellKey).String(); filepath.Base(filepath.Dir(filepath.Dir(v))) == "guard" || v == c.Shell {
		if s, err = sjson.DeleteBytes(s, shellKey); err != nil {
			return Change{}, fmt.Errorf("write settings: %w", err)
		}
	}
	list := gjson.GetBytes(s, hooksKey).Array()
	for i := len(list) - 1; i >= 0; i-- {
		mine := false
		for _, h := range list[i].Get("hooks").Array() {
			mine = mine || strings.HasSuffix(h.Get("command").String(), "guard hook claude") || h.Get("command").String() == c.hookCommand()
		}
		if mine {
			if s, err = sjson.DeleteBytes(s, fmt.Sprintf("%s.%d", hooksKey, i)); err != nil {
				return Change{}, fmt.Errorf("write settings: %w", err)
			}
		}
	}
	for _, k := range []string{hooksKey, "hooks", "env"} {
		if v := gjson.GetBytes(s, k); v.Exists() && (v.Raw == "[]" || v.Raw == "{}" || strings.Trim(v.Raw, "[]{} \n\t") == "") {
			if s, err = sjson.DeleteBytes(s, k); err != nil {
				return Change{}, fmt.Errorf("write settings: %w", err)
			}
		}
	}
	if ch.New, err = indent(s); err != nil {
		return Change{}, err
	}
	if !ch.existed && strings.TrimSpace(string(ch.New)) == "{}" {
		ch.New = nil
	}
	return ch, nil
}

// indent formats JSON with two spaces, the order of keys kept.
func indent(s []byte) ([]byte, error) {
	var b strings.Builder
	raw := gjson.ParseBytes(s).Get("@pretty").Raw
	if raw == "" {
		return nil, errors.New("write settings: not a JSON object")
	}
	b.WriteString(raw)
	if !strings.HasSuffix(raw, "\n") {
		b.WriteByte('\n')
	}
	return []byte(b.String()), nil
}

// Apply writes the change, after a backup beside the file, and tells w where.
func (c Change) Apply(w io.Writer, now time.Time) error {
	if c.Empty() {
		fmt.Fprintln(w, "nothing to change in", c.Path)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o700); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	mode := fs.FileMode(0o600)
	if c.existed {
		if fi, err := os.Stat(c.Path); err == nil {
			mode = fi.Mode().Perm()
		}
		backup := c.Path + ".before-guard-" + now.Format("20060102-150405")
		if err := os.WriteFile(backup, c.Old, mode); err != nil {
			return fmt.Errorf("write backup: %w", err)
		}
		fmt.Fprintln(w, "backup:", backup)
	}
	tmp := c.Path + ".new"
	if err := os.WriteFile(tmp, c.New, mode); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	if err := os.Rename(tmp, c.Path); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	return nil
}
