package inline

// postfix evaluates the members, subscripts and calls after the operand v,
// whose first token is start.
func (p *interp) postfix(start int, v val) val {
	for p.rec.step() {
		t := p.tok(p.i)
		w := p.word(p.i)
		switch t.k {
		case tStr:
			if p.lang == Lua && v.k != vStr && v.k != vNum && v.k != vUnk || p.lang == Node && t.form == fInterp && !t.nl || p.lang == Generic && v.k == vRef && !t.nl {
				v = p.call(v, args{pos: []val{p.stringLit()}}, start)
				continue
			}
		case tIdent:
			if (w == "do") && (p.lang == Ruby) && t.m > 0 {
				v = p.call(v, args{pos: []val{p.rubyBlock()}}, start)
				continue
			}
		}
		if t.k != tOp {
			if c, ok := p.bareCall(start, v); ok {
				v = c
				continue
			}
			return v
		}
		if t.nl && p.lineEnds() && w != "." && w != "&." {
			return v
		}
		switch w {
		case ".", "?.", "->", "::", "&.", "?->", ":", "#":
			next, ok := p.member(start, v, w)
			if !ok {
				return v
			}
			v = next
		case "(":
			if t.sp && (p.lang == Ruby && v.k != vRef || p.lang == Awk) || p.lang == Awk && v.k != vRef && v.k != vFn {
				return v
			}
			v = p.callWithBlock(start, v, p.arguments())
		case "[":
			if t.sp && (p.lang == Ruby || p.lang == Perl || p.lang == Elixir) && v.k == vRef {
				if c, ok := p.bareCall(start, v); ok {
					v = c
					continue
				}
				return v
			}
			v = p.index(start, v)
		case "{":
			switch {
			case p.lang == Perl && (p.tok(p.i-1).k == tVar || p.is(p.i-1, "]") || p.is(p.i-1, "}")) && !t.sp:
				v = p.index(start, v)
			case p.lang == Lua && v.k == vRef:
				v = p.call(v, args{pos: []val{p.dictLit()}}, start)
			case p.lang == Ruby && (v.k == vRef || p.is(p.i-1, ")") || p.tok(p.i-1).k == tIdent):
				v = p.call(v, args{pos: []val{p.rubyBlock()}}, start)
			case p.lang == Perl && t.sp && p.printBlock():
				v, _ = p.bareCall(start, v)
			default:
				return v
			}
		case "++", "--":
			p.i++
			p.assign(start, p.i-1, unk())
		case "!":
			if p.lang == Node && !t.sp && !p.is(p.i+1, "=") { // assertion of TypeScript
				p.i++
				continue
			}
			return v
		default:
			if c, ok := p.bareCall(start, v); ok {
				v = c
				continue
			}
			return v
		}
	}
	return v
}

// callWithBlock calls v; in Ruby a block may follow the arguments.
func (p *interp) callWithBlock(start int, v val, a args) val {
	if p.lang == Ruby && (p.is(p.i, "{") || p.is(p.i, "do") && p.tok(p.i).m > 0) {
		a.pos = append(a.pos, p.rubyBlock())
	}
	return p.call(v, a, start)
}

// member evaluates what follows the operator w after v.
func (p *interp) member(start int, v val, w string) (val, bool) {
	next := p.tok(p.i + 1)
	switch w {
	case ":":
		if p.lang != Lua && p.lang != Erlang || next.k != tIdent || next.sp || !p.is(p.i+2, "(") && p.tok(p.i+2).k != tStr {
			return v, false
		}
	case "#":
		return v, false
	case "->":
		switch p.lang {
		case Perl, PHP, Generic:
		default:
			return v, false
		}
	case ".":
		if p.lang == Perl || p.lang == PHP {
			return v, false
		}
	}
	switch next.k {
	case tIdent:
		p.i += 2
		name := p.word(p.i - 1)
		f := p.attr(v, name, w)
		if p.attrs || p.lang == Ruby {
			key := p.src[p.tok(start).from:next.to]
			if set, ok := p.lookup(key); ok {
				return set, true
			}
		}
		return p.afterMember(start, v, f, name), true
	case tVar: // Perl: ->$method(), ->@*
		p.i += 2
		return val{}, true
	case tOp:
		at := p.word(p.i + 1)
		switch {
		case at == "(":
			if w == "." && p.lang == Ruby {
				p.i++
				return p.call(v, p.arguments(), start), true
			}
			p.i++
			return v, true
		case at == "[" || at == "{":
			p.i++
			if p.lang == Perl || p.lang == Node || p.lang == PHP {
				return p.index(start, v), true
			}
			return v, true
		case at == "@" || at == "$" || at == "%":
			p.i += 2
			if p.is(p.i, "*") {
				p.i++
			}
			return v, true
		}
	case tStr:
		if p.lang == Elixir || p.lang == Java {
			p.i++
			name := p.stringLit()
			return p.attr(v, name.text(), "."), true
		}
	}
	p.i++
	return v, true
}

