package dialect

import (
	"reflect"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// edit replaces del bytes of the original text at offset at by ins.
type edit struct {
	at, del int
	ins     string
}

// edition is a text made from the original by edits, with the way back.
type edition struct {
	text  []byte
	edits []edit // sorted by at
	lines []int  // original offsets at which lines start
	size  int    // of the original
}

// edition applies the reading's edits to the original text.
func (r *reading) edition() *edition {
	e := &edition{edits: r.edits, size: len(r.src)}
	slices.SortStableFunc(e.edits, func(a, b edit) int { return a.at - b.at })
	e.text = make([]byte, 0, len(r.src)+16*len(e.edits))
	pos := 0
	for _, d := range e.edits {
		e.text = append(e.text, r.src[pos:d.at]...)
		e.text = append(e.text, d.ins...)
		pos = d.at + d.del
	}
	e.text = append(e.text, r.src[pos:]...)
	if r.cr != 0 {
		for i, b := range e.text {
			if b == '\r' {
				e.text[i] = r.cr
			}
		}
	}
	for _, i := range r.invalid {
		in, _ := r.stand.take(r.src[i])
		e.text[e.edited(i)] = in
	}
	e.lines = append(e.lines, 0)
	for i := range len(r.src) {
		if r.src[i] == '\n' {
			e.lines = append(e.lines, i+1)
		}
	}
	return e
}

// original maps an offset of the edited text to one of the original.
func (e *edition) original(off int) int {
	shift := 0
	for _, d := range e.edits {
		start := d.at + shift
		if off < start {
			break
		}
		if off < start+len(d.ins) {
			return min(d.at+min(off-start, d.del), e.size)
		}
		shift += len(d.ins) - d.del
	}
	return min(off-shift, e.size)
}

// edited maps an offset of the original text, at which no edit begins, to one
// of the edited text.
func (e *edition) edited(off int) int {
	shift := 0
	for _, d := range e.edits {
		if d.at >= off {
			break
		}
		shift += len(d.ins) - d.del
	}
	return off + shift
}

// position maps a position of the edited text to one of the original.
func (e *edition) position(p syntax.Pos) syntax.Pos {
	if !p.IsValid() {
		return p
	}
	off := e.original(int(p.Offset()))
	line := sort.SearchInts(e.lines, off+1)
	return syntax.NewPos(uint(off), uint(line), uint(off-e.lines[line-1]+1))
}

// relocate maps all positions in the tree to the original text.
func (e *edition) relocate(f *syntax.File) {
	for _, d := range e.edits {
		if len(d.ins) != d.del {
			eachPos(reflect.ValueOf(f), e.position)
			return
		}
	}
}

// eachPos replaces every position below v by what move makes of it.
func eachPos(v reflect.Value, move func(syntax.Pos) syntax.Pos) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			eachPos(v.Elem(), move)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachPos(v.Index(i), move)
		}
	case reflect.Struct:
		if p, ok := v.Addr().Interface().(*syntax.Pos); ok {
			*p = move(*p)
			return
		}
		for i := range v.NumField() {
			eachPos(v.Field(i), move)
		}
	}
}

// standIns maps bytes that the parser reads in another way than a shell does
// to control bytes that do not occur in the text and that both take for
// ordinary characters.
type standIns struct {
	from [256]byte // the byte that each byte stands for: mostly itself
	free []byte
}

// newStandIns returns the map that changes nothing.
func newStandIns(src string) *standIns {
	s := &standIns{}
	for i := range s.from {
		s.from[i] = byte(i)
	}
	for b := byte(1); b < 0x20; b++ {
		if (b < '\t' || b > '\r') && strings.IndexByte(src, b) < 0 {
			s.free = append(s.free, b)
		}
	}
	return s
}

// take returns the stand-in of b; ok is false when no free byte is left.
func (s *standIns) take(b byte) (in byte, ok bool) {
	for i, orig := range s.from {
		if orig == b && byte(i) != b {
			return byte(i), true
		}
	}
	if len(s.free) == 0 {
		return 0, false
	}
	in, s.free = s.free[0], s.free[1:]
	s.from[in] = b
	return in, true
}

// restore puts the original bytes back.
func (s *standIns) restore(v string) string {
	i := 0
	for i < len(v) && s.from[v[i]] == v[i] {
		i++
	}
	if i == len(v) {
		return v
	}
	b := []byte(v)
	for j := i; j < len(b); j++ {
		b[j] = s.from[b[j]]
	}
	return string(b)
}

// invalidBytes returns the offsets of bytes that are not part of a UTF-8
// character.
func invalidBytes(src string) []int {
	if utf8.ValidString(src) {
		return nil
	}
	var at []int
	for i := 0; i < len(src); {
		r, w := utf8.DecodeRuneInString(src[i:])
		if r == utf8.RuneError && w == 1 {
			at = append(at, i)
		}
		i += w
	}
	return at
}
