package inline

// tkind is the kind of a token.
type tkind uint8

const (
	tEOF    tkind = iota
	tIdent        // a name or a keyword
	tVar          // a name with its sigil
	tNum          // a number
	tStr          // a string, described by its form
	tCmd          // a string that a shell runs
	tWords        // a list of words: qw(), %w[]
	tRegex        // a pattern, a substitution or a transliteration
	tHandle       // <FH> and <*.c> of Perl
	tOp           // an operator or a bracket
)

// form says how the body of a string is read.
type form uint8

const (
	fRaw    form = iota // as it stands
	fSingle             // a backslash protects only the quote and itself
	fEsc                // backslash escapes
	fInterp             // escapes and the language's interpolation
	fFmt                // f-string of Python
	fRawFmt             // f-string without escapes
	fDedent form = 0x80 // flag: the common indentation of a here-document goes
)

// token is one word of a program; positions are byte offsets.
type token struct {
	k        tkind
	form     form
	nl       bool  // first of its line
	sp       bool  // white space precedes
	comp     bool  // a bracket that holds a Python comprehension
	from, to int32 // the token
	a, b     int32 // the body of a string; of a substitution the replacement
	m        int32 // index of the closing bracket or end that belongs to it
	blk      int32 // Python, first of a line: index of the first line that is not deeper
	col      int32 // width of the indentation of its line
}

// tok returns the token at i; out of range it is the last one, tEOF.
func (p *interp) tok(i int) *token {
	if i < 0 || i >= len(p.toks) {
		i = len(p.toks) - 1
	}
	return &p.toks[i]
}

// is reports whether the token at i is the operator or name s.
func (p *interp) is(i int, s string) bool {
	if i < 0 || i >= len(p.toks) {
		return false
	}
	t := &p.toks[i]
	return (t.k == tOp || t.k == tIdent) && int(t.to-t.from) == len(s) && p.src[t.from:t.to] == s
}

// word returns the text of the token at i, or "" for one with a body.
func (p *interp) word(i int) string {
	if i < 0 || i >= len(p.toks) {
		return ""
	}
	t := &p.toks[i]
	switch t.k {
	case tStr, tCmd, tWords, tRegex, tHandle, tEOF:
		return ""
	}
	return p.src[t.from:t.to]
}

// link finds for each opening bracket, and for each keyword that end closes,
// the token that closes it; for Python also where each block ends.
func (l *lexer) link() {
	var stack, lines []int32
	for i := range l.toks {
		t := &l.toks[i]
		if t.nl && len(stack) == 0 && l.lang == Python {
			for n := len(lines); n > 0 && l.toks[lines[n-1]].col >= t.col; n-- {
				l.toks[lines[n-1]].blk = int32(i)
				lines = lines[:n-1]
			}
			lines = append(lines, int32(i))
		}
		switch t.k {
		case tOp:
			switch l.s[t.from] {
			case '(', '[', '{':
				stack = append(stack, int32(i))
			case ')', ']', '}':
				stack = l.closeBracket(stack, i)
			case '?':
				// "?." and "?->" and "?[" hold no bracket of their own
			}
			if t.to-t.from == 2 && l.s[t.to-1] == '{' {
				stack = append(stack, int32(i))
			}
		case tIdent:
			stack = l.linkWord(stack, i)
		}
	}
	last := int32(len(l.toks) - 1)
	for _, i := range lines {
		l.toks[i].blk = last
	}
	for _, i := range stack {
		l.toks[i].m = last
		if l.toks[i].k == tOp {
			l.fail("unbalanced brackets")
		}
	}
}

func (l *lexer) closeBracket(stack []int32, i int) []int32 {
	for n := len(stack); n > 0; n-- {
		o := &l.toks[stack[n-1]]
		o.m = int32(i)
		stack = stack[:n-1]
		if o.k == tOp {
			return stack
		}
	}
	return stack
}

// linkWord handles the keywords that open and close blocks without brackets.
func (l *lexer) linkWord(stack []int32, i int) []int32 {
	t := &l.toks[i]
	w := l.s[t.from:t.to]
	if l.lang == Python {
		if w == "for" && len(stack) > 0 {
			l.toks[stack[len(stack)-1]].comp = true
		}
		return stack
	}
	if i > 0 && l.isOp(i-1, ".") {
		return stack
	}
	switch opens(l, w, i) {
	case +1:
		return append(stack, int32(i))
	case -1:
		if n := len(stack); n > 0 && l.toks[stack[n-1]].k == tIdent {
			l.toks[stack[n-1]].m = int32(i)
			return stack[:n-1]
		}
	}
	return stack
}

