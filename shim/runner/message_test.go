//go:build unix

package runner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMessage(t *testing.T) {
	tests := []struct{ shell, text, want string }{
		{"bash", "if true; then", "syntax error: unexpected end of file"},
		{"bash", "echo 'x", "name: line 1: unexpected EOF while looking for matching `''"},
		{"bash", "echo ok", ""},
		{"bash", "", ""},
		{"dash", "echo )", "name: 1: Syntax error: \")\" unexpected"},
		{"dash", "for f in a; do :; done", ""},
		{"zsh", "case x", "zsh: parse error near"},
		{"zsh", "print -l ${(f)x}", ""},
		{"mksh", "if", "name: <stdin>["},
		{"ksh", "if", "name: syntax error at line "},
		{"ksh", "echo `date`", ""},
	}
	for _, tt := range tests {
		t.Run(tt.shell+" "+tt.text, func(t *testing.T) {
			path := shell(t, tt.shell)
			got := Message(path, tt.text, "name")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestMessageRunsNothing gives every shell texts that touch files in every way
// a text can, broken and sound.
func TestMessageRunsNothing(t *testing.T) {
	for _, name := range []string{"bash", "sh", "dash", "zsh", "ksh", "mksh"} {
		t.Run(name, func(t *testing.T) {
			path := shell(t, name)
			dir := t.TempDir()
			touch := "touch " + dir + "/"
			text := strings.Join([]string{
				touch + "plain", "x=$(" + touch + "subst)", "`" + touch + "quote`",
				": ${y:=$(" + touch + "assign)}", "trap '" + touch + "trap' EXIT INT",
				"cat <<X\n$(" + touch + "here)\nX", ": > " + dir + "/redirect",
				": $((a[$(" + touch + "index)]))", "f() { " + touch + "func; }; f",
				"set +n; " + touch + "set", "set +o noexec; " + touch + "noexec",
				"alias q='" + touch + "alias'\nq", "eval '" + touch + "eval'",
				"(" + touch + "subshell) & wait", touch + "pipe | " + touch + "pipe2",
				"exec " + touch + "exec",
			}, "\n") + "\n"
			for _, end := range []string{"", "if ((\n", ")\n", "echo '"} {
				Message(path, text+end, name)
			}
			if name == "zsh" {
				Message(path, "setopt exec\nemulate sh\n"+text+"e=(x(e:'"+touch+"glob':))\n", name)
			}
			ran, err := os.ReadDir(dir)
			if err != nil || len(ran) > 0 {
				t.Errorf("ran %v, %v", ran, err)
			}
		})
	}
}

func TestMessageEnvironment(t *testing.T) {
	dir := t.TempDir()
	rc := filepath.Join(dir, ".zshenv")
	write(t, rc, "touch "+dir+"/ran\n", 0o644)
	for _, name := range []string{"BASH_ENV", "ENV"} {
		t.Setenv(name, rc)
	}
	t.Setenv("HOME", dir)
	t.Setenv("ZDOTDIR", dir)
	t.Setenv("SHELLOPTS", "xtrace")
	t.Setenv("PS4", "$(touch "+dir+"/ran)")
	for _, name := range []string{"bash", "dash", "zsh", "mksh"} {
		if path, err := Find(name, Locations{}); err == nil {
			Message(path, "echo )", name)
		}
	}
	if _, err := os.Stat(dir + "/ran"); err == nil {
		t.Error("a start-up file was run")
	}
}

func TestMessageLimits(t *testing.T) {
	path := shell(t, "bash")
	if got := Message(path, strings.Repeat("x", messageText+1), "bash"); got != "" {
		t.Errorf("a text past the limit: %q", got)
	}
	if got := Message(path, strings.Repeat("y", 5000)+")", "bash"); len(got) > messageSize || !strings.HasPrefix(got, "bash: line 1: ") {
		t.Errorf("a long line: %d bytes %.40q", len(got), got)
	}
	if got := Message("/bin/cat", "echo )", "cat"); got != "" {
		t.Errorf("a program that is no shell: %q", got)
	}
	slow := filepath.Join(t.TempDir(), "bash")
	write(t, slow, "#!/bin/sh\nsleep 60 & sleep 60; exit 1\n", 0o755)
	start := time.Now()
	if got := Message(slow, "x", "bash"); got != "" || time.Since(start) > 2*messageTime {
		t.Errorf("a shell that hangs: %q after %v", got, time.Since(start))
	}
}
