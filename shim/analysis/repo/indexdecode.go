package repo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// parseIndex decodes an index of version 2, 3 or 4.
func parseIndex(data []byte) (*index, error) {
	bad := func(what string) (*index, error) { return nil, fmt.Errorf("%w: index: %s", ErrFormat, what) }
	if len(data) < 12+20 || string(data[:4]) != "DIRC" {
		return bad("header")
	}
	body, sum := data[:len(data)-20], data[len(data)-20:]
	if !bytes.Equal(sum, make([]byte, 20)) { // all zero: written with index.skipHash
		h, err := newSHA1()
		if err != nil {
			return nil, err
		}
		h.Write(body)
		if !bytes.Equal(sum, h.Sum(nil)) {
			return bad("checksum")
		}
	}
	version := binary.BigEndian.Uint32(body[4:])
	count := int(binary.BigEndian.Uint32(body[8:]))
	if version < 2 || version > 4 {
		return bad("version " + strconv.Itoa(int(version)))
	}
	if count > len(body)/62 {
		return bad("number of entries")
	}
	d := indexDecoder{text: string(body), at: 12, version: version}
	idx := &index{entries: make([]entry, 0, count)}
	for range count {
		e, err := d.entry()
		if err != nil {
			return bad(err.Error())
		}
		if n := len(idx.entries); n > 0 {
			last := &idx.entries[n-1]
			if e.name < last.name || e.name == last.name && e.stage <= last.stage {
				return bad("order of entries")
			}
		}
		idx.entries = append(idx.entries, e)
	}
	var err error
	if idx.trees, err = d.extensions(); err != nil {
		return bad(err.Error())
	}
	return idx, nil
}

// indexDecoder walks the text of an index.
type indexDecoder struct {
	text    string
	at      int
	version uint32
	last    string // the previous entry's name
}

var errShort = errors.New("truncated")

func (d *indexDecoder) uint32At(i int) uint32 {
	s := d.text[d.at+i:]
	return uint32(s[0])<<24 | uint32(s[1])<<16 | uint32(s[2])<<8 | uint32(s[3])
}

// entry decodes the next entry.
func (d *indexDecoder) entry() (entry, error) {
	start := d.at
	if len(d.text)-d.at < 62 {
		return entry{}, errShort
	}
	e := entry{
		ctime: stamp{d.uint32At(0), d.uint32At(4)},
		mtime: stamp{d.uint32At(8), d.uint32At(12)},
		mode:  d.uint32At(24),
		size:  d.uint32At(36),
	}
	copy(e.hash[:], d.text[d.at+40:])
	flags := d.uint32At(58) & 0xffff
	d.at += 62
	e.stage = uint8(flags >> 12 & 3)
	if flags&0x4000 != 0 { // extended
		if len(d.text)-d.at < 2 || d.version == 2 {
			return entry{}, errShort
		}
		high := d.text[d.at]
		d.at += 2
		e.intent = high&0x20 != 0
		if high&0x40 != 0 {
			return entry{}, errors.New("sparse work tree")
		}
	}
	if e.mode&modeType == modeTree {
		return entry{}, errors.New("sparse index")
	}
	prefix := ""
	if d.version == 4 {
		strip, ok := d.varint()
		if !ok || strip > len(d.last) {
			return entry{}, errors.New("entry name")
		}
		prefix = d.last[:len(d.last)-strip]
	}
	end := strings.IndexByte(d.text[d.at:], 0)
	if end < 0 {
		return entry{}, errShort
	}
	e.name = prefix + d.text[d.at:d.at+end]
	if e.name == "" || len(e.name) > 4096 {
		return entry{}, errors.New("entry name")
	}
	d.last = e.name
	d.at += end + 1
	if d.version < 4 { // padded to a multiple of eight, at least one NUL
		d.at = start + (d.at-1-start+8)&^7
		if d.at > len(d.text) {
			return entry{}, errShort
		}
	}
	return e, nil
}

// varint reads a number as pack files write offsets.
func (d *indexDecoder) varint() (int, bool) {
	r := strings.NewReader(d.text[d.at:])
	v, err := packOffset(r)
	d.at = len(d.text) - r.Len()
	return int(v), err == nil && v <= maxIndex
}

// extensions reads what follows the entries. Of the optional ones it keeps the
// cached trees; one that changes what the entries mean is an error.
func (d *indexDecoder) extensions() (map[string]oid, error) {
	var trees map[string]oid
	for d.at < len(d.text) {
		if len(d.text)-d.at < 8 {
			return nil, errShort
		}
		name, size := d.text[d.at:d.at+4], int64(d.uint32At(4))
		d.at += 8
		if size > int64(len(d.text)-d.at) {
			return nil, errShort
		}
		body := d.text[d.at : d.at+int(size)]
		d.at += int(size)
		switch {
		case name == "TREE":
			trees = map[string]oid{}
			if _, ok := cachedTrees(body, "", trees, 0); !ok {
				return nil, errors.New("cached trees")
			}
		case name[0] < 'A' || name[0] > 'Z':
			return nil, fmt.Errorf("extension %q", name)
		}
	}
	return trees, nil
}

// cachedTrees reads one node of the TREE extension and those below it into
// trees: directory ("" or ending in a slash) to tree object, where valid.
func cachedTrees(text, dir string, trees map[string]oid, depth int) (rest string, ok bool) {
	name, text, ok := strings.Cut(text, "\x00")
	if !ok || depth > 1024 || len(dir)+len(name) > 4096 {
		return "", false
	}
	if depth > 0 {
		dir += name + "/"
	}
	line, text, ok := strings.Cut(text, "\n")
	covers, subs, ok2 := strings.Cut(line, " ")
	n, err := strconv.Atoi(covers)
	below, err2 := strconv.Atoi(subs)
	if !ok || !ok2 || err != nil || err2 != nil {
		return "", false
	}
	if n >= 0 {
		if len(text) < 20 {
			return "", false
		}
		trees[dir] = oid([]byte(text[:20]))
		text = text[20:]
	}
	for range below {
		if text, ok = cachedTrees(text, dir, trees, depth+1); !ok {
			return "", false
		}
	}
	return text, true
}