// opens says whether the word w at i opens (+1) or closes (-1) a block.
func opens(l *lexer, w string, i int) int {
	label := l.isOp(i+1, ":") && !l.toks[i+1].sp
	switch l.lang {
	case Lua:
		switch w {
		case "function", "do", "if", "repeat":
			return +1
		case "end", "until":
			return -1
		}
	case Elixir:
		switch {
		case label:
		case w == "do", w == "fn":
			return +1
		case w == "end":
			return -1
		}
	case Julia:
		switch w {
		case "function", "if", "for", "while", "begin", "let", "do", "try", "module", "struct", "macro", "quote":
			return +1
		case "end":
			return -1
		}
	case Ruby:
		if label {
			return 0
		}
		switch w {
		case "do":
			if l.loopDo {
				l.loopDo = false
				return 0
			}
			return +1
		case "class", "module", "begin", "case":
			return +1
		case "def":
			l.loopDo = false
			if l.endlessDef(i) {
				return 0
			}
			return +1
		case "if", "unless", "while", "until", "for":
			if !l.startsStatement(i) {
				return 0
			}
			l.loopDo = w == "while" || w == "until" || w == "for"
			return +1
		case "end":
			return -1
		}
	}
	return 0
}

// startsStatement tells a Ruby if from the modifier that follows a statement.
func (l *lexer) startsStatement(i int) bool {
	if i == 0 || l.toks[i].nl {
		l.loopDo = false
		return true
	}
	p := &l.toks[i-1]
	w := l.s[p.from:p.to]
	switch p.k {
	case tOp:
		return w != ")" && w != "]" && w != "}"
	case tIdent:
		switch w {
		case "then", "else", "do", "begin", "ensure", "return", "and", "or", "not":
			return true
		}
	}
	return false
}

// endlessDef reports whether the def at i has the form def f(x) = expr.
func (l *lexer) endlessDef(i int) bool {
	for j := i + 1; j < len(l.toks) && !l.toks[j].nl && j < i+64; j++ {
		switch {
		case l.isOp(j, "="):
			return l.toks[j].sp
		case l.isOp(j, ";"):
			return false
		case l.isOp(j, "("):
			for d := 0; j < len(l.toks)-1 && j < i+64; j++ {
				if l.isOp(j, "(") {
					d++
				} else if l.isOp(j, ")") {
					if d--; d == 0 {
						break
					}
				}
			}
		}
	}
	return false
}

func (l *lexer) isOp(i int, s string) bool {
	if i < 0 || i >= len(l.toks) {
		return false
	}
	t := &l.toks[i]
	return t.k == tOp && int(t.to-t.from) == len(s) && l.s[t.from:t.to] == s
}

// operator returns the length of the operator at the start of s.
func operator(lang Lang, s string) int {
	if len(s) >= 3 {
		switch s[:3] {
		case "===", "!==", "**=", "...", "<=>", "??=", "||=", "&&=", "<<=", ">>=", "?->", "//=", "|++", "<<-":
			return 3
		}
	}
	if len(s) >= 2 {
		if lang == Python && s[:2] == "::" {
			return 1 // two colons of a slice
		}
		switch s[:2] {
		case "==", "!=", "<=", ">=", "=>", "->", "::", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", ".=",
			"%=", "|=", "&=", "^=", "**", "//", "..", "<<", ">>", "=~", "!~", ":=", "|>", "~=", "|&", "&.", "x=":
			return 2
		case "<-":
			if lang == R || lang == Elixir || lang == Java || lang == Generic {
				return 2
			}
		case "<>":
			if lang == Elixir || lang == Generic {
				return 2
			}
		case "@{", "%{", "${":
			if lang == Perl || lang == PHP {
				return 1
			}
			if lang == Elixir {
				return 2
			}
		}
	}
	return 1
}

// beforeOperand reports whether an operand follows the word w, so that a slash
// after it opens a pattern.
func beforeOperand(lang Lang, w string) bool {
	switch w {
	case "return", "case", "in", "do", "else", "and", "or", "not", "if", "while", "when", "yield":
		return true
	case "typeof", "of", "void", "delete", "throw", "new", "instanceof", "await":
		return lang == Node || lang == PHP || lang == Java
	case "unless", "until", "then", "elsif", "puts", "begin":
		return lang == Ruby || lang == Perl
	case "split", "grep", "map", "join", "push", "unshift", "x", "lt", "gt", "le", "ge", "eq", "ne", "cmp", "print":
		return lang == Perl || lang == Awk && w == "print"
	}
	return false
}
