package dialect

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mvdan.cc/sh/v3/syntax"
)

// oracle runs texts under a real shell that finds no program but r1, r2 and r3,
// which record their name and first argument.
type oracle struct {
	shell Shell
	argv  []string
	dir   string
	limit time.Duration // for one text
}

const recorder = `#!/bin/sh
printf '%s %s\n' "${0##*/}" "$1" >>"${0%/*}/log"
`

// newOracle skips the test if the shell is not installed.
func newOracle(t testing.TB, sh Shell, argv ...string) *oracle {
	t.Helper()
	path, err := exec.LookPath(argv[0])
	if err != nil {
		t.Skipf("no %s here", argv[0])
	}
	o := &oracle{shell: sh, argv: append([]string{path}, argv[1:]...), dir: t.TempDir(), limit: 30 * time.Second}
	for _, d := range []string{"bin", "cwd"} {
		if err := os.Mkdir(filepath.Join(o.dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"r1", "r2", "r3"} {
		if err := os.WriteFile(filepath.Join(o.dir, "bin", name), []byte(recorder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// run returns what the text ran: a line "name first-argument" each.
func (o *oracle) run(t testing.TB, text string) []string {
	t.Helper()
	log := filepath.Join(o.dir, "bin", "log")
	os.Remove(log)
	ctx, cancel := context.WithTimeout(context.Background(), o.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, o.argv[0], append(o.argv[1:], "-c", text)...)
	cmd.Env = []string{"PATH=" + filepath.Join(o.dir, "bin"), "FUNCNEST=20", "LC_ALL=C.UTF-8"}
	cmd.Dir = filepath.Join(o.dir, "cwd")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd.ExtraFiles = []*os.File{w} // held by everything that runs; its end of file is the end of all
	if err := cmd.Start(); err != nil {
		w.Close()
		if strings.Contains(err.Error(), "invalid argument") {
			return nil // a NUL byte: no argument
		}
		t.Fatal(err)
	}
	w.Close()
	cmd.Wait()
	r.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	if n, err := r.Read(make([]byte, 1)); n == 0 && err != nil && os.IsTimeout(err) {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	data, _ := os.ReadFile(log)
	if len(data) == 0 {
		return nil
	}
	var ran []string
	for line := range strings.SplitSeq(strings.TrimSuffix(string(data), "\n"), "\n") {
		name, arg, ok := strings.Cut(line, " ")
		if ok && (name == "r1" || name == "r2" || name == "r3") {
			ran = append(ran, name+" "+arg)
		}
	}
	return ran
}

// missing returns the first of ran that no tree shows. An opaque part shows
// anything, and so does an error.
func missing(p Parse, ran []string) string {
	if p.Err != nil || len(p.Opaque) > 0 {
		return ""
	}
	var calls [][2]*string // program and first argument; nil: any
	for _, f := range p.Files {
		syntax.Walk(f, func(n syntax.Node) bool {
			if c, ok := n.(*syntax.CallExpr); ok && len(c.Args) > 0 {
				var call [2]*string
				for i := range min(2, len(c.Args)) {
					if s, _, ok := literal(c.Args[i]); ok && !strings.ContainsAny(s, "{*?[~") {
						call[i] = &s
					}
				}
				if len(c.Args) == 1 {
					call[1] = new(string)
				}
				calls = append(calls, call)
			}
			return true
		})
	}
next:
	for _, line := range ran {
		name, arg, _ := strings.Cut(line, " ")
		for _, c := range calls {
			first := ""
			if c[1] != nil {
				first, _, _ = strings.Cut(*c[1], "\n")
			}
			if (c[0] == nil || *c[0] == name) && (c[1] == nil || first == arg) {
				continue next
			}
		}
		return line
	}
	return ""
}

// show describes a parse in a failure.
func show(p Parse) string {
	var b strings.Builder
	fmt.Fprintf(&b, "err=%v opaque=%v", p.Err, p.Opaque)
	for i, f := range p.Files {
		fmt.Fprintf(&b, "\n-- %s\n", p.Shells[i])
		syntax.NewPrinter().Print(&b, f)
	}
	return b.String()
}
