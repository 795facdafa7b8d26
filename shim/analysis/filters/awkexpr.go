package filters

import (
	"math"
	"strconv"
)

// expression reads an assignment or a conditional.
func (p *awkParser) expression() *awkNode {
	defer p.enter()()
	left := p.conditional()
	if p.kind != awkPunct || p.bad {
		return left
	}
	switch p.token {
	case "=", "+=", "-=", "*=", "/=", "%=", "^=":
		if !left.lvalue() {
			return p.fail()
		}
		op := p.token
		p.advance()
		p.newlines()
		right := p.expression()
		n := &awkNode{op: "assign", text: op[:len(op)-1], kids: []*awkNode{left, right}}
		for _, k := range left.kids {
			p.independent(k, right)
		}
		return n
	}
	return left
}

func (n *awkNode) lvalue() bool {
	return !n.paren && (n.op == "name" || n.op == "index" || n.op == "$")
}

func (p *awkParser) conditional() *awkNode {
	test := p.or()
	if !p.accept("?") {
		return test
	}
	p.newlines()
	yes := p.expression()
	p.newlines()
	p.expect(":")
	p.newlines()
	return &awkNode{op: "?", kids: []*awkNode{test, yes, p.expression()}}
}

func (p *awkParser) or() *awkNode {
	left := p.and()
	for p.accept("||") {
		p.newlines()
		left = &awkNode{op: "||", kids: []*awkNode{left, p.and()}}
	}
	return left
}

func (p *awkParser) and() *awkNode {
	left := p.membership()
	for p.accept("&&") {
		p.newlines()
		left = &awkNode{op: "&&", kids: []*awkNode{left, p.membership()}}
	}
	return left
}

func (p *awkParser) membership() *awkNode {
	left := p.matching()
	for p.accept("in") {
		if p.kind != awkIdent {
			return p.fail()
		}
		keys := []*awkNode{left}
		if left.op == "list" {
			keys = left.kids
		}
		p.arrays[p.token] = true
		left = &awkNode{op: "in", text: p.token, kids: keys}
		p.advance()
	}
	return left
}

func (p *awkParser) matching() *awkNode {
	left := p.comparison()
	if p.is("~") || p.is("!~") {
		op := p.token
		p.advance()
		left = p.binary(op, left, p.comparison())
		if p.is("~") || p.is("!~") {
			return p.fail()
		}
	}
	return left
}

func (p *awkParser) comparison() *awkNode {
	left := p.concatenation()
	for _, op := range []string{"<", "<=", "==", "!=", ">", ">="} {
		if !p.is(op) || op == ">" && p.printed {
			continue
		}
		p.advance()
		left = p.binary(op, left, p.concatenation())
		for _, op := range []string{"<", "<=", "==", "!=", ">="} {
			if p.is(op) {
				return p.fail()
			}
		}
		break
	}
	return left
}

func (p *awkParser) concatenation() *awkNode {
	left := p.additive()
	for !p.bad && (p.kind == awkNumber || p.kind == awkText || p.kind == awkIdent || p.kind == awkBuiltin || p.is("$") || p.is("(")) {
		left = p.binary("concat", left, p.additive())
	}
	return left
}

func (p *awkParser) additive() *awkNode {
	left := p.multiplicative()
	for p.is("+") || p.is("-") {
		op := p.token
		p.advance()
		left = p.binary(op, left, p.multiplicative())
	}
	return left
}

func (p *awkParser) multiplicative() *awkNode {
	left := p.unary()
	for p.is("*") || p.is("/") || p.is("%") {
		op := p.token
		p.advance()
		left = p.binary(op, left, p.unary())
	}
	return left
}

// binary makes a node of two operands. A bare "!x" on the left binds differently from one awk to the next.
func (p *awkParser) binary(op string, left, right *awkNode) *awkNode {
	if left.op == "!" && !left.paren || left.op == "list" || right.op == "list" {
		return p.fail()
	}
	p.independent(left, right)
	return &awkNode{op: op, kids: []*awkNode{left, right}}
}

func (p *awkParser) unary() *awkNode {
	defer p.enter()()
	switch {
	case p.accept("!"):
		return &awkNode{op: "!", kids: []*awkNode{p.unary()}}
	case p.accept("-"):
		return &awkNode{op: "neg", kids: []*awkNode{p.unary()}}
	case p.accept("+"):
		return &awkNode{op: "plus", kids: []*awkNode{p.unary()}}
	}
	base := p.postfix()
	if p.accept("^") {
		return p.binary("^", base, p.unary())
	}
	return base
}

func (p *awkParser) postfix() *awkNode {
	for _, op := range []string{"++", "--"} {
		if p.accept(op) {
			n := p.primary()
			if !n.lvalue() {
				return p.fail()
			}
			return &awkNode{op: "pre" + op, kids: []*awkNode{n}}
		}
	}
	n := p.primary()
	if n.lvalue() && (p.is("++") || p.is("--")) {
		n = &awkNode{op: "post" + p.token, kids: []*awkNode{n}}
		p.advance()
	}
	return n
}

