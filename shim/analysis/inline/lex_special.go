package inline

import "strings"

// special reads what only some languages know, starting with c; it reports
// false if c starts an ordinary operator.
func (l *lexer) special(c byte) bool {
	switch l.lang {
	case Node:
		return l.specialNode(c)
	case Perl:
		return l.specialPerl(c)
	case Ruby:
		return l.specialRuby(c)
	case PHP:
		switch {
		case c == '$' && isIdentStart(l.at(1)):
			l.variable(1)
			return true
		case c == '<' && l.at(1) == '<' && l.at(2) == '<':
			return l.heredocStart(3)
		case c == '\\' && isIdentStart(l.at(1)):
			l.i++ // a leading backslash only says where the name is looked up
			return true
		}
	case Lua:
		if n := longBracket(l.s[l.i:l.end]); c == '[' && n >= 0 {
			from := l.i + n + 2
			mark := "]" + strings.Repeat("=", n) + "]"
			if m := strings.Index(l.s[from:l.end], mark); m >= 0 {
				if l.s[from] == '\n' {
					from++
					m--
				}
				l.body(tStr, fRaw, from, from+max(m, 0), from+max(m, 0)+len(mark))
			} else {
				l.fail("unterminated string")
				l.i = l.end
			}
			return true
		}
	case Awk:
		if c == '/' && (!l.operandBefore()) {
			return l.regex(l.i+1, false)
		}
	case Elixir:
		return l.specialElixir(c)
	case Erlang:
		if c == '$' && l.at(1) > ' ' {
			l.body(tStr, fRaw, l.i+1, l.i+2, l.i+2)
			return true
		}
	case Julia:
		if c == ':' && isIdentStart(l.at(1)) && !l.operandBefore() {
			l.symbol()
			return true
		}
	case R:
		if c == '%' {
			if n := strings.IndexByte(l.s[l.i+1:min(l.end, l.i+14)], '%'); n >= 0 {
				l.push(tOp, l.i+n+2)
				return true
			}
		}
	}
	return false
}

func (l *lexer) specialNode(c byte) bool {
	switch {
	case c == '$':
		i := l.i + 1
		for i < l.end && (isIdent(l.s[i]) || l.s[i] == '$') {
			i++
		}
		l.push(tIdent, i)
		return true
	case c == '#' && isIdentStart(l.at(1)):
		l.i++ // a private member is named like any other here
		return true
	case c == '/' && !l.operandBefore():
		return l.regex(l.i+1, true)
	case c == '\\':
		l.fail("escaped identifier")
	}
	return false
}

// regex reads a pattern up to the next slash on the line; without one the
// slash is a division.
func (l *lexer) regex(from int, classes bool) bool {
	class := false
	for i := from; i < l.end && l.s[i] != '\n'; i++ {
		switch c := l.s[i]; {
		case c == '\\':
			i++
		case c == '[' && classes:
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			end := i + 1
			for end < l.end && isLetter(l.s[end]) {
				end++
			}
			l.body(tRegex, fRaw, i, i, end)
			return true
		}
	}
	l.missed()
	return false
}

// missed counts the searches that found nothing: many of them would take
// quadratic time.
func (l *lexer) missed() {
	if l.misses++; l.misses > 64 {
		l.fail("program text is too irregular")
	}
}

// variable reads a name after n bytes of sigil.
func (l *lexer) variable(n int) {
	i := l.i + n
	for i < l.end {
		if isIdent(l.s[i]) {
			i++
		} else if l.lang == Perl && strings.HasPrefix(l.s[i:l.end], "::") && i+2 < l.end && isIdent(l.s[i+2]) {
			i += 2
		} else {
			break
		}
	}
	l.push(tVar, i)
}

// symbol reads :name as a string.
func (l *lexer) symbol() {
	i := l.i + 1
	for i < l.end && (isIdent(l.s[i]) || l.s[i] == '?' || l.s[i] == '!') {
		i++
	}
	l.body(tStr, fRaw, l.i+1, i, i)
}

