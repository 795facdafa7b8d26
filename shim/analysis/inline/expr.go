package inline

// Levels of binding, the loosest first.
const (
	pLow     = 1 // and, or, not of Perl and Ruby
	pAssign  = 2
	pTernary = 3
	pOr      = 4
	pAnd     = 5
	pBits    = 6
	pCompare = 7
	pShift   = 8
	pAdd     = 9
	pMul     = 10
	pPow     = 11
	pMatch   = 12
)

// lineEnds reports whether a new line ends a statement.
func (p *interp) lineEnds() bool {
	switch p.lang {
	case Node, Perl, PHP, Lua, Java, Erlang:
		return false
	}
	return p.paren == 0
}

// binary returns the level of the operator at the current token, or 0.
func (p *interp) binary() int {
	t := p.tok(p.i)
	if t.k != tOp && t.k != tIdent {
		return 0
	}
	w := p.src[t.from:t.to]
	if t.nl && p.lineEnds() && w != "|>" {
		return 0
	}
	if t.k == tIdent {
		return p.binaryWord(w)
	}
	switch w {
	case "?":
		if p.lang == Ruby || p.lang == Node || p.lang == Perl || p.lang == PHP || p.lang == Awk || p.lang == Java || p.lang == Generic {
			return pTernary
		}
		return 0
	case "||", "??":
		return pOr
	case "//":
		if p.lang == Perl {
			return pOr
		}
		return pMul
	case "&&":
		return pAnd
	case "|":
		if p.lang == Awk || p.noGT && p.lang == Awk {
			return pShift
		}
		return pBits
	case "|&", "&", "^":
		return pBits
	case "|>":
		return pBits
	case "==", "!=", "===", "!==", "<=", ">=", "<=>", "~=", "<":
		return pCompare
	case ">":
		if p.noGT {
			return 0
		}
		return pCompare
	case "~":
		if p.lang == Awk {
			return pCompare
		}
	case "=~", "!~":
		return pMatch
	case "<<", ">>":
		if p.noGT {
			return 0
		}
		return pShift
	case "..", "...":
		if p.lang == Lua {
			return pAdd
		}
		return pShift
	case "+", "-", "++":
		if w == "++" && p.lang != Erlang && p.lang != Elixir {
			return 0
		}
		return pAdd
	case ".":
		if p.lang == Perl || p.lang == PHP {
			return pAdd
		}
	case "<>":
		return pAdd
	case "*", "/", "%":
		if p.lang == Erlang && w == "%" {
			return 0
		}
		return pMul
	case "**":
		return pPow
	case "?:":
		return pOr
	}
	if w == "%>%" {
		return pBits
	}
	if w[0] == '%' && len(w) > 1 && w[1] != '=' {
		return pMul // %in% of R
	}
	return 0
}

func (p *interp) binaryWord(w string) int {
	switch w {
	case "and", "or":
		if p.lang == Python || p.lang == Lua {
			return map[bool]int{true: pAnd, false: pOr}[w == "and"]
		}
		switch p.lang {
		case Perl, Ruby, PHP, Elixir:
			return pLow
		}
	case "if":
		if p.lang == Python {
			return pTernary
		}
	case "in", "is", "instanceof", "not":
		if p.lang == Python || p.lang == Node && (w == "in" || w == "instanceof") || p.lang == PHP && w == "instanceof" || p.lang == Awk && w == "in" {
			return pCompare
		}
	case "as":
		if p.lang == Node {
			return pCompare
		}
	case "eq", "ne", "lt", "gt", "le", "ge", "cmp":
		if p.lang == Perl {
			return pCompare
		}
	case "x":
		if p.lang == Perl {
			return pMul
		}
	}
	return 0
}

// expr evaluates an expression of operators that bind at least as tightly as
// min, and leaves p.i after it.
func (p *interp) expr(min int) val {
	if p.depth >= p.rec.limits.Depth {
		p.rec.fail("program nests too deeply")
		p.i = len(p.toks) - 1
		return unk()
	}
	if !p.rec.step() {
		p.i = len(p.toks) - 1
		return unk()
	}
	p.depth++
	start := p.i
	left := p.unary()
	for {
		if min <= pAssign {
			if op := p.assignOp(); op != "" {
				left = p.assignment(start, left, op)
				continue
			}
		}
		level := p.binary()
		if level == 0 || level < min {
			if p.juxtaposed(min) {
				left = concat(left, p.expr(pAdd+1))
				continue
			}
			break
		}
		left = p.operate(start, left, level)
	}
	p.depth--
	return left
}

// juxtaposed reports whether the next token starts a text that Awk appends to
// the one just read.
func (p *interp) juxtaposed(min int) bool {
	if p.lang != Awk || min > pAdd {
		return false
	}
	t := p.tok(p.i)
	if t.nl {
		return false
	}
	switch t.k {
	case tStr, tNum:
		return true
	case tIdent:
		return !p.is(p.i, "in") && !p.is(p.i, "getline")
	case tOp:
		return p.is(p.i, "(") || p.is(p.i, "$")
	}
	return false
}

// assignOp returns the assignment operator at the current token, or "".
func (p *interp) assignOp() string {
	t := p.tok(p.i)
	if t.k != tOp || t.nl && p.lineEnds() {
		return ""
	}
	switch w := p.src[t.from:t.to]; w {
	case "=", ":=", "+=", "-=", "*=", "/=", ".=", "%=", "|=", "&=", "^=", "**=", "||=", "&&=", "??=", "//=", "<<=", ">>=", "x=":
		return w
	case "..":
		if p.is(p.i+1, "=") && !p.tok(p.i+1).sp {
			return "..="
		}
	case "<-", "<<-":
		if p.lang == R {
			return "="
		}
	}
	return ""
}

