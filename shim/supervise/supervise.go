// Package supervise is guard's run-time layer on Linux: it starts a program
// under a seccomp filter and asks a [Judge] about each system call of the whole
// process tree that runs a program, opens, changes or removes a file, or reaches
// for the supervisor.
//
// It needs neither root nor cgo. Where a system call is let through after the
// check, the kernel reads its arguments a second time: a program that rewrites
// its own memory meanwhile can win that race. [Config].Strict closes it for
// opens by handing the program the very file that was judged.
package supervise

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// Errors that say why a tree cannot be supervised here; test with errors.Is.
var (
	// ErrUnsupported: this system, kernel or container has no usable seccomp
	// user notification.
	ErrUnsupported = errors.New("supervision unsupported")
	// ErrBusy: another supervisor already listens to this process.
	ErrBusy = errors.New("supervised already")
)

// An interactive shell of the tree asks, in a process of its own, by opening files
// that do not exist, so that it needs to run nothing. Both are opened to append, which
// is seen from [LevelWrite] on.
const (
	// LinePath takes what was typed.
	LinePath = "/proc/self/guard/line"
	// TypedPath may be opened if the judge allows what was typed, [OpTyped]; if
	// not, the parent of who asks is interrupted.
	TypedPath = "/proc/self/guard/typed"
)

// Level says how much of what a tree does is judged. Each level includes the
// ones before it.
type Level uint8

const (
	// LevelOff judges nothing: the program is only started.
	LevelOff Level = iota
	// LevelExec judges the programs that are run, and keeps the tree away from
	// the supervisor.
	LevelExec
	// LevelWrite also judges what creates, changes, moves or removes files,
	// mounts, and connections. Opens for reading pass inside the kernel.
	LevelWrite
	// LevelFull also judges opens for reading.
	LevelFull
)

// String returns off, exec, write or full.
func (l Level) String() string {
	switch l {
	case LevelOff:
		return "off"
	case LevelExec:
		return "exec"
	case LevelWrite:
		return "write"
	case LevelFull:
		return "full"
	}
	return fmt.Sprintf("level(%d)", uint8(l))
}

// MarshalText returns the name that [Level.UnmarshalText] takes.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText accepts off, exec, write and full.
func (l *Level) UnmarshalText(text []byte) error {
	for known := LevelOff; known <= LevelFull; known++ {
		if known.String() == string(text) {
			*l = known
			return nil
		}
	}
	return fmt.Errorf("parse level: %q is not off, exec, write or full", text)
}

// Answer is what becomes of an event. The zero Answer refuses.
type Answer uint8

const (
	// Refuse fails the system call with EPERM, and interrupts a shell into which
	// was typed what is asked about.
	Refuse Answer = iota
	// Allow lets it happen.
	Allow
	// Empty gives an open for reading an empty file instead; it refuses
	// anything else.
	Empty
)

// Event is one thing that a process of the tree is about to do.
type Event struct {
	Op Op
	// Path is absolute and lexically clean, as the process named it: a relative
	// name is joined to its directory. It is empty when no file is named.
	Path string
	// Real is the same file after every symbolic link, seen from the
	// supervisor's root; for a name that does not exist yet, its real directory
	// and that name. It equals Path when the name could not be resolved.
	Real string
	// Path2 and Real2 are the new name for Rename, Link and Symlink, and the
	// mount point for Mount.
	Path2, Real2 string
	// Same is the path from [Judge.Protected] that is this very file by device
	// and inode, whatever its name here; else empty.
	Same string
	// Argv is the argument list of an Exec, whole.
	Argv []string
	// Interp is what stands after #! in a script that is executed: the
	// interpreter and at most one argument, unsplit.
	Interp string
	// Flags are the open flags of Read, Write, Create and Truncate.
	Flags uint32
	// Addr is where a Connect goes: "tcp 127.0.0.1:5432", "udp [::1]:53",
	// "unix /path", "unix @abstract", "family 16".
	Addr string
	// Target is the process that a Kill or Ptrace aims at; for Kill 0 or a
	// negative number means a group, as for kill(2).
	Target int
	// Line is what the parent of Proc, a shell, was given to carry out, as it
	// says; of Typed.
	Line string
	// Proc is who is about to do it.
	Proc *Process
}

