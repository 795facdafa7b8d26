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
	readonly bool
	file     bool // a file of variables that was loaded sets it
}

// file is what the command itself has done to a file.
type file struct {
	absent  bool       // removed or moved away
	content value.Text // what was written, when known is set
	known   bool
	alias   string // the same data as this path: a copy, link or renamed file
	moved   bool   // it was moved here from there
	copy    bool   // it is a copy: what becomes of it does not touch the other
	created bool   // did not exist before
	fresh   bool   // a directory that is new: nothing in it is older
	repo    bool   // a fresh one that is a repository of its own
}

// work is what was changed in a work tree of git.
type work struct {
	root      string // "" is none
	tracked   bool   // in files that git knew
	untracked bool   // by new files, but for ignored ones
	stashed   bool   // put aside, not committed
}

// state is what changes as the shell goes on. It is copied where control flow
// forks.
type state struct {
	vars     variables
	funcs    map[string]*function
	aliases  map[string]string
	params   []value.Text
	arg0     value.Text
	stashed  bool       // git stash has put work aside
	staged   work       // what git add has taken in
	keeping  work       // what git keeps if the last command has succeeded
	kept     work       // what git keeps since then
	last     value.Text // the last word of the command before: $_
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
	gitMoved bool               // a setting may lead git to another work tree
	locals   []map[string]local // one a function that is being called
	env      func(string) (string, bool)
	optAt    int // where getopts is in a word of several options
}

// hole is an element of an indexed array, or an alternative, that is not set.
const hole value.Text = "\x00h"

// local is what a variable was before a function made it local.
type local struct {
	v     variable
	had   bool
	maybe bool // it may not have been made local at all
}

// function is a shell function, with the text its spans refer to.
type function struct {
	body  *syntax.Stmt
	org   origin
	other *function // what may be defined in its place
	maybe bool      // it may not be defined at all
}

func (s *state) clone() *state {
	c := *s
	c.vars = s.vars.clone()
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
	c.locals = slices.Clone(s.locals)
	for i, l := range c.locals {
		c.locals[i] = maps.Clone(l)
	}
	c.dirs = slices.Clone(s.dirs)
	return &c
}

