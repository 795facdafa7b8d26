package analysis

import "mvdan.cc/sh/v3/syntax"

// A command that is not reached is walked all the same, for what a test has found may
// have changed by the time that the shell makes it. In a script or a function, which
// has a branch for each thing that it can be asked to do, that would refuse what nobody
// has asked for: there, tests of nothing but words decide, as long as no words have
// come from files.

// bound reports whether what words decide is decided.
func (it *interp) bound() bool { return it.scripted > 0 && !*it.peeked }

// unreached walks what a condition keeps from being reached, unless it surely does.
func (it *interp) unreached(cond []*syntax.Stmt, f func()) {
	if !it.bound() || len(cond) != 1 || !it.certain(cond[0]) {
		f()
	}
}

// certain reports whether the outcome of a condition depends on nothing but what is
// walked: it is made of tests.
func (it *interp) certain(cond *syntax.Stmt) bool {
	if len(cond.Redirs) > 0 || cond.Background {
		return false
	}
	switch c := cond.Cmd.(type) {
	case *syntax.TestClause:
		return true
	case *syntax.BinaryCmd:
		return (c.Op == syntax.AndStmt || c.Op == syntax.OrStmt) && it.certain(c.X) && it.certain(c.Y)
	case *syntax.CallExpr:
		if len(c.Assigns) > 0 || len(c.Args) == 0 {
			return false
		}
		switch name := c.Args[0].Lit(); name {
		case "true", "false", ":", "[", "test":
			return it.st.funcs[name] == nil && it.st.aliases[name] == ""
		}
	}
	return false
}

// aside walks what is probably not reached, leaving the state as it is.
func (it *interp) aside(f func(*interp)) {
	x := it.sub()
	x.stdout = &buffer{}
	x.dead = true
	x.left = map[lead]*state{}
	f(x)
	it.missed = x.missed
}

// beyond walks what is only reached if before, which seems to fail, succeeds: in the
// directory that it then has changed to.
func (it *interp) beyond(before *syntax.Stmt, f func(*interp)) {
	missed := it.missed
	it.aside(func(x *interp) {
		if missed != "" && changesDir(before) {
			x.st.oldDir, x.st.dir = x.st.dir, missed
			x.st.vars.drop(dirName)
		}
		f(x)
	})
}
