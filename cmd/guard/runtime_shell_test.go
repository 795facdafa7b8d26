//go:build linux && (amd64 || arm64)

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// supervisedShell builds guard as a shell into dir, under a policy. It also goes by the names of the shells.
func supervisedShell(t testing.TB, dir, text string) {
	t.Helper()
	policy := filepath.Join(dir, "root/home/.config/guard/policy.toml")
	if err := os.MkdirAll(filepath.Dir(policy), 0o755); err != nil {
		t.Fatal(err)
	}
	installed(t, filepath.Join(dir, "guard"), "guard/cmd/guard/testdata/supervised")
	for _, name := range []string{"bash", "sh", "dash", "zsh"} {
		if err := os.Symlink("guard", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(policy, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestRuntimeUsual holds that shells use the level that is usual for this user, but
// where a policy states another.
func TestRuntimeUsual(t *testing.T) {
	supervised(t)
	for _, test := range []struct {
		usual, policy string
		leaks         bool
	}{
		{"off", "", true},
		{"full", "", false},
		{"full", "[policy]\nname = \"p\"\n", false},
		{"full", runtimeTable("off"), true},
		{"full", runtimeTable("exec"), true},
		{"off", runtimeTable("full"), false},
	} {
		dir := t.TempDir()
		supervisedShell(t, dir, test.policy)
		for name, text := range map[string]string{"root/usual": test.usual, ".env": "CANARY"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(filepath.Join(dir, "bash"), "-c", `read n; read x < "$n"; echo "$x"`)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(".env\n")
		out, _ := cmd.CombinedOutput()
		if strings.Contains(string(out), "CANARY") != test.leaks {
			t.Errorf("usual %s, policy %q: %s", test.usual, test.policy, out)
		}
	}
}

// TestRuntimeRefused holds that where the layer cannot work nothing is started
// half-way: the text layer does alone, and the log says so, or nothing is run where
// the policy requires it.
func TestRuntimeRefused(t *testing.T) {
	supervised(t)
	top := t.TempDir()
	refusing := filepath.Join(top, "refusing")
	if out, err := exec.Command("go", "build", "-o", refusing, "guard/cmd/guard/testdata/refusing").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for _, thing := range []string{"seccomp", "receive"} {
		for _, require := range []bool{false, true} {
			dir := filepath.Join(top, thing, fmt.Sprint(require))
			supervisedShell(t, dir, fmt.Sprintf("%srequire = %v\n", runtimeTable("full"), require))
			run := func(text string) (string, string, int) {
				return capture(t, exec.Command(refusing, thing, filepath.Join(dir, "bash"), "-c", text))
			}
			stdout, stderr, code := run("echo ran; (exit 3)")
			log, _ := os.ReadFile(filepath.Join(dir, "root/home/.local/state/guard/audit.jsonl"))
			if require {
				if code != 125 || stdout != "" || !strings.Contains(stderr, "the policy requires the run-time layer") {
					t.Errorf("%s, required: code %d, %q, %s", thing, code, stdout, stderr)
				}
				continue
			}
			if code != 3 || stdout != "ran\n" || stderr != "" {
				t.Errorf("%s: code %d, %q, %s", thing, code, stdout, stderr)
			}
			if !strings.Contains(string(log), `"degraded":"no run-time layer: `) {
				t.Errorf("%s: the log says nothing: %s", thing, log)
			}
			// What only the layer could have judged is refused by the text.
			if stdout, stderr, code := run(`read n; rm -rf "$n"; echo ran`); code != 126 || stdout != "" {
				t.Errorf("%s: code %d, %q, %s", thing, code, stdout, stderr)
			}
		}
	}
}

// capture runs cmd, which may not take longer than a minute.
func capture(t testing.TB, cmd *exec.Cmd) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	_ = cmd.Wait()
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// beneath says why rows of the transparency table differ under the run-time
// layer, by their name.
func beneath(r row) string {
	switch {
	case r.pid, r.about == "same parent":
		return "the shell is a child of guard"
	}
	return ""
}

// TestTransparencySupervised holds that what is allowed behaves at each level
// of the run-time layer as it does under the real shell.
func TestTransparencySupervised(t *testing.T) {
	supervised(t)
	top := t.TempDir()
	levels := []string{"exec", "write", "full", "strict"}
	for _, level := range levels {
		supervisedShell(t, filepath.Join(top, level), runtimeTable(level)+"require = true\n")
	}
	for _, r := range append(exitRows(), rows...) {
		t.Run(r.about, func(t *testing.T) {
			if why := beneath(r); why != "" || r.except != "" {
				t.Skip(why + r.except)
			}
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "work")
			want := r.run(t, dir, realCommand(t, r.argv[0], r.argv[1:]...))
			for _, level := range levels {
				got := r.run(t, dir, guardCommand(t, filepath.Join(top, level), r.argv[0], r.argv[1:]...))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%q at %s (-want +got):\n%.2000s", r.argv, level, diff)
				}
			}
		})
	}
}
