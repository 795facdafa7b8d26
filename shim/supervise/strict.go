//go:build linux && (amd64 || arm64)

package supervise

import (
	"os"
	"path"
	"strconv"

	"golang.org/x/sys/unix"
)

// hand opens f on the caller's behalf. What depends on who opens it (terminals,
// pipes, files of /proc that are written) is left to the kernel, as is every
// open of a caller with other rights than the supervisor's.
func (w *worker) hand(n *notification, f *file, q openRequest) (r reply, again bool) {
	umask, ok := w.rights.alike(int(n.pid))
	if !ok {
		return proceed(), false
	}
	cloexec := q.flags&unix.O_CLOEXEC != 0
	flags := int(q.flags) | unix.O_CLOEXEC | unix.O_NOCTTY
	if !f.exists {
		return w.make(f, q, flags, umask)
	}
	mode := uint32(0)
	if q.flags&unix.O_TMPFILE == unix.O_TMPFILE {
		mode = q.mode &^ umask
	}
	if !portable(f, q.flags) {
		return proceed(), false
	}
	flags &^= unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW
	fd, err := unix.Open("/proc/self/fd/"+strconv.Itoa(f.fd), flags, mode)
	if err != nil {
		return fail(errno(err)), false
	}
	return give(fd, cloexec), false
}

// make creates f, only if it still does not exist.
func (w *worker) make(f *file, q openRequest, flags int, umask uint32) (r reply, again bool) {
	if f.dir < 0 {
		return refuse(), false
	}
	flags |= unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW
	fd, err := unix.Openat(f.dir, path.Base(f.real), flags, q.mode&^umask&0o7777)
	switch {
	case err == unix.EEXIST:
		return fail(unix.EEXIST), q.flags&unix.O_EXCL == 0
	case err != nil:
		return fail(errno(err)), false
	}
	return give(fd, q.flags&unix.O_CLOEXEC != 0), false
}

// portable reports whether f is the same for whoever opens it.
func portable(f *file, flags uint32) bool {
	switch f.stat.Mode & unix.S_IFMT {
	case unix.S_IFREG, unix.S_IFDIR:
		if flags&(unix.O_ACCMODE|unix.O_TRUNC) == unix.O_RDONLY {
			return true
		}
		var fs unix.Statfs_t
		return unix.Fstatfs(f.fd, &fs) == nil && fs.Type != unix.PROC_SUPER_MAGIC
	case unix.S_IFCHR:
		switch major := unix.Major(uint64(f.stat.Rdev)); {
		case major == 4, major == 5, major >= 136 && major <= 143: // terminals
			return false
		}
		return true
	}
	return false
}

// rights are the lines of a status file that decide what may be opened.
type rights [4]string

func rightsIn(status []byte) (r rights) {
	for i, name := range []string{"Uid:", "Gid:", "Groups:", "CapEff:"} {
		r[i] = field(status, name)
	}
	return r
}

// ownRights returns the supervisor's, which do not change.
func ownRights() rights {
	return rightsIn(slurp(os.Getpid(), "status", maxStatus))
}

// alike reports whether a thread has these rights, and its umask.
func (r rights) alike(tid int) (umask uint32, ok bool) {
	status := slurp(tid, "status", maxStatus)
	if len(status) == 0 || rightsIn(status) != r {
		return 0, false
	}
	mask, err := strconv.ParseUint(field(status, "Umask:"), 8, 32)
	return uint32(mask), err == nil
}
