package repo

import (
	"crypto/fips140"
	"crypto/sha1"
	"fmt"
	"hash"
	"path/filepath"
	"sort"
	"strings"
)

// entry is one path in the index.
type entry struct {
	name         string // relative to the work tree's top, with slashes
	hash         oid
	mode         uint32 // as in trees: 0100644, 0100755, 0120000, 0160000
	size         uint32 // modulo 2^32
	mtime, ctime stamp
	stage        uint8 // not 0: one side of a conflict
	intent       bool  // added with git add -N: no content is recorded
}

const (
	modeType = 0170000
	modeFile = 0100000
	modeLink = 0120000
	modeRepo = 0160000 // a submodule
	modeTree = 0040000
	modeExec = 0000111
)

// stamp is a time as the index keeps it: seconds modulo 2^32, nanoseconds.
type stamp struct{ sec, nsec uint32 }

// before reports whether s is earlier than t.
func (s stamp) before(t stamp) bool {
	return s.sec < t.sec || s.sec == t.sec && s.nsec < t.nsec
}

// index is the decoded file index.
type index struct {
	written stamp   // the file's own modification time
	entries []entry // in order of name, then stage
	trees   map[string]oid
}

// maxIndex bounds the file index, in bytes.
const maxIndex = 64 << 20

// newSHA1 returns a SHA-1 hash, or an error where the process may not use it.
func newSHA1() (hash.Hash, error) {
	if fips140.Enforced() {
		return nil, fmt.Errorf("%w: SHA-1 is not allowed in this process", ErrFormat)
	}
	return sha1.New(), nil
}

// readIndex reads this work tree's index. Without the file there are no entries.
func (r *Repo) readIndex() (*index, error) {
	if r.confErr != nil {
		return nil, r.confErr
	}
	if err := r.budget.check(); err != nil {
		return nil, err
	}
	f, err := openRegular(filepath.Join(r.dir, "index"), true)
	if err != nil {
		if notExist(err) {
			return &index{}, nil
		}
		return nil, fmt.Errorf("read index: %w", err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	data, err := readOpen(f, maxIndex)
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	idx, err := parseIndex(data)
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	idx.written = stampOf(fi.ModTime())
	return idx, nil
}

// below returns the range of entries whose names begin with dir, which is ""
// or ends in a slash.
func (x *index) below(dir string) []entry {
	lo := sort.Search(len(x.entries), func(i int) bool { return x.entries[i].name >= dir })
	rest := x.entries[lo:]
	n := sort.Search(len(rest), func(i int) bool { return !strings.HasPrefix(rest[i].name, dir) })
	return rest[:n]
}

// span returns the range of positions of exactly one path: none, one, or a
// conflict's sides.
func (x *index) span(name string) (lo, hi int) {
	lo = sort.Search(len(x.entries), func(i int) bool { return x.entries[i].name >= name })
	hi = lo
	for hi < len(x.entries) && x.entries[hi].name == name {
		hi++
	}
	return lo, hi
}

// at returns the entries of exactly one path.
func (x *index) at(name string) []entry {
	lo, hi := x.span(name)
	return x.entries[lo:hi]
}
