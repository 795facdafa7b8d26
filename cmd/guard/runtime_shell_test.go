//go:build linux && (amd64 || arm64)

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// supervisedShell builds guard as a shell into dir, under a policy of which
// runtime is the table of that name. It also goes by the names of the shells.
func supervisedShell(t testing.TB, dir, runtime string) {
	t.Helper()
	policy := filepath.Join(dir, "root/home/.config/guard/policy.toml")
	if err := os.MkdirAll(filepath.Dir(policy), 0o755); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "guard"), "guard/cmd/guard/testdata/supervised")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as install.sh does
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build guard: %v\n%s", err, out)
	}
	for _, name := range []string{"bash", "sh", "dash", "zsh"} {
		if err := os.Symlink("guard", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(policy, []byte("[runtime]\n"+runtime+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
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
	levels := []string{"exec", "write", "full"}
	for _, level := range levels {
		supervisedShell(t, filepath.Join(top, level), "level = \""+level+"\"\nrequire = true")
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
