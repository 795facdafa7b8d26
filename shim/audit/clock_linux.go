package audit

import (
	"bytes"

	"golang.org/x/sys/unix"
)

// bootID returns the random id that the kernel drew when it started.
func bootID() string {
	fd, err := open(unix.AT_FDCWD, "/proc/sys/kernel/random/boot_id", unix.O_RDONLY)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	var b [64]byte
	n, _ := unix.Read(fd, b[:])
	return string(bytes.TrimSpace(b[:max(n, 0)]))
}

// monotonic returns the nanoseconds since boot, sleep included.
func monotonic() int64 {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &t) != nil {
		return 0
	}
	return t.Nano()
}
