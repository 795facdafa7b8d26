package statement

import (
	"strings"
	"unicode/utf8"
)

// render writes the tokens [lo, hi) on one line.
func (m *matcher) render(lo, hi int) string {
	var b strings.Builder
	for i := lo; i < hi; i++ {
		if m.toks[i].kind == tEnd || m.toks[i].kind == tData {
			continue
		}
		if b.Len() > 0 && m.spaced(i) {
			b.WriteByte(' ')
		}
		s := m.show(i)
		if b.Len()+len(s) > maxText {
			b.WriteString("…")
			break
		}
		b.WriteString(s)
	}
	return b.String()
}

// spaced reports whether a space stands before token i. It depends on the
// tokens alone, not on the white space that was written.
func (m *matcher) spaced(i int) bool {
	if m.toks[i].kind == tOp {
		switch m.toks[i].text {
		case ",", ")", ".", ";", "::", "]":
			return false
		case "(", "[":
			prev := m.toks[i-1]
			return prev.kind == tOp && prev.text != "(" || prev.kind == tWord && keyword(prev.text)
		}
	}
	if prev := m.toks[i-1]; prev.kind == tOp {
		switch prev.text {
		case "(", ".", "::", "[":
			return false
		}
	}
	return true
}

// show writes token i.
func (m *matcher) show(i int) string {
	tok := m.toks[i]
	s := m.src[tok.from:tok.to]
	switch tok.kind {
	case tWord:
		if !tok.open && !tok.part && !m.is(i-1, ".") && keyword(tok.text) {
			return tok.text
		}
	case tString:
		return shorten(strings.Join(strings.Fields(s), " "))
	}
	return s
}

// shorten cuts a quoted string to maxString bytes.
func shorten(s string) string {
	if len(s) <= maxString {
		return s
	}
	end := s[len(s)-1:]
	n := maxString - len("…") - len(end)
	for n > 0 && (!utf8.RuneStart(s[n]) || s[n-1] == 0) {
		n--
	}
	return s[:n] + "…" + end
}

// upper returns a name in upper case.
func upper(t token) string { return strings.ToUpper(t.text) }
