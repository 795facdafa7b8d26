package filters

import "strings"

// An awkKind is the kind of a token.
type awkKind uint8

const (
	awkEOF awkKind = iota
	awkNewline
	awkNumber
	awkText
	awkIdent
	awkBuiltin // a function
	awkWord    // a keyword
	awkPunct
	awkBad
)

// awkKeyword classifies a name.
func awkKeyword(s string) awkKind {
	switch s {
	case "BEGIN", "END", "if", "else", "while", "for", "do", "break", "continue", "next", "exit", "delete", "in",
		"print", "printf":
		return awkWord
	case "length", "substr", "index", "split", "sub", "gsub", "match", "toupper", "tolower", "sprintf", "int":
		return awkBuiltin
	}
	if awkUnknownName(s) {
		return awkBad
	}
	return awkIdent
}

// advance reads the next token.
func (p *awkParser) advance() {
	p.glued = false
	for p.i < len(p.src) {
		b := p.src[p.i]
		if b == '#' {
			for p.i < len(p.src) && p.src[p.i] != '\n' {
				p.i++
			}
			continue
		}
		if b == '\\' && strings.HasPrefix(p.src[p.i:], "\\\n") {
			p.i += 2
			continue
		}
		if b != ' ' && b != '\t' {
			break
		}
		p.i++
	}
	p.from = p.i
	if p.i >= len(p.src) {
		p.kind, p.token = awkEOF, ""
		return
	}
	b := p.src[p.i]
	switch {
	case b == '\n':
		p.i++
		p.kind = awkNewline
	case isDigit(b) || b == '.' && p.i+1 < len(p.src) && isDigit(p.src[p.i+1]):
		p.lexNumber()
	case isAlpha(b) || b == '_':
		for p.i < len(p.src) && (isAlnum(p.src[p.i]) || p.src[p.i] == '_') {
			p.i++
		}
		p.kind = awkKeyword(p.src[p.from:p.i])
		p.glued = p.i < len(p.src) && p.src[p.i] == '('
	case b == '"':
		p.lexString()
		return
	default:
		p.kind = awkPunct
		p.i++
		for _, two := range []string{"&&", "||", "==", "!=", "<=", ">=", "!~", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", ">>", "|&"} {
			if strings.HasPrefix(p.src[p.from:], two) {
				p.i = p.from + 2
				break
			}
		}
		if strings.IndexByte("{}()[];,+-*/%^!<>|?:~$=&", b) < 0 {
			p.kind = awkBad
		}
	}
	p.token = p.src[p.from:p.i]
}

func (p *awkParser) lexNumber() {
	p.kind = awkNumber
	digits := func() {
		for p.i < len(p.src) && isDigit(p.src[p.i]) {
			p.i++
		}
	}
	digits()
	if p.i < len(p.src) && p.src[p.i] == '.' {
		p.i++
		digits()
	}
	if p.i+1 < len(p.src) && (p.src[p.i] == 'e' || p.src[p.i] == 'E') {
		mark := p.i
		p.i++
		if p.src[p.i] == '+' || p.src[p.i] == '-' {
			p.i++
		}
		if p.i >= len(p.src) || !isDigit(p.src[p.i]) {
			p.i = mark
		}
		digits()
	}
	if p.i < len(p.src) && (isAlpha(p.src[p.i]) || p.src[p.i] == '_') {
		p.kind = awkBad // 0x1f, 1e: not alike everywhere
	}
	if text := p.src[p.from:p.i]; len(text) > 1 && text[0] == '0' && isDigit(text[1]) {
		p.kind = awkBad // octal to some
	}
}

func (p *awkParser) lexString() {
	p.kind = awkBad
	for p.i++; p.i < len(p.src) && p.src[p.i] != '\n'; p.i++ {
		switch p.src[p.i] {
		case '\\':
			p.i++
		case '"':
			text, ok := awkString(p.src[p.from+1 : p.i])
			p.i++
			if ok {
				p.kind, p.token = awkText, text
			}
			return
		}
	}
}

// lexRegex reads an expression whose opening slash is at p.from.
func (p *awkParser) lexRegex() (string, bool) {
	var out strings.Builder
	bracket := false
	for p.i = p.from + 1; p.i < len(p.src) && p.src[p.i] != '\n'; p.i++ {
		switch b := p.src[p.i]; {
		case b == '\\' && p.i+1 < len(p.src):
			out.WriteByte(b)
			p.i++
		case b == '[':
			bracket = true
		case b == ']':
			bracket = false
		case b == '/':
			p.i++
			return out.String(), !bracket
		}
		if p.i < len(p.src) {
			out.WriteByte(p.src[p.i])
		}
	}
	return "", false
}
