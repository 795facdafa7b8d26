//go:build linux && (amd64 || arm64)

package supervise

import (
	"bytes"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// quick holds what is needed to find two files without any allocation: by far
// most of what a tree asks is of no interest to any rule.
type quick struct {
	asked [maxPath + 64]byte    // path given to the kernel
	named [2][maxPath + 64]byte // path that the caller means
	found [2][maxPath + 64]byte // path that the kernel gave back
	files [2]file
}

const (
	quickMax   = 512      // bytes of a path, with its NUL
	procPrefix = "/proc/" // of paths whose meaning may depend on who uses them
)

// passesOpen answers an open that surely concerns neither a rule nor a file that
// is known by identity. In any doubt done is false, and nothing is decided.
func (w *worker) passesOpen(n *notification, q openRequest, addr uint64) (r reply, done bool) {
	const rare = unix.O_PATH | unix.O_TMPFILE&^unix.O_DIRECTORY
	if w.cfg.Strict || q.flags&rare != 0 {
		return r, false
	}
	how := q.lookup()
	f, e, ok := w.glance(n, 0, q.dir, addr, how)
	switch {
	case !ok || e == 0 && f.link():
		return r, false
	case e != 0:
		return fail(e), true
	case f.exists && q.exclusive():
		return fail(unix.EEXIST), true
	}
	first, second := w.openOps(f.exists, q.flags)
	return proceed(), w.dull(f, first) && (second == OpNone || w.dull(f, second))
}

// passesOne is the same for op on one file.
func (w *worker) passesOne(n *notification, op Op, dir int32, addr uint64, how lookup) (r reply, done bool) {
	f, e, ok := w.glance(n, 0, dir, addr, how)
	switch {
	case !ok:
		return r, false
	case e != 0:
		return fail(e), true
	case f.exists && how.create:
		return fail(unix.EEXIST), true
	case !w.dull(f, op):
		return r, false
	}
	w.note(op, f.real, "")
	return proceed(), true
}

// passesTwo is the same for op on two files, a rename or link.
func (w *worker) passesTwo(n *notification, c *call, how lookup) (r reply, done bool) {
	from, e, ok := w.glance(n, 0, c.dirOf(n), c.path.of(n), how)
	if !ok {
		return r, false
	}
	if e != 0 {
		return fail(e), true
	}
	to, e, ok := w.glance(n, 1, c.dir2Of(n), c.path2.of(n), lookup{nofollow: true, create: true})
	switch {
	case !ok:
		return r, false
	case e != 0:
		return fail(e), true
	case c.op == OpLink && to.exists:
		return fail(unix.EEXIST), true
	}
	if !w.dull(from, c.op) || !w.dull(to, c.op) || w.protected.forbids(to, c.op.fresh()) {
		return r, false
	}
	w.note(c.op, from.real, to.real)
	return proceed(), true
}

// dull reports whether op on f is of no interest to anybody.
func (w *worker) dull(f *file, op Op) bool {
	return !w.protected.forbids(f, op) && !w.interesting(f, op)
}

// glance finds what find would, with the paths in buffers that live until it is
// called for the same slot again, and nothing open. It is not ok where that needs
// a closer look.
func (w *worker) glance(n *notification, slot int, dir int32, addr uint64, how lookup) (f *file, e unix.Errno, ok bool) {
	if w.moved.Load() {
		return nil, 0, false
	}
	q := &w.quick
	f = &q.files[slot]
	f.fd, f.dir = -1, -1
	path, entry := w.spell(n, slot, dir, addr)
	if len(path) == 0 {
		return nil, 0, false
	}
	// First in the hope that no link is in the path, so that it is its own
	// resolution.
	if entry {
		e = look(path, unix.AT_SYMLINK_NOFOLLOW, &f.stat)
	} else {
		e = examine(path, unix.O_NOFOLLOW, unix.RESOLVE_NO_SYMLINKS, &f.stat, nil)
	}
	f.exists = e == 0
	linked := e == unix.ELOOP || f.link() && !how.nofollow
	var real []byte
	if linked {
		flags := uint64(0)
		if how.nofollow {
			flags = unix.O_NOFOLLOW
		}
		e = examine(path, flags, unix.RESOLVE_NO_MAGICLINKS, &f.stat, func(fd int) { real = w.nameOf(slot, fd) })
		if f.exists = e == 0; !f.exists {
			return nil, 0, false
		}
	}
	absent := e == unix.ENOENT || e == unix.ENOTDIR
	if e != 0 && !absent || absent && !w.absentThere(n, dir, addr, e) {
		return nil, 0, false
	}
	if e == unix.ENOENT && how.create && (entry || hasParent(path)) {
		e = 0
	}
	path = tidy(path)
	if !linked {
		real = path
	}
	f.named, f.real = view(path), view(real)
	ok = len(real) > 1 && real[0] == '/' && !(f.exists && f.stat.Nlink == 0) && !strings.HasPrefix(f.real, procPrefix)
	return f, e, ok
}

// spell puts the absolute path that the caller means into named. NUL follows it.
// entry says that it is a name in a directory whose own path has no links.
func (w *worker) spell(n *notification, slot int, dir int32, addr uint64) (path []byte, entry bool) {
	name := w.mem.short(addr)
	path = w.quick.named[slot][:0]
	if len(name) == 0 {
		return nil, false
	}
	if name[0] != '/' {
		at := readlink(unix.AT_FDCWD, w.quick.base(n.pid, dir), path[:cap(path)-quickMax-2])
		if len(at) == 0 || at[0] != '/' {
			return nil, false
		}
		if path = at; len(path) > 1 {
			path = append(path, '/')
		}
		entry = bytes.IndexByte(name, '/') < 0 && !dotted(name)
	}
	path = append(append(path, name...), 0)
	return path[:len(path)-1], entry
}

// absentThere makes sure that nothing is there for the caller either: the
// directory of a relative name may lie below what was mounted over it.
func (w *worker) absentThere(n *notification, dir int32, addr uint64, e unix.Errno) bool {
	name := w.mem.short(addr)
	if len(name) == 0 || name[0] == '/' {
		return len(name) > 0
	}
	at := append(append(append(w.quick.base(n.pid, dir), '/'), name...), 0)
	var st unix.Stat_t
	return look(at, unix.AT_SYMLINK_NOFOLLOW, &st) == e
}

// hasParent reports whether the directory of an absolute path without links is
// there. NUL follows the path.
func hasParent(path []byte) bool {
	i := bytes.LastIndexByte(bytes.TrimRight(path, "/"), '/')
	if i <= 0 {
		return i == 0
	}
	defer func(c byte) { path[i] = c }(path[i])
	path[i] = 0
	var st unix.Stat_t
	return look(path[:i], 0, &st) == 0
}

// base names the directory that the thread's relative paths start from, dir or
// its working directory. NUL follows it.
func (q *quick) base(tid uint32, dir int32) []byte {
	at := append(q.asked[:0], procPrefix...)
	at = strconv.AppendUint(at, uint64(tid), 10)
	if dir == unix.AT_FDCWD {
		at = append(at, "/cwd\x00"...)
	} else {
		at = append(at, "/fd/"...)
		at = append(strconv.AppendInt(at, int64(dir), 10), 0)
	}
	return at[:len(at)-1]
}

// nameOf returns where a descriptor of ours leads.
func (w *worker) nameOf(slot, fd int) []byte {
	at := append(strconv.AppendInt(w.quick.asked[:0], int64(fd), 10), 0)
	return readlink(w.fds, at, w.quick.found[slot][:])
}

// view is b as a string, for as long as b does not change.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// dotted reports whether a component is "." or "..".
func dotted(part []byte) bool {
	return len(part) == 1 && part[0] == '.' || len(part) == 2 && part[0] == '.' && part[1] == '.'
}

// tidy takes empty and dotted components out of an absolute path, in its place.
func tidy(path []byte) []byte {
	if !bytes.Contains(path, []byte("//")) && !bytes.Contains(path, []byte("/.")) && path[len(path)-1] != '/' {
		return path
	}
	out := path[:0]
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
		out = append(out, '/')
	}
	return out
}

