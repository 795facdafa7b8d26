package analysis

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules/value"
)

// frag is a piece of a word during expansion. What is quoted is neither split nor
// globbed.
type frag struct {
	text   value.Text
	quoted bool
}

// builder collects the fields of one word.
type builder struct {
	done    [][]frag
	cur     []frag
	started bool // the current field exists even if it is empty
}

func (b *builder) add(t value.Text, quoted bool) {
	if quoted {
		b.started = true
	}
	if t != "" {
		b.cur = append(b.cur, frag{t, quoted})
		b.started = true
	}
}

func (b *builder) flush() {
	if b.started {
		b.done = append(b.done, b.cur)
	}
	b.cur, b.started = nil, false
}

// fields expands words as the arguments of a command: braces, tilde, parameters,
// substitutions, splitting, globs.
func (it *interp) fields(words []*syntax.Word) []value.Text {
	var out []value.Text
	for _, w := range words {
		if !it.spend() || len(out) > maxWords {
			return append(out, value.Many)
		}
		out = append(out, it.field(w)...)
	}
	return out
}

func (it *interp) field(w *syntax.Word) []value.Text {
	if l := w.Lit(); l != "" && strings.IndexAny(l, "~*?[({\\@!+") < 0 {
		return []value.Text{value.Known(l)}
	}
	var out []value.Text
	bws := it.braces(w)
	for _, bw := range bws {
		var b builder
		if len(bws) > 1 {
			bw.Parts = joinNames(bw.Parts)
		}
		it.argument(&b, bw.Parts)
		b.flush()
		for _, f := range b.done {
			if it.st.shopt[globUnsure] && mayGlob(f) {
				out = append(out, value.Many)
				continue
			}
			out = append(out, it.globField(f)...)
		}
	}
	return out
}

// mayGlob reports whether a field may be a pattern or hold braces.
func mayGlob(f []frag) bool {
	return slices.ContainsFunc(f, func(fr frag) bool { return !fr.quoted && strings.ContainsAny(string(fr.text), "*?[({") })
}

// joinNames lets $x take in what follows it only after brace expansion: {$x,y}z is
// $xz and yz.
func joinNames(parts []syntax.WordPart) []syntax.WordPart {
	var out []syntax.WordPart
	for _, p := range parts {
		l, isLit := p.(*syntax.Lit)
		if isLit && l.Value == "" {
			continue
		}
		if n := len(out); isLit && n > 0 {
			e, ok := out[n-1].(*syntax.ParamExp)
			k := 0
			for k < len(l.Value) && isName("_"+l.Value[k:k+1]) {
				k++
			}
			if ok && e.Short && e.Dollar.IsValid() && k > 0 && e.Param != nil && isName(e.Param.Value) {
				longer := *e
				longer.Param = &syntax.Lit{Value: e.Param.Value + l.Value[:k]}
				out[n-1] = &longer
				p = &syntax.Lit{Value: l.Value[k:]}
			}
		}
		out = append(out, p)
	}
	return out
}

// argument expands a word of a command. In one that looks like an assignment,
// bash expands tildes as in an assignment.
func (it *interp) argument(b *builder, parts []syntax.WordPart) {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p syntax.WordPart) bool { // brace expansion leaves empty ones
		l, ok := p.(*syntax.Lit)
		return ok && l.Value == ""
	})
	if len(parts) > 0 {
		if l, ok := parts[0].(*syntax.Lit); ok {
			if name, rest, has := strings.Cut(l.Value, "="); has && strings.Contains(l.Value, "~") && isName(name) {
				b.add(value.Known(name+"="), false)
				it.assignParts(b, withLit(parts, rest), false)
				return
			}
		}
	}
	it.tildeParts(b, parts, false)
}

// assignParts is parts, with the tildes expanded that stand at the start or after
// a colon.
func (it *interp) assignParts(b *builder, parts []syntax.WordPart, whole bool) {
	for i, p := range parts {
		l, ok := p.(*syntax.Lit)
		if !ok {
			it.part(b, p, false, whole)
			continue
		}
		for j, s := range strings.Split(l.Value, ":") {
			if j > 0 {
				b.add(":", false)
			}
			lit := *l
			lit.Value = s
			one := []syntax.WordPart{&lit}
			last := i+1 < len(parts) && strings.HasSuffix(l.Value, s) && !strings.Contains(s, "/")
			if i > 0 && j == 0 || last && j == strings.Count(l.Value, ":") {
				it.parts(b, one, false, whole)
			} else {
				it.tildeParts(b, one, whole)
			}
		}
	}
}

