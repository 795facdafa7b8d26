package inline

// assign gives v to the target in the tokens from start to end.
func (p *interp) assign(start, end int, v val) {
	for start < end {
		t := p.tok(start)
		if t.k == tIdent && (p.declares(p.word(start)) || p.lang == PHP && p.is(start, "list")) {
			start++
			continue
		}
		if t.k == tOp && (p.is(start, "*") || p.is(start, "...") || p.is(start, "&")) {
			start++
			continue
		}
		break
	}
	if start >= end {
		return
	}
	t := p.tok(start)
	if t.k == tOp {
		switch p.src[t.from:t.to] {
		case "(", "[", "{":
			if m := int(t.m); m == end-1 || m > start && p.is(m+1, ":") {
				p.destructure(start, m, v)
			} else if m > start && m < end && p.lang == Perl {
				p.assign(start+1, m, v)
			}
		}
		return
	}
	if t.k != tIdent && t.k != tVar {
		return
	}
	name := p.word(start)
	if t.k == tVar {
		name = p.varName(start)
	}
	switch {
	case end == start+1, p.is(start+1, ":") && p.lang != Lua: // x: T = v
		p.store(name, t.k, v)
	case p.tok(start+1).k == tIdent && end == start+2: // T x = v
		p.store(p.word(start+1), tIdent, v)
	case p.is(end-1, "]") || p.is(end-1, "}"):
		p.assignIndex(start, end, name, v)
	default:
		p.attrs = true
		p.set(p.src[t.from:p.tok(end-1).to], v)
	}
}

// store sets a variable.
func (p *interp) store(name string, k tkind, v val) {
	if p.lang == Perl && k == tVar && name[0] != '$' && v.k != vList && v.k != vUnk && v.k != vAlt {
		v = list(v)
	}
	if p.lang == Perl && name[0] == '%' && v.k == vList {
		v = val{k: vDict, l: v.l}
	}
	if p.lang == Awk && name == "ARGV" {
		v = unk()
	}
	p.set(name, v)
}

// assignIndex handles x[k] = v.
func (p *interp) assignIndex(start, end int, name string, v val) {
	open := -1
	for i := start + 1; i < end; i++ {
		if int(p.tok(i).m) == end-1 {
			open = i
			break
		}
		if m := int(p.tok(i).m); m > i {
			i = m
		}
	}
	if open < 0 {
		return
	}
	key := unk()
	if open+2 == end-1 || p.lang == Perl {
		i := p.i
		p.i = open
		if v, _, _ := p.subscript(end - 1); true {
			key = v
		}
		p.i = i
	}
	if p.lang == Awk && name == "ARGV" {
		p.emitPaths(Read, v, p.spanOf(start))
	}
	if p.lang == Perl && p.tok(start).k == tVar && open == start+1 {
		name = map[bool]string{true: "@", false: "%"}[p.is(open, "[")] + name[1:]
	}
	if open != start+1 {
		return
	}
	old, ok := p.lookup(name)
	switch {
	case !ok:
		if key.known() {
			p.bind(name, val{k: vDict, l: []val{key, v}})
		}
	case old.k == vDict && len(old.l) < maxList:
		if p.conditional() {
			if prev, found := old.get(key.s); found {
				v = join(prev, v)
			}
		}
		if !key.known() {
			p.forget(name)
			return
		}
		p.forget(name)
		p.bindUp(name, val{k: vDict, l: append(old.l[:len(old.l):len(old.l)], key, v)})
	case old.k == vList && key.k == vNum && key.n >= 0 && key.n < int64(len(old.l)):
		l := append([]val(nil), old.l...)
		if p.conditional() {
			v = join(l[key.n], v)
		}
		l[key.n] = v
		p.bindUp(name, list(l...))
	default:
		p.forget(name)
	}
}

// destructure gives the parts of v to the pattern between the brackets at
// open and m.
func (p *interp) destructure(open, m int, v val) {
	if p.depth >= p.rec.limits.Depth {
		p.rec.fail("program nests too deeply")
		return
	}
	p.depth++
	defer func() { p.depth-- }()
	byName := p.is(open, "{")
	n := 0
	for i := open + 1; i < m; i++ {
		if p.is(i, ",") {
			n++
			continue
		}
		from := i
		colon, eq := 0, 0
		for ; i < m && !p.is(i, ","); i++ {
			switch {
			case p.is(i, ":") && colon == 0 || p.is(i, "=>") && colon == 0:
				colon = i
			case p.is(i, "=") && eq == 0:
				eq = i
			case int(p.tok(i).m) > i:
				i = int(p.tok(i).m)
			}
		}
		end := min(i, m)
		rest := p.is(from, "*") || p.is(from, "...") || p.tok(from).k == tVar && p.lang == Perl && p.word(from)[0] == '@'
		part := p.part(v, byName || colon > 0 && p.lang == PHP, from, colon, n, rest)
		target := from
		if colon > 0 {
			target = colon + 1
		}
		if eq > 0 && eq < end {
			part = join(part, p.evalAt(eq+1))
			end = eq
		}
		p.assign(target, end, part)
		i--
	}
}

// evalAt evaluates the expression at token i without moving.
func (p *interp) evalAt(i int) val {
	at := p.i
	p.i = i
	v := p.expr(pAssign)
	p.i = at
	return v
}

// part selects what one entry of a pattern takes from v.
func (p *interp) part(v val, byName bool, from, colon, n int, rest bool) val {
	if byName {
		key := p.word(from)
		if p.tok(from).k == tStr {
			key = p.decode(from).text()
		}
		if v.k == vDict {
			if d, ok := v.get(key); ok {
				return d
			}
			return unk()
		}
		return p.attr(v, key, ".")
	}
	switch v.k {
	case vList:
		if rest {
			return list(v.l[min(n, len(v.l)):]...)
		}
		if n < len(v.l) {
			return v.l[n]
		}
		return val{k: vNil}
	case vStr, vNum:
		if p.lang == Perl || p.lang == Ruby { // a scalar is a list of one
			return p.part(list(v), byName, from, colon, n, rest)
		}
	case vEnv:
		if n == 0 && !rest {
			return val{k: vEnvKey}
		}
		return v
	case vAlt:
		return mapAlts(v, func(a val) val { return p.part(a, byName, from, colon, n, rest) })
	}
	return unk()
}
