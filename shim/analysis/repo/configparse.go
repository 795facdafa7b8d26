package repo

import (
	"fmt"
	"strings"
)

// configParser reads the text of one git configuration file.
type configParser struct {
	text string
	at   int
	line int
}

// parseConfig calls set for each variable in order: section and key in lower
// case, the subsection as written. A variable without a value is "true".
func parseConfig(text string, set func(section, sub, key, value string)) error {
	p := &configParser{text: strings.TrimPrefix(text, "\ufeff"), line: 1}
	section, sub := "", ""
	for {
		c := p.next()
		switch {
		case c == 0 && p.at > len(p.text):
			return nil
		case c == '\n', c == ' ', c == '\t', c == '\r', c == '\v', c == '\f':
		case c == '#', c == ';':
			p.skipLine()
		case c == '[':
			var err error
			if section, sub, err = p.header(); err != nil {
				return err
			}
		case isAlpha(c) && section != "":
			p.at--
			key := strings.ToLower(p.takeWhile(isKeyByte))
			value, err := p.value()
			if err != nil {
				return err
			}
			set(section, sub, key, value)
		default:
			return p.bad()
		}
	}
}

func (p *configParser) bad() error {
	return fmt.Errorf("%w: bad configuration line %d", ErrFormat, p.line)
}

// next returns the next byte, or 0 with at beyond the text at its end. A
// carriage return before a line feed is dropped.
func (p *configParser) next() byte {
	if p.at < len(p.text)-1 && p.text[p.at] == '\r' && p.text[p.at+1] == '\n' {
		p.at++
	}
	p.at++
	if p.at > len(p.text) {
		return 0
	}
	c := p.text[p.at-1]
	if c == '\n' {
		p.line++
	}
	return c
}

func (p *configParser) ended() bool { return p.at > len(p.text) }

func (p *configParser) skipLine() {
	for c := p.next(); c != '\n' && !p.ended(); c = p.next() {
	}
}

func (p *configParser) takeWhile(ok func(byte) bool) string {
	from := p.at
	for p.at < len(p.text) && ok(p.text[p.at]) {
		p.at++
	}
	return p.text[from:p.at]
}

// header reads [section], [section "sub"] or the old [section.sub].
func (p *configParser) header() (section, sub string, err error) {
	name := strings.ToLower(p.takeWhile(func(c byte) bool { return isKeyByte(c) || c == '.' }))
	c := p.next()
	if name == "" {
		return "", "", p.bad()
	}
	if c == ']' {
		section, sub, _ = strings.Cut(name, ".")
		return section, sub, nil
	}
	for c == ' ' || c == '\t' {
		c = p.next()
	}
	if c != '"' {
		return "", "", p.bad()
	}
	var b strings.Builder
	for {
		switch c = p.next(); {
		case p.ended(), c == '\n':
			return "", "", p.bad()
		case c == '"':
			if p.next() != ']' {
				return "", "", p.bad()
			}
			return name, b.String(), nil
		case c == '\\':
			if c = p.next(); p.ended() || c == '\n' {
				return "", "", p.bad()
			}
		}
		b.WriteByte(c)
	}
}

// value reads the rest of a variable's line, "= value" or nothing.
func (p *configParser) value() (string, error) {
	c := p.next()
	for c == ' ' || c == '\t' {
		c = p.next()
	}
	if p.ended() || c == '\n' {
		return "true", nil
	}
	if c != '=' {
		return "", p.bad()
	}
	var b strings.Builder
	quoted, comment, keep := false, false, 0
	for {
		c = p.next()
		if p.ended() || c == '\n' {
			if quoted {
				return "", p.bad()
			}
			return b.String()[:keep], nil
		}
		switch {
		case comment:
			continue
		case !quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'):
			if b.Len() > 0 {
				b.WriteByte(c)
			}
			continue
		case !quoted && (c == '#' || c == ';'):
			comment = true
			continue
		case c == '"':
			quoted = !quoted
			keep = b.Len()
			continue
		case c == '\\':
			e, ok := unescape(p.next())
			if !ok && !p.ended() {
				return "", p.bad()
			}
			if e == 0 {
				continue
			}
			c = e
		}
		b.WriteByte(c)
		keep = b.Len()
	}
}

// unescape returns what a backslash and c stand for; 0 for a continued line.
func unescape(c byte) (byte, bool) {
	switch c {
	case '\n':
		return 0, true
	case 't':
		return '\t', true
	case 'b':
		return '\b', true
	case 'n':
		return '\n', true
	case '\\', '"':
		return c, true
	}
	return 0, false
}

func isAlpha(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isKeyByte(c byte) bool { return isAlpha(c) || '0' <= c && c <= '9' || c == '-' }
