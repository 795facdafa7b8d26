// Package tomlfmt puts a TOML file into one canonical form: spacing, indentation
// and blank lines are settled, while values, comments and their order stay.
//
// The form: key = value; one line for an array that was on one line, and
// for others a line for each line that had elements, indented by two spaces and
// ended by a comma; comments after values aligned within a block; one blank line
// before each [table] or [[table]] of the top level and the comment above it; no
// more than one blank line anywhere; a newline at the end.
package tomlfmt

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// Format returns the canonical form of a TOML text, which says the same. The error
// of a text that is no TOML is a [toml.ParseError].
func Format(text []byte) ([]byte, error) {
	var before, after map[string]any
	if _, err := toml.Decode(string(text), &before); err != nil {
		return nil, err
	}
	if !utf8.Valid(text) {
		return nil, errors.New("is not written in UTF-8")
	}
	items, err := read(strings.TrimPrefix(string(text), "\ufeff"))
	if err != nil {
		return nil, err
	}
	out := write(items)
	if _, err := toml.Decode(out, &after); err != nil || !reflect.DeepEqual(before, after) {
		return nil, errors.Join(errors.New("the formatted file would not say the same: leave it as it is, and report this as a fault of guard"), err)
	}
	return []byte(out), nil
}

// kind is what an item of a file is.
type kind uint8

const (
	blank kind = iota
	comment
	header
	setting
)

// item is a line of a file, or several where a value spans them.
type item struct {
	kind    kind
	text    string // header: [a.b] or [[a.b]]; setting: the key
	top     bool   // header: of the top level
	value   *value // setting
	comment string // with its #
}

// value is a scalar, an array or an inline table.
type value struct {
	scalar      string
	open, close string // brackets; "" for a scalar
	spans       bool   // its brackets stand on different lines
	lines       []line
}

// line is one line between brackets.
type line struct {
	elems   []elem
	comment string
	blank   bool
}

// elem is an element of an array, or with a key one of an inline table.
type elem struct {
	key   string
	value *value
}

// write lays items out.
func write(items []item) string {
	items = settle(items)
	var b strings.Builder
	for i := 0; i < len(items); {
		n := i + 1
		if items[i].kind == header || items[i].kind == setting {
			for n < len(items) && (items[n].kind == header || items[n].kind == setting) {
				n++
			}
		}
		block(&b, items[i:n])
		i = n
	}
	return b.String()
}

// settle puts the blank lines where they belong.
func settle(items []item) []item {
	var out []item
	for i := range items {
		it := items[i]
		last := blank // as at the beginning of the file
		if len(out) > 0 {
			last = out[len(out)-1].kind
		}
		switch {
		case it.kind == blank && (last == blank || last == header):
			continue
		case it.kind == header && it.top:
			out = before(out)
		}
		out = append(out, it)
	}
	for len(out) > 0 && out[len(out)-1].kind == blank {
		out = out[:len(out)-1]
	}
	return out
}

// before makes sure that a blank line stands before the comment that ends items.
func before(items []item) []item {
	i := len(items)
	for i > 0 && items[i-1].kind == comment {
		i--
	}
	if i == 0 || items[i-1].kind == blank {
		return items
	}
	return append(items[:i:i], append([]item{{kind: blank}}, items[i:]...)...)
}

// block writes items between blank lines and comments, with the comments that
// follow values in one column.
func block(b *strings.Builder, items []item) {
	texts, column := make([]string, len(items)), 0
	for i := range items {
		it := &items[i]
		switch it.kind {
		case header:
			texts[i] = it.text
		case setting:
			texts[i] = it.text + " = " + it.value.text(0)
		case blank, comment:
		}
		if it.comment != "" && it.kind != comment && !strings.Contains(texts[i], "\n") {
			column = max(column, utf8.RuneCountInString(texts[i])+1)
		}
	}
	for i := range items {
		b.WriteString(texts[i])
		if c := items[i].comment; c != "" {
			if texts[i] != "" {
				last := texts[i][strings.LastIndexByte(texts[i], '\n')+1:]
				pad := column - utf8.RuneCountInString(last)
				if strings.Contains(texts[i], "\n") {
					pad = 1
				}
				b.WriteString(strings.Repeat(" ", max(pad, 1)))
			}
			b.WriteString(c)
		}
		b.WriteByte('\n')
	}
}

// text lays a value out whose line is indented by depth.
func (v *value) text(depth int) string {
	if v.open == "" {
		return v.scalar
	}
	if !v.spans {
		var words []string
		for _, l := range v.lines {
			words = append(words, l.texts(depth)...)
		}
		pad := ""
		if v.open == "{" && len(words) > 0 {
			pad = " "
		}
		return v.open + pad + strings.Join(words, ", ") + pad + v.close
	}
	indent := strings.Repeat("  ", depth+1)
	var b strings.Builder
	b.WriteString(v.open + "\n")
	gap := false
	for i, l := range v.lines {
		if l.blank {
			gap = i > 0
			continue
		}
		if len(l.elems) == 0 && l.comment == "" {
			continue
		}
		if gap && b.Len() > len(v.open)+1 {
			b.WriteByte('\n')
		}
		gap = false
		parts := []string{}
		if len(l.elems) > 0 {
			parts = append(parts, strings.Join(l.texts(depth+1), ", ")+",")
		}
		if l.comment != "" {
			parts = append(parts, l.comment)
		}
		b.WriteString(indent + strings.Join(parts, " ") + "\n")
	}
	if b.Len() == len(v.open)+1 {
		return v.open + v.close
	}
	return b.String() + strings.Repeat("  ", depth) + v.close
}

// texts lays the elements of a line out.
func (l *line) texts(depth int) []string {
	var out []string
	for _, e := range l.elems {
		t := e.value.text(depth)
		if e.key != "" {
			t = e.key + " = " + t
		}
		out = append(out, t)
	}
	return out
}

// fault is a text that the parser of TOML accepts and this package does not.
func fault(line int, what string) error {
	return fmt.Errorf("line %d: %s: leave the file as it is, and report this as a fault of guard", line, what)
}
