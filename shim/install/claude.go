// Package install puts guard in place for an agent, and takes it away.
package install

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/tidwall/gjson"
	"github.com/tidwall/pretty"
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
	Old, New []byte // New is nil where the file goes away
	existed  bool
}

// Diff shows the change.
func (c Change) Diff() []byte { return diff.Diff(c.Path, c.Old, c.Path, c.New) }

// Empty reports whether there is nothing to do.
func (c Change) Empty() bool { return string(c.Old) == string(c.New) }

const (
	shellKey  = "env.CLAUDE_CODE_SHELL"
	hooksKey  = "hooks.PreToolUse"
	backupTag = ".before-guard-"
)

// hookCommand is the command line of the hook, by which it is recognised later.
func (c Claude) hookCommand() string { return quote(c.Guard) + " hook claude" }

// ownHook reports whether a hook's command line is guard's, of this installation
// or another.
func (c Claude) ownHook(command string) bool {
	return command == c.hookCommand() || strings.HasSuffix(command, "guard hook claude") || strings.HasSuffix(command, "guard' hook claude")
}

// ownShell reports whether a shell is guard's.
func (c Claude) ownShell(path string) bool {
	return path != "" && (path == c.Shell || filepath.Base(filepath.Dir(filepath.Dir(path))) == "guard")
}

// quote makes a path one word for a shell.
func quote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// blank reports whether a file holds nothing, which stands for no settings.
func blank(s []byte) bool { return len(bytes.TrimSpace(s)) == 0 }

// read returns the settings as they are. A settings file that is a symbolic link
// stays one: the change is to what it leads to.
func (c Claude) read() (Change, error) {
	ch := Change{Path: c.Settings}
	if p, err := filepath.EvalSymlinks(c.Settings); err == nil {
		ch.Path = p
	}
	old, err := os.ReadFile(ch.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return ch, nil
	}
	if err != nil {
		return Change{}, fmt.Errorf("read settings: %w", err)
	}
	if !blank(old) && !json.Valid(old) {
		return Change{}, fmt.Errorf("read settings: %s is not valid JSON: mend it first, nothing was changed", c.Settings)
	}
	if !blank(old) && !gjson.ParseBytes(old).IsObject() {
		return Change{}, fmt.Errorf("read settings: %s is not a JSON object: mend it first, nothing was changed", c.Settings)
	}
	ch.Old, ch.existed = old, true
	return ch, nil
}

