package inline

import "strings"

// quote reads the string that starts with the quote c.
func (l *lexer) quote(c byte) {
	f := fEsc
	switch l.lang {
	case Node:
		if c == '`' {
			f = fInterp
		}
	case Perl, PHP, Ruby:
		f = fInterp
		if c == '\'' {
			f = fSingle
		}
		if c == '`' {
			l.quoted(tCmd, fInterp, l.i)
			return
		}
	case Julia, Octave:
		if c == '\'' && l.operandBefore() && !l.sp {
			l.push(tOp, l.i+1) // transposition
			return
		}
		switch {
		case l.lang == Octave && c == '\'':
			l.doubled(c)
			return
		case c == '`':
			l.quoted(tCmd, fInterp, l.i)
			return
		case c == '"' && l.lang == Julia:
			f = fInterp
		}
	case Go, Generic:
		if c == '`' {
			f = fRaw
		}
	case Elixir, Java:
		if c == '"' {
			f = fInterp
		}
	}
	if f != fSingle && strings.HasPrefix(l.s[l.i+1:l.end], string([]byte{c, c})) {
		switch l.lang {
		case Python, Julia, Elixir, Java:
			l.triple(c, f, l.i)
			return
		}
	}
	l.quoted(tStr, f, l.i)
}

// quoted reads a string whose opening quote is at q and which its like ends.
func (l *lexer) quoted(k tkind, f form, q int) {
	c := l.s[q]
	if n := l.closing(q+1, c, c, f); n >= 0 {
		l.body(k, f, q+1, n, n+1)
		return
	}
	l.fail("unterminated string")
	l.i = l.end
}

// closing returns the position of the unescaped closing quote, or -1; open
// and shut differ for bracket quotes, which nest.
func (l *lexer) closing(i int, open, shut byte, f form) int {
	depth := 0
	for ; i < l.end; i++ {
		switch c := l.s[i]; {
		case c == '\\' && f != fRaw && f != fRawFmt:
			i++
		case c == '\\' && f == fRawFmt:
			i++ // a raw string keeps the backslash, which still guards a quote
		case c == shut && depth == 0:
			return i
		case c == shut:
			depth--
		case c == open:
			depth++
		case c == '\n' && l.oneLine(open, f):
			return -1
		default:
			if n := l.hole(i, f); n > 0 {
				if i = l.skipCode(i+n, '}'); i < 0 {
					return -1
				}
			}
		}
	}
	return -1
}

// oneLine reports whether a string of this form must end on its line.
func (l *lexer) oneLine(quote byte, f form) bool {
	switch l.lang {
	case Node, Go:
		return quote == '\'' || quote == '"'
	case Python, Lua, Awk:
		return true
	}
	return false
}

// hole returns the length of the opening of an interpolation at i that nests
// brackets and quotes of its own, or 0.
func (l *lexer) hole(i int, f form) int {
	c, rest := l.s[i], l.s[i+1:l.end]
	switch {
	case f == fFmt || f == fRawFmt:
		if c == '{' && !strings.HasPrefix(rest, "{") && (i == 0 || l.s[i-1] != '{') {
			return 1
		}
	case f != fInterp:
	case c == '$' && (l.lang == Node || l.lang == Java):
		if strings.HasPrefix(rest, "{") {
			return 2
		}
	case c == '#' && (l.lang == Ruby || l.lang == Elixir):
		if strings.HasPrefix(rest, "{") {
			return 2
		}
	case c == '{' && l.lang == PHP:
		if strings.HasPrefix(rest, "$") {
			return 1
		}
	case c == '$' && l.lang == Julia:
		if strings.HasPrefix(rest, "(") {
			return 2
		}
	}
	return 0
}

// skipCode returns the position of the closing bracket of a piece of code that
// starts at i, or -1.
func (l *lexer) skipCode(i int, shut byte) int {
	if l.nest++; l.nest > maxNesting {
		l.fail("templates nest too deeply")
		return -1
	}
	defer func() { l.nest-- }()
	depth := 0
	for ; i < l.end; i++ {
		switch c := l.s[i]; c {
		case '{', '(', '[':
			depth++
		case '}', ')', ']':
			if depth == 0 {
				return i
			}
			depth--
		case '"', '\'', '`':
			f := fEsc
			if l.lang != Python && (c == '"' && l.lang != Node || c == '`') {
				f = fInterp
			}
			if i = l.closing(i+1, c, c, f); i < 0 {
				return -1
			}
		}
	}
	return -1
}

// triple reads a string in three quotes that start at q.
func (l *lexer) triple(c byte, f form, q int) {
	mark := string([]byte{c, c, c})
	for i := q + 3; i < l.end; i++ {
		switch {
		case l.s[i] == '\\':
			i++
		case strings.HasPrefix(l.s[i:l.end], mark):
			if l.lang != Python {
				f |= fDedent
			}
			l.body(tStr, f, q+3, i, i+3)
			return
		}
	}
	l.fail("unterminated string")
	l.i = l.end
}

// doubled reads a string in which the quote itself is written twice.
func (l *lexer) doubled(c byte) {
	for i := l.i + 1; i < l.end; i++ {
		if l.s[i] == c {
			if i+1 < l.end && l.s[i+1] == c {
				i++
				continue
			}
			l.body(tStr, fRaw, l.i+1, i, i+1)
			return
		}
	}
	l.fail("unterminated string")
	l.i = l.end
}

