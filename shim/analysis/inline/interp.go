package inline

import (
	"strings"

	"guard/rules/value"
)

// interp interprets the tokens of one program over abstract values. It goes
// through the text once; the bodies of functions and of loops over known lists
// are gone through once for each call or element.
type interp struct {
	rec     *recorder
	lang    Lang
	src     string
	toks    []token
	i       int // the current token
	paren   int // depth of brackets in which a new line means nothing
	sc      *scope
	depth   int // nesting of expressions and calls
	cwd     string
	span    *span // where effects are reported while src is not the program text
	fns     []*function
	methods map[string]*function // of the program's classes
	stars   []string             // modules whose names were all imported
	attrs   bool                 // some attribute was assigned
	class   bool                 // inside a class body
	block   int                  // open blocks in the current body
	inline  int                  // statements that are still part of a condition
	cond    int                  // conditional operands
	baseCol int32                // Python: indentation of the current body
	col     int32                // Python: indentation of the current statement
	ret     *val                 // what the current function returns
	loops   int                  // unknown loops around
	noGT    bool                 // Awk: > redirects
	hoisted map[int]*function    // functions made known ahead, by token
}

type span struct{ from, to int }

// function is a function of the program.
type function struct {
	name     string
	params   []param
	from, to int // tokens of the body
	expr     bool
	toks     []token
	src      string
	span     *span
	sc       *scope
	called   bool
	calls    int
	active   int
	class    bool
	col      int32
}

// param is a parameter; def is the token where its default starts, or 0.
type param struct {
	name string
	def  int
	pat  [2]int // tokens of a destructuring pattern
	rest byte   // '*' takes the remaining arguments, 'k' those with keywords
}

func newInterp(r *recorder, lang Lang, src string, args []value.Text) *interp {
	p := &interp{rec: r, lang: lang, src: src}
	p.sc = &scope{}
	var reason string
	p.toks, reason = lex(lang, src, 0, len(src))
	if reason != "" {
		r.fail(reason)
	}
	vals := make([]val, len(args))
	for i, a := range args {
		vals[i] = str(string(a))
	}
	p.bindArgs(vals)
	return p
}

// bindArgs gives the program its arguments under the names of its language.
func (p *interp) bindArgs(args []val) {
	set := func(name string, v val) { p.sc.put(name, v) }
	switch p.lang {
	case Python:
		set("sys.executable", str("python3"))
		set("sys.argv", list(append([]val{unk()}, args...)...))
		p.attrs = true
	case Node:
		both := []val{unk()}
		for i := 0; i <= len(args); i++ { // a script has one word more in front than -e
			switch {
			case i == 0 && len(args) > 0:
				both = append(both, join(unk(), args[0]))
			case i == 0:
			case i < len(args):
				both = append(both, join(args[i-1], args[i]))
			default:
				both = append(both, args[i-1])
			}
		}
		set("process.argv", list(both...))
		p.attrs = true
	case Perl:
		set("@ARGV", list(args...))
	case Ruby:
		set("ARGV", list(args...))
	case PHP:
		set("$argv", list(append([]val{unk()}, args...)...))
	case Lua:
		set("arg", list(args...))
	case Awk:
		for _, a := range args {
			if name, v, ok := strings.Cut(a.s, "="); ok && name != "" && isIdentStart(name[0]) {
				set(name, str(v))
			}
		}
		set("ARGV", list(append([]val{str("awk")}, args...)...))
	}
}

// run interprets the program, then the functions that nothing called.
func (p *interp) run() {
	if p.rejected() {
		return
	}
	if len(p.toks) > 0 {
		p.baseCol = p.tok(0).col
	}
	p.hoist()
	p.body(len(p.toks) - 1)
	for _, fn := range p.fns {
		if fn.name == "main" && !fn.called {
			p.callFn(fn, args{unknown: true}, nil)
		}
	}
	for n := 0; n < len(p.fns); n++ { // grows: functions define functions
		if fn := p.fns[n]; !fn.called {
			p.callFn(fn, args{unknown: true}, nil)
		}
	}
}

// body runs statements up to the token end.
func (p *interp) body(end int) {
	for p.i < end && p.rec.step() {
		at := p.i
		p.stmt()
		if p.inline > 0 {
			p.inline--
		}
		if p.i == at {
			p.i++
		}
	}
	if p.rec.steps <= 0 {
		p.i = end
	}
}

// eval analyses known text of the same language with the present variables.
func (p *interp) eval(text string, at cx) {
	if p.rec.nested >= 8 || p.depth >= p.rec.limits.Depth {
		p.rec.fail("evaluated text nests too deeply")
		return
	}
	if p.rec.nested == 0 {
		p.rec.span = [2]int{at.from, at.to}
	}
	p.rec.nested++
	sub := *p
	sub.src, sub.span, sub.i, sub.paren, sub.block, sub.inline, sub.depth = text, nil, 0, 0, 0, 0, p.depth+1
	if sub.lang == PHP {
		sub.src = strings.TrimPrefix(text, "<?php")
	}
	var reason string
	sub.toks, reason = lex(p.lang, sub.src, 0, len(sub.src))
	if reason != "" {
		p.rec.fail(reason)
	}
	if sub.rejected() || p.lang == Python && at.name == "eval" && sub.isStatement() {
		p.rec.nested--
		return
	}
	sub.baseCol = sub.toks[0].col
	sub.hoisted, sub.fns = nil, nil
	sub.hoist()
	p.rec.spend(len(sub.toks) + len(text)/4)
	sub.body(len(sub.toks) - 1)
	p.rec.nested--
	p.fns = append(p.fns, sub.fns...)
	p.methods, p.stars, p.attrs, p.cwd = sub.methods, sub.stars, sub.attrs, sub.cwd
}

