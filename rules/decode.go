package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/bmatcuk/doublestar/v4"

	"guard/rules/programs"
)

// Error is a fault in a policy file: where it is and what is allowed there.
type Error struct {
	File string
	Line int // from 1; 0 if not known
	Key  string
	Msg  string
}

// Error gives file:line: key: message.
func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d", e.Line)
	}
	if e.Key != "" {
		s += ": " + e.Key
	}
	return s + ": " + e.Msg
}

// File is a policy file as TOML has it; docs/policy.md says what each key means.
type File struct {
	Policy    Header            `toml:"policy"`
	Rule      []Rule            `toml:"rule"`
	Exception []Exception       `toml:"exception"`
	Program   []programs.Entry  `toml:"program"`
	Shell     map[string]string `toml:"shell"`
	Audit     AuditTable        `toml:"audit"`
	Runtime   RuntimeTable      `toml:"runtime"`
}

// Header is the [policy] table.
type Header struct {
	Name        string              `toml:"name"`
	Version     int                 `toml:"version"`
	Owner       string              `toml:"owner"`
	Description string              `toml:"description"`
	Mode        *Mode               `toml:"mode"`
	Default     *Decision           `toml:"default"`
	Defaults    map[string]Decision `toml:"defaults"`
	Unresolved  map[string]Decision `toml:"unresolved"`
	Packs       []string            `toml:"packs"`
	Drop        []string            `toml:"drop"`
	Lock        []string            `toml:"lock"`
	Interactive *Decision           `toml:"interactive"`
}

// AuditTable is the [audit] table.
type AuditTable struct {
	Path      string `toml:"path"`
	OnFailure string `toml:"on_failure"` // refuse or allow
}

// RuntimeTable is the [runtime] table.
type RuntimeTable struct {
	Level   string `toml:"level"` // off, exec, write or full
	Require bool   `toml:"require"`
}

// ParseLayer reads the TOML text of one policy file. Warnings say what is ignored
// because the layer lacks the authority for it; an error is an [*Error].
func ParseLayer(file string, text []byte, auth Authority, table *programs.Table) (*Layer, []string, error) {
	var pf File
	md, err := toml.Decode(string(text), &pf)
	src := source{file: file, lines: strings.Split(string(text), "\n")}
	if err != nil {
		return nil, nil, src.decodeError(err)
	}
	if u := md.Undecoded(); len(u) > 0 {
		return nil, nil, src.unknownKey(u[0])
	}
	sum := sha256.Sum256(text)
	l := &Layer{
		Name: pf.Policy.Name, Authority: auth, Version: pf.Policy.Version, Digest: hex.EncodeToString(sum[:]),
		Rules: pf.Rule, Exceptions: pf.Exception, Mode: pf.Policy.Mode, Default: pf.Policy.Default,
		Lock: pf.Policy.Lock, Packs: pf.Policy.Packs, Drop: pf.Policy.Drop, Shell: pf.Shell,
		LogPath: pf.Audit.Path, Level: pf.Runtime.Level, Require: pf.Runtime.Require,
	}
	if l.Name == "" {
		l.Name = file
	}
	if d := pf.Policy.Interactive; d != nil {
		ok := *d == Allow
		l.AllowTTY = &ok
	}
	switch pf.Audit.OnFailure {
	case "", "refuse":
	case "allow":
		l.LogFailOK = true
	default:
		return nil, nil, src.at("audit", 0, "on_failure", fmt.Sprintf("%q: want refuse or allow", pf.Audit.OnFailure))
	}
	switch pf.Runtime.Level {
	case "", "off", "exec", "write", "full":
	default:
		return nil, nil, src.at("runtime", 0, "level", fmt.Sprintf("%q: want off, exec, write or full", pf.Runtime.Level))
	}
	for _, m := range []struct {
		key string
		in  map[string]Decision
		out *[numOps]*Decision
	}{{"policy.defaults", pf.Policy.Defaults, &l.Defaults}, {"policy.unresolved", pf.Policy.Unresolved, &l.Unresolved}} {
		for k, d := range m.in {
			var op Op
			if err := op.UnmarshalText([]byte(k)); err != nil {
				return nil, nil, src.at(m.key, 0, k, err.Error())
			}
			m.out[op] = &d
		}
	}
	if err := src.checkRules(l); err != nil {
		return nil, nil, err
	}
	if l.Programs, err = programs.Compile(pf.Program, table); err != nil {
		return nil, nil, src.at("program", 0, "", err.Error())
	}
	warn := l.restrict()
	known := table.With(l.Programs)
	for i := range l.Rules {
		r := &l.Rules[i]
		for _, list := range []*[]string{&r.Command, &r.When.Command, &r.Unless.Command} {
			*list = spellSubs(*list, known)
		}
	}
	l.Index = BuildIndex(l.Rules, known)
	return l, warn, nil
}

