//go:build unix

package runner

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// ReplaceStdin makes a script the standard input of this process, as [ExecScript]
// does, for a shell that is started as a child.
func ReplaceStdin(script []byte) error {
	f, err := scriptFile(script)
	if err != nil {
		return fmt.Errorf("replace standard input: %w", err)
	}
	if err := moveToStdin(f); err != nil {
		return fmt.Errorf("replace standard input: %w", err)
	}
	return nil
}

// FeedStdin makes a pipe the standard input of this process, for a shell that is
// started as a child. It returns what that was and the end of the pipe to write to.
func FeedStdin() (was, feed *os.File, err error) {
	fail := func(err error) (*os.File, *os.File, error) {
		return nil, nil, fmt.Errorf("feed standard input: %w", err)
	}
	fd, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return fail(err)
	}
	was = os.NewFile(uintptr(fd), "stdin")
	r, w, err := os.Pipe()
	if err == nil {
		err = moveToStdin(r)
		r.Close()
	}
	if err != nil {
		was.Close()
		return fail(err)
	}
	return was, w, nil
}
