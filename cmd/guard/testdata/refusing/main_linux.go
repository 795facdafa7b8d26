// Command refusing runs a program as some containers and security modules do:
// refusing THING PROGRAM ARGS..., where THING is seccomp, the system call, or
// receive, the request by which a supervisor takes calls.
package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

func main() {
	const number, command = 0, 24 // offsets into struct seccomp_data
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	ret := func(v uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: v} }
	unless := func(v uint32) []unix.SockFilter {
		return []unix.SockFilter{{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: v, Jt: 1}, ret(unix.SECCOMP_RET_ALLOW)}
	}
	p := []unix.SockFilter{load(number)}
	switch os.Args[1] {
	case "seccomp":
		p = append(p, unless(unix.SYS_SECCOMP)...)
	case "receive":
		p = append(append(append(p, unless(unix.SYS_IOCTL)...), load(command)), unless(unix.SECCOMP_IOCTL_NOTIF_RECV)...)
	default:
		fail(fmt.Errorf("refuse %q: unknown", os.Args[1]))
	}
	p = append(p, ret(unix.SECCOMP_RET_ERRNO|uint32(unix.EACCES)))
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		fail(err)
	}
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	if _, _, e := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&prog))); e != 0 {
		fail(e)
	}
	fail(syscall.Exec(os.Args[2], os.Args[2:], os.Environ()))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "refusing:", err)
	os.Exit(99)
}
