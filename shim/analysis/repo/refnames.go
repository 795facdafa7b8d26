package repo

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// readPackedRefs reads the file packed-refs; it is empty if there is none.
func (r *Repo) readPackedRefs() (map[string]oid, error) {
	data, err := readBounded(filepath.Join(r.common, "packed-refs"), maxPackedRefs)
	if err != nil {
		if notExist(err) {
			return nil, nil
		}
		return nil, err
	}
	refs := make(map[string]oid, bytes.Count(data, []byte("\n")))
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' || line[0] == '^' {
			continue
		}
		hash, name, ok := strings.Cut(line, " ")
		o, isHash := parseOID(hash)
		if !ok || !isHash {
			return nil, fmt.Errorf("%w: packed-refs", ErrFormat)
		}
		refs[name] = o
		if err := r.budget.step(4); err != nil {
			return nil, err
		}
	}
	return refs, nil
}

// refsBelow returns the objects of all references below a prefix such as
// "refs/heads/". Symbolic references are left out: what they point to is
// listed itself, or does not lie below the prefix.
func (r *Repo) refsBelow(prefix string) (map[string]oid, error) {
	packed, err := r.packed()
	if err != nil {
		return nil, err
	}
	refs := map[string]oid{}
	for name, o := range packed {
		if strings.HasPrefix(name, prefix) {
			refs[name] = o
		}
	}
	return refs, r.looseBelow(strings.TrimSuffix(prefix, "/"), refs, 0)
}

// looseBelow adds the loose references below a directory to refs.
func (r *Repo) looseBelow(dir string, refs map[string]oid, depth int) error {
	if depth > 64 {
		return fmt.Errorf("%w: references nest too deeply", ErrFormat)
	}
	entries, err := r.readDir(filepath.Join(r.common, dir))
	if err != nil {
		if notExist(err) {
			return nil
		}
		return err
	}
	for _, e := range entries {
		name := dir + "/" + e.Name()
		if e.IsDir() {
			if err := r.looseBelow(name, refs, depth+1); err != nil {
				return err
			}
			continue
		}
		if !validRef(name) {
			continue
		}
		target, o, err := r.readRef(name)
		switch {
		case errors.Is(err, errNoRef):
		case err != nil:
			return err
		case target != "":
			delete(refs, name)
		default:
			refs[name] = o
		}
	}
	return nil
}
