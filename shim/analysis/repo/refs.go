package repo

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// oid is the SHA-1 name of an object.
type oid [20]byte

func (o oid) String() string { return hex.EncodeToString(o[:]) }

// parseOID reads 40 hexadecimal digits.
func parseOID(s string) (o oid, ok bool) {
	if len(s) != 2*len(o) {
		return oid{}, false
	}
	_, err := hex.Decode(o[:], []byte(s))
	return o, err == nil
}

// errNoRef means that a reference does not exist.
var errNoRef = errors.New("no such reference")

// maxPackedRefs bounds the file packed-refs, in bytes.
const maxPackedRefs = 16 << 20

// resolve follows a reference to an object. It returns errNoRef if there is none.
func (r *Repo) resolve(name string) (oid, error) {
	for range 6 {
		target, o, err := r.readRef(name)
		if err != nil || target == "" {
			return o, err
		}
		name = target
	}
	return oid{}, fmt.Errorf("%w: symbolic references nest too deeply", ErrFormat)
}

// readRef reads one reference: the name that a symbolic one points to, or the
// object. Loose references hide packed ones.
func (r *Repo) readRef(name string) (target string, o oid, err error) {
	if err := r.budget.check(); err != nil {
		return "", oid{}, err
	}
	if name != "HEAD" && !validRef(name) {
		return "", oid{}, errNoRef
	}
	dir := r.common
	if name == "HEAD" || isPerTree(name) {
		dir = r.dir
	}
	file := filepath.Join(dir, name)
	if fi, err := os.Lstat(file); err == nil && fi.Mode()&os.ModeSymlink != 0 {
		return "", oid{}, fmt.Errorf("%w: %s is a symbolic link", ErrFormat, name)
	} else if err == nil && !fi.IsDir() {
		text, err := readBounded(file, 1<<16)
		if err != nil {
			return "", oid{}, err
		}
		return parseRef(name, string(text))
	} else if err != nil && !notExist(err) {
		return "", oid{}, err
	}
	packed, err := r.packed()
	if err != nil {
		return "", oid{}, err
	}
	if o, ok := packed[name]; ok {
		return "", o, nil
	}
	return "", oid{}, errNoRef
}

// isPerTree reports whether each work tree has its own reference of that name.
func isPerTree(name string) bool {
	return strings.HasPrefix(name, "refs/bisect/") || strings.HasPrefix(name, "refs/worktree/") ||
		strings.HasPrefix(name, "refs/rewritten/")
}

// parseRef reads the text of a loose reference.
func parseRef(name, text string) (target string, o oid, err error) {
	if to, ok := strings.CutPrefix(text, "ref:"); ok {
		to = strings.TrimSpace(to)
		if !validRef(to) {
			return "", oid{}, fmt.Errorf("%w: reference %s", ErrFormat, name)
		}
		return to, oid{}, nil
	}
	hash, _, _ := strings.Cut(strings.TrimRight(text, " \t\r\n"), " ")
	o, ok := parseOID(hash)
	if !ok {
		return "", oid{}, fmt.Errorf("%w: reference %s", ErrFormat, name)
	}
	return "", o, nil
}

// validRef reports whether name may be looked up: it lies below refs/ and has
// no part that means something to the file system.
func validRef(name string) bool {
	if !strings.HasPrefix(name, "refs/") || len(name) > 1024 || strings.ContainsAny(name, "\x00\n\x7f\\~^:?*[ ") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") || strings.Contains(part, "..") {
			return false
		}
	}
	return true
}
