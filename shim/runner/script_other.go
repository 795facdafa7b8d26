//go:build unix && !linux

package runner

import (
	"os"

	"golang.org/x/sys/unix"
)

// scriptFile returns script as an open file without a name.
func scriptFile(script []byte) (*os.File, error) { return unlinkedFile(script) }

// moveToStdin makes f file descriptor 0.
func moveToStdin(f *os.File) error { return unix.Dup2(int(f.Fd()), 0) }
