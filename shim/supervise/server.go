//go:build linux && (amd64 || arm64)

package supervise

import (
	"fmt"
	"os"
	"path"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

const maxNumbers = 512 // system call numbers

// server answers for one tree.
type server struct {
	listener
	cfg       Config
	calls     [maxNumbers]*call
	relaying  chan bool // closed when signals are passed on, before which no program runs
	ready     chan bool // closed when protected is known
	protected *protected
	processes *processes
	moved     atomic.Bool // some process may have another root
	starting  atomic.Bool // the next exec is the start of the program itself
	stopping  atomic.Bool
	tried     atomic.Bool           // calls can be answered
	fallen    atomic.Pointer[error] // why they cannot any more
	alone     bool                  // one worker receives at a time
	crew      *crew
	listening gate     // open when there is a listener, or stopping is set
	told      sync.Map // messages already printed
	toldCount atomic.Int32
	hears     [OpKill + 1]bool // ops without a file that the judge cares about
	pid       int
	lines     lines
	fds       int // the directory of this process's descriptors
}

func newServer(cfg Config, list []call) *server {
	s := &server{cfg: cfg, processes: newProcesses(), crew: newCrew(), pid: os.Getpid(), ready: make(chan bool)}
	s.alone = turnsFor(runtime.NumCPU()) == 1
	for _, op := range []Op{OpMount, OpNamespace, OpConnect, OpPtrace, OpKill} {
		s.hears[op] = cfg.Judge.Interested("", "", op)
	}
	s.fds, _ = unix.Open("/proc/self/fd", pathOnly|unix.O_DIRECTORY, 0)
	s.moved.Store(hidden())
	for i := range list {
		s.calls[list[i].nr] = &list[i]
	}
	return s
}

// learn prepares the judge; until then calls wait. Where that fails all are
// refused: without protected each is a fault.
func (s *server) learn() {
	defer close(s.ready)
	defer func() {
		if fault := recover(); fault != nil {
			s.tell(fmt.Sprintf("guard: internal fault: %v", fault))
		}
	}()
	s.cfg.Judge.Prepare()
	s.protected = newProtected(s.cfg.Judge.Protected, s.cfg.Guarded)
	if s.moved.Load() {
		s.protected.suspect()
	}
}

// hidden reports whether the working directory, in which the tree starts, is not
// the one that its path leads to, as when something was mounted over it.
func hidden() bool {
	name, err := os.Readlink("/proc/self/cwd")
	if err != nil {
		return true
	}
	at, ok := identify("/proc/self/cwd")
	by, found := identify(name)
	return !ok || !found || at != by
}

func newWorker(s *server) *worker {
	w := &worker{server: s, mem: newMemory()}
	w.self = "/proc/" + strconv.Itoa(s.pid) + "/"
	w.root = newRooted(&s.moved)
	return w
}

// work answers calls until the tree is gone or the server is told to stop.
func (w *worker) work() {
	defer quiet()()
	w.listening.wait()
	if w.cfg.Strict {
		w.rights = ownRights()
	}
	for w.take() {
		if !w.receives() {
			w.crew.end()
			return
		}
	}
}

// receives answers calls for as long as this worker has the turn. It returns
// false when there will be no more calls.
func (w *worker) receives() bool {
	var f frame
	for w.turn.Load() {
		if w.stopping.Load() {
			return false
		}
		w.collect()
		if w.alone && w.streak < longStreak {
			w.soon()
		}
		n, e := w.receive(&f)
		switch e {
		case 0:
			w.pace.step()
			w.busy(n.id)
			w.answer(n)
			w.free()
		case unix.ENOENT: // the caller died, or all did
			if w.deserted(0) {
				return false
			}
		case unix.EINTR:
		default:
			w.fall(fmt.Errorf("receive system call: %w: %w", ErrUnsupported, e))
			return false
		}
	}
	return true
}

// tell prints a message once.
func (s *server) tell(message string) {
	if s.toldCount.Load() > 64 {
		return
	}
	if _, again := s.told.LoadOrStore(message, true); !again {
		s.toldCount.Add(1)
		fmt.Fprintln(s.cfg.Stderr, message)
	}
}

// worker answers one call at a time.
type worker struct {
	*server
	resolver
	mem    *memory
	quick  quick
	rights rights
	turn   atomic.Bool   // this worker receives
	steps  atomic.Uint32 // odd while it is at work on a call
	id     atomic.Uint64 // of that call
	pace
}

// reply is what becomes of a call. The zero reply refuses it.
type reply struct {
	kind    replyKind
	errno   unix.Errno
	fd      int // closed after use
	cloexec bool
}

type replyKind uint8

const (
	replyFail replyKind = iota // with EPERM when errno is 0
	replyProceed
	replyInject
)

func proceed() reply            { return reply{kind: replyProceed} }
func refuse() reply             { return reply{errno: unix.EPERM} }
func fail(e unix.Errno) reply   { return reply{errno: e} }
func give(fd int, c bool) reply { return reply{kind: replyInject, fd: fd, cloexec: c} }

// answer decides about a call and says so. A panic refuses the call: guard's
// own fault must not open anything.
func (w *worker) answer(n *notification) {
	r := refuse()
	defer func() {
		if fault := recover(); fault != nil {
			w.tell(fmt.Sprintf("guard: internal fault: %v", fault))
			r = refuse()
		}
		w.reply(n.id, r)
	}()
	if n.nr >= 0 && int(n.nr) < maxNumbers {
		if c := w.calls[n.nr]; c != nil {
			w.mem.of(n.pid)
			r = w.dispatch(n, c)
		}
	}
}

func (w *worker) reply(id uint64, r reply) {
	var e unix.Errno
	switch r.kind {
	case replyProceed:
		e = w.proceed(id)
	case replyInject:
		e = w.inject(id, r.fd, r.cloexec)
		closeFD(r.fd)
		if e != 0 && e != unix.ENOENT {
			e = w.listener.fail(id, e) // EMFILE, mostly
		}
	default:
		if r.errno == 0 {
			r.errno = unix.EPERM
		}
		e = w.listener.fail(id, r.errno)
	}
	if e == unix.EPERM || e == unix.EACCES || e == unix.ENOSYS {
		w.fall(fmt.Errorf("answer system call: %w: %w", ErrUnsupported, e))
	}
}

// fall gives up, as this system does not let guard answer: what waits fails, and
// so does whatever would be judged from now on.
func (s *server) fall(why error) {
	if s.fallen.CompareAndSwap(nil, &why) {
		s.stopping.Store(true)
		s.crew.end()
		closeFD(s.fd)
		if s.tried.Load() {
			s.tell(fmt.Sprintf("guard: no system call can be judged any more: %v", why))
		}
	}
}

// try has a call of this thread, which is under the filter, read and answered, and one with
// a descriptor where that is what most answers need. Nothing may be started before:
// where some security module or an outer filter keeps guard from answering, that
// would wait for ever.
func (s *server) try() error {
	_, e := execInside("")
	if e == unix.ENOENT {
		e = 0
	}
	if e == 0 && s.cfg.Strict {
		var fd int
		fd, e = callInside()
		closeFD(fd)
	}
	if e != 0 {
		s.fall(fmt.Errorf("try supervision: %w: %w", ErrUnsupported, e))
	}
	if why := s.fallen.Load(); why != nil {
		return *why
	}
	s.tried.Store(true)
	return nil
}

func (w *worker) dispatch(n *notification, c *call) reply {
	if c.kind == kindExec {
		return w.exec(n, c)
	}
	<-w.ready
	switch c.kind {
	case kindOpen:
		return w.openCall(n, c)
	case kindOpenat2:
		return w.openHow(n, c)
	case kindPath, kindFD:
		return w.single(n, c)
	case kindPair:
		return w.pair(n, c)
	case kindSymlink:
		return w.symlink(n, c)
	case kindPlain:
		return w.plain(n, c)
	case kindConnect:
		return w.connect(n, c)
	case kindProcess, kindPidfd:
		return w.process(n, c)
	}
	return refuse()
}

// interesting reports whether the judge has to see op on f.
func (w *worker) interesting(f *file, op Op) bool {
	if w.protected.same(f, op) != "" {
		return true
	}
	if len(f.real) > 0 && f.real[0] == '/' {
		dir, base := path.Split(f.real)
		if w.cfg.Judge.Interested(trimSlash(dir), base, op) {
			return true
		}
	}
	if f.named == f.real {
		return false
	}
	dir, base := path.Split(f.named)
	return w.cfg.Judge.Interested(trimSlash(dir), base, op)
}

func trimSlash(dir string) string {
	if len(dir) > 1 {
		return dir[:len(dir)-1]
	}
	return dir
}

// judge fills in who is asking and asks. It refuses when the caller is gone:
// what was read may be about another process by then.
func (w *worker) judge(n *notification, e *Event) Answer {
	w.spent += judging
	e.Proc = w.processes.of(int(n.pid))
	if e.Proc == nil || !w.valid(n.id) {
		return Refuse
	}
	return w.cfg.Judge.Judge(e)
}

// note tells the judge what passes unjudged and changes where things are.
func (w *worker) note(op Op, real, real2 string) {
	if op == OpMkdir || op == OpRename {
		w.cfg.Judge.Note(op, real, real2)
	}
}

// allowed decides about one op on one file.
func (w *worker) allowed(n *notification, f *file, op Op, flags uint32) Answer {
	if w.protected.forbids(f, op) {
		return Refuse
	}
	if !w.interesting(f, op) {
		w.note(op, f.real, "")
		return Allow
	}
	return w.judge(n, &Event{Op: op, Path: f.named, Real: f.real, Same: w.protected.same(f, op), Flags: flags})
}