func (l *lexer) specialPerl(c byte) bool {
	d := l.at(1)
	switch c {
	case '$', '@':
		switch {
		case isIdentStart(d) || d == ':' && l.at(2) == ':' && isIdentStart(l.at(3)):
			l.variable(1)
			return true
		case d == '{' && isIdentStart(l.at(2)):
			i := l.i + 2
			for i < l.end && isIdent(l.s[i]) {
				i++
			}
			if i < l.end && l.s[i] == '}' && i > l.i+2 {
				l.push(tVar, i+1)
				return true
			}
		case c == '$' && d == '#' && (l.at(2) == '{' || l.at(2) == '$'):
			l.i += 2 // the index of the last element: read the array instead
			return true
		case c == '$' && d == '#' && isIdentStart(l.at(2)):
			l.variable(2)
			l.toks[len(l.toks)-1].k = tNum
			return true
		case c == '$' && isDigit(d):
			l.variable(1)
			return true
		case c == '$' && d > ' ' && d < 0x7f && strings.IndexByte("{$([", d) < 0, c == '$' && d == '$' && !isIdentStart(l.at(2)) && l.at(2) != '{':
			l.push(tVar, l.i+2)
			return true
		}
	case '%':
		if !l.operandBefore() || l.commandBefore() && isIdentStart(d) {
			if isIdentStart(d) {
				l.variable(1)
				return true
			}
			if d == '+' || d == '-' {
				l.push(tVar, l.i+2)
				return true
			}
		}
	case '<':
		if l.operandBefore() && !l.commandBefore() {
			return false
		}
		if d == '<' && (isIdentStart(l.at(2)) || strings.IndexByte("~\"'`", l.at(2)) >= 0) && l.at(2) != 0 {
			return l.heredocStart(2)
		}
		for i := l.i + 1; i < min(l.end, l.i+256) && l.s[i] != '\n' && l.s[i] != ';'; i++ {
			if l.s[i] == '>' {
				if i == l.i+2 && d == '<' || l.s[i-1] == '=' {
					i++ // <<>>
				}
				l.body(tHandle, fInterp, l.i+1, i, min(i+1, l.end))
				return true
			}
			if l.s[i] == ' ' && i == l.i+1 {
				return false
			}
		}
	case '/':
		if !l.operandBefore() {
			if n := l.bracketed(l.i+1, '/', '/'); n >= 0 {
				l.modifiers(n+1, n, n)
				return true
			}
			l.missed()
		}
	}
	return false
}

// perlQuote reads q, qq, qw, qx, m, qr, s, tr and y; the word ends at i.
func (l *lexer) perlQuote(w string, i int) bool {
	switch w {
	case "q", "qq", "qw", "qx", "m", "qr", "s", "tr", "y":
	default:
		return false
	}
	d := i
	for d < l.end && (l.s[d] == ' ' || l.s[d] == '\t' || l.s[d] == '\n') {
		d++
	}
	if d >= l.end {
		return false
	}
	c := l.s[d]
	switch {
	case c == '=' && (d+1 < l.end && l.s[d+1] == '>' || d > i):
		return false
	case c == ',' && d > i, c == ';' && d > i, c == ')', c == '}', c == '#' && d > i:
		return false
	case isIdent(c) && (d == i || !isLetter(c)):
		return false
	case len(l.toks) > 0 && (l.isOp(len(l.toks)-1, "->") || l.isOp(len(l.toks)-1, "{") && c == '}'):
		return false
	}
	switch w {
	case "q":
		return l.delimited(tStr, fSingle, d)
	case "qq":
		return l.delimited(tStr, fInterp, d)
	case "qw":
		return l.delimited(tWords, fRaw, d)
	case "qx":
		f := fInterp
		if c == '\'' {
			f = fRaw
		}
		return l.delimited(tCmd, f, d)
	}
	n := l.bracketed(d+1, c, closer(c))
	if n >= 0 && (w == "m" || w == "qr") {
		l.modifiers(n+1, n, n)
		return true
	}
	second := n
	if n >= 0 && closer(c) != c { // s{...} {...}
		for second++; second < l.end && (l.s[second] == ' ' || l.s[second] == '\n'); second++ {
		}
		if second < l.end {
			c = l.s[second]
		}
	}
	if n < 0 || second >= l.end {
		l.fail("unterminated string")
		l.i = l.end
		return true
	}
	end := l.bracketed(second+1, c, closer(c))
	if end < 0 {
		l.fail("unterminated string")
		l.i = l.end
		return true
	}
	l.modifiers(end+1, second+1, end)
	return true
}

