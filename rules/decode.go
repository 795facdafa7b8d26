package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"

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
	Strict  bool   `toml:"strict"`
}

// ParseLayer reads the TOML text of one policy file. Warnings say what is ignored
// because the layer lacks the authority for it; an error is an [*Error].
func ParseLayer(file string, text []byte, auth Authority, table *programs.Table) (*Layer, []string, error) {
	var pf File
	md, err := toml.Decode(string(text), &pf)
	src := source{file: file, lines: strings.Split(string(text), "\n")}
	if err != nil {
		return nil, nil, src.decodeError(string(text), err)
	}
	if u := md.Undecoded(); len(u) > 0 {
		return nil, nil, src.unknownKey(u[0])
	}
	sum := sha256.Sum256(text)
	l := &Layer{
		Name: pf.Policy.Name, Authority: auth, Version: pf.Policy.Version, Digest: hex.EncodeToString(sum[:]),
		Rules: pf.Rule, Exceptions: pf.Exception, Mode: pf.Policy.Mode, Default: pf.Policy.Default,
		Lock: pf.Policy.Lock, Packs: pf.Policy.Packs, Drop: pf.Policy.Drop, Shell: pf.Shell,
		LogPath: pf.Audit.Path, Level: pf.Runtime.Level, Require: pf.Runtime.Require, Strict: pf.Runtime.Strict,
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
	}{{"defaults", pf.Policy.Defaults, &l.Defaults}, {"unresolved", pf.Policy.Unresolved, &l.Unresolved}} {
		for k, d := range m.in {
			var op Op
			if err := op.UnmarshalText([]byte(k)); err != nil {
				return nil, nil, src.at("policy", 0, m.key+"."+k, err.Error())
			}
			m.out[op] = &d
		}
	}
	if err := src.checkRules(l); err != nil {
		return nil, nil, err
	}
	if l.Programs, err = programs.Compile(pf.Program, table); err != nil {
		return nil, nil, src.programError(err)
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
		if l.Packs != nil {
			say("packs")
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
		l.Exceptions, l.Mode, l.Packs, l.Drop, l.AllowTTY, l.LogPath, l.LogFailOK, l.Level, l.Require, l.Strict, l.Programs = nil, nil, nil, nil, nil, "", false, "", false, false, nil
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
