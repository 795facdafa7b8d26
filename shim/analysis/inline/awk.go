package inline

import "strings"

// command runs the text in backquotes.
func (p *interp) command(v val) val {
	at := p.spanOf(p.i - 1)
	if p.lang == Julia { // words, not a shell
		var words []val
		for _, w := range strings.Fields(strings.NewReplacer("'", "", `"`, "").Replace(v.text())) {
			words = append(words, str(w))
		}
		p.emitExec(words, at)
		return unk()
	}
	p.emitShell(v, at)
	return unk()
}

// awkGetline interprets getline [var] [< file].
func (p *interp) awkGetline() val {
	start := p.i
	p.i++
	t := p.tok(p.i)
	if !t.nl && (t.k == tIdent && !p.is(p.i, "in") || p.is(p.i, "$")) {
		from := p.i
		noGT := p.noGT
		p.expr(pMatch)
		p.noGT = noGT
		p.assign(from, p.i, anyStr())
	}
	if p.is(p.i, "<") {
		p.i++
		v := p.expr(pAdd + 1)
		p.awkFile(Read, v, p.spanOf(start))
	}
	return unk()
}

// awkPipe interprets command | getline, whose operator is at op.
func (p *interp) awkPipe(op int, left val) val {
	p.emitShell(left, p.spanOf(op))
	p.i++
	if t := p.tok(p.i); !t.nl && t.k == tIdent {
		from := p.i
		p.expr(pMatch)
		p.assign(from, p.i, anyStr())
	}
	return unk()
}

// awkPrint interprets print and printf with their redirection.
func (p *interp) awkPrint() {
	start := p.i
	p.i++
	p.noGT = true
	var text []string
	for !p.atEnd() && p.rec.step() {
		if t := p.tok(p.i); t.nl || p.is(p.i, ";") || p.is(p.i, "}") || p.is(p.i, ">") || p.is(p.i, ">>") || p.is(p.i, "|") || p.is(p.i, "|&") {
			break
		}
		at := p.i
		v := p.expr(pLow + 8)
		p.print(v, p.spanOf(start))
		text = append(text, first(flat(v.alts()), anyStr()).text())
		if p.is(p.i, "?") || p.is(p.i, "=") || p.is(p.i, "~") {
			p.expr(0)
		}
		if p.is(p.i, ",") || p.i == at {
			p.i++
		}
	}
	p.noGT = false
	op := p.word(p.i)
	switch op {
	case ">", ">>", "|", "|&":
		p.i++
		v := p.expr(pAdd)
		switch op {
		case ">":
			p.awkFile(Write, v, p.spanOf(start))
		case ">>":
			p.awkFile(Append, v, p.spanOf(start))
		default:
			for _, a := range v.alts() {
				if t := plain(a.text(), false); a.k == vStr || a.k == vUnk {
					p.emit(Effect{Kind: Shell, Arg: t, Opaque: hollow(t), Input: plain(strings.Join(text, " ")+"\n", false)}, p.spanOf(start))
				}
			}
		}
	}
}

// awkFile reports a file or a network connection of gawk.
func (p *interp) awkFile(kind Kind, v val, at cx) {
	for _, a := range v.alts() {
		s := a.text()
		if rest, ok := strings.CutPrefix(s, "/inet"); ok {
			parts := strings.Split(rest, "/")
			if len(parts) >= 5 {
				p.emit(Effect{Kind: Connect, Arg: plain(parts[3]+":"+parts[4], false)}, at)
			}
			continue
		}
		if s == "-" {
			continue
		}
		p.emitPaths(kind, a, at)
	}
}
