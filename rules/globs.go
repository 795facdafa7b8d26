package rules

import (
	"slices"
	"strings"
)

// Globs are the path globs of rules that refuse, filed by what a path must have in
// common with them. They can be static: a ~ or <name> in front stands as it is
// written.
type Globs struct {
	All      Ops       // whatever the path
	Roots    []GlobSet // a ~ or <name> alone
	Literals []GlobSet // whole paths without wildcards
	Exact    []GlobSet // **/NAME, by NAME without wildcards
	First    []GlobSet // **/TAIL, by the first byte of TAIL
	Last     []GlobSet // or, where that is a wildcard, by its last, or by nothing
	At       []GlobSet // HEAD/TAIL, by a HEAD without wildcards
	Below    []GlobSet // HEAD/**, by such a HEAD
	Other    []GlobSet // other globs, by a whole component of their head, if any
}

// GlobSet is what is filed under one key. Lists of it are sorted by that.
type GlobSet struct {
	Key    string
	Ops    Ops
	Places []Place
}

// Place is a glob in two parts. A tree is whole in its head, and has no tail.
type Place struct {
	Head, Tail string
	Need       string // literal part of Tail
	Ops        Ops
}

// wildcards are the bytes that do not stand for themselves in a glob.
const wildcards = "*?[\\"

// of returns what list has under key.
func of(list []GlobSet, key string) *GlobSet {
	low, high := 0, len(list)
	for low < high {
		mid := int(uint(low+high) >> 1)
		switch k := list[mid].Key; {
		case k == key:
			return &list[mid]
		case k < key:
			low = mid + 1
		default:
			high = mid
		}
	}
	return &nothing
}

var nothing GlobSet

// BuildGlobs files the path globs of rules. Rules that only concern whole trees are
// left out, as it is about single files. Where fold is set, all is lower case.
func BuildGlobs(rules []Rule, fold bool) *Globs {
	g := new(Globs)
	for i := range rules {
		r := &rules[i]
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
			g.All |= ops
		}
		for _, pat := range r.Path {
			for _, glob := range expandBraces(pat) {
				if fold {
					glob = strings.ToLower(glob)
				}
				g.add(glob, ops)
			}
		}
	}
	for _, list := range [][]GlobSet{g.Roots, g.Literals, g.Exact, g.First, g.Last, g.At, g.Below, g.Other} {
		slices.SortFunc(list, func(a, b GlobSet) int { return strings.Compare(a.Key, b.Key) })
	}
	return g
}

// under returns what is filed under key, which is made where there is nothing.
func under(list *[]GlobSet, key string) *GlobSet {
	for i := range *list {
		if (*list)[i].Key == key {
			return &(*list)[i]
		}
	}
	*list = append(*list, GlobSet{Key: key})
	return &(*list)[len(*list)-1]
}

// add files a glob.
func (g *Globs) add(glob string, ops Ops) {
	if strings.IndexByte(glob, '{') >= 0 && !strings.Contains(glob, "\\{") {
		g.All |= ops // more alternatives than are written out
		return
	}
	first := strings.IndexAny(glob, wildcards)
	i := strings.LastIndexByte(glob, '/')
	if i < 0 {
		switch {
		case glob == "**":
			g.All |= ops
		case rooted(glob):
			under(&g.Roots, glob).Ops |= ops
		}
		return // no other absolute path matches
	}
	head, tail, named := glob[:i], glob[i+1:], first < 0 || first > i
	switch {
	case tail == "**" && head == "":
		g.All |= ops
	case tail == "**":
		if named {
			under(&g.Below, head).Ops |= ops
		} else {
			g.file(head, Place{Head: glob, Ops: ops})
		}
		g.add(head, ops) // ** may stand for nothing
	case head == "**":
		g.everywhere(tail, ops)
	case named:
		if first < 0 {
			under(&g.Literals, glob).Ops |= ops
		}
		set := under(&g.At, head)
		for i := range set.Places {
			if set.Places[i].Tail == tail {
				set.Places[i].Ops |= ops
				return
			}
		}
		set.Places = append(set.Places, last(tail, ops))
	default:
		g.file(head, Place{Head: head, Tail: tail, Ops: ops})
	}
}

// rooted reports whether a path begins with ~ or <name>.
func rooted(path string) bool { return path != "" && (path[0] == '~' || path[0] == '<') }

// file keeps a glob under the longest component of head without wildcards, which
// a directory that matches has too.
func (g *Globs) file(head string, p Place) {
	key := ""
	for i, part := range strings.Split(head, "/") {
		if len(part) > len(key) && !strings.ContainsAny(part, wildcards) && (i > 0 || !rooted(part)) {
			key = part
		}
	}
	set := under(&g.Other, key)
	set.Places = append(set.Places, p)
}

// everywhere keeps **/TAIL.
func (g *Globs) everywhere(tail string, ops Ops) {
	p := last(tail, ops)
	if p.Head == "" {
		under(&g.Exact, tail).Ops |= ops
		return
	}
	list, key := &g.Last, ""
	switch first, final := tail[:1], tail[len(tail)-1:]; {
	case !strings.Contains(wildcards, first):
		list, key = &g.First, first
	case strings.IndexByte(tail, '[') < 0 && strings.IndexByte(tail, '\\') < 0 && !strings.Contains(wildcards, final):
		key = final
	}
	set := under(list, key)
	set.Places = append(set.Places, p)
}

// last is a glob of a last component alone.
func last(tail string, ops Ops) Place {
	if strings.ContainsAny(tail, wildcards) {
		return Place{Head: "*", Tail: tail, Need: literalPart(tail), Ops: ops}
	}
	return Place{Tail: tail, Ops: ops}
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
