package body

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"guard/rules/value"
)

// gapName stands for an unknown part while a document is parsed.
const gapName = "__unknown__"

// document reads a GraphQL document. With sure set it is known to be meant as
// one; else text without a brace is taken for something else.
func (r *request) document(text string, sure bool) {
	if text = strings.TrimSpace(text); text == "" {
		return
	}
	if !sure && !strings.Contains(text, "{") {
		if strings.Contains(text, string(value.Any)) || strings.Contains(text, string(value.Many)) {
			r.unknown()
		}
		return
	}
	plain, open := fill(text)
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: plain}, maxTokens)
	if err != nil || doc == nil || len(doc.Operations) == 0 {
		ops := tolerant(text)
		for _, op := range ops {
			r.add(op)
		}
		if sure || len(ops) > 0 || opensDocument(text) || open {
			r.unknown()
		}
		return
	}
	r.open = r.open || open
	for _, def := range doc.Operations {
		op := Operation{Kind: string(def.Operation), Name: def.Name, Known: true}
		if strings.Contains(op.Name, gapName) {
			op.Name = ""
		}
		c := &collector{fragments: doc.Fragments, op: &op, budget: maxTokens}
		c.collect(def.SelectionSet)
		r.add(op)
	}
}

// collector gathers the root fields of an operation.
type collector struct {
	fragments ast.FragmentDefinitionList
	seen      []string
	op        *Operation
	budget    int
}

// collect adds the fields of a selection set, following fragments.
func (c *collector) collect(set ast.SelectionSet) {
	for _, sel := range set {
		if c.budget--; c.budget < 0 {
			c.op.Known = false
			return
		}
		switch sel := sel.(type) {
		case *ast.Field:
			c.field(sel.Name)
		case *ast.InlineFragment:
			c.collect(sel.SelectionSet)
		case *ast.FragmentSpread:
			c.spread(sel.Name)
		}
	}
}

// field adds a field.
func (c *collector) field(name string) {
	switch {
	case strings.Contains(name, gapName), len(c.op.Fields) >= maxFields:
		c.op.Known = false
	case !slices.Contains(c.op.Fields, name):
		c.op.Fields = append(c.op.Fields, name)
	}
}

// spread follows a named fragment, once; a name given twice stands for all.
func (c *collector) spread(name string) {
	if slices.Contains(c.seen, name) {
		return
	}
	if len(c.seen) >= maxFields {
		c.op.Known = false
		return
	}
	c.seen = append(c.seen, name)
	found := false
	for _, f := range c.fragments {
		if f.Name == name {
			found = true
			c.collect(f.SelectionSet)
		}
	}
	if !found {
		c.op.Known = false
	}
}

// fill puts harmless text in place of the unknown parts of a document. It
// reports whether one of them could add operations or fields: one that stands
// outside strings and may be any text.
func fill(text string) (plain string, open bool) {
	if strings.IndexByte(text, 0) < 0 {
		return text, false
	}
	var b strings.Builder
	l := &lexer{src: text}
	for {
		from := l.pos
		t, ok := l.next()
		if !ok {
			b.WriteString(l.src[from:])
			break
		}
		b.WriteString(strings.ReplaceAll(l.src[from:t.from], "\x00", "")) // white space and comments
		piece := l.src[t.from:t.to]
		switch {
		case t.kind == aGap && piece == string(value.Digits):
			b.WriteByte('0')
		case t.kind == aGap:
			b.WriteString(gapName)
			open = open || piece != string(value.Name)
		case strings.IndexByte(piece, 0) >= 0:
			b.WriteString(strings.ReplaceAll(piece, "\x00", ""))
		default:
			b.WriteString(piece)
		}
	}
	return b.String(), open || l.hidden
}
