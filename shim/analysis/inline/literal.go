package inline

import (
	"strconv"
	"strings"
)

// number reads a numeric literal; fractions are not followed.
func number(s string) val {
	s = strings.TrimRight(s, "nLl")
	if n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 0, 64); err == nil {
		return num(n)
	}
	if n, err := strconv.ParseInt(strings.TrimLeft(s, "0"), 10, 64); err == nil {
		return num(n)
	}
	return unk()
}

// stringLit decodes a string and those adjacent to it.
func (p *interp) stringLit() val {
	v := p.decode(p.i)
	p.i++
	for p.tok(p.i).k == tStr && (p.lang == Python || p.lang == Ruby) && !(p.tok(p.i).nl && p.paren == 0) {
		v = concat(v, p.decode(p.i))
		p.i++
	}
	return v
}

// group evaluates what is in parentheses: an expression, a list, the
// parameters of an arrow function.
func (p *interp) group() val {
	open := p.i
	m := int(p.tok(open).m)
	if p.lang == Node || p.lang == Java {
		if p.is(m+1, "=>") || p.is(m+1, "->") && p.lang == Java {
			return p.arrow(open, m+1)
		}
		if p.is(m+1, ":") && p.lang == Node { // return type of TypeScript
			for j := m + 2; j < len(p.toks) && j < m+12; j++ {
				if p.is(j, "=>") && !p.is(m+2, "{") && p.arrowParams(open, m) {
					return p.arrow(open, j)
				}
				if p.is(j, ";") || p.is(j, ",") || p.is(j, ")") || p.is(j, "(") {
					break
				}
			}
		}
	}
	if p.tok(open).comp {
		return p.comprehension()
	}
	l, comma := p.items(m)
	if len(l) == 1 && !comma {
		return l[0]
	}
	if len(l) == 0 {
		return list()
	}
	switch p.lang {
	case Python, Perl, Ruby, PHP, Awk, Lisp:
		return list(l...)
	}
	return l[len(l)-1]
}

// items evaluates the expressions between the bracket at p.i and the one at m.
func (p *interp) items(m int) (l []val, comma bool) {
	paren := p.paren
	p.paren++
	p.i++
	for p.i < m && p.rec.step() {
		at := p.i
		spread := p.is(at, "*") || p.is(at, "...")
		v := p.expr(pLow)
		if (p.is(p.i, "=>") || p.is(p.i, ":") && (p.lang == Python || p.lang == Ruby)) && p.i < m {
			p.i++
			if p.lang == Perl {
				if p.tok(at).k == tIdent {
					v = str(p.word(at))
				}
				l = append(l, v)
				comma = true
				v = p.expr(pAssign)
			} else {
				v = val{k: vDict, l: []val{v, p.expr(pAssign)}}
			}
		}
		if e, ok := elems(v); ok && spread && v.k == vStr {
			v = list(e...)
		}
		switch {
		case v.k == vList && (spread || p.lang == Perl && p.flattens(at)):
			l = append(l, v.l...)
		case len(l) < maxList:
			l = append(l, v)
		}
		if p.is(p.i, ",") || p.is(p.i, ";") {
			comma = true
			p.i++
		} else if p.i == at {
			p.i++
		}
	}
	p.paren = paren
	p.i = min(m+1, len(p.toks)-1)
	return l, comma
}

// flattens reports whether the Perl expression at i is a list, not a reference.
func (p *interp) flattens(i int) bool {
	return !p.is(i, "[") && !p.is(i, "\\")
}

// listLit evaluates a list in square brackets.
func (p *interp) listLit() val {
	open := p.i
	if p.tok(open).comp {
		return p.comprehension()
	}
	m := int(p.tok(open).m)
	l, _ := p.items(m)
	if p.lang == Go { // []string{"a", "b"}
		for p.tok(p.i).k == tIdent || p.is(p.i, "*") || p.is(p.i, ".") {
			p.i++
		}
		if p.is(p.i, "{") {
			l, _ = p.items(int(p.tok(p.i).m))
		} else if p.is(p.i, "(") {
			l, _ = p.items(int(p.tok(p.i).m))
			if len(l) == 1 {
				return l[0]
			}
		}
		return list(l...)
	}
	if p.lang == PHP || p.lang == Java && len(l) > 0 && l[0].k == vDict {
		return phpArray(l)
	}
	return list(l...)
}

