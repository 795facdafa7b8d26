//go:build linux && (amd64 || arm64)

package supervise

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const (
	maxWorkers = 8
	patience   = 20 * time.Millisecond // with a worker that holds a turn
)

// crew shares the listener out. As a rule one worker alone receives and
// answers, on a thread that stays warm: waking a different thread for each call
// costs more than most answers, the judge's among them. A watch takes the turn
// from a worker that is held up, say by a file system that a process of the tree
// serves.
type crew struct {
	turns   chan bool // one for each worker that may receive
	over    chan bool // closed when nobody is to receive any more
	end     func()    // closes over
	wake    chan bool // to the watch
	idle    atomic.Bool
	waiting atomic.Int32
	count   atomic.Int32
	all     [maxWorkers]atomic.Pointer[worker]
	done    sync.WaitGroup
}

func newCrew() *crew {
	c := &crew{turns: make(chan bool, maxWorkers), over: make(chan bool), wake: make(chan bool, 1)}
	c.end = sync.OnceFunc(func() { close(c.over) })
	c.idle.Store(true)
	return c
}

// turnsFor is how many workers receive at a time on n processors.
func turnsFor(n int) int { return min(max(n/4, 1), maxWorkers/2) }

// staff starts the first workers, which wait for a listener. s.crew.done waits for
// all.
func (s *server) staff() {
	for range turnsFor(runtime.NumCPU()) {
		s.crew.turns <- true
	}
	for range turnsFor(runtime.NumCPU()) {
		s.hire()
	}
}

// hear lets the workers receive from l.
func (s *server) hear(l listener) {
	s.listener = l
	s.listening.open()
}

// hire starts another worker, unless there are enough.
func (s *server) hire() {
	i := s.crew.count.Add(1) - 1
	if int(i) >= maxWorkers {
		s.crew.count.Add(-1)
		return
	}
	w := newWorker(s)
	s.crew.all[i].Store(w)
	s.crew.done.Add(1)
	go func() {
		defer s.crew.done.Done()
		w.work()
	}()
}

// take waits for a turn; false means that there is nothing more to do.
func (w *worker) take() bool {
	w.crew.waiting.Add(1)
	defer w.crew.waiting.Add(-1)
	select {
	case <-w.crew.over:
		return false
	case <-w.crew.turns:
		w.turn.Store(true)
		return true
	}
}

// give makes a turn free, and sees that somebody takes it.
func (c *crew) give(hire func()) {
	c.turns <- true
	if c.waiting.Load() == 0 {
		hire()
	}
}

// busy marks the worker as at work on a call, and wakes the watch if it sleeps.
func (w *worker) busy(id uint64) {
	w.id.Store(id)
	w.steps.Add(1)
	if w.crew.idle.Load() && w.crew.idle.CompareAndSwap(true, false) {
		w.crew.wake <- true
	}
}

// free marks the worker as done with its call.
func (w *worker) free() { w.steps.Add(1) }

// watch passes on the turn of a worker that is at the same call for longer than
// patience. It sleeps while nothing is asked.
func (c *crew) watch(hire func()) {
	var seen [maxWorkers]uint32
	for {
		select {
		case <-c.over:
			return
		case <-c.wake:
		}
		for {
			time.Sleep(patience)
			if c.look(&seen, hire) {
				continue
			}
			c.idle.Store(true)
			// A call that came before that has woken nobody.
			if !c.look(&seen, hire) || !c.idle.CompareAndSwap(true, false) {
				break
			}
		}
	}
}

// look passes on the turns of those who are at the same call as in seen, and
// reports whether anybody is, or was, at work since.
func (c *crew) look(seen *[maxWorkers]uint32, hire func()) (active bool) {
	for i := range c.all {
		w := c.all[i].Load()
		if w == nil {
			continue
		}
		now := w.steps.Load()
		if now == seen[i] && now%2 == 1 && w.turn.CompareAndSwap(true, false) {
			c.give(hire)
		}
		active = active || now != seen[i] || now%2 == 1
		seen[i] = now
	}
	return active
}

// giveUp refuses the calls that workers are still at work on.
func (c *crew) giveUp(l listener) {
	for i := range c.all {
		if w := c.all[i].Load(); w != nil && w.steps.Load()%2 == 1 {
			l.fail(w.id.Load(), unix.EPERM)
		}
	}
}
