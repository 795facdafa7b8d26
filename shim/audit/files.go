package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// openFlags keep every file from following a symbolic link, from waiting for
// the other end of a named pipe and from leaking into the shell that guard
// becomes.
const openFlags = unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC

// openDir opens the directory of a log, created with its parents if create is
// set.
func openDir(dir string, create bool) (int, error) {
	fd, err := open(unix.AT_FDCWD, dir, unix.O_RDONLY|unix.O_DIRECTORY)
	if err == unix.ENOENT && create {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return -1, fmt.Errorf("create log directory: %w", err)
		}
		fd, err = open(unix.AT_FDCWD, dir, unix.O_RDONLY|unix.O_DIRECTORY)
	}
	switch err {
	case nil:
	case unix.ELOOP, unix.ENOTDIR:
		return -1, fmt.Errorf("open log directory %s: %w: it is a symbolic link or no directory; replace it by a directory", dir, ErrUnsafe)
	default:
		return -1, &os.PathError{Op: "open log directory", Path: dir, Err: err}
	}
	if _, err := check(fd, dir, unix.S_IFDIR); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// openFile opens the file called name in the directory dirfd, which is dir.
func openFile(dirfd int, dir, name string, flags int) (int, unix.Stat_t, error) {
	path := filepath.Join(dir, name)
	fd, err := open(dirfd, name, flags)
	switch err {
	case nil:
	case unix.ELOOP, unix.ENXIO, unix.EISDIR:
		return -1, unix.Stat_t{}, fmt.Errorf("open log %s: %w: it is no regular file; remove it", path, ErrUnsafe)
	default:
		return -1, unix.Stat_t{}, &os.PathError{Op: "open log", Path: path, Err: err}
	}
	st, err := check(fd, path, unix.S_IFREG)
	if err != nil {
		unix.Close(fd)
		return -1, st, err
	}
	return fd, st, nil
}

func open(dirfd int, name string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(dirfd, name, flags|openFlags, 0o600)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// check refuses a file that somebody else than its owner or root could have
// written.
func check(fd int, path string, format uint32) (unix.Stat_t, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return st, &os.PathError{Op: "stat log", Path: path, Err: err}
	}
	return st, checkStat(&st, path, format)
}

func checkStat(st *unix.Stat_t, path string, format uint32) error {
	mode := uint32(st.Mode)
	switch {
	case mode&unix.S_IFMT != format:
		return fmt.Errorf("open log %s: %w: it is no regular file; remove it", path, ErrUnsafe)
	case st.Uid != 0 && int(st.Uid) != os.Geteuid():
		return fmt.Errorf("open log %s: %w: it belongs to uid %d, not to uid %d or root; remove it or change its owner", path, ErrUnsafe, st.Uid, os.Geteuid())
	case mode&0o022 != 0:
		return fmt.Errorf("open log %s: %w: group or others can write to it (mode %04o); run chmod go-w on it", path, ErrUnsafe, mode&0o7777)
	}
	return nil
}

// readAt reads exactly len(b) bytes at the offset off.
func readAt(fd int, b []byte, off int64) error {
	for len(b) > 0 {
		n, err := unix.Pread(fd, b, off)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		case n == 0:
			return errors.New("file is shorter than it was")
		}
		b, off = b[n:], off+int64(n)
	}
	return nil
}

// beside returns the name of the file with the extension ext beside the log.
func beside(name, ext string) string {
	return strings.TrimSuffix(name, ".jsonl") + ext
}

// maxRotated bounds the numbers of rotated files.
const maxRotated = 999_999_999

// Files returns the paths of the files of the log at path that exist, oldest
// first: the rotated ones by number, then path itself.
func Files(path string) ([]string, error) {
	numbers, err := rotated(path)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, n := range numbers {
		files = append(files, path+"."+strconv.Itoa(n))
	}
	if _, err := os.Lstat(path); err == nil {
		files = append(files, path)
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("list log files: %w", err)
	}
	return files, nil
}

// rotated returns the numbers of the rotated files in ascending order.
func rotated(path string) ([]int, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("list log files: %w", err)
	}
	var numbers []int
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), filepath.Base(path)+".")
		n, err := strconv.Atoi(digits)
		if ok && err == nil && n > 0 && n <= maxRotated && strconv.Itoa(n) == digits {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// short explains a write that did not write everything.
func short(err error) error {
	if err == nil {
		return errors.New("short write; is the disk full?")
	}
	return err
}
