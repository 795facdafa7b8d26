package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Options are the choices that a log leaves to its caller; the zero value is
// good.
type Options struct {
	// MaxSize is the size in bytes past which the log is rotated; 0 means 64 MiB.
	MaxSize int64
	// Wait is how long to wait for other processes that append; 0 means 5 s.
	Wait time.Duration
	// Sync makes Append wait until the record is on the disk. Without it a
	// record survives the end of guard, but not always the loss of power.
	Sync bool
}

// A Log appends to a decision log. It may be used by many goroutines, and the
// files by many processes, at a time.
type Log struct {
	mu        sync.Mutex
	path      string
	dir, name string
	dirfd     int
	log, head handle
	boot      string
	opt       Options
	hmacKey   []byte
}

// handle is an open file; fd is -1 if there is none.
type handle struct {
	fd int
	st unix.Stat_t
}

func (h *handle) close() {
	if h.fd >= 0 {
		unix.Close(h.fd)
	}
	h.fd = -1
}

// Open opens the log at path for appending. It creates what is missing: the
// directories with mode 0700, the files with mode 0600. The error is
// [ErrUnsafe] if somebody else than the user or root could have written them.
func Open(path string, o Options) (*Log, error) {
	if o.MaxSize <= 0 {
		o.MaxSize = 64 << 20
	}
	if o.Wait <= 0 {
		o.Wait = 5 * time.Second
	}
	path = filepath.Clean(path)
	l := &Log{path: path, dir: filepath.Dir(path), name: filepath.Base(path), boot: bootID(), opt: o, dirfd: -1}
	l.log.fd, l.head.fd = -1, -1
	var err error
	if l.dirfd, err = openDir(l.dir, true); err != nil {
		return nil, err
	}
	if err = errors.Join(l.reopen(&l.head, beside(l.name, ".head")), l.reopen(&l.log, l.name)); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Close releases the files. It reports no error, as Append has already written
// everything.
func (l *Log) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log.close()
	l.head.close()
	if l.dirfd >= 0 {
		unix.Close(l.dirfd)
	}
	l.dirfd = -1
}

// reopen makes h the file called name, created if it is missing.
func (l *Log) reopen(h *handle, name string) error {
	h.close()
	flags := unix.O_RDWR | unix.O_CREAT
	if name == l.name {
		flags |= unix.O_APPEND
	}
	fd, st, err := openFile(l.dirfd, l.dir, name, flags)
	if err != nil {
		return err
	}
	h.fd, h.st = fd, st
	return nil
}

// current reports whether h is still the file called name, and brings h.st up
// to date.
func (l *Log) current(h *handle, name string) bool {
	var now unix.Stat_t
	err := unix.Fstatat(l.dirfd, name, &now, unix.AT_SYMLINK_NOFOLLOW)
	if h.fd < 0 || err != nil || now.Dev != h.st.Dev || now.Ino != h.st.Ino {
		return false
	}
	h.st = now
	return true
}

// lock takes the lock that all writers of the log share: on the audit.head that
// is in the directory now.
func (l *Log) lock() error {
	name := beside(l.name, ".head")
	deadline := time.Now().Add(l.opt.Wait)
	for pause := 20 * time.Microsecond; ; pause = min(2*pause, 2*time.Millisecond) {
		err := unix.Flock(l.head.fd, unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil && l.current(&l.head, name):
			return nil
		case err == nil || err == unix.EWOULDBLOCK && !l.current(&l.head, name):
			if err := l.reopen(&l.head, name); err != nil {
				return err
			}
		case err != unix.EWOULDBLOCK && err != unix.EINTR:
			return &os.PathError{Op: "lock", Path: filepath.Join(l.dir, name), Err: err}
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("lock %s: %w for %s by another process; end it (fuser names it)", filepath.Join(l.dir, name), ErrLocked, l.opt.Wait)
		}
		time.Sleep(pause)
	}
}

func (l *Log) unlock() { unix.Flock(l.head.fd, unix.LOCK_UN) }

// Append writes r as the next record of the log, in one write, and sets its
// Seq, Time, Boot, Mono, Prev and Hash. It writes a lifecycle record first if
// the end of the log is not as it was left. When it returns nil the kernel has
// the record; on an error the caller must not go on as if it were logged.
func (l *Log) Append(r *Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dirfd < 0 {
		return fmt.Errorf("append to log %s: %w", l.path, os.ErrClosed)
	}
	body, err := appendBody(make([]byte, 0, 2<<10), r, l.key)
	if err != nil {
		return fmt.Errorf("append to log %s: %w", l.path, err)
	}
	if err := l.lock(); err != nil {
		return err
	}
	defer l.unlock()
	if err := l.append(r, body); err != nil {
		return fmt.Errorf("append to log %s: %w", l.path, err)
	}
	return nil
}

