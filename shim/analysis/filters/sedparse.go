package filters

import "strings"

const maxSedCommands = 1000

// A sedParser reads a script.
type sedParser struct {
	*call
	src      string
	i        int
	extended bool
	commands []sedCommand
	blocks   []int
}

func (p *sedParser) parse() bool {
	for {
		p.skip(" \t\n;")
		if p.i >= len(p.src) {
			break
		}
		if p.src[p.i] == '#' {
			p.comment()
			continue
		}
		if len(p.commands) >= maxSedCommands || !p.command() {
			return false
		}
	}
	return len(p.blocks) == 0 && p.resolve()
}

// peek returns the next byte, zero at the end.
func (p *sedParser) peek() byte {
	if p.i < len(p.src) {
		return p.src[p.i]
	}
	return 0
}

func (p *sedParser) skip(set string) {
	for p.i < len(p.src) && strings.IndexByte(set, p.src[p.i]) >= 0 {
		p.i++
	}
}

func (p *sedParser) comment() {
	for p.i < len(p.src) && p.src[p.i] != '\n' {
		p.i++
	}
}

// resolve finds the commands that labels name.
func (p *sedParser) resolve() bool {
	for i := range p.commands {
		k := &p.commands[i]
		if k.name != 'b' && k.name != 't' && k.name != 'T' {
			continue
		}
		k.target = len(p.commands)
		for j, l := range p.commands {
			if l.name == ':' && l.label == k.label {
				k.target = j
			}
		}
		if k.label != "" && k.target == len(p.commands) {
			return false
		}
	}
	for i, k := range p.commands {
		for _, l := range p.commands[:i] {
			if k.name == ':' && l.name == ':' && k.label == l.label {
				return false
			}
		}
	}
	return true
}

// command reads addresses, one command, and what ends it.
func (p *sedParser) command() bool {
	var k sedCommand
	var ok bool
	if k.first, ok = p.address(false); !ok {
		return false
	}
	if p.skip(" \t"); k.first != nil && p.peek() == ',' {
		p.i++
		p.skip(" \t")
		if k.second, ok = p.address(true); !ok || k.second == nil {
			return false
		}
	}
	if zero := k.first != nil && k.first.kind == 'n' && k.first.n == 0; zero && (k.second == nil || k.second.kind != '/') {
		return false
	}
	if p.skip(" \t"); p.peek() == '!' {
		k.negate = true
		p.i++
		if p.skip(" \t"); p.peek() == '!' {
			return false
		}
	}
	k.name = p.peek()
	p.i++
	if !p.arguments(&k) {
		return false
	}
	p.commands = append(p.commands, k)
	if k.name == '{' || k.name == 'a' || k.name == 'i' || k.name == 'c' {
		return true
	}
	p.skip(" \t")
	switch p.peek() {
	case '\n', ';':
		p.i++
	case 0, '}', '#':
	default:
		return false
	}
	return true
}

// arguments reads what follows the command's letter.
func (p *sedParser) arguments(k *sedCommand) bool {
	switch k.name {
	case '{':
		p.blocks = append(p.blocks, len(p.commands))
	case '}':
		if len(p.blocks) == 0 || k.first != nil {
			return false
		}
		open := p.blocks[len(p.blocks)-1]
		p.blocks = p.blocks[:len(p.blocks)-1]
		p.commands[open].target = len(p.commands)
	case '=', 'd', 'D', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x', 'z':
	case 'q', 'Q':
		if k.second != nil {
			return false
		}
		p.skip(" \t")
		if isDigit(p.peek()) {
			n, ok := p.number()
			k.status = n
			return ok && n < 256
		}
	case ':', 'b', 't', 'T':
		p.skip(" \t")
		start := p.i
		for p.i < len(p.src) && (isAlnum(p.src[p.i]) || p.src[p.i] == '_') {
			p.i++
		}
		k.label = p.src[start:p.i]
		end := p.peek()
		if k.name == ':' {
			return k.first == nil && k.label != "" && (end == 0 || end == '\n' || end == ';')
		}
		return end == 0 || strings.IndexByte(" \t\n;}", end) >= 0 && (end != '}' || k.label == "")
	case 'a', 'i', 'c':
		return p.text(k)
	case 's':
		return p.substitution(k)
	case 'y':
		return p.transliteration(k)
	default:
		return false
	}
	return true
}

func (p *sedParser) number() (int, bool) {
	start := p.i
	for isDigit(p.peek()) {
		p.i++
	}
	return number(p.src[start:p.i])
}

// address reads an address, nil when there is none.
func (p *sedParser) address(second bool) (a *sedAddress, ok bool) {
	switch b := p.peek(); {
	case isDigit(b):
		n, ok := p.number()
		if ok && p.peek() == '~' && !second {
			p.i++
			step, ok := p.number()
			return &sedAddress{kind: '~', n: n, step: step}, ok
		}
		return &sedAddress{kind: 'n', n: n}, ok
	case b == '$':
		p.i++
		return &sedAddress{kind: '$'}, true
	case second && b == '+':
		p.i++
		n, ok := p.number()
		return &sedAddress{kind: '+', n: n}, ok
	case b == '/' || b == '\\':
		if b == '\\' {
			p.i++
		}
		src, ok := p.delimited(true)
		if !ok {
			return nil, false
		}
		d := dialect{extended: p.extended, sed: true}
		if p.peek() == 'I' {
			p.i++
			d.fold = true
		}
		a = &sedAddress{kind: '/'}
		if src == "" {
			return a, !d.fold
		}
		a.pattern, ok = p.compile(src, d)
		return a, ok
	}
	return nil, true
}

// delimited reads text up to a delimiter, which is the byte at p.i; an escaped delimiter stands for itself.
func (p *sedParser) delimited(regex bool) (string, bool) {
	delimiter := p.peek()
	if delimiter == 0 || delimiter == '\n' || delimiter == '\\' || isAlnum(delimiter) {
		return "", false
	}
	var out strings.Builder
	for p.i++; p.i < len(p.src); p.i++ {
		b := p.src[p.i]
		switch {
		case b == delimiter:
			p.i++
			return out.String(), true
		case b == '\n' && regex:
			return "", false
		case b == '[' && regex:
			// A delimiter inside brackets ends the expression all the same; versions differ on what then follows.
			inside, _, _ := strings.Cut(p.src[p.i:], "]")
			if strings.IndexByte(strings.ReplaceAll(inside, `\`+string(delimiter), ""), delimiter) >= 0 {
				return "", false
			}
			out.WriteByte(b)
		case b == '\\' && p.i+1 < len(p.src):
			p.i++
			next := p.src[p.i]
			if next != delimiter {
				out.WriteByte('\\')
			} else if strings.IndexByte(`.*[]^$+?(){}|&`, next) >= 0 {
				return "", false // literal or special: versions differ
			}
			out.WriteByte(next)
		default:
			out.WriteByte(b)
		}
	}
	return "", false
}
