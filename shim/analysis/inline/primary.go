package inline

import "strings"

// unary evaluates an operand with the operators before and after it.
func (p *interp) unary() val {
	t := p.tok(p.i)
	switch t.k {
	case tOp:
		if v, ok := p.prefix(p.src[t.from:t.to]); ok {
			return v
		}
	case tIdent:
		if v, ok := p.prefixWord(p.src[t.from:t.to]); ok {
			return v
		}
	}
	start := p.i
	v := p.primary()
	return p.postfix(start, v)
}

// prefix evaluates an operand after the operator w.
func (p *interp) prefix(w string) (val, bool) {
	switch w {
	case "-":
		p.i++
		if p.lang == Perl && p.tok(p.i).k == tIdent && !p.tok(p.i).sp && p.tok(p.i).to-p.tok(p.i).from == 1 && !p.is(p.i+1, "(") && !p.is(p.i+1, "=>") {
			p.i++ // a file test
			p.expr(pMatch)
			return unk(), true
		}
		v := p.expr(pPow)
		if v.k == vNum {
			return num(-v.n), true
		}
		return unk(), true
	case "!":
		p.i++
		if p.lang == Gdb || p.lang == Vim {
			return unk(), false
		}
		if yes, ok := p.expr(pMatch).truth(); ok {
			n := int64(1)
			if yes {
				n = 0
			}
			return val{k: vBool, n: n}, true
		}
		return unk(), true
	case "+", "~", "++", "--":
		p.i++
		v := p.expr(pMatch)
		if v.k == vNum && w == "+" || v.k == vStr && w == "~" && p.lang == Java {
			return v, true
		}
		return unk(), true
	case "*", "**", "...":
		p.i++
		return p.expr(pMatch), true
	case "&", "\\", "@":
		p.i++
		return p.expr(pMatch), true
	case "$", "%":
		if w == "%" && p.lang != Perl && p.lang != Elixir {
			break
		}
		p.i++
		p.expr(pMatch)
		return anyStr(), true
	case "->":
		if p.lang == Ruby {
			return p.rubyLambda(), true
		}
	case "<-", "|", "=>", "::":
		if w == "::" || w == "|" {
			p.i++
			return p.expr(pMatch), true
		}
	}
	return val{}, false
}

// prefixWord evaluates what follows the keyword w.
func (p *interp) prefixWord(w string) (val, bool) {
	switch w {
	case "not":
		p.i++
		p.expr(pCompare)
		return unk(), true
	case "await", "typeof", "void", "delete", "yield", "defined", "throw", "raise":
		if !p.unaryWord(w) || p.is(p.i+1, ".") {
			break
		}
		p.i++
		if w == "yield" && (p.is(p.i, ")") || p.is(p.i, ";") || p.is(p.i, "]")) {
			return unk(), true
		}
		if w == "yield" && p.is(p.i, "from") {
			p.i++
		}
		if w == "yield" && p.lang == Ruby && (p.tok(p.i).nl || p.is(p.i, "end")) {
			return unk(), true
		}
		v := p.expr(pMatch)
		if w == "await" {
			return v, true
		}
		return unk(), true
	case "new":
		if p.lang == Node || p.lang == PHP || p.lang == Java || p.lang == Perl {
			p.i++
			return p.construct(), true
		}
	case "my", "our", "local", "const", "let", "var", "state", "final", "static", "val", "def", "global":
		if !p.declares(w) {
			break
		}
		p.i++
		return p.expr(pMatch), true
	case "lambda":
		if p.lang == Python {
			return p.pythonLambda(), true
		}
	case "function", "sub", "func", "fn":
		if v, ok := p.functionLiteral(w); ok {
			return v, true
		}
	case "async":
		if p.lang == Node && !p.is(p.i+1, "=>") && !p.is(p.i+1, ".") && !p.tok(p.i+1).nl {
			p.i++
			return p.expr(pMatch), true
		}
	case "do":
		if p.lang == Perl {
			return p.perlDo(), true
		}
	case "map", "grep", "sort", "first", "any":
		if p.lang == Perl && (p.is(p.i+1, "{") || p.is(p.i+1, "(") && p.is(p.i+2, "{")) {
			return p.perlMap(w), true
		}
	case "getline":
		if p.lang == Awk {
			return p.awkGetline(), true
		}
	case "range":
		if p.lang == Go {
			p.i++
			return element(p.expr(pOr)), true
		}
	}
	return val{}, false
}

// unaryWord reports whether w is an operator of the language.
func (p *interp) unaryWord(w string) bool {
	switch w {
	case "typeof", "void", "delete":
		return p.lang == Node
	case "await", "yield", "raise":
		return p.lang == Node || p.lang == Python || p.lang == Ruby || p.lang == PHP
	case "defined":
		return p.lang == Perl || p.lang == Ruby
	case "throw":
		return p.lang == Node || p.lang == PHP || p.lang == Java
	}
	return false
}

