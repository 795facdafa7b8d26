package dialect

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Limits bound the text and the work spent on it. A zero field takes the value
// of [DefaultLimits].
type Limits struct {
	Bytes int // length of a text
	Stack int // call frames of the parser: about 10 a nested substitution, 25 a parenthesis in arithmetic
	Depth int // nodes of the tree above a node: about 6 a nested command, 2 a stage of a pipeline or list
	Work  int // bytes read over again, where a text or part of it has to be; each time costs 4 KiB more
}

// DefaultLimits returns the limits of a command line or script.
func DefaultLimits() Limits {
	return Limits{Bytes: 1 << 20, Stack: 2500, Depth: 2500, Work: 1 << 20}
}

// fill replaces zero fields.
func (l Limits) fill() Limits {
	d := DefaultLimits()
	for _, f := range [...]struct {
		p *int
		d int
	}{{&l.Bytes, d.Bytes}, {&l.Stack, d.Stack}, {&l.Depth, d.Depth}, {&l.Work, d.Work}} {
		if *f.p <= 0 {
			*f.p = f.d
		}
	}
	return l
}

// check refuses text that no reading can be given of.
func (l Limits) check(src string) *ParseError {
	l = l.fill()
	if len(src) > l.Bytes {
		return errorAt(src, 0, fmt.Sprintf("text of %d bytes is longer than %d", len(src), l.Bytes))
	}
	if i := strings.IndexByte(src, 0); i >= 0 {
		return errorAt(src, i, "text holds a NUL byte")
	}
	return nil
}

var (
	errDeep = errors.New("nested too deeply")
	errWork = errors.New("needs to be read too many times")
)

// work is what the readings of one text have left to spend.
type work struct {
	left  int
	stack int // call frames that the parser may have
}

// spend takes the cost of reading n bytes; false says that too little is left.
func (w *work) spend(n int) bool {
	w.left -= n
	if w.left < 0 {
		return false
	}
	w.left -= 4 << 10
	return true
}

// deepReader feeds the parser, and fails once the parser's own stack is deep.
// Between two calls the parser takes in a buffer of 1 KiB, so its stack cannot
// outgrow the bound by more than that: the nesting itself is measured, not what
// a text pattern would make of it.
type deepReader struct {
	rest   []byte
	taken  int // bytes that the parser has
	stack  int
	frames []uintptr // room to look at the stack
	zsh    bool
	deep   bool
}

// framesPerByte is more than the parser goes deeper for one byte of text.
const framesPerByte = 32

// tooDeep looks at the stack, unless the text so far is too short to matter.
func (d *deepReader) tooDeep() bool {
	if d.taken*framesPerByte < d.stack {
		return false
	}
	if d.frames == nil {
		d.frames = make([]uintptr, d.stack)
	}
	return runtime.Callers(0, d.frames) == d.stack
}

// Read implements io.Reader.
func (d *deepReader) Read(p []byte) (int, error) {
	if d.tooDeep() {
		d.deep = true
		return 0, errDeep
	}
	if len(d.rest) == 0 {
		return 0, io.EOF
	}
	n := min(len(p), len(d.rest))
	if d.zsh && n < len(d.rest) {
		// The parser looks ahead for <1-9> only in what it has buffered.
		k := n
		for k > 2 && (d.rest[k-1] == '-' || '0' <= d.rest[k-1] && d.rest[k-1] <= '9') {
			k--
		}
		if k > 2 {
			n = k
		}
	}
	copy(p, d.rest[:n])
	d.rest, d.taken = d.rest[n:], d.taken+n
	return n, nil
}

// parseBounded runs the parser. A panic of the parser is an error.
func parseBounded(text []byte, lang syntax.LangVariant, lim Limits, w *work) (f *syntax.File, err error) {
	defer func() {
		if v := recover(); v != nil {
			f, err = nil, fmt.Errorf("parser failed: %v", v)
		}
	}()
	if !w.spend(len(text)) {
		return nil, errWork
	}
	in := &deepReader{rest: text, stack: w.stack, zsh: lang == syntax.LangZsh}
	f, err = syntax.NewParser(syntax.Variant(lang), syntax.KeepComments(true)).Parse(in, "")
	if in.deep {
		return nil, errDeep
	}
	if err != nil {
		return nil, err
	}
	if tooDeep(f, lim.Depth) {
		return nil, errDeep
	}
	return f, nil
}

// tooDeep reports whether a node has more than limit nodes above it. It looks
// no deeper than that.
func tooDeep(f *syntax.File, limit int) bool {
	depth, deep := 0, false
	syntax.Walk(f, func(n syntax.Node) bool {
		if n == nil {
			depth--
			return true
		}
		if depth >= limit {
			deep = true
		}
		if deep {
			return false
		}
		depth++
		return true
	})
	return deep
}
