//go:build linux && (amd64 || arm64)

package supervise

import "testing"

func TestProbe(t *testing.T) {
	r := Probe()
	t.Logf("%+v", r)
	if r.Supported && !r.AddFD {
		t.Error("a call was caught but no descriptor could be injected")
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
