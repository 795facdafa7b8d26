package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// ErrLong is the Err of a record whose line is longer than [MaxLine].
var ErrLong = errors.New("line too long")

// Read calls f for every line of the log at path, of its rotated files first,
// oldest first. Line is the number of the line in r.File, from 1; raw is the
// line without its newline and only valid during the call. A line that cannot
// be decoded is passed on with r.Err set, one that is too long with its first
// [MaxLine] bytes. Read checks no hash; [Verify] does. It stops at the first
// error of f and returns it as it is.
func Read(path string, f func(line int, r Record, raw []byte) error) error {
	files, err := Files(path)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return &os.PathError{Op: "read log", Path: path, Err: os.ErrNotExist}
	}
	for _, file := range files {
		if err := readFile(file, f); err != nil {
			return err
		}
	}
	return nil
}

func readFile(path string, f func(line int, r Record, raw []byte) error) error {
	file, err := openRead(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewReaderSize(file, MaxLine)
	for n := 1; ; n++ {
		line, err := lines.ReadSlice('\n')
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return fmt.Errorf("read log: %w", err)
		}
		if len(line) == 0 {
			return nil
		}
		r := decode(path, bytes.TrimSuffix(line, []byte{'\n'}))
		if err == bufio.ErrBufferFull {
			r = Record{File: path, Err: ErrLong}
		}
		if stop := f(n, r, bytes.TrimSuffix(line, []byte{'\n'})); stop != nil {
			return stop
		}
		for err == bufio.ErrBufferFull {
			_, err = lines.ReadSlice('\n')
		}
	}
}

// decode decodes one line without its newline.
func decode(path string, line []byte) Record {
	var r Record
	if err := json.Unmarshal(line, &r); err != nil {
		return Record{File: path, Err: fmt.Errorf("decode audit record: %w", err)}
	}
	if r.Seq == 0 || r.Kind == "" || r.Hash == "" {
		return Record{File: path, Err: errForm}
	}
	r.File = path
	return r
}

// Last returns the newest record of the log at path for which match returns
// true, and whether there is one. It reads backwards, through the rotated files
// as well, and passes over lines that it cannot decode.
func Last(path string, match func(Record) bool) (Record, bool, error) {
	files, err := Files(path)
	if err != nil {
		return Record{}, false, err
	}
	for i := len(files) - 1; i >= 0; i-- {
		r, ok, err := lastIn(files[i], match)
		if ok || err != nil {
			return r, ok, err
		}
	}
	return Record{}, false, nil
}

func lastIn(path string, match func(Record) bool) (Record, bool, error) {
	f, err := openRead(path)
	if err != nil {
		return Record{}, false, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return Record{}, false, fmt.Errorf("read log: %w", err)
	}
	var found Record
	ok, err := backwards(f, st.Size(), func(line []byte) bool {
		r := decode(path, line)
		if r.Err == nil && match(r) {
			found = r
			return true
		}
		return false
	})
	if err != nil {
		return Record{}, false, fmt.Errorf("read log %s: %w", path, err)
	}
	return found, ok, nil
}

// backwards calls f for the lines in the first size bytes of r, last line
// first, until f returns true. It passes over lines longer than MaxLine.
func backwards(r io.ReaderAt, size int64, f func(line []byte) bool) (bool, error) {
	const chunk = 64 << 10
	var tail []byte // the end of the line that the next chunk ends in
	long := false   // that line is too long, and tail is empty
	for end := size; end > 0; {
		n := min(end, chunk)
		buf := make([]byte, n, n+int64(len(tail)))
		if _, err := r.ReadAt(buf, end-n); err != nil {
			return false, err
		}
		end -= n
		buf = append(buf, tail...)
		for {
			i := bytes.LastIndexByte(buf, '\n')
			if i < 0 {
				break
			}
			if line := buf[i+1:]; !long && len(line) > 0 && f(line) {
				return true, nil
			}
			buf, long = buf[:i], false
		}
		tail = buf
		if len(tail) > MaxLine {
			tail, long = nil, true
		}
	}
	return !long && len(tail) > 0 && f(tail), nil
}

// openRead opens a file of a log for reading, whoever owns it, if it is a
// regular one.
func openRead(path string) (*os.File, error) {
	fd, err := open(unix.AT_FDCWD, path, unix.O_RDONLY)
	if err == unix.ELOOP {
		return nil, fmt.Errorf("read log %s: %w: it is a symbolic link", path, ErrUnsafe)
	}
	if err != nil {
		return nil, &os.PathError{Op: "read log", Path: path, Err: err}
	}
	f := os.NewFile(uintptr(fd), path)
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		f.Close()
		return nil, fmt.Errorf("read log %s: %w: it is no regular file", path, ErrUnsafe)
	}
	return f, nil
}
