//go:build linux && (amd64 || arm64)

package supervise

import (
	"encoding/binary"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// process decides about a call that reaches for another process: a signal, a
// trace, a limit. The supervisor itself is out of reach.
func (w *worker) process(n *notification, c *call) reply {
	target := int(int32(c.path.of(n)))
	signal := unix.Signal(0)
	if c.flags != 0 {
		signal = unix.Signal(c.flags.of(n))
	}
	if c.kind == kindPidfd {
		target = pidOf(int(n.pid), target)
		if c.op == OpKill && signal == 0 {
			return proceed()
		}
	} else if w.moved.Load() && w.renumbered(int(n.pid)) {
		target = 0 // a number of another namespace, where the supervisor has none
	}
	if w.ours(target) {
		return refuse()
	}
	if target == -1 && c.op == OpKill && c.kind == kindProcess && (signal == unix.SIGKILL || signal == unix.SIGSTOP) {
		return refuse() // everyone, the supervisor among them
	}
	if c.op == OpNone || !w.hears[c.op] {
		return proceed()
	}
	if w.judge(n, &Event{Op: c.op, Target: target}) != Allow {
		return refuse()
	}
	return proceed()
}

// ours reports whether pid is the supervisor or one of its threads.
func (w *worker) ours(pid int) bool {
	if pid <= 0 {
		return false
	}
	return unix.Access("/proc/self/task/"+strconv.Itoa(pid), unix.F_OK) == nil
}

// renumbered reports whether a thread lives in a pid namespace of its own.
func (w *worker) renumbered(tid int) bool {
	pid, inner := identity(tid)
	return strconv.Itoa(pid) != inner
}

// pidOf returns the process that a descriptor of the thread stands for: a
// pidfd or a directory of /proc. It is -1 when that is unknown.
func pidOf(tid, fd int) int {
	dir := "/proc/" + strconv.Itoa(tid)
	link, err := os.Readlink(dir + "/fd/" + strconv.Itoa(fd))
	if err != nil {
		return -1
	}
	if rest, ok := strings.CutPrefix(link, "/proc/"); ok {
		first, _, _ := strings.Cut(rest, "/")
		if pid, err := strconv.Atoi(first); err == nil {
			return pid
		}
		return -1
	}
	info, err := os.ReadFile(dir + "/fdinfo/" + strconv.Itoa(fd))
	if err != nil {
		return -1
	}
	pid, err := strconv.Atoi(field(info, "Pid:"))
	if err != nil {
		return -1
	}
	return pid
}

// connect decides about a connection.
func (w *worker) connect(n *notification, c *call) reply {
	size := c.flags.of(n)
	if size < 2 || size > 128 {
		return fail(unix.EINVAL)
	}
	raw, e := w.mem.bytes(c.extra.of(n), int(size))
	if e != 0 {
		return fail(e)
	}
	event := &Event{Op: OpConnect}
	switch family := binary.NativeEndian.Uint16(raw); {
	case family == unix.AF_UNSPEC: // takes a connection back
		return proceed()
	case family == unix.AF_INET && size >= 8:
		event.Addr = w.network(n, c) + " " + address(netip.AddrFrom4([4]byte(raw[4:8])), raw)
	case family == unix.AF_INET6 && size >= 24:
		event.Addr = w.network(n, c) + " " + address(netip.AddrFrom16([16]byte(raw[8:24])), raw)
	case family == unix.AF_UNIX && size > 2 && raw[2] == 0:
		event.Addr = "unix @" + strings.TrimRight(string(raw[3:]), "\x00")
	case family == unix.AF_UNIX && size > 2:
		name := cut(raw[2:])
		f, e := w.find(int(n.pid), unix.AT_FDCWD, name, lookup{})
		if e != 0 {
			if r, done := w.unresolved(&f, e); done {
				return r
			}
		}
		f.close()
		event.Path, event.Real, event.Addr = f.named, f.real, "unix "+f.real
	default:
		event.Addr = "family " + strconv.Itoa(int(family))
	}
	if w.judge(n, event) != Allow {
		return refuse()
	}
	return proceed()
}

func address(a netip.Addr, raw []byte) string {
	return netip.AddrPortFrom(a.Unmap(), binary.BigEndian.Uint16(raw[2:])).String()
}

// network returns udp for a datagram socket and tcp for any other, and where
// the container does not let it look.
func (w *worker) network(n *notification, c *call) string {
	pid := leader(int(n.pid))
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return "tcp"
	}
	defer closeFD(pidfd)
	fd, err := unix.PidfdGetfd(pidfd, int(int32(c.path.of(n))), 0)
	if err != nil {
		return "tcp"
	}
	defer closeFD(fd)
	if kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE); err == nil && kind == unix.SOCK_DGRAM {
		return "udp"
	}
	return "tcp"
}