func (p *awkParser) primary() *awkNode {
	defer p.enter()()
	token := p.token
	switch {
	case p.bad:
		return p.fail()
	case p.kind == awkNumber:
		p.advance()
		f, err := strconv.ParseFloat(token, 64)
		if err != nil || math.IsInf(f, 0) {
			return p.fail()
		}
		return &awkNode{op: "number", number: f}
	case p.kind == awkText:
		p.advance()
		return &awkNode{op: "text", text: token}
	case p.kind == awkBuiltin:
		return p.function()
	case p.kind == awkIdent:
		return p.variable()
	case p.accept("$"):
		if p.is("++") || p.is("--") || p.is("-") {
			return p.fail()
		}
		return &awkNode{op: "$", kids: []*awkNode{p.primary()}}
	case p.accept("("):
		return p.parenthesis()
	case p.is("/") || p.is("/="):
		src, ok := p.lexRegex()
		if !ok {
			return p.fail()
		}
		p.advance()
		n := &awkNode{op: "regex", text: src}
		if n.re, ok = p.compile(src, dialect{extended: true, awk: true}); !ok {
			return p.fail()
		}
		return n
	}
	return p.fail()
}

func (p *awkParser) parenthesis() *awkNode {
	printed := p.printed
	p.printed = false
	kids := p.list()
	p.printed = printed
	p.expect(")")
	if len(kids) > 1 {
		return &awkNode{op: "list", kids: kids}
	}
	n := *kids[0]
	n.paren = true
	return &n
}

func (p *awkParser) variable() *awkNode {
	name, glued := p.token, p.glued
	p.advance()
	if glued {
		return p.fail() // a function that is not known
	}
	if !p.accept("[") {
		p.scalars[name] = true
		return &awkNode{op: "name", text: name}
	}
	p.arrays[name] = true
	printed := p.printed
	p.printed = false
	n := &awkNode{op: "index", text: name, kids: p.list()}
	p.printed = printed
	p.expect("]")
	return n
}

// function reads a call of a built-in function.
func (p *awkParser) function() *awkNode {
	n := &awkNode{op: "call", text: p.token}
	p.advance()
	if n.text == "length" && !p.is("(") {
		return n
	}
	printed := p.printed
	p.printed = false
	p.expect("(")
	if !p.is(")") {
		n.kids = append(n.kids, p.expression())
		for p.accept(",") {
			p.newlines()
			if n.text == "split" && len(n.kids) == 1 {
				n.kids = append(n.kids, &awkNode{op: "array", text: p.token})
				if p.arrays[p.token] = true; p.kind != awkIdent {
					return p.fail()
				}
				p.advance()
				continue
			}
			n.kids = append(n.kids, p.expression())
		}
	}
	p.expect(")")
	p.printed = printed
	least, most := awkArity(n.text)
	if len(n.kids) < least || len(n.kids) > most {
		return p.fail()
	}
	if (n.text == "sub" || n.text == "gsub") && len(n.kids) == 3 && !n.kids[2].lvalue() {
		return p.fail()
	}
	return n
}

func awkArity(name string) (least, most int) {
	switch name {
	case "length":
		return 0, 1
	case "substr", "split":
		return 2, 3
	case "sub", "gsub":
		return 2, 3
	case "index", "match":
		return 2, 2
	case "sprintf":
		return 1, 1000
	}
	return 1, 1
}

// independent refuses operands of which one changes what the other reads: awks differ in the order.
func (p *awkParser) independent(a, b *awkNode) {
	if a.changes(b) || b.changes(a) {
		p.fail()
	}
}

// changes reports whether n may assign what other reads.
func (n *awkNode) changes(other *awkNode) bool {
	if n == nil {
		return false
	}
	switch {
	case n.op == "assign", len(n.op) > 3 && (n.op[:3] == "pre" || n.op[:3] == "pos"):
		if target := n.kids[0]; target.op != "name" || awkSpecial(target.text) || other.reads(target.text) {
			return true
		}
	case n.op == "call" && (n.text == "sub" || n.text == "gsub" || n.text == "split" || n.text == "match"):
		return true
	}
	for _, k := range n.kids {
		if k.changes(other) {
			return true
		}
	}
	return false
}

func (n *awkNode) reads(name string) bool {
	if n == nil {
		return false
	}
	if n.op == "name" && n.text == name {
		return true
	}
	for _, k := range n.kids {
		if k.reads(name) {
			return true
		}
	}
	return false
}

// awkSpecial lists the variables that do something when they are assigned.
func awkSpecial(name string) bool {
	switch name {
	case "NF", "NR", "FNR", "FS", "OFS", "ORS", "RS", "SUBSEP", "RSTART", "RLENGTH":
		return true
	}
	return false
}
