//go:build linux && (amd64 || arm64)

package supervise

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// openRequest is an open as the caller asked for it.
type openRequest struct {
	dir   int32
	name  string
	flags uint32
	mode  uint32
}

// exclusive reports whether the file must not exist.
func (q openRequest) exclusive() bool {
	return q.flags&(unix.O_CREAT|unix.O_EXCL) == unix.O_CREAT|unix.O_EXCL
}

func (q openRequest) lookup() lookup {
	return lookup{create: q.flags&unix.O_CREAT != 0, nofollow: q.exclusive() || q.flags&unix.O_NOFOLLOW != 0}
}

func (c *call) dirOf(n *notification) int32 {
	if c.dir == 0 {
		return unix.AT_FDCWD
	}
	return int32(c.dir.of(n))
}

func (c *call) dir2Of(n *notification) int32 {
	if c.dir2 == 0 {
		return unix.AT_FDCWD
	}
	return int32(c.dir2.of(n))
}

func (w *worker) openCall(n *notification, c *call) reply {
	q := openRequest{dir: c.dirOf(n), flags: unix.O_CREAT | unix.O_WRONLY | unix.O_TRUNC}
	if c.flags != 0 { // else it is creat
		q.flags = uint32(c.flags.of(n))
	}
	q.mode = uint32(c.extra.of(n))
	if r, done := w.typed(n, q, c.path.of(n)); done {
		return r
	}
	if r, done := w.passesOpen(n, q, c.path.of(n)); done {
		return r
	}
	var e unix.Errno
	if q.name, e = w.mem.path(c.path.of(n)); e != 0 {
		return fail(e)
	}
	return w.open1(n, q)
}

// openHow answers openat2, whose flags lie in memory. Under strict supervision,
// and for a root of its own, it is absent: every program that uses it knows
// kernels without.
func (w *worker) openHow(n *notification, c *call) reply {
	how, e := w.mem.bytes(c.flags.of(n), 24)
	if e != 0 {
		return fail(e)
	}
	flags := binary.LittleEndian.Uint64(how)
	if w.cfg.Strict || binary.LittleEndian.Uint64(how[16:])&unix.RESOLVE_IN_ROOT != 0 {
		return fail(unix.ENOSYS)
	}
	if flags&unix.O_PATH != 0 || w.cfg.Level < LevelFull && flags&writing == 0 {
		return proceed()
	}
	q := openRequest{dir: c.dirOf(n), flags: uint32(flags), mode: uint32(binary.LittleEndian.Uint64(how[8:]))}
	if q.name, e = w.mem.path(c.path.of(n)); e != 0 {
		return fail(e)
	}
	return w.open1(n, q)
}

// open1 decides about an open and, under strict supervision, carries it out.
func (w *worker) open1(n *notification, q openRequest) reply {
	for range 4 {
		f, e := w.find(int(n.pid), q.dir, q.name, q.lookup())
		if e != 0 {
			if r, done := w.unresolved(&f, e); done {
				return r
			}
		}
		r, again := w.openFile(n, &f, q)
		f.close()
		if !again {
			return r
		}
	}
	return fail(unix.EBUSY)
}

// openFile answers for f; again means that the name came into being meanwhile.
func (w *worker) openFile(n *notification, f *file, q openRequest) (r reply, again bool) {
	switch {
	case f.exists && q.exclusive():
		return fail(unix.EEXIST), false
	case f.link():
		return fail(unix.ELOOP), false
	}
	anonymous := f.real == "" || f.real[0] != '/' // a pipe, a socket
	if !anonymous {
		switch w.openAnswer(n, f, q.flags) {
		case Refuse:
			return refuse(), false
		case Empty:
			return empty(q.flags&unix.O_CLOEXEC != 0), false
		}
	}
	if !w.cfg.Strict {
		return proceed(), false
	}
	return w.hand(n, f, q)
}

// openOps lists what an open does to a file: the second op may be none, and so
// may the first.
func (w *worker) openOps(exists bool, flags uint32) (first, second Op) {
	switch access := flags & unix.O_ACCMODE; {
	case !exists || flags&unix.O_TMPFILE == unix.O_TMPFILE:
		return OpCreate, OpNone
	case flags&unix.O_TRUNC != 0:
		second = OpTruncate
	case access != unix.O_RDONLY:
		second = OpWrite
	}
	if flags&unix.O_ACCMODE != unix.O_WRONLY && w.cfg.Level >= LevelFull {
		return OpRead, second
	}
	return second, OpNone
}

// openAnswer asks about everything that an open does to f.
func (w *worker) openAnswer(n *notification, f *file, flags uint32) Answer {
	first, second := w.openOps(f.exists || f.dir < 0, flags)
	a := Allow
	if first != OpNone {
		a = w.allowed(n, f, first, flags)
	}
	if a == Allow && second != OpNone {
		a = w.allowed(n, f, second, flags)
	}
	if a == Empty && (first != OpRead || second != OpNone) {
		return Refuse
	}
	return a
}

// unresolved answers for a path that leads nowhere: with the kernel's own error
// where there is no file, by the name alone where the supervisor could not look.
func (w *worker) unresolved(f *file, e unix.Errno) (r reply, done bool) {
	switch {
	case absent(e):
		return fail(e), true
	case e == unix.EACCES && unix.Geteuid() != 0:
		return fail(e), true
	case e == unix.EACCES && f.named != "":
		f.real = f.named
		return reply{}, false
	}
	return refuse(), true
}

// empty gives an open file without contents, that cannot get any.
func empty(cloexec bool) reply {
	fd, err := sealed("guard-empty", nil)
	if err != nil {
		return refuse()
	}
	return give(fd, cloexec)
}

// sealed returns a read-only file in memory that cannot be changed.
func sealed(name string, text []byte) (int, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return -1, err
	}
	if len(text) > 0 {
		if _, err := unix.Pwrite(fd, text, 0); err != nil {
			closeFD(fd)
			return -1, err
		}
	}
	const seals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		closeFD(fd)
		return -1, err
	}
	return fd, nil
}