// phpArray makes a dictionary of the pairs of a list, if it has any.
func phpArray(l []val) val {
	var d []val
	for _, v := range l {
		if v.k != vDict || len(v.l) != 2 {
			return list(l...)
		}
		d = append(d, v.l...)
	}
	if len(d) == 0 {
		return list()
	}
	return val{k: vDict, l: d}
}

// dictLit evaluates what is in braces: a dictionary, a set, an object with
// methods, a Lua table, or a block in the place of an expression.
func (p *interp) dictLit() val {
	open := p.i
	m := int(p.tok(open).m)
	if p.tok(open).comp {
		return p.comprehension()
	}
	var d, l []val
	paren := p.paren
	p.paren++
	p.i++
	for p.i < m && p.rec.step() {
		at := p.i
		switch {
		case p.is(at, ",") || p.is(at, ";"):
			p.i++
		case p.is(at, "...") || p.is(at, "**") || p.is(at, "%"):
			p.i++
			v := p.expr(pAssign)
			switch v.k {
			case vDict:
				d = append(d, v.l...)
			case vRef:
				if isEnvRef(v.s) {
					l = append(l, val{k: vEnv})
				}
			case vEnv:
				l = append(l, v)
			}
		default:
			k, v, pair := p.entry(m)
			if pair {
				d = append(d, k, v)
			} else {
				l = append(l, v)
			}
		}
		if p.i == at {
			p.i++
		}
	}
	p.paren = paren
	p.i = min(m+1, len(p.toks)-1)
	for _, v := range append(l, d...) {
		if v.k == vEnv {
			return v
		}
	}
	switch {
	case len(d) > 0 || len(l) == 0:
		return val{k: vDict, l: d}
	case p.lang == Perl:
		var pairs []val
		for _, v := range l {
			if v.k == vList {
				pairs = append(pairs, v.l...)
			} else {
				pairs = append(pairs, v)
			}
		}
		return val{k: vDict, l: pairs}
	}
	return list(l...)
}

// entry evaluates key: value, key => value, [key] = value, a shorthand or a
// method of a literal that ends at m.
func (p *interp) entry(m int) (k, v val, pair bool) {
	t := p.tok(p.i)
	next := p.i + 1
	w := p.word(p.i)
	simple := t.k == tIdent
	switch {
	case simple && (p.is(next, ":") && p.lang != Lua || p.is(next, "=>") && p.lang != Node || p.is(next, "=") && p.lang == Lua):
		k = str(w)
		p.i = next
	case simple && p.lang == Node && (p.is(next, ",") || next == m):
		return str(w), p.name(), true
	case simple && p.lang == Node && p.is(next, "(") && p.is(int(p.tok(next).m)+1, "{"):
		return str(w), val{k: vFn, fn: p.define(w, next, int(p.tok(next).m)+1)}, true
	case simple && p.lang == Node && (w == "get" || w == "set" || w == "async") && !p.is(next, ":") && !p.is(next, ","):
		p.i++
		return p.entry(m)
	case p.is(p.i, "[") && (p.lang == Node || p.lang == Lua):
		if v := p.listLit(); v.k == vList && len(v.l) == 1 {
			k = v.l[0]
		}
	default:
		k = p.expr(pAssign)
	}
	if p.is(p.i, ":") || p.is(p.i, "=>") || p.is(p.i, "=") || p.is(p.i, ",") && p.lang == Perl && p.i < m {
		p.i++
		return k, p.expr(pAssign), true
	}
	return val{}, k, false
}