// append writes the record with the members body, under the lock.
func (l *Log) append(r *Record, body []byte) error {
	if !l.current(&l.log, l.name) {
		if err := l.reopen(&l.log, l.name); err != nil {
			return err
		}
	}
	if err := checkStat(&l.log.st, l.path, unix.S_IFREG); err != nil {
		return err
	}
	size := l.log.st.Size
	at, err := l.resume(size)
	if err != nil {
		return err
	}
	if at.repair == nil && size > 0 && size+int64(len(body)) > l.opt.MaxSize {
		if err := l.rotate(); err != nil {
			return err
		}
	}
	now, mono := time.Now().UTC(), monotonic()
	stamp := l.stamp(now, mono)
	b := make([]byte, 0, 512+len(body))
	p := at.from
	if at.newline {
		b = append(b, '\n')
	}
	if at.repair != nil {
		b, p = seal(b, p, stamp, repairBody(r, at.repair))
	}
	prev := p
	b, p = seal(b, p, stamp, body)
	n, err := unix.Write(l.log.fd, b)
	if err != nil || n != len(b) {
		return fmt.Errorf("write: %d of %d bytes: %w", max(n, 0), len(b), short(err))
	}
	if l.opt.Sync {
		if err := unix.Fsync(l.log.fd); err != nil {
			return fmt.Errorf("sync: %w", err)
		}
	}
	if err := writeHead(l.head.fd, p); err != nil {
		return err
	}
	r.Seq, r.Prev, r.Hash = p.seq, prev.hash, p.hash
	r.Time, r.Boot, r.Mono = now, l.boot, mono
	return nil
}

// stamp returns the members between prev and kind.
func (l *Log) stamp(now time.Time, mono int64) []byte {
	e := encoder{make([]byte, 0, 128)}
	e.key("time")
	e.b = append(e.b, '"')
	e.b = now.AppendFormat(e.b, timeFormat)
	e.b = append(e.b, '"')
	e.text("boot", l.boot, maxDigest)
	e.number("mono", mono)
	return e.b
}

// repairBody returns the members of the lifecycle record for a repair that was
// made on the way to writing r.
func repairBody(r *Record, repair *Repair) []byte {
	note := "the log did not end in a whole record; the bytes before this line are no record"
	switch repair.Reason {
	case "head":
		note = "audit.head was missing or unreadable; the log goes on from its last record"
	case "lost":
		note = "the log does not end in the record that audit.head names; records were lost, changed or removed"
	}
	life := &Record{Kind: Lifecycle, User: r.User, UID: r.UID, Host: r.Host, Note: note, Repair: repair}
	e, _ := appendBody(make([]byte, 0, 512), life, nil) // the kind is known and there is no command
	return e
}

// rotate moves the log out of the way and opens a new one.
func (l *Log) rotate() error {
	numbers, err := rotated(l.path)
	if err != nil {
		return err
	}
	n := 1
	if len(numbers) > 0 {
		n = numbers[len(numbers)-1] + 1
	}
	if n > maxRotated {
		return fmt.Errorf("rotate: too many rotated files; move %s.%d elsewhere", l.path, n-1)
	}
	if err := unix.Renameat(l.dirfd, l.name, l.dirfd, l.name+"."+strconv.Itoa(n)); err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	if l.opt.Sync {
		if err := unix.Fsync(l.dirfd); err != nil {
			return fmt.Errorf("rotate: %w", err)
		}
	}
	return l.reopen(&l.log, l.name)
}

// newestRotated returns the end of the newest rotated file, if there is one.
func (l *Log) newestRotated() ([]byte, error) {
	numbers, err := rotated(l.path)
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	fd, st, err := openFile(l.dirfd, l.dir, l.name+"."+strconv.Itoa(numbers[len(numbers)-1]), unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	end := make([]byte, min(st.Size, tailWindow))
	if err := readAt(fd, end, st.Size-int64(len(end))); err != nil {
		return nil, fmt.Errorf("read rotated log: %w", err)
	}
	return end, nil
}