// afterMember calls f, the member name of v, where the language needs no
// parentheses for a call.
func (p *interp) afterMember(start int, v, f val, name string) val {
	if p.is(p.i, "(") && !(p.lang == Ruby && p.tok(p.i).sp) {
		return f
	}
	switch p.lang {
	case Ruby:
		if f.k != vRef || name[0] >= 'A' && name[0] <= 'Z' || p.assignOp() != "" && !p.is(p.i, "/=") {
			return f
		}
		a := args{}
		switch {
		case p.is(p.i, "{") || p.is(p.i, "do") && p.tok(p.i).m > 0:
			a.pos = append(a.pos, p.rubyBlock())
		case p.startsArgument():
			a = p.bareArguments()
			if p.is(p.i, "do") && p.tok(p.i).m > 0 {
				a.pos = append(a.pos, p.rubyBlock())
			}
		}
		return p.call(f, a, start)
	case Elixir:
		if p.startsArgument() {
			return p.call(f, p.bareArguments(), start)
		}
	case Java, PHP:
		if f.k == vRef && len(f.l) == 1 && p.hasCall(f.s+"!") {
			return p.call(ref2(f.s+"!", v), args{}, start)
		}
	case Perl:
		if f.k == vRef && p.assignOp() == "" {
			return p.call(f, args{}, start)
		}
	}
	return f
}

// bareCall calls v with the arguments that follow without parentheses.
func (p *interp) bareCall(start int, v val) (val, bool) {
	switch p.lang {
	case Ruby, Perl, PHP, Elixir, Java:
	default:
		return v, false
	}
	if v.k == vRef && p.lang == Perl && p.tok(p.i-1).k == tIdent && p.topical(v.s) {
		a := args{}
		if t, ok := p.lookup("$_"); ok && v.s != "shift" && v.s != "pop" {
			a.pos = []val{t}
		}
		return p.call(v, a, start), true
	}
	if v.k != vRef && v.k != vFn || !p.startsArgument() {
		return v, false
	}
	if k := p.tok(p.i - 1).k; k != tIdent {
		return v, false
	}
	if p.lang == PHP && !phpStatement(v.s) || p.lang == Java && v.s != "println" && v.s != "print" {
		return v, false
	}
	a := p.bareArguments()
	if p.lang == Ruby && (p.is(p.i, "do") && p.tok(p.i).m > 0) {
		a.pos = append(a.pos, p.rubyBlock())
	}
	return p.call(v, a, start), true
}

// startsArgument reports whether the current token can start the first
// argument of a call without parentheses.
func (p *interp) startsArgument() bool {
	t := p.tok(p.i)
	if t.nl && p.lang != Perl && p.lang != PHP {
		return false
	}
	switch t.k {
	case tStr, tNum, tVar, tCmd, tWords, tHandle, tRegex:
		return t.sp || t.k != tStr || p.lang == Perl || p.lang == PHP
	case tIdent:
		w := p.src[t.from:t.to]
		if p.binaryWord(w) > 0 {
			return false
		}
		switch w {
		case "do", "then", "if", "unless", "while", "until", "rescue", "for", "foreach", "end", "as", "in", "when", "else", "is", "and", "or", "xor":
			return w == "do" && p.lang == Perl
		}
		return true
	case tOp:
		w := p.src[t.from:t.to]
		tight := !p.tok(p.i+1).sp && t.sp
		switch w {
		case "[":
			return t.sp
		case "->":
			return p.lang == Ruby && t.sp
		case "\\", "@":
			return p.lang == Perl || p.lang == PHP
		case "%", "$":
			return p.lang == Perl && (tight || w == "$")
		case "::", "-", "*", "&", "!":
			return tight && (w != "-" || p.lang == Perl || p.lang == Ruby)
		case "(":
			return t.sp && p.lang == Ruby
		case "{":
			return p.lang == Perl && t.sp && p.printBlock()
		case "<":
			return false
		}
	}
	return false
}

// printBlock reports whether a Perl block names the handle to print to, or the
// program to run.
func (p *interp) printBlock() bool {
	return p.is(p.i-1, "exec") || p.is(p.i-1, "system") || p.is(p.i-1, "print") || p.is(p.i-1, "printf") || p.is(p.i-1, "say")
}

