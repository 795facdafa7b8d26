package analysis

import (
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
	stderr *buffer // nil: goes nowhere that matters

	choice map[string]int // variable to the alternative that is tried
	multi  map[string]int // variables met with several alternatives
	span   [2]int         // of the simple command at hand
	net    bool           // the text at hand comes from the network
	loop   int
	flow   flow
	repos  *repoCache
	sinks  map[value.Text]func(stream) // what reads the other end of >(…)
	// pending holds the >(…) of the command at hand whose input did not get
	// known.
	pending []func()
	// readsInput, if not nil, is set when a command may read the standard
	// input that the shell itself reads the script from.
	readsInput *bool
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
	return *it.budget > 0 && len(*it.out) < maxActions
}

// emit records an action.
func (it *interp) emit(a rules.Action) {
	if len(*it.out) >= maxActions {
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
	restore := it.redirect(s, keep)
	r := success
	if s.Cmd != nil {
		r = it.command(s.Cmd)
	}
	restore()
	if !keep {
		it.stdin, it.stdout, it.stderr = saved.stdin, saved.stdout, saved.stderr
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
		r := sh.stmts(c.Stmts)
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
		r := it.stmt(c.Y)
		if l != success {
			it.flow = flowNone
			it.st.join(after)
			return unsure
		}
		return r
	default:
		l := it.stmt(c.X)
		if it.flow != flowNone {
			return l
		}
		if l == success {
			it.aside(func(x *interp) { x.stmt(c.Y) })
			return success
		}
		after := it.st.clone()
		r := it.stmt(c.Y)
		if it.flow != flowNone && l == unsure { // cmd || exit
			it.flow = flowNone
			it.st = after
			return success
		}
		it.st.join(after)
		if l == failure {
			return r
		}
		return unsure
	}
}

// aside walks what is probably not reached, leaving the state as it is.
func (it *interp) aside(f func(*interp)) {
	x := it.sub()
	x.stdout = &buffer{}
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
		*it.st, it.flow = *other.st, flowNone
	case other.flow != flowNone && f1 == flowNone:
	default:
		it.st.join(other.st)
	}
	return unsure
}

func (it *interp) whileClause(c *syntax.WhileClause) result {
	it.loop++
	defer func() { it.loop-- }()
	start := it.st.clone()
	for n := 0; n < maxRounds; n++ {
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
		before := it.st.clone()
		it.stmts(c.Do)
		if it.endLoop() {
			return success
		}
		if r == unsure {
			it.again(c, before)
			it.st.join(before)
			return unsure
		}
		if it.st.same(before) || !it.spend() {
			return unsure // every further round is the same
		}
	}
	it.again(c, start)
	return unsure
}

// again walks a loop once more for all the rounds that are not walked one by one:
// what a round changes is then unknown.
func (it *interp) again(c *syntax.WhileClause, before *state) {
	it.widen(before)
	it.stmts(c.Cond)
	it.flow = flowNone
	it.stmts(c.Do)
	it.endLoop()
}

// endLoop settles a pending break or continue; true if the loop is over.
func (it *interp) endLoop() bool {
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

// widen makes every variable that a loop of unknown length changed unknown. A
// variable that got the same kind of value anew keeps it.
func (it *interp) widen(before *state) {
	for n, v := range it.st.vars {
		old, ok := before.vars[n]
		if !ok || sameVar(old, v) || v.array || v.keys != nil {
			continue
		}
		for _, a := range v.alts {
			if len(old.alts) == 1 && a != old.alts[0] && old.alts[0] != "" && len(a) >= len(old.alts[0]) && !it.fresh(a) {
				v.alts = []value.Text{value.Any}
				it.st.vars[n] = v
				break
			}
		}
	}
	if it.st.dir != before.dir && !it.fresh(it.st.dir) && len(it.st.dir) > len(before.dir) {
		it.st.dir = before.dir + "/" + value.Any
	}
}

// fresh reports whether a value already has unknown parts: another round gives it
// the same ones.
func (it *interp) fresh(t value.Text) bool { return !t.Known() }

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
	return len(a.keys) == 0
}

func (it *interp) forClause(c *syntax.ForClause) result {
	it.loop++
	defer func() { it.loop-- }()
	switch l := c.Loop.(type) {
	case *syntax.WordIter:
		items := it.st.params
		if l.InPos.IsValid() || len(l.Items) > 0 {
			items = it.fields(l.Items)
		}
		if c.Select {
			items = append(items, value.Any)
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
	for _, v := range loopVars(l) {
		it.set(v, value.Digits)
	}
	it.stmts(c.Do)
	it.endLoop()
	return unsure
}

// loopVars are the variables that the head of a C-style loop changes.
func loopVars(l *syntax.CStyleLoop) []string {
	var out []string
	syntax.Walk(l, func(n syntax.Node) bool {
		if lit, ok := n.(*syntax.Lit); ok && isName(lit.Value) {
			out = append(out, lit.Value)
		}
		return true
	})
	return out
}

func (it *interp) caseClause(c *syntax.CaseClause) result {
	subject := it.literal(c.Word)
	var ends []*state
	sure, fall := false, false
	for _, item := range c.Items {
		m := rules.No
		for _, p := range item.Patterns {
			m = max(m, matchPattern(it.pattern(p), subject, it.st.shopt["nocasematch"]))
		}
		if fall {
			m = rules.Yes
		}
		if sure || m == rules.No {
			it.aside(func(x *interp) { x.stmts(item.Stmts) })
			continue
		}
		branch := it.sub()
		branch.depth--
		branch.stmts(item.Stmts)
		if branch.flow != flowExit && branch.flow != flowReturn || m == rules.Yes {
			ends = append(ends, branch.st)
		}
		if m == rules.Yes {
			it.flow = branch.flow
			fall = item.Op == syntax.Fallthrough
			sure = item.Op != syntax.Fallthrough && item.Op != syntax.Resume
		}
	}
	for i, e := range ends {
		if i == 0 && sure {
			*it.st = *e
			continue
		}
		it.st.join(e)
	}
	return unsure
}