// modifiers ends a pattern whose flags start at i; a and b span what replaces it.
func (l *lexer) modifiers(i, a, b int) {
	for i < l.end && isLetter(l.s[i]) {
		i++
	}
	l.body(tRegex, fRaw, a, b, i)
}

func (l *lexer) specialRuby(c byte) bool {
	d := l.at(1)
	operand := !l.operandBefore() || l.commandBefore()
	switch c {
	case '$':
		if isIdentStart(d) {
			l.variable(1)
			return true
		}
		if d > ' ' {
			l.push(tVar, l.i+2)
			return true
		}
	case '@':
		l.variable(1 + boolInt(d == '@'))
		return true
	case ':':
		if d == ':' || l.i > 0 && len(l.toks) > 0 && !l.sp && l.toks[len(l.toks)-1].k == tIdent {
			return false
		}
		if isIdentStart(d) {
			l.symbol()
			return true
		}
		if d == '"' && operand {
			l.i++
			l.quoted(tStr, fInterp, l.i)
			return true
		}
	case '?':
		if operand && (isLetter(d) || d > ' ' && !isIdent(d)) && !isIdent(l.at(2)) && d != '\\' {
			l.body(tStr, fRaw, l.i+1, l.i+2, l.i+2)
			return true
		}
	case '%':
		return operand && l.percent(d)
	case '<':
		if d == '<' && (operand || l.at(2) == '~') && l.at(2) != ' ' && l.at(2) != 0 {
			return l.heredocStart(2)
		}
	case '/':
		if operand {
			return l.regex(l.i+1, false)
		}
	}
	return false
}

// percent reads %w[a b], %q(a), %x(ls) and their like.
func (l *lexer) percent(d byte) bool {
	k, f, at := tStr, fInterp, l.i+1
	switch d {
	case 'w', 'W', 'i', 'I':
		k, at = tWords, l.i+2
	case 'q', 's':
		f, at = fSingle, l.i+2
	case 'Q':
		at = l.i + 2
	case 'x':
		k, at = tCmd, l.i+2
	case 'r':
		k, at = tRegex, l.i+2
	}
	if at >= l.end || isIdent(l.s[at]) || l.s[at] == ' ' || l.s[at] == '=' || l.s[at] == '\n' {
		return false
	}
	return l.delimited(k, f, at)
}

func (l *lexer) specialElixir(c byte) bool {
	d := l.at(1)
	switch {
	case c == ':' && (isIdentStart(d)) && (!l.operandBefore() || l.sp):
		i := l.i + 1
		for i < l.end && isIdent(l.s[i]) {
			i++
		}
		l.i++ // an atom names a module here: :os.cmd
		l.push(tIdent, i)
		return true
	case c == '~' && isLetter(d):
		switch d {
		case 'w':
			return l.delimited(tWords, fRaw, l.i+2)
		case 's', 'c':
			return l.delimited(tStr, fInterp, l.i+2)
		case 'r':
			return l.delimited(tRegex, fRaw, l.i+2)
		default:
			return l.delimited(tStr, fRaw, l.i+2)
		}
	}
	return false
}