func (r *recorder) spend(n int) {
	if r.steps -= n; r.steps < 0 {
		r.steps = 0
	}
}

func (p *interp) atEnd() bool { return p.tok(p.i).k == tEOF }

// conditional reports whether the current statement may not run.
func (p *interp) conditional() bool {
	if p.block > 0 || p.inline > 0 || p.cond > 0 || p.loops > 0 {
		return true
	}
	return p.lang == Python && p.col > p.baseCol
}

// cx is a call: where it stands and what it was given.
type cx struct {
	from, to int
	name     string
	recv     *val
	args
}

// args are the arguments of a call.
type args struct {
	pos     []val
	kw      []val // names and values by turns
	unknown bool  // nothing is known of them
}

// kwarg returns the argument with the given keyword.
func (a *args) kwarg(name string) (val, bool) {
	for i := 0; i+1 < len(a.kw); i += 2 {
		if a.kw[i].s == name {
			return a.kw[i+1], true
		}
	}
	return val{}, false
}

// arg returns the argument at n, or with the keyword name.
func (a *args) arg(n int, name string) (val, bool) {
	if name != "" {
		if v, ok := a.kwarg(name); ok {
			return v, true
		}
	}
	if n >= 0 && n < len(a.pos) {
		return a.pos[n], true
	}
	return val{}, false
}

// maxCalls bounds the calls of a function that are followed one by one; what
// comes after is one call of which nothing is known.
const maxCalls = 256

// callFn runs the body of fn with the given arguments and returns its result.
func (p *interp) callFn(fn *function, a args, self *val) val {
	if fn.active > 1 || p.depth+4 > p.rec.limits.Depth || !p.rec.step() {
		return unk()
	}
	fn.called = true
	if fn.sc.depth > p.rec.limits.Depth {
		p.rec.fail("program nests too deeply")
		return unk()
	}
	if fn.calls++; fn.calls > maxCalls {
		if fn.calls > maxCalls+1 {
			return unk()
		}
		a = args{unknown: true}
	}
	fn.active++
	saved := *p
	ret := val{k: vNil}
	p.toks, p.src, p.span = fn.toks, fn.src, fn.span
	p.sc = &scope{up: fn.sc, depth: fn.sc.depth + 1}
	p.ret, p.block, p.inline, p.cond, p.class, p.noGT = &ret, 0, 0, 0, false, false
	p.depth += 4
	p.bindParams(fn, a, self)
	p.i = fn.from
	p.baseCol = fn.col
	if fn.expr {
		p.paren = 1
		ret = p.expr(2)
	} else {
		p.paren = 0
		last := p.bodyValue(fn.to)
		if ret.k == vNil && p.lang != Python && p.lang != Node && p.lang != PHP && p.lang != Lua {
			ret = last
		}
	}
	fn.active--
	fns, methods, stars, attrs, cwd, loops := p.fns, p.methods, p.stars, p.attrs, p.cwd, saved.loops
	*p = saved
	p.fns, p.methods, p.stars, p.attrs, p.cwd, p.loops = fns, methods, stars, attrs, cwd, loops
	return ret
}

// bodyValue runs a body and returns the value of its last statement.
func (p *interp) bodyValue(end int) val {
	last := unk()
	for p.i < end && p.rec.step() {
		at := p.i
		last = p.stmt()
		if p.inline > 0 {
			p.inline--
		}
		if p.i == at {
			p.i++
		}
	}
	return last
}

func (p *interp) bindParams(fn *function, a args, self *val) {
	pos := a.pos
	if p.lang == Perl {
		if self != nil {
			pos = append([]val{*self}, pos...)
		}
		p.bind("@_", list(pos...))
		if a.unknown {
			p.bind("@_", unk())
		}
		return
	}
	n := 0
	for i, prm := range fn.params {
		v, ok := val{}, false
		switch {
		case i == 0 && fn.class && p.lang == Python && (prm.name == "self" || prm.name == "cls"):
			v, ok = unk(), true
		case a.unknown:
			ok = prm.def == 0
		case prm.rest == '*':
			v, ok = list(pos[min(n, len(pos)):]...), true
			n = len(pos)
		case prm.rest == 'k':
			v, ok = val{k: vDict, l: a.kw}, true
		default:
			if v, ok = a.kwarg(prm.name); !ok && n < len(pos) {
				v, ok = pos[n], true
				n++
			}
		}
		if !ok && prm.def > 0 {
			i, paren := p.i, p.paren
			p.i, p.paren = prm.def, 1
			v = p.expr(2)
			p.i, p.paren = i, paren
			if a.unknown {
				v = join(v, unk())
			}
		}
		if prm.pat[1] > 0 {
			p.assign(prm.pat[0], prm.pat[1], v)
			continue
		}
		p.bind(prm.name, v)
	}
}
