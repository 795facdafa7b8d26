package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// readmeBlocks returns the code blocks of README.md that are marked as lang.
func readmeBlocks(t *testing.T, lang string) []string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i, part := range strings.Split("\n"+string(text), "\n```") {
		if code, ok := strings.CutPrefix(part, lang+"\n"); ok && i%2 == 1 {
			out = append(out, code)
		}
	}
	return out
}

// TestReadmeChecks runs every guard check of README.md, and compares the first
// line of what it prints, and the exit status, with what README.md shows.
func TestReadmeChecks(t *testing.T) {
	ran := 0
	for _, block := range readmeBlocks(t, "console") {
		lines := strings.Split(block, "\n")
		for i, line := range lines {
			cmd, ok := strings.CutPrefix(line, "$ ")
			if !ok || !strings.Contains(cmd, "guard check") {
				continue
			}
			want := ""
			if i+1 < len(lines) && !strings.HasPrefix(lines[i+1], "$ ") {
				want = lines[i+1]
			}
			ran++
			t.Run(fmt.Sprint(ran), func(t *testing.T) {
				got, status := readmeShell(t, cmd)
				if got != want {
					t.Errorf("%s\n got: %s\nwant: %s", cmd, got, want)
				}
				if w := readmeStatus(want); status != w {
					t.Errorf("%s: exit status %d, want %d", cmd, status, w)
				}
			})
		}
	}
	if ran < 8 {
		t.Errorf("README.md shows %d checks; were some not found?", ran)
	}
}

// readmeStatus is the exit status that goes with a line of output.
func readmeStatus(line string) int {
	switch {
	case strings.HasPrefix(line, "guard: deny: "):
		return 1
	case strings.HasPrefix(line, "guard: ask: "):
		return 3
	}
	return 0
}

// readmeShell runs a command of README.md in a project like the one it shows, and
// returns the first line of its output, in which the project is /home/ana/shop.
func readmeShell(t *testing.T, command string) (first string, status int) {
	t.Helper()
	root := t.TempDir()
	home, shop := filepath.Join(root, "home"), filepath.Join(root, "shop")
	for _, dir := range []string{home, filepath.Join(shop, ".git")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{".env", ".env.example", "README.md"} {
		if err := os.WriteFile(filepath.Join(shop, name), []byte("TOKEN=\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("/bin/sh", "-c", strings.ReplaceAll(command, "go run ./cmd/guard", "guard"))
	cmd.Dir = shop
	cmd.Env = append(os.Environ(), "GUARD_TEST_ROOT="+root, "HOME="+home, "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatalf("%s: %v", command, err)
	}
	first, _, _ = strings.Cut(string(out), "\n")
	return strings.ReplaceAll(first, shop, "/home/ana/shop"), cmd.ProcessState.ExitCode()
}

// TestReadmePolicy holds that the policy in README.md is one, and that its
// examples pass.
func TestReadmePolicy(t *testing.T) {
	blocks := readmeBlocks(t, "toml")
	if len(blocks) == 0 {
		t.Fatal("README.md shows no policy")
	}
	for i, text := range blocks {
		file := filepath.Join(t.TempDir(), "policy.toml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := testFiles([]string{file}); err != nil {
			t.Errorf("policy %d of README.md: %v\n%s", i+1, err, text)
		}
	}
}

// TestReadmeLinks holds that the files which README.md points to exist.
func TestReadmeLinks(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "](")
	if len(parts) < 4 {
		t.Fatalf("README.md has %d links; were some not found?", len(parts)-1)
	}
	for _, p := range parts[1:] {
		name, _, _ := strings.Cut(p, ")")
		if _, err := os.Stat(filepath.Join("../..", name)); err != nil {
			t.Errorf("README.md points to %s: %v", name, err)
		}
	}
}
