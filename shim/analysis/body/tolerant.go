package body

import (
	"slices"
	"strings"
)

// atom is the kind of a token in a document.
type atom uint8

const (
	aPunct atom = iota
	aName
	aString
	aGap
)

// token is one token of a document that need not be well formed.
type token struct {
	kind     atom
	text     string
	from, to int
}

// lexer cuts a document into tokens and never fails. A string that is not closed
// on its line is one quotation mark.
type lexer struct {
	src    string
	pos    int
	quotes bool // quotation marks are white space
	hidden bool // an unknown part stands in a comment and may end it
	odd    bool // a quotation mark or bracket is not closed
	single bool // no block string is closed further on
	until  int  // no string that begins before is closed
}

// next returns the next token.
func (l *lexer) next() (token, bool) {
	for l.pos < len(l.src) {
		from, c := l.pos, l.src[l.pos]
		switch {
		case c == 0:
			l.pos = min(l.pos+2, len(l.src))
			return l.token(aGap, from), true
		case c == '#' && !l.quotes:
			n := strings.IndexAny(l.src[l.pos:], "\r\n")
			if n < 0 {
				n = len(l.src) - l.pos
			}
			l.hidden = l.hidden || strings.Contains(l.src[l.pos:l.pos+n], "\x00a") || strings.Contains(l.src[l.pos:l.pos+n], "\x00m")
			l.pos += n
		case c == '"' && !l.quotes:
			if l.str() {
				return l.token(aString, from), true
			}
			l.odd = true
			l.pos = from + 1
		case letter(c):
			for l.pos < len(l.src) && letter(l.src[l.pos]) {
				l.pos++
			}
			return l.token(aName, from), true
		case strings.HasPrefix(l.src[l.pos:], "..."):
			l.pos += 3
			return l.token(aPunct, from), true
		case strings.IndexByte("{}()[]:!$@=|&", c) >= 0:
			l.pos++
			return l.token(aPunct, from), true
		default:
			l.pos++
		}
	}
	return token{from: l.pos, to: l.pos}, false
}

func (l *lexer) token(k atom, from int) token {
	return token{kind: k, text: l.src[from:l.pos], from: from, to: l.pos}
}

// str moves past a string, if one is closed.
func (l *lexer) str() bool {
	if rest := l.src[l.pos:]; strings.HasPrefix(rest, `"""`) && !l.single {
		for i := 3; i < len(rest); i++ {
			n := strings.Index(rest[i:], `"""`)
			if n < 0 {
				l.single = true
				return false
			}
			if i += n; rest[i-1] != '\\' {
				l.pos += i + 3
				return true
			}
			i += 2
		}
		l.single = true
		return false
	}
	if l.pos < l.until {
		return false
	}
	l.until = len(l.src)
	for i := l.pos + 1; i < len(l.src); i++ {
		switch l.src[i] {
		case '\\':
			i++
		case '\n', '\r':
			l.until = i
			return false
		case '"':
			l.pos, l.until = i+1, 0
			return true
		}
	}
	return false
}

// tolerant finds the operations in text that need not be a well-formed document,
// nor only a document. None of them is known.
func tolerant(text string) []Operation {
	ops, odd := scan(&lexer{src: text})
	if odd || len(ops) == 0 {
		more, _ := scan(&lexer{src: text, quotes: true})
		ops = append(ops, more...)
	}
	if len(ops) > maxOperations {
		ops = ops[:maxOperations]
	}
	return ops
}

// finder reads the tokens of a text.
type finder struct {
	toks      []token
	loose     bool // brackets do not match; every field counts as a root field
	fragments map[string][]int
	steps     int
}

// scan reads the operations that l's tokens hold, and reports whether quotation
// marks or brackets did not match.
func scan(l *lexer) ([]Operation, bool) {
	f := &finder{loose: l.quotes, fragments: map[string][]int{}}
	depth := 0
	for t, ok := l.next(); ok; t, ok = l.next() {
		if t.kind == aPunct {
			switch t.text {
			case "{", "(":
				depth++
			case "}", ")":
				depth--
				l.odd = l.odd || depth < 0
			}
		}
		if f.toks = append(f.toks, t); len(f.toks) > 2*maxTokens {
			l.odd = true
			break
		}
	}
	for i, t := range f.toks {
		if t.kind == aName && t.text == "fragment" && i+1 < len(f.toks) && f.toks[i+1].kind == aName {
			f.fragments[f.toks[i+1].text] = append(f.fragments[f.toks[i+1].text], i+2)
		}
	}
	return f.operations(), l.odd || depth != 0
}

