package programs

import (
	"sort"
	"strings"
)

// Table finds specs by program name. A Table is immutable; the zero value is
// empty.
type Table struct {
	extra []Spec // of the policy: win over the built-in ones
	specs []Spec // sorted by first name
	index []name // every name, sorted
}

type name struct {
	Name string
	Spec int32
}

// Builtin returns guard's own table.
func Builtin() *Table { return &Table{specs: builtinSpecs[:], index: builtinNames[:]} }

// NewTable returns a table of specs.
func NewTable(specs []Spec) *Table {
	t := &Table{specs: specs}
	for i, s := range specs {
		for _, n := range s.Names {
			t.index = append(t.index, name{n, int32(i)})
		}
	}
	sort.SliceStable(t.index, func(i, j int) bool { return t.index[i].Name < t.index[j].Name })
	return t
}

// With returns a table in which specs win over those of t.
func (t *Table) With(specs []Spec) *Table {
	if len(specs) == 0 {
		return t
	}
	n := *t
	n.extra = append(append([]Spec{}, specs...), t.extra...)
	return &n
}

// Lookup finds the spec of the program called name (a base name), or nil.
// A version after the name is ignored: python3.12 is python3, gcc-13 is gcc.
func (t *Table) Lookup(program string) *Spec {
	if s := t.lookup(program); s != nil {
		return s
	}
	if base := strings.TrimRight(program, "0123456789.-"); base != program && base != "" {
		if s := t.lookup(base); s != nil {
			return s
		}
		return t.lookup(base + "3")
	}
	return nil
}

func (t *Table) lookup(program string) *Spec {
	for i := range t.extra {
		for _, n := range t.extra[i].Names {
			if n == program {
				return &t.extra[i]
			}
		}
	}
	i := sort.Search(len(t.index), func(i int) bool { return t.index[i].Name >= program })
	if i < len(t.index) && t.index[i].Name == program {
		return &t.specs[t.index[i].Spec]
	}
	return nil
}

// All calls f for every spec, in the order of names.
func (t *Table) All(f func(*Spec)) {
	for i := range t.extra {
		f(&t.extra[i])
	}
	for i := range t.specs {
		f(&t.specs[i])
	}
}
