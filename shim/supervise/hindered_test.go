//go:build linux && (amd64 || arm64)

package supervise

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// hindrances are what a container, or a security module, may refuse: a system
// call, or a command of ioctl.
func hindrances() map[string]struct {
	nr, command uint32
	errno       unix.Errno
} {
	return map[string]struct {
		nr, command uint32
		errno       unix.Errno
	}{
		"seccomp":     {unix.SYS_SECCOMP, 0, unix.EPERM},
		"old kernel":  {unix.SYS_SECCOMP, 0, unix.ENOSYS},
		"receive":     {unix.SYS_IOCTL, unix.SECCOMP_IOCTL_NOTIF_RECV, unix.EACCES},
		"send":        {unix.SYS_IOCTL, unix.SECCOMP_IOCTL_NOTIF_SEND, unix.EACCES},
		"inject":      {unix.SYS_IOCTL, unix.SECCOMP_IOCTL_NOTIF_ADDFD, unix.EINVAL},
		"read memory": {unix.SYS_PROCESS_VM_READV, 0, unix.EPERM},
		"execveat":    {unix.SYS_EXECVEAT, 0, unix.ENOSYS},
	}
}

// hinderedRole becomes this program again, under a filter that refuses one thing.
func hinderedRole(name string, args []string) int {
	h := hindrances()[name]
	p := program{load(offNumber), jump(unix.BPF_JEQ, h.nr, 1, 0), ret(retAllow)}
	if h.command != 0 {
		p = append(p, load(arg(2).offset()), jump(unix.BPF_JEQ, h.command, 1, 0), ret(retAllow))
	}
	p = append(p, ret(unix.SECCOMP_RET_ERRNO|uint32(h.errno)))
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 99
	}
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	if _, _, e := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&prog))); e != 0 {
		fmt.Fprintln(os.Stderr, e)
		return 99
	}
	fmt.Fprintln(os.Stderr, syscall.Exec("/proc/self/exe", append([]string{"supervise.test"}, args...), os.Environ()))
	return 99
}

// TestHindered holds that where supervision cannot work nothing is started, and
// nothing waits: neither at the seccomp call nor at the first answer.
func TestHindered(t *testing.T) {
	usable(t)
	for name := range hindrances() {
		for _, strict := range []bool{false, true} {
			dir := t.TempDir()
			cmd := order{Level: LevelFull, Strict: strict}.command(t, "bash", "-c", "echo > ran; cat ran")
			cmd.Args = append([]string{cmd.Args[0], roleHindered, name}, cmd.Args[1:]...)
			cmd.Dir = dir
			r := finish(t, cmd)
			_, err := os.Stat(filepath.Join(dir, "ran"))
			if name == "inject" && !strict {
				if r.code != 0 || err != nil {
					t.Errorf("%s: code %d, %s", name, r.code, r.out)
				}
				continue
			}
			if r.code != 97 || err == nil || !strings.Contains(r.out, ErrUnsupported.Error()) {
				t.Errorf("%s, strict %v: code %d, %s", name, strict, r.code, r.out)
			}
		}
	}
}

// TestFirstProcess runs a supervisor as the first process of a namespace, as a
// container does, and where /proc is that of another.
func TestFirstProcess(t *testing.T) {
	usable(t)
	if os.Geteuid() != 0 {
		t.Skip("mounts /proc")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".env"), canary)
	for _, test := range []struct {
		mount, text, out string
		code             int
	}{
		{"mount -t proc proc /proc", "echo $PPID; cat .env 2>/dev/null || echo kept; ( (sleep 0.1; exit 1) & ); (exit 3); exit 7", "1\nkept\n", 7},
		{"mount -t proc proc /proc", "kill -TERM $$", "", 128 + 15}, // to which the first process is deaf
		{"mount -t proc proc /proc", "(sleep 0.2; echo late) & exit 3", "", 3},
		{":", "echo ran", "run: supervise /usr/bin/bash: look at programs: " + ErrUnsupported.Error() + ": /proc does not show this process\n", 97},
	} {
		cmd := order{Level: LevelFull, Handover: true}.command(t, "bash", "-c", test.text)
		cmd.Args = append([]string{"bash", "-c", test.mount + ` && exec "$@"`, "bash", cmd.Path}, cmd.Args[1:]...)
		cmd.Path, cmd.Dir = bash, dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS, Unshareflags: syscall.CLONE_NEWNS}
		if r := finish(t, cmd); r.code != test.code || r.out != test.out {
			t.Errorf("%q, %q: code %d, %q; want %d, %q", test.mount, test.text, r.code, r.out, test.code, test.out)
		}
	}
}

// TestBusy holds that another supervisor is recognised.
func TestBusy(t *testing.T) {
	usable(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := order{Level: LevelExec}.command(t, "true")
	cmd = exec.Command(self, append([]string{roleFloor}, cmd.Args...)...)
	if r := finish(t, cmd); r.code != 98 || !strings.Contains(r.out, ErrBusy.Error()) {
		t.Errorf("code %d, %s", r.code, r.out)
	}
}

// TestFallen holds that when calls cannot be answered any more, they fail.
func TestFallen(t *testing.T) {
	usable(t)
	s := newServer(Config{Level: LevelExec, Judge: &fence{}}, calls())
	s.learn()
	s.cfg.Stderr = os.NewFile(uintptr(must(unix.MemfdCreate("stderr", 0))), "stderr")
	got := make(chan error)
	aside(func() {
		l, _, err := listen(filter(calls(), LevelExec), false)
		if err != nil {
			got <- err
			return
		}
		s.staff()
		s.hear(l)
		if err := s.try(); err != nil {
			got <- err
			return
		}
		s.fall(unix.EIO)
		_, e := callInside()
		got <- e
	})
	if err := <-got; err != unix.ENOSYS {
		t.Errorf("a call after the fall: %v", err)
	}
	text := make([]byte, 100)
	if n, _ := s.cfg.Stderr.ReadAt(text, 0); !strings.HasPrefix(string(text[:n]), "guard: no system call can be judged any more: ") {
		t.Errorf("said %q", text[:n])
	}
}

func must(fd int, err error) int {
	if err != nil {
		panic(err)
	}
	return fd
}
