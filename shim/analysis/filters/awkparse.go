package filters

// An awkNode is an expression or a statement; op says which, and what the children are.
type awkNode struct {
	op     string
	text   string // name, string
	number float64
	kids   []*awkNode
	re     *pattern
	paren  bool
}

// A awkRule is a pattern and its action.
type awkRule struct {
	kind          awkRuleKind
	first, second *awkNode
	body          *awkNode // nil: print
	active        bool
}

type awkRuleKind uint8

const (
	awkMain awkRuleKind = iota
	awkBegin
	awkEnd
)

// An awkParser reads a program.
type awkParser struct {
	*call
	src     string
	i       int // behind the token
	from    int // where it starts
	kind    awkKind
	token   string
	glued   bool // a parenthesis follows at once
	depth   int
	loops   int
	main    bool // inside the action of a record's rule
	printed bool // inside a print list, where ">" is no comparison
	bad     bool
	rules   []awkRule
	scalars map[string]bool
	arrays  map[string]bool
}

func (p *awkParser) fail() *awkNode {
	p.bad = true
	p.kind = awkEOF
	return &awkNode{op: "bad"}
}

func (p *awkParser) is(token string) bool {
	return (p.kind == awkPunct || p.kind == awkWord) && p.token == token
}

// accept takes a token if it is the next.
func (p *awkParser) accept(token string) bool {
	if !p.is(token) {
		return false
	}
	p.advance()
	return true
}

func (p *awkParser) expect(token string) {
	if !p.accept(token) {
		p.fail()
	}
}

func (p *awkParser) newlines() {
	for p.kind == awkNewline {
		p.advance()
	}
}

// enter counts nesting; the returned function leaves again.
func (p *awkParser) enter() func() {
	if p.depth++; p.depth > maxAwkDepth {
		p.fail()
	}
	return func() { p.depth-- }
}

func (p *awkParser) program() bool {
	p.advance()
	for !p.bad {
		for p.kind == awkNewline || p.is(";") {
			p.advance()
		}
		if p.kind == awkEOF {
			break
		}
		p.rule()
	}
	for name := range p.arrays {
		if p.scalars[name] {
			return false
		}
	}
	return !p.bad && len(p.rules) > 0 && p.i >= len(p.src)
}

func (p *awkParser) rule() {
	var r awkRule
	switch {
	case p.accept("BEGIN"):
		r.kind = awkBegin
	case p.accept("END"):
		r.kind = awkEnd
	case !p.is("{"):
		r.first = p.expression()
		if p.accept(",") {
			p.newlines()
			r.second = p.expression()
		}
	}
	if p.is("{") {
		p.main = r.kind == awkMain
		r.body = p.block()
	} else if r.kind != awkMain {
		p.fail()
	}
	if p.kind != awkEOF && p.kind != awkNewline && !p.is(";") && r.body == nil {
		p.fail()
	}
	p.rules = append(p.rules, r)
}

func (p *awkParser) block() *awkNode {
	defer p.enter()()
	p.expect("{")
	b := &awkNode{op: "block"}
	for !p.bad {
		for p.kind == awkNewline || p.is(";") {
			p.advance()
		}
		if p.accept("}") {
			return b
		}
		b.kids = append(b.kids, p.statement())
	}
	return b
}

// ended takes what ends a simple statement.
func (p *awkParser) ended(n *awkNode) *awkNode {
	if p.kind == awkNewline || p.is(";") {
		p.advance()
	} else if !p.is("}") {
		p.fail()
	}
	return n
}

// body is the statement that a condition or loop governs.
func (p *awkParser) body() *awkNode {
	p.newlines()
	if p.accept(";") {
		return &awkNode{op: "block"}
	}
	return p.statement()
}

