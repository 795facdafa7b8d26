// Package statement tells what a text for a data store would do: SQL in its
// dialects, Redis commands, mongosh JavaScript and Elasticsearch requests. The
// text is lexed as its client and server lex it, so that comments, strings and
// quoted names never count as statements, and what runs inside a string
// (EXECUTE, DO, EVAL) does. Nothing is executed and no file is opened.
package statement

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"guard/rules/value"
)

// Statement is one thing that a data store is asked to do.
type Statement struct {
	// Text is the statement on one line: comments removed, white space folded,
	// keywords in upper case, strings shortened to 40 bytes, the whole to
	// 1024. An unknown part stays as package value writes it.
	Text string
	// Verb is the statement's first word, in upper case for SQL and Redis and
	// as written for MongoDB. It is empty where the verb is not known.
	Verb string
	// Clauses lists the clauses at the statement's own level, in upper case,
	// each once and in order of appearance. A WHERE that no row can fail is
	// left out; so is one that only a sub-query has.
	Clauses []string
	// From and To are the byte span in the input; for a statement inside a
	// string with escapes, the span of that string.
	From, To int
	// Known is false when an unknown part stands where it could change the
	// verb, remove the WHERE or add a statement. Unknown parts inside
	// quotation marks count as data.
	Known bool
}

// Effect is something that a statement or a client's own command reaches
// outside the data store.
type Effect struct {
	// Kind is "shell" (Arg is a command for a shell), "read", "attach" or "write" (Arg is
	// a file, relative to where the client runs) or "connect" (Arg is a server
	// or database).
	Kind string
	Arg  string
}

// The limits. Past one of them the answer ends with an unknown statement.
const (
	maxInput      = 1 << 20 // bytes of text
	maxTokens     = 1 << 18
	maxStatements = 10000
	maxDepth      = 8    // strings that run inside strings
	maxNesting    = 100  // levels of parentheses in a condition
	maxText       = 1024 // bytes of Statement.Text
	maxString     = 40   // bytes of one string in Statement.Text
)

// The errors of [SQL]. Each comes with an unknown statement as the last one.
var (
	ErrLarge        = errors.New("read statements: text too large")
	ErrMany         = errors.New("read statements: too many")
	ErrDeep         = errors.New("read statements: nested too deeply")
	ErrUnterminated = errors.New("read statements: string or comment not closed")
)

// unknown is the statement of which nothing is known.
func unknown(from, to int) Statement { return Statement{From: from, To: to} }

// SQL returns the statements of a text in order, a statement inside another one
// after it, and what the text reaches outside the data store. Commands of the
// dialect's usual client (psql, mysql, sqlite3, …) are understood. On an error
// the statements found so far are returned, and after them an unknown one.
// [Generic] text is read in both ways that servers read it; what either way
// shows is returned.
func SQL(text value.Text, d Dialect) (stmts []Statement, side []Effect, err error) {
	src := string(text)
	if len(src) > maxInput {
		return []Statement{unknown(0, len(src))}, nil, ErrLarge
	}
	r := run(src, traitsOf(d))
	if d == Generic {
		alt := traitsOf(MySQL)
		alt.dollar, alt.dash, alt.routine = true, false, true
		r.merge(run(src, alt))
	}
	if r.err != nil {
		r.stmts = append(r.stmts, unknown(0, len(src)))
	}
	return r.stmts, r.side, r.err
}

// result is what one reading of a text has shown.
type result struct {
	stmts []Statement
	side  []Effect
	err   error
}

// run reads src in one way.
func run(src string, t traits) *result {
	r := &result{}
	s := &script{result: r, prepared: map[string]bool{}}
	s.read(src, t, place{exact: true}, false)
	slices.SortStableFunc(r.stmts, func(a, b Statement) int { return cmp.Compare(a.From, b.From) })
	if s.hidden {
		r.stmts = append(r.stmts, unknown(0, len(src)))
	}
	return r
}

// merge adds what another reading of the same text shows beyond this one.
func (r *result) merge(o *result) {
	type key struct {
		text, clauses string
		known         bool
	}
	of := func(s Statement) key { return key{s.Text, strings.Join(s.Clauses, ","), s.Known} }
	seen := make(map[key]bool, len(r.stmts))
	for _, s := range r.stmts {
		seen[of(s)] = true
	}
	for _, s := range o.stmts {
		if !seen[of(s)] {
			r.stmts = append(r.stmts, s)
		}
	}
	for _, e := range o.side {
		r.effect(e.Kind, e.Arg)
	}
	if r.err == nil {
		r.err = o.err
	}
}

// fail keeps the first error.
func (r *result) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// effect notes an effect once.
func (r *result) effect(kind, arg string) {
	for _, e := range r.side {
		if e.Kind == kind && e.Arg == arg {
			return
		}
	}
	if len(r.side) >= maxStatements/10 {
		r.fail(ErrMany)
		return
	}
	r.side = append(r.side, Effect{kind, arg})
}
