//go:build linux && (amd64 || arm64)

package supervise

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	handoverSocket   = 3 // descriptors of the process that takes over
	handoverListener = 4
	handoverPatience = 10 * time.Second
	answerPatience   = 2 * time.Second // with calls that are still being judged
	maxHandover      = 64 << 20        // bytes of configuration
)

// inheritance is what the process that takes over has to know.
type inheritance struct {
	Level   Level    `json:"level"`
	Strict  bool     `json:"strict"`
	Guarded []string `json:"guarded"`
	Moved   bool     `json:"moved"`
	State   []byte   `json:"state"`
}

// handOver starts a detached copy of this executable that answers from now on.
// No call is lost: it starts to receive only after the workers here have
// answered what they had received. Sending true to wake makes the launching
// thread call one of them.
func (s *server) handOver(wake chan<- bool) error {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	near, far := os.NewFile(uintptr(pair[0]), "handover"), os.NewFile(uintptr(pair[1]), "handover")
	defer near.Close()
	err = s.spawn(far)
	far.Close()
	if err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	var state []byte
	if s.cfg.State != nil {
		if state, err = s.cfg.State(); err != nil {
			return fmt.Errorf("hand over: %w", err)
		}
	}
	text, err := json.Marshal(inheritance{s.cfg.Level, s.cfg.Strict, s.cfg.Guarded, s.moved.Load(), state})
	if err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	if _, err := near.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	ready := make([]byte, 1)
	timeout := unix.NsecToTimeval(int64(handoverPatience))
	if err := unix.SetsockoptTimeval(pair[0], unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout); err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	if _, err := io.ReadFull(near, ready); err != nil {
		return fmt.Errorf("hand over: successor did not start: %w", err)
	}
	s.stopping.Store(true)
	idle := make(chan bool)
	go func() { s.crew.done.Wait(); close(idle) }()
	late := time.After(answerPatience)
	for {
		select {
		case <-idle:
			return nil // closing the socket tells the successor to begin
		case wake <- true:
		case <-late:
			s.crew.giveUp(s.listener)
			return nil
		}
	}
}

func (s *server) spawn(socket *os.File) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	none := null.Fd()
	_, err = syscall.ForkExec("/proc/self/exe", s.cfg.Handover, &syscall.ProcAttr{
		Dir:   "/",
		Env:   os.Environ(),
		Files: []uintptr{none, none, none, socket.Fd(), uintptr(s.fd)},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	return err
}

// ServeHandover is the whole life of the process that [Config].Handover starts:
// it rebuilds the judge from [Config].State, judges what outlived the program,
// and returns an exit status when the last such process has ended.
func ServeHandover(rebuild func(state []byte) (Judge, error)) int {
	unix.CloseOnExec(handoverSocket)
	unix.CloseOnExec(handoverListener)
	socket := os.NewFile(handoverSocket, "handover")
	defer socket.Close()
	in := bufio.NewReader(io.LimitReader(socket, maxHandover))
	line, err := in.ReadBytes('\n')
	if err != nil {
		return 125
	}
	var legacy inheritance
	if err := json.Unmarshal(line, &legacy); err != nil {
		return 125
	}
	judge, err := rebuild(legacy.State)
	if err != nil {
		return 125
	}
	if unix.Geteuid() != 0 {
		if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
			return 125
		}
	}
	cfg := Config{Level: legacy.Level, Judge: judge, Strict: legacy.Strict, Guarded: legacy.Guarded, Stderr: os.Stderr}
	s := newServer(cfg, unheard(calls(), judge))
	s.moved.Store(legacy.Moved)
	s.tried.Store(true)
	s.learn()
	runtime.GOMAXPROCS(processors(runtime.GOMAXPROCS(0)))
	reserve()
	if _, err := socket.Write([]byte{1}); err != nil {
		return 125
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return 125
	}
	still()
	s.staff()
	go s.crew.watch(s.hire)
	s.hear(listener{handoverListener})
	s.deserted(-1)
	return 0
}
