//go:build linux && (amd64 || arm64)

package supervise

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Probe finds out what this kernel and container permit, by catching a call of
// a thread of this process and answering it in each way. Nothing is started.
func Probe() Report {
	r := Report{UID: unix.Getuid(), Yama: yama(), Container: container(), Inside: Inside()}
	var name unix.Utsname
	if unix.Uname(&name) == nil {
		r.Kernel = cut(name.Release[:])
	}
	if abi, _, e := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION); e == 0 {
		r.Landlock = int(abi)
	}
	if fd, err := unix.Openat2(unix.AT_FDCWD, "/", &unix.OpenHow{Flags: pathOnly}); err == nil {
		r.Openat2 = true
		closeFD(fd)
	}
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		r.NoNewPrivs = field(status, "NoNewPrivs:") == "1"
	}
	err := blind()
	if err == nil {
		err = r.try()
	}
	if err != nil {
		r.Reason = err.Error()
	} else {
		r.Supported = true
	}
	return r
}

// yama is the ptrace scope, -1 where there is none.
func yama() int {
	text, err := os.ReadFile("/proc/sys/kernel/yama/ptrace_scope")
	if err != nil {
		return -1
	}
	scope, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return -1
	}
	return scope
}

// blind says why programs cannot be looked at: the directory /proc may be missing
// or show the processes of another namespace, and Yama may forbid even their
// ancestors to read what they hand to the kernel.
func blind() error {
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		return fmt.Errorf("look at programs: %w: /proc does not show this process", ErrUnsupported)
	}
	if scope := yama(); scope >= 2 && unix.Geteuid() != 0 {
		return fmt.Errorf("read the memory of programs: %w: kernel.yama.ptrace_scope is %d", ErrUnsupported, scope)
	}
	return nil
}

const trialPatience = 2 * time.Second

// try refuses one call and answers another with a descriptor.
func (r *Report) try() error {
	type outcome struct {
		l        listener
		killable bool
		err      error
	}
	installed := make(chan outcome)
	results := make(chan [2]int, 1) // descriptor, error number
	again := make(chan bool)
	aside(func() {
		l, killable, err := listen(filter(calls(), LevelExec), false)
		installed <- outcome{l, killable, err}
		if err != nil {
			return
		}
		for range again {
			fd, e := callInside()
			results <- [2]int{fd, int(e)}
		}
	})
	o := <-installed
	defer close(again)
	if o.err != nil {
		return o.err
	}
	defer quiet()()
	defer closeFD(o.l.fd) // whatever is still waiting then fails
	r.WaitKillable = o.killable
	r.SyncWakeUp = o.l.set(unix.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
	answers := []func(id uint64){
		func(id uint64) { o.l.fail(id, unix.EPERM) },
		func(id uint64) {
			if e := o.l.inject(id, o.l.fd, true); e != 0 {
				o.l.fail(id, e)
			}
		},
	}
	for i, answer := range answers {
		again <- true
		if !o.l.pending(trialPatience) {
			return errors.New("try a refusal: no notification arrived")
		}
		var f frame
		n, e := o.l.receive(&f)
		if e != 0 {
			return errors.New("receive a notification: " + e.Error())
		}
		answer(n.id)
		got := <-results
		if i == 0 && unix.Errno(got[1]) != unix.EPERM {
			return errors.New("try a refusal: the call was not refused")
		}
		if i == 1 && got[0] >= 0 {
			r.AddFD = true
			closeFD(got[0])
		}
	}
	return nil
}

// pending waits for a call to arrive.
func (l listener) pending(patience time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(l.fd), Events: unix.POLLIN}}
	deadline := time.Now().Add(patience)
	for {
		n, err := unix.Poll(fds, int(time.Until(deadline).Milliseconds()))
		if err != unix.EINTR || time.Now().After(deadline) {
			return n > 0 && fds[0].Revents&unix.POLLIN != 0
		}
	}
}

// DefaultLevel is the level where no policy states one: full for root and in
// containers. Elsewhere setuid programs would fail, which somebody has to choose.
// WSL is a machine that people work on.
func DefaultLevel() Level {
	if unix.Geteuid() == 0 {
		return LevelFull
	}
	if c := container(); c != "" && c != "wsl" {
		return LevelFull
	}
	return LevelOff
}

// container names the kind of container that this process is in, by the marks
// that each leaves, or is empty.
func container() string {
	for _, mark := range [][2]string{
		{"/.dockerenv", "docker"}, {"/run/.containerenv", "podman"},
		{"/var/run/secrets/kubernetes.io", "kubernetes"}, {"/dev/lxd", "lxd"},
		{"/proc/sys/fs/binfmt_misc/WSLInterop", "wsl"},
	} {
		if _, err := os.Lstat(mark[0]); err == nil {
			return mark[1]
		}
	}
	if name, err := os.ReadFile("/run/systemd/container"); err == nil {
		return strings.TrimSpace(string(name))
	}
	return ""
}
