//go:build linux && (amd64 || arm64)

package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var soak = flag.Duration("soak", 5*time.Second, "how long TestRuntimeSoak works")

// usage is what a process holds.
type usage struct{ fds, threads, kb, peakKB int }

func (u usage) String() string {
	return fmt.Sprintf("%d descriptors, %d threads, %d KB (at most %d)", u.fds, u.threads, u.kb, u.peakKB)
}

// usageOf looks at a process; it is zero once that has ended.
func usageOf(pid int) (u usage) {
	dir := "/proc/" + strconv.Itoa(pid)
	fds, _ := os.ReadDir(dir + "/fd")
	status, _ := os.ReadFile(dir + "/status")
	u.fds = len(fds)
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
		switch name {
		case "Threads":
			u.threads = n
		case "VmRSS":
			u.kb = n
		case "VmHWM":
			u.peakKB = n
		}
	}
	return u
}

func (u usage) max(v usage) usage {
	return usage{max(u.fds, v.fds), max(u.threads, v.threads), max(u.kb, v.kb), max(u.peakKB, v.peakKB)}
}

// watched is a shell under the run-time layer at work. Its text says "ready" when
// it begins and "done" when all is done, and then waits to be let go.
type watched struct {
	cmd  *exec.Cmd
	dir  string
	in   io.WriteCloser
	out  *bufio.Reader
	errs bytes.Buffer
}

// plainEnv is a small environment in which shells are the real ones.
func plainEnv(home string) []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + home, "LC_ALL=C"}
}

func watch(t *testing.T, text string) *watched {
	t.Helper()
	top := t.TempDir()
	supervisedShell(t, top, runtimeTable("full")+"require = true\n")
	w := &watched{dir: filepath.Join(top, "work")}
	if err := os.Mkdir(w.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, "f"), []byte("text\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	w.cmd = guardCommand(t, top, "bash", "-c", "echo ready; "+text+"\necho done; read end")
	w.cmd.Dir, w.cmd.Stderr = w.dir, &w.errs
	w.cmd.Env = plainEnv(w.dir)
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	var err error
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	w.out = bufio.NewReader(out)
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(-w.cmd.Process.Pid, syscall.SIGKILL); _ = w.cmd.Wait() })
	if line, _ := w.out.ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q: %s", line, w.errs.String())
	}
	return w
}

// work waits for "done", calling look meanwhile; what is printed before is
// returned.
func (w *watched) work(t *testing.T, patience time.Duration, look func(usage)) string {
	t.Helper()
	var said strings.Builder
	done := make(chan error, 1)
	go func() {
		for {
			line, err := w.out.ReadString('\n')
			if line == "done\n" || err != nil {
				done <- err
				return
			}
			said.WriteString(line)
		}
	}()
	late := time.After(patience)
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("it ends early: %v\n%s%s", err, said.String(), w.errs.String())
			}
			return said.String()
		case <-late:
			t.Fatalf("it is not done after %v", patience)
		case <-time.After(100 * time.Millisecond):
			look(usageOf(w.cmd.Process.Pid))
		}
	}
}

// end lets the shell go, which must end well and have said nothing.
func (w *watched) end(t *testing.T) {
	t.Helper()
	_, _ = io.WriteString(w.in, "\n")
	if err := w.cmd.Wait(); err != nil || w.errs.Len() > 0 {
		t.Errorf("%v: %.2000s", err, w.errs.String())
	}
}

// Allowances for what guard itself holds under any load.
const (
	allowedFDs     = 64
	allowedThreads = 64
	allowedPeakKB  = 192 << 10
)

func (u usage) bounded(t *testing.T) {
	t.Helper()
	if u.fds > allowedFDs || u.threads > allowedThreads || u.peakKB > allowedPeakKB {
		t.Errorf("guard takes %v", u)
	}
}

// TestRuntimeMany counts what many children at once and many programs in turn
// have done.
func TestRuntimeMany(t *testing.T) {
	supervised(t)
	programs := 10000
	if testing.Short() && os.Getenv("CI") != "true" {
		programs = 1000
	}
	t.Run("at once", func(t *testing.T) {
		w := watch(t, `for i in $(seq 500); do (cat f >/dev/null; echo x >> out.$i; cat f > copy.$i) & done; wait`)
		var most usage
		w.work(t, 2*time.Minute, func(u usage) { most = most.max(u) })
		last := usageOf(w.cmd.Process.Pid)
		w.end(t)
		for i := 1; i <= 500; i++ {
			for name, want := range map[string]string{"out": "x\n", "copy": "text\n"} {
				if got, err := os.ReadFile(fmt.Sprintf("%s/%s.%d", w.dir, name, i)); string(got) != want {
					t.Fatalf("%s.%d is %q, %v", name, i, got, err)
				}
			}
		}
		t.Logf("500 children: during %v; after %v", most, last)
		most.max(last).bounded(t)
	})
	t.Run("in turn", func(t *testing.T) {
		w := watch(t, fmt.Sprintf(`n=0; for i in $(seq %d); do /bin/true && n=$((n+1)); done; echo $n`, programs))
		var most usage
		said := w.work(t, 5*time.Minute, func(u usage) { most = most.max(u) })
		last := usageOf(w.cmd.Process.Pid)
		w.end(t)
		if said != strconv.Itoa(programs)+"\n" {
			t.Errorf("of %d programs there ran %q", programs, said)
		}
		t.Logf("%d programs: during %v; after %v", programs, most, last)
		most.max(last).bounded(t)
	})
}

