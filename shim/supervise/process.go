//go:build linux && (amd64 || arm64)

package supervise

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"sync"
)

const (
	maxProcesses = 512 // remembered
	maxAncestors = 24  // in one chain
	maxCmdline   = 128 << 10
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
	pid, _ := identity(tid)
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
	parent, start, ok := lineage(pid)
	if !ok {
		return nil
	}
	exe := executable(pid)
	old := t.byPID[pid]
	same := old != nil && old.start == start
	if same && old.Exe == exe && old.Argv != nil {
		return old
	}
	p := &Process{PID: pid, Exe: exe, start: start, Argv: cmdline(pid)}
	switch {
	case same:
		p.Parent = old.Parent
	case depth > 0 && parent > 1 && parent != os.Getpid():
		p.Parent = t.get(parent, depth-1)
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
		t.byPID[pid] = &Process{PID: pid, Parent: old.Parent, Exe: old.Exe, start: old.start}
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

// identity returns the process that a thread belongs to, as numbered here and
// in the innermost pid namespace; 0 when it is gone.
func identity(tid int) (pid int, inner string) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(tid) + "/status")
	if err != nil {
		return 0, ""
	}
	pid, err = strconv.Atoi(field(status, "Tgid:"))
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
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0, false
	}
	// The name in parentheses may contain anything.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 20 {
		return 0, 0, false
	}
	parent, err = strconv.Atoi(fields[1])
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
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return []string{}
	}
	defer f.Close()
	return strings.Split(strings.TrimSuffix(string(readUpTo(f, maxCmdline)), "\x00"), "\x00")
}

// readUpTo reads at most n bytes; what cannot be read is left out.
func readUpTo(f *os.File, n int) []byte {
	buf := make([]byte, 4096)
	have := 0
	for have < n {
		if have == len(buf) {
			buf = append(buf, make([]byte, len(buf))...)
		}
		k, err := f.Read(buf[have:])
		have += k
		if k == 0 || err != nil {
			break
		}
	}
	return buf[:min(have, n)]
}
