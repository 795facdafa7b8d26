//go:build linux && (amd64 || arm64)

package supervise

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

func TestProbe(t *testing.T) {
	r := Probe()
	t.Logf("%+v", r)
	if r.Supported && !r.AddFD {
		t.Error("a call was caught but no descriptor could be injected")
	}
}

// TestDefaultLevel: root has the layer without being asked. Others have it in a
// container, which a test cannot put itself into.
func TestDefaultLevel(t *testing.T) {
	if os.Geteuid() == 0 && DefaultLevel() != LevelFull {
		t.Error("root is not at full")
	}
	if os.Geteuid() != 0 && container() == "" && DefaultLevel() != LevelOff {
		t.Error("a plain user has the layer without being asked")
	}
}

func TestExitStatus(t *testing.T) {
	usable(t)
	for _, level := range []Level{LevelOff, LevelExec, LevelWrite, LevelFull} {
		for _, test := range []struct {
			text string
			code int
			out  string
		}{
			{"true", 0, ""},
			{"exit 7", 7, ""},
			{"echo hello; ls / >/dev/null && echo done", 0, "hello\ndone\n"},
			{"kill -TERM $$", -15, ""},
			{"kill -KILL $$", -9, ""},
			{"kill -SEGV $$", -11, ""},
			{"kill -ABRT $$", -6, ""},
			{"{ (kill -SEGV $BASHPID); } 2>/dev/null; echo $?", 0, "139\n"},
			{"echo x | cat | cat", 0, "x\n"},
			{"cd /tmp && cat < /dev/null && echo a > /dev/null; echo $?", 0, "0\n"},
		} {
			r := order{Level: level}.run(t, t.TempDir(), "bash", "-c", test.text)
			if r.code != test.code || r.out != test.out {
				t.Errorf("%v: %q: code %d, output %q; want %d, %q", level, test.text, r.code, r.out, test.code, test.out)
			}
		}
	}
}

// TestFault: a program that faults, as a child or in place of the shell, ends as
// without supervision; nothing is said of it and nothing of guard dumped.
func TestFault(t *testing.T) {
	usable(t)
	dir := t.TempDir()
	build(t, dir, "fault", `#include <stdlib.h>
int main(int c, char **v) { if (c > 1) abort(); *(volatile int *)8 = 1; }`)
	for _, text := range []string{
		"{ (./fault); } 2>/dev/null; echo $?", "{ (./fault abort); } 2>/dev/null; echo $?", "./fault 2>/dev/null | cat; echo ${PIPESTATUS[0]}",
		"exec ./fault", "exec ./fault abort", "trap 'echo last' EXIT; { (./fault); } 2>/dev/null; kill -SEGV $$",
	} {
		text = "ulimit -c 0; " + text
		plain := exec.Command("bash", "-c", text)
		plain.Dir = dir
		want := finish(t, plain)
		for level := LevelExec; level <= LevelFull; level++ {
			if r := (order{Level: level}).run(t, dir, "bash", "-c", text); r.code != want.code || r.out != want.out {
				t.Errorf("%v: %q: code %d, output %q; want %d, %q", level, text, r.code, r.out, want.code, want.out)
			}
		}
		if want.code != 0 && syscall.Signal(-want.code) != syscall.SIGSEGV && syscall.Signal(-want.code) != syscall.SIGABRT {
			t.Errorf("%q shows little: code %d", text, want.code)
		}
	}
}
