package repo

import (
	"bufio"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
)

// kind is the type of an object, numbered as in pack files.
type kind uint8

const (
	kindCommit kind = 1
	kindTree   kind = 2
	kindBlob   kind = 3
	kindTag    kind = 4
	kindOffset kind = 6 // a delta against an earlier object of the pack
	kindRef    kind = 7 // a delta against a named object
)

// maxObject bounds one commit or tree, in bytes.
const maxObject = 16 << 20

// errNoObject means that the store does not hold an object.
var errNoObject = errors.New("no such object")

// store reads commits and trees from the loose objects and packs of a
// repository and its alternates.
type store struct {
	budget *budget
	dirs   []string
	packs  func() ([]*pack, error)
}

func newStore(common string, b *budget) *store {
	s := &store{budget: b, dirs: objectDirs(filepath.Join(common, "objects"), nil, 0)}
	s.packs = once(s.openPacks)
	return s
}

// objectDirs adds an objects directory and its alternates to dirs.
func objectDirs(dir string, dirs []string, depth int) []string {
	dirs = append(dirs, dir)
	text, err := readBounded(filepath.Join(dir, "info/alternates"), 1<<16)
	if err != nil || depth >= 5 {
		return dirs
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' || len(dirs) > 32 {
			continue
		}
		if !filepath.IsAbs(line) {
			line = filepath.Join(dir, line)
		}
		dirs = objectDirs(line, dirs, depth+1)
	}
	return dirs
}

// object returns the type and content of an object, or errNoObject.
func (s *store) object(o oid) (kind, []byte, error) {
	return s.objectAt(o, 0)
}

// objectAt is object, depth deltas down.
func (s *store) objectAt(o oid, depth int) (kind, []byte, error) {
	if err := s.budget.check(); err != nil {
		return 0, nil, err
	}
	packs, err := s.packs()
	if err != nil {
		return 0, nil, err
	}
	for _, p := range packs {
		offset, err := p.find(o)
		if errors.Is(err, errNoObject) {
			continue
		}
		if err != nil {
			return 0, nil, err
		}
		return p.read(s, offset, depth)
	}
	name := o.String()
	for _, dir := range s.dirs {
		k, data, err := readLoose(filepath.Join(dir, name[:2], name[2:]))
		if err == nil || !notExist(err) {
			return k, data, err
		}
	}
	return 0, nil, errNoObject
}

// readLoose reads one loose object.
func readLoose(name string) (kind, []byte, error) {
	f, err := openRegular(name, true)
	if err != nil {
		return 0, nil, err
	}
	defer f.Close()
	z, err := zlib.NewReader(bufio.NewReader(f))
	if err != nil {
		return 0, nil, fmt.Errorf("%w: object %s: %w", ErrFormat, name, err)
	}
	r := bufio.NewReader(z)
	header := make([]byte, 0, 32)
	for {
		c, err := r.ReadByte()
		if err != nil || len(header) == cap(header) {
			return 0, nil, fmt.Errorf("%w: object %s", ErrFormat, name)
		}
		if c == 0 {
			break
		}
		header = append(header, c)
	}
	word, digits, _ := strings.Cut(string(header), " ")
	size, err := strconv.ParseInt(digits, 10, 64)
	k := kindOf(word)
	if err != nil || size < 0 || k == 0 {
		return 0, nil, fmt.Errorf("%w: object %s", ErrFormat, name)
	}
	data, err := readExactly(r, size)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: object %s: %w", ErrFormat, name, err)
	}
	return k, data, nil
}

// readExactly reads size bytes, and the end after them. It does not trust size
// before it has seen the bytes.
func readExactly(r io.Reader, size int64) ([]byte, error) {
	if size > maxObject {
		return nil, errors.New("object too large")
	}
	data, err := io.ReadAll(io.LimitReader(r, size+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) != size {
		return nil, errors.New("object size differs")
	}
	return data, nil
}

func kindOf(word string) kind {
	switch word {
	case "commit":
		return kindCommit
	case "tree":
		return kindTree
	case "blob":
		return kindBlob
	case "tag":
		return kindTag
	}
	return 0
}