// bareArguments reads arguments up to the end of the statement.
func (p *interp) bareArguments() args {
	var a args
	for p.rec.step() {
		at := p.i
		p.argument(&a, len(p.toks)-1)
		if !p.is(p.i, ",") && !p.is(p.i, "=>") {
			if p.lang == Perl && (at+1 == p.i || p.is(at, "{")) && len(a.pos) == 1 && p.startsArgument() && p.tok(at).k != tNum {
				if p.is(at, "{") {
					a.pos = nil
				}
				continue // the handle of print
			}
			break
		}
		p.i++
		if p.i == at {
			break
		}
	}
	return a
}

// arguments reads the arguments in the parentheses at the current token.
func (p *interp) arguments() args {
	var a args
	open := p.i
	m := int(p.tok(open).m)
	if p.tok(open).comp {
		a.pos = append(a.pos, p.comprehension())
		return a
	}
	paren, noGT := p.paren, p.noGT
	p.paren++
	p.noGT = false
	p.i++
	for p.i < m && p.rec.step() {
		at := p.i
		p.argument(&a, m)
		if p.is(p.i, ",") || p.is(p.i, ";") || p.is(p.i, "=>") {
			p.i++
		} else if p.i == at {
			p.i++
		}
	}
	p.paren, p.noGT = paren, noGT
	p.i = min(m+1, len(p.toks)-1)
	return a
}

// argument reads one argument, which ends before the token m.
func (p *interp) argument(a *args, m int) {
	t := p.tok(p.i)
	if t.k == tIdent {
		w := p.src[t.from:t.to]
		switch {
		case p.is(p.i+1, "=") && p.assignsKeyword(),
			p.is(p.i+1, ":") && (p.lang == Ruby || p.lang == PHP || p.lang == Elixir || p.lang == Java && p.paren > 0) && !p.tok(p.i+1).sp:
			p.i += 2
			a.kw = append(a.kw, str(w), p.expr(pAssign))
			return
		case p.is(p.i+1, "=>") && (p.lang == Perl || p.lang == Ruby):
			p.i += 2
			v := p.expr(pAssign)
			a.kw = append(a.kw, str(w), v)
			if p.lang == Perl {
				a.pos = append(a.pos, str(w), v)
			}
			return
		}
	}
	spread, dict := p.is(p.i, "*") || p.is(p.i, "..."), p.is(p.i, "**")
	at := p.i
	v := p.expr(pAssign)
	switch {
	case p.is(p.i, "=>") && p.lang != Perl && p.i < m:
		p.i++
		a.kw = append(a.kw, v, p.expr(pAssign))
	case dict && v.k == vDict:
		a.kw = append(a.kw, v.l...)
	case v.k == vList && (spread || p.lang == Perl && p.flattens(at)):
		a.pos = append(a.pos, v.l...)
	case len(a.pos) < maxList:
		a.pos = append(a.pos, v)
	}
}

// assignsKeyword reports whether name=value in a call is a keyword argument.
func (p *interp) assignsKeyword() bool {
	switch p.lang {
	case Python, R, Julia, Java, Generic, Octave:
		return true
	}
	return false
}

func ref2(name string, recv val) val { return val{k: vRef, s: name, l: []val{recv}} }

// attr returns the member name of v.
func (p *interp) attr(v val, name, op string) val {
	switch v.k {
	case vRef:
		if len(v.l) > 0 && (v.s == "GitRepo.git" || v.l[0].typ == "awsresource" || fromNet(v.l[0])) {
			return ref2(v.s+"."+name, v.l[0])
		}
		if len(v.l) > 0 {
			return ref2("?."+name, unk())
		}
		if v.s == "" {
			if g, ok := p.lookup(name); ok {
				return g
			}
			return ref(name)
		}
		if p.lang == Node && isEnvRef(v.s) {
			return p.getenv(name)
		}
		if name == "__dict__" {
			return v
		}
		if op == "::" {
			return ref(v.s + "::" + name)
		}
		return ref(v.s + "." + name)
	case vAlt:
		return mapAlts(v, func(a val) val { return p.attr(a, name, op) })
	case vDict:
		if d, ok := v.get(name); ok {
			return d
		}
	case vObj:
		if v.typ == "computed" {
			return v
		}
		if f, ok := p.property(v, name); ok {
			return f
		}
	}
	return ref2(typeName(v)+"."+name, v)
}

// typeName names the type of v in the tables of calls.
func typeName(v val) string {
	switch v.k {
	case vStr:
		return "str"
	case vNum:
		return "num"
	case vList:
		return "list"
	case vDict:
		return "dict"
	case vFn:
		return "fn"
	case vEnv:
		return "env"
	case vObj:
		return v.typ
	}
	return "?"
}