// TestRuntimeHandovers lets twenty shells end at about the same time, each with
// background processes of several kinds, a guard among them.
func TestRuntimeHandovers(t *testing.T) {
	supervised(t)
	top := t.TempDir()
	supervisedShell(t, top, runtimeTable("full")+"require = true\n")
	const work = `sleep 0.2; cat f > copy.$1; cat "$n" 2> /dev/null; bash -c 'echo "$1" >> told' sh $1; echo $1 >> ended`
	const text = `read -r n; export n
		bash work child &
		( ( . ./work grandchild ) & )
		( setsid bash work session & )
		"$NESTED" -c 'sleep 0.2; cat f > copy.nested; echo nested >> told; echo nested >> ended' &
		exit 3`
	kinds := []string{"child", "grandchild", "nested", "session"}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			dir := filepath.Join(top, strconv.Itoa(i))
			for name, text := range map[string]string{"f": "text\n", ".env": "KEY=CANARY\n", "work": work} {
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Error(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Error(err)
				}
			}
			cmd := guardCommand(t, top, "bash", "-c", text)
			cmd.Dir = dir
			cmd.Env = append(plainEnv(dir), "NESTED="+cmd.Path)
			cmd.Stdin = strings.NewReader(".env\n")
			cmd.WaitDelay = time.Minute
			out, _ := cmd.CombinedOutput() // until the last of them has ended
			if code := cmd.ProcessState.ExitCode(); code != 3 || bytes.Contains(out, []byte("CANARY")) {
				t.Errorf("shell %d: exit status %d, %.1000s", i, code, out)
			}
			for _, name := range []string{"told", "ended"} {
				text, _ := os.ReadFile(filepath.Join(dir, name))
				got := strings.Fields(string(text))
				slices.Sort(got)
				if !slices.Equal(got, kinds) {
					t.Errorf("shell %d: %s by %q, %.1000s", i, name, got, out)
				}
			}
			for _, kind := range kinds {
				if text, _ := os.ReadFile(filepath.Join(dir, "copy."+kind)); string(text) != "text\n" {
					t.Errorf("shell %d: the copy of %s is %q", i, kind, text)
				}
			}
		})
	}
	all.Wait()
	guard := filepath.Join(top, "guard")
	for late := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		left := runs(guard)
		if len(left) == 0 {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("guard still runs as %v", left)
		}
	}
}

// runs lists the processes that run the file exe.
func runs(exe string) (pids []string) {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		if got, _ := os.Readlink(link); got == exe {
			pids = append(pids, filepath.Base(filepath.Dir(link)))
		}
	}
	return pids
}

// TestRuntimeSoak works for a while, at all that a tree does, and holds that guard
// then takes no more than after the first second.
func TestRuntimeSoak(t *testing.T) {
	supervised(t)
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	defer server.Close()
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(server.Addr().String())
	w := watch(t, fmt.Sprintf(`
		round() {
			/bin/true; cat f > /dev/null; echo x > a.$1; mv a.$1 b.$1; ln b.$1 c.$1; ln -s f d.$1; rm b.$1 c.$1 d.$1
			mkdir e.$1; : > e.$1/x; rm -r e.$1; grep -rq text f; sed -n p f > /dev/null
			(exec 3<> /dev/tcp/127.0.0.1/%s) || echo no connection
			(sleep 0.02 & kill $!; wait $!) 2> /dev/null
			(setsid sh -c 'sleep 0.02; echo x >> orphans' &)
			caught=; kill -USR1 $BASHPID; test "$caught" || echo no signal
		}
		worker() { trap caught=yes USR1; local n=0; while test -e go; do round $1; n=$((n+1)); done; echo $n; }
		: > go
		for i in 1 2 3 4; do worker $i & done
		wait; sleep 0.2; wc -l < orphans`, port))
	start := time.Now()
	var first, most usage
	samples := 0
	time.AfterFunc(*soak, func() { _ = os.Remove(filepath.Join(w.dir, "go")) })
	said := w.work(t, *soak+2*time.Minute, func(u usage) {
		most = most.max(u)
		if time.Since(start) < time.Second || samples == 0 {
			first = most
		}
		samples++
	})
	last := usageOf(w.cmd.Process.Pid)
	w.end(t)
	rounds := 0
	counts := strings.Fields(said)
	for _, f := range counts[:max(len(counts)-1, 0)] {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatalf("the workers say %q", said)
		}
		rounds += n
	}
	if len(counts) != 5 || counts[4] != strconv.Itoa(rounds) || rounds < 4 {
		t.Errorf("the workers say %q", said)
	}
	t.Logf("%v: %d rounds; first second %v; at most %v; after %v", *soak, rounds, first, most, last)
	most.bounded(t)
	if last.fds > first.fds+4 || last.threads > first.threads+8 || last.kb > first.peakKB+32<<10 {
		t.Errorf("guard grows from %v to %v", first, last)
	}
}
