package programs

import (
	"encoding/binary"
	"sort"
	"sync"
)

// The compact form of a table is one string, so that the start of guard neither
// decodes TOML nor initialises thousands of Go values: a program's spec is read
// when the program is looked up.
//
//	count of programs, count of names        2 x uint32, little endian
//	offset of each program's spec            uint32 each, in the order of names
//	offset of each name, its program         2 x uint32 each, sorted by name
//	specs and names
//
// In these a string is its length as a uvarint and its bytes, and a list its
// length and its elements.
const compactHeader = 8

// Compact writes specs in the form that the built-in table has.
func Compact(specs []Spec) []byte {
	type entry struct {
		name    string
		program int
	}
	var names []entry
	for i := range specs {
		for _, n := range specs[i].Names {
			names = append(names, entry{n, i})
		}
	}
	sort.SliceStable(names, func(i, j int) bool { return names[i].name < names[j].name })
	var body, head []byte
	base := compactHeader + 4*len(specs) + 8*len(names)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(specs)))
	head = binary.LittleEndian.AppendUint32(head, uint32(len(names)))
	for i := range specs {
		head = binary.LittleEndian.AppendUint32(head, uint32(base+len(body)))
		body = appendSpec(body, &specs[i])
	}
	for _, n := range names {
		head = binary.LittleEndian.AppendUint32(head, uint32(base+len(body)))
		head = binary.LittleEndian.AppendUint32(head, uint32(n.program))
		body = appendString(body, n.name)
	}
	return append(head, body...)
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendStrings(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

func appendSlots(b []byte, list []Slot) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, a := range list {
		b = appendString(b, string(a.Effect))
		repeat := byte(0)
		if a.Repeat {
			repeat = 1
		}
		b = append(b, repeat)
	}
	return b
}

func appendSpec(b []byte, s *Spec) []byte {
	b = appendStrings(b, s.Names)
	b = binary.AppendUvarint(b, uint64(len(s.Options)))
	for _, o := range s.Options {
		b = append(appendString(appendStrings(b, o.Names), string(o.Effect)), byte(o.Arg))
	}
	b = appendSlots(b, s.Args)
	b = binary.AppendUvarint(b, uint64(len(s.Implies)))
	for _, im := range s.Implies {
		b = appendSlots(appendStrings(b, im.Names), im.Args)
	}
	b = append(appendStrings(b, s.Harmless), byte(s.Style))
	for _, text := range []string{string(s.Stdin), s.Output, s.Recipes, s.Loses, s.Note} {
		b = appendString(b, text)
	}
	b = binary.AppendUvarint(b, uint64(len(s.Subs)))
	for i := range s.Subs {
		b = appendSpec(b, &s.Subs[i])
	}
	return b
}

// builtin is a table in the compact form, with the specs that were asked for.
type builtin struct {
	text string
	mu   sync.Mutex
	read map[int]*Spec
}

// number reads the uint32 at offset i.
func (t *builtin) number(i int) int {
	return int(t.text[i]) | int(t.text[i+1])<<8 | int(t.text[i+2])<<16 | int(t.text[i+3])<<24
}

func (t *builtin) lookup(program string) *Spec {
	specs, names := t.number(0), t.number(4)
	index := compactHeader + 4*specs
	name := func(i int) string {
		c := cursor{t.text, t.number(index + 8*i)}
		return c.string()
	}
	i := sort.Search(names, func(i int) bool { return name(i) >= program })
	if i == names || name(i) != program {
		return nil
	}
	return t.spec(t.number(index + 8*i + 4))
}

// spec reads the ith program's spec, once.
func (t *builtin) spec(i int) *Spec {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.read[i]; s != nil {
		return s
	}
	if t.read == nil {
		t.read = map[int]*Spec{}
	}
	s := new(Spec)
	c := cursor{t.text, t.number(compactHeader + 4*i)}
	c.spec(s)
	t.read[i] = s
	return s
}

func (t *builtin) all(f func(*Spec)) {
	for i := range t.number(0) {
		f(t.spec(i))
	}
}

// cursor reads the compact form. The text is part of the program, and right.
type cursor struct {
	text string
	at   int
}

func (c *cursor) byte() byte {
	c.at++
	return c.text[c.at-1]
}

func (c *cursor) length() int {
	n, shift := 0, 0
	for {
		b := c.byte()
		if n |= int(b&0x7f) << shift; b < 0x80 {
			return n
		}
		shift += 7
	}
}

func (c *cursor) string() string {
	n := c.length()
	c.at += n
	return c.text[c.at-n : c.at]
}

// list makes a slice of as many elements as the text says; nil for none.
func list[T any](c *cursor, read func(*T)) []T {
	n := c.length()
	if n == 0 {
		return nil
	}
	out := make([]T, n)
	for i := range out {
		read(&out[i])
	}
	return out
}

func (c *cursor) strings() []string { return list(c, func(s *string) { *s = c.string() }) }

func (c *cursor) slots() []Slot {
	return list(c, func(s *Slot) { s.Effect, s.Repeat = Effect(c.string()), c.byte() == 1 })
}

func (c *cursor) spec(s *Spec) {
	s.Names = c.strings()
	s.Options = list(c, func(o *Option) {
		o.Names, o.Effect, o.Arg = c.strings(), Effect(c.string()), Arity(c.byte())
	})
	s.Args = c.slots()
	s.Implies = list(c, func(im *Implied) { im.Names, im.Args = c.strings(), c.slots() })
	s.Harmless, s.Style = c.strings(), Style(c.byte())
	s.Stdin, s.Output, s.Recipes, s.Loses, s.Note = Effect(c.string()), c.string(), c.string(), c.string(), c.string()
	s.Subs = list(c, c.spec)
}
