package analysis

import (
	"maps"
	"slices"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis/dialect"
)

// interp walks one command. Its methods never run anything: they record actions
// and change the abstract state.
type interp struct {
	w         World
	table     *programs.Table
	protected func(value.Text) bool
	shell     dialect.Shell
	out       *[]rules.Action
	budget    *int // steps left, shared by all nested walks
	entries   *int // directory entries left for find and its like

	st    *state
	org   origin
	via   []string
	depth int

	stdin  stream
	stdout *buffer
	stderr *buffer         // nil: goes nowhere that matters
	outs   map[int]*buffer // what n>&1 has kept; never changed in place

	choice map[string]int // variable to the alternative that is tried
	multi  map[string]int // variables met with several alternatives
	span   [2]int         // of the simple command at hand
	net    bool           // the text at hand comes from the network
	loop   int
	// anyOrder is set where the order of several words does not matter.
	anyOrder bool
	flow     flow
	levels   int // loops that a break or continue is for
	// left holds the states in which a break, continue, return or exit may
	// have been taken, by where it leads to.
	left map[lead]*state
	dead bool // what is walked is not reached
	// sourcing counts the files that are being sourced.
	sourcing int
	active   map[*function]int
	// entered holds the state in which a function was entered again, deep in
	// recursion.
	entered map[*function]entry
	forks   int // processes between the shell and this walk
	repos   *repoCache
	sinks   map[value.Text]func(stream) // what reads the other end of >(…)
	// pending holds the >(…) of the command at hand whose input did not get
	// known.
	pending    []func()
	childShopt []string // options (-O) of the shell that is about to be started
	// readsInput, if not nil, is set when a command may read the standard
	// input that the shell itself reads the script from.
	readsInput *bool
}

// entry is the state in which a function was entered.
type entry struct {
	st    *state
	forks int
}

// flow is a pending break, continue, return or exit.
type flow uint8

const (
	flowNone flow = iota
	flowBreak
	flowContinue
	flowReturn
	flowExit
)

// lead is where a break, continue, return or exit leads to: the end of a loop or
// function, or of the shell.
type lead struct{ kind, calls, loop int }

// leads says where a flow of the current loop and function leads to.
func (it *interp) leads(f flow) lead {
	switch f {
	case flowExit:
		return lead{kind: 3}
	case flowReturn:
		return lead{2, len(it.st.locals), 0}
	default:
		return lead{1, len(it.st.locals), it.loop - max(it.levels, 1) + 1}
	}
}

// depart keeps the state of a break, continue, return or exit that may have been
// taken, and goes on as if it was not.
func (it *interp) depart() {
	if it.flow == flowNone {
		return
	}
	to := it.leads(it.flow)
	if old, ok := it.left[to]; ok {
		old.join(it.st)
	} else {
		it.left[to] = it.st.clone()
	}
	it.flow = flowNone
}

// rejoin takes up the states that led here; true if there are any.
func (it *interp) rejoin(to lead) bool {
	s, ok := it.left[to]
	if ok {
		delete(it.left, to)
		for len(s.locals) > len(it.st.locals) {
			s.locals = s.locals[:len(s.locals)-1]
		}
		it.st.join(s)
	}
	return ok
}

// enterLoop notes that a loop begins; the returned function that it is over.
func (it *interp) enterLoop() func() {
	it.loop++
	return func() {
		it.levels = 1
		it.rejoin(it.leads(flowBreak))
		it.loop--
	}
}

// sub returns an interp for a nested walk over a forked state, such as a subshell.
func (it *interp) sub() *interp {
	c := *it
	c.st = it.st.clone()
	c.flow = flowNone
	c.depth++
	return &c
}

// spend uses up one step; false when the budget is gone, after noting it.
func (it *interp) spend() bool {
	*it.budget--
	if *it.budget == 0 {
		it.opaque("the command is too long to be followed", nil)
	}
	if len(*it.out) == maxActions {
		it.opaque("the command does more than can be followed", nil)
	}
	return *it.budget > 0 && len(*it.out) < maxActions
}

// emit records an action.
func (it *interp) emit(a rules.Action) {
	if len(*it.out) >= maxActions {
		if len(*it.out) == maxActions {
			it.opaque("the command does more than can be followed", nil)
		}
		return
	}
	if a.Span == [2]int{} {
		a.Span = it.span
	}
	if a.Via == nil && len(it.via) > 0 {
		a.Via = append([]string{}, it.via...)
	}
	if it.net {
		a.Via = append(a.Via, "download")
	}
	if a.Cwd == "" {
		a.Cwd = it.st.dir
	}
	*it.out = append(*it.out, a)
}

