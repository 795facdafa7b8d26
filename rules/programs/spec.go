// Package programs holds what guard knows of each program's command line: which
// options take a value, and what happens to every operand and value. The
// knowledge is data (the TOML files beside this one, described in
// docs/programs.md), compiled ahead into static Go values.
package programs

import "strings"

// Spec describes the command line of one program, or of one subcommand.
type Spec struct {
	Names    []string // the canonical name first
	Options  []Option
	Args     []Slot
	Subs     []Spec
	Implies  []Implied
	Harmless []string // options under which the program changes and shows nothing
	Style    Style
	Stdin    Effect
	Output   string // what the program prints, as far as its arguments tell
	Recipes  string // the program runs commands that a file of the project holds
	Loses    string // what a rule's loses condition asks about
	Note     string
	Rest     Effect // of values of options that are not listed
}

// Option is one option of a program.
type Option struct {
	Names  []string // every spelling; the first is the canonical one
	Effect Effect   // what happens to the value
	Arg    Arity
}

// Slot is one operand, or with Repeat any number of them.
type Slot struct {
	Effect Effect
	Repeat bool
}

// Implied replaces the operands of a program when one of its options is given.
type Implied struct {
	Names []string // any of them; A+B is both, A=V is A with that value
	Args  []Slot
}

// Arity says whether an option takes a value.
type Arity uint8

// The arities of options.
const (
	NoValue  Arity = iota // a flag
	Value                 // a value, attached or in the next word
	Attached              // an optional value, only ever attached
	KeyValue              // an operand that starts with the name: key=value, +command, @file
)

// Style is the way in which a program reads its command line.
type Style uint8

// The styles of command lines, as docs/programs.md describes them.
const (
	GNU Style = iota
	POSIX
	Long
	Tar
	None
)

// Effect is what happens to one operand or option value: a word of the table in
// docs/programs.md, with its parameter after a colon where it has one.
type Effect string

// Kind is the effect without its parameter.
func (e Effect) Kind() string {
	if i := strings.IndexByte(string(e), ':'); i >= 0 {
		return string(e[:i])
	}
	return string(e)
}

// Param is what stands after the colon, or "".
func (e Effect) Param() string {
	if i := strings.IndexByte(string(e), ':'); i >= 0 {
		return string(e[i+1:])
	}
	return ""
}

// takesRest reports whether e claims its operand and every later word.
func (e Effect) takesRest() bool {
	switch e.Kind() {
	case "run", "shell-rest", "redis", "request":
		return true
	}
	return false
}

// known reports whether e is a word of the language.
func (e Effect) known() bool {
	switch e.Kind() {
	case "value", "read", "load", "write", "append", "create", "touch", "delete", "delete-tree", "read-tree",
		"move", "list", "mkdir", "makefile", "mentions", "mode", "chmod", "chmod-tree", "mount", "link", "dir", "run", "run-first", "shell",
		"shell-rest", "command", "script", "code", "url", "method", "body", "body-at", "form", "upload",
		"header", "at-file", "file-list", "sql", "sql-file", "redis", "mongo", "env", "env-file", "host",
		"target", "remote-path", "remote-dest", "sub", "placeholder", "request", "dsn", "archive", "filter", "edit", "setting", "setting-key", "if-items", "remote-sync",
		"digest", "dir-args", "options", "arguments", "key", "unknown", "write-tree", "out-dir", "save", "setup", "place":
		return true
	}
	return false
}

// knownAll reports whether e is a word of the language, or several of them: an
// option with several values.
func (e Effect) knownAll() bool {
	words := strings.Fields(string(e))
	for _, w := range words {
		if !Effect(strings.TrimSuffix(w, "...")).known() {
			return false
		}
	}
	return len(words) > 0
}

// Sub returns the subcommand of s called name.
func (s *Spec) Sub(name string) *Spec {
	for i := range s.Subs {
		for _, n := range s.Subs[i].Names {
			if n == name {
				return &s.Subs[i]
			}
		}
	}
	return nil
}

// option finds an option by one of its spellings, leading dashes included.
func (s *Spec) option(name string) *Option {
	for i := range s.Options {
		for _, n := range s.Options[i].Names {
			if n == name {
				return &s.Options[i]
			}
		}
	}
	return nil
}

// HasFilters reports whether the program looks for files: options or operands of
// it are filters.
func (s *Spec) HasFilters() bool {
	for i := range s.Options {
		if s.Options[i].Effect.Kind() == "filter" {
			return true
		}
	}
	return false
}

// Expression reports whether the filters are an expression with operators, as
// those of find.
func (s *Spec) Expression() bool { return s.filters("or") }

// HidesDots reports whether names that begin with a dot are not looked at, unless
// an option says so.
func (s *Spec) HidesDots() bool { return s.filters("hidden") }

func (s *Spec) filters(kind string) bool {
	for i := range s.Options {
		if e := s.Options[i].Effect; e.Kind() == "filter" && e.Param() == kind {
			return true
		}
	}
	return false
}

// Loads reports whether the program is one that takes files in without printing
// them: an option or operand of it is a load.
func (p *Parsed) Loads() bool {
	return p.Spec != nil && (p.Spec.loads() || p.Root.loads())
}

func (s *Spec) loads() bool {
	for i := range s.Options {
		if k := s.Options[i].Effect.Kind(); k == "load" || k == "env-file" {
			return true
		}
	}
	for i := range s.Args {
		if k := s.Args[i].Effect.Kind(); k == "load" || k == "env-file" {
			return true
		}
	}
	return false
}
