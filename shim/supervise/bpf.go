//go:build linux && (amd64 || arm64)

package supervise

import (
	"cmp"
	"slices"

	"golang.org/x/sys/unix"
)

// Offsets into struct seccomp_data. Both architectures are little-endian, so
// the low half of an argument comes first.
const (
	offNumber = 0
	offArch   = 4
	offArgs   = 16
)

const (
	retAllow  = unix.SECCOMP_RET_ALLOW
	retNotify = unix.SECCOMP_RET_USER_NOTIF
	retAbsent = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
	retRefuse = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
)

// program is a classic BPF program under construction.
type program []unix.SockFilter

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func ret(value uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: value}
}

// jump compares the accumulator with k and skips yes or no instructions.
func jump(test uint16, k uint32, yes, no int) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, Jt: uint8(yes), Jf: uint8(no), K: k}
}

// arg names an argument of a system call, counted from one; zero is none.
type arg uint8

func (a arg) of(n *notification) uint64 { return n.args[a-1] }

func (a arg) offset() uint32 { return offArgs + 8*uint32(a-1) }

// cond is a condition on the low half of one argument.
type cond struct {
	arg  arg      // none: always
	test condTest // how to compare
	vals []uint32
}

type condTest uint8

const (
	anyBit  condTest = iota // one of the bits in vals[0] is set
	oneOf                   // equal to one of vals
	noneOf                  // equal to none of vals
	noBit                   // none of the bits in vals[0] is set
	opening                 // as anyBit, unless O_PATH is set
)

// body appends "if c then action else allow".
func (c *cond) body(p program, action uint32) program {
	if c.arg == 0 {
		return append(p, ret(action))
	}
	p = append(p, load(c.arg.offset()))
	switch c.test {
	case anyBit:
		p = append(p, jump(unix.BPF_JSET, c.vals[0], 0, 1), ret(action), ret(retAllow))
	case noBit:
		p = append(p, jump(unix.BPF_JSET, c.vals[0], 1, 0), ret(action), ret(retAllow))
	case opening:
		p = append(p, jump(unix.BPF_JSET, unix.O_PATH, 2, 0),
			jump(unix.BPF_JSET, c.vals[0], 0, 1), ret(action), ret(retAllow))
	case oneOf, noneOf:
		hit, miss := action, uint32(retAllow)
		if c.test == noneOf {
			hit, miss = miss, hit
		}
		for i, v := range c.vals {
			p = append(p, jump(unix.BPF_JEQ, v, len(c.vals)-i, 0))
		}
		p = append(p, ret(miss), ret(hit))
	}
	return p
}

// filter compiles the calls that are seen at level into one program. Calls of
// another architecture or ABI answer ENOSYS, as on a kernel built without it. The
// first call in the list is the one that is made most; the others are found by
// halving.
func filter(calls []call, level Level) program {
	p := make(program, 0, 512)
	p = append(p, load(offArch),
		jump(unix.BPF_JEQ, nativeArch, 1, 0), ret(retAbsent),
		load(offNumber),
		jump(unix.BPF_JGE, x32Bit, 0, 1), ret(retAbsent))
	seen := make([]*call, 0, len(calls))
	for i := range calls {
		if calls[i].level <= level {
			seen = append(seen, &calls[i])
		}
	}
	if len(seen) > 0 {
		p = seen[0].test(p, level)
		seen = seen[1:]
		slices.SortFunc(seen, func(a, b *call) int { return cmp.Compare(a.nr, b.nr) })
	}
	return halve(p, seen, level)
}

// halve appends calls that are sorted by their number; it ends with an answer.
func halve(p program, calls []*call, level Level) program {
	if len(calls) <= 2 {
		for _, c := range calls {
			p = c.test(p, level)
		}
		return append(p, ret(retAllow))
	}
	mid := len(calls) / 2
	// The distance may be too far for a conditional jump.
	p = append(p, jump(unix.BPF_JGE, calls[mid].nr, 0, 1), unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JA})
	over := len(p)
	p = halve(p, calls[:mid], level)
	p[over-1].K = uint32(len(p) - over)
	return halve(p, calls[mid:], level)
}

// test appends the answer for one call; others pass on.
func (c *call) test(p program, level Level) program {
	when := c.when
	if c.kind == kindOpen && level >= LevelFull {
		when = cond{c.flags, noBit, []uint32{unix.O_PATH}}
	}
	at := len(p)
	p = when.body(append(p, jump(unix.BPF_JEQ, c.nr, 0, 0)), c.action())
	p[at].Jf = uint8(len(p) - at - 1)
	return p
}
