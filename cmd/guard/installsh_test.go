package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// release makes a directory like that of a release: guard, install.sh and the
// manual pages.
func release(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a release")
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "guard"), ".").CombinedOutput(); err != nil {
		t.Fatalf("build guard: %v\n%s", err, out)
	}
	for _, name := range []string{"install.sh", "man/guard.1", "man/guard-policy.5"} {
		text, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

// write makes a file and the directories above it.
func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// below lists what is in a directory: links with their targets.
func below(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		link, _ := os.Readlink(path)
		b.WriteString(strings.Join([]string{info.Mode().String(), path, link}, " ") + "\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestInstallScript holds for each shell that may be sh: install.sh installs into
// a directory with spaces in its name, twice is as once, and --uninstall leaves
// what was there before.
func TestInstallScript(t *testing.T) {
	from := release(t)
	for _, name := range []string{"dash", "bash", "busybox", "mksh", "zsh"} {
		t.Run(name, func(t *testing.T) {
			script := func(want int, args ...string) string {
				t.Helper()
				args = append([]string{filepath.Join(from, "install.sh")}, args...)
				cmd := realCommand(t, name, args...)
				cmd.Args[0] = "sh" // so that each is a POSIX shell
				var out bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &out
				cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "PATH=/usr/bin:/bin")
				err := cmd.Run()
				if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
					t.Fatalf("%q: %v\n%s", args, err, &out)
				}
				return out.String()
			}
			contains := func(text, want string) {
				t.Helper()
				if !strings.Contains(text, want) {
					t.Errorf("%q is not in\n%s", want, text)
				}
			}
			base := filepath.Join(t.TempDir(), "of ana's own")
			prefix := filepath.Join(base, "a prefix")
			write(t, filepath.Join(base, "mine"), nil)
			before := below(t, base)

			contains(script(0, "--help"), "usage: install.sh")
			contains(script(2, "--frob"), "usage: install.sh")
			contains(script(1, "--prefix"), "--prefix needs a directory")
			contains(script(0, "--dry-run", "--prefix", prefix), "+ mkdir "+prefix)
			if got := below(t, base); got != before {
				t.Errorf("--dry-run made\n%s", got)
			}

			contains(script(0, "--prefix", prefix), prefix+"/bin is not in your PATH")
			once := below(t, base)
			for _, file := range []string{
				"lib/guard/bin/bash ../../../bin/guard", "lib/guard/bin/sh ../../../bin/guard", "share/man/man1/guard.1", "share/man/man5/guard-policy.5",
				"share/bash-completion/completions/guard", "share/zsh/site-functions/_guard", "share/fish/vendor_completions.d/guard.fish",
			} {
				contains(once, prefix+"/"+file)
			}
			if out, err := exec.Command(filepath.Join(prefix, "bin/guard"), "--version").CombinedOutput(); err != nil {
				t.Errorf("guard --version: %v\n%s", err, out)
			}
			script(0, "--prefix", prefix)
			if twice := below(t, base); twice != once {
				t.Errorf("once:\n%s\ntwice:\n%s", once, twice)
			}
			script(0, "--uninstall", "--prefix", prefix)
			if got := below(t, base); got != before {
				t.Errorf("before:\n%s\nafter --uninstall:\n%s", before, got)
			}
			script(0, "--uninstall", "--prefix", prefix)

			// What others put there stays, and so do directories that were there.
			write(t, filepath.Join(prefix, "share/man/man1/other.1"), nil)
			if err := os.Mkdir(filepath.Join(prefix, "bin"), 0o755); err != nil {
				t.Fatal(err)
			}
			before = below(t, base)
			script(0, "--prefix", prefix)
			script(0, "--uninstall", "--prefix", prefix)
			if got := below(t, base); got != before {
				t.Errorf("before:\n%s\nafter --uninstall:\n%s", before, got)
			}
			for _, file := range []string{"bin/guard", "lib/guard/bin/bash", "share/man/man1/guard.1", "share/zsh/site-functions/_guard"} {
				write(t, filepath.Join(prefix, file), []byte("another's"))
				contains(script(1, "--prefix", prefix), prefix+"/"+file+" is there and is")
				script(0, "--uninstall", "--prefix", prefix)
				if got, err := os.ReadFile(filepath.Join(prefix, file)); string(got) != "another's" {
					t.Errorf("%s holds %q, %v", file, got, err)
				}
				if err := os.Remove(filepath.Join(prefix, file)); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestInstallScriptSource holds that install.sh builds guard where it lies beside
// the source, and says so.
func TestInstallScriptSource(t *testing.T) {
	cmd := realCommand(t, "sh", "../../install.sh", "--dry-run", "--prefix", filepath.Join(t.TempDir(), "p"))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "+ go build ./cmd/guard\n") {
		t.Errorf("%v\n%s", err, out)
	}
}
