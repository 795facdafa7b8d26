//go:build linux && (amd64 || arm64)

package supervise

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// exec decides about a program that is to be run.
func (w *worker) exec(n *notification, c *call) reply {
	if w.starting.CompareAndSwap(true, false) {
		<-w.relaying
		return proceed()
	}
	if c.dir != 0 {
		name, e := w.mem.path(c.path.of(n))
		if name == insidePath {
			return w.vouch()
		}
		if !w.tried.Load() && e == 0 && name == "" {
			return fail(unix.ENOENT)
		}
	}
	if !w.tried.Load() {
		return refuse()
	}
	<-w.ready
	how := lookup{}
	if c.flags != 0 {
		flags := c.flags.of(n)
		how.empty = flags&unix.AT_EMPTY_PATH != 0
		how.nofollow = flags&unix.AT_SYMLINK_NOFOLLOW != 0
	}
	f, e := w.program(n, c, how)
	if e != 0 {
		if r, done := w.unresolved(&f, e); done {
			return r
		}
	}
	defer f.close()
	argv, e := w.mem.argv(c.extra.of(n))
	if e != 0 {
		return fail(e)
	}
	event := &Event{
		Op: OpExec, Path: f.named, Real: f.real, Same: w.protected.same(&f, OpExec),
		Argv: argv, Interp: interpreter(&f),
	}
	if w.judge(n, event) != Allow {
		return refuse()
	}
	w.processes.forget(event.Proc.PID)
	w.warnPowerless(&f)
	return proceed()
}

// program finds the file that is to be run.
func (w *worker) program(n *notification, c *call, how lookup) (file, unix.Errno) {
	g, e, ok := w.glance(n, 0, c.dirOf(n), c.path.of(n), how)
	if !ok {
		return w.at(n, c.dirOf(n), c.path, how)
	}
	f := *g
	f.named, f.real = strings.Clone(f.named), strings.Clone(f.real)
	return f, e
}

// interpreter returns what the first line of a script asks for.
func interpreter(f *file) string {
	if !f.exists || f.stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return ""
	}
	name, flags := f.real, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOFOLLOW
	if f.fd >= 0 {
		name, flags = "/proc/self/fd/"+strconv.Itoa(f.fd), flags&^unix.O_NOFOLLOW
	}
	fd, err := unix.Open(name, flags, 0)
	if err != nil {
		return ""
	}
	defer closeFD(fd)
	var buf [256]byte // all that the kernel reads
	got, err := unix.Pread(fd, buf[:], 0)
	if err != nil {
		return ""
	}
	line, script := strings.CutPrefix(string(buf[:got]), "#!")
	if !script {
		return ""
	}
	line, _, _ = strings.Cut(line, "\n")
	return strings.Trim(line, " \t")
}

// warnPowerless explains why sudo, ping and their like are about to fail.
func (w *worker) warnPowerless(f *file) {
	if w.cfg.Privileged || unix.Geteuid() == 0 || !f.exists {
		return
	}
	lost := ""
	switch {
	case f.stat.Mode&unix.S_ISUID != 0 && int(f.stat.Uid) != unix.Geteuid():
		lost = "its setuid bit"
	case capable(f):
		lost = "its capabilities"
	default:
		return
	}
	w.tell(fmt.Sprintf("guard: note: %s runs without %s: supervised programs cannot gain privileges", path.Base(f.real), lost))
}

// capable reports whether f gives capabilities to who executes it.
func capable(f *file) bool {
	name := f.real
	if f.fd >= 0 {
		name = "/proc/self/fd/" + strconv.Itoa(f.fd)
	}
	n, err := unix.Getxattr(name, "security.capability", nil)
	return err == nil && n > 0
}
