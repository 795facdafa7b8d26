package dialect

import (
	"reflect"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// checker walks a finished tree for places where the shell may do something
// that the tree does not show.
type checker struct {
	*reading
	docs   []heredoc
	quotes map[int]int // the end of each quoted string, by its start
	semis  []int       // offsets of the ; that end statements

	extglob bool // a command may turn extended patterns on
}

// checkAll lists what is opaque in the tree.
func (r *reading) checkAll() {
	c := &checker{reading: r, quotes: map[int]int{}}
	if r.shell == Ksh && !r.agrees(syntax.LangBash) {
		r.hide(0)
	}
	walk(r.file, c.visit)
	c.lostSeparators()
	r.checkHeredocs(c.docs, c.quotes)
	r.checkJoins()
	if r.opts.Extglob || c.extglob {
		for _, at := range r.bangs {
			r.hide(at)
		}
	}
}

// hide makes everything from off on opaque.
func (r *reading) hide(off int) { r.opaque = append(r.opaque, Span{off, len(r.src)}) }

// hideNode makes a node opaque.
func (r *reading) hideNode(n syntax.Node) { r.opaque = append(r.opaque, Span{from(n), to(n)}) }

// agrees reports whether the text reads the same in another language.
func (r *reading) agrees(lang syntax.LangVariant) bool {
	e := r.edition()
	f, err := parseBounded(e.text, lang, r.lim, r.work)
	if err != nil {
		return false
	}
	other := *r
	other.file = f
	other.restore()
	return sameTree(reflect.ValueOf(r.file), reflect.ValueOf(f))
}

func (c *checker) visit(n syntax.Node, above []syntax.Node) {
	switch n := n.(type) {
	case *syntax.SglQuoted:
		c.quotes[from(n)] = to(n)
		c.sglQuoted(n, above)
	case *syntax.DblQuoted:
		if !strings.ContainsAny(c.src[from(n):to(n)], "`(") {
			c.quotes[from(n)] = to(n)
		}
	case *syntax.CmdSubst:
		c.cmdSubst(n, above)
	case *syntax.ExtGlob:
		if strings.ContainsAny(n.Pattern.Value, "'\"\\$`<>;&\n") {
			c.hide(from(n)) // the pattern is read as text up to a parenthesis
		}
	case *syntax.Redirect:
		if n.Op == syntax.Hdoc || n.Op == syntax.DashHdoc {
			c.docs = append(c.docs, heredoc{n, substOf(above)})
		}
	case *syntax.Stmt:
		if n.Semicolon.IsValid() && !n.Background {
			c.semis = append(c.semis, int(n.Semicolon.Offset()))
		}
	case *syntax.CoprocClause:
		if n.Name != nil && !isCompound(n.Stmt) {
			c.hideNode(n)
		}
	case *syntax.TimeClause:
		if n.Stmt != nil {
			if call, ok := n.Stmt.Cmd.(*syntax.CallExpr); ok && len(call.Args) > 0 && strings.HasPrefix(call.Args[0].Lit(), "-") {
				c.hideNode(n)
			}
		}
	case *syntax.FuncDecl:
		c.funcDecl(n)
	case *syntax.DeclClause:
		if n.Variant.Value == "nameref" && c.shell != Mksh {
			c.hideNode(n)
		}
	case *syntax.BinaryTest:
		switch n.Op {
		case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
			c.evaluated(n)
		}
	case *syntax.UnaryTest:
		if n.Op == syntax.TsVarSet || n.Op == syntax.TsRefVar {
			c.evaluated(n)
		}
	case *syntax.CallExpr:
		if _, ok := bangGlob(n); ok {
			c.hideNode(n)
		}
		c.alias(n)
		c.extglob = c.extglob || mayEnable(n, "extglob")
	}
	if c.shell == Zsh {
		c.zsh(n, above)
	}
}

// sglQuoted hides text from a quoted string on that the shell does not take as
// quoted: in arithmetic, in a subscript, and in ${…} within double quotes a
// single quote is an ordinary character.
func (c *checker) sglQuoted(q *syntax.SglQuoted, above []syntax.Node) {
	text := c.src[from(q):to(q)]
	switch quoteContext(q, above) {
	case arithmetic:
		if strings.ContainsAny(text, "$`\\\"()[]{}") {
			c.hide(from(q))
		}
	case braces:
		if strings.ContainsAny(text, "$`\\\"}") {
			c.hide(from(q))
		}
	}
}

// The places where a single quote does not quote.
const (
	plain = iota
	arithmetic
	braces
)

// quoteContext says in which of those places q is.
func quoteContext(q syntax.Node, above []syntax.Node) int {
	inExp := false
	for i := len(above) - 1; i >= 0; i-- {
		switch n := above[i].(type) {
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.CStyleLoop, *syntax.LetClause,
			*syntax.BinaryArithm, *syntax.UnaryArithm, *syntax.ParenArithm:
			return arithmetic
		case *syntax.ParamExp:
			if n.Index != nil && from(n.Index) <= from(q) && to(q) <= to(n.Index) {
				return arithmetic
			}
			inExp = true
		case *syntax.Assign:
			if n.Index != nil && from(n.Index) <= from(q) && to(q) <= to(n.Index) {
				return arithmetic
			}
		case *syntax.ArrayElem:
			if n.Index != nil && from(n.Index) <= from(q) && to(q) <= to(n.Index) {
				return arithmetic
			}
		case *syntax.DblQuoted:
			if inExp {
				return braces
			}
		case *syntax.Redirect:
			if inExp && n.Hdoc != nil && len(above) > i+1 && above[i+1] == n.Hdoc {
				return braces
			}
		case *syntax.Stmt:
			return plain
		}
	}
	return plain
}

// cmdSubst checks the forms of command substitution that are read by rules of
// their own.
func (c *checker) cmdSubst(s *syntax.CmdSubst, above []syntax.Node) {
	switch {
	case s.TempFile || s.ReplyVar:
		if c.shell != Mksh {
			c.hide(from(s)) // bash before 5.3 ends it at the first brace
		}
	case s.Backquotes && !inBackquotes(above):
		c.backquotes(s, above)
	}
}

// funcDecl hides functions that run at once, or in place of what the tree
// shows as a clause.
func (c *checker) funcDecl(f *syntax.FuncDecl) {
	if f.Name == nil {
		c.hideNode(f)
		return
	}
	switch f.Name.Value {
	case "declare", "local", "export", "readonly", "typeset", "nameref", "let":
		c.hide(from(f))
	}
}

// evaluated hides a test whose operands the shell evaluates as arithmetic,
// expanding them once more, where quotes would keep that from being seen.
func (c *checker) evaluated(t syntax.Node) {
	syntax.Walk(t, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.SglQuoted:
			if strings.ContainsAny(n.Value, "$`") {
				c.hideNode(t)
			}
		case *syntax.Lit:
			if strings.Contains(n.Value, `\$`) || strings.Contains(n.Value, "\\`") {
				c.hideNode(t)
			}
		}
		return true
	})
}

