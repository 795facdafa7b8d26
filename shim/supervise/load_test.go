//go:build linux && (amd64 || arm64)

package supervise

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"guard/internal/confine"
)

func TestMany(t *testing.T) {
	usable(t)
	if testing.Short() {
		t.Skip("several thousand processes")
	}
	for _, strict := range []bool{false, true} {
		programs := 2000
		if strict {
			programs = 300
		}
		o := order{Level: LevelFull, Stats: true, Strict: strict}
		count := func(text string) (n int) {
			r := o.run(t, t.TempDir(), "bash", "-c", text)
			lines := strings.Split(strings.TrimSpace(r.out), "\n")
			if _, err := fmt.Sscanf(lines[len(lines)-1], "fds=%d", &n); err != nil || r.code != 0 || len(lines) != 1 {
				t.Errorf("%q: code %d, %s", text, r.code, r.out)
			}
			return n
		}
		base := count("true")
		if n := count(fmt.Sprintf("for i in {1..%d}; do /bin/true || echo bad; done", programs)); n > base+2 {
			t.Errorf("after %d programs: %d descriptors, %d before", programs, n, base)
		}
		if n := count("for i in {1..200}; do (cat /etc/passwd /etc/hostname > o$i && sleep 0.2) & done; wait; ls o* | wc -l | grep -qx 200"); n > base+2 {
			t.Errorf("after 200 programs at once: %d descriptors, %d before", n, base)
		}
	}
}

// peak returns the most memory that a process has had, in KB.
func peak(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	kb, err := strconv.Atoi(strings.TrimSuffix(field(status, "VmHWM:"), " kB"))
	if err != nil {
		t.Fatal(err)
	}
	return kb
}

// TestForkStorm starts processes faster than they can be judged: two thousand
// and more, most of which are there at the same time.
func TestForkStorm(t *testing.T) {
	usable(t)
	if testing.Short() {
		t.Skip("several thousand processes")
	}
	const allowed = 32 << 10
	memory := map[string]int{}
	for _, text := range []string{
		"", "f() { local d=$1; [ $d = 0 ] && exec sleep 0.5; f $((d-1)) & f $((d-1)) & wait; }; f 10; ",
	} {
		cmd, out, line := start(t, order{Level: LevelFull}, t.TempDir(), text+"echo end; exec sleep 50")
		if line != "end" {
			t.Errorf("the storm ends with %q", line)
		}
		memory[text] = peak(t, cmd.Process.Pid)
		_ = cmd.Process.Kill()
		_, _ = out.ReadString('\n')
		t.Logf("%.20q: at most %d KB", text, memory[text])
		if memory[text] > memory[""]+allowed {
			t.Errorf("a storm takes the supervisor %d KB, without it %d", memory[text], memory[""])
		}
	}
}

// TestNoMoreProcesses: a tree that uses up all the processes that its user may
// have does not take the supervisor along, which needs threads.
func TestNoMoreProcesses(t *testing.T) {
	usable(t)
	if os.Geteuid() != 0 {
		t.Skip("needs another user")
	}
	need(t, "dash")
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	const bomb = "f() { [ $1 = 0 ] && exec sleep 0.3; f $(($1-1)) & f $(($1-1)) & wait; }; f 9"
	self, err := confine.Copy(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	nobody := confine.Place{User: 60000 + os.Getpid()%5000} // who has no other processes
	for _, limit := range []int{60, 120} {
		cmd := order{Level: LevelFull}.command(t, "bash", "-c", "dash bomb 2> errors; cat bomb > copy; grep -q 'Cannot fork' errors && cmp bomb copy && echo end")
		cmd.Dir = t.TempDir()
		write(t, filepath.Join(cmd.Dir, "bomb"), bomb)
		if err := nobody.Own(cmd.Dir); err != nil {
			t.Fatal(err)
		}
		cmd.Args = append([]string{"bash", "-c", fmt.Sprintf(`ulimit -u %d; exec "$@"`, limit), "bash", self}, cmd.Args[1:]...)
		cmd.Path = bash
		nobody.Send(cmd, self)
		if r := finish(t, cmd); r.code != 0 || !strings.HasSuffix(r.out, "end\n") {
			t.Errorf("at most %d processes: code %d, %.1000s", limit, r.code, r.out)
		}
	}
}
