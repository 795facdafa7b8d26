package analysis

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules/value"
)

// guarded walks what runs only if cond has ended with want, as the second half of
// [ -f x ] || cp y x. A file of which cond asks whether it exists is then not
// there, whatever the disk says now. What is learned so ends with the branch.
func (it *interp) guarded(cond *syntax.Stmt, want result, branch func() result) result {
	var taken []string
	for _, p := range it.absentIf(cond, want) {
		if _, ok := it.st.files[p]; !ok {
			it.st.files[p] = file{absent: true}
			taken = append(taken, p)
		}
	}
	r := branch()
	for _, p := range taken {
		delete(it.st.files, p)
	}
	return r
}

// absentIf lists the paths that are on the disk now and cannot be there once
// cond, a single test of a file, has ended with want.
func (it *interp) absentIf(cond *syntax.Stmt, want result) []string {
	if cond == nil || cond.Background || len(cond.Redirs) > 0 {
		return nil
	}
	if cond.Negated {
		want = invert(want)
	}
	switch c := cond.Cmd.(type) {
	case *syntax.TestClause:
		x := c.X
		for {
			u, ok := x.(*syntax.UnaryTest)
			if !ok {
				return nil
			}
			if u.Op != syntax.TsNot {
				w, _ := u.X.(*syntax.Word)
				return it.absentFile(u.Op.String(), w, want)
			}
			x, want = u.X, invert(want)
		}
	case *syntax.CallExpr:
		args := c.Args
		if len(c.Assigns) > 0 || len(args) < 3 || it.st.funcs[args[0].Lit()] != nil {
			return nil
		}
		switch args[0].Lit() {
		case "[":
			args = args[1 : len(args)-1]
		case "test":
			args = args[1:]
		default:
			return nil
		}
		for len(args) == 3 && args[0].Lit() == "!" {
			args, want = args[1:], invert(want)
		}
		if len(args) == 2 {
			return it.absentFile(args[0].Lit(), args[1], want)
		}
	}
	return nil
}

// absentFile is the file of which op asks, if the answer want means that nothing
// is in its place.
func (it *interp) absentFile(op string, w *syntax.Word, want result) []string {
	if w == nil || want != failure || runsCommands(w) {
		return nil
	}
	t := it.literal(w)
	p := it.abs(t)
	if t == "" || !t.Known() || !p.Known() || strings.HasSuffix(string(t), "/") {
		return nil
	}
	fi, err := it.w.Lstat(string(p))
	if err != nil {
		return nil
	}
	switch op {
	case "-e", "-a":
	case "-f", "-s":
		if !fi.Mode().IsRegular() || op == "-s" && fi.Size() == 0 {
			return nil
		}
	case "-d":
		if !fi.IsDir() {
			return nil
		}
	default:
		return nil
	}
	if value.Text(p) != it.real(p) {
		return nil // a link: the question is about what it points to
	}
	return []string{string(p)}
}

// runsCommands reports whether evaluating a word runs something or changes a
// variable.
func runsCommands(w *syntax.Word) bool {
	found := false
	syntax.Walk(w, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst, *syntax.ArithmExp:
			found = true
		case *syntax.ParamExp:
			found = found || x.Exp != nil
		}
		return !found
	})
	return found
}
