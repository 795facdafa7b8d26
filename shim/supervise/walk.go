//go:build linux && (amd64 || arm64)

package supervise

import (
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	maxLinks = 40 // as in the kernel
	procRoot = 1  // inode of the root of a proc file system
)

// walker resolves a path step by step where the kernel's own resolution would
// be the supervisor's and not the caller's: below another root, in another
// mount namespace, through /proc/self.
type walker struct {
	r     *resolver
	tid   int
	root  int // O_PATH
	at    int // O_PATH
	links int
}

// walk resolves name from base, or from the caller's root when name is absolute.
func (r *resolver) walk(tid, base int, name string, how lookup, named string) (file, unix.Errno) {
	f := file{named: named, fd: -1, dir: -1}
	root, err := unix.Open("/proc/"+strconv.Itoa(tid)+"/root", pathOnly|unix.O_DIRECTORY, 0)
	if err != nil {
		return f, errno(err)
	}
	defer closeFD(root)
	w := &walker{r: r, tid: tid, root: root, at: -1}
	if base >= 0 {
		if w.at, err = unix.FcntlInt(uintptr(base), unix.F_DUPFD_CLOEXEC, 3); err != nil {
			return f, errno(err)
		}
	}
	last, e := w.follow(name, how)
	switch {
	case e == unix.ENOENT && how.create && last != "" && w.at >= 0:
		f.dir = w.at
		f.real = path.Join(r.link(w.at), last)
		return f, 0
	case e != 0:
		closeFD(w.at)
		return f, e
	}
	f.fd = w.at
	e = r.complete(&f)
	return f, e
}

// follow moves to what name leads to. On ENOENT, last is the final component
// if only that is missing, and the walker stands in its directory.
func (w *walker) follow(name string, how lookup) (last string, e unix.Errno) {
	rest := name
	for first := true; rest != ""; first = false {
		if rest[0] == '/' {
			if first {
				if e := w.restart(); e != 0 {
					return "", e
				}
			}
			rest = strings.TrimLeft(rest, "/")
			continue
		}
		part := rest
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			part = rest[:i]
		}
		rest = rest[len(part):]
		final := strings.Trim(rest, "/") == ""
		text, e := w.step(part, final && how.nofollow)
		if e != 0 {
			if final && part != "." && part != ".." {
				return part, e
			}
			return "", e
		}
		if text != "" { // a link: go on with what it says
			if w.links++; w.links > maxLinks || len(text)+len(rest) > 2*maxPath {
				return "", unix.ELOOP
			}
			if text[0] == '/' {
				if e := w.restart(); e != 0 {
					return "", e
				}
			}
			rest = text + rest
		}
	}
	return "", 0
}

// restart moves to the caller's root.
func (w *walker) restart() unix.Errno {
	fd, err := unix.FcntlInt(uintptr(w.root), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return errno(err)
	}
	w.move(fd)
	return 0
}

func (w *walker) move(fd int) {
	closeFD(w.at)
	w.at = fd
}

// step takes one component. It returns the text of a symbolic link, with the
// walker still in the link's directory.
func (w *walker) step(part string, nofollow bool) (string, unix.Errno) {
	if part == "." {
		return "", 0
	}
	if part == ".." {
		return "", w.up()
	}
	fd, err := unix.Openat(w.at, part, pathOnly|unix.O_NOFOLLOW, 0)
	if err != nil {
		return "", errno(err)
	}
	var st unix.Stat_t
	if e := fstat(fd, &st); e != 0 {
		closeFD(fd)
		return "", e
	}
	if st.Mode&unix.S_IFMT != unix.S_IFLNK || nofollow {
		w.move(fd)
		return "", 0
	}
	defer closeFD(fd)
	if w.inProc() {
		return w.procLink(part)
	}
	return w.text(fd)
}

func (w *walker) text(fd int) (string, unix.Errno) {
	buf := make([]byte, maxPath)
	n, err := unix.Readlinkat(fd, "", buf)
	if err == nil && n == 0 {
		err = unix.ENOENT
	}
	return string(buf[:max(n, 0)]), errno(err)
}

// up moves to the parent, not above the caller's root.
func (w *walker) up() unix.Errno {
	var at, root unix.Stat_t
	if e := fstat(w.at, &at); e != 0 {
		return e
	}
	if e := fstat(w.root, &root); e != 0 {
		return e
	}
	if at.Dev == root.Dev && at.Ino == root.Ino {
		return 0
	}
	fd, err := unix.Openat(w.at, "..", pathOnly|unix.O_DIRECTORY, 0)
	if err != nil {
		return errno(err)
	}
	w.move(fd)
	return 0
}

func (w *walker) inProc() bool {
	var fs unix.Statfs_t
	return unix.Fstatfs(w.at, &fs) == nil && fs.Type == unix.PROC_SUPER_MAGIC
}

// procLink follows a link of a proc file system: self as the caller, and links
// to open files by the kernel's jump.
func (w *walker) procLink(part string) (string, unix.Errno) {
	var st unix.Stat_t
	if e := fstat(w.at, &st); e != 0 {
		return "", e
	}
	if st.Ino == procRoot {
		tgid, inner := identity(w.tid)
		if tgid == 0 {
			return "", unix.EPERM
		}
		var text string
		switch part {
		case "self":
			text = inner
		case "thread-self":
			text = inner + "/task/" + strconv.Itoa(w.tid)
		default: // mounts, net: "self/…"
			return w.plain(part)
		}
		// Under another pid namespace the number may mean nothing here: that is
		// unknown, not absent.
		var probe unix.Stat_t
		if fstatat(w.at, text, &probe) != 0 {
			return "", unix.EPERM
		}
		return text, 0
	}
	fd, err := unix.Openat(w.at, part, pathOnly, 0)
	if err != nil {
		return "", errno(err)
	}
	w.move(fd)
	return "", 0
}

func (w *walker) plain(part string) (string, unix.Errno) {
	buf := make([]byte, maxPath)
	n, err := unix.Readlinkat(w.at, part, buf)
	return string(buf[:max(n, 0)]), errno(err)
}