// prefixed reads a Python string with the prefix w, whose quote is at q.
func (l *lexer) prefixed(w string, q int) bool {
	f := fEsc
	for i := 0; i < len(w); i++ {
		switch w[i] | 0x20 {
		case 'r':
			if f == fFmt {
				f = fRawFmt
			} else if f == fEsc {
				f = fRaw
			}
		case 'f', 't':
			if f == fRaw {
				f = fRawFmt
			} else {
				f = fFmt
			}
		case 'b', 'u':
		default:
			return false
		}
	}
	c := l.s[q]
	if strings.HasPrefix(l.s[q+1:l.end], string([]byte{c, c})) {
		l.triple(c, f, q)
		return true
	}
	scan := f
	if f == fRaw {
		scan = fEsc // the backslash guards a quote here too
	}
	n := l.closing(q+1, c, c, scan)
	if n < 0 {
		l.fail("unterminated string")
		l.i = l.end
		return true
	}
	l.body(tStr, f, q+1, n, n+1)
	return true
}

// rawR reads r"(...)" of R, whose quote is at q.
func (l *lexer) rawR(q int) bool {
	i := q + 1
	for i < l.end && l.s[i] == '-' {
		i++
	}
	if i >= l.end || strings.IndexByte("([{", l.s[i]) < 0 {
		return false
	}
	mark := string(closer(l.s[i])) + l.s[q+1:i] + string(l.s[q])
	n := strings.Index(l.s[i+1:l.end], mark)
	if n < 0 {
		return false
	}
	l.body(tStr, fRaw, i+1, i+1+n, i+1+n+len(mark))
	return true
}

// closer returns the bracket that closes c, or c itself.
func closer(c byte) byte {
	switch c {
	case '(':
		return ')'
	case '[':
		return ']'
	case '{':
		return '}'
	case '<':
		return '>'
	}
	return c
}

// longBracket returns the level of the Lua bracket at the start of s, or -1.
func longBracket(s string) int {
	if len(s) < 2 || s[0] != '[' {
		return -1
	}
	n := 1
	for n < len(s) && s[n] == '=' {
		n++
	}
	if n < len(s) && s[n] == '[' {
		return n - 1
	}
	return -1
}

// delimited reads the rest of a quote whose opening delimiter is at d.
func (l *lexer) delimited(k tkind, f form, d int) bool {
	if d >= l.end {
		return false
	}
	open := l.s[d]
	shut := closer(open)
	n := l.bracketed(d+1, open, shut)
	if n < 0 {
		l.fail("unterminated string")
		l.i = l.end
		return true
	}
	l.body(k, f, d+1, n, n+1)
	return true
}

// bracketed returns the position of the delimiter that closes, or -1.
func (l *lexer) bracketed(i int, open, shut byte) int {
	depth := 0
	for ; i < l.end; i++ {
		switch c := l.s[i]; {
		case c == '\\':
			i++
		case c == shut && depth == 0:
			return i
		case c == shut:
			depth--
		case c == open:
			depth++
		}
	}
	return -1
}

// heredocStart reads the opening of a here-document after n bytes of <<.
func (l *lexer) heredocStart(n int) bool {
	i := l.i + n
	indent := l.lang == PHP
	dedent := l.lang == PHP
	if i < l.end && (l.s[i] == '~' || l.s[i] == '-' && l.lang == Ruby) {
		dedent = l.s[i] == '~'
		indent = true
		i++
	}
	for l.lang == PHP && i < l.end && (l.s[i] == ' ' || l.s[i] == '\t') {
		i++
	}
	if i >= l.end {
		return false
	}
	k, f := tStr, fInterp
	id, end := "", i
	if q := l.s[i]; q == '"' || q == '\'' || q == '`' {
		n := strings.IndexByte(l.s[i+1:l.end], q)
		if n < 0 {
			return false
		}
		id, end = l.s[i+1:i+1+n], i+n+2
		switch q {
		case '\'':
			f = fRaw
		case '`':
			k = tCmd
		}
	} else {
		if !isIdentStart(q) || l.lang == Ruby && !indent && !(q >= 'A' && q <= 'Z') {
			return false
		}
		for end < l.end && isIdent(l.s[end]) {
			end++
		}
		id = l.s[i:end]
	}
	if dedent {
		f |= fDedent
	}
	l.docs = append(l.docs, heredoc{tok: len(l.toks), id: id, indent: indent})
	l.body(k, f, end, end, end)
	return true
}

// heredocs reads the bodies of the here-documents opened on the last line.
func (l *lexer) heredocs() {
	docs := l.docs
	l.docs = nil
	for _, d := range docs {
		from, found := l.i, false
		for l.i < l.end {
			start := l.i
			l.line()
			text := strings.TrimSuffix(l.s[start:l.i], "\r")
			if d.indent {
				text = strings.TrimLeft(text, " \t")
			}
			rest, ok := strings.CutPrefix(text, d.id)
			if ok && (rest == "" || l.lang == PHP && !isIdent(rest[0])) {
				l.toks[d.tok].a, l.toks[d.tok].b = int32(from), int32(start)
				l.i -= len(rest)
				found = true
				break
			}
			l.i = min(l.i+1, l.end)
		}
		if !found {
			l.fail("unterminated here-document")
			return
		}
		if l.i < l.end && l.s[l.i] == '\n' {
			l.i++
		}
	}
	l.nl = true
}
