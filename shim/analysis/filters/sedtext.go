package filters

import "strings"

// text reads what a, i and c insert.
func (p *sedParser) text(k *sedCommand) bool {
	p.skip(" \t")
	if p.peek() == '\\' {
		p.i++
		mark := p.i
		p.skip(" \t")
		if p.peek() == '\n' {
			p.i++
		} else if p.peek() == 0 || p.i > mark {
			return false // white space is kept, or not
		}
	}
	for ; p.i < len(p.src) && p.src[p.i] != '\n'; p.i++ {
		b := p.src[p.i]
		if b == '\\' {
			if p.i++; p.i >= len(p.src) || isAlnum(p.src[p.i]) {
				return false // escapes: versions differ
			}
			b = p.src[p.i]
		}
		k.text = append(k.text, b)
	}
	k.text = append(k.text, '\n')
	return len(k.text) > 1
}

// substitution reads the expression, the replacement and the flags of s.
func (p *sedParser) substitution(k *sedCommand) bool {
	src, ok := p.delimited(true)
	if !ok {
		return false
	}
	p.i-- // the delimiter again
	replacement, ok := p.delimited(false)
	if !ok {
		return false
	}
	s := &sedSubst{nth: 1}
	d := dialect{extended: p.extended, sed: true}
	if !p.flags(s, &d) {
		return false
	}
	var groups int
	if s.parts, groups, ok = sedParts(replacement); !ok {
		return false
	}
	k.substitute = s
	d.groups = groups > 0
	if src == "" {
		return !d.fold && groups == 0
	}
	s.pattern, ok = p.compile(src, d)
	return ok && s.pattern.groups >= groups
}

func (p *sedParser) flags(s *sedSubst, d *dialect) bool {
	counted := false
	for {
		switch b := p.peek(); {
		case b == 'g' && !s.all:
			s.all = true
		case b == 'p' && !s.print:
			s.print = true
		case b == 'i' || b == 'I':
			d.fold = true
		case isDigit(b) && !counted:
			var ok bool
			if s.nth, ok = p.number(); !ok || s.nth == 0 {
				return false
			}
			counted = true
			continue
		default:
			return strings.IndexByte("\n;}# \t\x00", b) >= 0
		}
		p.i++
	}
}

// sedParts cuts a replacement into its pieces and returns the highest group it names.
func sedParts(s string) (parts []sedPart, groups int, ok bool) {
	add := func(text string) {
		if n := len(parts); n > 0 && parts[n-1].group < 0 && parts[n-1].fold == 0 {
			parts[n-1].text += text
			return
		}
		parts = append(parts, sedPart{text: text, group: -1})
	}
	for i := 0; i < len(s); i++ {
		if s[i] == '&' {
			parts = append(parts, sedPart{group: 0})
			continue
		}
		if s[i] != '\\' {
			add(s[i : i+1])
			continue
		}
		if i++; i >= len(s) {
			return nil, 0, false
		}
		switch b := s[i]; {
		case isDigit(b):
			n := int(b - '0')
			groups = max(groups, n)
			parts = append(parts, sedPart{group: n})
		case strings.IndexByte("ULEul", b) >= 0:
			parts = append(parts, sedPart{group: -1, fold: b})
		case b == '\n':
			add("\n")
		case b != 'b' && b != '\\' && simpleEscape(b) != 0:
			add(string(rune(simpleEscape(b))))
		case isAlnum(b):
			return nil, 0, false
		default:
			add(string(rune(b)))
		}
	}
	return parts, groups, true
}

// transliteration reads the two sets of y.
func (p *sedParser) transliteration(k *sedCommand) bool {
	from, ok := p.delimited(false)
	if !ok {
		return false
	}
	p.i--
	to, ok := p.delimited(false)
	if !ok {
		return false
	}
	source, okS := ySet(from)
	target, okT := ySet(to)
	if !okS || !okT || len(source) != len(target) {
		return false
	}
	k.table = identity()
	var seen [256]bool
	for i, b := range source {
		if seen[b] {
			return false
		}
		seen[b] = true
		k.table[b] = target[i]
	}
	return true
}

func ySet(s string) ([]byte, bool) {
	var out []byte
	for i := 0; i < len(s); i++ {
		b := s[i]
		if b == '\\' {
			if i++; i >= len(s) || s[i] != '\\' && s[i] != 'n' && s[i] != 't' {
				return nil, false
			}
			b = simpleEscape(s[i])
		}
		out = append(out, b)
	}
	return out, true
}
