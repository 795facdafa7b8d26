package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// headLen is the length of audit.head: "guard-audit 1", the number of the last
// record in 20 digits, its hash, and a newline.
const (
	headMagic = "guard-audit 1 "
	headLen   = len(headMagic) + 20 + 1 + sha256.Size*2 + 1
)

// writeHead writes p into the file fd, in one write over what was there.
func writeHead(fd int, p place) error {
	b := fmt.Appendf(make([]byte, 0, headLen), "%s%020d %s\n", headMagic, p.seq, p.hash)
	if n, err := unix.Pwrite(fd, b, 0); err != nil || n != len(b) {
		return fmt.Errorf("write log head: %d of %d bytes: %w", max(n, 0), len(b), short(err))
	}
	return nil
}

// readHead returns the place that the file fd names; ok is false if it names
// none, and fresh true if that is because it is empty.
func readHead(fd int) (p place, ok, fresh bool, err error) {
	var b [headLen + 1]byte
	n, err := unix.Pread(fd, b[:], 0)
	if err != nil {
		return p, false, false, fmt.Errorf("read log head: %w", err)
	}
	p, ok = parseHead(b[:n])
	return p, ok, n == 0, nil
}

func parseHead(b []byte) (place, bool) {
	rest, ok := bytes.CutPrefix(b, []byte(headMagic))
	if !ok || len(b) != headLen || rest[20] != ' ' || rest[len(rest)-1] != '\n' {
		return place{}, false
	}
	for _, c := range rest[:20] {
		if c < '0' || c > '9' {
			return place{}, false
		}
	}
	hash := rest[21 : len(rest)-1]
	seq, err := strconv.ParseUint(string(rest[:20]), 10, 64)
	return place{seq, string(hash)}, err == nil && isHash(hash)
}

// tailWindow bounds how much of the end of a log is read to find the place to
// continue from. A crash leaves at most two lines after the place in the head.
const tailWindow = 4 * MaxLine

// A resumption says how to go on with a log.
type resumption struct {
	from    place
	repair  *Repair
	newline bool // the log does not end in one
}

// resume finds the place to continue from. All is well if the log ends in the
// record that the head names, which takes one short read.
func (l *Log) resume(size int64) (resumption, error) {
	head, ok, fresh, err := readHead(l.head.fd)
	if err != nil {
		return resumption{}, err
	}
	if ok && size >= int64(tailLen) {
		var end [tailLen]byte
		if err := readAt(l.log.fd, end[:], size-int64(tailLen)); err != nil {
			return resumption{}, fmt.Errorf("read end of log %s: %w", l.path, err)
		}
		if bytes.Equal(end[:], tailOf(head.hash)) {
			return resumption{from: head}, nil
		}
	}
	if size == 0 {
		return l.resumeEmpty(head, ok, fresh)
	}
	end := make([]byte, min(size, tailWindow))
	if err := readAt(l.log.fd, end, size-int64(len(end))); err != nil {
		return resumption{}, fmt.Errorf("read end of log %s: %w", l.path, err)
	}
	if ok {
		return resumeAfter(head, end), nil
	}
	p, rest, found := lastRecord(end)
	if !found {
		return resumption{}, fmt.Errorf("continue log %s: %w: neither its end nor %s tells the last record; keep both elsewhere and remove them", l.path, ErrCorrupt, beside(l.path, ".head"))
	}
	return withRest(p, "head", rest), nil
}

// resumeEmpty continues where the log is empty: because it is new, because it
// has just been rotated, or because somebody removed it.
func (l *Log) resumeEmpty(head place, ok, fresh bool) (resumption, error) {
	if ok && head.seq == 0 {
		return resumption{from: head}, nil
	}
	end, err := l.newestRotated()
	if err != nil {
		return resumption{}, err
	}
	switch {
	case ok && bytes.HasSuffix(end, tailOf(head.hash)):
		return resumption{from: head}, nil
	case ok:
		return resumption{from: head, repair: &Repair{Reason: "lost"}}, nil
	}
	if p, rest, found := lastRecord(end); found && len(rest) == 0 {
		return withRest(p, "head", nil), nil
	}
	r := resumption{from: place{0, origin}}
	if !fresh || len(end) > 0 {
		r.repair = &Repair{Reason: "head"}
	}
	return r, nil
}

// resumeAfter continues a log that does not end in the record that the head
// names. Records after that one were written before a crash that kept them out
// of the head; other bytes are kept and vouched for by a repair.
func resumeAfter(head place, end []byte) resumption {
	i := bytes.LastIndex(end, tailOf(head.hash))
	if i < 0 && head.seq > 0 {
		return resumption{head, &Repair{Reason: "lost"}, end[len(end)-1] != '\n'}
	}
	rest := end
	if i >= 0 {
		rest = end[i+tailLen:]
	}
	p := head
	for {
		n := bytes.IndexByte(rest, '\n') + 1
		at, err := p.next(rest[:n])
		if err != nil {
			break
		}
		p, rest = at, rest[n:]
	}
	if len(rest) == 0 {
		return resumption{from: p}
	}
	return withRest(p, "torn", rest)
}

// withRest vouches for the bytes rest, which stand between p and the repair,
// unless they are a record that lacks nothing but its newline.
func withRest(p place, reason string, rest []byte) resumption {
	r := resumption{from: p, repair: &Repair{Reason: reason}}
	if len(rest) == 0 {
		return r
	}
	r.newline = rest[len(rest)-1] != '\n'
	if at, err := p.next(append(rest[:len(rest):len(rest)], '\n')); r.newline && err == nil {
		r.from = at
		if reason == "torn" {
			r.repair = nil
		}
		return r
	}
	h := sha256.New()
	h.Write(rest)
	r.repair.Bytes = len(rest)
	if r.newline {
		h.Write([]byte{'\n'})
		r.repair.Bytes++
	}
	r.repair.SHA256 = hex.EncodeToString(h.Sum(nil))
	return r
}

// lastRecord returns the place of the last whole record in end, and what
// follows it.
func lastRecord(end []byte) (p place, rest []byte, found bool) {
	for stop := bytes.LastIndexByte(end, '\n') + 1; stop > 0; {
		start := bytes.LastIndexByte(end[:stop-1], '\n') + 1
		if at, _, err := parse(end[start:stop]); err == nil {
			return at, end[stop:], true
		}
		stop = start
	}
	return place{}, end, false
}
