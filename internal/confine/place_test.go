//go:build linux && (amd64 || arm64)

package confine

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == Role {
		fmt.Fprintln(os.Stderr, Become(os.Args[2:]))
		os.Exit(99)
	}
	os.Exit(m.Run())
}

// TestPlaces holds that each place is what it says.
func TestPlaces(t *testing.T) {
	const look = `id -u; grep -E '^(CapEff|Seccomp):' /proc/self/status; unshare -U true 2>/dev/null && echo may unshare; cat /proc/self/uid_map; cat "$1" 2>/dev/null || echo kept`
	for name, want := range map[string]string{
		"plain user":             `^65534\nCapEff:\t0{16}\nSeccomp:\t[02]\n(may unshare\n)?.*\nkept\n$`,
		"user namespace":         `^0\nCapEff:\t0*[1-9a-f][0-9a-f]+\nSeccomp:\t[02]\n(may unshare\n)? +0 +\d+ +1\nkept\n$`,
		"Docker as root":         `^0\nCapEff:\t0{8}a80425fb\nSeccomp:\t2\n.*\nfor root\n$`,
		"Docker as a plain user": `^65534\nCapEff:\t0{16}\nSeccomp:\t2\n.*\nkept\n$`,
	} {
		t.Run(name, func(t *testing.T) {
			if os.Geteuid() != 0 {
				t.Skip("the places of root")
			}
			self, err := Copy(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			secret := t.TempDir() + "/secret"
			if err := os.WriteFile(secret, []byte("for root\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, p := range Places() {
				if p.Name != name {
					continue
				}
				if err := p.Closed(self); err != nil {
					t.Skipf("the kernel refuses it: %v", err)
				}
				cmd := exec.Command("/bin/sh", "-c", look, "sh", secret)
				cmd.Dir = "/"
				p.Send(cmd, self)
				out, err := cmd.CombinedOutput()
				if !regexp.MustCompile(want).Match(out) {
					t.Errorf("%v: %s", err, out)
				}
			}
		})
	}
}
