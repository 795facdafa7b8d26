package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
)

// list is a JSON array as it is logged.
type list struct {
	shown  []byte
	cut    bool
	total  int    // elements of the whole
	sha256 string // of the whole, redacted; set if cut
}

// redactList redacts the strings of a JSON array and cuts it to the limits of
// a record, at an element.
func redactList(raw []byte) (list, error) {
	if s := string(raw); s == "[]" || s == "null" {
		return list{shown: raw}, nil
	}
	var compact bytes.Buffer
	compact.Grow(len(raw))
	if err := json.Compact(&compact, raw); err != nil {
		return list{}, err
	}
	src := compact.Bytes()
	if len(src) == 0 || src[0] != '[' {
		return list{}, errors.New("not a JSON array")
	}
	w := listWriter{out: make([]byte, 0, len(src)+64)}
	w.walk(src)
	l := list{shown: w.out, total: w.total}
	if w.total > maxItems || len(w.out) > maxList {
		sum := sha256.Sum256(w.out)
		l.cut, l.sha256 = true, hex.EncodeToString(sum[:])
		l.shown = append(w.out[:w.fits:w.fits], ']')
	}
	return l, nil
}

// listWriter copies compact, valid JSON and redacts its strings. The strings of
// an array are judged as arguments of a program, each in the light of those
// before it; the value of a member in the light of its name.
type listWriter struct {
	out   []byte
	depth int
	total int // elements of the outermost array
	fits  int // length of out up to the last element within the limits
}

func (w *listWriter) walk(src []byte) {
	var args redactor
	name, named := "", false
	if len(src) > len("[]") {
		w.total = 1
	}
	w.fits = 1
	for i := 0; i < len(src); {
		c := src[i]
		if c != '"' {
			switch c {
			case '[', '{':
				w.depth++
				args = redactor{}
				named = named && c == '['
			case ']', '}':
				w.depth--
				args, named = redactor{}, false
				w.mark(w.depth == 0)
			case ',':
				w.mark(w.depth == 1)
				if w.depth == 1 {
					w.total++
				}
			}
			w.out = append(w.out, c)
			i++
			continue
		}
		end := stringEnd(src, i)
		s := unquote(src[i:end])
		switch {
		case end < len(src) && src[end] == ':':
			name, named = s, true
			w.out, _ = appendQuoted(w.out, s, maxList)
			w.out = append(w.out, ':')
			end++
			if src[end] == '"' {
				last := stringEnd(src, end)
				v := redactMember(name, unquote(src[end:last]))
				w.out, _ = appendQuoted(w.out, v, maxList)
				end, named = last, false
			}
		case named && !wordList(name):
			w.out, _ = appendQuoted(w.out, redactMember(name, s), maxList)
		default:
			w.out, _ = appendQuoted(w.out, args.argument(s), maxList)
		}
		i = end
	}
}

// mark notes, at the end of an element, how much of out is within the limits.
func (w *listWriter) mark(element bool) {
	if element && w.total <= maxItems && len(w.out) < maxList {
		w.fits = len(w.out)
	}
}

// wordList reports whether the array called name holds the words of a command.
func wordList(name string) bool { return name != "path" && name != "paths" && name != "via" }

// redactMember redacts the value of the member called name. Paths keep long
// names that look random: what was touched is the point of the log.
func redactMember(name, value string) string {
	x := redactor{paths: name == "path" || name == "paths" || name == "cwd" || name == "digest"}
	if value != "" && secretName(name) == strong {
		return mark
	}
	return x.text(value)
}

// stringEnd returns the index after the JSON string that starts at i.
func stringEnd(src []byte, i int) int {
	for i++; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(src)
}

// unquote decodes a valid JSON string.
func unquote(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return mark
	}
	return s
}
