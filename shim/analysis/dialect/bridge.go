package dialect

import (
	"errors"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// bridgeError looks for an edit that makes the parser accept what the shell
// accepts. It reports whether one was added.
func (r *reading) bridgeError(err error, e *edition) bool {
	var le syntax.LangError
	if errors.As(err, &le) && r.shell == Dash {
		off := e.original(int(le.Pos.Offset()))
		rest := r.src[min(off, len(r.src)):]
		switch {
		case strings.HasPrefix(rest, "&>") && !r.edited(off+1):
			r.edits = append(r.edits, edit{off + 1, 0, " "}) // to dash & and > are two operators
			return true
		case strings.HasPrefix(rest, "!(") && !r.edited(off):
			r.bang(off)
			return true
		}
		return false
	}
	var pe syntax.ParseError
	if !errors.As(err, &pe) {
		return false
	}
	off := e.original(int(pe.Pos.Offset()))
	if delim, ok := strings.CutPrefix(pe.Text, "unclosed here-document "); ok {
		return r.bridgeHeredoc(off, delim)
	}
	if r.shell == Bash {
		return r.bridgeParens(off)
	}
	return false
}

// bang makes blank a ! that an opening parenthesis follows.
func (r *reading) bang(off int) {
	r.edits = append(r.edits, edit{off, 1, " "})
	r.bangs = append(r.bangs, off)
}

// bridgeHeredoc ends the here-document of the redirection at off, for which no
// line of its own was found: in a command substitution at a line that begins
// with the delimiter and closes the substitution, else at the end of the text.
func (r *reading) bridgeHeredoc(off int, quoted string) bool {
	delim, err := strconv.Unquote(quoted)
	if err != nil || r.shell == Mksh || r.shell == Ksh {
		return false
	}
	delim = r.stand.restore(delim)
	if at, ok := closingLine(r.src, off, delim); ok && r.shell == Bash && !r.edited(at) {
		r.edits = append(r.edits, edit{at, 0, "\n"})
		r.splits = append(r.splits, at)
		return true
	}
	end := delim + "\n"
	if !strings.HasSuffix(r.src, "\n") && !r.edited(len(r.src)) {
		end = "\n" + end
	}
	for _, have := range r.edits {
		if have.at == len(r.src) && have.ins == end {
			return false
		}
	}
	r.edits = append(r.edits, edit{len(r.src), 0, end})
	return true
}

// closingLine finds the first line after off that begins with the delimiter
// and has a closing parenthesis after it. at is the end of the delimiter.
func closingLine(src string, off int, delim string) (at int, ok bool) {
	tabs := strings.HasPrefix(strings.TrimLeft(src[off:], "0123456789"), "<<-")
	for {
		i := strings.IndexByte(src[off:], '\n')
		if i < 0 {
			return 0, false
		}
		off += i + 1
		line, _, _ := strings.Cut(src[off:], "\n")
		trimmed := line
		if tabs {
			trimmed = strings.TrimLeft(line, "\t")
		}
		if strings.HasPrefix(trimmed, delim) && strings.Contains(trimmed[len(delim):], ")") {
			return off + len(line) - len(trimmed) + len(delim), true
		}
	}
}

// bridgeParens splits the (( at or before off, which did not parse as
// arithmetic: bash then takes it for two subshells.
func (r *reading) bridgeParens(off int) bool {
	rest := r.src[min(off, len(r.src)):]
	at := strings.LastIndex(r.src[:min(off+2, len(r.src))], "((")
	switch {
	case strings.HasPrefix(rest, "$(("):
		at = off + 1
	case strings.HasPrefix(rest, "(("):
		at = off
	}
	if at < 0 || r.edited(at+1) {
		return false
	}
	r.edits = append(r.edits, edit{at + 1, 0, " "})
	r.parens = append(r.parens, at)
	return true
}

// bridgeTree looks for the first place at which the parser took the text
// another way than the shell does, and adds an edit that makes it agree. It
// reports whether one was added.
func (r *reading) bridgeTree(f *syntax.File) bool {
	first := len(r.src)
	var fix func() bool
	found := func(at int, do func() bool) {
		if at < first {
			first, fix = at, do
		}
	}
	walk(f, func(n syntax.Node, above []syntax.Node) {
		switch n := n.(type) {
		case *syntax.Comment:
			// A backslash does not join lines in a comment.
			if at := from(n) + 1 + len(n.Text) - 2; strings.HasSuffix(n.Text, "\\\n") {
				found(at, func() bool {
					r.edits = append(r.edits, edit{at, 1, " "})
					return true
				})
			}
		case *syntax.Word:
			r.glued(to(n), found)
		case *syntax.ArrayExpr:
			r.glued(to(n), found)
		case *syntax.LetClause:
			// let is a builtin: its arguments are words like any others.
			if at := from(n); strings.ContainsAny(r.src[at:to(n)], "<>&|;#(){}[]*?~\\") {
				found(at, func() bool { return r.substitute(at) })
			}
		case *syntax.CallExpr:
			if at, ok := bangGlob(n); ok && r.shell == Bash {
				found(at, func() bool { r.bang(at); return true })
			}
		}
	})
	if fix == nil {
		return false
	}
	if !fix() {
		r.opaque = append(r.opaque, Span{first, len(r.src)})
		return false
	}
	return true
}

// glued finds a # that continues the word that ends at off, which the parser
// takes for a comment.
func (r *reading) glued(off int, found func(int, func() bool)) {
	at := afterJoins(r.src, off)
	if at < len(r.src) && r.src[at] == '#' && !r.edited(at) {
		found(at, func() bool { return r.substitute(at) })
	}
}

// bangGlob returns the offset of a !(…) that is the first word of a command.
func bangGlob(c *syntax.CallExpr) (int, bool) {
	if len(c.Args) == 0 || len(c.Assigns) > 0 {
		return 0, false
	}
	g, ok := c.Args[0].Parts[0].(*syntax.ExtGlob)
	if !ok || g.Op != syntax.GlobExcept {
		return 0, false
	}
	return from(g), true
}
