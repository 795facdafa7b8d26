package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// A Report is what [Verify] found.
type Report struct {
	Files   []string // that were read, oldest first
	Records int      // good ones, up to the problem if there is one
	Last    uint64   // number of the last good record
	Hash    string   // of the last good record; the one to keep elsewhere
	Repairs []Position
	// Problem is the first thing that is wrong; nil if nothing is.
	Problem *Problem
}

// OK reports whether the chain is whole.
func (r Report) OK() bool { return r.Problem == nil }

// A Position is where a lifecycle record tells of a repair.
type Position struct {
	File   string
	Line   int
	Repair Repair
}

// A Problem is a place where the chain is broken.
type Problem struct {
	File string
	Line int // 0 if it is not about a line
	What string
}

// Error returns the problem as file:line: what.
func (p *Problem) Error() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.What)
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What)
}

// Verify reads the log at path with its rotated files and checks that every
// byte of it is as it was written, and that none is missing. It holds up writers
// only while it notes where the log ends. The error says that the files could
// not be read; what is wrong inside them is in the Report.
func Verify(path string) (Report, error) {
	s, err := takeSnapshot(filepath.Clean(path))
	if err != nil {
		return Report{}, err
	}
	if s.log != nil {
		defer s.log.Close()
	}
	v := verifier{report: Report{Hash: origin}, at: place{0, origin}, head: s.head}
	for _, file := range s.files {
		if v.report.Problem != nil {
			break
		}
		v.report.Files = append(v.report.Files, file)
		if file == filepath.Clean(path) {
			err = v.file(file, io.LimitReader(s.log, s.size))
		} else {
			err = v.rotatedFile(file)
		}
		if err != nil {
			return v.report, fmt.Errorf("verify log %s: %w", file, err)
		}
	}
	v.end(path, s.headOK)
	v.report.Last, v.report.Hash = v.at.seq, v.at.hash
	return v.report, nil
}

// snapshot is what the log was at one moment.
type snapshot struct {
	files  []string
	log    *os.File // nil if there is none
	size   int64
	head   place
	headOK bool
}

func takeSnapshot(path string) (s snapshot, err error) {
	head, err := openRead(filepath.Join(filepath.Dir(path), beside(filepath.Base(path), ".head")))
	switch {
	case err == nil:
		defer head.Close()
		fd := int(head.Fd())
		if err := lockShared(fd, head.Name()); err != nil {
			return s, err
		}
		if s.head, s.headOK, _, err = readHead(fd); err != nil {
			return s, err
		}
	case !errors.Is(err, os.ErrNotExist):
		return s, err
	}
	if s.files, err = Files(path); err != nil {
		return s, err
	}
	s.log, err = openRead(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	st, err := s.log.Stat()
	if err != nil {
		s.log.Close()
		return s, fmt.Errorf("read log: %w", err)
	}
	s.size = st.Size()
	return s, nil
}

// lockShared waits for the writers of the log to pause.
func lockShared(fd int, path string) error {
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		err := unix.Flock(fd, unix.LOCK_SH|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case err != unix.EWOULDBLOCK && err != unix.EINTR:
			return &os.PathError{Op: "lock", Path: path, Err: err}
		case time.Now().After(deadline):
			return fmt.Errorf("lock %s: %w by another process; end it (fuser names it)", path, ErrLocked)
		}
	}
}

// verifier walks the chain.
type verifier struct {
	report Report
	at     place // the last good record
	head   place

	// While there are bytes that are no part of the chain: what is wrong with
	// the first of them, how many there are, and their digest.
	bad  *Problem
	size int
	sum  hash.Hash
}

func (v *verifier) rotatedFile(path string) error {
	f, err := openRead(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return v.file(path, f)
}

// file checks one file, which has to end with the end of a line.
func (v *verifier) file(path string, r io.Reader) error {
	lines := bufio.NewReaderSize(r, MaxLine)
	for n := 1; ; n++ {
		line, err := lines.ReadSlice('\n')
		switch {
		case err == io.EOF && len(line) == 0:
			v.report.Problem = v.bad
			return nil
		case err == io.EOF:
			v.line(path, n, line)
			v.report.Problem = v.bad
			return nil
		case err == bufio.ErrBufferFull:
			v.report.Problem = &Problem{path, n, fmt.Sprintf("the line is longer than %d bytes", MaxLine)}
			if v.bad != nil {
				v.report.Problem = v.bad
			}
			return nil
		case err != nil:
			return err
		}
		v.line(path, n, line)
	}
}

// line checks one line. Lines that are not part of the chain are no problem if
// the next record that is one vouches for them.
func (v *verifier) line(path string, n int, line []byte) {
	at, err := v.at.next(line)
	if err == nil {
		repair := repairOf(line)
		if v.bad == nil || v.vouched(repair) {
			v.at, v.bad = at, nil
			v.report.Records++
			if repair != nil {
				v.report.Repairs = append(v.report.Repairs, Position{path, n, *repair})
			}
			if at.seq == v.head.seq && at.hash != v.head.hash {
				v.bad = &Problem{path, n, fmt.Sprintf("record %d is not the one that audit.head names: the end of the log was replaced", at.seq)}
				v.size, v.sum = 0, sha256.New()
			}
			return
		}
	}
	if v.bad == nil {
		if err == errForm && line[len(line)-1] != '\n' {
			err = errors.New("the line is not complete: its end was not written, or was removed")
		}
		v.bad = &Problem{path, n, err.Error()}
		v.size, v.sum = 0, sha256.New()
	}
	v.size += len(line)
	v.sum.Write(line)
}

func (v *verifier) vouched(r *Repair) bool {
	return r != nil && r.Bytes == v.size && r.SHA256 == hex.EncodeToString(v.sum.Sum(nil))
}

// end compares the end of the chain with audit.head.
func (v *verifier) end(path string, headOK bool) {
	switch {
	case v.report.Problem != nil:
	case !headOK && v.report.Records > 0:
		v.report.Problem = &Problem{beside(path, ".head"), 0, "it is missing or unreadable, so that records may be missing at the end of the log"}
	case v.head.seq == v.at.seq+1:
		v.report.Problem = &Problem{path, 0, fmt.Sprintf("record %d is missing at the end of the log", v.head.seq)}
	case v.head.seq > v.at.seq:
		v.report.Problem = &Problem{path, 0, fmt.Sprintf("records %d to %d are missing at the end of the log", v.at.seq+1, v.head.seq)}
	}
}

// repairOf returns the repair that the record in line tells of, or nil.
func repairOf(line []byte) *Repair {
	const lifecycle = `,"kind":"lifecycle",`
	var r struct {
		Kind   Kind
		Repair *Repair
	}
	if !bytes.Contains(line, []byte(lifecycle)) || json.Unmarshal(line, &r) != nil || r.Kind != Lifecycle {
		return nil
	}
	return r.Repair
}
