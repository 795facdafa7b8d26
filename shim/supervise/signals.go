//go:build linux && (amd64 || arm64)

package supervise

import (
	"bytes"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// relay passes signals that are sent to the supervisor on to the program.
type relay struct {
	arrived chan os.Signal
	waiting []os.Signal // came before the program was there
}

// relayed are the signals that are passed on: all that would end this process.
var relayed = [...]syscall.Signal{
	syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGILL, syscall.SIGTRAP, syscall.SIGABRT,
	syscall.SIGBUS, syscall.SIGFPE, syscall.SIGUSR1, syscall.SIGSEGV, syscall.SIGUSR2, syscall.SIGALRM,
	syscall.SIGTERM, syscall.SIGSTKFLT, syscall.SIGCONT, syscall.SIGXCPU, syscall.SIGXFSZ,
	syscall.SIGVTALRM, syscall.SIGIO, syscall.SIGPWR, syscall.SIGSYS,
	syscall.SIGPIPE, // is not, but a reader that has left must not end the tree
}

// listen listens to them until this process ends, except to what is ignored: the
// program has inherited that. For each it switches threads some four times.
func (r *relay) listen() {
	for _, s := range relayed {
		if !signal.Ignored(s) {
			signal.Notify(r.arrived, s)
		}
	}
}

// relay sends s to pid. A key pressed at the terminal has reached the program
// already, as one of the same process group.
func (r *relay) relay(pid int, s os.Signal) {
	switch {
	case s == syscall.SIGPIPE:
	case pid == 0:
		r.waiting = append(r.waiting, s)
	case s == syscall.SIGCONT:
		wake(pid)
	case (s == syscall.SIGINT || s == syscall.SIGQUIT) && foreground():
	default:
		_ = syscall.Kill(pid, s.(syscall.Signal))
	}
}

func (r *relay) relayWaiting(pid int) {
	for _, s := range r.waiting {
		r.relay(pid, s)
	}
	r.waiting = nil
}

// foreground reports whether this process group owns its terminal.
func foreground() bool {
	fd, err := unix.Open("/dev/tty", unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer closeFD(fd)
	group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// settle is how long a stop that was sent to the process group of both may take
// to stop this process.
const settle = 50 * time.Millisecond

// stopWith stops this process because the program has stopped: whoever waits
// for it is to see that, and to send SIGCONT.
func stopWith(pid int) {
	group, err := unix.Getpgid(pid)
	if err != nil {
		return
	}
	if group == unix.Getpgrp() {
		time.Sleep(settle)
	}
	if !stopped(pid) {
		return // a key at the terminal stopped both, and both went on
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_ = unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGSTOP) // does not return before
}

// wake lets the program go on, where SIGCONT has not reached it too. The shell
// that stopped in a process group of its own stopped that whole.
func wake(pid int) {
	if !stopped(pid) {
		return
	}
	if group, err := unix.Getpgid(pid); err == nil && group != unix.Getpgrp() {
		pid = -group
	}
	_ = unix.Kill(pid, unix.SIGCONT)
}

// stopped reports whether pid is stopped by a signal.
func stopped(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	// The name in parentheses may contain anything.
	rest := stat[bytes.LastIndexByte(stat, ')')+1:]
	return bytes.HasPrefix(rest, []byte(" T"))
}

// Raise ends this process by the signal that ended the program, as a shell's
// caller expects, and returns only where that is impossible or no signal ended
// it. No core is dumped.
func (s Status) Raise() {
	if s.Signal == 0 {
		return
	}
	runtime.LockOSThread()
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	// struct sigaction of the kernel, all zero: SIG_DFL. The Go runtime would
	// report a fault of its own.
	var action [4]uint64
	var mask uint64
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(s.Signal), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
	setMask(&mask, nil)
	_ = unix.Tgkill(unix.Getpid(), unix.Gettid(), s.Signal)
}
