package rules

import (
	"encoding/json"
	"fmt"
	"strings"

	"guard/rules/value"
)

// Op is what is about to be done.
type Op uint8

// The operations.
const (
	Exec      Op = iota // run a program: Argv
	Read                // take a file's content: Path
	Load                // take a file in without printing it: Path
	Write               // create or change a file: Path, How
	Delete              // remove a file or tree: Path, Recursive
	Chmod               // change mode, owner or attributes: Path
	Mount               // make a file or tree visible elsewhere: Path
	Connect             // open a connection: URL holds the address
	Request             // HTTP: Method, URL, Operations
	Statement           // SQL or a data store's command: Text, Verb, Clauses
	Call                // another tool: Text holds its name
	numOps
)

// opNames are the words of the operations, in rules, logs and JSON.
var opNames = [numOps]string{"exec", "read", "load", "write", "delete", "chmod", "mount", "connect", "request", "statement", "call"}

// String returns the word of o.
func (o Op) String() string {
	if o < numOps {
		return opNames[o]
	}
	return "exec"
}

// MarshalText writes the word of o.
func (o Op) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText accepts the words of the operations.
func (o *Op) UnmarshalText(text []byte) error {
	for i, n := range opNames {
		if n == string(text) {
			*o = Op(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no operation: want one of %s", text, strings.Join(opNames[:], ", "))
}

// How says in which way a Write changes its file.
type How uint8

// The ways. The zero value is not known.
const (
	HowUnknown How = iota
	Create         // the file is absent, or is left alone if it exists
	Append         // the content stays
	Overwrite      // existing content is lost
)

// String returns "", "create", "append" or "overwrite".
func (h How) String() string {
	switch h {
	case Create:
		return "create"
	case Append:
		return "append"
	case Overwrite:
		return "overwrite"
	case HowUnknown:
	}
	return ""
}

// Action is one thing that a command is about to do, as far as a sensor can
// tell. Which fields are set depends on Op.
type Action struct {
	Op         Op
	Argv       []value.Text // Exec: program and arguments
	Program    value.Text   // resolved executable of the process that acts; "" if not known
	Path       value.Text   // absolute, as named; Exec: the work tree in which something may be lost
	Real       value.Text   // absolute, symbolic links resolved; "" when equal to Path
	Recursive  bool         // with everything below Path
	How        How          // Write
	Method     string       // Request; "" if not known
	URL        value.Text   // Request: absolute; Connect: host:port
	Operations []string     // Request: GraphQL, "mutation volumeDelete"
	Opaque     bool         // Request, Statement: more may be in it than Operations, Verb say
	Text       value.Text   // Statement, Call
	Verb       string       // Statement: DROP, TRUNCATE, FLUSHALL …
	Clauses    []string     // Statement: WHERE …
	Target     []value.Text // host, account, cluster, database … that is addressed
	Cwd        value.Text   // directory in which it happens
	Branch     string       // checked-out branch there, if known
	Span       [2]int       // bytes of the source text from which it comes
	Via        []string     // what led here: sudo, xargs …
	Why        string       // why parts are not known
	Exists     Tri          // Path exists
	Tracked    Tri          // Path is in the git index and unmodified
	Loses      Tri          // something is lost that no one can bring back
	Loss       string       // what is lost: "3 modified, 2 untracked files"
	Created    string       // "session" if what is changed was created by this command or session
}

// Known reports whether every part of the action's target is known.
func (a *Action) Known() bool {
	for _, w := range a.Argv {
		if !w.Known() {
			return false
		}
	}
	return a.Path.Known() && a.URL.Known() && a.Text.Known() && !a.Opaque
}

// jsonAction is the JSON form of an Action; the contract in docs/architecture.md fixes its first
// eleven names.
type jsonAction struct {
	Op         Op       `json:"op"`
	Argv       []string `json:"argv,omitempty"`
	Path       string   `json:"path,omitempty"`
	Recursive  bool     `json:"recursive,omitempty"`
	Method     string   `json:"method,omitempty"`
	URL        string   `json:"url,omitempty"`
	Text       string   `json:"text,omitempty"`
	Target     []string `json:"target,omitempty"`
	Span       [2]int   `json:"span"`
	Via        []string `json:"via,omitempty"`
	Known      bool     `json:"known"`
	Program    string   `json:"program,omitempty"`
	Real       string   `json:"real,omitempty"`
	How        string   `json:"how,omitempty"`
	Operations []string `json:"operations,omitempty"`
	Opaque     bool     `json:"opaque,omitempty"`
	Verb       string   `json:"verb,omitempty"`
	Clauses    []string `json:"clauses,omitempty"`
	Cwd        string   `json:"cwd,omitempty"`
	Branch     string   `json:"branch,omitempty"`
	Why        string   `json:"why,omitempty"`
	Exists     *Tri     `json:"exists,omitempty"`
	Tracked    *Tri     `json:"tracked,omitempty"`
	Loses      *Tri     `json:"loses,omitempty"`
	Loss       string   `json:"loss,omitempty"`
	Created    string   `json:"created,omitempty"`
}

// MarshalJSON writes the object of the contract in docs/architecture.md. Unknown parts of a string
// are written as \u0000 and the letter of their kind, so that a reader can
// tell them from an ellipsis in the text.
func (a Action) MarshalJSON() ([]byte, error) { return a.appendJSON(nil), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Action) UnmarshalJSON(b []byte) error {
	var j jsonAction
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("read action: %w", err)
	}
	*a = Action{
		Op: j.Op, Argv: fromStrings(j.Argv), Path: value.Text(j.Path), Recursive: j.Recursive, Method: j.Method,
		URL: value.Text(j.URL), Text: value.Text(j.Text), Target: fromStrings(j.Target), Span: j.Span, Via: j.Via,
		Program: value.Text(j.Program), Real: value.Text(j.Real), Operations: j.Operations, Opaque: j.Opaque,
		Verb: j.Verb, Clauses: j.Clauses, Cwd: value.Text(j.Cwd), Branch: j.Branch, Why: j.Why,
		Loss: j.Loss, Created: j.Created,
	}
	for h := Create; h <= Overwrite; h++ {
		if h.String() == j.How {
			a.How = h
		}
	}
	for _, f := range []struct {
		to   *Tri
		from *Tri
	}{{&a.Exists, j.Exists}, {&a.Tracked, j.Tracked}, {&a.Loses, j.Loses}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	return nil
}
