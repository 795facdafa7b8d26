package body

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"guard/rules/value"
)

// scanner reads a JSON body exactly, keeping what a decoder would throw away:
// keys given twice, and unknown parts. Keys are compared without case, as some
// servers do.
type scanner struct {
	src     string
	pos     int
	depth   int
	request *request
}

// body reads the whole body: an object, or a batch of them. It reports whether
// the body is well formed; what it has found until then stays found.
func (s *scanner) body() bool {
	s.space()
	ok := false
	if s.at() == '[' {
		ok = s.list(func() bool {
			if s.at() == '{' {
				return s.operation()
			}
			return s.skip()
		})
	} else {
		ok = s.at() == '{' && s.operation()
	}
	s.space()
	return ok && s.pos == len(s.src)
}

// operation reads one object of a request.
func (s *scanner) operation() bool {
	r := s.request
	documents, persisted := 0, false
	ok := s.object(func(key string) bool {
		switch {
		case strings.Contains(key, "\x00"):
			r.open = true
		case strings.EqualFold(key, "query"):
			if s.at() == 0 {
				r.unknown()
			}
			if s.at() != '"' {
				return s.skip()
			}
			text, ok := s.str()
			documents++
			if ok {
				r.document(text, false)
			}
			return ok
		case strings.EqualFold(key, "operationName"):
			if s.at() == '"' {
				text, ok := s.str()
				r.maybes = append(r.maybes, value.Text(text).String())
				persisted = true
				return ok
			}
		case strings.EqualFold(key, "extensions") && s.at() == '{':
			return s.object(func(key string) bool {
				persisted = persisted || strings.EqualFold(key, "persistedQuery")
				return s.skip()
			})
		case strings.EqualFold(key, "documentId"), strings.EqualFold(key, "doc_id"):
			persisted = true
		}
		return s.skip()
	})
	if persisted && documents == 0 {
		r.unknown()
	}
	return ok
}

// at returns the byte at pos, or a space at the end.
func (s *scanner) at() byte {
	if s.pos < len(s.src) {
		return s.src[s.pos]
	}
	return ' '
}

// space moves past white space.
func (s *scanner) space() {
	for s.pos < len(s.src) && strings.IndexByte(" \t\r\n", s.src[s.pos]) >= 0 {
		s.pos++
	}
}

// object reads an object; value reads the value of each key.
func (s *scanner) object(value func(key string) bool) bool {
	return s.group('}', func() bool {
		if s.at() != '"' {
			return false
		}
		key, ok := s.str()
		s.space()
		if !ok || s.at() != ':' {
			return false
		}
		s.pos++
		s.space()
		return value(key)
	})
}

// list reads an array.
func (s *scanner) list(value func() bool) bool { return s.group(']', value) }

// group reads entries up to the bracket end.
func (s *scanner) group(end byte, entry func() bool) bool {
	if s.depth++; s.depth > maxDepth {
		return false
	}
	defer func() { s.depth-- }()
	s.pos++
	s.space()
	if s.at() == end {
		s.pos++
		return true
	}
	for entry() {
		s.space()
		switch s.at() {
		case ',':
			s.pos++
			s.space()
		case end:
			s.pos++
			return true
		default:
			return false
		}
	}
	return false
}

// skip reads a value and drops it.
func (s *scanner) skip() bool {
	switch c := s.at(); {
	case c == '"':
		_, ok := s.str()
		return ok
	case c == '{':
		return s.object(func(string) bool { return s.skip() })
	case c == '[':
		return s.list(s.skip)
	default:
		return s.scalar()
	}
}

// scalar reads a number or a name, and the unknown parts in it.
func (s *scanner) scalar() bool {
	from, gaps := s.pos, false
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		if c == 0 {
			gaps = true
			if g := s.src[s.pos:min(s.pos+2, len(s.src))]; g != string(value.Digits) && g != string(value.Name) {
				s.request.open = true
			}
			s.pos = min(s.pos+2, len(s.src))
			continue
		}
		if !letter(c) && c != '-' && c != '+' && c != '.' {
			break
		}
		s.pos++
	}
	word := s.src[from:s.pos]
	if gaps {
		return true
	}
	switch word {
	case "true", "false", "null":
		return true
	}
	_, err := strconv.ParseFloat(word, 64)
	return err == nil && word[0] != '+' && !strings.ContainsAny(word, "_xXnN")
}

// str reads a string and decodes its escapes; unknown parts stay.
func (s *scanner) str() (string, bool) {
	var b strings.Builder
	for s.pos++; s.pos < len(s.src); {
		switch c := s.src[s.pos]; {
		case c == '"':
			s.pos++
			return b.String(), true
		case c == '\\':
			text, n, ok := escape(s.src[s.pos:])
			if !ok {
				return b.String(), false
			}
			b.WriteString(text)
			s.pos += n
		case c == 0 && s.pos+1 < len(s.src):
			b.WriteString(s.src[s.pos : s.pos+2])
			s.pos += 2
		case c < ' ':
			return b.String(), false
		default:
			b.WriteByte(c)
			s.pos++
		}
	}
	return b.String(), false
}

// escape decodes the JSON escape that s opens with, and returns its length.
func escape(s string) (string, int, bool) {
	if len(s) < 2 {
		return "", len(s), false
	}
	switch s[1] {
	case '"', '\\', '/':
		return s[1:2], 2, true
	case 'b', 'f':
		return " ", 2, true
	case 'n':
		return "\n", 2, true
	case 'r':
		return "\r", 2, true
	case 't':
		return "\t", 2, true
	case 'u':
		if len(s) >= 6 {
			if n, err := strconv.ParseUint(s[2:6], 16, 16); err == nil {
				if n == 0 {
					return string(utf8.RuneError), 6, true // no unknown part may come of it
				}
				return string(rune(n)), 6, true
			}
		}
	}
	return s[1:2], 2, false
}

// unescape decodes the escapes in text of any form, twice, as for JSON inside
// JSON.
func unescape(text string) string {
	for range 2 {
		if strings.IndexByte(text, '\\') < 0 {
			return text
		}
		var b strings.Builder
		for i := 0; i < len(text); {
			if text[i] != '\\' {
				b.WriteByte(text[i])
				i++
				continue
			}
			s, n, _ := escape(text[i:])
			b.WriteString(s)
			i += max(n, 1)
		}
		text = b.String()
	}
	return text
}
