package programs

import (
	"strings"

	"guard/rules/value"
)

// Table finds specs by program name. A Table may be used by many goroutines at a
// time; the zero value is empty.
type Table struct {
	extra []Spec   // of the policy: win over the built-in ones
	built *builtin // guard's own, or nil
}

// Builtin returns guard's own table.
func Builtin() *Table { return &Table{built: &builtin{text: compiled}} }

// NewTable returns a table of specs alone.
func NewTable(specs []Spec) *Table { return &Table{extra: specs} }

// With returns a table in which specs win over those of t.
func (t *Table) With(specs []Spec) *Table {
	if len(specs) == 0 {
		return t
	}
	n := *t
	n.extra = append(append([]Spec{}, specs...), t.extra...)
	return &n
}

// Dashed splits the name of a program that is a subcommand of another by itself, as
// git-reset is where git keeps its own.
func (t *Table) Dashed(name string) (program, sub string, ok bool) {
	program, sub, ok = strings.Cut(name, "-")
	if !ok || t.Lookup(name) != nil {
		return "", "", false
	}
	p := t.Parse([]value.Text{value.Known(program), value.Known(sub)})
	return program, sub, len(p.Subs) > 0 && p.Subs[0] == sub
}

// Lookup finds the spec of the program called name (a base name), or nil.
// A version after the name is ignored: python3.12 is python3, gcc-13 is gcc.
func (t *Table) Lookup(program string) *Spec {
	if s := t.lookup(program); s != nil {
		return s
	}
	if name, ok := strings.CutSuffix(program, ".exe"); ok {
		return t.Lookup(name) // of Windows, as its Linux subsystem calls it
	}
	if base := strings.TrimRight(program, "0123456789.-"); base != program && base != "" {
		if s := t.lookup(base); s != nil {
			return s
		}
		return t.lookup(base + "3")
	}
	return nil
}

// Name returns the canonical name of a program: of the last part of a path, if the
// table has it.
func (t *Table) Name(program string) string {
	program = program[strings.LastIndexByte(program, '/')+1:]
	if s := t.Lookup(program); s != nil {
		return s.Names[0]
	}
	return program
}

func (t *Table) lookup(program string) *Spec {
	for i := range t.extra {
		for _, n := range t.extra[i].Names {
			if n == program {
				return &t.extra[i]
			}
		}
	}
	if t.built == nil {
		return nil
	}
	return t.built.lookup(program)
}

// All calls f for every spec: those of the policy, then guard's own by name.
func (t *Table) All(f func(*Spec)) {
	for i := range t.extra {
		f(&t.extra[i])
	}
	if t.built != nil {
		t.built.all(f)
	}
}
