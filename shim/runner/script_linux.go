package runner

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// scriptFile returns script as an open file: sealed memory, or, where the
// kernel has none, a file without a name.
func scriptFile(script []byte) (*os.File, error) {
	fd, err := unix.MemfdCreate("script", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return unlinkedFile(script)
	}
	f := os.NewFile(uintptr(fd), "script")
	defer f.Close()
	if _, err := f.Write(script); err != nil {
		return nil, fmt.Errorf("write script: %w", err)
	}
	seals := unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return nil, fmt.Errorf("seal script: %w", err)
	}
	if r, err := os.Open(fmt.Sprintf("/proc/self/fd/%d", fd)); err == nil {
		return r, nil // as a shell opens a script: for reading
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, fmt.Errorf("rewind script: %w", err)
	}
	fd, err = unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, fmt.Errorf("copy script: %w", err)
	}
	return os.NewFile(uintptr(fd), "script"), nil
}

// moveToStdin makes f file descriptor 0.
func moveToStdin(f *os.File) error { return unix.Dup3(int(f.Fd()), 0, 0) }
