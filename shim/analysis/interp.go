package analysis

import (
	"strings"

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

	gaps  gaps
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
	left   map[lead]*state
	dead   bool       // what is walked is not reached
	missed value.Text // directory that the last cd seems not to find
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
	childShopt []string   // options (-O) of the shell that is about to be started
	assigns    bool       // set NAME VALUE assigns: fish and csh
	trial      value.Text // what files of variables hold, where a command is tried on one
	away       bool       // the commands at hand run on another machine
	fresh      *int       // names made up for files that mktemp makes
	exec       bool       // a program is about to run with just these arguments
	stranger   bool       // the text was entered into a shell, see [Source]
	scripted   int        // the text at hand is a script or function, in one …
	peeked     *bool      // what the walk goes by may have come from files
	past       int        // actions of what was carried out before
	whole      bool       // find runs the command at hand for all below its operand too
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

// nests uses up the steps of a command of n words within another; false, after
// noting it, when these are gone, or commands are nested too deeply.
func (it *interp) nests(n int) bool {
	if *it.budget > 0 {
		if *it.budget -= n / 8; *it.budget <= 0 {
			it.opaque("the command is too long to be followed", nil)
		}
	}
	if it.depth > maxDepth {
		it.opaque("commands are nested too deeply to be followed", nil)
		return false
	}
	return it.spend()
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
		sub.stdin, sub.stdout = stream{text: value.Any, set: true}, &buffer{}
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
		if sig, ok := strings.CutPrefix(n.Value, "TRAP"); ok && it.shell == dialect.Zsh {
			it.trap([]value.Text{value.Known(n.Value), value.Known(sig)})
		}
	}
}
