//go:build linux && (amd64 || arm64)

package supervise

import (
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// relay passes signals that are sent to the supervisor on to the program.
type relay struct {
	arrived chan os.Signal
	waiting []os.Signal // came before the program was there
}

// relaySignals starts to listen, except to what is ignored: the program then
// inherits that.
func relaySignals() *relay {
	r := &relay{arrived: make(chan os.Signal, 16)}
	for _, s := range []syscall.Signal{
		syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM,
		syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGALRM,
	} {
		if !signal.Ignored(s) {
			signal.Notify(r.arrived, s)
		}
	}
	return r
}

func (r *relay) stop() { signal.Stop(r.arrived) }

// relay sends s to pid. A key pressed at the terminal has reached the program
// already, as one of the same process group.
func (r *relay) relay(pid int, s os.Signal) {
	if pid == 0 {
		r.waiting = append(r.waiting, s)
		return
	}
	if (s == syscall.SIGINT || s == syscall.SIGQUIT) && foreground() {
		return
	}
	_ = syscall.Kill(pid, s.(syscall.Signal))
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

// stopWith stops this process because the program has stopped in a process
// group of its own, where no terminal stops both; then it wakes the program.
func stopWith(pid int) {
	group, err := unix.Getpgid(pid)
	if err != nil || group == unix.Getpgrp() {
		return
	}
	if unix.Kill(unix.Getpid(), unix.SIGSTOP) == nil {
		_ = unix.Kill(-group, unix.SIGCONT)
	}
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
