//go:build linux && (amd64 || arm64)

package supervise

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Run starts a program under a [Supervisor] of its own.
func Run(path string, argv, env []string, cfg Config) (Status, error) {
	return New(cfg).Run(path, argv, env)
}

// Supervisor is one program's, and of what that starts.
type Supervisor struct {
	path      string
	argv, env []string
	cfg       Config
	err       error
	calls     []call
	server    *server // nil at [LevelOff]
	signals   relay
	begin     gate // open when the program is to be launched
	events    chan event
	release   chan bool // true: wake the workers first
}

// New makes what a supervisor needs before it has a program, in threads of its own:
// the caller can decide meanwhile whether there will be one. The judge is asked for
// nothing but [Judge.Interested], without a file, and [Judge.Prepare]. From now on
// the Go runtime collects no garbage by itself.
func New(cfg Config) *Supervisor {
	if cfg.Stderr == nil {
		cfg.Stderr = os.Stderr
	}
	t := &Supervisor{cfg: cfg, events: make(chan event), release: make(chan bool), signals: relay{arrived: make(chan os.Signal, 16)}}
	switch {
	case cfg.Level > LevelFull:
		t.err = fmt.Errorf("unknown %v", cfg.Level)
	case cfg.Level == LevelOff:
	case cfg.Judge == nil:
		t.err = errors.New("no judge")
	default:
		t.err = blind()
	}
	if t.err != nil {
		return t
	}
	still()
	if cfg.Level != LevelOff {
		t.calls = unheard(calls(), cfg.Judge)
		t.server = newServer(cfg, t.calls)
		t.server.relaying = make(chan bool)
		t.server.staff()
	}
	aside(t.launch)
	if t.server != nil {
		go t.server.learn()
	}
	return t
}

// Run starts the program at path with this process's standard streams, other
// inheritable descriptors, directory and process group, judges its whole tree,
// and returns when the program has ended. What outlives it is handed to a
// detached copy of this executable; see [Config].Handover. It is called once.
//
// Run takes the process over: it reaps every child, and adopts the tree's
// orphans. The program dies with the supervisor; the rest of the tree then
// cannot do anything that would have been judged.
func (t *Supervisor) Run(path string, argv, env []string) (Status, error) {
	if t.err != nil {
		return Status{}, fmt.Errorf("supervise %s: %w", path, t.err)
	}
	if t.server != nil && unix.Geteuid() != 0 {
		// Same user, but no access to this memory and these descriptors.
		if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
			return Status{}, fmt.Errorf("protect supervisor: %w", err)
		}
	}
	t.path, t.argv, t.env = path, argv, env
	return t.run()
}

// event is what the launching thread reports.
type event struct {
	kind   eventKind
	pid    int
	status Status
	err    error
	left   bool // orphans are alive
}

type eventKind uint8

const (
	eventStarted eventKind = iota
	eventStopped
	eventEnded
)

func (t *Supervisor) run() (Status, error) {
	if t.server != nil {
		defer func() { <-t.server.ready }()
	}
	if scarce() {
		reserve()
	}
	t.begin.open()
	signals := &t.signals
	signals.listen() // meanwhile
	if t.server != nil {
		close(t.server.relaying)
	}
	pid := 0
	for {
		select {
		case s := <-signals.arrived:
			signals.relay(pid, s)
		case e := <-t.events:
			switch {
			case e.err != nil:
				return Status{}, e.err
			case e.kind == eventStarted:
				pid = e.pid
				signals.relayWaiting(pid)
				time.AfterFunc(shortLife, t.linger)
			case e.kind == eventStopped:
				stopWith(pid)
			case e.kind == eventEnded:
				t.end(e.left)
				return e.status, nil
			}
		}
	}
}

// linger does what only longer lives need.
func (t *Supervisor) linger() {
	reserve()
	if t.server != nil {
		t.server.crew.watch(t.server.hire)
	}
}