// mayEnable reports whether a command may turn a shell option on.
func mayEnable(call *syntax.CallExpr, option string) bool {
	for i, w := range call.Args {
		s, _, ok := literal(w)
		if i == 0 && (!ok || s == "eval" || s == "source" || s == ".") || i > 0 && ok && s == option {
			return true
		}
		if name, _, _ := literal(call.Args[0]); !ok && (name == "shopt" || name == "builtin" || name == "command") {
			return true
		}
	}
	return false
}

// lostSeparators hides substitutions in which a ; comes after a here-document:
// bash 5.2 prints the parsed substitution to text and reads it again, and
// leaves that ; out, so that two commands become one.
func (c *checker) lostSeparators() {
	if c.shell != Bash {
		return
	}
	slices.Sort(c.semis)
	for _, d := range c.docs {
		if d.subst == nil {
			continue
		}
		i, _ := slices.BinarySearch(c.semis, from(d.redir))
		if i < len(c.semis) && c.semis[i] < to(d.subst) {
			c.hideNode(d.subst)
		}
	}
}

// substOf returns the nearest command or process substitution above, unless it
// is in backquotes.
func substOf(above []syntax.Node) syntax.Node {
	for i := len(above) - 1; i >= 0; i-- {
		switch n := above[i].(type) {
		case *syntax.CmdSubst:
			if !n.Backquotes {
				return n
			}
			return nil
		case *syntax.ProcSubst:
			return n
		}
	}
	return nil
}

// isCompound reports whether s is a compound command, which alone can follow
// the name of a coprocess.
func isCompound(s *syntax.Stmt) bool {
	if s == nil {
		return false
	}
	switch s.Cmd.(type) {
	case *syntax.Block, *syntax.Subshell, *syntax.IfClause, *syntax.WhileClause,
		*syntax.ForClause, *syntax.CaseClause, *syntax.ArithmCmd, *syntax.TestClause:
		return true
	}
	return false
}

// checkJoins hides text from an escaped line end on that joins two parts of an
// operator: the shell sees the whole operator, the parser its parts.
func (r *reading) checkJoins() {
	for off := 0; ; {
		i := strings.Index(r.src[off:], "\\\n")
		if i < 0 {
			return
		}
		at := off + i
		off = afterJoins(r.src, at)
		if at == 0 || off >= len(r.src) || oddBackslashes(r.src[:at]) {
			continue
		}
		if joins(r.src[at-1], r.src[off]) {
			r.hide(at - 1)
			return
		}
	}
}

// joins reports whether a and b may be parts of one operator.
func joins(a, b byte) bool {
	const operators = "&|<>;(){}[]!?*+@=-$`'\"#:"
	switch a {
	case '$':
		return b != ' ' && b != '\t' && b != '\n'
	case '&', '|', '<', '>', ';', '(', ')', '{', '!', '?', '*', '+', '@', '=', '[', ']', ':', '#', '%', '/', '^', ',', '-':
		return strings.IndexByte(operators, b) >= 0
	}
	return false
}