// same reports whether nothing that matters differs between two states.
func (s *state) same(o *state) bool {
	if s.dir != o.dir || len(s.files) != len(o.files) || !maps.Equal(s.funcs, o.funcs) || !slices.Equal(s.params, o.params) ||
		!slices.Equal(s.dirs, o.dirs) || !maps.Equal(s.aliases, o.aliases) || !maps.Equal(s.shopt, o.shopt) || !maps.Equal(s.opts, o.opts) || !maps.Equal(s.traps, o.traps) ||
		!maps.EqualFunc(s.fds, o.fds, sameStream) {
		return false
	}
	for n := range s.vars.differing(&o.vars) {
		v, a := s.vars.get(n)
		w, b := o.vars.get(n)
		if a != b || a && !sameVar(v, w) {
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
	for n := range s.vars.differing(&o.vars) {
		v, ok := s.vars.get(n)
		w, other := o.vars.get(n)
		if n == dirName || !ok && !other {
			continue
		}
		if !ok {
			v = s.inherited(n)
		}
		if !other {
			w = s.inherited(n)
		}
		s.vars.set(n, joinVar(v, w))
	}
	joinFuncs(s.funcs, o.funcs)
	for n, text := range o.aliases {
		if t, ok := s.aliases[n]; ok && t != text {
			text = string(value.Any)
		}
		s.aliases[n] = text
	}
	for p, f := range o.files {
		if g, ok := s.files[p]; ok && g.known && f.known && g.content != f.content {
			f.content = value.Any
		} else if ok && !f.known && f.alias == "" {
			continue
		}
		s.files[p] = f
	}
	joinOptions(s.shopt, o.shopt, s.shopt)
	joinOptions(s.opts, o.opts, s.shopt)
	for n, f := range o.fds {
		if g, ok := s.fds[n]; ok && !sameStream(f, g) {
			f = stream{text: value.Any, set: true}
		}
		if s.fds == nil {
			s.fds = map[int]stream{}
		}
		s.fds[n] = f
	}
	maps.Copy(s.hashed, o.hashed)
	maps.Copy(s.traps, o.traps)
	maps.Copy(s.gitAlias, o.gitAlias)
	s.gitMoved = s.gitMoved || o.gitMoved
	if s.dir != o.dir || len(s.dirAlts())+len(o.dirAlts()) > 0 {
		alts := variable{alts: append([]value.Text{s.dir}, s.dirAlts()...)}
		s.vars.set(dirName, joinVar(alts, variable{alts: append([]value.Text{o.dir}, o.dirAlts()...)}))
	}
	s.params = joinWords(s.params, o.params)
	s.stashed = s.stashed || o.stashed
	if s.staged != o.staged {
		s.staged = work{}
	}
	if s.kept != o.kept {
		s.kept = work{}
	}
	s.keeping = work{}
	if s.last != o.last {
		s.last = value.Any
	}
	for i := 0; i < len(s.locals) && i < len(o.locals); i++ {
		for n, l := range o.locals[i] {
			if _, ok := s.locals[i][n]; !ok {
				l.maybe = true
				s.locals[i][n] = l
			}
		}
		for n, l := range s.locals[i] {
			if _, ok := o.locals[i][n]; !ok {
				l.maybe = true
				s.locals[i][n] = l
			}
		}
	}
}

// inherited is the variable that the environment gave, which was not touched.
func (s *state) inherited(name string) variable {
	if t, ok := s.env(name); ok {
		return variable{alts: []value.Text{value.Known(t)}, exported: true}
	}
	return variable{unset: true}
}

// joinFuncs adds to s what may be defined as in o instead.
func joinFuncs(s, o map[string]*function) {
	for n, f := range o {
		g, ok := s[n]
		switch {
		case !ok:
			c := *f
			c.maybe = true
			s[n] = &c
		case g != f && !g.includes(f):
			c := *g
			for last := &c; ; last = last.other {
				if last.other == nil {
					last.other = f
					break
				}
				next := *last.other
				last.other = &next
			}
			s[n] = &c
		}
	}
	for n, f := range s {
		if _, ok := o[n]; !ok && !f.maybe {
			c := *f
			c.maybe = true
			s[n] = &c
		}
	}
}

func (f *function) includes(g *function) bool {
	for ; f != nil; f = f.other {
		if f.body == g.body && f.maybe == g.maybe {
			return true
		}
	}
	return false
}

// globUnsure is the option that is on where it is not known whether options that
// change what globs and braces mean are.
const globUnsure = "\x00glob"

// joinOptions turns on what may be on.
func joinOptions(s, o, unsure map[string]bool) {
	for _, m := range []map[string]bool{s, o} {
		for n := range m {
			if s[n] == o[n] {
				continue
			}
			s[n] = true
			switch n {
			case "noglob", "nullglob", "failglob", "dotglob", "extglob", "globstar", "nocaseglob", "nobraceexpand":
				unsure[globUnsure] = true
			}
		}
	}
}

// dirName is the variable that holds the directories that may be the current one
// instead, after a cd that may have failed or not have happened.
const dirName = "\x00dir"

func (s *state) dirAlts() []value.Text { return s.vars.at(dirName).alts }

// joinWords is a list of words that may be either; what only one of them has may
// be absent.
func joinWords(a, b []value.Text) []value.Text {
	if slices.Equal(a, b) {
		return a
	}
	out := make([]value.Text, max(len(a), len(b)))
	for i := range out {
		switch {
		case i < len(a) && i < len(b) && a[i] == b[i]:
			out[i] = a[i]
		case i >= len(a):
			out[i] = value.Maybe + b[i]
		case i >= len(b):
			out[i] = value.Maybe + a[i]
		case a[i] == hole || b[i] == hole:
			out[i] = value.Many
		default:
			out[i] = value.Any
		}
		if out[i] == value.Maybe+hole || strings.HasPrefix(string(out[i]), string(value.Maybe+value.Maybe)) {
			out[i] = out[i][len(value.Maybe):]
		}
	}
	return out
}

func sameStream(a, b stream) bool {
	return a.text == b.text && a.list == b.list && a.path == b.path && a.set == b.set && slices.Equal(a.lines, b.lines) && bytes.Equal(a.raw, b.raw)
}

// joinVar is a variable that may be either.
func joinVar(a, b variable) variable {
	if a.array || b.array {
		a.list = joinWords(a.asList(), b.asList())
		a.array, a.alts, a.unset = true, nil, a.unset && b.unset
		return a
	}
	if a.keys != nil || b.keys != nil {
		a.keys = joinKeys(a.keys, b.keys)
		a.unset = a.unset && b.unset
		return a
	}
	alts := slices.Clone(a.choices())
	for _, v := range b.choices() {
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
	a.file = a.file || b.file
	return a
}

// choices are the values a scalar may have; hole if it may be unset.
func (v variable) choices() []value.Text {
	switch {
	case len(v.alts) > 0:
		return v.alts
	case v.unset:
		return []value.Text{hole}
	}
	return []value.Text{""}
}

// asList is a variable as the elements of an indexed array.
func (v variable) asList() []value.Text {
	switch {
	case v.array:
		return v.list
	case v.unset || len(v.alts) == 0:
		return nil
	case len(v.alts) > 1:
		return []value.Text{value.Any}
	}
	return v.alts
}

// joinKeys is an associative array that may be either.
func joinKeys(a, b map[string]value.Text) map[string]value.Text {
	out := map[string]value.Text{}
	for k, t := range a {
		if u, ok := b[k]; ok && u == t {
			out[k] = t
		} else {
			out[k] = value.Any
		}
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			out[k] = value.Any
		}
	}
	return out
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
	made  bool       // unknown input, as awk or sed has rewritten it
}

// known reports whether the whole text is known.
func (s *stream) known() bool { return s.set && !s.list && s.text.Known() }

// words are the parts of raw bytes that a NUL ends.
func (s *stream) words() []value.Text {
	var out []value.Text
	for _, w := range bytes.Split(bytes.TrimSuffix(s.raw, []byte{0}), []byte{0}) {
		out = append(out, value.Known(string(w)))
	}
	return out
}

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
	made  bool         // as of a stream
	idle  bool         // nothing that guard follows reads it
	sink  func(stream) // what reads it as it is written: exec 3> >(…)
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
	return stream{text: b.text, lines: b.lines, list: b.list, raw: b.raw, set: true, made: b.made}
}
