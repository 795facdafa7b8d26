// Package dialect turns shell text into syntax trees such that what the trees
// show is what the shell runs, or says where that is not so.
//
// The parser, mvdan.cc/sh/v3/syntax, and the real shells disagree on some
// texts. Where the disagreement is small the text is read again with a bridging
// edit, and the positions in the tree are those of the original text; where it
// is not, the part in doubt is reported as opaque.
package dialect

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Shell names the shell that is to run a text.
type Shell uint8

// The shells. Sh is bash in POSIX mode or dash, whichever the system has: its
// text is read as both.
const (
	Bash Shell = iota
	Sh
	Dash
	Zsh
	Mksh
	Ksh
	Ash
)

// String returns the usual file name of the shell.
func (s Shell) String() string {
	names := [...]string{"bash", "sh", "dash", "zsh", "mksh", "ksh", "ash"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("shell(%d)", uint8(s))
}

// Options are the settings of the shell, at the start of the text, that change
// how it reads text. The zero value is that of `bash -c`.
type Options struct {
	Extglob     bool // extended patterns are on (-O extglob)
	Interactive bool // -i: zsh then takes # as an ordinary character
}

// Span is a part of the original text, in bytes: [From, To).
type Span struct{ From, To int }

// ParseError says why a text has no tree. Line and Col count from 1, in bytes;
// Offset counts bytes from 0.
type ParseError struct {
	Message           string
	Line, Col, Offset int
	Incomplete        bool // more text may mend it
}

// Error implements the error interface.
func (e *ParseError) Error() string {
	return fmt.Sprintf("parse text: %d:%d: %s", e.Line, e.Col, e.Message)
}

// Parse is what is known about a text. All Files are to be judged: the shell
// runs the text as one of them shows it.
type Parse struct {
	Files  []*syntax.File // readings of the whole text; positions are those of the original
	Shells []Shell        // the shell whose rules hold in the file of the same index (dash has no brace expansion, say)
	Opaque []Span         // parts that the shell may run in another way than the trees show: each an unresolved exec
	Err    *ParseError    // the text did not parse or is past a limit; nothing else is then set
}

// ParseText reads src as sh would with options o. It takes time and space in
// proportion to the length of src and to lim, and never panics.
func ParseText(sh Shell, src string, o Options, lim Limits) Parse {
	if err := lim.check(src); err != nil {
		return Parse{Err: err}
	}
	shells := []Shell{sh}
	switch sh {
	case Sh:
		shells = []Shell{Bash, Dash}
	case Ash:
		shells = []Shell{Dash, Bash} // busybox ash takes some of bash's syntax
	}
	var p Parse
	var dropped bool
	lim = lim.fill()
	w := &work{left: lim.Work + len(shells)*len(src), stack: lim.Stack}
	for _, s := range shells {
		r := reading{shell: s, opts: o, lim: lim, work: w, src: src}
		if err := r.parse(); err != nil {
			if s == Bash || len(shells) == 1 {
				return Parse{Err: err}
			}
			dropped = true // dash stops there; the bash reading has all that came before
			continue
		}
		p.add(&r)
	}
	if len(shells) == 2 && !dropped && p.same() {
		p.Files, p.Shells = p.Files[:1], p.Shells[:1]
	}
	return p
}

// Complete reports whether a shell that is given src, whole lines, runs it or rejects
// it before it reads another.
func Complete(sh Shell, src string, o Options) bool {
	line := strings.TrimSuffix(src, "\n")
	if joins := len(line) - len(strings.TrimRight(line, "\\")); joins%2 == 1 {
		return false
	}
	if p := ParseText(sh, src, o, DefaultLimits()); p.Err != nil || !strings.Contains(src, "<<") {
		return p.Err == nil || !p.Err.Incomplete
	}
	// A here-document may lack its end. What follows one is shell text again, in
	// which this cannot stand.
	return ParseText(sh, src+"fi\n", o, DefaultLimits()).Err != nil
}

// add appends a reading.
func (p *Parse) add(r *reading) {
	p.Files = append(p.Files, r.file)
	p.Shells = append(p.Shells, r.shell)
	p.Opaque = merge(append(p.Opaque, r.opaque...))
}

// merge sorts spans and joins those that overlap.
func merge(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return a.From - b.From })
	merged := spans[:0]
	for _, s := range spans {
		if last := len(merged) - 1; last >= 0 && s.From <= merged[last].To {
			merged[last].To = max(merged[last].To, s.To)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// same reports whether the readings of bash and dash are the same tree and
// hold nothing that the two expand in different ways.
func (p *Parse) same() bool {
	for _, f := range p.Files {
		if hasBraces(f) {
			return false
		}
	}
	return sameTree(reflect.ValueOf(p.Files[0]), reflect.ValueOf(p.Files[1]))
}

// hasBraces reports whether a word of the tree may be a brace expansion.
func hasBraces(f *syntax.File) bool {
	found := false
	syntax.Walk(f, func(n syntax.Node) bool {
		if l, ok := n.(*syntax.Lit); ok && strings.Contains(strings.ReplaceAll(l.Value, "{}", ""), "{") {
			found = true
		}
		return !found
	})
	return found
}

// parseError turns an error of the parser, in the coordinates of e, into one
// of the original text.
func (r *reading) parseError(err error, e *edition) *ParseError {
	var pe syntax.ParseError
	var le syntax.LangError
	switch {
	case errors.As(err, &pe):
		at := errorAt(r.src, e.original(int(pe.Pos.Offset())), pe.Text)
		at.Incomplete = pe.Incomplete
		return at
	case errors.As(err, &le):
		off := e.original(int(le.Pos.Offset()))
		return errorAt(r.src, off, fmt.Sprintf("%s is not in the language of %s", le.Feature, r.shell))
	}
	return errorAt(r.src, 0, err.Error())
}

// errorAt returns an error at a byte offset of src.
func errorAt(src string, off int, msg string) *ParseError {
	off = min(max(off, 0), len(src))
	line := 1 + strings.Count(src[:off], "\n")
	col := off - strings.LastIndexByte(src[:off], '\n')
	return &ParseError{Message: msg, Line: line, Col: col, Offset: off}
}
