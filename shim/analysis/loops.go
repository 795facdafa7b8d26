package analysis

import (
	"maps"
	"slices"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
)

// binary walks a pipeline, an and-list or an or-list.
func (it *interp) binary(c *syntax.BinaryCmd) result {
	switch c.Op {
	case syntax.Pipe, syntax.PipeAll:
		left := it.sub()
		left.forks++
		buf := &buffer{}
		left.stdout = buf
		if c.Op == syntax.PipeAll {
			left.stderr = buf
		}
		mark := len(*it.out)
		left.stmt(c.X)
		if c.Op == syntax.Pipe {
			it.handOver(c.X, it.passwordFor(c.Y), mark)
		}
		it.keepFiles(left.st)
		right := it.sub()
		right.stdin = buf.stream()
		r := right.stmt(c.Y)
		it.keepFiles(right.st)
		if it.st.shopt["lastpipe"] {
			it.st.join(right.st)
		}
		return r
	case syntax.AndStmt:
		it.missed = ""
		l := it.stmt(c.X)
		if it.flow != flowNone {
			return l
		}
		if l == failure {
			// The right side is not reached if the left surely fails; what is
			// in it is judged all the same, without its effects.
			it.unreached([]*syntax.Stmt{c.X}, func() {
				it.beyond(c.X, func(x *interp) { x.stmt(c.Y) })
			})
			return failure
		}
		after := it.st.clone()
		if changesDir(c.X) {
			it.st.vars.drop(dirName)
		}
		if it.st.keeping.root != "" && succeeds(c.X) {
			it.st.kept = it.st.keeping
		}
		in := it.stdin
		r := it.guarded(c.X, success, func() result { return it.stmt(c.Y) })
		if l != success {
			kept := it.st.keeping
			if kept.root == "" {
				kept = it.st.kept
			}
			it.depart()
			it.st.join(after)
			it.st.keeping = kept // for what follows another &&
			it.mayRead(in)
			if r == failure {
				return failure // whatever the left side does
			}
			return unsure
		}
		return r
	default:
		dir := it.st.dir
		l := it.stmt(c.X)
		if it.flow != flowNone {
			return l
		}
		if l == success {
			it.unreached([]*syntax.Stmt{c.X}, func() {
				it.aside(func(x *interp) { x.stmt(c.Y) })
			})
			return success
		}
		after := it.st.clone()
		if changesDir(c.X) { // it has succeeded, or the directory is the old one
			after.vars.drop(dirName)
			it.st.dir = dir
			it.st.vars.drop(dirName)
		}
		in := it.stdin
		r := it.guarded(c.X, failure, func() result { return it.stmt(c.Y) })
		if l == failure {
			return r
		}
		it.mayRead(in)
		if it.flow != flowNone { // cmd || exit
			it.depart()
			*it.st = *after
			return success
		}
		it.st.join(after)
		return unsure
	}
}

// mayRead settles the standard input after commands that may not have run: it is
// unknown if they read some of it, which otherwise is in.
func (it *interp) mayRead(in stream) {
	if !sameStream(it.stdin, in) {
		it.stdin = stream{text: value.Any, set: true, path: in.path}
	}
}

// changesDir reports whether s succeeds only if every cd in it does, which is at
// its top level.
func changesDir(s *syntax.Stmt) bool {
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		return !s.Negated && len(c.Args) > 0 && (c.Args[0].Lit() == "cd" || c.Args[0].Lit() == "pushd")
	case *syntax.BinaryCmd:
		return !s.Negated && c.Op == syntax.AndStmt && (changesDir(c.X) || changesDir(c.Y))
	}
	return false
}

// succeeds reports whether s succeeds only if the last command in it does, and all
// before that.
func succeeds(s *syntax.Stmt) bool {
	if s.Negated || s.Background {
		return false
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		return true
	case *syntax.BinaryCmd:
		return c.Op == syntax.AndStmt && succeeds(c.X) && succeeds(c.Y)
	}
	return false
}

func (it *interp) ifClause(c *syntax.IfClause) result {
	if c == nil {
		return success
	}
	if len(c.Cond) == 0 { // else
		return it.stmts(c.Then)
	}
	it.missed = ""
	cond := it.stmts(c.Cond)
	switch cond {
	case success:
		r := it.stmts(c.Then)
		it.unreached(c.Cond, func() {
			it.aside(func(x *interp) { x.ifClause(c.Else) })
		})
		return r
	case failure:
		it.unreached(c.Cond, func() {
			it.beyond(c.Cond[len(c.Cond)-1], func(x *interp) { x.stmts(c.Then) })
		})
		return it.ifClause(c.Else)
	}
	other := it.sub()
	other.depth--
	last := c.Cond[len(c.Cond)-1]
	it.guarded(last, success, func() result { return it.stmts(c.Then) })
	f1 := it.flow
	other.guarded(last, failure, func() result { return other.ifClause(c.Else) })
	switch {
	case f1 != flowNone && other.flow == flowNone:
		it.depart()
		*it.st = *other.st
	case other.flow != flowNone && f1 == flowNone:
		other.depart()
	case f1 != flowNone:
		other.depart()
	default:
		it.st.join(other.st)
	}
	it.mayRead(other.stdin)
	return unsure
}

