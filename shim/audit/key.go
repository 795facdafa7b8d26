package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// keyLen is the length of audit.key in bytes.
const keyLen = 32

// key returns the key of command_hmac, made up the first time it is needed.
func (l *Log) key() ([]byte, error) {
	if l.hmacKey != nil {
		return l.hmacKey, nil
	}
	k, err := l.readKey()
	if errors.Is(err, os.ErrNotExist) {
		k, err = l.makeKey()
	}
	l.hmacKey = k
	return k, err
}

func (l *Log) readKey() ([]byte, error) {
	name := beside(l.name, ".key")
	fd, st, err := openFile(l.dirfd, l.dir, name, unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	k := make([]byte, keyLen)
	if st.Size != keyLen || readAt(fd, k, 0) != nil {
		return nil, fmt.Errorf("read log key %s: %w: it is not %d bytes long; remove it, and a new one is made", filepath.Join(l.dir, name), ErrCorrupt, keyLen)
	}
	return k, nil
}

// makeKey writes a new key beside the log, whole or not at all, unless another
// process has done so by now.
func (l *Log) makeKey() ([]byte, error) {
	if err := l.lock(); err != nil {
		return nil, err
	}
	defer l.unlock()
	if k, err := l.readKey(); !errors.Is(err, os.ErrNotExist) {
		return k, err
	}
	name := beside(l.name, ".key")
	fd, _, err := openFile(l.dirfd, l.dir, name+".new", unix.O_RDWR|unix.O_CREAT|unix.O_TRUNC)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	k := make([]byte, keyLen)
	if err := random(k); err != nil {
		return nil, fmt.Errorf("make log key: %w", err)
	}
	if n, err := unix.Write(fd, k); err != nil || n != keyLen {
		return nil, fmt.Errorf("write log key: %d of %d bytes: %w", max(n, 0), keyLen, short(err))
	}
	if err := unix.Renameat(l.dirfd, name+".new", l.dirfd, name); err != nil {
		return nil, fmt.Errorf("write log key: %w", err)
	}
	return k, nil
}

// random fills b from the system's source. The package crypto/rand would do so
// too, at a price that every start of guard pays.
func random(b []byte) error {
	f, err := os.Open("/dev/urandom")
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.ReadFull(f, b)
	return err
}
