//go:build linux && (amd64 || arm64)

package supervise

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestReach has the tree reach for its supervisor by every way there is.
func TestReach(t *testing.T) {
	usable(t)
	source, err := os.ReadFile("testdata/reach.c")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	exe := build(t, dir, "reach", string(source))
	const refused = "Operation not permitted"
	for _, test := range []struct {
		how   string
		level Level // from which it is refused
		want  string
	}{
		{"kill", LevelExec, refused}, {"stop", LevelExec, refused}, {"killthread", LevelExec, refused},
		{"tkill", LevelExec, refused}, {"tgkill", LevelExec, refused}, {"killall", LevelExec, refused},
		{"queue", LevelExec, refused}, {"tgqueue", LevelExec, refused}, {"pidfd", LevelExec, refused},
		{"procfd", LevelExec, refused}, {"getfd", LevelExec, refused}, {"attach", LevelExec, refused},
		{"seize", LevelExec, refused}, {"writev", LevelExec, refused}, {"readv", LevelExec, refused},
		{"limit", LevelExec, refused}, {"listener", LevelExec, "Device or resource busy"},
		{"mem", LevelWrite, refused}, {"taskmem", LevelWrite, refused}, {"oom", LevelWrite, refused},
		{"null", LevelExec, "done"},
	} {
		for level := test.level; level <= LevelFull; level++ {
			// $PPID is the supervisor; its last thread is not its first.
			text := fmt.Sprintf("%s %s $PPID $(ls /proc/$PPID/task | tail -1); echo alive", exe, test.how)
			r := order{Level: level}.run(t, dir, "bash", "-c", text)
			if want := test.how + ": " + test.want + "\nalive\n"; r.out != want || r.code != 0 {
				t.Errorf("%v %s: code %d, %q, want %q", level, test.how, r.code, r.out, want)
			}
		}
	}
}

// start runs a supervised script and waits for its first line.
func start(t *testing.T, o order, dir, text string) (*exec.Cmd, *bufio.Reader, string) {
	t.Helper()
	cmd := o.command(t, "bash", "-c", text)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Stderr = os.Stderr
	pipe, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = pipe.SetReadDeadline(time.Now().Add(time.Minute))
	cmd.Stdout = writer
	err = cmd.Start()
	writer.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); cmd.Wait(); pipe.Close() })
	out := bufio.NewReader(pipe)
	line, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, out, strings.TrimSpace(line)
}

// survivor is text that waits, by what is not judged, until the file killed is
// there; then it says on descriptor 8 what it still can do, and ends.
const survivor = `exec 8> result.$NAME 9<> fifo
until [ -e killed ]; do read -t 0.05 x <&9; done
/bin/true && echo ran >&8
(: > made.$NAME) && echo created >&8
read x < text && echo read >&8
echo end >&8
`

// TestSupervisorKilled: when the supervisor, or the process that took over from
// it, is killed, the program dies, nothing of guard stays, and what is left of
// the tree ends without having done more that would have been judged.
func TestSupervisorKilled(t *testing.T) {
	usable(t)
	able := map[Level]string{LevelExec: "created\nread\nend\n", LevelWrite: "read\nend\n", LevelFull: "end\n"}
	const tree = `NAME=here bash survivor & NAME=away setsid bash survivor & echo x > held & until [ -e result.here ] && [ -e result.away ]; do read -t 0.05 x <> fifo; done; `
	for level := LevelExec; level <= LevelFull; level++ {
		for _, over := range []bool{false, true} {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "text"), "text\n")
			write(t, filepath.Join(dir, "survivor"), survivor)
			if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
				t.Fatal(err)
			}
			mark := "MARK=" + dir // also in the environment of what takes over
			text := tree + "echo ready; while :; do read -t 1 x <> fifo; done"
			if over {
				text = tree + "echo ready"
			}
			t.Setenv("MARK", dir)
			cmd, out, _ := start(t, order{Level: level, Handover: true, Fence: &fence{Hold: "held"}}, dir, text)
			victim := cmd.Process.Pid
			if over {
				_ = cmd.Wait()
				victim = 0
				for range 200 {
					if list := servants(mark); len(list) == 1 {
						victim = list[0]
						break
					}
					time.Sleep(20 * time.Millisecond)
				}
			}
			if victim == 0 {
				t.Fatalf("%v: nobody took over", level)
			}
			if err := syscall.Kill(victim, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "killed"), "")
			_, _ = io.ReadAll(out) // until the last of the tree has ended
			_ = cmd.Wait()
			for _, name := range []string{"here", "away"} {
				got, _ := os.ReadFile(filepath.Join(dir, "result."+name))
				if string(got) != able[level] {
					t.Errorf("%v, taken over %v: what was %s could do %q, want %q", level, over, name, got, able[level])
				}
			}
			if held, err := os.ReadFile(filepath.Join(dir, "held")); level >= LevelWrite && err == nil {
				t.Errorf("%v, taken over %v: what was being judged was let through: %q", level, over, held)
			}
			if list := servants(mark); len(list) > 0 {
				t.Errorf("%v, taken over %v: guard goes on as %v", level, over, list)
			}
		}
	}
}

