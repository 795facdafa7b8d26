//go:build linux && (amd64 || arm64)

package supervise

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// gate is opened once. Whoever waits at it keeps its thread, which a channel would
// not: to wake another costs more than the start of a supervisor otherwise takes.
type gate struct{ opened atomic.Uint32 }

const (
	futexWait = 0x80 // FUTEX_WAIT_PRIVATE
	futexWake = 0x81 // FUTEX_WAKE_PRIVATE
)

func (g *gate) open() {
	g.opened.Store(1)
	_, _, _ = unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&g.opened)), futexWake, maxWorkers, 0, 0, 0)
}

func (g *gate) wait() {
	for g.opened.Load() == 0 {
		_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&g.opened)), futexWait, 0, 0, 0, 0)
	}
}
