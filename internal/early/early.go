// Package early saves a shell's start some percent, before other packages are
// initialised: it imports only what it must, so that it is among the first.
//
// It gives the main goroutine room before anything is on its stack, which then
// grows once, instead of again and again with all that is on it moved each time.
// And it keeps package toml, which asks for the local time zone when it is
// initialised, from reading and parsing that: [Restore] takes this back.
package early

import "syscall"

var (
	_       = room(len("made when the package is initialised"))
	borrows = setZone()

	restored bool
)

//go:noinline
func room(n int) byte {
	if n < 0 { // never: the size of the frame is what counts
		var frame [30 << 10]byte
		return frame[-n]
	}
	return 0
}

// setZone makes UTC the local time zone where the environment names none.
func setZone() bool {
	_, set := syscall.Getenv("TZ")
	return !set && syscall.Setenv("TZ", "") == nil
}

// Restore gives the environment back as it was. It reports whether [time.Local]
// has become UTC, whatever the machine's zone is. A program calls it first.
func Restore() bool {
	if borrows && !restored {
		restored = syscall.Unsetenv("TZ") == nil
	}
	return borrows
}
