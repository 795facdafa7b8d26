package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCompletion presses the tab key in the real shells, which have the completions
// that install.sh installs.
func TestCompletion(t *testing.T) {
	guard, err := exec.LookPath("guard")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	bin, dir := filepath.Join(root, "bin"), filepath.Join(root, "dir")
	for _, d := range []string{bin, filepath.Join(root, "home")} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(guard, filepath.Join(bin, "guard")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "p.toml"), nil)
	write(t, filepath.Join(dir, "sub/q.txt"), nil)
	env := append(os.Environ(), "GUARD_TEST_ROOT="+root, "HOME="+filepath.Join(root, "home"), "PATH="+bin+":/usr/bin:/bin", "TERM=dumb", "LC_ALL=C")
	for _, shell := range []string{"bash", "zsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			if _, err := os.Stat("/usr/share/bash-completion/bash_completion"); err != nil && shell == "bash" {
				t.Skip("there is no bash-completion, on which bash's completions rest")
			}
			script := exec.Command("guard", "completion", shell)
			script.Env = env
			text, err := script.Output()
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(root, shell, "_guard")
			write(t, file, text)
			if shell == "zsh" { // looks for _guard in directories
				file = filepath.Dir(file)
			}
			driver, err := filepath.Abs("testdata/completion/complete." + shell)
			if err != nil {
				t.Fatal(err)
			}
			for _, test := range []struct{ line, want string }{
				{"guard ex", "explain"},
				{"guard policy ", "fmt schema show"},
				{"guard explain git.reset", "git.reset-hard"},
				{"guard explain --program tarsn", "tarsnap"},
				{"guard log --ref", "--refused"},
				{"guard install ", "claude"},
				{"guard init ", "ci laptop locked-down production"},
				{"guard run --level ", "exec full write"},
				{"guard check --shell m", "mksh"},
				{"guard policy fmt p", "p.toml"},
				{"guard check --cwd s", "sub"},
				{"guard why ", ""},
			} {
				args := []string{driver, file, test.line}
				if shell == "zsh" {
					args = append([]string{"-f"}, args...)
				}
				cmd := realCommand(t, shell, args...)
				cmd.Env, cmd.Dir = env, dir
				out := output(t, cmd)
				var have []string
				for _, line := range strings.Split(out, "\n") {
					word, _, _ := strings.Cut(line, "\t")
					if word = strings.TrimRight(word, " /"); word != "" {
						have = append(have, word)
					}
				}
				slices.Sort(have)
				if got := strings.Join(slices.Compact(have), " "); got != test.want {
					t.Errorf("%q: %s offers %q, want %q", test.line, shell, got, test.want)
				}
			}
		})
	}
}

// output runs cmd, which has to end, and returns what it prints.
func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, cmd.Path, cmd.Args[1:]...)
	c.Env, c.Dir = cmd.Env, cmd.Dir
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%q: %v\n%s", c.Args, err, out)
	}
	return string(out)
}