func (it *interp) whileClause(c *syntax.WhileClause) result {
	defer it.enterLoop()()
	for n := 0; n < maxRounds && (n == 0 || !it.crowded()); n++ {
		before, in := it.st.clone(), it.stdin
		r := it.stmts(c.Cond)
		if c.Until {
			r = invert(r)
		}
		if it.endLoop() || r == failure && n > 0 {
			return success
		}
		if r == failure {
			return success // it is never entered
		}
		it.stmts(c.Do)
		if it.endLoop() {
			return success
		}
		if r == unsure {
			it.again(func() {
				it.stmts(c.Cond)
				it.flow = flowNone
				it.stmts(c.Do)
			})
			it.st.join(before)
			return unsure
		}
		if it.st.same(before) && sameStream(it.stdin, in) || !it.spend() {
			it.endless(c.Do)
			return unsure // every further round is the same
		}
	}
	it.again(func() {
		it.stmts(c.Cond)
		it.flow = flowNone
		it.stmts(c.Do)
	})
	return unsure
}

// endless says what a loop that never ends leads to: processes without end, if a
// round starts some and waits for nothing.
func (it *interp) endless(body []*syntax.Stmt) {
	if spawns(body) {
		it.opaque("a loop without end starts processes, and waits for none", nil)
	}
}

// spawns reports whether statements leave more processes running each time.
func spawns(list []*syntax.Stmt) bool {
	found, pauses, waits, disowned := false, false, false, false
	for _, s := range list {
		syntax.Walk(s, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Subshell:
				found = found || spawns(n.Stmts)
				return false // what waits in there is another shell
			case *syntax.Stmt:
				found = found || n.Background || n.Disown
				return !n.Background
			case *syntax.CallExpr:
				if len(n.Args) > 0 {
					switch n.Args[0].Lit() {
					case "wait":
						waits = true
					case "disown":
						disowned = true
					case "sleep", "read", "break", "exit", "return":
						pauses = true
					}
				}
			case *syntax.FuncDecl, *syntax.CmdSubst:
				return false
			}
			return true
		})
	}
	return found && !pauses && (!waits || disowned) // what is disowned is not waited for
}

// again walks a loop on for all the rounds that are not walked one by one, until
// a round changes nothing more. The first rounds add to what variables may hold;
// what one changes later is unknown from then on.
func (it *interp) again(round func()) {
	for n := range maxMerged + maxAgain {
		before, in := it.st.clone(), it.stdin
		round()
		it.depart()
		if !it.st.dir.Known() && !before.dir.Known() { // below a directory that is not known already
			it.st.dir = before.dir
			it.st.vars.drop(dirName)
		}
		it.forgetChanges(before, n < maxMerged)
		it.mayRead(in)
		if it.st.same(before) && sameStream(it.stdin, in) || !it.spend() {
			return
		}
	}
	it.opaque("a loop goes on in a way that guard cannot follow", nil)
}

// forgetChanges makes all that differs from an earlier state unknown. If merge is
// set, variables keep what they may hold of both.
func (it *interp) forgetChanges(before *state, merge bool) {
	changed := it.st.clone()
	it.st.join(before)
	for n, v := range changed.vars.all() {
		if old, ok := before.vars.get(n); ok && sameVar(old, v) {
			continue
		}
		v = it.st.vars.at(n)
		switch {
		case n == dirName || merge:
			continue
		case v.array:
			v.list = []value.Text{value.Many}
		case v.keys != nil:
			v.keys = maps.Clone(v.keys)
			for k := range v.keys {
				v.keys[k] = value.Any
			}
		default:
			v.alts, v.unset = []value.Text{value.Any}, false
		}
		it.st.vars.set(n, v)
	}
	if it.st.dir != before.dir {
		it.st.dir = value.Any
		it.st.vars.drop(dirName)
	}
	if !slices.Equal(changed.params, before.params) {
		it.st.params = []value.Text{value.Many}
	}
}

// endLoop settles a pending break or continue; true if the loop is over.
func (it *interp) endLoop() bool {
	if (it.flow == flowContinue || it.flow == flowBreak) && it.levels > 1 {
		it.levels--
		return true
	}
	switch it.flow {
	case flowContinue:
		it.flow = flowNone
	case flowBreak:
		it.flow = flowNone
		return true
	case flowReturn, flowExit:
		return true
	case flowNone:
	}
	return false
}

