package inline

// hoist makes the functions of the program known before it runs.
func (p *interp) hoist() {
	var words [2]string
	switch p.lang {
	case Node, PHP, Awk, Go, Generic:
		words = [2]string{"function", "func"}
	case Perl:
		words = [2]string{"sub", "sub"}
	default:
		return
	}
	for i := 0; i+2 < len(p.toks); i++ {
		if p.tok(i).k != tIdent || !p.is(i, words[0]) && !p.is(i, words[1]) || p.tok(i+1).k != tIdent {
			continue
		}
		if fn, _ := p.parseFunction(i + 1); fn != nil {
			p.bind(fn.name, val{k: vFn, fn: fn})
			if p.hoisted == nil {
				p.hoisted = make(map[int]*function)
			}
			p.hoisted[i+1] = fn
		}
	}
}

// define makes a function whose parameters open at the token params and whose
// body is in the braces at body.
func (p *interp) define(name string, params, body int) *function {
	fn := &function{name: name, toks: p.toks, src: p.src, span: p.span, sc: p.sc, class: p.class}
	if params >= 0 {
		fn.params = p.readParams(params, int(p.tok(params).m))
	}
	end := int(p.tok(body).m)
	fn.from, fn.to = body+1, end
	p.fns = append(p.fns, fn)
	p.i = min(end+1, len(p.toks)-1)
	return fn
}

// readParams reads the parameters between the brackets at open and m.
func (p *interp) readParams(open, m int) []param {
	var out []param
	for i := open + 1; i < m; i++ {
		var prm param
		start := i
		for ; i < m && !p.is(i, ","); i++ {
			t := p.tok(i)
			switch {
			case i == start && (p.is(i, "*") || p.is(i, "...")):
				prm.rest = '*'
			case i == start && p.is(i, "**"):
				prm.rest = 'k'
			case t.k == tVar:
				prm.name = p.varName(i)
			case t.k == tIdent && (prm.name == "" || p.lang == Java):
				prm.name = p.word(i)
			case p.is(i, "=") || p.is(i, ":") && p.lang == Ruby && i+1 < m && !p.is(i+1, ","):
				if prm.def == 0 {
					prm.def = i + 1
				}
			case (p.is(i, "{") || p.is(i, "[") || p.is(i, "(")) && i == start:
				prm.pat = [2]int{i, int(t.m) + 1}
				prm.name = " "
			case p.is(i, ":") || p.is(i, "?"):
				for i+1 < m && !p.is(i+1, ",") && !p.is(i+1, "=") { // a type
					if j := int(p.tok(i + 1).m); j > i+1 {
						i = j - 1
					}
					i++
				}
				continue
			}
			if j := int(t.m); j > i && t.k == tOp {
				i = min(j, m)
			}
		}
		if prm.name != "" {
			out = append(out, prm)
		}
	}
	return out
}

// parseFunction reads name(params) { body } at token i, or what the language
// has for it, and returns the function and the token after it.
func (p *interp) parseFunction(i int) (*function, int) {
	name := ""
	at := i
	for p.tok(i).k == tIdent || p.is(i, ".") || p.is(i, ":") || p.is(i, "*") || p.is(i, "&") {
		if p.tok(i).k == tIdent {
			name = p.word(i)
		}
		i++
	}
	params := -1
	if p.is(i, "(") {
		params = i
		i = int(p.tok(i).m) + 1
	}
	if i >= len(p.toks) {
		return nil, at
	}
	saved := p.i
	fn := p.hoisted[at]
	if fn != nil && &fn.toks[0] == p.tok(0) {
		return fn, min(fn.to+1, len(p.toks)-1)
	}
	fn = nil
	switch p.lang {
	case Lua, Julia, Octave:
		return nil, at
	default:
		for j := i; j < i+16 && j < len(p.toks); j++ {
			if p.is(j, ";") || p.is(j, "=>") {
				break
			}
			if p.is(j, "(") && p.lang == PHP { // use (...)
				j = int(p.tok(j).m)
				continue
			}
			if p.is(j, "{") {
				fn = p.define(name, params, j)
				break
			}
		}
	}
	end := p.i
	p.i = saved
	return fn, end
}

// functionLiteral evaluates a function without a name, or with one.
func (p *interp) functionLiteral(w string) (val, bool) {
	start := p.i
	switch p.lang {
	case Lua, Julia:
		if w != "function" {
			return val{}, false
		}
		return p.endFunction(start), true
	case Elixir:
		if w == "fn" && p.tok(start).m > 0 {
			return p.elixirFn(), true
		}
		return val{}, false
	case R:
		if !p.is(start+1, "(") {
			return val{}, false
		}
		m := int(p.tok(start + 1).m)
		if p.is(m+1, "{") {
			return val{k: vFn, fn: p.define("", start+1, m+1)}, true
		}
		return p.exprFunction(p.readParams(start+1, m), m+1), true
	case Python, Ruby, Octave, Erlang, Gdb, Vim:
		return val{}, false
	case PHP:
		if w == "fn" && p.is(start+1, "(") {
			m := int(p.tok(start + 1).m)
			for j := m + 1; j < m+8 && j < len(p.toks); j++ {
				if p.is(j, "=>") {
					return p.exprFunction(p.readParams(start+1, m), j+1), true
				}
			}
		}
	}
	fn, end := p.parseFunction(start + 1)
	if fn == nil {
		return val{}, false
	}
	p.i = end
	v := val{k: vFn, fn: fn}
	if fn.name != "" {
		p.declareFn(fn.name, v)
	}
	return v, true
}

