//go:build linux && (amd64 || arm64)

package supervise

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"guard/internal/confine"
)

// The test binary is its own supervisor: Run changes the whole process.
const (
	roleRun      = "__run"
	roleHandover = "__supervise"
	roleInside   = "__inside"
	roleFloor    = "__floor"
	roleHindered = "__hindered"
	roleCollect  = "__collect"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case roleHandover:
			os.Exit(ServeHandover(func(state []byte) (Judge, error) {
				j := new(fence)
				return j, json.Unmarshal(state, j)
			}))
		case roleRun:
			os.Exit(runRole(os.Args[2:]))
		case roleHindered:
			os.Exit(hinderedRole(os.Args[2], os.Args[3:]))
		case roleFloor:
			os.Exit(floorRole(os.Args[2:]))
		case roleInside:
			fmt.Println(Inside())
			os.Exit(0)
		case confine.Role:
			fmt.Fprintln(os.Stderr, confine.Become(os.Args[2:]))
			os.Exit(99)
		case roleCollect:
			os.Exit(collectRole())
		}
	}
	os.Exit(m.Run())
}

// fence is the judge of these tests: it keeps everybody from files named .env,
// from one directory, and from programs by name.
type fence struct {
	Dir      string   // nothing in it may be changed or read
	Programs []string // real base names that may not run
	Known    []string // what Protected returns
	Answer   Answer   // for reads of .env; Refuse by default
	Args     bool     // refuse programs with an argument that mentions .env or victim
	Hear     bool     // care about connections and signals
	Addr     string   // refused connection
	Hold     string   // base name of a file about which no answer ever comes
	Log      string   // file that gets each judged event, one JSON a line
	mu       sync.Mutex
}

func (j *fence) Prepare()            {}
func (j *fence) Protected() []string { return j.Known }

func (j *fence) Interested(dir, base string, op Op) bool {
	if dir == "" {
		return j.Hear
	}
	return base == ".env" || j.Hold != "" && base == j.Hold || j.Log != "" && base == "logged" || j.Dir != "" && (within(j.Dir, dir+"/"+base) || within(dir+"/"+base, j.Dir) && op == OpRename)
}

func (j *fence) Note(Op, string, string) {}

func (j *fence) Judge(e *Event) Answer {
	if j.Hold != "" && filepath.Base(e.Path) == j.Hold {
		select {}
	}
	a := j.answer(e)
	if j.Log != "" {
		j.record(e, a)
	}
	return a
}

func (j *fence) answer(e *Event) Answer {
	switch e.Op {
	case OpExec:
		for _, name := range j.Programs {
			if filepath.Base(e.Real) == name {
				return Refuse
			}
		}
		for _, arg := range e.Argv {
			if j.Args && (strings.Contains(arg, ".env") || strings.Contains(arg, "victim")) {
				return Refuse
			}
		}
		return Allow
	case OpConnect:
		if e.Addr == j.Addr {
			return Refuse
		}
		return Allow
	case OpKill, OpPtrace, OpNamespace, OpNone:
		return Allow
	}
	for _, name := range []string{e.Path, e.Real, e.Path2, e.Real2, e.Same} {
		if filepath.Base(name) == ".env" {
			if e.Op == OpRead {
				return j.Answer
			}
			return Refuse
		}
		if j.Dir != "" && name != "" && within(j.Dir, name) {
			return Refuse
		}
		if e.Op == OpRename && j.Dir != "" && name != "" && within(name, j.Dir) {
			return Refuse
		}
	}
	if e.Same != "" {
		return Refuse
	}
	return Allow
}

func (j *fence) record(e *Event, a Answer) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f, err := os.OpenFile(j.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	_ = json.NewEncoder(f).Encode(struct {
		*Event
		Answer Answer
		Name   string
	}{e, a, e.Op.String()})
}

// order is what runRole is told.
type order struct {
	Level    Level
	Strict   bool
	Handover bool
	Guarded  []string
	Fence    *fence
	Stats    bool // print descriptors and goroutines at the end
}

func runRole(args []string) int {
	var o order
	if err := json.Unmarshal([]byte(args[0]), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 99
	}
	path, err := exec.LookPath(args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 99
	}
	cfg := Config{Level: o.Level, Judge: o.Fence, Strict: o.Strict, Guarded: o.Guarded}
	if o.Handover {
		cfg.Handover = []string{"supervise.test", roleHandover}
		cfg.State = func() ([]byte, error) { return json.Marshal(o.Fence) }
	}
	status, err := Run(path, args[1:], os.Environ(), cfg)
	if err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
		if errors.Is(err, ErrBusy) {
			return 98
		}
		return 97
	}
	if o.Stats {
		fds, _ := os.ReadDir("/proc/self/fd")
		fmt.Printf("fds=%d\n", len(fds))
	}
	status.Raise()
	return status.Code()
}

// result is what a supervised program did.
type result struct {
	out    string // both streams
	code   int    // -signal when it was killed
	passed time.Duration
}

// command builds a supervised command line.
func (o order) command(t testing.TB, argv ...string) *exec.Cmd {
	t.Helper()
	if o.Fence == nil {
		o.Fence = &fence{}
	}
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exec.Command(self, append([]string{roleRun, string(text)}, argv...)...)
}

func (o order) run(t testing.TB, dir string, argv ...string) result {
	t.Helper()
	cmd := o.command(t, argv...)
	cmd.Dir = dir
	return finish(t, cmd)
}

// finish runs cmd, which may not take longer than a minute.
func finish(t testing.TB, cmd *exec.Cmd) result {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = 20 * time.Second // orphans hold the pipes
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timer.Stop()
	_ = cmd.Wait()
	r := result{out: out.String(), passed: time.Since(start), code: cmd.ProcessState.ExitCode()}
	if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		r.code = -int(ws.Signal())
	}
	return r
}

// need skips the test where a program is missing.
func need(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
}

// usable skips the test where the kernel or container has no listener.
func usable(t testing.TB) {
	t.Helper()
	if r := Probe(); !r.Supported {
		t.Skipf("no supervision here: %s", r.Reason)
	}
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// build compiles a C program, or skips.
func build(t testing.TB, dir, name, source string, flags ...string) string {
	t.Helper()
	need(t, "gcc")
	write(t, filepath.Join(dir, name+".c"), source)
	exe := filepath.Join(dir, name)
	args := append([]string{"-O1", "-w", "-o", exe, exe + ".c", "-pthread"}, flags...)
	if out, err := exec.Command("gcc", args...).CombinedOutput(); err != nil {
		t.Skipf("gcc does not compile %s here: %s", name, strings.TrimSpace(string(out)))
	}
	return exe
}
