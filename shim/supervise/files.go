//go:build linux && (amd64 || arm64)

package supervise

import (
	"path"

	"golang.org/x/sys/unix"
)

// one says what a call on one file does, and how that is looked up.
func (c *call) one(n *notification) (Op, lookup) {
	op, how := c.op, lookup{nofollow: c.nofollow, create: c.op == OpMkdir || c.op == OpCreate}
	if c.flags != 0 {
		flags := c.flags.of(n)
		how.nofollow = how.nofollow || flags&unix.AT_SYMLINK_NOFOLLOW != 0
		how.empty = flags&unix.AT_EMPTY_PATH != 0
		if op == OpDelete && flags&unix.AT_REMOVEDIR != 0 {
			op = OpRmdir
		}
	}
	return op, how
}

// single decides about a call on one file, by path or by descriptor.
func (w *worker) single(n *notification, c *call) reply {
	w.notice(c.op)
	op, how := c.one(n)
	if c.kind == kindPath {
		if r, done := w.passesOne(n, op, c.dirOf(n), c.path.of(n), how); done {
			return r
		}
	}
	f, e := w.operand(n, c, how)
	if e != 0 {
		if r, done := w.unresolved(&f, e); done {
			return r
		}
	}
	defer f.close()
	if f.exists && how.create {
		return fail(unix.EEXIST)
	}
	if f.real == "" || f.real[0] != '/' {
		return proceed() // fchmod of a pipe
	}
	if w.allowed(n, &f, op, 0) != Allow {
		return refuse()
	}
	return proceed()
}

// operand resolves the first file of a call.
func (w *worker) operand(n *notification, c *call, how lookup) (file, unix.Errno) {
	if c.kind == kindFD {
		return w.descriptor(int(n.pid), int32(c.path.of(n)))
	}
	return w.at(n, c.dirOf(n), c.path, how)
}

// at reads the path in argument a and resolves it.
func (w *worker) at(n *notification, dir int32, a arg, how lookup) (file, unix.Errno) {
	name, e := w.mem.path(a.of(n))
	if e != 0 {
		return file{fd: -1, dir: -1}, e
	}
	return w.find(int(n.pid), dir, name, how)
}

// lookup says how the first file of a call on two is looked up.
func (c *call) lookup(n *notification) lookup {
	how := lookup{nofollow: c.nofollow, empty: c.op == OpMount}
	if c.op == OpLink && c.flags != 0 {
		flags := c.flags.of(n)
		how.nofollow = flags&unix.AT_SYMLINK_FOLLOW == 0
		how.empty = flags&unix.AT_EMPTY_PATH != 0
	}
	return how
}

// pair decides about a call on two files: rename, link, mount.
func (w *worker) pair(n *notification, c *call) reply {
	w.notice(c.op)
	how := c.lookup(n)
	if c.op != OpMount {
		if r, done := w.passesTwo(n, c, how); done {
			return r
		}
	}
	from, e := w.at(n, c.dirOf(n), c.path, how)
	if e != 0 {
		if r, done := w.source(n, c, &from, e); done {
			return r
		}
	}
	defer from.close()
	to, e := w.at(n, c.dir2Of(n), c.path2, lookup{nofollow: c.nofollow, create: c.op != OpMount, empty: c.op == OpMount})
	if e != 0 {
		if r, done := w.unresolved(&to, e); done {
			return r
		}
	}
	defer to.close()
	if c.op == OpLink && to.exists {
		return fail(unix.EEXIST)
	}
	return w.both(n, &from, &to, c.op)
}

// source answers for a first file that is not there. What is mounted need not
// be a file: then its name stands for it.
func (w *worker) source(n *notification, c *call, f *file, e unix.Errno) (reply, bool) {
	if c.op != OpMount || !absent(e) && e != unix.EFAULT {
		return w.unresolved(f, e)
	}
	if addr := c.path.of(n); addr != 0 {
		if f.named, e = w.mem.path(addr); e != 0 {
			return fail(e), true
		}
	}
	f.real = f.named
	return reply{}, false
}

// both asks once about an op with two files.
func (w *worker) both(n *notification, from, to *file, op Op) reply {
	if w.protected.forbids(from, op) || w.protected.forbids(to, op.fresh()) {
		return refuse()
	}
	if !w.interesting(from, op) && !w.interesting(to, op) {
		w.note(op, from.real, to.real)
		return proceed()
	}
	event := &Event{Op: op, Path: from.named, Real: from.real, Path2: to.named, Real2: to.real, Same: w.protected.same(from, op)}
	if event.Same == "" {
		event.Same = w.protected.same(to, op)
	}
	if w.judge(n, event) != Allow {
		return refuse()
	}
	return proceed()
}

// symlink decides about a new symbolic link.
func (w *worker) symlink(n *notification, c *call) reply {
	text, e := w.mem.path(c.path.of(n))
	if e != 0 {
		return fail(e)
	}
	link, e := w.at(n, c.dir2Of(n), c.path2, lookup{nofollow: true, create: true})
	if e != 0 {
		if r, done := w.unresolved(&link, e); done {
			return r
		}
	}
	defer link.close()
	if link.exists {
		return fail(unix.EEXIST)
	}
	named, start := text, text
	if !path.IsAbs(text) {
		named = path.Join(path.Dir(link.named), text)
		start = path.Dir(link.real) + "/" + text
	}
	target, e := w.find(int(n.pid), unix.AT_FDCWD, start, lookup{create: true})
	defer target.close()
	target.named = path.Clean(named)
	if e != 0 {
		target.real = target.named
	}
	return w.both(n, &target, &link, OpSymlink)
}

// plain decides about a call that names no file.
func (w *worker) plain(n *notification, c *call) reply {
	w.notice(c.op)
	if w.hears[c.op] && w.judge(n, &Event{Op: c.op}) != Allow {
		return refuse()
	}
	return proceed()
}

// notice remembers that names may lead elsewhere for some processes from now on.
func (w *worker) notice(op Op) {
	switch op {
	case OpMount, OpChroot, OpNamespace:
		w.protected.suspect()
		w.moved.Store(true)
	}
}