// withLit replaces the text of the first part, a literal.
func withLit(parts []syntax.WordPart, text string) []syntax.WordPart {
	lit := *parts[0].(*syntax.Lit)
	lit.Value = text
	return append([]syntax.WordPart{&lit}, parts[1:]...)
}

// braces applies brace expansion, where the shell has it. A word with too many
// results stays whole.
func (it *interp) braces(w *syntax.Word) []*syntax.Word {
	if it.noBraces() || !hasBrace(w) {
		return []*syntax.Word{w}
	}
	c := *w
	c.Parts = append([]syntax.WordPart{}, w.Parts...)
	if syntax.SplitBraces(&c) {
		if countBraces(c.Parts) > maxWords {
			return []*syntax.Word{{Parts: []syntax.WordPart{&syntax.Lit{Value: "\x00m"}}}}
		}
		var out []*syntax.Word
		for _, parts := range expandBraces(c.Parts) {
			out = append(out, &syntax.Word{Parts: parts})
		}
		return out
	}
	return []*syntax.Word{w}
}

func hasBrace(w *syntax.Word) bool {
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			if strings.IndexByte(p.Value, '{') >= 0 {
				return true
			}
		case *syntax.BraceExp:
			return true
		}
	}
	return false
}

// countBraces says, roughly, how many words brace expansion makes of parts.
func countBraces(parts []syntax.WordPart) int {
	n := 1
	for _, p := range parts {
		b, ok := p.(*syntax.BraceExp)
		if !ok {
			continue
		}
		sum := 0
		if b.Sequence {
			sum = 1
			for _, e := range b.Elems {
				if len(e.Lit()) > 3 {
					sum = maxWords + 1
				} else {
					sum = max(sum, 1000)
				}
			}
			if len(b.Elems) >= 2 {
				from, to := atoi(b.Elems[0].Lit()), atoi(b.Elems[1].Lit())
				sum = max(from-to, to-from) + 1
				if from == 0 && to == 0 {
					sum = 256
				}
			}
		} else {
			for _, e := range b.Elems {
				sum += countBraces(e.Parts)
			}
		}
		if n *= max(sum, 1); n > maxWords || n < 0 {
			return maxWords + 1
		}
	}
	return n
}

func atoi(s string) int {
	n, neg := 0, false
	for i := 0; i < len(s); i++ {
		if i == 0 && s[i] == '-' {
			neg = true
			continue
		}
		if s[i] < '0' || s[i] > '9' || n > 1<<40 {
			return 0
		}
		n = n*10 + int(s[i]-'0')
	}
	if neg {
		return -n
	}
	return n
}

// literal expands a word where neither splitting nor globbing happens.
func (it *interp) literal(w *syntax.Word) value.Text {
	if w == nil {
		return ""
	}
	if l := w.Lit(); l != "" && strings.IndexAny(l, "~\\") < 0 {
		return value.Known(l)
	}
	var b builder
	it.tildeParts(&b, w.Parts, true)
	return it.joined(&b)
}

// joined is all that a builder holds, as one text.
func (it *interp) joined(b *builder) value.Text {
	b.flush()
	var sb strings.Builder
	for i, f := range b.done {
		if i > 0 {
			sb.WriteByte(' ')
		}
		for _, fr := range f {
			sb.WriteString(string(fr.text))
		}
	}
	if sb.Len() > maxText {
		return value.Any
	}
	return value.Text(sb.String())
}

// pattern expands a word to a pattern: what is quoted is escaped.
func (it *interp) pattern(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	var b builder
	it.tildeParts(&b, w.Parts, true)
	b.flush()
	var sb strings.Builder
	for i, f := range b.done {
		if i > 0 {
			sb.WriteByte(' ')
		}
		for _, fr := range f {
			if fr.quoted {
				sb.WriteString(escapePattern(string(fr.text)))
			} else {
				sb.WriteString(string(fr.text))
			}
		}
	}
	return sb.String()
}

func escapePattern(s string) string {
	if !strings.ContainsAny(s, "*?[]\\()|!+@") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if strings.IndexByte("*?[]\\()|!+@", s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
