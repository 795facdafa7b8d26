//go:build linux && (amd64 || arm64)

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// talk gives a shell one command after another, each when what the one before says
// has come, as agents with one shell for all do. It returns what each said.
func talk(t *testing.T, dir string, argv []string, commands []string) (said []string, errs string, code int) {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = dir, append(environment(), "HOME="+dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(terminalPatience, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	lines := bufio.NewReader(out)
	for i, c := range commands {
		mark := fmt.Sprintf("<%d>", i)
		if _, err := io.WriteString(in, c+"\necho \""+mark+"$?\"\n"); err != nil {
			break
		}
		text := ""
		for !strings.Contains(text, mark) {
			line, err := lines.ReadString('\n')
			text += line
			if err != nil {
				break
			}
		}
		if text != "" { // it may have ended
			said = append(said, text)
		}
	}
	in.Close()
	rest, _ := io.ReadAll(lines)
	if len(rest) > 0 {
		said = append(said, string(rest))
	}
	_ = cmd.Wait()
	return said, stderr.String(), cmd.ProcessState.ExitCode()
}

// talks are commands that a shell is given one by one; what is said under guard
// is to be what the real shell says.
var talks = []struct {
	only     string // dash reads ahead
	commands []string
}{
	{"", []string{"echo a", "false", "cd /", "pwd", "x=5", "echo $x"}},
	{"", []string{"f() {\n  echo \"f $1\"\n}", "f 1", "cat <<E\na $((1+1))\nE", "for i in 1 2; do\n  echo $i\ndone", "echo a \\\nb"}},
	{"bash", []string{"read y\ndata for read", "echo $y", "head -c 4 > /dev/null\nabc", "echo $LINENO"}},
	{"", []string{"set -o pipefail; false | true", "(exit 9)", "trap 'echo bye' EXIT", "alias"}},
	{"", []string{"sleep 0.3 & wait", "kill -0 $$", "sh -c 'exit 4'", "echo one; echo two", "if true; then echo yes; else echo no; fi"}},
	{"", []string{"echo 'a\nb'", "# only a comment", "", "seq 3 | while read n; do echo \"n$n\"; done", "exec 3>&1; echo three >&3"}},
	{"bash", []string{"read -r line\nit's (a line", "echo \"$line\"", "while read -r l; do [ \"$l\" = . ] && break; echo \"<$l>\"; done\n'\n)\n.", "echo on"}},
	{"", []string{"exit 7"}},
	{"", []string{"set -e; false", "echo not reached"}},
}

// TestOpenStdin holds that under the run-time layer a shell whose standard input stays
// open answers each command as the real one does.
func TestOpenStdin(t *testing.T) {
	supervised(t)
	top := t.TempDir()
	for _, level := range []string{"exec", "full"} {
		supervisedShell(t, filepath.Join(top, level), runtimeTable(level)+"require = true\n")
	}
	for i, talking := range talks {
		for _, shell := range []string{"bash", "dash"} {
			if talking.only != "" && talking.only != shell {
				continue
			}
			real := realCommand(t, shell).Path
			want, _, wantCode := talk(t, t.TempDir(), []string{real}, talking.commands)
			for _, level := range []string{"exec", "full"} {
				got, errs, code := talk(t, t.TempDir(), []string{filepath.Join(top, level, shell)}, talking.commands)
				if strings.Join(got, "\x00") != strings.Join(want, "\x00") || code != wantCode {
					t.Errorf("%d: %s at %s: %q, %d; want %q, %d\n%s", i, shell, level, got, code, want, wantCode, errs)
				}
			}
		}
	}
}

// guardedProject is a directory with shells at full, and one with a secret.
func guardedProject(t *testing.T) (bin, dir string) {
	t.Helper()
	bin, dir = t.TempDir(), t.TempDir()
	supervisedShell(t, bin, runtimeTable("full")+"require = true\n")
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte("KEY=CANARY\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return bin, dir
}

// TestOpenStdinRefuses holds that each command of a session is judged before it runs, in
// the light of those before it, and that the session goes on.
func TestOpenStdinRefuses(t *testing.T) {
	supervised(t)
	bin, dir := guardedProject(t)
	said, errs, code := talk(t, dir, []string{filepath.Join(bin, "bash")}, []string{
		"echo start", "cat .env", "f=.e", "cat ${f}nv", "read n\n.env", "cat \"$n\"", "set -a; . ./.env; set +a", "echo still", "exec bash", "cat .env", "echo end",
	})
	all := strings.Join(said, "")
	if strings.Contains(all, "CANARY") {
		t.Errorf("shows the secret: %q", said)
	}
	for _, want := range []string{"start\n<0>0", "<1>126", "<2>0", "<3>126", "still\n<7>0", "<9>1", "end\n<10>0"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q: %q", want, said)
		}
	}
	if got := strings.Count(errs, "guard: deny: shows or copies an environment file"); got < 3 || code != 0 {
		t.Errorf("%d refusals, code %d: %s", got, code, errs)
	}
	log, err := os.ReadFile(filepath.Join(bin, "root/home/.local/state/guard/audit.jsonl"))
	if err != nil || !strings.Contains(string(log), `"command":"cat ${f}nv\n"`) || strings.Count(string(log), `"command":"cat .env\n"`) < 2 {
		t.Errorf("the log does not tell of each command: %v", err)
	}
}

// TestOpenStdinRemembers holds that what a session has taken in is not forgotten,
// however much is said after it.
func TestOpenStdinRemembers(t *testing.T) {
	supervised(t)
	bin, dir := guardedProject(t)
	commands := []string{"set -a; . ./.env; set +a"}
	for range 12 {
		commands = append(commands, ": "+strings.Repeat("x", 10<<10))
	}
	said, errs, _ := talk(t, dir, []string{filepath.Join(bin, "bash")}, append(commands, "env", "echo $KEY", "echo end"))
	if all := strings.Join(said, ""); strings.Contains(all, "CANARY") || !strings.Contains(all, "<0>0") || !strings.Contains(all, "end") {
		t.Errorf("%q\n%s", said, errs)
	}
}

// TestOpenStdinGoesOn holds that what was allowed and carried out is not judged again by
// what it would do now.
func TestOpenStdinGoesOn(t *testing.T) {
	supervised(t)
	bin, dir := guardedProject(t)
	said, errs, code := talk(t, dir, []string{filepath.Join(bin, "bash")}, []string{
		"echo x=1 > act", ". ./act", "echo 'cat .env' >> act", "echo on $x", ". ./act", "mkdir made; echo 1 > made/x", "rm -r made; echo gone",
	})
	all := strings.Join(said, "")
	for _, want := range []string{"on 1\n<3>0", "<4>126", "gone\n<6>0"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q: %q, %d\n%s", want, said, code, errs)
		}
	}
}
