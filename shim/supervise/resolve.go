//go:build linux && (amd64 || arm64)

package supervise

import (
	"bytes"
	"path"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

const pathOnly = unix.O_PATH | unix.O_CLOEXEC

// file is what a path of the tree leads to.
type file struct {
	named  string // absolute, clean, as named
	real   string // without symbolic links, from the supervisor's root
	fd     int    // O_PATH; -1 when the name does not exist
	dir    int    // O_PATH, the directory, when the name does not exist; else -1
	stat   unix.Stat_t
	exists bool
}

// link reports whether the file is a symbolic link.
func (f *file) link() bool { return f.exists && f.stat.Mode&unix.S_IFMT == unix.S_IFLNK }

func (f *file) close() {
	closeFD(f.fd)
	closeFD(f.dir)
}

func closeFD(fd int) {
	if fd >= 0 {
		_, _, _ = unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
	}
}

// lookup says how the last component of a path is treated.
type lookup struct {
	nofollow bool // a symbolic link is itself what is meant
	create   bool // it need not exist
	empty    bool // an empty path means the descriptor itself
}

// resolver finds files as a thread of the tree sees them.
type resolver struct {
	self string // "/proc/PID/" of the supervisor
	root rooted
	buf  [maxPath + 64]byte
}

// find resolves name as thread tid would, relative to its descriptor dirfd or,
// for AT_FDCWD, its working directory.
func (r *resolver) find(tid int, dirfd int32, name string, how lookup) (file, unix.Errno) {
	f := file{fd: -1, dir: -1}
	if name == "" {
		if !how.empty {
			return f, unix.ENOENT
		}
		return r.descriptor(tid, dirfd)
	}
	base := -1
	if name[0] != '/' {
		var e unix.Errno
		if base, e = openBase(tid, dirfd); e != 0 {
			return f, e
		}
		defer closeFD(base)
		f.named = path.Join(r.link(base), name)
	} else {
		f.named = path.Clean(name)
	}
	if r.root.foreign(tid) {
		return r.walk(tid, base, name, how, f.named)
	}
	start := base
	if start < 0 {
		start = unix.AT_FDCWD
	}
	e := r.open(start, name, how, &f)
	if e == unix.ENOENT && how.create {
		e = r.missing(start, name, &f)
	}
	if e == unix.ELOOP || e == 0 && strings.HasPrefix(f.real, r.self) ||
		e == unix.ENOENT && (strings.HasPrefix(f.named, "/dev/") || strings.HasPrefix(f.named, "/proc/")) {
		// A link into /proc depends on who follows it.
		f.close()
		return r.walk(tid, base, name, how, f.named)
	}
	return f, e
}

// open lets the kernel resolve name; it fails with ELOOP at links whose meaning
// depends on the process.
func (r *resolver) open(start int, name string, how lookup, f *file) unix.Errno {
	flags := uint64(pathOnly)
	if how.nofollow {
		flags |= unix.O_NOFOLLOW
	}
	var e unix.Errno
	if f.fd, e = openat2(start, name, flags); e != 0 {
		return e
	}
	return r.complete(f)
}

// complete fills in what can be learnt from f.fd.
func (r *resolver) complete(f *file) unix.Errno {
	if e := fstat(f.fd, &f.stat); e != 0 {
		return e
	}
	f.exists = true
	f.real = r.link(f.fd)
	if f.stat.Nlink == 0 {
		f.real = strings.TrimSuffix(f.real, " (deleted)")
	}
	return 0
}

// missing resolves the directory of a name that does not exist. It fails with
// ELOOP when the name is a dangling link, which a create would follow.
func (r *resolver) missing(start int, name string, f *file) unix.Errno {
	dir, last := split(name)
	if last == "" {
		return unix.ENOENT
	}
	var e unix.Errno
	if dir == "" {
		dir = "."
	}
	if f.dir, e = openat2(start, dir, pathOnly|unix.O_DIRECTORY); e != 0 {
		return e
	}
	if e := fstatat(f.dir, last, &f.stat); e == 0 {
		closeFD(f.dir)
		f.dir = -1
		return unix.ELOOP
	}
	f.stat = unix.Stat_t{}
	f.real = path.Join(r.link(f.dir), last)
	return 0
}

// split cuts a path before its last component, which is empty for "/", "."
// and "..".
func split(name string) (dir, last string) {
	name = strings.TrimRight(name, "/")
	i := strings.LastIndexByte(name, '/')
	dir, last = name[:i+1], name[i+1:]
	if last == "." || last == ".." {
		return name, ""
	}
	return dir, last
}

// descriptor resolves an open descriptor of the thread.
func (r *resolver) descriptor(tid int, fd int32) (file, unix.Errno) {
	f := file{fd: -1, dir: -1}
	var e unix.Errno
	if f.fd, e = openBase(tid, fd); e != 0 {
		return f, e
	}
	e = r.complete(&f)
	f.named = f.real
	return f, e
}

// openBase opens the directory that a relative path starts from.
func openBase(tid int, dirfd int32) (int, unix.Errno) {
	name := "/proc/" + strconv.Itoa(tid) + "/cwd"
	if dirfd != unix.AT_FDCWD {
		if dirfd < 0 {
			return -1, unix.EBADF
		}
		name = "/proc/" + strconv.Itoa(tid) + "/fd/" + strconv.Itoa(int(dirfd))
	}
	fd, err := unix.Open(name, pathOnly, 0)
	switch {
	case err == unix.ENOENT && dirfd != unix.AT_FDCWD:
		return -1, unix.EBADF
	case err != nil:
		return -1, errno(err)
	}
	return fd, 0
}

// link returns the absolute path of one of our own descriptors.
func (r *resolver) link(fd int) string {
	var name [40]byte
	strconv.AppendInt(append(name[:0], "/proc/self/fd/"...), int64(fd), 10)
	n, _, e := unix.RawSyscall6(unix.SYS_READLINKAT, ^uintptr(99), uintptr(unsafe.Pointer(&name)),
		uintptr(unsafe.Pointer(&r.buf)), uintptr(len(r.buf)), 0, 0)
	if e != 0 {
		return ""
	}
	return string(r.buf[:n])
}

func openat2(dir int, name string, flags uint64) (int, unix.Errno) {
	fd, err := unix.Openat2(dir, name, &unix.OpenHow{Flags: flags, Resolve: unix.RESOLVE_NO_MAGICLINKS})
	switch err {
	case nil:
		return fd, 0
	case unix.ENOSYS, unix.EPERM: // an old kernel or a container's filter: walk by hand
		return -1, unix.ELOOP
	}
	return -1, errno(err)
}

func fstat(fd int, st *unix.Stat_t) unix.Errno {
	_, _, e := unix.RawSyscall(unix.SYS_FSTAT, uintptr(fd), uintptr(unsafe.Pointer(st)), 0)
	return e
}

// fstatat looks at a name without following it.
func fstatat(dir int, name string, st *unix.Stat_t) unix.Errno {
	return errno(unix.Fstatat(dir, name, st, unix.AT_SYMLINK_NOFOLLOW))
}

// errno unwraps an error of package unix.
func errno(err error) unix.Errno {
	if err == nil {
		return 0
	}
	if e, ok := err.(unix.Errno); ok {
		return e
	}
	return unix.EINVAL
}

// absent reports whether e says that the kernel, too, will find no file.
func absent(e unix.Errno) bool {
	switch e {
	case unix.ENOENT, unix.ENOTDIR, unix.ELOOP, unix.ENAMETOOLONG, unix.EBADF:
		return true
	}
	return false
}

// cut returns b up to its first NUL.
func cut(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}
