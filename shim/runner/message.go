//go:build unix

package runner

import (
	"context"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// The limits of [Message].
const (
	messageTime = 2 * time.Second
	messageSize = 4 << 10 // bytes of message
	messageText = 1 << 20 // bytes of text
)

// Message returns what the real shell at path says about the syntax of text,
// or "" if it has no objection, or none within two seconds. Name is what the
// shell is called in the message. The shell only reads the text: it is run
// with -n, with an empty environment, away from the terminal, and the text is
// its standard input (some shells run a -c text in spite of -n).
func Message(path, text, name string) string {
	args, ok := checkOnly(Program(path))
	if !ok || len(text) > messageText {
		return ""
	}
	script, err := scriptFile([]byte(text))
	if err != nil {
		return ""
	}
	defer script.Close()
	ctx, cancel := context.WithTimeout(context.Background(), messageTime)
	defer cancel()
	var out head
	cmd := exec.CommandContext(ctx, path)
	cmd.Args = append([]string{name}, args...)
	cmd.Env = []string{}
	cmd.Dir = "/"
	cmd.Stdin = script
	cmd.Stderr = &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = messageTime / 4
	if cmd.Run() == nil || ctx.Err() != nil {
		return ""
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(out.kept), "\uFFFD"))
}

// checkOnly returns the arguments with which a shell reads standard input,
// runs nothing of it and reads no start-up file of the user; ok is false for a
// program that may not know them.
func checkOnly(program string) (args []string, ok bool) {
	switch {
	case strings.HasPrefix(program, "zsh"):
		return []string{"-f", "-n"}, true
	case program == "sh", program == "dash", program == "ash", program == "busybox",
		strings.HasPrefix(program, "bash"), strings.HasPrefix(program, "ksh"), strings.HasPrefix(program, "mksh"):
		return []string{"-n"}, true
	}
	return nil, false
}

// head keeps the first bytes written to it and drops the rest.
type head struct{ kept []byte }

func (h *head) Write(p []byte) (int, error) {
	room := messageSize - len(h.kept)
	h.kept = append(h.kept, p[:min(room, len(p))]...)
	return len(p), nil
}
