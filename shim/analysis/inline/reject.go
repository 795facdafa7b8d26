package inline

import (
	"slices"
	"strings"
)

// rejected reports whether Python does not compile the program. Then nothing of
// it runs. Only what every version rejects counts, and only where there can be
// no doubt about how the text is cut into lines and strings.
func (p *interp) rejected() bool {
	if p.lang != Python || !p.rec.limits.Whole || p.rec.reason != "" || strings.ContainsAny(p.src, "\r\f\v") {
		return false
	}
	head, rest, _ := strings.Cut(p.src, "\n")
	second, _, _ := strings.Cut(rest, "\n")
	if strings.Contains(head+second, "coding") { // the text may be another than it seems
		return false
	}
	for i := range p.toks {
		if f := p.toks[i].form &^ fDedent; p.toks[i].k == tStr && (f == fFmt || f == fRawFmt) {
			return false // what may stand in them differs by version
		}
	}
	for i := 0; i < len(p.toks)-1; i++ {
		if p.is(i, "(") && p.repeats(i) {
			return true
		}
	}
	for i := 0; i < len(p.toks)-1; {
		end := p.lineEnd(i)
		if p.tok(i).col == 0 && p.misplaced(i, end) {
			return true
		}
		i = end
	}
	return false
}

// lineEnd returns the first token of the logical line after that of i.
func (p *interp) lineEnd(i int) int {
	for i++; i < len(p.toks)-1 && !p.tok(i).nl; i++ {
		if m := int(p.tok(i - 1).m); m > i-1 && p.tok(i-1).k == tOp {
			i = m
		}
	}
	return i
}

// misplaced reports whether a statement of the line, which is in no block, has
// its place in a function alone.
func (p *interp) misplaced(from, end int) bool {
	start := from // of a statement
	found := false
	for i := from; i < end; i++ {
		switch {
		case p.is(i, ":"): // a block of its own, or an annotation
			return false
		case p.is(i, ";"):
			start = i + 1
		case i == start && p.is(i, "return"):
			found = true
		case i == start && p.is(i, "await") && i+1 < end:
			k := p.tok(i + 1).k
			found = found || k == tIdent || k == tNum
		}
		if m := int(p.tok(i).m); m > i && p.tok(i).k == tOp {
			i = m
		}
	}
	return found
}

// repeats reports whether a keyword is given twice in the brackets at open.
func (p *interp) repeats(open int) bool {
	m := int(p.tok(open).m)
	var names []string
	for i := open + 1; i < m; i++ {
		if p.is(i, "lambda") { // has keywords of its own
			return false
		}
		if (i == open+1 || p.is(i-1, ",")) && p.tok(i).k == tIdent && p.is(i+1, "=") {
			name := p.word(i)
			if slices.Contains(names, name) {
				return true
			}
			names = append(names, name)
		}
		if j := int(p.tok(i).m); j > i && p.tok(i).k == tOp {
			i = j
		}
	}
	return false
}

// isStatement reports whether the text starts as no expression can.
func (p *interp) isStatement() bool {
	switch p.word(0) {
	case "import", "from", "def", "class", "for", "while", "with", "try", "if", "return", "raise", "del", "pass", "global", "assert":
		return true
	}
	return false
}

// skipHandlers passes over a try whose body does nothing, and the handlers of
// errors that there cannot be.
func (p *interp) skipHandlers() bool {
	if p.lang != Python || !p.is(p.i+1, ":") || !p.is(p.i+2, "pass") || !p.tok(p.i+3).nl || !p.is(p.i+3, "except") {
		return false
	}
	col := p.tok(p.i).col
	p.i += 3
	for p.is(p.i, "except") && p.tok(p.i).nl && p.tok(p.i).col == col {
		p.i = p.blockEnd(p.i)
	}
	return true
}
