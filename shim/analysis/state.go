package analysis

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules/value"
)

// variable is a shell variable: alternatives of a string, or an array.
type variable struct {
	alts     []value.Text          // values it may have; one if it is known
	list     []value.Text          // indexed array, when array is set
	keys     map[string]value.Text // associative array
	array    bool
	exported bool
	nameref  bool
	unset    bool
	integer  bool
	lower    bool
	upper    bool
}

// file is what the command itself has done to a file.
type file struct {
	absent  bool       // removed or moved away
	content value.Text // what was written, when known is set
	known   bool
	alias   string // the same data as this path: a copy, link or renamed file
	created bool   // did not exist before
	fresh   bool   // a directory that is new: nothing in it is older
}

// state is what changes as the shell goes on. It is copied where control flow
// forks.
type state struct {
	vars     map[string]variable
	funcs    map[string]*function
	aliases  map[string]string
	params   []value.Text
	arg0     value.Text
	dir      value.Text
	dirs     []value.Text // pushd
	oldDir   value.Text
	files    map[string]file
	fds      map[int]stream
	loaded   []int                 // actions that load a protected file into the shell
	hashed   map[string]value.Text // hash -p, or a copy under another name
	shopt    map[string]bool
	opts     map[string]bool
	traps    map[string]string
	gitAlias map[string]value.Text
}

// function is a shell function, with the text its spans refer to.
type function struct {
	body *syntax.Stmt
	org  origin
}

func (s *state) clone() *state {
	c := *s
	c.vars = maps.Clone(s.vars)
	c.funcs = maps.Clone(s.funcs)
	c.aliases = maps.Clone(s.aliases)
	c.files = maps.Clone(s.files)
	c.fds = maps.Clone(s.fds)
	c.hashed = maps.Clone(s.hashed)
	c.shopt = maps.Clone(s.shopt)
	c.opts = maps.Clone(s.opts)
	c.traps = maps.Clone(s.traps)
	c.gitAlias = maps.Clone(s.gitAlias)
	c.params = slices.Clone(s.params)
	c.dirs = slices.Clone(s.dirs)
	return &c
}

// same reports whether nothing that matters differs between two states.
func (s *state) same(o *state) bool {
	if s.dir != o.dir || len(s.vars) != len(o.vars) || len(s.files) != len(o.files) || len(s.funcs) != len(o.funcs) || len(s.params) != len(o.params) {
		return false
	}
	for n, v := range s.vars {
		if w, ok := o.vars[n]; !ok || !sameVar(v, w) {
			return false
		}
	}
	for p, f := range s.files {
		if o.files[p] != f {
			return false
		}
	}
	return true
}

// join merges what may be the state after another branch into s.
func (s *state) join(o *state) {
	for n, v := range o.vars {
		old, ok := s.vars[n]
		if !ok {
			old = variable{unset: true, alts: []value.Text{""}}
		}
		s.vars[n] = joinVar(old, v)
	}
	for n, v := range s.vars {
		if _, ok := o.vars[n]; !ok {
			s.vars[n] = joinVar(v, variable{unset: true, alts: []value.Text{""}})
		}
	}
	for n, f := range o.funcs {
		if _, ok := s.funcs[n]; !ok {
			s.funcs[n] = f
		}
	}
	maps.Copy(s.aliases, o.aliases)
	for p, f := range o.files {
		if _, ok := s.files[p]; !ok || f.known || f.alias != "" {
			s.files[p] = f
		}
	}
	maps.Copy(s.hashed, o.hashed)
	maps.Copy(s.traps, o.traps)
	maps.Copy(s.gitAlias, o.gitAlias)
	if s.dir != o.dir {
		s.vars["\x00dir"] = joinVar(variable{alts: []value.Text{s.dir}}, variable{alts: []value.Text{o.dir}})
	}
	if !slices.Equal(s.params, o.params) {
		s.params = append(s.params, o.params...)
	}
}

// joinVar is a variable that may be either.
func joinVar(a, b variable) variable {
	if a.array != b.array || (a.keys == nil) != (b.keys == nil) {
		if b.array || b.keys != nil {
			return b
		}
		return a
	}
	if a.array {
		for i, v := range b.list {
			if i >= len(a.list) {
				a.list = append(slices.Clone(a.list), v)
			} else if a.list[i] != v {
				a.list = slices.Clone(a.list)
				a.list[i] = value.Any
			}
		}
		return a
	}
	alts := slices.Clone(a.alts)
	for _, v := range b.alts {
		if !slices.Contains(alts, v) {
			alts = append(alts, v)
		}
	}
	if len(alts) > maxChoices {
		alts = append(alts[:maxChoices-1:maxChoices-1], value.Any)
	}
	a.alts = alts
	a.unset = a.unset && b.unset
	a.exported = a.exported || b.exported
	return a
}

// stream is data on a file descriptor or in a pipe: a text, or an unknown number
// of lines of known forms.
type stream struct {
	text  value.Text
	lines []value.Text // one line each, when list is set
	list  bool
	path  value.Text // the file it comes from, if any
	raw   []byte     // the bytes, when they hold NUL, which no text can
	set   bool       // redirected or piped; else inherited
}

// known reports whether the whole text is known.
func (s *stream) known() bool { return s.set && !s.list && s.text.Known() }

// asText is the stream as one text.
func (s *stream) asText() value.Text {
	switch {
	case !s.set:
		return value.Any
	case s.list:
		var b strings.Builder
		for _, l := range s.lines {
			b.WriteString(string(l))
			b.WriteByte('\n')
		}
		return value.Text(b.String())
	}
	return s.text
}

// buffer collects the output of commands.
type buffer struct {
	text  value.Text
	lines []value.Text
	list  bool
	wrote bool
	raw   []byte
}

func (b *buffer) write(t value.Text) {
	if t == "" {
		return
	}
	if b.list {
		b.lines = append(b.lines, value.Text(strings.TrimSuffix(string(t), "\n")))
		return
	}
	b.wrote, b.raw = true, nil
	if len(b.text)+len(t) > maxText {
		b.text = value.Any
		return
	}
	b.text += t
}

// writeBytes adds known bytes. Those with a NUL are only kept where they are all
// there is, for a filter that reads them.
func (b *buffer) writeBytes(p []byte) {
	if bytes.IndexByte(p, 0) < 0 {
		b.write(value.Text(p))
		return
	}
	alone := !b.wrote
	b.write(value.Any)
	if alone {
		b.raw = p
	}
}

// writeLines adds an unknown number of lines of known forms.
func (b *buffer) writeLines(lines []value.Text) {
	if !b.list {
		if b.text != "" {
			b.lines = append(b.lines, value.Text(strings.TrimSuffix(string(b.text), "\n")))
		}
		b.list = true
	}
	b.wrote = true
	if len(b.lines)+len(lines) > maxWords {
		lines = append(lines[:0:0], value.Any)
	}
	b.lines = append(b.lines, lines...)
}

func (b *buffer) stream() stream {
	return stream{text: b.text, lines: b.lines, list: b.list, raw: b.raw, set: true}
}
