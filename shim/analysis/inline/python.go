package inline

import "strings"

// pythonDef reads a function definition and passes over its body.
func (p *interp) pythonDef() bool {
	start := p.i
	if p.is(start+1, "(") || p.tok(start+1).k != tIdent {
		return false
	}
	name := p.word(start + 1)
	end := p.blockEnd(start)
	if start > 0 && p.is(start-1, "async") {
		end = p.blockEnd(start - 1)
	}
	open := start + 2
	for open < end && !p.is(open, "(") {
		open++
	}
	if open >= end {
		return false
	}
	m := int(p.tok(open).m)
	body := p.find(m+1, ":", ";")
	if body < 0 || body >= end {
		return false
	}
	fn := &function{name: name, toks: p.toks, src: p.src, span: p.span, sc: p.sc, class: p.class}
	fn.params = p.readParams(open, m)
	fn.from, fn.to = body+1, end
	fn.col = p.tok(body + 1).col
	p.fns = append(p.fns, fn)
	p.declareFn(name, val{k: vFn, fn: fn})
	p.i = min(end, len(p.toks)-1)
	return true
}

// classBody interprets the body of a class, whose functions are methods.
func (p *interp) classBody() bool {
	start := p.i
	end := 0
	switch p.lang {
	case Python:
		if p.tok(start+1).k != tIdent {
			return false
		}
		end = p.blockEnd(start)
		if i := p.find(start+1, ":", ";"); i > 0 && i < end {
			p.i = i + 1
		}
	case Node, PHP, Java, Generic:
		i := start + 1
		for i < len(p.toks)-1 && !p.is(i, "{") && i < start+32 {
			i++
		}
		if !p.is(i, "{") {
			return false
		}
		end = int(p.tok(i).m)
		p.i = i + 1
	default:
		p.open("begin")
		p.skipLine()
		return true
	}
	if end <= p.i || p.depth >= p.rec.limits.Depth {
		p.i = start + 1
		return true
	}
	class, block := p.class, p.block
	p.class, p.block = true, 0
	p.depth++
	p.body(end)
	p.depth--
	p.class, p.block = class, block
	p.i = min(end, len(p.toks)-1)
	return true
}

// pythonImport interprets import and from … import.
func (p *interp) pythonImport() bool {
	from := p.is(p.i, "from")
	p.i++
	if !from {
		for p.tok(p.i).k == tIdent && !p.tok(p.i).nl {
			name := p.dotted()
			p.loadModule(name)
			if p.is(p.i, "as") {
				p.bind(p.word(p.i+1), ref(name))
				p.i += 2
			} else if first, _, _ := strings.Cut(name, "."); true {
				if _, bound := p.lookup(first); bound {
					p.bind(first, ref(first))
				}
			}
			if !p.is(p.i, ",") {
				break
			}
			p.i++
		}
		return true
	}
	module := p.dotted()
	if !p.is(p.i, "import") {
		return true
	}
	p.loadModule(module)
	p.i++
	paren := p.is(p.i, "(")
	if paren {
		p.i++
	}
	for !p.atEnd() && (paren || !p.tok(p.i).nl) {
		switch {
		case p.is(p.i, "*"):
			p.stars = append(p.stars, module)
		case p.is(p.i, ")") || p.is(p.i, ";"):
			p.i++
			return true
		case p.tok(p.i).k == tIdent:
			name, as := p.word(p.i), p.word(p.i)
			if p.is(p.i+1, "as") {
				as = p.word(p.i + 2)
				p.i += 2
			}
			p.bind(as, ref(module+"."+name))
		}
		p.i++
	}
	return true
}

// loadModule reports the modules that read settings when they are imported.
func (p *interp) loadModule(name string) {
	if name == "dotenv.auto" || name == "dotenv.config" {
		p.emitPaths(Load, str(".env"), p.spanOf(p.i))
	}
}

// dotted reads a.b.c.
func (p *interp) dotted() string {
	start := p.i
	for !p.atEnd() && (p.tok(p.i).k == tIdent && !p.is(p.i, "import") && !p.is(p.i, "as") || p.is(p.i, ".") || p.is(p.i, "...") || p.is(p.i, "..")) && (p.i == start || !p.tok(p.i).sp) {
		p.i++
	}
	if p.i == start {
		return ""
	}
	return p.src[p.tok(start).from:p.tok(p.i-1).to]
}

// pythonGlobal makes the names that follow those of the outer bodies, which
// is what assignment does anyway.
func (p *interp) pythonGlobal() {
	p.i++
	for !p.atEnd() && !p.tok(p.i).nl && !p.is(p.i, ";") {
		p.i++
	}
}

// comprehension evaluates what is in the brackets at the current token:
// element for target in sequence if condition …
func (p *interp) comprehension() val {
	open := p.i
	m := int(p.tok(open).m)
	isFor := -1
	for i := open + 1; i < m; i++ {
		if p.is(i, "for") {
			isFor = i
			break
		}
		if j := int(p.tok(i).m); j > i {
			i = j
		}
	}
	if isFor < 0 || p.depth >= p.rec.limits.Depth {
		p.i = min(m+1, len(p.toks)-1)
		return unk()
	}
	paren := p.paren
	p.paren++
	var out []val
	known, env := true, false
	p.sc = &scope{up: p.sc, depth: p.sc.depth + 1}
	p.forClause(isFor, m, &known, func() {
		p.i = open + 1
		v := p.expr(pTernary)
		if p.is(p.i, ":") {
			p.i++
			v = join(v, p.expr(pTernary))
		}
		for _, a := range v.alts() {
			env = env || a.k == vEnv
		}
		if len(out) < maxList {
			out = append(out, v)
		}
	})
	p.sc = p.sc.up
	p.paren = paren
	p.i = min(m+1, len(p.toks)-1)
	switch {
	case env:
		return val{k: vEnv}
	case !known:
		return obj2("Glob", out)
	}
	return list(out...)
}

// obj2 returns a sequence of unknown length whose elements are among l.
func obj2(typ string, l []val) val {
	if len(l) == 0 {
		return unk()
	}
	v := l[0]
	for _, e := range l[1:] {
		v = join(v, e)
	}
	return val{k: vObj, typ: typ, l: v.alts()}
}

// forClause interprets the clause at the token for, and those after it, and
// calls body for each element.
func (p *interp) forClause(at, m int, known *bool, body func()) {
	in := p.find(at+1, "in", "for")
	if in < 0 || in > m {
		return
	}
	p.i = in + 1
	seq := p.expr(pOr)
	next := -1
	for p.i < m {
		if p.is(p.i, "if") {
			p.i++
			p.expr(pOr)
			*known = false
		} else if p.is(p.i, "for") {
			next = p.i
			break
		} else {
			p.i++
		}
	}
	if _, ok := elems(seq); !ok {
		*known = false
	}
	p.each(seq, func(e val) {
		p.target(at+1, in, e)
		if next > 0 {
			p.forClause(next, m, known, body)
			return
		}
		body()
	})
}
