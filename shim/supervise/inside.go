//go:build linux && (amd64 || arm64)

package supervise

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// insidePath names nothing. Only guard's supervisor answers an execveat of
	// it, with a descriptor where the kernel can only ever return an error.
	insidePath = "/proc/self/guard/supervisor"
	insideText = "guard supervisor\n"
)

// vouch answers insidePath.
func (w *worker) vouch() reply {
	fd, err := sealed("guard-supervisor", []byte(insideText))
	if err != nil {
		return refuse()
	}
	return give(fd, true)
}

// Inside reports whether this process is in a tree that guard supervises at
// this moment. It asks the supervisor, not the environment: nothing that a
// program of the tree can set makes it true outside such a tree.
func Inside() bool {
	fd, _ := callInside()
	if fd < 0 {
		return false
	}
	defer closeFD(fd)
	const want = unix.F_SEAL_SEAL | unix.F_SEAL_WRITE
	seals, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0)
	if err != nil || seals&want != want {
		return false
	}
	buf := make([]byte, len(insideText)+1)
	n, err := unix.Pread(fd, buf, 0)
	return err == nil && string(buf[:n]) == insideText
}

// callInside makes the call that only a supervisor answers.
func callInside() (fd int, e unix.Errno) { return execInside(insidePath) }

// execInside runs path, which names nothing.
func execInside(path string) (fd int, e unix.Errno) {
	name, _ := unix.BytePtrFromString(path)
	var argv [1]*byte
	r, _, e := unix.Syscall6(unix.SYS_EXECVEAT, ^uintptr(0), uintptr(unsafe.Pointer(name)),
		uintptr(unsafe.Pointer(&argv)), uintptr(unsafe.Pointer(&argv)), 0, 0)
	if e != 0 {
		return -1, e
	}
	return int(r), 0
}