// Process is a process of the tree, as it was when it was looked at.
type Process struct {
	PID int
	// Parent is nil for the supervised program itself and where it is unknown.
	Parent *Process
	// Exe is the file that runs, resolved by the kernel, never argv[0]. It is
	// empty where it may not be known, and ends in " (deleted)" if removed.
	Exe string
	// Argv is the argument list. A process can rewrite its own: do not trust it
	// further than the process.
	Argv []string

	// Start is when it was started, in clock ticks after boot: with PID, it is no
	// other process.
	Start uint64

	seen time.Time // when that was read last; of the table of processes
}

// Judge decides about events. Its methods are called from several goroutines
// at once. It must not start processes or change the process's signals.
type Judge interface {
	// Interested reports whether any rule could care about op on dir/base. It is
	// called for every notified path, as resolved and, if that differs, as
	// named, must be cheap, and may not keep its arguments. Connect, Kill, Ptrace, Namespace and Mount are
	// asked about once, at start, with empty dir and base.
	Interested(dir, base string, op Op) bool
	// Note is told of a Mkdir or Rename that passes because nobody is interested,
	// with the names that Event.Real and Real2 would have. It must be cheap, and
	// may not keep its arguments.
	Note(op Op, real, real2 string)
	// Judge answers for e, and may log it. Exec is always judged.
	Judge(e *Event) Answer
	// Prepare does what takes long. It is called once, before anything else but
	// what is asked at start; the program may run meanwhile, until it asks for
	// something.
	Prepare()
	// Protected lists absolute paths of files and directories that are also to
	// be known by device and inode, so that hard links to them are seen. It is
	// called once, when the first thing happens that may have several names.
	Protected() []string
}

// Config says how a tree is supervised.
type Config struct {
	Level Level
	Judge Judge
	// Guarded are guard's own files and directories: binary, policy, log. From
	// LevelWrite on, whatever would change or move them is refused unasked.
	Guarded []string
	// Strict opens existing and new files for the tree and injects the
	// descriptor, so that what is opened is what was judged.
	Strict bool
	// Privileged leaves no_new_privs unset, so that setuid programs work. It
	// needs CAP_SYS_ADMIN.
	Privileged bool
	// Handover is the argument list with which this executable is started
	// again to go on judging processes that outlive the program; its main must
	// call [ServeHandover]. Empty: what such processes ask for fails.
	Handover []string
	// State makes what is handed to the rebuild function of [ServeHandover];
	// nil: nothing. It is called when there is something to hand over.
	State func() ([]byte, error)
	// Stderr takes the few messages for people; nil means os.Stderr.
	Stderr *os.File
}

// Status is how the program ended.
type Status struct {
	// Exit is the exit status, when Signal is 0.
	Exit int
	// Signal is what ended it, or 0.
	Signal syscall.Signal
}

// Code returns the status as a shell reports it: 128+n for signal n.
func (s Status) Code() int {
	if s.Signal != 0 {
		return 128 + int(s.Signal)
	}
	return s.Exit
}

// Report says what this kernel and container permit. Every bool that is true
// was tried, not inferred.
type Report struct {
	Supported    bool   // a call was caught and refused in a trial
	Reason       string // why not, when not
	Kernel       string // release, as uname -r
	WaitKillable bool   // signals do not restart a call that is being judged
	AddFD        bool   // a descriptor was injected
	SyncWakeUp   bool
	Openat2      bool
	Landlock     int  // ABI version, 0 when absent
	Yama         int  // ptrace scope, -1 when absent
	NoNewPrivs   bool // set already, by whoever started this process
	UID          int
	Container    string // "docker", "podman", "lxc", "wsl", … or empty
	Inside       bool   // within a tree that guard supervises
}
