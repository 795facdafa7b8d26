package inline

// stmt interprets one statement, or as much of one as it understands.
func (p *interp) stmt() val {
	t := p.tok(p.i)
	p.col = t.col
	switch t.k {
	case tOp:
		switch p.src[t.from:t.to] {
		case "{":
			p.block++
			p.i++
			return unk()
		case "}":
			p.block = max(p.block-1, 0)
			p.i++
			return unk()
		case ";", ",", ")", "]":
			p.i++
			return unk()
		}
	case tIdent:
		if v, done := p.keyword(p.src[t.from:t.to]); done {
			return v
		}
	}
	return p.exprStmt()
}

// keyword interprets a statement that starts with the word w, if w is a
// keyword of the language there.
func (p *interp) keyword(w string) (val, bool) {
	next := p.tok(p.i + boolInt(!p.atEnd()))
	if next.k == tOp && !next.nl {
		switch p.src[next.from:next.to] {
		case "=", ".", "=>", "+=", ":=", "[", "::":
			if w != "class" && w != "return" && w != "import" && w != "for" {
				return val{}, false
			}
		}
	}
	switch w {
	case "if", "elif", "elsif", "elseif", "unless", "while", "until", "switch", "match", "with", "case", "when", "except", "rescue", "catch", "foreach":
		if p.lang == Awk && w == "match" {
			return val{}, false
		}
		if w == "foreach" && (p.lang == PHP || p.lang == Perl) {
			return val{}, p.forEach()
		}
		p.inline = 3
		p.open(w)
		if w == "while" || w == "until" {
			return p.while(), true
		}
		p.i++
		return unk(), true
	case "else", "try", "finally", "do", "then", "begin", "ensure", "loop", "repeat", "BEGIN", "END", "package", "namespace", "export", "default", "async", "abstract", "public", "private", "protected", "static", "final", "declare", "pass", "break", "continue", "last", "redo", "fallthrough", "void":
		return p.plainKeyword(w)
	case "end", "fi", "done":
		p.block = max(p.block-1, 0)
		p.i++
		return unk(), true
	case "for":
		return val{}, p.forLoop()
	case "return":
		p.i++
		v := val{k: vNil}
		if t := p.tok(p.i); !(t.nl && p.lang != Lua) && !p.is(p.i, ";") && !p.is(p.i, "}") && !p.is(p.i, "if") && !p.is(p.i, "unless") && !p.is(p.i, "end") && !p.atEnd() {
			v = p.exprStmt()
		}
		if p.ret != nil {
			if p.ret.k == vNil {
				*p.ret = v
			} else {
				*p.ret = join(*p.ret, v)
			}
		}
		return v, true
	}
	if v, done := p.declaration(w); done {
		return v, true
	}
	if p.lang == Node && next.k == tOp && p.is(p.i+1, "(") && p.is(int(next.m)+1, "{") && p.class {
		fn := p.define(w, p.i+1, int(next.m)+1)
		p.declareFn(w, val{k: vFn, fn: fn})
		return unk(), true
	}
	return val{}, false
}

