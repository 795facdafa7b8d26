package filters

import "strings"

// substitute runs an s command on the pattern space.
func (e *sedRun) substitute(s *sedSubst) bool {
	p := e.use(s.pattern)
	if p == nil {
		return false
	}
	var matches [][]int
	if !s.all && s.nth == 1 {
		if m := e.find(p, e.pattern); m != nil {
			matches = [][]int{m}
		}
	} else {
		matches = e.findAll(p, e.pattern)
		if len(matches) < s.nth {
			matches = nil
		} else {
			matches = matches[s.nth-1:]
		}
		if !s.all && len(matches) > 1 {
			matches = matches[:1]
		}
	}
	if e.over {
		return false
	}
	if len(matches) == 0 {
		return true
	}
	var out []byte
	end := 0
	for _, m := range matches {
		out = append(out, e.pattern[end:m[0]]...)
		var ok bool
		if out, ok = e.replace(out, s.parts, m); !ok || len(out) > e.limit() {
			return false
		}
		end = m[1]
	}
	e.pattern = append(out, e.pattern[end:]...)
	e.changed = true
	if s.print {
		e.output(e.pattern)
	}
	return e.step(len(out) / 16)
}

// replace appends a replacement for one match.
func (e *sedRun) replace(out []byte, parts []sedPart, match []int) ([]byte, bool) {
	var fold, once byte
	for _, part := range parts {
		switch part.fold {
		case 0:
		case 'E':
			fold, once = 0, 0
			continue
		case 'u', 'l':
			once = part.fold
			continue
		default:
			fold, once = part.fold, 0
			continue
		}
		text := part.text
		if part.group >= 0 {
			if 2*part.group+1 >= len(match) {
				return nil, false
			}
			text = ""
			if from := match[2*part.group]; from >= 0 {
				text = string(e.pattern[from:match[2*part.group+1]])
			}
		}
		if text == "" {
			if once != 0 {
				return nil, false
			}
			continue
		}
		if !e.step(1 + len(text)/16) {
			return nil, false
		}
		first := foldCase(text[:1], fold)
		if once == 'u' {
			first = strings.ToUpper(first)
		} else if once == 'l' {
			first = strings.ToLower(first)
		}
		once = 0
		out = append(append(out, first...), foldCase(text[1:], fold)...)
		if len(out) > e.limit() {
			return nil, false
		}
	}
	return out, true
}

func foldCase(s string, fold byte) string {
	switch fold {
	case 'U':
		return strings.ToUpper(s)
	case 'L':
		return strings.ToLower(s)
	}
	return s
}
