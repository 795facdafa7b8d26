package tomlfmt

import "strings"

// reader splits a text that is known to be TOML.
type reader struct {
	s string
	i int
}

// read returns the items of a text.
func read(s string) ([]item, error) {
	r := &reader{s: s}
	var out []item
	for {
		r.spaces()
		if r.i >= len(r.s) {
			return out, nil
		}
		it, err := r.item()
		if err != nil {
			return nil, err
		}
		out = append(out, it)
	}
}

// line is the number of the line that is being read.
func (r *reader) line() int { return 1 + strings.Count(r.s[:min(r.i, len(r.s))], "\n") }

// peek is the next byte, or 0 at the end.
func (r *reader) peek() byte {
	if r.i < len(r.s) {
		return r.s[r.i]
	}
	return 0
}

func (r *reader) spaces() {
	for r.peek() == ' ' || r.peek() == '\t' {
		r.i++
	}
}

// newline takes the end of a line, if it is next.
func (r *reader) newline() bool {
	switch {
	case r.peek() == '\n':
		r.i++
	case strings.HasPrefix(r.s[r.i:], "\r\n"):
		r.i += 2
	default:
		return false
	}
	return true
}

// comment takes a comment, if one is next, without the spaces at its end.
func (r *reader) comment() string {
	if r.peek() != '#' {
		return ""
	}
	n := strings.IndexByte(r.s[r.i:], '\n')
	if n < 0 {
		n = len(r.s) - r.i
	}
	c := r.s[r.i : r.i+n]
	r.i += n
	return strings.TrimRight(c, " \t\r")
}

// item reads what stands on a line.
func (r *reader) item() (item, error) {
	var it item
	switch {
	case r.newline():
		return item{kind: blank}, nil
	case r.peek() == '#':
		it = item{kind: comment, comment: r.comment()}
	case r.peek() == '[':
		n := 1
		if strings.HasPrefix(r.s[r.i:], "[[") {
			n = 2
		}
		r.i += n
		key, dotted, err := r.key()
		if err != nil {
			return item{}, err
		}
		if !strings.HasPrefix(r.s[r.i:], "]]"[:n]) {
			return item{}, fault(r.line(), "a table's name does not end")
		}
		r.i += n
		it = item{kind: header, text: "[["[:n] + key + "]]"[:n], top: !dotted}
	default:
		key, _, err := r.key()
		if err != nil {
			return item{}, err
		}
		if r.peek() != '=' {
			return item{}, fault(r.line(), "a key has no value")
		}
		r.i++
		v, err := r.value()
		if err != nil {
			return item{}, err
		}
		it = item{kind: setting, text: key, value: v}
	}
	r.spaces()
	if it.kind != comment {
		it.comment = r.comment()
	}
	if !r.newline() && r.i < len(r.s) {
		return item{}, fault(r.line(), "a line goes on where it should end")
	}
	return it, nil
}

// key reads a dotted key and the spaces after it.
func (r *reader) key() (key string, dotted bool, err error) {
	for {
		r.spaces()
		from := r.i
		switch c := r.peek(); c {
		case '"', '\'':
			if err := r.quoted(); err != nil {
				return "", false, err
			}
		default:
			for r.i < len(r.s) && !strings.ContainsRune(" \t\r\n.=]#\"'{},[", rune(r.s[r.i])) {
				r.i++
			}
		}
		if r.i == from {
			return "", false, fault(r.line(), "a key is missing")
		}
		key += r.s[from:r.i]
		r.spaces()
		if r.peek() != '.' {
			return key, dotted, nil
		}
		r.i++
		key, dotted = key+".", true
	}
}

// quoted takes a string of any of the four kinds.
func (r *reader) quoted() error {
	q := r.s[r.i : r.i+1]
	if triple := strings.Repeat(q, 3); strings.HasPrefix(r.s[r.i:], triple) {
		r.i += 3
		for r.i < len(r.s) {
			switch {
			case q == `"` && r.s[r.i] == '\\':
				r.i += 2
			case strings.HasPrefix(r.s[r.i:], triple):
				r.i += 3
				for n := 0; n < 2 && r.peek() == q[0]; n++ { // quotes before the closing ones
					r.i++
				}
				return nil
			default:
				r.i++
			}
		}
		return fault(r.line(), "a string does not end")
	}
	for r.i++; r.i < len(r.s) && r.s[r.i] != '\n'; r.i++ {
		switch {
		case q == `"` && r.s[r.i] == '\\':
			r.i++
		case r.s[r.i] == q[0]:
			r.i++
			return nil
		}
	}
	return fault(r.line(), "a string does not end")
}

// value reads a value with the spaces before it.
func (r *reader) value() (*value, error) {
	r.spaces()
	from := r.i
	switch r.peek() {
	case '"', '\'':
		err := r.quoted()
		return &value{scalar: r.s[from:min(r.i, len(r.s))]}, err
	case '[':
		return r.brackets("[", "]")
	case '{':
		return r.brackets("{", "}")
	}
	for r.i < len(r.s) && !strings.ContainsRune(",]}#\r\n", rune(r.s[r.i])) {
		r.i++
	}
	v := &value{scalar: strings.TrimRight(r.s[from:r.i], " \t")}
	if v.scalar == "" {
		return nil, fault(r.line(), "a value is missing")
	}
	return v, nil
}

// brackets reads an array or an inline table.
func (r *reader) brackets(open, end string) (*value, error) {
	v := &value{open: open, close: end}
	r.i++
	var l line
	used := true // something stood on this line: the opening bracket
	for {
		r.spaces()
		switch {
		case r.i >= len(r.s):
			return nil, fault(r.line(), "a bracket is not closed")
		case r.peek() == end[0]:
			r.i++
			v.lines = append(v.lines, l)
			return v, nil
		case r.peek() == ',':
			r.i++
			used = true
		case r.peek() == '#':
			l.comment, used = r.comment(), true
		case r.newline():
			l.blank = !used
			v.lines = append(v.lines, l)
			l, used, v.spans = line{}, false, true
		default:
			e, err := r.elem(open == "{")
			if err != nil {
				return nil, err
			}
			l.elems, used = append(l.elems, e), true
		}
	}
}

// elem reads one element.
func (r *reader) elem(keyed bool) (elem, error) {
	var e elem
	if keyed {
		key, _, err := r.key()
		if err != nil {
			return elem{}, err
		}
		if r.peek() != '=' {
			return elem{}, fault(r.line(), "a key has no value")
		}
		r.i++
		e.key = key
	}
	v, err := r.value()
	e.value = v
	return e, err
}
