package repo

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// openRegular opens a regular file for reading without ever waiting. Unless
// follow is set, it refuses a symbolic link.
func openRegular(name string, follow bool) (*os.File, error) {
	flags := os.O_RDONLY | syscall.O_NONBLOCK | syscall.O_CLOEXEC
	if !follow {
		flags |= syscall.O_NOFOLLOW
	}
	f, err := os.OpenFile(name, flags, 0)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = fmt.Errorf("%w: %s is not a regular file", ErrFormat, name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// readOpen reads all of f, at most limit bytes.
func readOpen(f *os.File, limit int64) ([]byte, error) {
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if fi.Size() > limit {
		return nil, fmt.Errorf("%w: %s is larger than %d bytes", ErrFormat, f.Name(), limit)
	}
	data := make([]byte, fi.Size())
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	return data[:n], nil
}

// isNotDir reports whether a path went through something that is no directory.
func isNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