func (p *awkParser) statement() *awkNode {
	defer p.enter()()
	switch {
	case p.bad:
		return p.fail()
	case p.is("{"):
		return p.block()
	case p.accept("if"):
		return p.ifStatement()
	case p.accept("while"):
		p.expect("(")
		test := p.expression()
		p.expect(")")
		return &awkNode{op: "for", kids: []*awkNode{nil, test, nil, p.loopBody()}}
	case p.accept("do"):
		body := p.loopBody()
		for p.kind == awkNewline || p.is(";") {
			p.advance()
		}
		p.expect("while")
		p.expect("(")
		test := p.expression()
		p.expect(")")
		return p.ended(&awkNode{op: "do", kids: []*awkNode{body, test}})
	case p.accept("for"):
		return p.forStatement()
	}
	return p.ended(p.simple())
}

func (p *awkParser) loopBody() *awkNode {
	p.loops++
	defer func() { p.loops-- }()
	return p.body()
}

func (p *awkParser) ifStatement() *awkNode {
	p.expect("(")
	test := p.expression()
	p.expect(")")
	n := &awkNode{op: "if", kids: []*awkNode{test, p.body()}}
	i, from, kind, token, glued := p.i, p.from, p.kind, p.token, p.glued
	for p.kind == awkNewline || p.is(";") {
		p.advance()
	}
	if p.accept("else") {
		n.kids = append(n.kids, p.body())
		return n
	}
	if !p.bad {
		p.i, p.from, p.kind, p.token, p.glued = i, from, kind, token, glued
	}
	return n
}

func (p *awkParser) forStatement() *awkNode {
	p.expect("(")
	n := &awkNode{op: "for", kids: make([]*awkNode, 4)}
	if !p.is(";") {
		n.kids[0] = p.simple()
		if in := n.kids[0]; in.op == "in" && !in.paren && p.accept(")") {
			if in.kids[0].op != "name" {
				return p.fail()
			}
			return &awkNode{op: "forin", text: in.text, kids: []*awkNode{in.kids[0], p.loopBody()}}
		}
	}
	p.expect(";")
	p.newlines()
	if !p.is(";") {
		n.kids[1] = p.expression()
	}
	p.expect(";")
	p.newlines()
	if !p.is(")") {
		n.kids[2] = p.simple()
	}
	p.expect(")")
	n.kids[3] = p.loopBody()
	return n
}

// simple is a statement without statements inside.
func (p *awkParser) simple() *awkNode {
	switch {
	case p.is("print") || p.is("printf"):
		n := &awkNode{op: p.token}
		p.advance()
		if p.kind == awkNewline || p.is(";") || p.is("}") || p.kind == awkEOF {
			return n
		}
		p.printed = true
		n.kids = p.list()
		p.printed = false
		if len(n.kids) == 1 && n.kids[0].op == "list" {
			n.kids = n.kids[0].kids
		}
		return n
	case p.is("break") || p.is("continue"):
		n := &awkNode{op: p.token}
		p.advance()
		if p.loops == 0 {
			return p.fail()
		}
		return n
	case p.accept("next"):
		if !p.main {
			return p.fail()
		}
		return &awkNode{op: "next"}
	case p.accept("exit"):
		n := &awkNode{op: "exit"}
		if p.kind != awkNewline && !p.is(";") && !p.is("}") {
			n.kids = []*awkNode{p.expression()}
		}
		return n
	case p.accept("delete"):
		return p.deletion()
	}
	return p.expression()
}

func (p *awkParser) deletion() *awkNode {
	if p.kind != awkIdent {
		return p.fail()
	}
	n := &awkNode{op: "delete", text: p.token}
	p.arrays[p.token] = true
	p.advance()
	if p.accept("[") {
		n.kids = p.list()
		p.expect("]")
	}
	return n
}

// list reads expressions with commas between them.
func (p *awkParser) list() []*awkNode {
	kids := []*awkNode{p.expression()}
	for p.accept(",") {
		p.newlines()
		kids = append(kids, p.expression())
	}
	return kids
}