// restrict drops what the layer has no authority for.
func (l *Layer) restrict() []string {
	var warn []string
	say := func(what string) { warn = append(warn, l.Name+": "+what+" has no effect in a project file") }
	if l.Authority == Project {
		if len(l.Exceptions) > 0 {
			say("[[exception]]")
		}
		if l.Mode != nil {
			say("mode")
		}
		if l.Drop != nil {
			say("drop")
		}
		if l.AllowTTY != nil {
			say("interactive")
		}
		if l.LogPath != "" || l.LogFailOK {
			say("[audit]")
		}
		if len(l.Programs) > 0 {
			say("[[program]]")
		}
		l.Exceptions, l.Mode, l.Drop, l.AllowTTY, l.LogPath, l.LogFailOK, l.Level, l.Require, l.Programs = nil, nil, nil, nil, "", false, "", false, nil
		kept := l.Rules[:0]
		for _, r := range l.Rules {
			if r.Decision == Allow {
				say("allow rule " + r.ID)
				continue
			}
			kept = append(kept, r)
		}
		l.Rules = kept
	}
	if l.Authority != Managed {
		if len(l.Lock) > 0 {
			warn = append(warn, l.Name+": lock has an effect only in managed policy")
		}
		if len(l.Shell) > 0 {
			warn = append(warn, l.Name+": [shell] has an effect only in managed policy")
		}
		l.Lock, l.Shell = nil, nil
	}
	return warn
}

