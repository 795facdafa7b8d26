package dialect

import (
	"reflect"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// sameTree reports whether two trees differ in nothing but positions and
// comments.
func sameTree(a, b reflect.Value) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return a.Elem().Type() == b.Elem().Type() && sameTree(a.Elem(), b.Elem())
	case reflect.Slice:
		if a.Type().Elem() == reflect.TypeFor[syntax.Comment]() {
			return true
		}
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameTree(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		if a.Type() == reflect.TypeFor[syntax.Pos]() {
			p, q := a.Interface().(syntax.Pos), b.Interface().(syntax.Pos)
			return p.IsValid() == q.IsValid() // a semicolon, say, is told by its position
		}
		for i := range a.NumField() {
			if !sameTree(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	default:
		return a.Equal(b)
	}
}

// from and to return the bounds of a node in the original text.
func from(n syntax.Node) int { return int(n.Pos().Offset()) }
func to(n syntax.Node) int   { return int(n.End().Offset()) }

// walk calls visit for every node with the nodes above it, the nearest last.
func walk(root syntax.Node, visit func(n syntax.Node, above []syntax.Node)) {
	var stack []syntax.Node
	syntax.Walk(root, func(n syntax.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		visit(n, stack)
		stack = append(stack, n)
		return true
	})
}

// literal returns the text of a word that no expansion is part of, after quote
// removal.
func literal(w *syntax.Word) (s string, quoted, ok bool) {
	if w == nil {
		return "", false, false
	}
	var b strings.Builder
	for _, part := range w.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			quoted = unescape(&b, part.Value, "") || quoted
		case *syntax.SglQuoted:
			if part.Dollar {
				return "", false, false
			}
			quoted = true
			b.WriteString(part.Value)
		case *syntax.DblQuoted:
			quoted = true
			for _, in := range part.Parts {
				l, isLit := in.(*syntax.Lit)
				if !isLit || part.Dollar {
					return "", false, false
				}
				unescape(&b, l.Value, "$`\"\\\n")
			}
		default:
			return "", false, false
		}
	}
	return b.String(), quoted, true
}

// unescape writes v to b without the backslashes before the bytes in special,
// or before any byte if special is empty. It reports whether there was one.
func unescape(b *strings.Builder, v, special string) (escaped bool) {
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) && (special == "" || strings.IndexByte(special, v[i+1]) >= 0) {
			escaped = true
			i++
			if v[i] == '\n' {
				continue
			}
		}
		b.WriteByte(v[i])
	}
	return escaped
}

// oddBackslashes reports whether an odd number of backslashes ends s, so that
// what follows is escaped.
func oddBackslashes(s string) bool {
	n := len(s) - len(strings.TrimRight(s, `\`))
	return n%2 == 1
}

// afterJoins skips escaped line ends at off.
func afterJoins(src string, off int) int {
	for off+1 < len(src) && src[off] == '\\' && src[off+1] == '\n' {
		off += 2
	}
	return off
}