// opaque records that something runs which cannot be known.
func (it *interp) opaque(why string, argv []value.Text) {
	if argv == nil {
		argv = []value.Text{value.Any}
	}
	*it.out = append(*it.out, rules.Action{Op: rules.Exec, Argv: argv, Why: why, Span: it.span, Via: append([]string{}, it.via...), Cwd: it.st.dir})
}

// walk uses up one directory entry of the walks of the whole command.
func (it *interp) walk() bool {
	*it.entries--
	return *it.entries > 0
}

// result is the exit status of a command, as far as it is known.
type result uint8

const (
	unsure result = iota
	success
	failure
)

func (it *interp) stmts(list []*syntax.Stmt) result {
	r := success
	for _, s := range list {
		r = it.stmt(s)
		if it.flow != flowNone {
			break
		}
	}
	return r
}

// stmt walks one statement with its redirections.
func (it *interp) stmt(s *syntax.Stmt) result {
	if s == nil || !it.spend() {
		return unsure
	}
	if it.depth > maxDepth {
		it.opaque("commands are nested too deeply to be followed", nil)
		return unsure
	}
	if s.Background || s.Coprocess || s.Disown {
		c := it.sub()
		c.forks++
		c.stdout = &buffer{}
		bg := *s
		bg.Background, bg.Coprocess, bg.Disown = false, false, false
		c.stmt(&bg)
		it.st.join(c.st)
		return success
	}
	r := it.redirected(s)
	if s.Negated {
		return invert(r)
	}
	return r
}

// redirected walks the command of s with its redirections in force.
func (it *interp) redirected(s *syntax.Stmt) result {
	if len(s.Redirs) == 0 {
		return it.command(s.Cmd)
	}
	saved := *it
	fds := it.st.fds
	keep := isExec(s.Cmd)
	for _, dir := range it.st.dirAlts() {
		if dir != it.st.dir {
			it.aside(func(x *interp) {
				x.st.dir = dir
				x.redirect(s, false)()
			})
		}
	}
	restore := it.redirect(s, keep)
	r := success
	if s.Cmd != nil {
		r = it.command(s.Cmd)
	}
	restore()
	if !keep {
		it.stdin, it.stdout, it.stderr, it.outs = saved.stdin, saved.stdout, saved.stderr, saved.outs
		it.st.fds = fds
	}
	return r
}

// isExec reports whether c is exec without a command, whose redirections last.
func isExec(c syntax.Command) bool {
	call, ok := c.(*syntax.CallExpr)
	return ok && len(call.Args) == 1 && call.Args[0].Lit() == "exec"
}

// command walks one command. Every node type of the parser that is a command has
// its case; a test proves it.
func (it *interp) command(c syntax.Command) result {
	switch c := c.(type) {
	case nil:
		return success
	case *syntax.CallExpr:
		return it.simple(c)
	case *syntax.BinaryCmd:
		return it.binary(c)
	case *syntax.Block:
		return it.stmts(c.Stmts)
	case *syntax.Subshell:
		sh := it.sub()
		sh.left = map[lead]*state{}
		r := sh.stmts(c.Stmts)
		if sh.rejoin(sh.leads(flowExit)) {
			r = unsure
		}
		sh.runTrap("EXIT")
		it.keepFiles(sh.st)
		return r
	case *syntax.IfClause:
		return it.ifClause(c)
	case *syntax.WhileClause:
		return it.whileClause(c)
	case *syntax.ForClause:
		return it.forClause(c)
	case *syntax.CaseClause:
		return it.caseClause(c)
	case *syntax.FuncDecl:
		it.declareFunc(c)
		return success
	case *syntax.DeclClause:
		return it.declare(c)
	case *syntax.ArithmCmd:
		v, ok := it.arith(c.X)
		return truth(v != 0, ok)
	case *syntax.LetClause:
		r := unsure
		for _, x := range c.Exprs {
			v, ok := it.arith(x)
			r = truth(v != 0, ok)
		}
		return r
	case *syntax.TestClause:
		return it.test(c.X)
	case *syntax.TimeClause:
		return it.stmt(c.Stmt)
	case *syntax.CoprocClause:
		sub := it.sub()
		sub.stdout = &buffer{}
		sub.stmt(c.Stmt)
		it.keepFiles(sub.st)
		return success
	case *syntax.TestDecl:
		return it.stmt(c.Body)
	}
	it.opaque("guard does not know this kind of command", nil)
	return unsure
}