// checkRules validates what TOML's types do not.
func (s *source) checkRules(l *Layer) error {
	seen := map[string]int{}
	for i := range l.Rules {
		r := &l.Rules[i]
		bad := func(key, msg string) error { return s.at("rule", i, key, msg) }
		switch {
		case r.ID == "":
			return bad("", "id is missing: a rule is called topic.name")
		case !strings.Contains(r.ID, ".") || strings.Trim(r.ID, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "":
			return bad("id", fmt.Sprintf("%q: want topic.name in small letters, digits, - and _", r.ID))
		case r.Reason == "" && r.Decision != Allow:
			return bad("reason", "is missing: rule "+r.ID+" must say why it refuses")
		}
		if j, dup := seen[r.ID]; dup {
			return bad("id", fmt.Sprintf("%q stands twice, first at line %d", r.ID, s.entryLine("rule", j)))
		}
		seen[r.ID] = i
		meta := r.ID == UnresolvedID || r.ID == UnparsedID || strings.HasPrefix(r.ID, "shell.")
		if !meta && len(r.Command)+len(r.Access)+len(r.Path)+len(r.Request)+len(r.GraphQL)+len(r.Statement)+len(r.Connect)+len(r.Call) == 0 {
			return bad("id", "rule "+r.ID+" matches nothing: give command, access, path, request, graphql, statement, connect or call")
		}
		for _, a := range r.Access {
			switch a {
			case "read", "load", "write", "create", "append", "overwrite", "delete", "chmod", "mount":
			default:
				return bad("access", fmt.Sprintf("%q: want read, load, write, create, append, overwrite, delete, chmod or mount", a))
			}
		}
		for _, g := range r.Path {
			if msg := badGlob(g); msg != "" {
				return bad("path", fmt.Sprintf("%q: %s", g, msg))
			}
		}
		if key, msg := r.When.check(); msg != "" {
			return bad("when."+key, msg)
		}
		if key, msg := r.Unless.check(); msg != "" {
			return bad("unless."+key, msg)
		}
	}
	for i := range l.Exceptions {
		e := &l.Exceptions[i]
		switch {
		case e.Rule == "":
			return s.at("exception", i, "rule", "is missing: name the rule that is lifted")
		case e.Reason == "":
			return s.at("exception", i, "reason", "is missing: say why "+e.Rule+" is lifted")
		}
		if e.Expires != "" {
			if _, err := time.Parse("2006-01-02", e.Expires[:min(len(e.Expires), 10)]); err != nil {
				return s.at("exception", i, "expires", fmt.Sprintf("%q: want a date such as 2026-12-31", e.Expires))
			}
		}
		if key, msg := e.When.check(); msg != "" {
			return s.at("exception", i, "when."+key, msg)
		}
	}
	return nil
}

// check returns the first key that is wrong, and what is wrong with it.
func (c *Conditions) check() (key, msg string) {
	for _, list := range []struct {
		key   string
		globs []string
	}{{"path", c.Path}, {"cwd", c.Cwd}} {
		for _, g := range list.globs {
			if msg := badGlob(g); msg != "" {
				return list.key, fmt.Sprintf("%q: %s", g, msg)
			}
		}
	}
	if c.Created != "" && c.Created != "session" {
		return "created", fmt.Sprintf("%q: want session", c.Created)
	}
	return "", ""
}

// badGlob says what is wrong with a path glob, or "".
func badGlob(g string) string {
	if !doublestar.ValidatePattern(g) {
		return "is no valid glob"
	}
	if path.IsAbs(g) || g == "~" {
		return ""
	}
	for _, p := range []string{"**", "~/", "<workspace>", "<tmp>", "<guard>", "{", "*"} {
		if strings.HasPrefix(g, p) {
			return ""
		}
	}
	return "a path starts with /, ~/, **/, <workspace>, <tmp> or <guard>"
}

// source finds lines in the text of a policy file.
type source struct {
	file  string
	lines []string
}

// at makes an error for a key of the nth entry of a table.
func (s *source) at(table string, n int, key, msg string) error {
	e := &Error{File: s.file, Key: strings.Trim(table+"."+key, "."), Msg: msg}
	e.Line = s.entryLine(table, n)
	if key != "" {
		if l := s.keyLine(e.Line, table, key); l > 0 {
			e.Line = l
		}
	}
	return e
}

// entryLine returns the line of the nth [table] or [[table]] header, or 0.
func (s *source) entryLine(table string, n int) int {
	for i, l := range s.lines {
		h, _, _ := strings.Cut(strings.TrimSpace(l), "#")
		if h = strings.TrimSpace(h); h == "["+table+"]" || h == "[["+table+"]]" {
			if n == 0 {
				return i + 1
			}
			n--
		}
	}
	return 0
}

// keyLine returns the line below from that sets key, up to the next entry, or 0.
func (s *source) keyLine(from int, table, key string) int {
	last := key[strings.LastIndexByte(key, '.')+1:]
	for i := max(from, 0); i < len(s.lines); i++ {
		t := strings.TrimSpace(s.lines[i])
		if strings.HasPrefix(t, "[["+table+"]]") {
			return 0
		}
		name, _, ok := strings.Cut(t, "=")
		name = strings.Trim(strings.TrimSpace(name), `"'`)
		if ok && (name == key || name == last) {
			return i + 1
		}
	}
	return 0
}

// decodeError gives a TOML error its line; inside an array of tables the library
// reports the last entry's, so the value is looked for.
func (s *source) decodeError(err error) error {
	var pe toml.ParseError
	if errors.As(err, &pe) {
		e := &Error{File: s.file, Line: pe.Position.Line, Key: pe.LastKey, Msg: pe.Message}
		if e.Msg == "" {
			e.Msg = strings.TrimPrefix(err.Error(), "toml: ")
		}
		_, quoted, _ := strings.Cut(e.Msg, `"`)
		if word, _, ok := strings.Cut(quoted, `"`); ok && pe.LastKey != "" {
			last := pe.LastKey[strings.LastIndexByte(pe.LastKey, '.')+1:]
			for i, l := range s.lines {
				if name, v, ok := strings.Cut(strings.TrimSpace(l), "="); ok && strings.TrimSpace(name) == last && strings.Contains(v, word) {
					e.Line = i + 1
				}
			}
		}
		return e
	}
	return &Error{File: s.file, Msg: strings.TrimPrefix(err.Error(), "toml: ")}
}

// unknownKey names a key that the language does not have.
func (s *source) unknownKey(k toml.Key) error {
	table := ""
	if len(k) > 1 {
		table = k[0]
	}
	e := &Error{File: s.file, Key: k.String(), Msg: "unknown key"}
	if line := s.keyLine(0, "\x00", k[len(k)-1]); line > 0 {
		e.Line = line
	}
	switch table {
	case "rule":
		e.Msg += ": a rule has id, decision, reason, instead, advice, floor, mode, command, access, path, request, graphql, statement, connect, call, when, unless, refs and test"
	case "policy":
		e.Msg += ": [policy] has name, version, owner, description, mode, default, defaults, unresolved, packs, drop, lock and interactive"
	case "exception":
		e.Msg += ": an exception has rule, reason, approver, expires and when"
	case "":
		e.Msg += ": a policy has [policy], [[rule]], [[exception]], [[program]], [shell], [audit] and [runtime]"
	}
	return e
}
