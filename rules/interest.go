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

// maxInterestDirs bounds an [Interest]'s cache, in entries; when full it starts
// anew.
const maxInterestDirs = 4096

// Interest answers in a moment whether a rule that refuses can be concerned with
// an operation on a path. Yes means: ask [Policy.Evaluate]. It may be used by
// many goroutines at a time.
type Interest struct {
	all        Ops // whatever the path
	fold       bool
	literals   []literal
	everywhere tails               // globs **/TAIL
	at         map[string][]place  // globs HEAD/TAIL, by a HEAD without wildcards
	below      map[string]Ops      // globs HEAD/**, by such a HEAD
	other      map[string][]place  // other globs, by a whole component of HEAD, if any
	dirs       bounded[*directory] // without everywhere
}

// literal is a path that a rule names without any wildcard.
type literal struct {
	path string
	ops  Ops
}

// tails are globs of a path's last component, those with wildcards by their first
// byte or, where that is one, by their last, or by 0.
type tails struct {
	exact       map[string]Ops
	first, last map[byte][]place
}

// directory is what concerns the files in one.
type directory struct {
	all   Ops
	files [2][]place
}

// place is a glob in two parts. A tree is whole in its head, and has no tail.
type place struct {
	head, tail string
	need       string // literal part of tail
	ops        Ops
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
	const many = 200
	x := &Interest{
		fold: p.ctx.FoldCase, everywhere: tails{make(map[string]Ops, many), map[byte][]place{}, map[byte][]place{}},
		at: make(map[string][]place, many), below: make(map[string]Ops, many), other: make(map[string][]place, many),
	}
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
				for _, g := range p.expand(pat) {
					x.add(g, ops)
				}
			}
		}
	}
	return x
}

// wildcards are the bytes that do not stand for themselves in a glob.
const wildcards = "*?[\\"

// add files a glob under what its last component is.
func (x *Interest) add(glob string, ops Ops) {
	if strings.IndexByte(glob, '{') >= 0 && !strings.Contains(glob, "\\{") {
		x.all |= ops // more alternatives than are written out
		return
	}
	first := strings.IndexAny(glob, wildcards)
	i := strings.LastIndexByte(glob, '/')
	if i < 0 {
		if glob == "**" {
			x.all |= ops
		}
		return // no absolute path matches
	}
	head, tail, named := glob[:i], glob[i+1:], first < 0 || first > i
	switch {
	case tail == "**" && head == "":
		x.all |= ops
	case tail == "**":
		if named {
			x.below[head] |= ops
		} else {
			x.file(head, place{head: glob, ops: ops})
		}
		x.add(head, ops) // ** may stand for nothing
	case head == "**":
		x.everywhere.add(tail, ops)
	case named:
		if first < 0 {
			x.literals = append(x.literals, literal{glob, ops})
		}
		list := x.at[head]
		for i := range list {
			if list[i].tail == tail {
				list[i].ops |= ops
				return
			}
		}
		x.at[head] = append(list, last(tail, ops))
	default:
		x.file(head, place{head: head, tail: tail, ops: ops})
	}
}

// file keeps a glob under the longest component of head without wildcards, which
// a directory that matches has too.
func (x *Interest) file(head string, p place) {
	key := ""
	for part := range strings.SplitSeq(head, "/") {
		if len(part) > len(key) && !strings.ContainsAny(part, wildcards) {
			key = part
		}
	}
	x.other[key] = append(x.other[key], p)
}

func (t *tails) add(tail string, ops Ops) {
	p := last(tail, ops)
	switch first, final := tail[:min(1, len(tail))], tail[max(len(tail)-1, 0):]; {
	case p.head == "":
		t.exact[tail] |= ops
	case !strings.Contains(wildcards, first):
		t.first[first[0]] = append(t.first[first[0]], p)
	case strings.IndexByte(tail, '[') < 0 && strings.IndexByte(tail, '\\') < 0 && !strings.Contains(wildcards, final):
		t.last[final[0]] = append(t.last[final[0]], p)
	default:
		t.last[0] = append(t.last[0], p)
	}
}

// of returns the operations on base that a glob of t concerns.
func (t *tails) of(base string) Ops {
	ops := matching(t.last[0], base, t.exact[base])
	if base != "" {
		ops = matching(t.last[base[len(base)-1]], base, matching(t.first[base[0]], base, ops))
	}
	return ops
}

// last is a glob of a last component alone.
func last(tail string, ops Ops) place {
	if strings.ContainsAny(tail, wildcards) {
		return place{head: "*", tail: tail, need: literalPart(tail), ops: ops}
	}
	return place{tail: tail, ops: ops}
}

// matching adds to ops those of the globs that match base.
func matching(list []place, base string, ops Ops) Ops {
	for i := range list {
		w := &list[i]
		switch {
		case ops&w.ops == w.ops:
		case w.head == "": // no wildcard
			if w.tail == base {
				ops |= w.ops
			}
		case strings.Contains(base, w.need):
			if ok, err := doublestar.Match(w.tail, base); ok || err != nil {
				ops |= w.ops
			}
		}
	}
	return ops
}

// literalPart is the longest part of glob that stands for itself.
func literalPart(glob string) string {
	if strings.IndexByte(glob, '\\') >= 0 || strings.IndexByte(glob, '[') >= 0 {
		return "" // what stands in a class is not literal
	}
	best := ""
	for glob != "" {
		i := strings.IndexAny(glob, "*?")
		if i < 0 {
			i = len(glob)
		}
		if part := strings.Trim(glob[:i], "/"); len(part) > len(best) {
			best = part
		}
		glob = glob[min(i+1, len(glob)):]
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
	if x.everywhere.of(base)&ops != 0 {
		return true
	}
	here, ok := x.dirs.load(dir)
	if !ok {
		here = x.compile(dir)
		x.dirs.store(dir, here, maxInterestDirs)
	}
	return matching(here.files[1], base, matching(here.files[0], base, here.all))&ops != 0
}

// compile collects what concerns the files of one directory.
func (x *Interest) compile(dir string) *directory {
	t := &directory{files: [2][]place{x.at[dir]}}
	for d := dir; ; {
		t.all |= x.below[d]
		i := strings.LastIndexByte(d, '/')
		if i < 0 {
			break
		}
		d = d[:i]
	}
	t.match(x.other[""], dir)
	for part := range strings.SplitSeq(dir, "/") {
		if part != "" {
			t.match(x.other[part], dir)
		}
	}
	return t
}

// match adds the globs that concern dir.
func (t *directory) match(list []place, dir string) {
	for i := range list {
		g := &list[i]
		if ok, err := doublestar.Match(g.head, dir); !ok && err == nil {
			continue
		}
		if g.tail == "" {
			t.all |= g.ops
		} else {
			t.files[1] = append(t.files[1], last(g.tail, g.ops))
		}
	}
}

// Literals returns the paths that rules about any of ops name without a wildcard.
func (x *Interest) Literals(ops Ops) []string {
	var out []string
	for _, l := range x.literals {
		if l.ops&ops != 0 {
			out = append(out, l.path)
		}
	}
	return out
}