// declareFn binds the function v under its name, or as a method.
func (p *interp) declareFn(name string, v val) {
	if p.methods == nil {
		p.methods = make(map[string]*function)
	}
	p.methods[name] = v.fn
	if !p.class {
		if p.lang == Python || p.lang == Node || p.lang == Lua {
			p.set(name, v)
		} else {
			p.bind(name, v)
		}
	}
}

// exprFunction makes a function whose body is the expression at body, and
// moves past it.
func (p *interp) exprFunction(params []param, body int) val {
	fn := &function{params: params, from: body, expr: true, toks: p.toks, src: p.src, span: p.span, sc: p.sc}
	p.fns = append(p.fns, fn)
	p.i = body
	fn.to = p.skipExpr()
	return val{k: vFn, fn: fn}
}

// skipExpr moves to the end of the expression at p.i without evaluating it.
func (p *interp) skipExpr() int {
	start := p.i
	defer func() { p.rec.spend((p.i - start) / 2) }()
	lambdas := 0
	for !p.atEnd() {
		t := p.tok(p.i)
		if p.lang == Python && p.is(p.i, "lambda") {
			lambdas++
		}
		if t.nl && p.i > start && p.lineEnds() {
			break
		}
		if t.k == tOp {
			switch p.src[t.from:t.to] {
			case ",", ";", ")", "]", "}":
				return p.i
			case ":":
				if lambdas--; p.lang == Python && lambdas < 0 {
					return p.i
				}
			}
			if int(t.m) > p.i {
				p.i = int(t.m)
			}
		}
		if t.nl && p.i > start && p.paren == 0 && p.lang == Node && t.k != tOp {
			break
		}
		p.i++
	}
	return p.i
}

// arrow makes the function whose parameters start at the token from and whose
// arrow is at the token at.
func (p *interp) arrow(from, at int) val {
	var params []param
	if p.is(from, "(") {
		params = p.readParams(from, int(p.tok(from).m))
	} else {
		params = []param{{name: p.word(from)}}
	}
	if p.is(at+1, "{") {
		fn := p.define("", -1, at+1)
		fn.params = params
		return val{k: vFn, fn: fn}
	}
	return p.exprFunction(params, at+1)
}

// arrowParams reports whether the parentheses hold nothing but parameters.
func (p *interp) arrowParams(open, m int) bool {
	for i := open + 1; i < m; i++ {
		if k := p.tok(i).k; k == tStr || k == tNum || k == tRegex {
			return false
		}
	}
	return true
}

// pythonLambda evaluates lambda x: expr.
func (p *interp) pythonLambda() val {
	start := p.i
	i := start + 1
	for i < len(p.toks)-1 && !p.is(i, ":") {
		if m := int(p.tok(i).m); m > i {
			i = m
		}
		i++
	}
	p.rec.spend((i - start) / 4)
	return p.exprFunction(p.readParams(start, i), i+1)
}

// endFunction reads function name(params) … end.
func (p *interp) endFunction(start int) val {
	m := int(p.tok(start).m)
	if m <= start {
		p.i = start + 1
		return unk()
	}
	i, name := start+1, ""
	for i < m && !p.is(i, "(") {
		if p.tok(i).k == tIdent {
			name = p.word(i)
		}
		i++
	}
	fn := &function{name: name, toks: p.toks, src: p.src, span: p.span, sc: p.sc, to: m}
	fn.from = i
	if i < m {
		fn.params = p.readParams(i, int(p.tok(i).m))
		fn.from = int(p.tok(i).m) + 1
	}
	p.fns = append(p.fns, fn)
	p.i = min(m+1, len(p.toks)-1)
	v := val{k: vFn, fn: fn}
	if name != "" {
		p.declareFn(name, v)
	}
	return v
}

// elixirFn evaluates fn x -> … end.
func (p *interp) elixirFn() val {
	start := p.i
	m := int(p.tok(start).m)
	i := start + 1
	for i < m && !p.is(i, "->") {
		i++
	}
	fn := &function{toks: p.toks, src: p.src, span: p.span, sc: p.sc, params: p.readParams(start, i), from: min(i+1, m), to: m}
	p.fns = append(p.fns, fn)
	p.i = min(m+1, len(p.toks)-1)
	return val{k: vFn, fn: fn}
}