// assignment evaluates what stands right of op and assigns it to the tokens
// from start on, whose value was left.
func (p *interp) assignment(start int, left val, op string) val {
	end := p.i
	p.i++
	if op == "..=" {
		p.i++
	}
	loops := p.loops
	right := p.expr(pAssign)
	p.loops = loops
	var v val
	switch op {
	case "=", ":=":
		v = right
	case "+=":
		v = p.plus(left, right)
		if p.lang == Perl || p.lang == PHP && v.k != vNum {
			v = unk()
		}
	case ".=", "..=":
		v = concat(left, right)
	case "||=", "??=", "//=", "&&=":
		v = join(left, right)
	case "/=":
		v = p.divide(left, right)
	default:
		v = unk()
	}
	if p.loops > 0 && op != "=" && op != ":=" && v.k == vStr {
		v = concat(left, anyStr()) // grows by an unknown number of turns
	}
	p.assign(start, end, v)
	return v
}

// operate evaluates the operator at the current token and its right operand.
func (p *interp) operate(start int, left val, level int) val {
	w := p.word(p.i)
	op := p.i
	p.i++
	switch w {
	case "?":
		return p.ternary(left)
	case "if": // Python: a if c else b
		p.expr(pOr)
		if p.is(p.i, "else") {
			p.i++
			return join(left, p.expr(pTernary))
		}
		return left
	case "and", "&&":
		p.cond++
		right := p.expr(level + 1)
		p.cond--
		if yes, known := left.truth(); known && !yes {
			return left
		} else if known {
			return right
		}
		return join(left, right)
	case "or", "||", "??", "?:":
		p.cond++
		right := p.expr(level + 1)
		p.cond--
		if yes, known := left.truth(); known && yes {
			return left
		} else if known {
			return right
		}
		return join(left, right)
	case "//":
		if p.lang == Perl {
			return join(left, p.expr(level+1))
		}
	case "|>", "%>%":
		return p.pipe(left)
	case "=~":
		return p.match(start, op, left)
	case "not":
		if p.is(p.i, "in") {
			p.i++
		}
	case "as":
		p.unary() // the type of a TypeScript assertion
		return left
	case "|", "|&":
		if p.lang == Awk && p.is(p.i, "getline") {
			return p.awkPipe(op, left)
		}
	}
	next := level + 1
	if w == "**" {
		next = level
	}
	right := p.expr(next)
	p.rec.spend(len(left.l)*len(right.alts())/16 + len(right.l)/8 + len(left.s)/1024)
	if w == "<<" && p.lang == Ruby && left.k != vNum {
		return p.shovel(start, op, left, right)
	}
	return p.combine(w, left, right)
}

// shovel evaluates left << right of Ruby, which changes left.
func (p *interp) shovel(start, op int, left, right val) val {
	v := p.plus(left, right)
	switch left.k {
	case vList:
		v = appendTo(left, right)
	case vStr:
	default:
		p.print(right, p.spanOf(start))
		v = unk()
	}
	p.assign(start, op, v)
	return v
}

// combine computes left w right.
func (p *interp) combine(w string, left, right val) val {
	switch w {
	case "+":
		return p.plus(left, right)
	case "-":
		return arith(left, right, func(a, b int64) (int64, bool) { return a - b, true })
	case ".", "..", "<>":
		if w == ".." && p.lang != Lua {
			return rangeOf(left, right)
		}
		return concat(left, right)
	case "++":
		return concat(left, right)
	case "*":
		return p.times(left, right)
	case "x":
		return repeat(left, right)
	case "/", "//":
		return p.divide(left, right)
	case "%":
		if p.lang == Python || p.lang == Ruby {
			if left.k == vStr || left.k == vAlt {
				return formatPercent(left, right)
			}
		}
		return arith(left, right, func(a, b int64) (int64, bool) {
			if b == 0 || a < 0 || b < 0 {
				return 0, false
			}
			return a % b, true
		})
	case "^":
		return arith(left, right, func(a, b int64) (int64, bool) { return a ^ b, p.lang != Lua && p.lang != Julia && p.lang != R })
	case "&":
		return arith(left, right, func(a, b int64) (int64, bool) { return a & b, true })
	case "|":
		if left.k == vEnv || right.k == vEnv {
			return val{k: vEnv}
		}
		return arith(left, right, func(a, b int64) (int64, bool) { return a | b, true })
	case "<<":
		return arith(left, right, func(a, b int64) (int64, bool) { return a << uint64(b&31), b < 32 && a < 1<<30 })
	case ">>":
		return arith(left, right, func(a, b int64) (int64, bool) { return a >> uint64(b&63), true })
	}
	return unk()
}

func (p *interp) ternary(left val) val {
	p.cond++
	defer func() { p.cond-- }()
	yes, known := left.truth()
	paren := p.paren
	p.paren++
	a := p.expr(pAssign)
	p.paren = paren
	if !p.is(p.i, ":") {
		return a
	}
	p.i++
	b := p.expr(pAssign)
	switch {
	case known && yes:
		return a
	case known:
		return b
	}
	return join(a, b)
}

// pipe gives left to the call that follows, as its first argument.
func (p *interp) pipe(left val) val {
	start := p.i
	f := p.callee()
	a := args{}
	if p.is(p.i, "(") {
		a = p.arguments()
	}
	a.pos = append([]val{left}, a.pos...)
	return p.call(f, a, start)
}

// spanOf returns the call context of the tokens from start to the current one.
func (p *interp) spanOf(start int) cx {
	if p.span != nil {
		return cx{from: p.span.from, to: p.span.to}
	}
	end := max(p.i-1, start)
	return cx{from: int(p.tok(start).from), to: int(p.tok(end).to)}
}
