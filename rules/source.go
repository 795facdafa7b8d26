package rules

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"guard/rules/programs"
)

// source finds lines in the text of a policy file.
type source struct {
	file  string
	lines []string
}

// anyEntry stands for an entry of which the number is not known.
const anyEntry = -1

// at makes an error for a key of the nth entry of a table.
func (s *source) at(table string, n int, key, msg string) error {
	key = strings.Trim(table+"."+key, ".")
	return &Error{File: s.file, Line: s.line(key, n), Key: key, Msg: msg}
}

// NewError returns the [*Error] of a value that a key of a table has in the text of
// a policy file.
func NewError(file string, text []byte, key, word, msg string) error {
	s := source{file: file, lines: strings.Split(string(text), "\n")}
	return s.word("", anyEntry, key, word, msg)
}

// word makes an error for a value of a key, or for one of the list that it has.
func (s *source) word(table string, n int, key, word, msg string) error {
	key = strings.Trim(table+"."+key, ".")
	return &Error{File: s.file, Line: s.element(s.line(key, n), word), Key: key, Msg: fmt.Sprintf("%q: %s", word, msg)}
}

// element returns where in the list that begins at a line a word stands, or that
// line.
func (s *source) element(line int, word string) int {
	if line == 0 {
		return 0
	}
	for i, text := range s.lines[line-1:] {
		if strings.HasPrefix(strings.TrimSpace(text), "#") {
			continue
		}
		if strings.Contains(text, `"`+word+`"`) || strings.Contains(text, "'"+word+"'") {
			return line + i
		}
		if text, _, _ = strings.Cut(text, "#"); strings.HasSuffix(strings.TrimSpace(text), "]") {
			break
		}
	}
	return line
}

// line returns where a key of the nth entry of its table is set; else where the
// table begins that should hold it; else 0.
func (s *source) line(key string, n int) int {
	top, _, _ := strings.Cut(key, ".")
	seen, header := -1, "" // entries of top so far, and the table of the line
	near := 0
	for i, text := range s.lines {
		text = strings.TrimSpace(text)
		full := ""
		if name, ok := tableName(text); ok {
			header, full = name, name
			if strings.HasPrefix(text, "[[") && name == top {
				seen++
			}
		} else if name, _, ok := strings.Cut(text, "="); ok && !strings.HasPrefix(text, "#") {
			full = strings.Trim(header+"."+unquoteKey(name), ".")
		}
		if full == "" || seen >= 0 && n != anyEntry && seen != n {
			continue
		}
		if full == key {
			return i + 1
		}
		if strings.HasPrefix(key, full+".") {
			near = i + 1
		}
	}
	return near
}

// tableName reads the header of a table.
func tableName(line string) (string, bool) {
	line, _, _ = strings.Cut(line, "#")
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "[") || !strings.HasSuffix(line, "]") {
		return "", false
	}
	return unquoteKey(strings.Trim(line, "[]")), true
}

// unquoteKey writes a key of TOML without quotes and spaces.
func unquoteKey(k string) string {
	return strings.NewReplacer(`"`, "", "'", "", " ", "", "\t", "").Replace(k)
}

// decodeError says where TOML text is wrong. The library knows the line of what is
// no TOML; of a value of another type than the key has it gives the last entry's,
// so that is looked for.
func (s *source) decodeError(text string, err error) error {
	var table map[string]any
	if _, bad := toml.Decode(text, &table); bad == nil {
		if e := s.typeError("", anyEntry, reflect.TypeFor[File](), table); e != nil {
			return e
		}
	}
	var pe toml.ParseError
	if !errors.As(err, &pe) {
		return &Error{File: s.file, Msg: strings.TrimPrefix(err.Error(), "toml: ")}
	}
	e := &Error{File: s.file, Line: pe.Position.Line, Key: pe.LastKey, Msg: pe.Message}
	switch {
	case e.Msg == "":
		e.Msg = strings.TrimPrefix(err.Error(), "toml: ")
	case strings.HasSuffix(e.Msg, "has already been defined."):
		_, key, _ := strings.Cut(e.Msg, "'")
		e.Key, _, _ = strings.Cut(key, "'")
		e.Msg = "stands twice: keep one of them"
	}
	return e
}

