package rules

import (
	"strings"
	"sync"

	"github.com/bmatcuk/doublestar/v4"
)

// Ops is a set of operations.
type Ops uint16

// Set returns the set that holds o alone.
func (o Op) Set() Ops { return 1 << o }

// The bounds of an [Interest]'s caches, in entries; a full cache starts anew.
const (
	maxInterestDirs  = 4096
	maxInterestBases = 16384
)

// Interest answers in a moment whether a rule that refuses can be concerned with
// an operation on a path. Yes means: ask [Policy.Evaluate]. It may be used by
// many goroutines at a time.
type Interest struct {
	all        Ops // whatever the path
	fold       bool
	literals   []string
	everywhere tails           // globs **/TAIL
	places     []place         // globs HEAD/TAIL
	trees      []place         // globs HEAD/**, whole in head
	dirs       bounded[*tails] // of a directory, without everywhere
	bases      bounded[Ops]    // of a last component, of everywhere
}

// tails are globs of a path's last component.
type tails struct {
	all   Ops
	exact map[string]Ops
	wild  []place
}

// place is a glob in two parts, with a literal part that what it matches holds.
type place struct {
	head, tail, need string
	ops              Ops
}

// bounded is a cache. It keeps copies of its keys.
type bounded[V any] struct {
	mu sync.RWMutex
	m  map[string]V
}

func (b *bounded[V]) load(key string) (V, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	v, ok := b.m[key]
	return v, ok
}

func (b *bounded[V]) store(key string, v V, limit int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.m == nil || len(b.m) >= limit {
		b.m = make(map[string]V)
	}
	b.m[strings.Clone(key)] = v
}

// Interest compiles the path globs of the rules. Rules that only concern whole
// trees are left out: it is about single files.
func (p *Policy) Interest() *Interest {
	x := &Interest{fold: p.ctx.FoldCase, everywhere: tails{exact: map[string]Ops{}}}
	for _, l := range p.layers {
		for op, d := range l.Defaults {
			if d != nil && *d != Allow {
				x.all |= Op(op).Set()
			}
		}
		for i := range l.Rules {
			r := &l.Rules[i]
			if r.Decision == Allow || len(r.Path) == 0 && len(r.Access) == 0 || r.When.Recursive == True {
				continue
			}
			var ops Ops
			for op := Read; op <= Mount; op++ {
				if r.concerns(op) {
					ops |= op.Set()
				}
			}
			if len(r.Path) == 0 {
				x.all |= ops
			}
			for _, pat := range r.Path {
				for _, g := range p.patterns(pat) {
					x.add(g, ops)
				}
			}
		}
	}
	return x
}

// add files a glob under what its last component is.
func (x *Interest) add(glob string, ops Ops) {
	if strings.ContainsRune(glob, '{') && !strings.Contains(glob, "\\{") {
		x.all |= ops // more alternatives than are written out
		return
	}
	if !strings.ContainsAny(glob, "*?[\\") {
		x.literals = append(x.literals, glob)
	}
	i := strings.LastIndexByte(glob, '/')
	if i < 0 {
		if glob == "**" {
			x.all |= ops
		}
		return // no absolute path matches
	}
	head, tail := glob[:i], glob[i+1:]
	switch {
	case tail == "**" && head == "":
		x.all |= ops
	case tail == "**":
		x.trees = append(x.trees, place{head: glob, need: literalPart(head), ops: ops})
		x.add(head, ops) // ** may stand for nothing
	case head == "**":
		x.everywhere.add(tail, ops)
	default:
		x.places = append(x.places, place{head: head, tail: tail, need: literalPart(head), ops: ops})
	}
}

func (t *tails) add(tail string, ops Ops) {
	if !strings.ContainsAny(tail, "*?[\\") {
		if t.exact == nil {
			t.exact = map[string]Ops{}
		}
		t.exact[tail] |= ops
		return
	}
	t.wild = append(t.wild, place{tail: tail, need: literalPart(tail), ops: ops})
}

// of returns the operations on base that a glob of t concerns.
func (t *tails) of(base string) Ops {
	ops := t.all | t.exact[base]
	for i := range t.wild {
		w := &t.wild[i]
		if ops&w.ops != w.ops && strings.Contains(base, w.need) {
			if ok, err := doublestar.Match(w.tail, base); ok || err != nil {
				ops |= w.ops
			}
		}
	}
	return ops
}

// literalPart is the longest part of glob that stands for itself.
func literalPart(glob string) string {
	if strings.ContainsRune(glob, '\\') {
		return ""
	}
	best := ""
	for _, part := range strings.FieldsFunc(glob, func(c rune) bool { return strings.ContainsRune("*?[]", c) }) {
		if part = strings.Trim(part, "/"); len(part) > len(best) {
			best = part
		}
	}
	if strings.ContainsRune(glob, '[') {
		return "" // what stands in a class is not literal
	}
	return best
}

// In reports whether a rule can be concerned with one of ops on the file base in
// dir, an absolute and clean path. It keeps neither.
func (x *Interest) In(dir, base string, ops Ops) bool {
	if x.all&ops != 0 {
		return true
	}
	if x.fold {
		dir, base = strings.ToLower(dir), strings.ToLower(base)
	}
	if dir == "/" {
		dir = ""
	}
	found, ok := x.bases.load(base)
	if !ok {
		found = x.everywhere.of(base)
		x.bases.store(base, found, maxInterestBases)
	}
	if found&ops != 0 {
		return true
	}
	here, ok := x.dirs.load(dir)
	if !ok {
		here = x.compile(dir)
		x.dirs.store(dir, here, maxInterestDirs)
	}
	return here.of(base)&ops != 0
}

// compile collects what concerns the files of one directory.
func (x *Interest) compile(dir string) *tails {
	t := &tails{}
	for i := range x.trees {
		if g := &x.trees[i]; strings.Contains(dir, g.need) {
			if ok, err := doublestar.Match(g.head, dir); ok || err != nil {
				t.all |= g.ops
			}
		}
	}
	for i := range x.places {
		if g := &x.places[i]; strings.Contains(dir, g.need) {
			if ok, err := doublestar.Match(g.head, dir); ok || err != nil {
				t.add(g.tail, g.ops)
			}
		}
	}
	return t
}

// Literals returns the paths that rules name without any wildcard.
func (x *Interest) Literals() []string { return x.literals }
