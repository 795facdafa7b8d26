package dialect

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// zsh hides what the parser returns as words and zsh runs, or reads in another
// way.
func (c *checker) zsh(n syntax.Node, above []syntax.Node) {
	switch n := n.(type) {
	case *syntax.CallExpr:
		c.zshCall(n)
	case *syntax.Word:
		c.zshWord(n, above)
	case *syntax.ParamExp:
		if n.GlobSubst != 0 || n.Flags != nil && strings.ContainsAny(n.Flags.Value, "e%$`'\"\\<>;&") {
			c.hideNode(n)
		}
		for _, m := range n.Modifiers {
			if strings.ContainsAny(m.Value, "$`'\"\\") {
				c.hide(from(n))
			}
		}
	case *syntax.FlagsArithm:
		if strings.ContainsAny(c.src[from(n):to(n)], "$`'\"\\") {
			c.hide(from(n))
		}
	case *syntax.FuncDecl:
		if len(n.Names) > 0 {
			c.hideNode(n)
		}
	case *syntax.Comment:
		if c.opts.Interactive {
			c.hide(from(n))
		}
	}
}

// zshCall hides commands whose first word is reserved in zsh, or modifies how
// the rest is read.
func (c *checker) zshCall(call *syntax.CallExpr) {
	if len(call.Args) == 0 {
		return
	}
	first, quoted, ok := literal(call.Args[0])
	if !ok || quoted {
		return
	}
	switch first {
	case "repeat", "foreach", "end", "coproc", "nocorrect", "noglob", "-", "always":
		c.hide(from(call))
	}
	if strings.HasPrefix(first, "{") || strings.HasPrefix(first, "}") {
		c.hide(from(call))
	}
}

// zshWord hides words that zsh expands by a rule that the tree does not show.
func (c *checker) zshWord(w *syntax.Word, above []syntax.Node) {
	for i, part := range w.Parts {
		l, ok := part.(*syntax.Lit)
		if !ok {
			continue
		}
		switch v := l.Value; {
		case i == 0 && len(v) > 1 && v[0] == '=' && !inTest(above):
			c.hideNode(w)
		case strings.HasPrefix(v, "(") && strings.ContainsAny(v[1:], "($`'\"\\<>;&\n#{}"):
			c.hide(from(w))
		case strings.HasPrefix(v, "(") && !strings.Contains(v, "|") && strings.ContainsAny(v, "e+"):
			c.hideNode(w)
		case strings.Contains(v, "}") && !strings.Contains(v, "{") && i == 0:
			c.hide(from(w)) // } ends a block wherever it is a word
		}
	}
}

// inTest reports whether [[ … ]] is the nearest command above.
func inTest(above []syntax.Node) bool {
	for i := len(above) - 1; i >= 0; i-- {
		switch above[i].(type) {
		case *syntax.TestClause:
			return true
		case *syntax.Stmt:
			return false
		}
	}
	return false
}
