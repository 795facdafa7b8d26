//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"guard/internal/confine"
)

// confined goes to a place and becomes a command, if this process was started for
// that.
func confined() {
	if len(os.Args) > 1 && os.Args[1] == confine.Role {
		fmt.Fprintln(os.Stderr, confine.Become(os.Args[2:]))
		os.Exit(99)
	}
}

// TestRuntimePlaces runs guard itself in each place in which it has to work: it
// starts there, ordinary work is not disturbed, and no way leads to the secret.
func TestRuntimePlaces(t *testing.T) {
	supervised(t)
	self, err := confine.Copy(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range confine.Places() {
		t.Run(place.Name, func(t *testing.T) {
			t.Parallel()
			if err := place.Closed(self); err != nil {
				t.Skipf("the kernel refuses it: %v", err)
			}
			bin := t.TempDir()
			supervisedShell(t, bin, runtimeTable("full")+"require = true\n")
			if err := place.Own(bin); err != nil {
				t.Fatal(err)
			}
			// shell runs text, under guard or under the real shell.
			shell := func(cmd *exec.Cmd, text string) (out, errs string, code int) {
				p := newProject(t, "full")
				if err := place.Own(filepath.Dir(p.dir)); err != nil {
					t.Fatal(err)
				}
				cmd.Args = append(cmd.Args, "-c", text)
				cmd.Dir = p.dir
				home := filepath.Join(p.root, "home")
				cmd.Env = append(plainEnv(home), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
				cmd.Stdin = strings.NewReader(".env\n")
				place.Send(cmd, self)
				return capture(t, cmd)
			}
			under := func(text string) (string, string, int) {
				return shell(guardCommand(t, bin, "bash"), text)
			}
			for _, test := range []struct{ text, want string }{
				{"id -u > mine; cat plain; (exit 3); echo $?; sh -c 'kill -9 $$' 2>/dev/null; echo $?", "KEY=open\n3\n137\n"},
				{"mkdir -p t/u; touch t/u/x; rm -rf t; test -e t || echo gone", "gone\n"},
				{"git init -q; git add plain; git -c user.name=a -c user.email=b commit -qm m; git log --oneline | wc -l", "1\n"},
				{"seq 1000 | sort -rn | head -2 | tr '\\n' ' '; grep -rh KEY .; echo $?", "1000 999 KEY=open\n0\n"},
				{"{ sleep 0.2; cat plain > late; cat late; } & exit", "KEY=open\n"},
			} {
				if out, errs, _ := under(test.text); out != test.want {
					t.Errorf("%q: got %q, want %q\n%s", test.text, out, test.want, errs)
				}
			}
			opened := 0
			for _, l := range leaks {
				if out, _, _ := shell(realCommand(t, "bash"), l.text); strings.Contains(out, "CANARY") {
					opened++
				}
				out, errs, code := under(l.text)
				if strings.Contains(out+errs, "CANARY") {
					t.Errorf("%s leaks (code %d): %s%s", l.about, code, out, errs)
				}
			}
			if opened < len(leaks)/2 {
				t.Errorf("only %d of %d ways lead to the secret without the layer: the test shows little", opened, len(leaks))
			}
		})
	}
}