func truth(b, ok bool) result {
	switch {
	case !ok:
		return unsure
	case b:
		return success
	}
	return failure
}

// keepFiles takes over what a child process did to files.
func (it *interp) keepFiles(s *state) {
	for p, f := range s.files {
		it.st.files[p] = f
	}
}

func (it *interp) declareFunc(c *syntax.FuncDecl) {
	f := &function{body: c.Body, org: it.org}
	names := c.Names
	if c.Name != nil {
		names = append(names, c.Name)
	}
	for _, n := range names {
		it.st.funcs[n.Value] = f
	}
}

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
		left.stmt(c.X)
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
		l := it.stmt(c.X)
		if it.flow != flowNone {
			return l
		}
		if l == failure {
			// The right side is not reached if the left surely fails; what is
			// in it is judged all the same, without its effects.
			it.aside(func(x *interp) { x.stmt(c.Y) })
			return failure
		}
		after := it.st.clone()
		if changesDir(c.X) {
			delete(it.st.vars, dirName)
		}
		in := it.stdin
		r := it.stmt(c.Y)
		if l != success {
			it.depart()
			it.st.join(after)
			it.mayRead(in)
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
			it.aside(func(x *interp) { x.stmt(c.Y) })
			return success
		}
		after := it.st.clone()
		if changesDir(c.X) { // it has succeeded, or the directory is the old one
			delete(after.vars, dirName)
			it.st.dir = dir
			delete(it.st.vars, dirName)
		}
		in := it.stdin
		r := it.stmt(c.Y)
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

// aside walks what is probably not reached, leaving the state as it is.
func (it *interp) aside(f func(*interp)) {
	x := it.sub()
	x.stdout = &buffer{}
	x.dead = true
	x.left = map[lead]*state{}
	f(x)
}

func (it *interp) ifClause(c *syntax.IfClause) result {
	if c == nil {
		return success
	}
	if len(c.Cond) == 0 { // else
		return it.stmts(c.Then)
	}
	cond := it.stmts(c.Cond)
	switch cond {
	case success:
		r := it.stmts(c.Then)
		it.aside(func(x *interp) { x.ifClause(c.Else) })
		return r
	case failure:
		it.aside(func(x *interp) { x.stmts(c.Then) })
		return it.ifClause(c.Else)
	}
	other := it.sub()
	other.depth--
	it.stmts(c.Then)
	f1 := it.flow
	other.ifClause(c.Else)
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
	for n := 0; n < maxRounds; n++ {
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

// again walks a loop on for all the rounds that are not walked one by one, until
// a round changes nothing more: what one does change is unknown from then on.
func (it *interp) again(round func()) {
	for range maxAgain {
		before, in := it.st.clone(), it.stdin
		round()
		it.depart()
		stable := it.st.same(before)
		it.forgetChanges(before)
		it.mayRead(in)
		if stable || !it.spend() {
			return
		}
	}
	it.opaque("a loop goes on in a way that guard cannot follow", nil)
}

// forgetChanges makes all that differs from an earlier state unknown.
func (it *interp) forgetChanges(before *state) {
	changed := it.st.clone()
	it.st.join(before)
	for n, v := range changed.vars {
		if old, ok := before.vars[n]; ok && sameVar(old, v) {
			continue
		}
		v = it.st.vars[n]
		switch {
		case n == dirName:
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
		it.st.vars[n] = v
	}
	if it.st.dir != before.dir {
		it.st.dir = value.Any
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

func sameVar(a, b variable) bool {
	if len(a.alts) != len(b.alts) || len(a.list) != len(b.list) || len(a.keys) != len(b.keys) {
		return false
	}
	for i := range a.alts {
		if a.alts[i] != b.alts[i] {
			return false
		}
	}
	for i := range a.list {
		if a.list[i] != b.list[i] {
			return false
		}
	}
	return maps.Equal(a.keys, b.keys) && a.unset == b.unset && a.nameref == b.nameref
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
		if len(items) > maxRounds {
			items = append(items[:maxRounds:maxRounds], value.Any)
		}
		for _, w := range items {
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
	for n := 0; n < maxRounds; n++ {
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
			it.aside(func(x *interp) { x.stmts(item.Stmts) })
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
			it.aside(func(x *interp) {
				for _, rest := range c.Items[i+1:] {
					x.sub().stmts(rest.Stmts)
				}
			})
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
