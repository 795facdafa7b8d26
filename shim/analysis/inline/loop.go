package inline

// maxUnroll bounds the elements that a loop is gone through one by one.
const maxUnroll = 64

// each runs body for the elements of v: once for each if they are known, else
// twice for any of them, so that what one turn leaves behind meets the next.
func (p *interp) each(v val, body func(val)) {
	if p.depth >= p.rec.limits.Depth {
		p.rec.fail("program nests too deeply")
		return
	}
	p.depth++
	defer func() { p.depth-- }()
	l, known := elems(v)
	if v.k == vRef {
		l, known = nil, false
	}
	if known && len(l) <= maxUnroll && p.loops == 0 {
		inline, block := p.inline, p.block
		for _, e := range l {
			if !p.rec.step() {
				return
			}
			p.inline, p.block = 0, block
			body(e)
		}
		p.inline, p.block = inline, block
		return
	}
	any := element(v)
	if v.k == vAlt {
		any = unk()
		for _, a := range v.l {
			any = join(any, element(a))
		}
	}
	turns := 2
	if p.loops >= 2 {
		turns = 1
	}
	p.loops++
	for range turns {
		body(any)
	}
	p.loops--
}

// while interprets the head of a loop; what it assigns to grows unknown.
func (p *interp) while() val {
	start := p.i
	p.i++
	switch p.lang {
	case Python:
		if end := p.blockEnd(start); end > 0 {
			p.repeat(start+1, end)
			return unk()
		}
	case Node, Perl, PHP, Awk, Java:
		if p.is(p.i, "(") {
			m := int(p.tok(p.i).m)
			if p.is(m+1, "{") {
				p.repeat(start+1, int(p.tok(m+1).m))
				return unk()
			}
		}
	case Ruby, Julia:
		if m := int(p.tok(start).m); m > start {
			p.block--
			p.repeat(start+1, m)
			return unk()
		}
	}
	return unk()
}

// repeat interprets the tokens from to end as the body of an unknown loop.
func (p *interp) repeat(from, end int) {
	p.each(unk(), func(val) {
		p.i = from
		block := p.block
		p.body(end)
		p.block = block
	})
	p.i = min(end+boolInt(p.lang != Python), len(p.toks)-1)
}

// jumps reports whether a loop body may be left early.
func (p *interp) jumps(from, end int) bool {
	p.rec.spend((end - from) / 8)
	for i := from; i < end; i++ {
		switch p.word(i) {
		case "break", "continue", "next", "last", "return", "redo", "goto":
			return true
		}
	}
	return false
}

// blockEnd returns the token after the block of the Python statement at i, or
// 0 if the statement does not start a line.
func (p *interp) blockEnd(i int) int {
	if !p.tok(i).nl && i > 0 {
		for i+1 < len(p.toks) && !p.tok(i+1).nl && p.tok(i+1).k != tEOF {
			i++
		}
		return i + 1
	}
	return int(p.tok(i).blk)
}

// forLoop interprets a statement that starts with for; it reports whether the
// statement was understood, else only its head was passed.
func (p *interp) forLoop() bool {
	start := p.i
	switch p.lang {
	case Python:
		in := p.find(start+1, "in", ":")
		end := p.blockEnd(start)
		if in < 0 || end <= start {
			break
		}
		p.i = in + 1
		seq := p.exprList()
		body := p.i
		if p.is(body, ":") {
			body++
		}
		base := p.baseCol
		if !p.jumps(body, end) {
			p.baseCol = p.tok(body).col
		}
		p.each(seq, func(e val) {
			p.i = body
			p.target(start+1, in, e)
			p.body(end)
		})
		p.baseCol = base
		p.i = end
		return true
	case Node:
		return p.nodeFor()
	case Perl:
		return p.forEach()
	case Ruby, Lua, Julia:
		return p.endFor()
	case Go:
		r := p.find(start+1, "range", "{")
		if r < 0 {
			break
		}
		p.i = r + 1
		seq := p.expr(pOr)
		p.loopBody(p.i, seq, func(e val) {
			if p.is(start+2, ",") {
				p.bindTarget(start+3, start+4, e)
			}
		})
		return true
	case R, Awk:
		if p.is(start+1, "(") && p.is(start+3, "in") {
			m := int(p.tok(start + 1).m)
			p.i = start + 4
			seq := p.expr(0)
			p.loopBody(m+1, seq, func(e val) { p.target(start+2, start+3, e) })
			return true
		}
	}
	p.inline = 3
	p.open("for")
	p.i++
	return true
}

// exprList evaluates a, b, c up to what ends it.
func (p *interp) exprList() val {
	v := p.expr(pTernary)
	if !p.is(p.i, ",") {
		return v
	}
	l := []val{v}
	for p.is(p.i, ",") && p.rec.step() {
		p.i++
		if p.is(p.i, ":") {
			break
		}
		l = append(l, p.expr(pTernary))
	}
	return list(l...)
}