// Install works out the settings with guard as the shell and as the hook of every
// tool. It is the same when done twice.
func (c Claude) Install() (Change, error) {
	ch, err := c.read()
	if err != nil {
		return Change{}, err
	}
	s := []byte("{}")
	if !blank(ch.Old) {
		if s, err = c.strip(ch.Old); err != nil {
			return Change{}, err
		}
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
	if ch.New = ch.Old; !ch.existed || !same(s, ch.Old) {
		ch.New = layOut(s, indentation(ch.Old))
	}
	return ch, nil
}

// Uninstall works out the settings without guard. What others put there stays; if
// nobody did since the installation, they are what they were before it, byte for
// byte.
func (c Claude) Uninstall() (Change, error) {
	ch, err := c.read()
	if err != nil || !ch.existed {
		return ch, err
	}
	s, err := c.strip(ch.Old)
	if err != nil {
		return Change{}, err
	}
	before, known := c.backup(ch.Path)
	shell := gjson.GetBytes(before, shellKey)
	if shell.Exists() && c.ownShell(gjson.GetBytes(ch.Old, shellKey).String()) {
		if s, err = sjson.SetRawBytes(s, shellKey, []byte(shell.Raw)); err != nil {
			return Change{}, fmt.Errorf("write settings: %w", err)
		}
	}
	bare, err := c.strip(before)
	if err != nil {
		return Change{}, err
	}
	switch {
	case bytes.Equal(s, ch.Old): // guard was not there
		ch.New = ch.Old
	case known && same(s, bare):
		ch.New = before
	case !known && same(s, []byte("{}")):
		ch.New = nil // the installation made the file
	default:
		ch.New = layOut(s, indentation(ch.Old))
	}
	return ch, nil
}

// strip takes guard out of settings, and leaves the rest as it is written. The
// empty lists and objects that this leaves behind go too.
func (c Claude) strip(s []byte) ([]byte, error) {
	var gone []string
	if c.ownShell(gjson.GetBytes(s, shellKey).String()) {
		gone = append(gone, shellKey)
	}
	for i, entry := range gjson.GetBytes(s, hooksKey).Array() {
		var own []string
		hooks := entry.Get("hooks").Array()
		for j, h := range hooks {
			if c.ownHook(h.Get("command").String()) {
				own = append(own, fmt.Sprintf("%s.%d.hooks.%d", hooksKey, i, j))
			}
		}
		if len(own) == len(hooks) && len(own) > 0 {
			own = []string{fmt.Sprintf("%s.%d", hooksKey, i)}
		}
		gone = append(gone, own...)
	}
	if len(gone) == 0 {
		return s, nil
	}
	var err error
	for i := len(gone) - 1; i >= 0; i-- { // from behind, so that the numbers stay right
		if s, err = sjson.DeleteBytes(s, gone[i]); err != nil {
			return nil, fmt.Errorf("write settings: %w", err)
		}
	}
	for _, k := range []string{hooksKey, "hooks", "env"} {
		if v := gjson.GetBytes(s, k); v.Exists() && strings.Trim(v.Raw, "[]{} \r\n\t") == "" {
			if s, err = sjson.DeleteBytes(s, k); err != nil {
				return nil, fmt.Errorf("write settings: %w", err)
			}
		}
	}
	return s, nil
}

// backup is the newest backup without guard, and whether there is one.
func (c Claude) backup(settings string) ([]byte, bool) {
	dir, base := filepath.Split(settings)
	entries, err := os.ReadDir(dir) // sorted by name, which ends in the time
	if err != nil {
		return nil, false
	}
	for i := len(entries) - 1; i >= 0; i-- {
		if !strings.HasPrefix(entries[i].Name(), base+backupTag) {
			continue
		}
		old, err := os.ReadFile(filepath.Join(dir, entries[i].Name()))
		if err != nil || !blank(old) && !json.Valid(old) {
			continue
		}
		if bare, err := c.strip(old); err == nil && bytes.Equal(bare, old) {
			return old, true
		}
	}
	return nil, false
}

// same reports whether two JSON texts mean the same, empty objects on the way to
// guard's own keys aside.
func same(a, b []byte) bool {
	var values [2]any
	for i, s := range [][]byte{a, b} {
		if blank(s) {
			s = []byte("{}")
		}
		for _, k := range []string{hooksKey, "hooks", "env"} {
			if v := gjson.GetBytes(s, k); v.Exists() && strings.Trim(v.Raw, "[]{} \r\n\t") == "" {
				s, _ = sjson.DeleteBytes(s, k)
			}
		}
		if json.Unmarshal(s, &values[i]) != nil {
			return false
		}
	}
	return reflect.DeepEqual(values[0], values[1])
}

// indentation is the white space before the first key, two spaces if there is
// none.
func indentation(s []byte) string {
	_, rest, _ := bytes.Cut(s, []byte("{"))
	rest = bytes.TrimLeft(rest, "\r\n")
	if n := len(rest) - len(bytes.TrimLeft(rest, " \t")); n > 0 && n < len(rest) && rest[n] == '"' && bytes.Contains(s, []byte("\n")) {
		return string(rest[:n])
	}
	return "  "
}

// layOut formats JSON as the agent itself does, one value a line, the order of
// keys kept.
func layOut(s []byte, indent string) []byte {
	return pretty.PrettyOptions(s, &pretty.Options{Indent: indent})
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
		backup := c.Path + backupTag + now.Format("20060102-150405.000000")
		if err := os.WriteFile(backup, c.Old, mode); err != nil {
			return fmt.Errorf("write backup: %w", err)
		}
		fmt.Fprintln(w, "backup:", backup)
	}
	if c.New == nil {
		if err := os.Remove(c.Path); err != nil {
			return fmt.Errorf("write settings: %w", err)
		}
		return nil
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
