package inline

import "guard/rules/value"

// runJq reports what a jq program does beyond filtering its input: importing
// modules and printing the environment.
func runJq(r *recorder, src string) {
	toks, reason := lex(Jq, src, 0, len(src))
	if reason != "" {
		r.fail(reason)
	}
	p := &interp{rec: r, lang: Jq, src: src, toks: toks}
	for i := 0; i < len(toks)-1; i++ {
		if toks[i].k != tIdent {
			continue
		}
		at := p.spanOf(i)
		field := i > 0 && (p.is(i-1, ".") || p.is(i-1, "?."))
		key := p.is(i+1, ":") && !p.is(i+1, "::")
		switch p.word(i) {
		case "env":
			if dollar := i > 0 && p.is(i-1, "$"); !field && !(key && !dollar) && !p.picked(i+1) {
				p.emit(Effect{Kind: Environ}, at)
			}
		case "ENV":
			if i > 0 && p.is(i-1, "$") && !p.picked(i+1) {
				p.emit(Effect{Kind: Environ}, at)
			}
		case "import", "include":
			if toks[i+1].k == tStr && !field {
				p.emit(Effect{Kind: Load, Arg: value.Known(src[toks[i+1].a:toks[i+1].b])}, at)
			}
		}
	}
}

// picked reports whether one entry is taken from the environment: .NAME or
// ["NAME"].
func (p *interp) picked(i int) bool {
	if p.is(i, ".") {
		return p.tok(i+1).k == tIdent || p.tok(i+1).k == tStr || p.is(i+1, "[") && p.tok(i+2).k == tStr
	}
	return p.is(i, "[") && p.tok(i+1).k == tStr || p.is(i, "|") && p.is(i+1, ".") && p.tok(i+2).k == tIdent
}