// target assigns e to the loop variables in the tokens from to end.
func (p *interp) target(from, end int, e val) {
	if from < end && p.tok(from).k == tIdent && p.declares(p.word(from)) {
		from++
	}
	if from < end && !p.is(from, "(") && !p.is(from, "[") && !p.is(from, "{") && p.find2(from, end, ",") > 0 {
		n := 0
		for i := from; i < end; i++ {
			j := i
			for j < end && !p.is(j, ",") {
				j++
			}
			p.bindTarget(i, j, p.part(e, false, i, 0, n, false))
			i = j
			n++
		}
		return
	}
	p.bindTarget(from, end, e)
}

// bindTarget assigns e, which replaces what a previous turn left.
func (p *interp) bindTarget(from, end int, e val) {
	if end == from+1 && (p.tok(from).k == tIdent || p.tok(from).k == tVar) {
		name := p.word(from)
		if _, ok := p.lookup(name); ok {
			p.bindUp(name, e)
		} else {
			p.bind(name, e)
		}
		return
	}
	inline, block, loops := p.inline, p.block, p.loops
	p.inline, p.block, p.loops = 0, 0, 0
	p.assign(from, end, e)
	p.inline, p.block, p.loops = inline, block, loops
}

// find returns the first token w from i on in the same brackets, before stop
// and before the end of the statement; else -1.
func (p *interp) find(i int, w, stop string) int {
	start := i
	defer func() { p.rec.spend((i - start) / 8) }()
	for ; i < len(p.toks)-1; i++ {
		switch {
		case p.is(i, w):
			return i
		case p.is(i, stop) || p.is(i, ";") || p.is(i, ")") || p.is(i, "]") || p.is(i, "}"):
			return -1
		}
		if m := int(p.tok(i).m); m > i && p.tok(i).k == tOp {
			i = m
		}
	}
	return -1
}

// find2 returns the first token w between from and end, or -1.
func (p *interp) find2(from, end int, w string) int {
	for i := from; i < end; i++ {
		if p.is(i, w) {
			return i
		}
	}
	return -1
}

// loopBody runs the block or the statement at body for each element of seq.
func (p *interp) loopBody(body int, seq val, bind func(val)) {
	end := body
	jumps := p.is(body, "{") && p.jumps(body, int(p.tok(body).m))
	p.cond += boolInt(jumps)
	defer func() { p.cond -= boolInt(jumps) }()
	p.each(seq, func(e val) {
		bind(e)
		if p.is(body, "{") {
			p.i = body + 1
			end = int(p.tok(body).m)
			block := p.block
			p.body(end)
			p.block = block
			end++
		} else {
			p.i = body
			p.stmt()
			end = p.i
		}
	})
	if end == body { // no element at all
		if p.is(body, "{") {
			end = int(p.tok(body).m) + 1
		} else {
			p.i = body
			end = p.skipExpr()
		}
	}
	p.i = min(end, len(p.toks)-1)
}

// nodeFor interprets for (const x of list) and the other forms.
func (p *interp) nodeFor() bool {
	start := p.i
	open := start + 1
	if p.is(open, "await") {
		open++
	}
	if !p.is(open, "(") {
		p.i++
		return true
	}
	m := int(p.tok(open).m)
	of := p.find(open+1, "of", ";")
	keys := of < 0
	if keys {
		of = p.find(open+1, "in", ";")
	}
	if of < 0 || of > m {
		if p.is(m+1, "{") {
			p.repeat(open, int(p.tok(m+1).m))
			return true
		}
		p.inline = 3
		p.i++
		return true
	}
	p.i = of + 1
	p.paren++
	seq := p.expr(0)
	p.paren--
	if keys && seq.k == vList {
		seq = unk()
	}
	p.loopBody(m+1, seq, func(e val) { p.target(open+1, of, e) })
	return true
}

// endFor interprets for x in list do … end.
func (p *interp) endFor() bool {
	start := p.i
	in := p.find(start+1, "in", "do")
	if in < 0 {
		in = p.find(start+1, "=", "do")
	}
	end := int(p.tok(start).m)
	if in < 0 {
		p.i++
		return true
	}
	p.i = in + 1
	seq := p.exprList()
	if p.lang == Lua {
		if !p.is(p.i, "do") {
			return true
		}
		end = int(p.tok(p.i).m)
		if p.is(in, "=") {
			seq = unk()
		}
	}
	if p.is(p.i, "do") {
		p.i++
	}
	body := p.i
	if end <= body {
		return true
	}
	p.each(seq, func(e val) {
		p.i = body
		p.target(start+1, in, e)
		block := p.block
		p.body(end)
		p.block = block
	})
	p.i = min(end+1, len(p.toks)-1)
	return true
}
