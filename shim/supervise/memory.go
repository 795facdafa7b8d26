//go:build linux && (amd64 || arm64)

package supervise

import (
	"bytes"
	"encoding/binary"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	maxPath = 4096    // PATH_MAX, with the NUL
	maxArgv = 4 << 20 // bytes of all arguments; the kernel's own limit is lower by default
	window  = 16 << 10
)

// memory reads a caller's address space. It keeps the last stretch read, for
// the call at hand only: arguments mostly lie side by side.
type memory struct {
	tid  int
	page uintptr
	base uintptr
	data []byte
	buf  [window]byte
}

func newMemory() *memory { return &memory{page: uintptr(os.Getpagesize())} }

// of turns to another caller, or to a new call of the same one.
func (m *memory) of(tid uint32) { m.tid, m.data = int(tid), nil }

// read fills the window from addr on, up to n bytes or the end of what is mapped.
func (m *memory) read(addr uintptr, n int) unix.Errno {
	m.base, m.data = addr, nil
	local := unix.Iovec{Base: &m.buf[0]}
	local.SetLen(n)
	// The kernel stops at the first stretch that faults: one a page.
	var remote [window/4096 + 1]unix.RemoteIovec
	count := 0
	for at, left := addr, n; left > 0; count++ {
		size := min(int(m.page-at%m.page), left)
		remote[count] = unix.RemoteIovec{Base: at, Len: size}
		at += uintptr(size)
		left -= size
	}
	got, _, e := unix.RawSyscall6(unix.SYS_PROCESS_VM_READV, uintptr(m.tid), uintptr(unsafe.Pointer(&local)), 1,
		uintptr(unsafe.Pointer(&remote)), uintptr(count), 0)
	if e != 0 {
		return e
	}
	if got == 0 {
		return unix.EFAULT
	}
	m.data = m.buf[:got]
	return 0
}

// at returns what the window holds from addr on, which may be nothing.
func (m *memory) at(addr uintptr) []byte {
	if addr < m.base || addr-m.base >= uintptr(len(m.data)) {
		return nil
	}
	return m.data[addr-m.base:]
}

// text returns the string at addr, of at most limit bytes with its NUL; more
// is E2BIG.
func (m *memory) text(addr uintptr, limit, ahead int) (string, unix.Errno) {
	var whole []byte
	for {
		have := m.at(addr)
		if have == nil {
			if e := m.read(addr, ahead); e != 0 {
				return "", e
			}
			have = m.data
		}
		end := bytes.IndexByte(have, 0)
		if end >= 0 && len(whole)+end < limit {
			if whole == nil {
				return string(have[:end]), 0
			}
			return string(append(whole, have[:end]...)), 0
		}
		if end >= 0 || len(whole)+len(have) >= limit {
			return "", unix.E2BIG
		}
		whole = append(whole, have...)
		addr += uintptr(len(have))
	}
}

// short returns the path at addr if that is shorter than [quickMax] and can be
// read at once; else nothing. It stays valid until the next read.
func (m *memory) short(addr uint64) []byte {
	have := m.at(uintptr(addr))
	if have == nil {
		if m.read(uintptr(addr), quickMax) != 0 {
			return nil
		}
		have = m.data
	}
	return have[:max(bytes.IndexByte(have, 0), 0)]
}

// begins reports whether the text at addr begins with prefix.
func (m *memory) begins(addr uintptr, prefix string) bool {
	have := m.at(addr)
	if len(have) < len(prefix) {
		if m.read(addr, quickMax) != 0 {
			return false
		}
		have = m.data
	}
	return len(have) >= len(prefix) && string(have[:len(prefix)]) == prefix
}

// path returns the path at addr. An overlong one is ENAMETOOLONG, as the
// kernel would say.
func (m *memory) path(addr uint64) (string, unix.Errno) {
	s, e := m.text(uintptr(addr), maxPath, 512)
	if e == unix.E2BIG {
		e = unix.ENAMETOOLONG
	}
	return s, e
}

// bytes copies n bytes at addr, all of them or none.
func (m *memory) bytes(addr uint64, n int) ([]byte, unix.Errno) {
	if n > window {
		return nil, unix.E2BIG
	}
	if e := m.read(uintptr(addr), n); e != 0 {
		return nil, e
	}
	if len(m.data) < n {
		return nil, unix.EFAULT
	}
	return bytes.Clone(m.data[:n]), 0
}

// argv returns the whole argument list at addr; beyond [maxArgv] it is E2BIG.
func (m *memory) argv(addr uint64) ([]string, unix.Errno) {
	if addr == 0 {
		return nil, 0
	}
	pointers, e := m.pointers(addr)
	if e != 0 {
		return nil, e
	}
	argv := make([]string, 0, len(pointers))
	left := maxArgv - 8*len(pointers)
	for _, p := range pointers {
		// They mostly lie side by side, in their order.
		ahead := min(max(int(pointers[len(pointers)-1]-p)+256, 256), window)
		s, e := m.text(p, left, ahead)
		if e != 0 {
			return nil, e
		}
		left -= len(s) + 1
		argv = append(argv, s)
	}
	return argv, 0
}

func (m *memory) pointers(addr uint64) ([]uintptr, unix.Errno) {
	var list []uintptr
	for at := uintptr(addr); ; {
		have := m.at(at)
		if len(have) < 8 {
			if e := m.read(at, 2048); e != 0 {
				return nil, e
			}
			if have = m.data; len(have) < 8 {
				return nil, unix.EFAULT
			}
		}
		for ; len(have) >= 8; have = have[8:] {
			p := uintptr(binary.LittleEndian.Uint64(have))
			if p == 0 {
				return list, 0
			}
			if list = append(list, p); len(list) > maxArgv/16 {
				return nil, unix.E2BIG
			}
			at += 8
		}
	}
}
