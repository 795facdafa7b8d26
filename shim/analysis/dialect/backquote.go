package dialect

import (
	"reflect"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxBackquotes bounds how deep backquotes are followed into each other.
const maxBackquotes = 4

// inBackquotes reports whether a backquoted substitution is above.
func inBackquotes(above []syntax.Node) bool {
	for _, n := range above {
		if s, ok := n.(*syntax.CmdSubst); ok && s.Backquotes {
			return true
		}
	}
	return false
}

// backquotes reads a substitution as the shell does: up to the next unescaped
// backquote, whatever is between, then the text without the escapes on its
// own. What differs from the tree is opaque.
func (c *checker) backquotes(s *syntax.CmdSubst, above []syntax.Node) {
	start, right := from(s)+1, int(s.Right.Offset())
	end := start
	for end < len(c.src) && c.src[end] != '`' {
		if c.src[end] == '\\' {
			end++
		}
		end++
	}
	if end != right {
		c.hide(from(s))
		return
	}
	text := c.src[start:end]
	if !strings.Contains(text, `\`) {
		return
	}
	special := "$`\\"
	if inDouble(above) {
		special += `"`
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && strings.IndexByte(special, text[i+1]) >= 0 {
			i++
		}
		b.WriteByte(text[i])
	}
	in := reading{shell: c.shell, opts: c.opts, lim: c.lim, work: c.work, src: b.String(), nest: c.nest + 1}
	if in.nest > maxBackquotes || in.parse() != nil || len(in.opaque) > 0 ||
		!sameTree(reflect.ValueOf(in.file.Stmts), reflect.ValueOf(s.Stmts)) {
		c.hideNode(s)
	}
}

// inDouble reports whether the nearest quotes above are double ones.
func inDouble(above []syntax.Node) bool {
	for i := len(above) - 1; i >= 0; i-- {
		switch above[i].(type) {
		case *syntax.DblQuoted:
			return true
		case *syntax.Stmt:
			return false
		}
	}
	return false
}
