package analysis

import "mvdan.cc/sh/v3/syntax"

// origin maps offsets of the text at hand to offsets of the text that the user
// gave: nested text that stood there literally maps byte for byte, other text to
// the whole word it came from.
type origin struct {
	parent *origin
	segs   []segment // sorted by from
	span   [2]int    // of the word, in the user's text, for everything else
	nested bool
}

// segment says that nested bytes from from, n of them, stand at to in the text
// around.
type segment struct{ from, to, n int }

// at maps a range of the text at hand to the user's text.
func (o *origin) at(from, to int) [2]int {
	if o == nil || !o.nested {
		return [2]int{from, to}
	}
	for _, s := range o.segs {
		if from >= s.from && from < s.from+s.n {
			end := min(to, s.from+s.n)
			return o.parent.at(s.to+from-s.from, s.to+end-s.from)
		}
	}
	return o.span
}

// node returns the span of a node in the user's text.
func (it *interp) node(n syntax.Node) [2]int {
	return it.org.at(int(n.Pos().Offset()), int(n.End().Offset()))
}

// nestedOrigin maps text that words, joined by spaces, evaluate to. Only words
// made of plain literals and quotes map byte for byte.
func (it *interp) nestedOrigin(words []*syntax.Word) origin {
	parent := it.org
	o := origin{parent: &parent, nested: true, span: it.span}
	at := 0
	for i, w := range words {
		if i > 0 {
			at++
		}
		n, ok := literalSegments(w.Parts, at, &o.segs)
		if !ok {
			break
		}
		at = n
	}
	return o
}

// literalSegments adds the segments of literal parts; false at the first part
// that is not literal.
func literalSegments(parts []syntax.WordPart, at int, segs *[]segment) (int, bool) {
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			for i := 0; i < len(p.Value); i++ {
				if p.Value[i] == '\\' {
					return at, false
				}
			}
			*segs = append(*segs, segment{at, int(p.Pos().Offset()), len(p.Value)})
			at += len(p.Value)
		case *syntax.SglQuoted:
			if p.Dollar {
				return at, false
			}
			*segs = append(*segs, segment{at, int(p.Pos().Offset()) + 1, len(p.Value)})
			at += len(p.Value)
		case *syntax.DblQuoted:
			n, ok := literalSegments(p.Parts, at, segs)
			if !ok {
				return n, false
			}
			at = n
		default:
			return at, false
		}
	}
	return at, true
}
