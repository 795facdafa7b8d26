package analysis

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules/value"
	"guard/shim/analysis/dialect"
)

// simple walks a simple command, once for each value that a variable in it may
// have.
func (it *interp) simple(c *syntax.CallExpr) result {
	if it.multi != nil { // within a command that is being tried already
		return it.simpleOnce(c)
	}
	it.multi, it.choice = map[string]int{}, map[string]int{}
	before := it.st
	var multi map[string]int
	if before.vars.many > 0 {
		it.st = before.clone()
	}
	out, start := it.stdout, *it.stdout
	r := it.simpleOnce(c)
	differs := false
	multi = it.multi
	first := it.st
	for name, n := range multi {
		for k := 1; k < n && k < maxChoices; k++ {
			it.st = before.clone()
			it.multi, it.choice = map[string]int{}, map[string]int{name: k}
			for other := range multi {
				if other != name {
					it.choice[other] = k
				}
			}
			differs = it.otherOutput(c, start, out) || differs
			first.join(it.st)
			r = unsure
		}
	}
	for _, dir := range before.dirAlts() {
		if dir == before.dir {
			continue
		}
		it.st = before.clone()
		it.st.dir = dir
		it.st.vars.drop(dirName)
		it.multi, it.choice = map[string]int{}, map[string]int{}
		differs = it.otherOutput(c, start, out) || differs
		first.join(it.st)
		r = unsure
	}
	if differs {
		*out = start
		out.write(value.Any)
	}
	if it.st = first; first != before {
		*before = *first
		it.st = before
	}
	it.multi, it.choice = nil, nil
	return r
}

// otherOutput walks a command with other values than at first, and reports whether
// that makes it print something else.
func (it *interp) otherOutput(c *syntax.CallExpr, start buffer, first *buffer) bool {
	buf := start
	buf.lines = slices.Clip(buf.lines)
	it.stdout = &buf
	it.simpleOnce(c)
	it.stdout = first
	return buf.text != first.text || !slices.Equal(buf.lines, first.lines)
}

func (it *interp) simpleOnce(c *syntax.CallExpr) result {
	it.span = it.node(c)
	it.st.keeping = work{}
	if len(c.Args) == 0 {
		for _, a := range c.Assigns {
			it.assign(a)
			it.inherited(a.Name.Value, false)
		}
		return it.substResult(c.Assigns)
	}
	pend := it.pending
	it.pending = nil
	words := it.expandAlias(c.Args)
	if len(c.Assigns) == 0 {
		if r, ok := it.loader(words); ok {
			it.pending = pend
			return r
		}
	}
	argv := it.fields(words)
	if len(argv) > 0 && strings.HasPrefix(string(argv[0]), string(value.Many)) && len(argv[0]) == 2 && len(argv) > 1 && allEmptyParams(c.Args[0]) {
		argv = argv[1:]
	}
	var restore func()
	if len(c.Assigns) > 0 {
		restore = it.temporary(c.Assigns)
	}
	r := success
	if len(argv) > 0 {
		r = it.run(argv, words)
		it.st.last = argv[len(argv)-1]
	}
	for _, f := range it.pending {
		f()
	}
	it.pending = pend
	if restore != nil {
		restore()
	}
	return r
}

// allEmptyParams is a word of which nothing literal is left.
func allEmptyParams(w *syntax.Word) bool {
	for _, p := range w.Parts {
		if _, ok := p.(*syntax.ParamExp); !ok {
			return false
		}
	}
	return true
}

// substResult is the status of assignments: that of a substitution in them.
func (it *interp) substResult(as []*syntax.Assign) result {
	for _, a := range as {
		if a.Value == nil {
			continue
		}
		for _, p := range a.Value.Parts {
			if _, ok := p.(*syntax.CmdSubst); ok {
				return unsure
			}
		}
	}
	return success
}

// temporary makes the assignments before a command; the returned function undoes
// them.
func (it *interp) temporary(as []*syntax.Assign) func() {
	type saved struct {
		name string
		v    variable
		ok   bool
	}
	var old []saved
	for _, a := range as {
		if a.Name == nil {
			continue
		}
		v, ok := it.st.vars.get(a.Name.Value)
		old = append(old, saved{a.Name.Value, v, ok})
		it.assign(a)
		nv := it.st.vars.at(a.Name.Value)
		nv.exported = true
		it.st.vars.set(a.Name.Value, nv)
		it.inherited(a.Name.Value, true)
	}
	return func() {
		for _, s := range old {
			if s.ok {
				it.st.vars.set(s.name, s.v)
			} else {
				it.st.vars.drop(s.name)
			}
		}
	}
}

