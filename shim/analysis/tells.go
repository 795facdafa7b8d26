package analysis

import (
	"regexp"
	"strings"
	"sync"

	"guard/rules"
	"guard/rules/value"
)

// namePattern matches regular expressions that can only be about the names of
// variables: what they tell of a file are no values. One that does not say where the
// name ends has an underscore in it, as keys and what base64 gives have not: else they
// could be guessed sign by sign.
var namePattern = sync.OnceValue(func() *regexp.Regexp {
	const name, parts = `[A-Za-z_][A-Za-z0-9_]*`, `[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]*`
	const constant = `[A-Z][A-Z0-9]*_[A-Z0-9_]*`
	const word = `(?:\^(?:export |\(export \)\?)?(?:` + name + ` ?=|` + parts + `)|` + constant + `(?: ?=)?)`
	const group = `\^\(` + name + `(?:\|` + name + `)*\) ?=|\^?\(` + constant + `(?:\|` + constant + `)*\)(?: ?=)?`
	return regexp.MustCompile(`^(?:` + word + `(?:\\?\|` + word + `)*|` + group + `)$`)
})

// tell lists the files of a search that tells no more of them than tells says, where
// they hold variables.
func (c *call) tell() {
	if !c.tells() {
		return
	}
	for i, a := range c.p.Args {
		if (a.Effect == "read" || a.Effect == "read-tree") && c.holdVariables(a.Text) {
			c.p.Args[i].Effect = "list"
			c.searched = true
		}
	}
	c.searched = c.searched || c.holdVariables(".")
}

// holdVariables reports whether the protected files that are searched at t, by the
// filters that are given, all hold variables.
func (c *call) holdVariables(t value.Text) bool {
	files := []value.Text{t}
	if c.it.isDir(c.abs(t)) {
		if !c.filtered() {
			return false
		}
		files = c.foundIn(files)
	}
	for _, f := range files {
		p := c.abs(f.Occurring())
		if r := c.it.real(p); (c.it.protected(p) || c.it.protected(r)) && !(isDotenv(string(p)) && isDotenv(string(r))) {
			return false
		}
	}
	return true
}

// filtered reports whether an option says which files are meant.
func (c *call) filtered() bool {
	for _, o := range c.p.Opts {
		if o.Effect.Kind() == "filter" {
			return true
		}
	}
	return false
}

// tells reports whether a search only tells whether, where or how often something is
// found, and what it looks for is the name of a variable.
func (c *call) tells() bool {
	if !c.shows("matches") && !c.shows("count") {
		return false
	}
	var patterns []value.Text
	fold := c.has("-i")
	for _, o := range c.p.Opts {
		switch {
		case o.Name == "-e":
			patterns = append(patterns, o.Value)
		case o.Effect == "read" || o.Effect == "command" || o.Name == "-S" || o.Name == "-z":
			return false // patterns from a file; of any case; records that are no lines
		}
	}
	if len(patterns) == 0 && len(c.p.Args) > 0 {
		patterns = append(patterns, c.p.Args[0].Text)
	}
	for _, p := range patterns {
		if !p.Known() || !namePattern().MatchString(string(p)) || fold && !strings.HasPrefix(string(p), "^") {
			return false
		}
	}
	return len(patterns) > 0
}

// matching lists the files of a search that prints which of them match: any may.
func (c *call) matching() []value.Text {
	roots := c.searchRoots()
	for _, t := range roots {
		if p := c.abs(t); c.it.exists(p) != rules.True || c.it.isDir(p) {
			return []value.Text{value.Any}
		}
	}
	return roots
}

// searchRoots are the operands of a search, or the directory at hand.
func (c *call) searchRoots() []value.Text {
	var out []value.Text
	for _, a := range c.p.Args {
		if isSource(a.Effect) || a.Effect == "list" {
			out = append(out, a.Text)
		}
	}
	if out == nil {
		return []value.Text{"."}
	}
	return out
}
