package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
)

// origin is the hash before the first record.
const origin = "0000000000000000000000000000000000000000000000000000000000000000"

// A place is a position in the chain: a record that was written.
type place struct {
	seq  uint64 // 0 before the first record
	hash string
}

const (
	seqKey  = `{"seq":`
	prevKey = `,"prev":"`
	hashKey = `,"hash":"`
	lineEnd = "\"}\n"
	// tailLen is the length of the part of a line that tells its hash.
	tailLen = len(hashKey) + sha256.Size*2 + len(lineEnd)
)

// tailOf returns the end of the line whose hash is hash.
func tailOf(hash string) []byte { return []byte(hashKey + hash + lineEnd) }

// seal appends to b the line of a record that follows p, and returns the place
// of that record. Rest is all of its members after prev.
func seal(b []byte, p place, rest ...[]byte) ([]byte, place) {
	start := len(b)
	b = append(b, seqKey...)
	b = strconv.AppendUint(b, p.seq+1, 10)
	b = append(b, prevKey...)
	b = append(b, p.hash...)
	b = append(b, '"')
	for _, r := range rest {
		b = append(b, r...)
	}
	b = append(b, '}')
	sum := sha256.Sum256(b[start:])
	next := place{p.seq + 1, hex.EncodeToString(sum[:])}
	return append(b[:len(b)-1], tailOf(next.hash)...), next
}

// The ways in which a line can fail to be a record, whatever is around it.
var (
	errForm = errors.New("the line is no audit record")
	errHash = errors.New("the line was changed: its hash does not match")
)

// parse returns the place of the record that line holds, newline included, and
// the hash of the one before it.
func parse(line []byte) (at place, prev string, err error) {
	if len(line) > MaxLine || len(line) < len(seqKey)+tailLen || !bytes.HasPrefix(line, []byte(seqKey)) {
		return at, "", errForm
	}
	cut := len(line) - tailLen
	rest, tail := line[len(seqKey):cut], line[cut:]
	hash := tail[len(hashKey) : len(tail)-len(lineEnd)]
	if !bytes.HasPrefix(tail, []byte(hashKey)) || !bytes.HasSuffix(tail, []byte(lineEnd)) || !isHash(hash) {
		return at, "", errForm
	}
	digits, rest, ok := bytes.Cut(rest, []byte(prevKey))
	seq, err := strconv.ParseUint(string(digits), 10, 64)
	if !ok || err != nil || strconv.FormatUint(seq, 10) != string(digits) ||
		len(rest) <= sha256.Size*2 || !isHash(rest[:sha256.Size*2]) || rest[sha256.Size*2] != '"' {
		return at, "", errForm
	}
	h := sha256.New()
	h.Write(line[:cut])
	h.Write([]byte{'}'})
	var sum [sha256.Size]byte
	at = place{seq, string(hash)}
	if hex.EncodeToString(h.Sum(sum[:0])) != at.hash {
		return at, "", errHash
	}
	return at, string(rest[:sha256.Size*2]), nil
}

// isHash reports whether b is a SHA-256 digest in lower-case hex.
func isHash(b []byte) bool {
	if len(b) != sha256.Size*2 {
		return false
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// next returns the place of the record in line, if that record follows p.
func (p place) next(line []byte) (place, error) {
	at, prev, err := parse(line)
	switch {
	case err != nil:
		return at, err
	case at.seq <= p.seq:
		return at, fmt.Errorf("record %d stands after record %d: it was moved, repeated or inserted", at.seq, p.seq)
	case at.seq == p.seq+2:
		return at, fmt.Errorf("record %d is missing before record %d", p.seq+1, at.seq)
	case at.seq > p.seq+1:
		return at, fmt.Errorf("records %d to %d are missing before record %d", p.seq+1, at.seq-1, at.seq)
	case prev != p.hash:
		return at, fmt.Errorf("record %d does not follow the record before it: one of them was replaced", at.seq)
	}
	return at, nil
}