// servants lists the processes that run this binary with mark in their
// environment.
func servants(mark string) (pids []int) {
	self, _ := os.Executable()
	self, _ = filepath.EvalSymlinks(self)
	names, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, name := range names {
		exe, _ := os.Readlink(filepath.Dir(name) + "/exe")
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if exe != self || err != nil || pid == os.Getpid() {
			continue
		}
		if env, _ := os.ReadFile(name); strings.Contains(string(env), mark) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func TestSignals(t *testing.T) {
	usable(t)
	hup := make(chan os.Signal, 1) // under nohup it would be ignored, which no shell can undo
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for _, test := range []struct {
		text string
		send syscall.Signal
		code int
	}{
		{"echo ready; while :; do sleep 0.05; done", syscall.SIGTERM, -15},
		{"trap 'exit 4' INT; echo ready; while :; do sleep 0.05; done", syscall.SIGINT, 4},
		{"trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done", syscall.SIGTERM, 5},
		{"trap 'exit 6' HUP; echo ready; while :; do sleep 0.05; done", syscall.SIGHUP, 6},
		{"trap 'exit 7' USR1; echo ready; while :; do sleep 0.05; done", syscall.SIGUSR1, 7},
	} {
		cmd, _, _ := start(t, order{Level: LevelFull}, t.TempDir(), test.text)
		if err := cmd.Process.Signal(test.send); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
		code := cmd.ProcessState.ExitCode()
		if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
			code = -int(ws.Signal())
		}
		if code != test.code {
			t.Errorf("%q after %v: %d, want %d", test.text, test.send, code, test.code)
		}
	}
}

// TestDeadlySignals: what would end a shell ends the supervisor the same way,
// through the program, and without a word.
func TestDeadlySignals(t *testing.T) {
	usable(t)
	for _, s := range []syscall.Signal{
		syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGILL, syscall.SIGTRAP, syscall.SIGABRT, syscall.SIGBUS,
		syscall.SIGFPE, syscall.SIGUSR1, syscall.SIGSEGV, syscall.SIGUSR2, syscall.SIGALRM, syscall.SIGTERM, syscall.SIGSTKFLT,
		syscall.SIGXCPU, syscall.SIGXFSZ, syscall.SIGVTALRM, syscall.SIGIO, syscall.SIGPWR, syscall.SIGSYS,
	} {
		cmd := order{Level: LevelExec}.command(t, "sh", "-c", "echo up >&2; exec sleep 50")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		errs, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(20*time.Second, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
		t.Cleanup(func() { timer.Stop(); _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
		said := bufio.NewReader(errs)
		if line, err := said.ReadString('\n'); line != "up\n" {
			t.Fatal(line, err)
		}
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(said)
		_ = cmd.Wait()
		if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signal() != s || len(rest) > 0 {
			t.Errorf("%v: %v\n%s", s, cmd.ProcessState, rest)
		}
	}
}

// TestStopped: whoever waits for the supervisor sees that the program stops, and
// SIGCONT to the supervisor alone wakes the program.
func TestStopped(t *testing.T) {
	usable(t)
	for _, text := range []string{"kill -STOP $$; exit 5", "set -m; kill -TSTP $$; exit 5"} {
		cmd := order{Level: LevelExec}.command(t, "bash", "-c", text)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
		var ws syscall.WaitStatus
		if _, err := syscall.Wait4(cmd.Process.Pid, &ws, syscall.WUNTRACED, nil); err != nil || !ws.Stopped() {
			t.Errorf("%q: %#x, %v; want it stopped", text, ws, err)
			continue
		}
		if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		if _, err := syscall.Wait4(cmd.Process.Pid, &ws, syscall.WUNTRACED, nil); err != nil || !ws.Exited() || ws.ExitStatus() != 5 {
			t.Errorf("%q: %#x, %v; want exit status 5", text, ws, err)
		}
	}
}

func TestInside(t *testing.T) {
	usable(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if out, _ := exec.Command(self, roleInside).Output(); string(out) != "false\n" {
		t.Errorf("Inside unsupervised: %q", out)
	}
	for level := LevelExec; level <= LevelFull; level++ {
		o := order{Level: level, Handover: true}
		r := o.run(t, t.TempDir(), "bash", "-c", self+" "+roleInside)
		if r.out != "true\n" {
			t.Errorf("Inside at level %v: %q", level, r.out)
		}
		// The process that takes over answers, too.
		r = o.run(t, t.TempDir(), "bash", "-c", "(sleep 0.4; "+self+" "+roleInside+") & exit")
		if r.out != "true\n" {
			t.Errorf("Inside after the handover at level %v: %q", level, r.out)
		}
	}
	inner := order{Level: LevelFull}.command(t, "true").Args
	r := order{Level: LevelExec}.run(t, t.TempDir(), inner...)
	if r.code != 98 || !strings.Contains(r.out, ErrBusy.Error()) {
		t.Errorf("a second supervisor: code %d, %s", r.code, r.out)
	}
}

func TestHandoverEnds(t *testing.T) {
	usable(t)
	r := order{Level: LevelFull, Handover: true}.run(t, t.TempDir(), "bash", "-c", "sleep 1 & exit 3")
	if r.code != 3 || r.passed > 5*time.Second {
		t.Errorf("code %d after %v", r.code, r.passed)
	}
	self, _ := os.Executable()
	self, _ = filepath.EvalSymlinks(self)
	deadline := time.Now().Add(5 * time.Second)
	for left := 1; left > 0; time.Sleep(50 * time.Millisecond) {
		left = 0
		names, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, name := range names {
			text, _ := os.ReadFile(name)
			exe, _ := os.Readlink(filepath.Dir(name) + "/exe")
			if exe == self && strings.Contains(string(text), roleHandover) {
				left++
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d processes still serve", left)
		}
	}
}
