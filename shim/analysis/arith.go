package analysis

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules/value"
)

// arith evaluates an arithmetic expression; false if the result is not known. A
// variable's value is an expression of its own, and a subscript in it may run a
// substitution: both are followed.
func (it *interp) arith(x syntax.ArithmExpr) (int64, bool) {
	if !it.spend() {
		return 0, false
	}
	switch x := x.(type) {
	case nil:
		return 0, true
	case *syntax.Word:
		return it.arithWord(x)
	case *syntax.ParenArithm:
		return it.arith(x.X)
	case *syntax.UnaryArithm:
		return it.unary(x)
	case *syntax.BinaryArithm:
		return it.binaryArith(x)
	case *syntax.FlagsArithm:
		return 0, false
	}
	it.opaque("guard does not know this kind of arithmetic", nil)
	return 0, false
}

func (it *interp) arithWord(w *syntax.Word) (int64, bool) {
	// name[subscript] arrives as a parameter expansion without dollar.
	if len(w.Parts) == 1 {
		if p, ok := w.Parts[0].(*syntax.ParamExp); ok && p.Short && !p.Dollar.IsValid() {
			if p.Index != nil {
				t, _ := it.element(p.Param.Value, p.Index)
				return it.arithValue(t)
			}
		}
	}
	return it.arithValue(it.literal(w))
}

// operand evaluates an operand of an operator. What a $ expansion stands for is
// put in as text, so that it may be more than an operand: only its effects are
// sure then.
func (it *interp) operand(x syntax.ArithmExpr) (int64, bool) {
	w, isWord := x.(*syntax.Word)
	if !isWord || w.Lit() != "" {
		return it.arith(x)
	}
	if p, isParam := w.Parts[0].(*syntax.ParamExp); isParam && !p.Dollar.IsValid() {
		return it.arith(x)
	}
	t := it.literal(w)
	v, ok := it.arithValue(t)
	if s := strings.TrimSpace(string(t)); s != "" && !isName(s) {
		if _, plain := integer(s); !plain {
			return 0, false
		}
	}
	return v, ok
}

// expansions carries out the expansions in what is not evaluated: the shell makes
// all of them before.
func (it *interp) expansions(x syntax.ArithmExpr) {
	if x == nil {
		return
	}
	syntax.Walk(x, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			it.substitute(n)
			return false
		case *syntax.ParamExp:
			if n.Dollar.IsValid() {
				it.param(&builder{}, n, true, true)
				return false
			}
		}
		return true
	})
}

// perhaps evaluates what may or may not be reached.
func (it *interp) perhaps(x syntax.ArithmExpr) (int64, bool) {
	before := it.st.clone()
	v, ok := it.operand(x)
	it.st.join(before)
	return v, ok
}

// arithValue evaluates the text of an operand.
func (it *interp) arithValue(t value.Text) (int64, bool) {
	if !t.Known() {
		return 0, false
	}
	return it.arithText(string(t))
}

// subscript evaluates the index in NAME[INDEX], given as the name of a variable: the
// shell carries out what is substituted there.
func (it *interp) subscript(t value.Text) {
	if _, index, ok := strings.Cut(string(t), "["); ok && strings.ContainsAny(index, "$`") {
		it.arithText(strings.TrimSuffix(index, "]"))
	}
}

func (it *interp) arithText(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, true
	}
	if n, ok := integer(s); ok {
		return n, true
	}
	if isName(s) {
		t, ok := it.get(s)
		if !ok {
			return 0, true
		}
		if it.depth++; it.depth > maxDepth {
			it.depth--
			return 0, false
		}
		defer func() { it.depth-- }()
		return it.arithValue(t)
	}
	if it.depth++; it.depth > maxDepth {
		it.depth--
		return 0, false
	}
	defer func() { it.depth-- }()
	x := it.parseArith(s)
	if x == nil {
		return 0, false
	}
	return it.arith(x)
}

// integer reads a literal: decimal, 0x, 0 (octal), BASE#DIGITS.
func integer(s string) (int64, bool) {
	neg := false
	if s[0] == '-' || s[0] == '+' {
		neg = s[0] == '-'
		s = s[1:]
	}
	base := int64(10)
	switch {
	case strings.HasPrefix(s, "0x"), strings.HasPrefix(s, "0X"):
		base, s = 16, s[2:]
	case strings.IndexByte(s, '#') > 0:
		b, rest, _ := strings.Cut(s, "#")
		n := atoi(b)
		if n < 2 || n > 64 || strings.Trim(b, "0123456789") != "" {
			return 0, false
		}
		base, s = int64(n), rest
	case len(s) > 1 && s[0] == '0':
		base, s = 8, s[1:]
	}
	if s == "" || len(s) > 20 {
		return 0, false
	}
	var n int64
	for i := 0; i < len(s); i++ {
		d := int64(99)
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			d = int64(c - '0')
		case c >= 'a' && c <= 'z':
			d = int64(c-'a') + 10
		case c >= 'A' && c <= 'Z':
			d = int64(c-'A') + 10
			if base > 36 {
				d += 26
			}
		case c == '@':
			d = 62
		case c == '_':
			d = 63
		}
		if d >= base {
			return 0, false
		}
		n = n*base + d
	}
	if neg {
		n = -n
	}
	return n, true
}

