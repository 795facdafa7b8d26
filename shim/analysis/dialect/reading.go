package dialect

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// reading is the making of one tree of a text.
type reading struct {
	shell Shell
	opts  Options
	lim   Limits
	work  *work
	src   string
	nest  int // how many backquotes the text was taken out of

	stand   *standIns
	cr      byte  // stands for carriage return, 0 if the text has none
	invalid []int // offsets of bytes that are not UTF-8
	edits   []edit

	bangs  []int // offsets of ! made blank before a subshell
	parens []int // offsets of (( split into two parentheses
	splits []int // offsets at which a here-document was ended within a line

	file   *syntax.File
	opaque []Span
}

// lang returns the language of the parser for the shell.
func (r *reading) lang() syntax.LangVariant {
	switch r.shell {
	case Dash:
		return syntax.LangPOSIX
	case Zsh:
		return syntax.LangZsh
	case Mksh, Ksh:
		return syntax.LangMirBSDKorn
	}
	return syntax.LangBash
}

// parse fills in the file and what is opaque in it.
func (r *reading) parse() *ParseError {
	if err := r.chooseStandIns(); err != nil {
		return err
	}
	if err := r.rounds(); err != nil {
		return err
	}
	r.negate()
	if err := r.checkParens(); err != nil {
		return err
	}
	r.restore()
	r.checkAll()
	return nil
}

// chooseStandIns finds bytes to stand for those that the parser would not take
// as they are.
func (r *reading) chooseStandIns() *ParseError {
	r.stand = newStandIns(r.src)
	ok := true
	if at := strings.IndexByte(r.src, '\r'); at >= 0 {
		if r.cr, ok = r.stand.take('\r'); !ok {
			return errorAt(r.src, at, "too many different control characters")
		}
	}
	r.invalid = invalidBytes(r.src)
	for _, at := range r.invalid {
		if _, ok = r.stand.take(r.src[at]); !ok {
			return errorAt(r.src, at, "too many different bytes that are not UTF-8")
		}
	}
	return nil
}

// rounds parses the text, and again with one edit more while a bridge is
// found.
func (r *reading) rounds() *ParseError {
	for {
		e := r.edition()
		f, err := parseBounded(e.text, r.lang(), r.lim, r.work)
		if err != nil {
			if r.bridgeError(err, e) {
				continue
			}
			return r.parseError(err, e)
		}
		e.relocate(f)
		if !r.bridgeTree(f) {
			r.file = f
			return nil
		}
	}
}

// substitute adds an edit that puts a stand-in for the byte at off.
func (r *reading) substitute(off int) bool {
	in, ok := r.stand.take(r.src[off])
	if ok {
		r.edits = append(r.edits, edit{off, 1, string(in)})
	}
	return ok
}

// edited reports whether an edit begins at off.
func (r *reading) edited(off int) bool {
	for _, e := range r.edits {
		if e.at == off {
			return true
		}
	}
	return false
}

// restore puts the original bytes back into the tree, and takes escaped line
// ends that the parser left in words out.
func (r *reading) restore() {
	walk(r.file, func(n syntax.Node, above []syntax.Node) {
		switch n := n.(type) {
		case *syntax.Lit:
			n.Value = r.stand.restore(n.Value)
			if strings.Contains(n.Value, "\\\n") && !inQuotedHdoc(n, above) {
				n.Value = dropJoins(n.Value)
			}
		case *syntax.SglQuoted:
			n.Value = r.stand.restore(n.Value)
		}
	})
}

// dropJoins removes escaped line ends from v.
func dropJoins(v string) string {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) {
			if i++; v[i] == '\n' {
				continue
			}
			b.WriteByte('\\')
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

// inQuotedHdoc reports whether l is the body of a here-document with a quoted
// delimiter, in which a backslash is a backslash.
func inQuotedHdoc(l *syntax.Lit, above []syntax.Node) bool {
	if len(above) < 2 {
		return false
	}
	redir, ok := above[len(above)-2].(*syntax.Redirect)
	if !ok || redir.Hdoc == nil || redir.Hdoc != above[len(above)-1] {
		return false
	}
	_, quoted, ok := literal(redir.Word)
	return quoted || !ok
}

// negate marks the pipelines that began with a ! made blank.
func (r *reading) negate() {
	for _, at := range r.bangs {
		done := false
		walk(r.file, func(n syntax.Node, _ []syntax.Node) {
			s, ok := n.(*syntax.Stmt)
			if !ok || done || s.Cmd == nil || from(s.Cmd) != at+1 || s.Negated {
				return
			}
			b, isBinary := s.Cmd.(*syntax.BinaryCmd)
			if isBinary && b.Op != syntax.Pipe && b.Op != syntax.PipeAll {
				return
			}
			s.Negated, done = true, true
		})
	}
}

// checkParens makes sure that the shell does not take (( as arithmetic where
// it was split into two subshells.
func (r *reading) checkParens() *ParseError {
	for _, at := range r.parens {
		nested := false
		walk(r.file, func(n syntax.Node, above []syntax.Node) {
			switch n.(type) {
			case *syntax.Subshell, *syntax.ArithmCmd:
				if from(n) == at+1 && to(n) < len(r.src) {
					nested = r.src[to(n)] != ')'
				}
			}
		})
		if !nested {
			return errorAt(r.src, at, "not a valid arithmetic expression")
		}
	}
	return nil
}