// declares reports whether w is a word of the language before a declaration.
func (p *interp) declares(w string) bool {
	switch p.lang {
	case Perl:
		return w == "my" || w == "our" || w == "local" || w == "state"
	case Node:
		return w == "const" || w == "let" || w == "var" || w == "static"
	case PHP:
		return w == "static" || w == "const" || w == "global"
	case Lua, Julia:
		return w == "local" || w == "const" || w == "global"
	case Java:
		return w == "final" || w == "var" || w == "val" || w == "def" || w == "static"
	case Go:
		return w == "var" || w == "const"
	case Generic:
		return w == "my" || w == "let" || w == "var" || w == "const" || w == "val" || w == "def"
	}
	return false
}

// construct evaluates the class and the arguments after new.
func (p *interp) construct() val {
	start := p.i
	f := p.callee()
	a := args{}
	for p.is(p.i, "[") && p.lang == Java { // new String[]{"a", "b"}
		p.i = int(p.tok(p.i).m) + 1
		if p.is(p.i, "{") {
			l, _ := p.items(int(p.tok(p.i).m))
			return p.postfix(start, list(l...))
		}
	}
	if p.is(p.i, "(") {
		a = p.arguments()
	}
	if f.k == vRef && len(f.l) == 0 {
		f.s = "new " + p.canon(f.s)
	}
	return p.postfix(start, p.call(f, a, start))
}

// callee reads a dotted name.
func (p *interp) callee() val {
	v := p.primary()
	for {
		t := p.tok(p.i)
		if t.k != tOp {
			return v
		}
		switch p.src[t.from:t.to] {
		case ".", "::", "\\":
			p.i++
			if p.tok(p.i).k != tIdent {
				return v
			}
			v = p.attr(v, p.word(p.i), p.src[t.from:t.to])
			p.i++
		default:
			return v
		}
	}
}

// primary evaluates one operand.
func (p *interp) primary() val {
	t := p.tok(p.i)
	switch t.k {
	case tNum:
		p.i++
		return number(p.src[t.from:t.to])
	case tStr:
		return p.stringLit()
	case tCmd:
		v := p.decode(p.i)
		p.i++
		return p.command(v)
	case tWords:
		p.i++
		var l []val
		for _, w := range strings.Fields(p.src[t.a:t.b]) {
			l = append(l, str(w))
		}
		return list(l...)
	case tRegex:
		p.i++
		if p.lang == Perl && p.src[t.from] == 's' && strings.IndexByte(p.src[t.b+1:t.to], 'e') >= 0 {
			p.evalSpan(int(t.a), int(t.b))
		}
		if c := p.src[t.from]; p.lang == Perl && (c == 's' || c == 't' || c == 'y') && !p.is(p.i-2, "=~") {
			p.bindTopic(anyStr())
		}
		return obj("Regex", "")
	case tHandle:
		p.i++
		return p.perlHandle(p.i - 1)
	case tVar:
		return p.variable()
	case tIdent:
		return p.name()
	case tOp:
		switch p.src[t.from:t.to] {
		case "(":
			return p.group()
		case "[", "?[":
			return p.listLit()
		case "{", "@{", "%{":
			return p.dictLit()
		case ")", "]", "}":
			return unk()
		case ".":
			p.i++ // Lisp-like leading dots of other languages
			return unk()
		}
		p.i++
		return unk()
	}
	return unk()
}

// variable evaluates a name with a sigil.
func (p *interp) variable() val {
	name := p.varName(p.i)
	p.i++
	if p.lang == Perl {
		return p.perlVar(name)
	}
	if v, ok := p.lookup(name); ok {
		return v
	}
	if isEnvRef(name) {
		return ref(name)
	}
	if name == "$GLOBALS" {
		return ref("")
	}
	return val{}
}

// varName returns the name of the variable at i: ${x} is $x.
func (p *interp) varName(i int) string {
	w := p.word(i)
	if len(w) > 3 && w[1] == '{' {
		return w[:1] + w[2:len(w)-1]
	}
	return w
}

// name evaluates a bare name: a variable, a constant, or a reference to what
// the language or a module calls so.
func (p *interp) name() val {
	t := p.tok(p.i)
	w := p.src[t.from:t.to]
	p.i++
	if p.lang == Node && p.is(p.i, "=>") || (p.lang == Julia || p.lang == Java) && p.is(p.i, "->") {
		return p.arrow(p.i-1, p.i)
	}
	if v, ok := p.lookup(w); ok {
		return v
	}
	switch w {
	case "ARGF", "gets", "readline", "readlines":
		if p.lang == Ruby && !p.is(p.i-2, ".") && !p.is(p.i-2, "&.") && p.assignOp() == "" {
			if v, ok := p.lookup("ARGV"); ok {
				p.emitPaths(Read, v, p.spanOf(p.i-1))
			}
		}
	case "None", "null", "nil", "undefined", "undef", "NULL":
		return val{k: vNil}
	case "True", "true", "TRUE":
		return val{k: vBool, n: 1}
	case "False", "false", "FALSE":
		return val{k: vBool}
	case "__dirname", "__DIR__", "__file__", "__FILE__", "__filename":
		return anyStr()
	}
	for _, m := range p.stars {
		if full := m + "." + w; p.hasCall(full) || foldable(full) || isEnvRef(full) {
			return ref(full)
		}
	}
	return ref(w)
}