func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '_' && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func (it *interp) unary(x *syntax.UnaryArithm) (int64, bool) {
	switch x.Op {
	case syntax.Inc, syntax.Dec:
		old, ok := it.operand(x.X)
		n := old + 1
		if x.Op == syntax.Dec {
			n = old - 1
		}
		it.arithSet(x.X, n, ok)
		if x.Post {
			return old, ok
		}
		return n, ok
	}
	v, ok := it.operand(x.X)
	switch x.Op {
	case syntax.Not:
		return b2i(v == 0), ok
	case syntax.BitNegation:
		return ^v, ok
	case syntax.Minus:
		return -v, ok
	}
	return v, ok
}

// arithSet assigns the result of an expression to the variable that target names.
func (it *interp) arithSet(target syntax.ArithmExpr, n int64, ok bool) {
	w, isWord := target.(*syntax.Word)
	if !isWord {
		return
	}
	t := value.Digits
	if ok {
		t = value.Known(itoa(n))
	}
	if len(w.Parts) == 1 {
		if p, isParam := w.Parts[0].(*syntax.ParamExp); isParam && p.Param != nil {
			if p.Index != nil {
				it.setElem(p.Param.Value, p.Index, t, false)
			} else {
				it.set(p.Param.Value, t)
			}
			return
		}
	}
	if name := string(it.literal(w)); isName(name) {
		it.set(name, t)
	}
}

func (it *interp) binaryArith(x *syntax.BinaryArithm) (int64, bool) {
	switch x.Op {
	case syntax.Assgn:
		v, ok := it.arith(x.Y)
		it.arithSet(x.X, v, ok)
		return v, ok
	case syntax.AddAssgn, syntax.SubAssgn, syntax.MulAssgn, syntax.QuoAssgn, syntax.RemAssgn, syntax.AndAssgn,
		syntax.OrAssgn, syntax.XorAssgn, syntax.ShlAssgn, syntax.ShrAssgn:
		a, ok1 := it.operand(x.X)
		b, ok2 := it.operand(x.Y)
		v, ok := calc(assignOp(x.Op), a, b)
		it.arithSet(x.X, v, ok && ok1 && ok2)
		return v, ok && ok1 && ok2
	case syntax.TernQuest:
		c, ok := it.operand(x.X)
		alt, isAlt := x.Y.(*syntax.BinaryArithm)
		if !isAlt || alt.Op != syntax.TernColon {
			return 0, false
		}
		if !ok {
			it.perhaps(alt.X)
			it.perhaps(alt.Y)
			return 0, false
		}
		if c != 0 {
			it.expansions(alt.Y)
			return it.arith(alt.X)
		}
		it.expansions(alt.X)
		return it.arith(alt.Y)
	case syntax.AndArit:
		a, ok := it.operand(x.X)
		if ok && a == 0 {
			it.expansions(x.Y)
			return 0, true
		}
		if !ok {
			b, ok := it.perhaps(x.Y)
			return 0, ok && b == 0
		}
		b, ok2 := it.operand(x.Y)
		return b2i(b != 0), ok2
	case syntax.OrArit:
		a, ok := it.operand(x.X)
		if ok && a != 0 {
			it.expansions(x.Y)
			return 1, true
		}
		if !ok {
			b, ok := it.perhaps(x.Y)
			return 1, ok && b != 0
		}
		b, ok2 := it.operand(x.Y)
		return b2i(b != 0), ok2
	}
	a, ok1 := it.operand(x.X)
	b, ok2 := it.operand(x.Y)
	v, ok := calc(x.Op, a, b)
	return v, ok && ok1 && ok2
}

func assignOp(op syntax.BinAritOperator) syntax.BinAritOperator {
	switch op {
	case syntax.AddAssgn:
		return syntax.Add
	case syntax.SubAssgn:
		return syntax.Sub
	case syntax.MulAssgn:
		return syntax.Mul
	case syntax.QuoAssgn:
		return syntax.Quo
	case syntax.RemAssgn:
		return syntax.Rem
	case syntax.AndAssgn:
		return syntax.And
	case syntax.OrAssgn:
		return syntax.Or
	case syntax.XorAssgn:
		return syntax.Xor
	case syntax.ShlAssgn:
		return syntax.Shl
	}
	return syntax.Shr
}

func calc(op syntax.BinAritOperator, a, b int64) (int64, bool) {
	switch op {
	case syntax.Add:
		return a + b, true
	case syntax.Sub:
		return a - b, true
	case syntax.Mul:
		return a * b, true
	case syntax.Quo, syntax.Rem:
		if b == 0 {
			return 0, false
		}
		if b == -1 {
			if op == syntax.Rem {
				return 0, true
			}
			return -a, true
		}
		if op == syntax.Rem {
			return a % b, true
		}
		return a / b, true
	case syntax.Pow:
		v := int64(1)
		if b < 0 || b > 4096 {
			return 0, false
		}
		for ; b > 0; b-- {
			v *= a
		}
		return v, true
	case syntax.Eql:
		return b2i(a == b), true
	case syntax.Neq:
		return b2i(a != b), true
	case syntax.Gtr:
		return b2i(a > b), true
	case syntax.Lss:
		return b2i(a < b), true
	case syntax.Geq:
		return b2i(a >= b), true
	case syntax.Leq:
		return b2i(a <= b), true
	case syntax.And:
		return a & b, true
	case syntax.Or:
		return a | b, true
	case syntax.Xor:
		return a ^ b, true
	case syntax.Shl:
		return a << (uint64(b) & 63), true
	case syntax.Shr:
		return a >> (uint64(b) & 63), true
	case syntax.Comma:
		return b, true
	}
	return 0, false
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
