// Package invoke reads the arguments of a shell call as the real shells read
// them: which text is to be judged, and how the real shell is then called.
package invoke

import (
	"errors"
	"path"
	"strings"
)

// Kind says what a call asks of the shell. The zero value is no kind.
type Kind uint8

// The kinds of call.
const (
	CommandText Kind = iota + 1 // -c TEXT
	PrefixText                  // guard 'TEXT': an agent's prefix form, run as bash -c TEXT
	ScriptFile                  // the commands are in the file Script
	Stdin                       // the commands come from standard input
	Interactive                 // a person, or a program that acts as one, types the commands
	Query                       // the shell prints its version or its help and ends
	CLI                         // not a shell call
)

// String returns the kind in words.
func (k Kind) String() string {
	switch k {
	case CommandText:
		return "command text"
	case PrefixText:
		return "prefix text"
	case ScriptFile:
		return "script file"
	case Stdin:
		return "standard input"
	case Interactive:
		return "interactive"
	case Query:
		return "query"
	case CLI:
		return "cli"
	}
	return "unknown"
}

// OptionSetting is one shell option as the call sets it.
type OptionSetting struct {
	Name string // the long name ("errexit"), or the flag ("-1") if it has none here
	On   bool
}

// Invocation is one call of a shell, read.
type Invocation struct {
	Name   string   // bash, sh, zsh, dash, ksh or mksh; the name called for [CLI]
	Kind   Kind     // what the call asks for
	Text   string   // the commands, of [CommandText] and [PrefixText]
	Script string   // the operand that names the script, as written; see [Invocation.Candidates]
	Arg0   string   // $0
	Args   []string // $1, $2 …

	Login       bool // reads the login start-up files
	Interactive bool // set by an option; such a shell reads start-up files and expands aliases and history
	Posix       bool // started in POSIX mode
	NoExec      bool // certain to read commands without running them; the files it reads can still be shown
	Restricted  bool // a restricted shell
	Privileged  bool // ignores BASH_ENV, SHELLOPTS and functions from the environment

	Set   []OptionSetting // -e, +x, -o NAME … in order
	Shopt []OptionSetting // -O NAME, +O NAME in order

	RCFile    string // --rcfile FILE
	InitFile  string // --init-file FILE: another spelling of --rcfile
	NoRC      bool   // reads no interactive start-up file (zsh: none but /etc/zshenv)
	NoProfile bool   // reads no login start-up file

	Argv      []string // what the real shell gets
	TextIndex int      // index of Text in Argv, -1 if there is none
}

// Options is what [Parse] has to know of the world.
type Options struct {
	// StdinTTY says that standard input is a terminal.
	StdinTTY bool
	// Exists reports whether a path, relative to the working directory, names
	// anything. Nil: nothing exists.
	Exists func(path string) bool
	// Real returns the base name of the program that stands behind a shell's
	// name with symbolic links resolved ("dash" for "sh"), or "" if that is
	// not known. Nil: not known. An unknown sh or ksh is held to the calls
	// that every such shell reads alike.
	Real func(name string) string
}

// UsageError is a call that the real shell refuses too.
type UsageError struct {
	Message string // in the shell's own form, without a line end
	Status  int    // the shell's own exit status
}

func (e *UsageError) Error() string { return e.Message }

// ErrUnsupported is the cause of errors about calls that real shells accept
// but that cannot be judged, because shells disagree on what they run.
var ErrUnsupported = errors.New("call not supported")

// Parse reads argv, whose first element is the name called. A call that is not
// to a shell is of kind [CLI]. The error is a [*UsageError], or wraps
// [ErrUnsupported]; in both cases nothing may be run.
func Parse(argv []string, opt Options) (Invocation, error) {
	if len(argv) == 0 {
		return Invocation{Kind: CLI, TextIndex: -1}, nil
	}
	called := argv[0]
	name := path.Base(called)
	login := strings.HasPrefix(name, "-")
	name = strings.TrimPrefix(name, "-")
	switch {
	case isShell(name):
		return parseShell(argv, name, login, opt)
	case login: // the shell of a passwd entry, or "-su"
		return parseShell(withName(argv, "-bash"), "bash", true, opt)
	case name == "guard" && len(argv) > 1 && isShellOption(argv[1]):
		return parseShell(withName(argv, "bash"), "bash", false, opt)
	case len(argv) == 2 && strings.ContainsAny(argv[1], " \t\n\v\f\r") && !opt.exists(argv[1]):
		return Invocation{
			Name: "bash", Kind: PrefixText, Text: argv[1], Arg0: "bash",
			Argv: []string{"bash", "-c", argv[1]}, TextIndex: 2,
		}, nil
	}
	return Invocation{Name: name, Kind: CLI, Argv: argv, TextIndex: -1}, nil
}

// isShell reports whether name is one that guard answers to as a shell.
func isShell(name string) bool {
	switch name {
	case "bash", "sh", "zsh", "dash", "ksh", "mksh":
		return true
	}
	return false
}

// isShellOption reports whether the first argument of guard makes it bash.
func isShellOption(arg string) bool {
	switch {
	case arg == "" || arg == "-h":
		return false
	case arg == "--":
		return true
	case strings.HasPrefix(arg, "--"):
		return arg != "--help" && arg != "--version" && isBashLong(arg[2:])
	}
	return arg[0] == '-' || arg[0] == '+'
}

func withName(argv []string, name string) []string {
	return append([]string{name}, argv[1:]...)
}

func (o Options) exists(p string) bool { return o.Exists != nil && o.Exists(p) }

// Candidates returns the paths at which the shell looks for the script, in
// order: the first that exists is the one that it reads. pathVar is the value
// of PATH. A path that is not absolute is relative to the working directory.
func (inv Invocation) Candidates(pathVar string) []string {
	if inv.Kind != ScriptFile {
		return nil
	}
	list := []string{inv.Script}
	if strings.Contains(inv.Script, "/") || inv.Script == "" {
		return list
	}
	switch inv.Name {
	case "dash", "ksh", "mksh", "zsh": // ksh93 would search, but [Parse] wants the file to exist
		return list
	}
	for dir := range strings.SplitSeq(pathVar, ":") {
		if dir == "" {
			dir = "."
		}
		list = append(list, dir+"/"+inv.Script)
	}
	return list
}
