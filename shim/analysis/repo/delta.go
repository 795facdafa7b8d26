package repo

import "fmt"

// applyDelta builds the object that a delta makes of its base.
func applyDelta(base, delta []byte) ([]byte, error) {
	bad := fmt.Errorf("%w: pack: delta", ErrFormat)
	from, delta, ok := deltaSize(delta)
	if !ok || from != uint64(len(base)) {
		return nil, bad
	}
	to, delta, ok := deltaSize(delta)
	if !ok || to > maxObject {
		return nil, bad
	}
	out := make([]byte, 0, to)
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		var part []byte
		if op&0x80 == 0 {
			if op == 0 || int(op) > len(delta) {
				return nil, bad
			}
			part, delta = delta[:op], delta[op:]
		} else {
			var at, n uint32
			if at, n, delta, ok = deltaCopy(op, delta); !ok || uint64(at)+uint64(n) > uint64(len(base)) {
				return nil, bad
			}
			part = base[at : at+n]
		}
		if uint64(len(out)+len(part)) > to {
			return nil, bad
		}
		out = append(out, part...)
	}
	if uint64(len(out)) != to {
		return nil, bad
	}
	return out, nil
}

// deltaSize reads one of the two sizes that a delta begins with.
func deltaSize(delta []byte) (size uint64, rest []byte, ok bool) {
	for i, c := range delta {
		if i > 8 {
			break
		}
		size |= uint64(c&0x7f) << (7 * i)
		if c&0x80 == 0 {
			return size, delta[i+1:], true
		}
	}
	return 0, nil, false
}

// deltaCopy reads the operands of a copy: where in the base, and how much.
func deltaCopy(op byte, delta []byte) (at, n uint32, rest []byte, ok bool) {
	for i := range 7 {
		if op>>i&1 == 0 {
			continue
		}
		if len(delta) == 0 {
			return 0, 0, nil, false
		}
		if i < 4 {
			at |= uint32(delta[0]) << (8 * i)
		} else {
			n |= uint32(delta[0]) << (8 * (i - 4))
		}
		delta = delta[1:]
	}
	if n == 0 {
		n = 0x10000
	}
	return at, n, delta, true
}
