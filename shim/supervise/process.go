//go:build linux && (amd64 || arm64)

package supervise

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	maxProcesses = 512 // remembered
	maxAncestors = 24  // in one chain
	maxCmdline   = 128 << 10
	maxStatus    = 64 << 10 // of status and stat

	numbered = 50 * time.Millisecond // in which no process number is used again
)

// processes remembers who started whom, so that a chain of ancestors survives
// the death of its middle. It holds no descriptors and a bounded number of
// records, the oldest giving way.
type processes struct {
	mu    sync.Mutex
	byPID map[int]*Process
	order []int // process numbers, oldest first
}

func newProcesses() *processes { return &processes{byPID: make(map[int]*Process)} }

// of returns the process that thread tid belongs to, or nil when it is gone.
func (t *processes) of(tid int) *Process {
	pid := leader(tid)
	if pid == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.get(pid, maxAncestors)
}

// get looks pid up, reading /proc again when it is another process or runs
// another program than remembered.
func (t *processes) get(pid, depth int) *Process {
	old, exe, now := t.byPID[pid], executable(pid), time.Now()
	recent := old != nil && now.Sub(old.seen) < numbered
	if recent && old.Exe == exe && old.Argv != nil {
		return old
	}
	parent, start, ok := lineage(pid)
	if !ok {
		return nil
	}
	same := old != nil && old.Start == start
	if same && old.Exe == exe && old.Argv != nil {
		old.seen = now
		return old
	}
	p := &Process{PID: pid, Exe: exe, Start: start, seen: now}
	switch {
	case same:
		p.Parent = old.Parent
	case depth > 0 && parent > 1 && parent != os.Getpid():
		p.Parent = t.get(parent, depth-1)
	}
	if q := p.Parent; !same && q != nil && q.Exe == exe && q.Argv != nil {
		p.Argv = q.Argv // forked
	} else {
		p.Argv = cmdline(pid)
	}
	trim(p)
	t.put(p)
	return p
}

func (t *processes) put(p *Process) {
	if t.byPID[p.PID] == nil {
		if len(t.order) >= maxProcesses {
			delete(t.byPID, t.order[0])
			t.order = append(t.order[:0], t.order[1:]...)
		}
		t.order = append(t.order, p.PID)
	}
	t.byPID[p.PID] = p
}

// forget drops what is known of the argument list of pid, which is about to
// run another program.
func (t *processes) forget(pid int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if old := t.byPID[pid]; old != nil {
		t.byPID[pid] = &Process{PID: pid, Parent: old.Parent, Exe: old.Exe, Start: old.Start, seen: old.seen}
	}
}

// trim bounds the chain above p: processes that fork for ever to outlive their
// parents would otherwise keep all of them.
func trim(p *Process) {
	depth := 0
	for q := p; q.Parent != nil; q = q.Parent {
		if depth++; depth >= maxAncestors {
			// Records are shared with readers: copy them, cut the copy.
			p.Parent = p.Parent.shortened(maxAncestors / 2)
			return
		}
	}
}

func (p *Process) shortened(n int) *Process {
	if p == nil || n == 0 {
		return nil
	}
	q := *p
	q.Parent = p.Parent.shortened(n - 1)
	return &q
}

// leader returns the process that a thread belongs to; 0 when it is gone.
func leader(tid int) int {
	// Mostly it is its own: only then there is a descriptor for it.
	if fd, err := unix.PidfdOpen(tid, 0); err == nil {
		closeFD(fd)
		return tid
	}
	pid, _ := identity(tid)
	return pid
}

// identity returns the process that a thread belongs to, as numbered here and
// in the innermost pid namespace; 0 when it is gone.
func identity(tid int) (pid int, inner string) {
	status := slurp(tid, "status", maxStatus)
	pid, err := strconv.Atoi(field(status, "Tgid:"))
	if err != nil {
		return 0, ""
	}
	inner = strconv.Itoa(pid)
	if all := strings.Fields(field(status, "NStgid:")); len(all) > 0 {
		inner = all[len(all)-1]
	}
	return pid, inner
}

// field returns what follows name at the start of a line of a status file.
func field(status []byte, name string) string {
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte(name)); ok {
			return string(bytes.TrimSpace(rest))
		}
	}
	return ""
}

// lineage returns the parent of pid and when pid started, in clock ticks.
func lineage(pid int) (parent int, start uint64, ok bool) {
	stat := slurp(pid, "stat", maxStatus)
	// The name in parentheses may contain anything.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 20 {
		return 0, 0, false
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0, 0, false
	}
	start, err = strconv.ParseUint(fields[19], 10, 64)
	return parent, start, err == nil
}

// executable returns the file that pid runs, or "" where it may not be known.
func executable(pid int) string {
	exe, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe")
	if err != nil {
		return ""
	}
	return exe
}

func cmdline(pid int) []string {
	text := slurp(pid, "cmdline", maxCmdline)
	if len(text) == 0 {
		return []string{}
	}
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
}

// slurp reads at most max bytes of a file of /proc/ID; what cannot be read is
// left out. Package os would prepare each file for waiting first, which costs
// more than to read it.
func slurp(id int, name string, max int) []byte {
	fd, err := unix.Open("/proc/"+strconv.Itoa(id)+"/"+name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer closeFD(fd)
	buf := make([]byte, 0, 4096)
	for len(buf) < max {
		if len(buf) == cap(buf) {
			buf = append(buf, make([]byte, len(buf))...)[:len(buf)]
		}
		n, err := unix.Read(fd, buf[len(buf):cap(buf)])
		if err == unix.EINTR {
			continue
		}
		if n <= 0 {
			break
		}
		buf = buf[:len(buf)+n]
	}
	return buf[:min(len(buf), max)]
}