// declaration interprets a statement that defines or imports names.
func (p *interp) declaration(w string) (val, bool) {
	switch w {
	case "class", "module", "interface", "trait", "struct", "enum":
		return unk(), p.classBody()
	case "def", "defp":
		switch p.lang {
		case Python:
			return unk(), p.pythonDef()
		case Ruby:
			return unk(), p.rubyDef()
		}
	case "import", "from":
		switch p.lang {
		case Python:
			return unk(), p.pythonImport()
		case Node:
			return unk(), p.nodeImport()
		case Go, Java, Julia, R:
			p.skipLine()
			return unk(), true
		}
	case "use", "no", "using", "require", "include":
		if p.lang == Perl && (w == "use" || w == "no") {
			return unk(), p.perlUse()
		}
		if (w == "use" || w == "using") && p.lang != Ruby {
			p.skipLine()
			return unk(), true
		}
	case "global", "nonlocal":
		if p.lang == Python {
			p.pythonGlobal()
			return unk(), true
		}
	case "print", "printf":
		if p.lang == Awk {
			p.awkPrint()
			return unk(), true
		}
	case "function", "func", "sub":
		if p.lang == Awk || p.lang == Go || p.lang == Perl || p.lang == PHP || p.lang == Generic {
			if p.tok(p.i+1).k == tIdent || p.lang == Go {
				if _, ok := p.functionLiteral(w); ok {
					return unk(), true
				}
			}
		}
	}
	return val{}, false
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// open counts the blocks that end closes.
func (p *interp) open(w string) {
	switch p.lang {
	case Ruby, Julia, Octave:
		switch w {
		case "if", "unless", "while", "until", "case", "for", "begin", "loop":
			if p.lang != Ruby || p.tok(p.i).m > 0 {
				p.block++
			}
		}
	case Lua:
		switch w {
		case "if", "do", "repeat":
			p.block++
		}
	}
}

// plainKeyword passes over a word that only structures the program.
func (p *interp) plainKeyword(w string) (val, bool) {
	switch w {
	case "try":
		if p.skipHandlers() {
			return unk(), true
		}
	case "do":
		if p.lang == Perl && !p.is(p.i+1, "{") {
			return val{}, false
		}
	case "static", "async", "public", "private", "protected", "export", "default", "final", "abstract", "declare", "void", "package", "namespace", "loop", "match", "begin":
		if p.is(p.i+1, "(") || p.lang == Awk {
			return val{}, false
		}
	case "BEGIN", "END":
		p.i++
		return unk(), true
	}
	if w == "else" || w == "try" || w == "do" && p.lang != Lua || w == "begin" || w == "loop" || w == "finally" && p.lang != Python {
		p.inline = 2
	}
	p.open(w)
	p.i++
	return unk(), true
}

// skipLine moves to the next statement.
func (p *interp) skipLine() {
	for p.i++; !p.atEnd(); p.i++ {
		if p.is(p.i, ";") || p.tok(p.i).nl && p.lang != Perl && p.lang != PHP && p.lang != Java {
			return
		}
		if m := int(p.tok(p.i).m); m > p.i {
			p.i = m
		}
	}
}

// exprStmt interprets an expression, a list of them, or an assignment to one.
func (p *interp) exprStmt() val {
	start := p.i
	if p.lang == Perl || p.lang == Ruby {
		if v, done := p.modified(start); done {
			return v
		}
	}
	if p.lang == Python && p.tok(start).k == tIdent && p.is(start+1, ":") && p.annotation(start) {
		return unk()
	}
	v := p.expr(0)
	if p.i == start {
		return v
	}
	if p.is(p.i, ",") && !p.tok(p.i).nl {
		return p.tuple(start, v)
	}
	if p.is(p.i, ":") && p.lang == Node && p.tok(p.i-1).k == tIdent { // const x: T = v
		for j := p.i + 1; j < p.i+12 && j < len(p.toks); j++ {
			if p.is(j, "=") {
				p.i = j
				return p.assignment(start, v, "=")
			}
			if p.is(j, ";") || p.is(j, ",") || p.is(j, "{") && j > p.i+1 {
				break
			}
		}
	}
	if p.is(p.i, "as") && p.tok(p.i+1).k == tIdent { // with open(p) as f
		p.assign(p.i+1, p.i+2, v)
		p.i += 2
	}
	return v
}

// annotation interprets x: T = v of Python, and reports whether there is one.
func (p *interp) annotation(start int) bool {
	for j := start + 2; j < min(len(p.toks), start+256) && !p.tok(j).nl; j++ {
		if p.is(j, "=") {
			p.i = j + 1
			v := p.expr(pAssign)
			p.assign(start, start+1, v)
			return true
		}
		if p.is(j, ";") || p.is(j, "(") {
			return false
		}
		if m := int(p.tok(j).m); m > j {
			j = m
		}
	}
	return false
}

// tuple reads the rest of a, b, c at statement level, and what is assigned to
// it if anything is.
func (p *interp) tuple(start int, first val) val {
	if p.lang == Node || p.lang == Perl || p.lang == PHP || p.lang == Awk || p.lang == Java {
		p.i++
		return first
	}
	l := []val{first}
	cuts := []int{start}
	for p.is(p.i, ",") && !p.tok(p.i).nl && p.rec.step() {
		p.i++
		cuts = append(cuts, p.i)
		if p.is(p.i, "=") || p.atEnd() {
			break
		}
		l = append(l, p.expr(pOr))
	}
	op := p.assignOp()
	if op == "" {
		return list(l...)
	}
	end := p.i
	p.i++
	right := p.expr(pAssign)
	if p.is(p.i, ",") {
		r := []val{right}
		for p.is(p.i, ",") && p.rec.step() {
			p.i++
			r = append(r, p.expr(pAssign))
		}
		right = list(r...)
	}
	if p.lang == Go || p.lang == Lua || p.lang == Julia {
		if right.k != vList || p.lang == Go {
			right = list(right)
		}
	}
	for n, from := range cuts {
		to := end
		if n+1 < len(cuts) {
			to = cuts[n+1] - 1
		}
		rest := p.is(from, "*")
		p.assign(from, to, p.part(right, false, from, 0, n, rest))
	}
	return right
}
