package repo

import (
	"bufio"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// pack is one pack file with its version 2 index.
type pack struct {
	name   string // without .idx or .pack
	idx    *os.File
	data   *os.File
	fanout [256]uint32
	cache  map[int64]packed
	cached int // bytes in cache
}

// packed is an object read from a pack.
type packed struct {
	kind kind
	data []byte
}

const (
	maxPacks     = 1024
	maxDeltas    = 4096    // git's own limit on the depth of deltas is 4095
	maxPackCache = 8 << 20 // bytes of delta bases kept for each pack
)

// openPacks opens all packs of the store. Their files stay open until the
// Repo is collected.
func (s *store) openPacks() ([]*pack, error) {
	var packs []*pack
	for _, dir := range s.dirs {
		names, err := filepath.Glob(escapeGlob(filepath.Join(dir, "pack")) + "/pack-*.idx")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if len(packs) >= maxPacks {
				return nil, fmt.Errorf("%w: more than %d packs", ErrFormat, maxPacks)
			}
			p, err := openPack(strings.TrimSuffix(name, ".idx"))
			if errors.Is(err, os.ErrNotExist) {
				continue // removed by a repack, or still being written
			}
			if err != nil {
				return nil, fmt.Errorf("open pack %s: %w", name, err)
			}
			packs = append(packs, p)
		}
	}
	return packs, nil
}

// escapeGlob makes path a pattern for filepath.Glob that matches only itself.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// openPack opens one pack and reads its index's fan-out table.
func openPack(name string) (*pack, error) {
	idx, err := openRegular(name+".idx", true)
	if err != nil {
		return nil, err
	}
	data, err := openRegular(name+".pack", true)
	if err != nil {
		idx.Close()
		return nil, err
	}
	p := &pack{name: name, idx: idx, data: data, cache: map[int64]packed{}}
	if err := p.readFanout(); err != nil {
		idx.Close()
		data.Close()
		return nil, err
	}
	return p, nil
}

// read returns the object at an offset, with its deltas applied.
func (p *pack) read(s *store, offset int64, depth int) (kind, []byte, error) {
	if obj, ok := p.cache[offset]; ok {
		return obj.kind, obj.data, nil
	}
	if depth > maxDeltas {
		return 0, nil, fmt.Errorf("%w: deltas nest too deeply", ErrFormat)
	}
	if err := s.budget.check(); err != nil {
		return 0, nil, err
	}
	r := bufio.NewReaderSize(io.NewSectionReader(p.data, offset, 1<<62), 512)
	k, size, err := packHeader(r)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: pack: %w", ErrFormat, err)
	}
	// The base comes first, so that a long chain holds one delta at a time.
	var source []byte
	baseKind := k
	switch k {
	case kindCommit, kindTree, kindBlob, kindTag:
	case kindOffset:
		back, err := packOffset(r)
		if err != nil || back <= 0 || back >= offset {
			return 0, nil, fmt.Errorf("%w: pack: delta base", ErrFormat)
		}
		if baseKind, source, err = p.read(s, offset-back, depth+1); err != nil {
			return 0, nil, err
		}
	case kindRef:
		var name oid
		if _, err := io.ReadFull(r, name[:]); err != nil {
			return 0, nil, fmt.Errorf("%w: pack: %w", ErrFormat, err)
		}
		if baseKind, source, err = s.objectAt(name, depth+1); err != nil {
			return 0, nil, err
		}
	default:
		return 0, nil, fmt.Errorf("%w: pack: object type %d", ErrFormat, k)
	}
	data, err := inflate(r, size)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: pack: %w", ErrFormat, err)
	}
	if baseKind != k {
		if data, err = applyDelta(source, data); err != nil {
			return 0, nil, err
		}
	}
	p.keep(offset, packed{baseKind, data})
	return baseKind, data, nil
}

// keep remembers an object, since it may be the base of others.
func (p *pack) keep(offset int64, obj packed) {
	if p.cached += len(obj.data); p.cached > maxPackCache {
		clear(p.cache)
		p.cached = len(obj.data)
	}
	p.cache[offset] = obj
}

func inflate(r io.Reader, size int64) ([]byte, error) {
	z, err := zlib.NewReader(r)
	if err != nil {
		return nil, err
	}
	return readExactly(z, size)
}

// packHeader reads an object's type and inflated size.
func packHeader(r io.ByteReader) (kind, int64, error) {
	c, err := r.ReadByte()
	if err != nil {
		return 0, 0, err
	}
	k, size := kind(c>>4&7), int64(c&15)
	for shift := 4; c&0x80 != 0; shift += 7 {
		if c, err = r.ReadByte(); err != nil {
			return 0, 0, err
		}
		if shift > 56 {
			return 0, 0, errors.New("object size")
		}
		size |= int64(c&0x7f) << shift
	}
	if size < 0 {
		return 0, 0, errors.New("object size")
	}
	return k, size, nil
}

// packOffset reads how far back a delta's base lies.
func packOffset(r io.ByteReader) (int64, error) {
	var v int64
	for i := 0; ; i++ {
		c, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if i > 7 { // more than any file, and less than overflows
			return 0, errors.New("delta offset")
		}
		if i > 0 {
			v++
		}
		v = v<<7 | int64(c&0x7f)
		if c&0x80 == 0 {
			return v, nil
		}
	}
}
