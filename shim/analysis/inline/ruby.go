package inline

// rubyDef reads a method definition and passes over its body.
func (p *interp) rubyDef() bool {
	start := p.i
	m := int(p.tok(start).m)
	i := start + 1
	name := p.word(i)
	for p.is(i+1, ".") {
		i += 2
		name = p.word(i)
	}
	if p.tok(i).k != tIdent && p.tok(i).k != tOp {
		return false
	}
	fn := &function{name: name, toks: p.toks, src: p.src, span: p.span, sc: p.sc}
	i++
	if p.is(i, "(") {
		fn.params = p.readParams(i, int(p.tok(i).m))
		i = int(p.tok(i).m) + 1
	} else if m > start {
		j := i
		for j < m && !p.tok(j).nl && !p.is(j, ";") {
			j++
		}
		fn.params = p.readParams(i-1, j)
		i = j
	}
	p.fns = append(p.fns, fn)
	p.declareFn(name, val{k: vFn, fn: fn})
	if m <= start { // def f(x) = expr
		fn.from, fn.expr = i+1, true
		p.i = i + 1
		fn.to = p.skipExpr()
		return true
	}
	fn.from, fn.to = i, m
	p.i = min(m+1, len(p.toks)-1)
	return true
}

// rubyBlock reads { |x| … } or do |x| … end.
func (p *interp) rubyBlock() val {
	open := p.i
	m := int(p.tok(open).m)
	fn := &function{toks: p.toks, src: p.src, span: p.span, sc: p.sc, from: open + 1, to: m}
	if p.is(open+1, "|") {
		j := open + 2
		for j < m && !p.is(j, "|") {
			j++
		}
		fn.params = p.readParams(open+1, j)
		fn.from = j + 1
	} else {
		fn.params = []param{{name: "it"}, {name: "_2"}}
		if p.find2(open, m, "_1") > 0 {
			fn.params[0].name = "_1"
		}
	}
	p.fns = append(p.fns, fn)
	p.i = min(m+1, len(p.toks)-1)
	return val{k: vFn, fn: fn}
}

// rubyLambda reads ->(x) { … }.
func (p *interp) rubyLambda() val {
	p.i++
	var params []param
	if p.is(p.i, "(") {
		m := int(p.tok(p.i).m)
		params = p.readParams(p.i, m)
		p.i = min(m+1, len(p.toks)-1)
	} else if p.tok(p.i).k == tIdent && !p.is(p.i, "do") {
		params = []param{{name: p.word(p.i)}}
		p.i++
	}
	if !p.is(p.i, "{") && !p.is(p.i, "do") {
		return unk()
	}
	v := p.rubyBlock()
	if params != nil {
		v.fn.params = params
	}
	return p.postfix(p.i-1, v)
}
