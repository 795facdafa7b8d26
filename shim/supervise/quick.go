//go:build linux && (amd64 || arm64)

package supervise

import (
	"bytes"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// quick holds what is needed to let an open for reading pass without any
// allocation: by far most of what a tree asks is of no interest to any rule.
type quick struct {
	asked [maxPath + 64]byte // path given to the kernel
	found [maxPath + 64]byte // path that it gave back
	named [maxPath + 64]byte // path that the caller means
	stat  unix.Stat_t
}

const (
	changing = unix.O_ACCMODE | unix.O_CREAT | unix.O_TRUNC | unix.O_PATH | (unix.O_TMPFILE &^ unix.O_DIRECTORY)
	quickMax = 512 // bytes of a path, with its NUL
)

// passes answers an open that surely concerns neither a rule nor a file that
// is known by identity. In any doubt done is false, and nothing is decided.
func (w *worker) passes(n *notification, q openRequest, addr uint64) (r reply, done bool) {
	if w.cfg.Strict || q.flags&changing != 0 || w.moved.Load() {
		return r, false
	}
	name := w.mem.short(addr)
	switch {
	case len(name) == 0:
		return r, false
	case name[0] == '/':
		return w.passesPath(name, q.flags)
	}
	dir := w.quick.readlink(w.quick.base(n.pid, q.dir))
	if len(dir) == 0 || dir[0] != '/' {
		return r, false
	}
	whole := append(w.quick.named[:0], dir...)
	if len(dir) > 1 {
		whole = append(whole, '/')
	}
	whole = append(append(whole, name...), 0)
	whole = whole[:len(whole)-1]
	if bytes.IndexByte(name, '/') < 0 && !dotted(name) {
		r, done = w.passesEntry(whole, q.flags)
	} else {
		r, done = w.passesPath(whole, q.flags)
	}
	if done && r.kind == replyFail {
		// The directory may lie below what was mounted later: ask there.
		at := append(append(append(w.quick.base(n.pid, q.dir), '/'), name...), 0)
		done = w.quick.look(at, 0) == r.errno
	}
	return r, done
}

// passesEntry is about a name in a directory without links in its path: where
// the name is no link either, that path is all there is to know. NUL follows it.
func (w *worker) passesEntry(path []byte, flags uint32) (r reply, done bool) {
	switch e := w.quick.look(path, unix.AT_SYMLINK_NOFOLLOW); {
	case e == unix.ENOENT:
		return fail(e), true
	case e != 0:
		return r, false
	case w.quick.stat.Mode&unix.S_IFMT == unix.S_IFLNK:
		return w.passesPath(path, flags)
	}
	return proceed(), w.dull(path)
}

// passesPath is about an absolute path: first in the hope that no link is in it,
// so that it is its own resolution. NUL follows it.
func (w *worker) passesPath(path []byte, flags uint32) (r reply, done bool) {
	fd, e := openResolve(path, unix.RESOLVE_NO_SYMLINKS)
	linked := e == unix.ELOOP && flags&unix.O_NOFOLLOW == 0
	if linked {
		fd, e = openResolve(path, unix.RESOLVE_NO_MAGICLINKS)
	}
	named := w.quick.tidy(path)
	switch {
	case !linked && (e == unix.ENOENT || e == unix.ENOTDIR) && !strings.HasPrefix(view(named), procPrefix):
		return fail(e), true
	case e != 0:
		return r, false
	}
	real := named
	if linked {
		real = w.quick.nameOf(w.fds, fd)
	}
	e = fstat(fd, &w.quick.stat)
	closeFD(fd)
	return proceed(), e == 0 && w.dull(real) && (!linked || w.uninteresting(named))
}

// procPrefix begins paths whose meaning may depend on who uses them.
const procPrefix = "/proc/"

// dull reports whether the file in quick.stat, which real leads to, is of no
// interest to anybody.
func (w *worker) dull(real []byte) bool {
	st := &w.quick.stat
	if len(real) < 2 || real[0] != '/' || st.Nlink == 0 || strings.HasPrefix(view(real), procPrefix) {
		return false
	}
	if _, known := w.protected.paths[inode{uint64(st.Dev), st.Ino}]; known {
		return false
	}
	return w.uninteresting(real)
}

// uninteresting asks the judge about a clean absolute path.
func (w *worker) uninteresting(name []byte) bool {
	i := bytes.LastIndexByte(name, '/')
	dir, base := view(name[:max(i, 1)]), view(name[i+1:])
	return !w.cfg.Judge.Interested(dir, base, OpRead)
}

// view is b as a string, for as long as b does not change.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// dotted reports whether a component is "." or "..".
func dotted(part []byte) bool {
	return len(part) == 1 && part[0] == '.' || len(part) == 2 && part[0] == '.' && part[1] == '.'
}

// tidy returns an absolute path without empty and dotted components: itself, if
// it has none, else in named, where it may lie already.
func (q *quick) tidy(path []byte) []byte {
	if !bytes.Contains(path, []byte("//")) && !bytes.Contains(path, []byte("/.")) && path[len(path)-1] != '/' {
		return path
	}
	out := q.named[:0]
	for part := range bytes.SplitSeq(path, []byte("/")) {
		switch {
		case len(part) == 0 || len(part) == 1 && part[0] == '.':
		case dotted(part):
			out = out[:max(bytes.LastIndexByte(out, '/'), 0)]
		default:
			out = append(append(out, '/'), part...)
		}
	}
	if len(out) == 0 {
		return append(out, '/')
	}
	return out
}

// base names the directory that the thread's relative paths start from, dir or
// its working directory. NUL follows it.
func (q *quick) base(tid uint32, dir int32) []byte {
	at := append(q.asked[:0], "/proc/"...)
	at = strconv.AppendUint(at, uint64(tid), 10)
	if dir == unix.AT_FDCWD {
		at = append(at, "/cwd\x00"...)
	} else {
		at = append(at, "/fd/"...)
		at = append(strconv.AppendInt(at, int64(dir), 10), 0)
	}
	return at[:len(at)-1]
}

// look fills stat in for what is at path, which NUL follows.
func (q *quick) look(path []byte, flags int) unix.Errno {
	_, _, e := unix.RawSyscall6(unix.SYS_NEWFSTATAT, ^uintptr(99), uintptr(unsafe.Pointer(unsafe.SliceData(path))), uintptr(unsafe.Pointer(&q.stat)), uintptr(flags), 0, 0)
	return e
}

// readlink returns what the link at path, which NUL follows, says; nothing if
// that cannot be known whole, or leaves no room for a name.
func (q *quick) readlink(path []byte) []byte { return q.readlinkAt(unix.AT_FDCWD, path) }

// nameOf returns where the descriptor fd leads; dir is the directory of all.
func (q *quick) nameOf(dir, fd int) []byte {
	at := append(strconv.AppendInt(q.asked[:0], int64(fd), 10), 0)
	return q.readlinkAt(dir, at)
}

func (q *quick) readlinkAt(dir int, path []byte) []byte {
	const room = len(q.found) - quickMax - 2
	n, _, e := unix.RawSyscall6(unix.SYS_READLINKAT, uintptr(dir), uintptr(unsafe.Pointer(unsafe.SliceData(path))),
		uintptr(unsafe.Pointer(&q.found)), uintptr(room), 0, 0)
	if e != 0 || int(n) == room || bytes.HasSuffix(q.found[:n], []byte(" (deleted)")) {
		return nil
	}
	return q.found[:n]
}

// openResolve opens what is at path, which NUL follows, as a path only.
func openResolve(path []byte, resolve uint64) (int, unix.Errno) {
	how := unix.OpenHow{Flags: pathOnly, Resolve: resolve}
	fd, _, e := unix.RawSyscall6(unix.SYS_OPENAT2, ^uintptr(99), uintptr(unsafe.Pointer(unsafe.SliceData(path))), uintptr(unsafe.Pointer(&how)), unsafe.Sizeof(how), 0, 0)
	return int(fd), e
}
