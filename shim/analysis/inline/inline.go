// Package inline says what an inline program of another language would do:
// it reads the text given with -c or -e, by here-document or as a script file,
// folds the constants in it, and lists the calls that touch files, processes
// or the network. It runs nothing.
package inline

import (
	"strings"

	"guard/rules/value"
)

// Kind is what an [Effect] does.
type Kind uint8

// The kinds of effects. Arg holds the path unless said otherwise.
const (
	None       Kind = iota // no effect; never reported
	Read                   // the content of a file is read
	Write                  // a file is replaced or truncated
	Append                 // a file is added to
	Create                 // a file is created, an existing one is kept
	Delete                 // a file or an empty directory is removed
	DeleteTree             // a directory is removed with all it holds
	Rename                 // Arg is renamed to Arg2
	Copy                   // Arg is copied to Arg2
	Link                   // Arg2 becomes a link to Arg
	List                   // a directory is listed
	Chmod                  // mode or owner change
	Mkdir                  // a directory is made
	Exec                   // a program runs with Argv
	Shell                  // the shell command line Arg runs
	Code                   // text of a language runs that could not be analysed
	Request                // an HTTP request: Method, Arg is the URL, Body
	Connect                // a socket is connected to Arg, host:port
	Statement              // the statement Arg is handed to a database driver
	Environ                // the whole environment is printed
	Load                   // the program takes Arg in: code or settings, not printed
	Kill                   // a signal is sent to the process Arg
	Content                // the file Arg, which was written, holds Body
	Added                  // the file Arg, which was written, holds Body after what it held before
	Database               // the statements that follow go to the database Arg: a URL, settings or a file
)

// String returns the lower-case name of the kind.
func (k Kind) String() string {
	names := [...]string{"none", "read", "write", "append", "create", "delete", "delete-tree", "rename", "copy", "link",
		"list", "chmod", "mkdir", "exec", "shell", "code", "request", "connect", "statement", "environ", "load", "kill", "content", "added", "database"}
	if int(k) < len(names) {
		return names[k]
	}
	return "invalid"
}

// Effect is one thing that a program would do.
//
// A relative path is relative to the directory that the program starts in.
// A path that starts with "~/" lies in the home directory of the user.
type Effect struct {
	Kind   Kind
	Arg    value.Text   // path, command line, URL, statement or process
	Arg2   value.Text   // the other path of Rename, Copy and Link
	Argv   []value.Text // words of Exec
	Method string       // of Request; empty if it is not known
	Body   value.Text   // of Request
	Input  value.Text   // that Shell is given to read; "" if it is given none
	From   int          // first byte of the call in the program text
	To     int          // byte after the call
	Why    string       // what made Arg unknown, if anything did
	Opaque bool         // the text hides what is run
}

// Limits bounds the work of [Analyze] and says what it may know. A field that is zero
// has its default.
type Limits struct {
	Glob    func(pattern string) []string // the files that a pattern matches; none are known
	Getenv  func(name string) string      // what is known of a variable of the environment, or ""
	Whole   bool                          // nothing runs of a text that does not compile as a whole; see [CompilesWhole]
	Bytes   int                           // size of the program text; 1 MiB
	Depth   int                           // nesting of expressions, calls and evaluated text; 200
	Steps   int                           // work of the interpreter; 100,000 and 8 for each byte of text
	Effects int                           // number of effects; 4,096
}

func (l Limits) withDefaults(size int) Limits {
	if l.Bytes <= 0 {
		l.Bytes = 1 << 20
	}
	if l.Depth <= 0 {
		l.Depth = 200
	}
	if l.Steps <= 0 {
		l.Steps = 100_000 + 8*size
	}
	if l.Effects <= 0 {
		l.Effects = 4096
	}
	return l
}

// Result is what a program would do.
type Result struct {
	Effects []Effect // in order of discovery, each once
	Unknown bool     // the list may be incomplete
	Reason  string   // why it may be
}

// Analyze lists what the program src would do when run with args, its
// arguments after the name of the program or script. In Awk an argument of the
// form name=value is an assignment made before the program starts. The text
// must be known in full.
//
// Standard input, and the operands that an interpreter reads on its own behalf
// (awk, sed, jq, perl -n), are not reported, except by Perl's <>.
func Analyze(lang Lang, src string, args []value.Text, limits Limits) Result {
	limits = limits.withDefaults(len(src))
	switch {
	case len(src) > limits.Bytes:
		return Result{Unknown: true, Reason: "program text is too large"}
	case strings.IndexByte(src, 0) >= 0:
		return Result{Unknown: true, Reason: "program text holds a NUL byte"}
	}
	r := &recorder{limits: limits, steps: limits.Steps, held: map[string]bool{}}
	r.program(lang, src, args)
	return Result{Effects: r.effects, Unknown: r.reason != "", Reason: r.reason}
}

// recorder collects the effects of a program and of the texts that it
// evaluates, and counts down their common budget.
type recorder struct {
	limits  Limits
	steps   int
	nested  int // depth of evaluated text
	effects []Effect
	seen    map[effectKey]struct{}
	held    map[string]bool // files of which a whole text is recorded
	reason  string
	span    [2]int // span of the outermost eval, while nested > 0
}

type effectKey struct {
	kind      Kind
	arg, arg2 value.Text
	from      int
}

// program analyses src with the interpreter of its language.
func (r *recorder) program(lang Lang, src string, args []value.Text) {
	switch lang {
	case Sed:
		runSed(r, src)
	case Jq:
		runJq(r, src)
	case Tcl:
		runTcl(r, src, args)
	case Vim, Gdb:
		runEditor(r, lang, src)
	case Lisp:
		runLisp(r, src)
	default:
		p := newInterp(r, lang, src, args)
		p.run()
	}
}

// fail notes that the list of effects may be incomplete.
func (r *recorder) fail(reason string) {
	if r.reason == "" {
		r.reason = reason
	}
}

// step spends one unit of the budget and reports whether some is left.
func (r *recorder) step() bool {
	if r.steps <= 0 {
		r.fail("program is too complex")
		return false
	}
	r.steps--
	return true
}

// add records e, once.
func (r *recorder) add(e Effect) {
	if r.nested > 0 {
		e.From, e.To = r.span[0], r.span[1]
	}
	if !e.Arg.Known() && e.Why == "" {
		e.Why = "computed text"
	}
	key := effectKey{e.Kind, e.Arg, e.Arg2, e.From}
	if e.Kind == Exec {
		key.arg = joinTexts(e.Argv, "\x00 ")
	}
	if e.Kind == Request {
		key.arg2 = e.Body + value.Text(e.Method)
	}
	if _, dup := r.seen[key]; dup && e.Kind != Added {
		return
	}
	if len(r.effects) >= r.limits.Effects {
		if e.Kind == Added {
			return
		}
		r.fail("program has too many effects")
		return
	}
	if r.seen == nil {
		r.seen = make(map[effectKey]struct{})
	}
	r.seen[key] = struct{}{}
	r.effects = append(r.effects, e)
}

func joinTexts(words []value.Text, sep string) value.Text {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(string(w))
	}
	return value.Text(b.String())
}
