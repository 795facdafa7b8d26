//go:build linux && (amd64 || arm64)

package supervise

import (
	"bytes"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// quick holds what is needed to let an open for reading pass without any
// allocation: by far most of what a tree asks is of no interest to any rule.
type quick struct {
	asked [maxPath + 64]byte // path given to the kernel
	found [maxPath + 64]byte // path that it gave back
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
	if len(name) == 0 {
		return r, false
	}
	switch {
	case name[0] == '/':
		return w.passesAbsolute(name, q.flags)
	case bytes.IndexByte(name, '/') >= 0:
		return r, false
	}
	return w.passesEntry(n, q.dir, name)
}

// passesEntry is about a name in a directory that the caller has open or works
// in. Where the name is no link, that directory's path and the name are all
// there is to know.
func (w *worker) passesEntry(n *notification, dir int32, name []byte) (r reply, done bool) {
	if dotted(name) {
		return r, false
	}
	at := append(w.quick.asked[:0], "/proc/"...)
	at = strconv.AppendUint(at, uint64(n.pid), 10)
	switch {
	case dir == unix.AT_FDCWD:
		at = append(at, "/cwd"...)
	case dir >= 0:
		at = append(at, "/fd/"...)
		at = strconv.AppendInt(at, int64(dir), 10)
	default:
		return r, false
	}
	base := len(at)
	at = append(append(append(at, '/'), name...), 0)
	if !w.quick.look(at) {
		return r, false
	}
	at[base] = 0
	got := w.quick.readlink(at)
	if got == 0 || got+1+len(name) > len(w.quick.found) {
		return r, false
	}
	real := w.quick.found[:got]
	if got > 1 {
		real = append(real, '/')
	}
	return proceed(), w.dull(append(real, name...))
}

// passesAbsolute is about an absolute path: first in the hope that no link is
// in it, so that it is its own resolution.
func (w *worker) passesAbsolute(name []byte, flags uint32) (r reply, done bool) {
	if !clean(name) || bytes.HasPrefix(name, []byte("/proc/")) || bytes.HasPrefix(name, []byte("/dev/")) {
		return r, false
	}
	at := append(append(w.quick.asked[:0], name...), 0)
	fd, e := openResolve(at, unix.RESOLVE_NO_SYMLINKS)
	real, linked := name, e == unix.ELOOP && flags&unix.O_NOFOLLOW == 0
	switch {
	case e == unix.ENOENT:
		return fail(e), true
	case linked:
		if fd, e = openResolve(at, unix.RESOLVE_NO_MAGICLINKS); e == 0 {
			at = append(w.quick.asked[:0], "/proc/self/fd/"...)
			real = w.quick.found[:w.quick.readlink(append(strconv.AppendInt(at, int64(fd), 10), 0))]
		}
	}
	if e != 0 {
		return r, false
	}
	e = fstat(fd, &w.quick.stat)
	closeFD(fd)
	return proceed(), e == 0 && w.dull(real) && (!linked || w.uninteresting(name))
}

// dull reports whether the file in quick.stat, which real leads to, is of no
// interest to anybody.
func (w *worker) dull(real []byte) bool {
	st := &w.quick.stat
	if len(real) < 2 || real[0] != '/' || st.Nlink == 0 || bytes.HasPrefix(real, []byte("/proc/")) {
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

// clean reports whether an absolute path has no empty or dotted component.
func clean(name []byte) bool {
	for rest := name[1:]; ; {
		i := bytes.IndexByte(rest, '/')
		part := rest
		if i >= 0 {
			part = rest[:i]
		}
		if len(part) == 0 || dotted(part) {
			return false
		}
		if i < 0 {
			return true
		}
		rest = rest[i+1:]
	}
}

// look fills stat in for what at names, which ends in NUL; false where there is
// nothing, or a link.
func (q *quick) look(at []byte) bool {
	_, _, e := unix.RawSyscall6(unix.SYS_NEWFSTATAT, ^uintptr(99), uintptr(unsafe.Pointer(&at[0])), uintptr(unsafe.Pointer(&q.stat)), unix.AT_SYMLINK_NOFOLLOW, 0, 0)
	return e == 0 && q.stat.Mode&unix.S_IFMT != unix.S_IFLNK
}

// readlink puts what the link at says into found, and returns its length; 0 if
// it cannot be known whole.
func (q *quick) readlink(at []byte) int {
	n, _, e := unix.RawSyscall6(unix.SYS_READLINKAT, ^uintptr(99), uintptr(unsafe.Pointer(&at[0])),
		uintptr(unsafe.Pointer(&q.found)), uintptr(len(q.found)), 0, 0)
	if e != 0 || int(n) == len(q.found) || bytes.HasSuffix(q.found[:n], []byte(" (deleted)")) {
		return 0
	}
	return int(n)
}

// openResolve opens what at names, which ends in NUL, as a path only.
func openResolve(at []byte, resolve uint64) (int, unix.Errno) {
	how := unix.OpenHow{Flags: pathOnly, Resolve: resolve}
	fd, _, e := unix.RawSyscall6(unix.SYS_OPENAT2, ^uintptr(99), uintptr(unsafe.Pointer(&at[0])), uintptr(unsafe.Pointer(&how)), unsafe.Sizeof(how), 0, 0)
	return int(fd), e
}
