//go:build linux && (amd64 || arm64)

package supervise

import (
	"runtime"
	"runtime/debug"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The Go runtime takes a thread that is in a system call for long as a reason to
// look around for work, again and again, which costs more than the calls of a
// tree that mostly computes. So a worker waits a while without telling it; and
// as whatever stops all processors would then wait too, garbage is collected by
// the worker whose turn it is, between two calls.

const (
	maxHeap    = 1 << 30 // bytes, beyond which the runtime collects by itself
	judging    = 16      // a judged call, in calls
	garbage    = 8 << 10 // calls between two collections: each leaves 1 to 3 KB
	longStreak = 700     // calls, after which to ask for each costs more than one wrong guess
	shortly    = time.Millisecond
)

// still readies the Go runtime for a fork whose exec this process has to answer
// itself: the forking thread keeps its processor until then.
func still() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(maxHeap)
	// One more processor for the workers; and, as the number does change, this
	// waits for a collection that has begun, and keeps the runtime from changing
	// the number by itself.
	n := processors(runtime.GOMAXPROCS(0)) + 1
	if n == runtime.GOMAXPROCS(0) {
		n++
	}
	runtime.GOMAXPROCS(n)
}

// pace is how a worker spends its time between calls.
type pace struct {
	last   time.Time // call
	streak int       // calls in a row that came shortly after another
	spent  int       // since the last collection, in calls
}

// step counts a call.
func (p *pace) step() {
	now := time.Now()
	if now.Sub(p.last) > shortly {
		p.streak = 0
	} else {
		p.streak++
	}
	p.last = now
	p.spent++
}

// collect takes the garbage out where there is enough.
func (p *pace) collect() {
	if p.spent < garbage {
		return
	}
	p.spent = 0
	runtime.GC()
}

// soon waits a while for a call, without telling the Go runtime.
func (l listener) soon() {
	fds := unix.PollFd{Fd: int32(l.fd), Events: unix.POLLIN}
	timeout := unix.Timespec{Nsec: int64(100 * time.Millisecond)}
	_, _, _ = unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&fds)), 1, uintptr(unsafe.Pointer(&timeout)), 0, 0, 0)
}
