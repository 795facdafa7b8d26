package repo

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// treeEntry is one name in a tree object.
type treeEntry struct {
	name string
	mode uint32
	hash oid
}

// emptyTree is the tree without entries, which need not be stored.
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

// tree reads one tree object; the zero name is the empty tree, too.
func (s *store) tree(o oid) ([]treeEntry, error) {
	if o == (oid{}) || o.String() == emptyTree {
		return nil, nil
	}
	k, data, err := s.object(o)
	if err != nil {
		return nil, fmt.Errorf("read tree %s: %w", o, err)
	}
	entries, ok := parseTree(data)
	if k != kindTree || !ok {
		return nil, fmt.Errorf("%w: tree %s", ErrFormat, o)
	}
	return entries, nil
}

// parseTree decodes a tree object's content.
func parseTree(data []byte) ([]treeEntry, bool) {
	var entries []treeEntry
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, ok2 := strings.Cut(string(head), " ")
		bits, err := strconv.ParseUint(mode, 8, 32)
		if !ok || !ok2 || err != nil || name == "" || len(rest) < 20 {
			return nil, false
		}
		entries = append(entries, treeEntry{name, uint32(bits), oid(rest[:20])})
		data = rest[20:]
	}
	return entries, true
}

// headTree returns the tree of HEAD's commit, zero if there is no commit yet.
func (r *Repo) headTree() (oid, error) {
	h, err := r.head()
	if err != nil || h.commit == (oid{}) {
		return oid{}, err
	}
	c, err := r.store.commit(h.commit)
	return c.tree, err
}

// staged calls found for each path at or below the prefix at that the index
// and HEAD do not agree on. The prefix is "", a directory or a file.
func (r *Repo) staged(x *index, at string, found func(name string)) error {
	tree, err := r.headTree()
	if err != nil {
		return err
	}
	dir := ""
	if at != "" {
		for part := range strings.SplitSeq(at, "/") {
			if r.sameTree(x, dir, tree) {
				return nil
			}
			entries, err := r.store.tree(tree)
			if err != nil {
				return err
			}
			i := find(entries, part)
			if name := dir + part; name == at {
				stagedFile(x, name, entries, i, found)
			}
			if tree = (oid{}); i >= 0 && entries[i].mode&modeType == modeTree {
				tree = entries[i].hash
			}
			dir += part + "/"
		}
	}
	return r.stagedBelow(x, dir, tree, x.below(dir), 0, found)
}

// find returns the position of name in a tree, or -1.
func find(entries []treeEntry, name string) int {
	for i := range entries {
		if entries[i].name == name {
			return i
		}
	}
	return -1
}

// sameTree reports whether the index holds exactly the given tree at dir.
func (r *Repo) sameTree(x *index, dir string, tree oid) bool {
	cached, ok := x.trees[dir]
	return ok && cached == tree
}

// stagedFile compares one path's index entry with a tree's i-th entry.
func stagedFile(x *index, name string, entries []treeEntry, i int, found func(string)) {
	var was *treeEntry
	if i >= 0 && entries[i].mode&modeType != modeTree {
		was = &entries[i]
	}
	if !sameEntry(was, x.at(name)) {
		found(name)
	}
}

// sameEntry reports whether a tree and the index say the same about a path,
// which the tree may lack.
func sameEntry(was *treeEntry, now []entry) bool {
	if len(now) == 1 && now[0].intent {
		now = nil
	}
	if was == nil || len(now) == 0 {
		return was == nil && len(now) == 0
	}
	e := &now[0]
	return e.stage == 0 && was.hash == e.hash && canonical(was.mode) == canonical(e.mode)
}

// canonical reduces a mode to what git tells apart.
func canonical(mode uint32) uint32 {
	if mode&modeType != modeFile {
		return mode & modeType
	}
	if mode&0100 != 0 {
		return modeFile | 0755
	}
	return modeFile | 0644
}

// stagedBelow compares the index entries of a directory, "" or ending in a
// slash, with a tree.
func (r *Repo) stagedBelow(x *index, dir string, tree oid, now []entry, depth int, found func(string)) error {
	if r.sameTree(x, dir, tree) {
		return nil
	}
	if depth > 1024 {
		return fmt.Errorf("%w: trees nest too deeply", ErrFormat)
	}
	was, err := r.store.tree(tree)
	if err != nil {
		return err
	}
	trees := make(map[string]oid)
	files := make(map[string]*treeEntry, len(was))
	for i := range was {
		if err := r.budget.step(1); err != nil {
			return err
		}
		if was[i].mode&modeType == modeTree {
			trees[was[i].name] = was[i].hash
		} else {
			files[was[i].name] = &was[i]
		}
	}
	for len(now) > 0 {
		if err := r.budget.step(1); err != nil {
			return err
		}
		name := now[0].name[len(dir):]
		if sub, _, ok := strings.Cut(name, "/"); ok {
			inside := x.below(dir + sub + "/")
			if err := r.stagedBelow(x, dir+sub+"/", trees[sub], inside, depth+1, found); err != nil {
				return err
			}
			delete(trees, sub)
			now = now[len(inside):]
			continue
		}
		sides := x.at(now[0].name)
		if !sameEntry(files[name], sides) {
			found(now[0].name)
		}
		delete(files, name)
		now = now[len(sides):]
	}
	for i := range was { // what is left in the maps is gone from the index
		name := was[i].name
		if files[name] != nil {
			found(dir + name)
		}
		if o, ok := trees[name]; ok {
			if err := r.stagedBelow(x, dir+name+"/", o, nil, depth+1, found); err != nil {
				return err
			}
		}
	}
	return nil
}
