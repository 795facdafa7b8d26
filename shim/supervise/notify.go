//go:build linux && (amd64 || arm64)

package supervise

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// notification is struct seccomp_notif.
type notification struct {
	id    uint64
	pid   uint32 // thread, in the supervisor's pid namespace
	flags uint32
	nr    int32
	arch  uint32
	ip    uint64
	args  [6]uint64
}

// response is struct seccomp_notif_resp.
type response struct {
	id    uint64
	val   int64
	errno int32
	flags uint32
}

// addition is struct seccomp_notif_addfd.
type addition struct {
	id       uint64
	flags    uint32
	srcfd    uint32
	newfd    uint32
	newflags uint32
}

// sigSetMask is SIG_SETMASK.
const sigSetMask = 2

// frame holds one of those with room for what later kernels append to it.
type frame [32]uint64

// listener is the descriptor on which a filter reports.
type listener struct{ fd int }

// listen installs p on the calling thread alone, for it and all it starts.
// The goroutine must be locked to its thread. killable reports whether signals
// leave a call alone while it is being judged.
func listen(p program, privileged bool) (l listener, killable bool, err error) {
	var sizes [3]uint16
	if _, _, e := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_NOTIF_SIZES, 0, uintptr(unsafe.Pointer(&sizes))); e != 0 {
		return l, false, fmt.Errorf("find seccomp notification: %w: %w", ErrUnsupported, e)
	}
	if room := uint16(unsafe.Sizeof(frame{})); sizes[0] > room || sizes[1] > room {
		return l, false, fmt.Errorf("read seccomp notification of %d bytes: %w", max(sizes[0], sizes[1]), ErrUnsupported)
	}
	if !privileged {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return l, false, fmt.Errorf("set no_new_privs: %w", err)
		}
	}
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	flags := uintptr(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
	for {
		fd, _, e := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&prog)))
		runtime.KeepAlive(p)
		switch {
		case e == 0:
			l.fd = int(fd)
			l.set(unix.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
			return l, flags&unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV != 0, nil
		case e == unix.EINVAL && flags&unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV != 0:
			flags &^= unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
		case e == unix.EBUSY:
			return l, false, fmt.Errorf("install seccomp filter: %w", ErrBusy)
		default:
			return l, false, fmt.Errorf("install seccomp filter: %w: %w", ErrUnsupported, e)
		}
	}
}

// set sets flags of the listener; older kernels know none.
func (l listener) set(flags uint64) bool {
	_, _, e := unix.RawSyscall(unix.SYS_IOCTL, uintptr(l.fd), unix.SECCOMP_IOCTL_NOTIF_SET_FLAGS, uintptr(flags))
	return e == 0
}

// receive waits for a call. ENOENT means that the caller died meanwhile.
func (l listener) receive(f *frame) (*notification, unix.Errno) {
	*f = frame{}
	_, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(l.fd), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(f)))
	return (*notification)(unsafe.Pointer(f)), e
}

// valid reports whether the caller still waits, so that what was read about
// its process number since is about it.
func (l listener) valid(id uint64) bool {
	_, _, e := unix.RawSyscall(unix.SYS_IOCTL, uintptr(l.fd), unix.SECCOMP_IOCTL_NOTIF_ID_VALID, uintptr(unsafe.Pointer(&id)))
	return e == 0
}

// proceed lets the kernel do the call.
func (l listener) proceed(id uint64) unix.Errno {
	return l.send(response{id: id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE})
}

// fail ends the call with an error.
func (l listener) fail(id uint64, e unix.Errno) unix.Errno {
	return l.send(response{id: id, errno: -int32(e)})
}

// send answers a call. That the caller is gone is no error.
func (l listener) send(r response) unix.Errno {
	var f frame
	*(*response)(unsafe.Pointer(&f)) = r
	_, _, e := unix.RawSyscall(unix.SYS_IOCTL, uintptr(l.fd), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&f)))
	if e == unix.ENOENT {
		return 0
	}
	return e
}

// quiet locks the goroutine to its thread and keeps signals from it until
// loud is called: a signal that interrupts an injection ends the caller's open
// with descriptor 0, whatever that is. Faults still arrive.
func quiet() (loud func()) {
	runtime.LockOSThread()
	mask, old := ^uint64(0), uint64(0)
	for _, s := range []unix.Signal{unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGILL, unix.SIGTRAP} {
		mask &^= 1 << (s - 1)
	}
	setMask(&mask, &old)
	return func() {
		setMask(&old, nil)
		runtime.UnlockOSThread()
	}
}

func setMask(mask, old *uint64) {
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGPROCMASK, sigSetMask, uintptr(unsafe.Pointer(mask)), uintptr(unsafe.Pointer(old)), 8, 0, 0)
}

// inject ends the call with a copy of fd in the caller as its result.
func (l listener) inject(id uint64, fd int, cloexec bool) unix.Errno {
	a := addition{id: id, flags: unix.SECCOMP_ADDFD_FLAG_SEND, srcfd: uint32(fd)}
	if cloexec {
		a.newflags = unix.O_CLOEXEC
	}
	n, e := l.add(&a)
	if e == unix.EINVAL { // before Linux 5.14: two steps
		a.flags = 0
		if n, e = l.add(&a); e == 0 {
			e = l.send(response{id: id, val: int64(n)})
		}
	}
	return e
}

// add waits until the caller has taken the descriptor. The thread must be quiet.
func (l listener) add(a *addition) (int, unix.Errno) {
	n, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(l.fd), unix.SECCOMP_IOCTL_NOTIF_ADDFD, uintptr(unsafe.Pointer(a)))
	return int(n), e
}

// deserted reports whether no process is left under the filter, waiting up to
// timeout milliseconds for that; -1 waits for ever.
func (l listener) deserted(timeout int) bool {
	fds := []unix.PollFd{{Fd: int32(l.fd)}}
	for {
		n, err := unix.Poll(fds, timeout)
		if err != unix.EINTR {
			return n > 0 && fds[0].Revents&unix.POLLHUP != 0
		}
	}
}