// expandAlias replaces a first word that is an alias, where aliases are on.
func (it *interp) expandAlias(words []*syntax.Word) []*syntax.Word {
	if len(it.st.aliases) == 0 || it.shell == dialect.Bash && !it.st.shopt["expand_aliases"] && !it.st.opts["posix"] {
		return words
	}
	seen := map[string]bool{}
	for range 16 {
		name := words[0].Lit()
		text, ok := it.st.aliases[name]
		if name == "" || !ok || seen[name] {
			return words
		}
		seen[name] = true
		if !value.Text(text).Known() {
			it.opaque("the alias is not known", nil)
			return words
		}
		f := it.parse(text + " x")
		if f == nil || len(f.Stmts) != 1 {
			it.text(value.Known(text), origin{parent: &it.org, nested: true, span: it.span}, "alias")
			return words
		}
		call, ok := f.Stmts[0].Cmd.(*syntax.CallExpr)
		if !ok || len(call.Args) < 2 {
			it.text(value.Known(text), origin{parent: &it.org, nested: true, span: it.span}, "alias")
			return words
		}
		words = append(append([]*syntax.Word{}, call.Args[:len(call.Args)-1]...), words[1:]...)
	}
	return words
}

// run walks a command whose words are expanded. words may be nil; they give the
// spans of nested text.
func (it *interp) run(argv []value.Text, words []*syntax.Word) result {
	if !it.spend() {
		return unsure
	}
	name := argv[0]
	if base, ok := it.placed(name); ok {
		return it.runPlaced(base, argv, words)
	}
	if !name.Known() {
		it.opaque("the name of the program is not known", argv)
		it.unknownOperands(argv)
		it.stdout.write(value.Any)
		return unsure
	}
	n := string(name)
	if f, ok := it.st.funcs[n]; ok {
		before := it.st.clone()
		r := it.callFunc(f, argv)
		for o := f.other; o != nil && it.spend(); o = o.other {
			x := it.sub()
			x.st = before.clone()
			x.callFunc(o, argv)
			it.st.join(x.st)
			r = unsure
		}
		if f.maybe {
			x := it.sub()
			x.st = before
			x.program(argv, words)
			it.st.join(x.st)
			r = unsure
		}
		return r
	}
	if len(argv) == 1 && n == "" {
		return unsure
	}
	if r, ok := it.builtin(n, argv, words); ok {
		return r
	}
	it.notFound(argv)
	return it.program(argv, words)
}

// callFunc walks the body of a function.
func (it *interp) callFunc(f *function, argv []value.Text) result {
	if it.depth++; it.depth > maxDepth {
		it.depth--
		it.opaque("a function calls itself too often to be followed", nil)
		return unsure
	}
	if it.dead && it.active[f] > 0 { // not reached, and walked already
		it.depth--
		return unsure
	}
	if it.active[f] >= 4 { // deep in recursion: if nothing changes any more, nothing new can run
		if prev, ok := it.entered[f]; ok && it.st.same(prev.st) && slices.Equal(prev.st.params, argv[1:]) {
			if it.forks > prev.forks {
				it.opaque("a function starts itself again and again, each time in new processes", nil)
			}
			it.depth--
			return unsure
		}
		e := entry{st: it.st.clone(), forks: it.forks}
		e.st.params = argv[1:]
		it.entered[f] = e
	}
	it.active[f]++
	defer func() { it.active[f]-- }()
	params, org, span := it.st.params, it.org, it.span
	multi, choice := it.multi, it.choice
	it.multi, it.choice = nil, nil
	it.st.params, it.org = argv[1:], f.org
	it.st.locals = append(it.st.locals[:len(it.st.locals):len(it.st.locals)], map[string]local{})
	loop := it.loop
	it.loop = 0
	it.scripted++
	r := it.stmt(f.body)
	it.scripted--
	it.loop = loop
	if it.rejoin(it.leads(flowReturn)) {
		r = unsure
	}
	it.dropLocals()
	it.st.params, it.org, it.span = params, org, span
	it.multi, it.choice = multi, choice
	if it.flow == flowReturn {
		it.flow = flowNone
	}
	it.depth--
	return r
}

// makeLocal keeps what a variable was, until the function that is being called
// returns. The variable is not set then.
func (it *interp) makeLocal(name string) {
	if len(it.st.locals) == 0 {
		return
	}
	frame := it.st.locals[len(it.st.locals)-1]
	if l, ok := frame[name]; ok && !l.maybe {
		return
	} else if !ok {
		v, had := it.st.vars.get(name)
		frame[name] = local{v: v, had: had}
	}
	it.st.vars.set(name, variable{unset: true})
}

// dropLocals gives the local variables of the function that returns the values
// that they had before.
func (it *interp) dropLocals() {
	n := len(it.st.locals) - 1
	if n < 0 {
		return
	}
	for name, l := range it.st.locals[n] {
		if l.maybe {
			now, ok := it.st.vars.get(name)
			if !ok {
				now = it.st.inherited(name)
			}
			if !l.had {
				l.v = it.st.inherited(name)
			}
			l.v = joinVar(now, l.v)
		}
		if l.had || l.maybe {
			it.st.vars.set(name, l.v)
		} else {
			it.st.vars.drop(name)
		}
	}
	it.st.locals = it.st.locals[:n]
}