// is reports whether token i is the punctuation p.
func (f *finder) is(i int, p string) bool {
	return i >= 0 && i < len(f.toks) && f.toks[i].kind == aPunct && f.toks[i].text == p
}

// operations finds each keyword of an operation and the braces after it.
func (f *finder) operations() []Operation {
	var out []Operation
	next := 0
	for i, t := range f.toks {
		if i < next || t.kind != aName || len(out) >= maxOperations {
			continue
		}
		if !keyword(t.text) || f.is(i+1, ":") {
			continue
		}
		op := Operation{Kind: t.text}
		if i+1 < len(f.toks) && f.toks[i+1].kind == aName {
			op.Name = f.toks[i+1].text
		}
		open := f.brace(i + 1)
		if open < 0 {
			continue
		}
		c := &set{finder: f, op: &op}
		end := c.fields(open, 0)
		out = append(out, op)
		if !f.loose {
			next = end
		}
	}
	if len(out) == 0 && f.is(0, "{") && !f.loose && len(f.toks) > 1 && f.toks[1].kind != aString {
		op := Operation{Kind: "query"}
		(&set{finder: f, op: &op}).fields(0, 0)
		if len(op.Fields) > 0 {
			out = append(out, op)
		}
	}
	return out
}

// keyword reports whether s opens an operation.
func keyword(s string) bool { return s == "query" || s == "mutation" || s == "subscription" }

// brace returns the index of the brace that opens the selection after token i,
// past a name, variables and directives; -1 if something else stands there.
func (f *finder) brace(i int) int {
	parens := 0
	for n := 0; i < len(f.toks) && n < 1000 && f.steps < maxSteps; i, n = i+1, n+1 {
		f.steps++
		switch {
		case f.is(i, "("):
			parens++
		case f.is(i, ")"):
			parens--
		case f.is(i, "{") && (parens <= 0 || f.loose):
			return i
		case parens <= 0 && (f.is(i, "}") || f.toks[i].kind == aName && keyword(f.toks[i].text)):
			return -1
		}
	}
	return -1
}

// set gathers the fields of a selection.
type set struct {
	*finder
	op   *Operation
	seen []string
}

// fields adds the fields between the brace at i and the one that closes it, and
// returns the index after that.
func (s *set) fields(i, level int) int {
	depth, parens := 0, 0
	for ; i < len(s.toks) && s.steps < maxSteps; i++ {
		s.steps++
		t := s.toks[i]
		switch {
		case s.is(i, "("):
			parens++
		case s.is(i, ")"):
			parens = max(parens-1, 0)
		case parens > 0 && !s.loose:
		case s.is(i, "{"):
			depth++
		case s.is(i, "}"):
			if depth--; depth <= 0 {
				return i + 1
			}
		case depth != 1 && !s.loose:
		case s.is(i, "...") && i+1 < len(s.toks) && level < 50:
			if s.toks[i+1].kind == aName && s.toks[i+1].text != "on" {
				s.spread(s.toks[i+1].text, level)
				i++
				continue
			}
			if open := s.brace(i + 1); open >= 0 {
				i = s.fields(open, level+1) - 1
			}
		case s.is(i, "@"):
			i++
		case t.kind == aName && !s.is(i+1, ":") && !s.is(i-1, "$"):
			if s.loose && !s.is(i+1, "(") && !s.is(i+1, "{") && !s.is(i-1, "{") {
				continue
			}
			s.add(t.text)
		}
	}
	return i
}

// add adds a field.
func (s *set) add(name string) {
	if len(s.op.Fields) < maxFields && !slices.Contains(s.op.Fields, name) {
		s.op.Fields = append(s.op.Fields, name)
	}
}

// spread follows a named fragment once.
func (s *set) spread(name string, level int) {
	if slices.Contains(s.seen, name) || len(s.seen) > 100 {
		return
	}
	s.seen = append(s.seen, name)
	for _, i := range s.fragments[name] {
		if open := s.brace(i); open >= 0 {
			s.fields(open, level+1)
		}
	}
}
