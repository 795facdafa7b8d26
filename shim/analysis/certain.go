package analysis

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// A command that is not reached is walked all the same, for what a test has found may
// have changed by the time that the shell makes it. In a script or a function, which
// has a branch for each thing that it can be asked to do, that would refuse what nobody
// has asked for: there, tests of nothing but words decide.

// unreached walks what a condition keeps from being reached, unless it surely does.
func (it *interp) unreached(cond []*syntax.Stmt, f func()) {
	if it.scripted == 0 || !it.certain(cond) {
		f()
	}
}

// certain reports whether the outcome of a condition depends on words alone.
func (it *interp) certain(cond []*syntax.Stmt) bool {
	if len(cond) != 1 || len(cond[0].Redirs) > 0 || cond[0].Background {
		return false
	}
	switch c := cond[0].Cmd.(type) {
	case *syntax.TestClause:
		return wordTest(c.X)
	case *syntax.BinaryCmd:
		return (c.Op == syntax.AndStmt || c.Op == syntax.OrStmt) && it.certain([]*syntax.Stmt{c.X}) && it.certain([]*syntax.Stmt{c.Y})
	case *syntax.CallExpr:
		if len(c.Assigns) > 0 || len(c.Args) == 0 {
			return false
		}
		name, args := c.Args[0].Lit(), c.Args[1:]
		if it.st.funcs[name] != nil || it.st.aliases[name] != "" {
			return false
		}
		switch name {
		case "true", "false", ":":
			return len(args) == 0
		case "[":
			if len(args) == 0 || args[len(args)-1].Lit() != "]" {
				return false
			}
			args = args[:len(args)-1]
		case "test":
		default:
			return false
		}
		if len(args) > 0 && args[0].Lit() == "!" {
			args = args[1:]
		}
		switch len(args) {
		case 1:
			return true
		case 2:
			return slices.Contains([]string{"-n", "-z"}, args[0].Lit())
		case 3:
			return slices.Contains([]string{"=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"}, args[1].Lit())
		}
	}
	return false
}

// wordTest is certain for what stands in [[ … ]].
func wordTest(x syntax.TestExpr) bool {
	switch x := x.(type) {
	case *syntax.Word:
		return true
	case *syntax.ParenTest:
		return wordTest(x.X)
	case *syntax.UnaryTest:
		switch x.Op {
		case syntax.TsNot, syntax.TsEmpStr, syntax.TsNempStr:
			return wordTest(x.X)
		}
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.AndTest, syntax.OrTest:
			return wordTest(x.X) && wordTest(x.Y)
		case syntax.TsMatch, syntax.TsMatchShort, syntax.TsNoMatch, syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
			return true
		}
	}
	return false
}
