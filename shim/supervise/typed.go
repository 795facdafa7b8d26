//go:build linux && (amd64 || arm64)

package supervise

import (
	"bytes"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	maxTyped = 1 << 20 // bytes of what was typed, beyond which it is not looked at
	maxLines = 64      // kept until they are asked about
)

// lines holds what was typed into shells, by process number, as files in memory.
type lines struct {
	mu    sync.Mutex
	files map[int]int
}

// typed answers an open of one of the names of a shell that asks; done is false for
// all others.
func (w *worker) typed(n *notification, q openRequest, addr uint64) (r reply, done bool) {
	if q.flags&unix.O_APPEND == 0 {
		return r, false
	}
	line := w.mem.begins(uintptr(addr), LinePath+"\x00")
	if !line && !w.mem.begins(uintptr(addr), TypedPath+"\x00") {
		return r, false
	}
	proc := w.processes.of(int(n.pid))
	if proc == nil {
		return refuse(), true
	}
	cloexec := q.flags&unix.O_CLOEXEC != 0
	if line {
		fd := w.lines.open(proc.PID)
		if fd < 0 {
			return refuse(), true
		}
		return give(fd, cloexec), true
	}
	if w.judge(n, &Event{Op: OpTyped, Line: w.lines.take(proc.PID)}) == Allow {
		if fd, err := unix.Open("/dev/null", unix.O_WRONLY|unix.O_CLOEXEC, 0); err == nil {
			return give(fd, cloexec), true
		}
	}
	if shell := proc.Parent; shell != nil && shell.Exe == proc.Exe && w.valid(n.id) {
		_ = unix.Kill(shell.PID, unix.SIGINT)
	}
	return refuse(), true
}

// open makes the file for what was typed into process pid, and returns a
// descriptor of it to give away; negative if there can be none.
func (l *lines) open(pid int) int {
	fd, err := unix.MemfdCreate("guard-line", unix.MFD_CLOEXEC)
	if err != nil {
		return -1
	}
	theirs, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		closeFD(fd)
		return -1
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for other, old := range l.files {
		if other == pid || len(l.files) >= maxLines {
			closeFD(old)
			delete(l.files, other)
		}
	}
	if l.files == nil {
		l.files = make(map[int]int)
	}
	l.files[pid] = fd
	return theirs
}

// take returns what was typed into process pid since it was taken last; nothing
// if it is too long.
func (l *lines) take(pid int) string {
	l.mu.Lock()
	fd, ok := l.files[pid]
	delete(l.files, pid)
	l.mu.Unlock()
	if !ok {
		return ""
	}
	defer closeFD(fd)
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || st.Size > maxTyped {
		return ""
	}
	text := make([]byte, st.Size)
	n, err := unix.Pread(fd, text, 0)
	if err != nil {
		return ""
	}
	return string(bytes.ReplaceAll(text[:n], []byte{0}, nil))
}
