//go:build unix

package runner

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestMain makes the test binary a program that becomes, or starts, another:
// called as "become" or "start" with a path and its argv.
func TestMain(m *testing.M) {
	if len(os.Args) < 3 || os.Args[0] != "become" && os.Args[0] != "start" {
		os.Exit(m.Run())
	}
	var script []byte
	if text, ok := os.LookupEnv("SCRIPT"); ok {
		script = []byte(text)
	}
	path, argv := os.Args[1], os.Args[2:]
	var err error
	switch {
	case os.Args[0] == "start":
		var p *os.Process
		if p, err = Spawn(path, argv, os.Environ(), script); err == nil {
			state, _ := p.Wait()
			os.Exit(state.ExitCode())
		}
	case script != nil:
		err = ExecScript(path, argv, os.Environ(), script)
	default:
		err = Exec(path, argv, os.Environ())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(125)
}

// call returns the command that has the test binary become (or start) path.
func call(t *testing.T, how, path string, argv ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args = append([]string{how, path}, argv...)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + cmd.Dir, "ODD_NAME=1"}
	return cmd
}

func shell(t *testing.T, name string) string {
	t.Helper()
	path, err := Find(name, Locations{})
	if err != nil {
		t.Skip(err)
	}
	return path
}

func TestExec(t *testing.T) {
	sh := shell(t, "sh")
	tests := []struct{ text, stdin, want string }{
		{`echo "$0 $*"`, "", "name a b\n"},
		{`cat; cat`, "input\n", "input\n"},
		{`env | grep ODD`, "", "ODD_NAME=1\n"},
		{`exit 7`, "", "exit status 7"},
		{`kill -TERM $$`, "", "signal: terminated"},
		{`kill -PIPE $$`, "", "signal: broken pipe"},
		{`kill -SEGV $$`, "", "signal: segmentation fault"},
		{`cat <&5`, "", "five"},
	}
	for _, how := range []string{"become", "start"} {
		for _, tt := range tests {
			if how == "start" && strings.HasPrefix(tt.want, "signal") {
				continue
			}
			cmd := call(t, how, sh, "name", "-c", tt.text, "name", "a", "b")
			cmd.Stdin = strings.NewReader(tt.stdin)
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, "five")
			w.Close()
			cmd.ExtraFiles = []*os.File{nil, nil, r}
			out, err := cmd.CombinedOutput()
			r.Close()
			got := string(out)
			if err != nil {
				got += err.Error()
			}
			if strings.TrimSuffix(got, " (core dumped)") != tt.want {
				t.Errorf("%s %q: got %q, want %q", how, tt.text, got, tt.want)
			}
		}
	}
}

func TestExecSamePid(t *testing.T) {
	cmd := call(t, "become", shell(t, "sh"), "sh", "-c", "echo $$")
	out, err := cmd.Output()
	if got := strings.TrimSpace(string(out)); err != nil || got != strconv.Itoa(cmd.Process.Pid) {
		t.Errorf("$$ is %s, the process %d (%v)", got, cmd.Process.Pid, err)
	}
}

func TestExecFails(t *testing.T) {
	out, err := call(t, "become", "/nowhere/sh", "sh").CombinedOutput()
	if err == nil || !strings.HasPrefix(string(out), "execute /nowhere/sh: no such file") {
		t.Errorf("got %q, %v", out, err)
	}
}

// TestExecLimit holds that the program sees the limit on open files that guard
// was started with, which Go's runtime raises for itself.
func TestExecLimit(t *testing.T) {
	bash := shell(t, "bash")
	for _, how := range []string{"become", "start"} {
		cmd := call(t, how, bash, "bash", "-c", "ulimit -Sn")
		limited := []string{"bash", "-c", `ulimit -Sn 300; exec -a "$0" "$@"`, how, cmd.Path}
		cmd.Args, cmd.Path = append(limited, cmd.Args[1:]...), bash
		out, err := cmd.CombinedOutput()
		if err != nil || string(out) != "300\n" {
			t.Errorf("%s: soft limit %q, %v; want 300", how, out, err)
		}
	}
}

func TestExecScript(t *testing.T) {
	script := "read line\nthe input\necho \"$line $1\"\ncat\nrest\n"
	for _, name := range []string{"bash", "mksh", "zsh"} { // dash reads ahead
		path := shell(t, name)
		for _, how := range []string{"become", "start"} {
			cmd := call(t, how, path, name, "-s", "arg")
			cmd.Env = append(cmd.Env, "SCRIPT="+script)
			cmd.Stdin = strings.NewReader("echo not this\n")
			out, err := cmd.CombinedOutput()
			if want := "the input arg\nrest\n"; err != nil || string(out) != want {
				t.Errorf("%s %s: got %q, %v; want %q", how, name, out, err, want)
			}
		}
	}
}

func TestScriptFile(t *testing.T) {
	big := bytes.Repeat([]byte("echo big\n"), 1<<18)
	makers := map[string]func([]byte) (*os.File, error){"scriptFile": scriptFile, "unlinkedFile": unlinkedFile}
	for name, open := range makers {
		for _, script := range [][]byte{nil, []byte("echo\n"), big} {
			f, err := open(script)
			if err != nil {
				t.Fatal(name, err)
			}
			got, err := io.ReadAll(f)
			if err != nil || !bytes.Equal(got, script) {
				t.Errorf("%s: read %d bytes, %v; want %d", name, len(got), err, len(script))
			}
			if _, err := f.Write([]byte("x")); err == nil {
				t.Errorf("%s: the script can be written through the file", name)
			}
			if w, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), os.O_RDWR, 0); err == nil && name == "scriptFile" {
				if _, err := w.Write([]byte("x")); !errors.Is(err, syscall.EPERM) {
					t.Errorf("%s: write to the sealed script: %v", name, err)
				}
				w.Close()
			}
			f.Close()
		}
	}
	left, _ := filepath.Glob("/tmp/guard-script-*")
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
