package repo

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// readFanout checks the index's header and reads its fan-out table.
func (p *pack) readFanout() error {
	var head [8 + 4*256]byte
	if _, err := p.idx.ReadAt(head[:], 0); err != nil {
		return err
	}
	if string(head[:8]) != "\xfftOc\x00\x00\x00\x02" {
		return fmt.Errorf("%w: pack index version", ErrFormat)
	}
	last := uint32(0)
	for i := range p.fanout {
		p.fanout[i] = binary.BigEndian.Uint32(head[8+4*i:])
		if p.fanout[i] < last {
			return fmt.Errorf("%w: pack index fan-out", ErrFormat)
		}
		last = p.fanout[i]
	}
	return nil
}

// find returns the offset of an object in the pack, or errNoObject.
func (p *pack) find(o oid) (int64, error) {
	const table = 8 + 4*256
	lo, hi := int64(0), int64(p.fanout[o[0]])
	if o[0] > 0 {
		lo = int64(p.fanout[o[0]-1])
	}
	total := int64(p.fanout[255])
	for lo < hi {
		mid := (lo + hi) / 2
		var at oid
		if _, err := p.idx.ReadAt(at[:], table+mid*20); err != nil {
			return 0, fmt.Errorf("%w: pack index: %w", ErrFormat, err)
		}
		switch bytes.Compare(o[:], at[:]) {
		case -1:
			hi = mid
		case 1:
			lo = mid + 1
		default:
			return p.offset(table+total*24+mid*4, table+total*28)
		}
	}
	return 0, errNoObject
}

// offset reads a pack offset of 31 bits, or from the table of 64-bit ones.
func (p *pack) offset(at, large int64) (int64, error) {
	var b [8]byte
	if _, err := p.idx.ReadAt(b[:4], at); err != nil {
		return 0, fmt.Errorf("%w: pack index: %w", ErrFormat, err)
	}
	v := binary.BigEndian.Uint32(b[:4])
	if v>>31 == 0 {
		return int64(v), nil
	}
	if _, err := p.idx.ReadAt(b[:], large+8*int64(v&0x7fffffff)); err != nil {
		return 0, fmt.Errorf("%w: pack index: %w", ErrFormat, err)
	}
	off := int64(binary.BigEndian.Uint64(b[:]))
	if off < 0 {
		return 0, fmt.Errorf("%w: pack index: offset", ErrFormat)
	}
	return off, nil
}
