package rules

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
)

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
			return bad("id", fmt.Sprintf("%q stands twice, first at line %d: give one of them another id", r.ID, s.line("rule", j)))
		}
		seen[r.ID] = i
		meta := r.ID == UnresolvedID || r.ID == UnparsedID || strings.HasPrefix(r.ID, "shell.")
		if !meta && len(r.Command)+len(r.Access)+len(r.Path)+len(r.Request)+len(r.GraphQL)+len(r.Statement)+len(r.Connect)+len(r.Call) == 0 {
			return bad("id", "rule "+r.ID+" matches nothing: give command, access, path, request, graphql, statement, connect or call")
		}
		if key, word, msg := r.checkLists(); msg != "" {
			return s.word("rule", i, key, word, msg)
		}
		if key, word, msg := r.When.check(); msg != "" {
			return s.word("rule", i, "when."+key, word, msg)
		}
		if key, word, msg := r.Unless.check(); msg != "" {
			return s.word("rule", i, "unless."+key, word, msg)
		}
	}
	return s.checkExceptions(l)
}

// checkExceptions does the same for what lifts rules.
func (s *source) checkExceptions(l *Layer) error {
	for i := range l.Exceptions {
		e := &l.Exceptions[i]
		switch {
		case e.Rule == "":
			return s.at("exception", i, "rule", "is missing: name the rule that is lifted")
		case e.Reason == "":
			return s.at("exception", i, "reason", "is missing: say why "+e.Rule+" is lifted")
		}
		if _, err := time.Parse(time.DateOnly, e.Expires); err != nil && e.Expires != "" {
			return s.word("exception", i, "expires", e.Expires, "want a date such as 2026-12-31, the last day on which it holds")
		}
		if key, word, msg := e.When.check(); msg != "" {
			return s.word("exception", i, "when."+key, word, msg)
		}
	}
	return nil
}

// checkLists returns the first of the lists by which a rule matches that has an
// element which could never match, that element, and what is wrong with it.
func (r *Rule) checkLists() (key, word, msg string) {
	for _, list := range []struct {
		key   string
		words []string
		fault func(string) string
	}{
		{"command", r.Command, badCommand},
		{"access", r.Access, badAccess},
		{"path", r.Path, badGlob},
		{"request", r.Request, badRequest},
		{"graphql", r.GraphQL, badOperation},
		{"statement", r.Statement, badCommand},
		{"connect", r.Connect, badAddress},
		{"call", r.Call, badCommand},
	} {
		for _, w := range list.words {
			if msg := list.fault(w); msg != "" {
				return list.key, w, msg
			}
		}
	}
	return "", "", ""
}

// badCommand says what is wrong with a command, statement or call, or "".
func badCommand(s string) string {
	if strings.TrimSpace(s) == "" {
		return "is empty, and matches nothing: write what is meant, or take it out"
	}
	for _, w := range strings.Fields(s) {
		if !doublestar.ValidatePattern(w) {
			return w + " is no valid glob: " + howGlob
		}
	}
	return ""
}

// badAccess says what is wrong with a word of access, or "".
func badAccess(s string) string {
	switch s {
	case "read", "load", "write", "create", "append", "overwrite", "delete", "chmod", "mount":
		return ""
	}
	return "want read, load, write, create, append, overwrite, delete, chmod or mount"
}

// badRequest says what is wrong with a request, or "".
func badRequest(s string) string {
	if !strings.ContainsAny(s, " /.:*") {
		return "want METHOD URL, such as \"DELETE api.example.com/**\"; * is any method"
	}
	return ""
}

// badOperation says what is wrong with a GraphQL operation, or "".
func badOperation(s string) string {
	if !strings.ContainsAny(s, " *") {
		return "want the kind and the name, such as \"mutation volumeDelete\""
	}
	return ""
}

// badAddress says what is wrong with an address, or "".
func badAddress(s string) string {
	if !strings.ContainsAny(s, ":*") {
		return "want HOST:PORT; HOST:* is any port"
	}
	return ""
}

// check returns the first key that is wrong, its value, and what is wrong with it.
func (c *Conditions) check() (key, word, msg string) {
	for _, list := range []struct {
		key   string
		globs []string
	}{{"path", c.Path}, {"cwd", c.Cwd}} {
		for _, g := range list.globs {
			if msg := badGlob(g); msg != "" {
				return list.key, g, msg
			}
		}
	}
	for _, w := range c.Command {
		if msg := badCommand(w); msg != "" {
			return "command", w, msg
		}
	}
	if c.Created != "" && c.Created != "session" {
		return "created", c.Created, "want session"
	}
	return "", "", ""
}

// howGlob says how a glob is mended.
const howGlob = "close each [ and {, and write \\ before one that is meant as it is"

// badGlob says what is wrong with a path glob, or "".
func badGlob(g string) string {
	if !doublestar.ValidatePattern(g) {
		return "is no valid glob: " + howGlob
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