// The paths below end before a NUL.

// look fills st in for what is at path.
func look(path []byte, flags int, st *unix.Stat_t) unix.Errno {
	_, _, e := unix.RawSyscall6(unix.SYS_NEWFSTATAT, ^uintptr(99), uintptr(unsafe.Pointer(unsafe.SliceData(path))), uintptr(unsafe.Pointer(st)), uintptr(flags), 0, 0)
	return e
}

// examine fills st in for what is at path, and shows it to see, open as a path
// only.
func examine(path []byte, flags, resolve uint64, st *unix.Stat_t, see func(fd int)) unix.Errno {
	how := unix.OpenHow{Flags: pathOnly | flags, Resolve: resolve}
	fd, _, e := unix.RawSyscall6(unix.SYS_OPENAT2, ^uintptr(99), uintptr(unsafe.Pointer(unsafe.SliceData(path))), uintptr(unsafe.Pointer(&how)), unsafe.Sizeof(how), 0, 0)
	if e != 0 {
		return e
	}
	if e = fstat(int(fd), st); e == 0 && see != nil {
		see(int(fd))
	}
	closeFD(int(fd))
	return e
}

// readlink returns what the link at path says, in buf; nothing if that cannot be
// known whole.
func readlink(dir int, path, buf []byte) []byte {
	n, _, e := unix.RawSyscall6(unix.SYS_READLINKAT, uintptr(dir), uintptr(unsafe.Pointer(unsafe.SliceData(path))),
		uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf)), 0, 0)
	if e != 0 || int(n) == len(buf) || bytes.HasSuffix(buf[:n], []byte(" (deleted)")) {
		return nil
	}
	return buf[:n]
}
