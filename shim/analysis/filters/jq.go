package filters

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jq follows paths such as .a.b[0] into JSON whose numbers are small integers.
func jq(c *call) bool {
	opts, operands, ok := c.options("rcj", "raw-output=r compact-output=c join-output=j")
	if !ok || len(operands) == 0 {
		return false
	}
	var raw, compact, joined bool
	for _, o := range opts {
		switch o.letter {
		case 'r':
			raw = true
		case 'c':
			compact = true
		case 'j':
			raw, joined = true, true
		}
	}
	path, ok := parseJqPath(operands[0])
	if !ok {
		return false
	}
	data, ok := c.input(operands[1:])
	if !ok || !ascii(data) {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	for {
		v, err := readJSON(d, 0)
		if err == io.EOF {
			return true
		}
		if err != nil || !c.step(1) {
			return false
		}
		if v, ok = path.follow(v); !ok {
			return false
		}
		s, isString := v.(string)
		if !raw || !isString {
			w := jsonWriter{call: c, compact: compact}
			w.value(v, 0)
		} else if !c.print(s) {
			return false
		}
		if !joined && !c.write('\n') {
			return false
		}
	}
}

// A jqPath is a sequence of keys (string) and indices (int).
type jqPath []any

func parseJqPath(s string) (path jqPath, ok bool) {
	s = strings.TrimSpace(s)
	if s == "." {
		return nil, true
	}
	if !strings.HasPrefix(s, ".") {
		return nil, false
	}
	if strings.HasPrefix(s, ".[") {
		s = s[1:]
	}
	for s != "" {
		if rest, found := strings.CutPrefix(s, "["); found {
			inside, after, found := strings.Cut(rest, "]")
			n, ok := number(inside)
			key := strings.Trim(inside, `"`)
			switch {
			case !found:
				return nil, false
			case ok:
				path = append(path, n)
			case len(inside) == len(key)+2 && inside[0] == '"' && inside[len(inside)-1] == '"' && !strings.ContainsAny(key, "\"\\"):
				path = append(path, key)
			default:
				return nil, false
			}
			s = after
			continue
		}
		rest, found := strings.CutPrefix(s, ".")
		n := 0
		for n < len(rest) && (isAlpha(rest[n]) || rest[n] == '_' || n > 0 && isDigit(rest[n])) {
			n++
		}
		if !found || n == 0 {
			return nil, false
		}
		path = append(path, rest[:n])
		s = rest[n:]
	}
	return path, true
}

// follow walks the path; anything that jq would complain of is not ok.
func (p jqPath) follow(v any) (any, bool) {
	for _, step := range p {
		if v == nil {
			continue
		}
		switch step := step.(type) {
		case string:
			o, ok := v.(jsonObject)
			if !ok {
				return nil, false
			}
			v = nil
			for _, m := range o {
				if m.key == step {
					v = m.value
				}
			}
		case int:
			a, ok := v.(jsonArray)
			if !ok {
				return nil, false
			}
			v = nil
			if step < len(a) {
				v = a[step]
			}
		}
	}
	return v, true
}

type (
	jsonObject []jsonMember
	jsonArray  []any
	jsonMember struct {
		key   string
		value any
	}
)

// readJSON reads one value, objects in their order.
func readJSON(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		if depth > 100 {
			return nil, fmt.Errorf("read value: nested too deeply")
		}
		if t == '[' {
			return readArray(d, depth)
		}
		return readObject(d, depth)
	case json.Number:
		if n, err := strconv.ParseInt(t.String(), 10, 64); err != nil || abs(n) > 1<<52 || t == "-0" {
			return nil, fmt.Errorf("read number %s: not a small integer", t)
		}
		return t, nil
	case string:
		if strings.ContainsRune(t, utf8.RuneError) {
			return nil, fmt.Errorf("read string: lone surrogate")
		}
		return t, nil
	}
	return t, nil
}

func readArray(d *json.Decoder, depth int) (any, error) {
	a := jsonArray{}
	for d.More() {
		v, err := readJSON(d, depth+1)
		if err != nil {
			return nil, unexpectedEnd(err)
		}
		a = append(a, v)
	}
	_, err := d.Token()
	return a, unexpectedEnd(err)
}

func readObject(d *json.Decoder, depth int) (any, error) {
	o := jsonObject{}
	seen := map[string]bool{}
	for d.More() {
		key, err := readJSON(d, depth+1)
		if err != nil {
			return nil, unexpectedEnd(err)
		}
		name, ok := key.(string)
		if !ok || seen[name] {
			return nil, fmt.Errorf("read object: key twice")
		}
		seen[name] = true
		v, err := readJSON(d, depth+1)
		if err != nil {
			return nil, unexpectedEnd(err)
		}
		o = append(o, jsonMember{name, v})
	}
	_, err := d.Token()
	return o, unexpectedEnd(err)
}

func unexpectedEnd(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// A jsonWriter prints as jq does, indented by two.
type jsonWriter struct {
	*call
	compact bool
}

func (w jsonWriter) value(v any, depth int) {
	switch v := v.(type) {
	case nil:
		w.print("null")
	case bool:
		w.print(strconv.FormatBool(v))
	case json.Number:
		w.print(v.String())
	case string:
		w.text(v)
	case jsonArray:
		w.write('[')
		for i, e := range v {
			w.item(i, depth+1)
			w.value(e, depth+1)
		}
		w.end(len(v), depth)
		w.write(']')
	case jsonObject:
		w.write('{')
		for i, m := range v {
			w.item(i, depth+1)
			w.text(m.key)
			w.write(':')
			if !w.compact {
				w.write(' ')
			}
			w.value(m.value, depth+1)
		}
		w.end(len(v), depth)
		w.write('}')
	}
}

// item separates one member from the one before.
func (w jsonWriter) item(i, depth int) {
	if i > 0 {
		w.write(',')
	}
	w.end(1, depth)
}

func (w jsonWriter) end(n, depth int) {
	if n > 0 && !w.compact {
		w.print("\n" + strings.Repeat("  ", depth))
	}
}

func (w jsonWriter) text(s string) {
	w.write('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			w.write('\\', byte(r))
		case r == '\n':
			w.print(`\n`)
		case r == '\t':
			w.print(`\t`)
		case r == '\r':
			w.print(`\r`)
		case r == '\b':
			w.print(`\b`)
		case r == '\f':
			w.print(`\f`)
		case r < ' ' || r == 0x7f:
			w.print(fmt.Sprintf(`\u%04x`, r))
		default:
			w.print(string(r))
		}
	}
	w.write('"')
}