// processors is how many of n this process makes use of.
func processors(n int) int { return min(n, maxWorkers) }

// shortLife is what most commands need less than; to make the threads costs more
// than all else of their start.
const shortLife = 20 * time.Millisecond

// scarce reports whether this user may have so few processes that the tree might
// use them up within a short life.
func scarce() bool {
	const few = 1024
	var l unix.Rlimit
	return unix.Getrlimit(unix.RLIMIT_NPROC, &l) != nil || l.Cur < few
}

// reserve makes as many threads as the Go runtime may come to need. It keeps
// them; where it cannot get one later, as the tree has used up all that this
// user may have, it ends the process.
func reserve() {
	var made sync.WaitGroup
	enough := make(chan bool)
	for range runtime.GOMAXPROCS(0) + maxWorkers {
		made.Add(1)
		go func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			made.Done()
			<-enough
		}()
	}
	made.Wait()
	close(enough)
}

// aside runs f on a thread of its own that ends with f. It is never the main
// thread: that one could not end, and a filter on it would stay.
func aside(f func()) {
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() != os.Getpid() {
			f()
			return
		}
		done := make(chan bool)
		aside(func() { defer close(done); f() })
		<-done
		runtime.UnlockOSThread()
	}()
}

// launch runs on a thread of its own, the only one of this process that is
// under the filter, and ends with that thread.
func (t *Supervisor) launch() {
	seen := filter(t.calls, t.cfg.Level)
	t.begin.wait()
	if t.server != nil {
		l, _, err := listen(seen, t.cfg.Privileged)
		if err != nil {
			t.server.stopping.Store(true)
			t.server.listening.open()
			t.events <- event{err: err}
			return
		}
		t.server.hear(l)
		if err := t.server.try(); err != nil {
			t.events <- event{err: err}
			return
		}
		t.server.starting.Store(true)
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.events <- event{err: fmt.Errorf("adopt orphans: %w", err)}
		return
	}
	pid, err := syscall.ForkExec(t.path, t.argv, &syscall.ProcAttr{
		Env:   t.env,
		Files: []uintptr{0, 1, 2},
		Sys:   &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		t.events <- event{err: fmt.Errorf("start %s: %w", t.path, err)}
		return
	}
	t.events <- event{kind: eventStarted, pid: pid}
	status, err := t.wait(pid)
	t.events <- event{kind: eventEnded, status: status, err: err, left: orphans()}
	for err == nil && <-t.release {
		// A call of our own wakes a worker that waits for one.
		if fd, _ := callInside(); fd >= 0 {
			closeFD(fd)
		}
	}
}

// wait reaps children until pid has ended.
func (t *Supervisor) wait(pid int) (Status, error) {
	for {
		var ws syscall.WaitStatus
		got, err := syscall.Wait4(-1, &ws, syscall.WUNTRACED, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return Status{}, fmt.Errorf("wait for %s: %w", t.path, err)
		case got != pid:
		case ws.Stopped():
			t.events <- event{kind: eventStopped}
		case ws.Exited():
			return Status{Exit: ws.ExitStatus()}, nil
		case ws.Signaled():
			return Status{Signal: ws.Signal()}, nil
		}
	}
}

// orphans reaps what has ended and reports whether any child is left. As every
// orphan of the tree becomes a child of this process, none means that the tree
// is empty.
func orphans() bool {
	for {
		switch got, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); {
		case err == syscall.EINTR:
		case err != nil:
			return false
		case got == 0:
			return true
		}
	}
}

// end hands over what is left of the tree and lets the launching thread go.
func (t *Supervisor) end(left bool) {
	defer close(t.release)
	if t.server == nil || !left {
		return
	}
	if len(t.cfg.Handover) == 0 {
		return
	}
	if err := t.server.handOver(t.release); err != nil {
		t.server.tell(fmt.Sprintf("guard: background processes can do no more: %v", err))
	}
}