// sameVar reports whether two variables may hold the same, in any order.
func sameVar(a, b variable) bool {
	if len(a.alts) != len(b.alts) || len(a.keys) != len(b.keys) || !slices.Equal(a.list, b.list) {
		return false
	}
	for i, t := range a.alts {
		if !slices.Contains(b.alts, t) || !slices.Contains(a.alts, b.alts[i]) {
			return false
		}
	}
	return maps.Equal(a.keys, b.keys) && a.unset == b.unset && a.nameref == b.nameref && a.file == b.file
}

func (it *interp) forClause(c *syntax.ForClause) result {
	defer it.enterLoop()()
	switch l := c.Loop.(type) {
	case *syntax.WordIter:
		items := it.st.params
		if l.InPos.IsValid() || len(l.Items) > 0 {
			it.anyOrder = true
			items = it.fields(l.Items)
			it.anyOrder = false
		}
		if c.Select { // a choice and a prompt at a time, in any order
			items = append(items[:len(items):len(items)], value.Any)
			it.set("REPLY", value.Any)
		}
		for k, w := range items {
			if k == maxRounds || k > 0 && it.crowded() {
				rest := it.rest(items[k:])
				it.again(func() {
					for _, w := range rest {
						it.set(l.Name.Value, w)
						if it.stmts(c.Do); it.endLoop() || !it.spend() {
							return
						}
					}
				})
				break
			}
			it.set(l.Name.Value, w)
			it.stmts(c.Do)
			if it.endLoop() || !it.spend() {
				break
			}
		}
	case *syntax.CStyleLoop:
		return it.cLoop(c, l)
	default:
		it.opaque("guard does not know this kind of loop", nil)
	}
	return unsure
}

func (it *interp) cLoop(c *syntax.ForClause, l *syntax.CStyleLoop) result {
	if l.Init != nil {
		it.arith(l.Init)
	}
	for n := 0; n < maxRounds && (n == 0 || !it.crowded()); n++ {
		known, v := true, int64(1)
		if l.Cond != nil {
			v, known = it.arith(l.Cond)
		}
		if known && v == 0 {
			return success
		}
		it.stmts(c.Do)
		if it.endLoop() || !it.spend() {
			return unsure
		}
		if l.Post != nil {
			it.arith(l.Post)
		}
		if !known {
			return unsure
		}
	}
	if l.Cond == nil {
		it.endless(c.Do)
	}
	it.again(func() {
		it.stmts(c.Do)
		it.depart()
		if l.Post != nil {
			it.arith(l.Post)
		}
	})
	return unsure
}

func (it *interp) caseClause(c *syntax.CaseClause) result {
	subject := it.literal(c.Word)
	var ends []*state // of the branches that end the command
	least := rules.No // how sure it is that the branch before falls through
	for i, item := range c.Items {
		m := least
		least = rules.No
		for _, p := range item.Patterns {
			m = max(m, matchPattern(it.pattern(p), subject, it.st.shopt["nocasematch"]))
		}
		if m == rules.No {
			if !it.bound() {
				it.aside(func(x *interp) { x.stmts(item.Stmts) })
			}
			continue
		}
		branch := it.sub()
		branch.depth--
		r := branch.stmts(item.Stmts)
		it.stdin = branch.stdin
		ended := item.Op != syntax.Fallthrough && item.Op != syntax.Resume
		switch {
		case branch.flow != flowNone && m != rules.Yes:
			branch.depart()
			continue
		case branch.flow != flowNone || ended && m == rules.Yes:
			if !it.bound() || m != rules.Yes {
				it.aside(func(x *interp) {
					for _, rest := range c.Items[i+1:] {
						x.sub().stmts(rest.Stmts)
					}
				})
			}
			if it.flow, it.levels = branch.flow, branch.levels; it.flow == flowNone {
				for _, e := range ends {
					branch.st.join(e)
				}
			} else if len(ends) > 0 { // a branch before may have been taken
				it.depart()
				*branch.st = *ends[0]
				for _, e := range ends[1:] {
					branch.st.join(e)
				}
			}
			*it.st = *branch.st
			if len(ends) > 0 {
				return unsure
			}
			return r
		case ended:
			ends = append(ends, branch.st)
			continue
		case m == rules.Yes:
			*it.st = *branch.st
		default:
			it.st.join(branch.st)
		}
		if item.Op == syntax.Fallthrough {
			least = m
		}
	}
	for _, e := range ends {
		it.st.join(e)
	}
	return unsure
}