// typeError finds the first value, by lines, that has another type than its key.
func (s *source) typeError(key string, n int, want reflect.Type, have any) *Error {
	if want.Kind() == reflect.Pointer {
		want = want.Elem()
	}
	fault := func(msg string) *Error { return &Error{File: s.file, Line: s.line(key, n), Key: key, Msg: msg} }
	if want == reflect.TypeFor[Tri]() {
		want = reflect.TypeFor[bool]()
	}
	if u, ok := reflect.New(want).Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(fmt.Sprint(have))); err != nil {
			return fault(err.Error())
		}
		return nil
	}
	var first *Error
	keep := func(e *Error) {
		if e != nil && (first == nil || e.Line < first.Line) {
			first = e
		}
	}
	list, isList := elements(have)
	table, isTable := have.(map[string]any)
	switch {
	case want.Kind() == reflect.Slice && isList:
		for i, v := range list {
			if !strings.Contains(key, ".") && want.Elem().Kind() == reflect.Struct {
				n = i
			}
			keep(s.typeError(key, n, want.Elem(), v))
		}
	case want.Kind() == reflect.Map && isTable:
		for k, v := range table {
			keep(s.typeError(key+"."+k, n, want.Elem(), v))
		}
	case want.Kind() == reflect.Struct && isTable:
		for i := range want.NumField() {
			k := want.Field(i).Tag.Get("toml")
			if v, ok := table[k]; ok {
				keep(s.typeError(strings.Trim(key+"."+k, "."), n, want.Field(i).Type, v))
			}
		}
	case !fits(want.Kind(), have):
		return fault(fmt.Sprintf("is %s: want %s", describe(have), wanted(key, want)))
	}
	return first
}

// elements returns a list of TOML.
func elements(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case []map[string]any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = v[i]
		}
		return out, true
	}
	return nil, false
}

// fits reports whether a single value is of a kind.
func fits(kind reflect.Kind, v any) bool {
	switch v.(type) {
	case string:
		return kind == reflect.String
	case bool:
		return kind == reflect.Bool
	case int64:
		return kind == reflect.Int
	}
	return false
}

// describe says what a value of TOML is.
func describe(v any) string {
	switch v := v.(type) {
	case string:
		return "the text " + strconv.Quote(v)
	case bool, int64, float64:
		return fmt.Sprint(v)
	case time.Time:
		return "a date without quotes"
	case map[string]any:
		return "a table"
	}
	return "a list"
}

// wanted says how a value of a type is written.
func wanted(key string, t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false, without quotes"
	case reflect.Int:
		return "a whole number, without quotes"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return "entries, each under [[" + key + "]]"
		}
		return "a list, such as [\"one\", \"two\"]"
	case reflect.Map, reflect.Struct:
		return "a table, under [" + key + "]"
	}
	return "text in quotes"
}

// programError gives a fault in the nth [[program]] its line.
func (s *source) programError(err error) error {
	var e *programs.Error
	if !errors.As(err, &e) {
		return s.at("program", anyEntry, "", err.Error())
	}
	return s.at("program", e.Entry, e.Key, e.Msg)
}

// unknownKey names a key that the language does not have, and those it has.
func (s *source) unknownKey(k toml.Key) error {
	path := k.String()
	if len(k) > 1 {
		path = unquoteKey(path)
	}
	t, at := reflect.TypeFor[File](), "a policy"
	for i, word := range k[:len(k)-1] {
		next, ok := field(t, word)
		if !ok {
			break
		}
		t, at = next, strings.Join(k[:i+1], ".")
	}
	var keys []string
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("toml")
		switch {
		case len(k) > 1:
		case f.Type.Kind() == reflect.Slice:
			name = "[[" + name + "]]"
		default:
			name = "[" + name + "]"
		}
		keys = append(keys, name)
	}
	last := len(keys) - 1
	return &Error{
		File: s.file, Line: s.line(path, anyEntry), Key: path,
		Msg: fmt.Sprintf("unknown key: %s has %s and %s", at, strings.Join(keys[:last], ", "), keys[last]),
	}
}

// field is the table of a key, or the one that each entry of it is.
func field(t reflect.Type, key string) (reflect.Type, bool) {
	for i := range t.NumField() {
		if f := t.Field(i); f.Tag.Get("toml") == key {
			ft := f.Type
			if ft.Kind() == reflect.Slice {
				ft = ft.Elem()
			}
			return ft, ft.Kind() == reflect.Struct
		}
	}
	return t, false
}
