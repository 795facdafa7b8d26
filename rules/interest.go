package rules

import (
	"path"
	"strings"
	"sync"

	"github.com/bmatcuk/doublestar/v4"
)

// Ops is a set of operations.
type Ops uint16

// Set returns the set that holds o alone.
func (o Op) Set() Ops { return 1 << o }

// maxInterestDirs bounds an [Interest]'s cache, in entries; when full it starts
// anew.
const maxInterestDirs = 4096

// Interest answers in a moment whether a rule that refuses can be concerned with
// an operation on a path. Yes means: ask [Policy.Evaluate]. It may be used by
// many goroutines at a time.
type Interest struct {
	all   Ops // whatever the path
	fold  bool
	globs []*Globs
	roots []root
	dirs  bounded[*directory] // without what concerns every one
}

// root is a directory that a glob's ~ or <name> stands for.
type root struct{ variable, dir string }

// directory is what concerns the files in one.
type directory struct {
	all   Ops
	files []Place
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

// Interest compiles the path globs of the rules.
func (p *Policy) Interest() *Interest {
	x := &Interest{fold: p.ctx.FoldCase}
	for _, v := range []string{"~", "<workspace>", "<tmp>", "<guard>"} {
		dirs, _, _ := p.roots(v)
		for _, dir := range dirs {
			if dir = strings.TrimSuffix(dir, "/"); dir == "" {
				continue
			}
			if x.fold {
				dir = strings.ToLower(dir)
			}
			x.roots = append(x.roots, root{v, dir})
		}
	}
	for _, l := range p.layers {
		for op, d := range l.Defaults {
			if d != nil && *d != Allow {
				x.all |= Op(op).Set()
			}
		}
		if len(l.Rules) == 0 {
			continue
		}
		g := l.Globs
		if g == nil || x.fold {
			g = BuildGlobs(l.Rules, x.fold)
		}
		x.all |= g.All
		x.globs = append(x.globs, g)
	}
	return x
}

// matching adds to ops those of the globs that match base.
func matching(list []Place, base string, ops Ops) Ops {
	for i := range list {
		w := &list[i]
		switch {
		case ops&w.Ops == w.Ops:
		case w.Head == "": // no wildcard
			if w.Tail == base {
				ops |= w.Ops
			}
		case strings.Contains(base, w.Need):
			if ok, err := doublestar.Match(w.Tail, base); ok || err != nil {
				ops |= w.Ops
			}
		}
	}
	return ops
}

// named returns the operations on base, in any directory, that a glob concerns.
func (g *Globs) named(base string) Ops {
	ops := of(g.Exact, base).Ops
	if base != "" {
		ops = matching(of(g.First, base[:1]).Places, base, ops)
		ops = matching(of(g.Last, base[len(base)-1:]).Places, base, ops)
	}
	return matching(of(g.Last, "").Places, base, ops)
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
	for _, g := range x.globs {
		if g.named(base)&ops != 0 {
			return true
		}
	}
	here, ok := x.dirs.load(dir)
	if !ok {
		here = x.compile(strings.Clone(dir))
		x.dirs.store(dir, here, maxInterestDirs)
	}
	return matching(here.files, base, here.all)&ops != 0
}

// compile collects what concerns the files of one directory.
func (x *Interest) compile(dir string) *directory {
	t := new(directory)
	forms := []string{dir} // as globs may name it
	for _, r := range x.roots {
		if rest, ok := strings.CutPrefix(dir, r.dir); ok && (rest == "" || rest[0] == '/') {
			forms = append(forms, r.variable+rest)
		}
		if at, base := path.Split(r.dir); at == dir+"/" {
			for _, g := range x.globs {
				t.files = append(t.files, Place{Tail: base, Ops: of(g.Roots, r.variable).Ops})
			}
		}
	}
	for _, g := range x.globs {
		for _, f := range forms {
			t.files = append(t.files, of(g.At, f).Places...)
			for d := f; ; {
				t.all |= of(g.Below, d).Ops
				i := strings.LastIndexByte(d, '/')
				if i < 0 {
					break
				}
				d = d[:i]
			}
		}
		t.match(of(g.Other, "").Places, forms)
		for part := range strings.SplitSeq(dir, "/") {
			if part != "" {
				t.match(of(g.Other, part).Places, forms)
			}
		}
	}
	return t
}

// match adds the globs that concern a directory, in one of its forms.
func (t *directory) match(list []Place, forms []string) {
	for i := range list {
		p := &list[i]
		for _, f := range forms {
			if ok, err := doublestar.Match(p.Head, f); !ok && err == nil {
				continue
			}
			if p.Tail == "" {
				t.all |= p.Ops
			} else {
				t.files = append(t.files, last(p.Tail, p.Ops))
			}
			break
		}
	}
}

// Literals returns the paths that rules about any of ops name without a wildcard.
func (x *Interest) Literals(ops Ops) []string {
	var out []string
	for _, g := range x.globs {
		for _, list := range [][]GlobSet{g.Literals, g.Roots} {
			for i := range list {
				if list[i].Ops&ops != 0 {
					out = x.places(out, list[i].Key)
				}
			}
		}
	}
	return out
}

// places appends what a path without wildcards stands for.
func (x *Interest) places(out []string, name string) []string {
	if !rooted(name) {
		return append(out, name)
	}
	for _, r := range x.roots {
		if rest, ok := strings.CutPrefix(name, r.variable); ok && (rest == "" || rest[0] == '/') {
			out = append(out, r.dir+rest)
		}
	}
	return out
}
