package invoke

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// oracle runs real shells in a directory that holds the script s1.
type oracle struct{ dir string }

func newOracle(t *testing.T) oracle {
	dir := t.TempDir()
	script := `printf '{%s}' s1 "$0" "$@"` + "\n"
	for _, name := range []string{"s1", "-c"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Replace(script, "s1", name, 1)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return oracle{dir}
}

// run calls the program at path with argv; its standard input is a script too.
func (o oracle) run(t testing.TB, path string, argv []string) (stdout string, status int) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path)
	cmd.Args = argv
	cmd.Dir = o.dir
	cmd.Env = []string{"HOME=" + o.dir, "PATH=/usr/bin:/bin", "ZDOTDIR=" + o.dir, "LC_ALL=C"}
	cmd.Stdin = strings.NewReader(`printf '{%s}' stdin "$0" "$@"` + "\n")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	var out bytes.Buffer
	cmd.Stdout = &out
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%q: %v", argv, err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// foresee returns what the texts of inv print.
func foresee(inv Invocation) string {
	var words []string
	switch {
	case inv.NoExec:
		return ""
	case inv.Kind == CommandText, inv.Kind == PrefixText:
		words = []string{back(inv.Text)}
	case inv.Kind == ScriptFile:
		words = []string{inv.Script}
	default:
		words = []string{"stdin"}
	}
	words = append(append(words, inv.Arg0), inv.Args...)
	return "{" + strings.Join(words, "}{") + "}"
}

// program finds the real shell, or skips.
func program(t testing.TB, name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s on this machine", name)
	}
	return path
}

// TestParseConfirm runs the rows of the table under the real shells.
func TestParseConfirm(t *testing.T) {
	o := newOracle(t)
	for _, r := range rows {
		argv := words(r.argv)
		name := filepath.Base(strings.TrimPrefix(argv[0], "-"))
		if !isShell(name) || r.real == "?" {
			continue
		}
		t.Run(r.argv+" "+r.real, func(t *testing.T) {
			t.Parallel()
			path := program(t, name)
			if r.real != "" {
				path = program(t, r.real)
			}
			inv, err := parse(r.argv, r.real)
			if errors.Is(err, ErrUnsupported) {
				t.Skip("not run by guard")
			}
			out, status := o.run(t, path, argv)
			if u := (*UsageError)(nil); errors.As(err, &u) {
				if r.real == "busybox" {
					t.Skip("busybox passes over long options")
				}
				if status != u.Status || strings.Contains(out, "{") {
					t.Errorf("status %d, want %d; output %q", status, u.Status, out)
				}
				return
			}
			if inv.Kind == Query {
				if status != 0 && name != "ksh" || strings.Contains(out, "{T1}") {
					t.Errorf("status %d, output %q", status, out)
				}
				return
			}
			if r.argv == "bash --pretty-print s1" || r.argv == "zsh -c -b -x" || r.argv == "dash -n -c T1" ||
				strings.HasPrefix(r.argv, "bash -abef") || r.argv == "bash -o" {
				return // print or run something other than the texts
			}
			if want := foresee(inv); out != want {
				t.Errorf("real shell printed %q, the call as read prints %q", out, want)
			}
		})
	}
}

// TestParseRandom holds that what Parse says is run is what the real shell
// runs, for any arguments.
func TestParseRandom(t *testing.T) {
	tests := []struct{ name, real string }{
		{"bash", "bash"}, {"dash", "dash"}, {"zsh", "zsh"}, {"ksh", "ksh93"}, {"mksh", "mksh"},
		{"sh", "bash"}, {"sh", "dash"}, {"sh", "busybox"},
		{"sh", "?bash"}, {"sh", "?dash"}, {"sh", "?mksh"}, {"sh", "?ksh93"}, {"sh", "?busybox"},
		{"ksh", "?mksh"}, {"ksh", "?ksh93"},
	}
	vocabulary := rapid.SampledFrom([]string{
		"-c", "-c", "-c", "+c", "-l", "-lc", "-s", "+s", "-e", "-ec", "-ce", "-o", "-o", "+o", "-O", "-T", "-D",
		"-eo", "-oe", "-co", "-oc", "-oerrexit", "--", "-", "+", "-i", "-f", "-b", "-r", "-p", "+x", "-sc",
		"errexit", "pipefail", "stdin", "posix", "extglob", "login", "--login", "-login", "--norc", "-norc",
		"--posix", "-posix", "--errexit", "--version", "--help", "--rcfile", "--noprofile", "-version",
		"s1", "s1", "T1", "T1", "T2", "a", "--emulate",
	})
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.real, func(t *testing.T) {
			t.Parallel()
			o := newOracle(t)
			real := strings.TrimPrefix(tt.real, "?")
			path := program(t, real)
			said := tt.real
			if strings.HasPrefix(said, "?") {
				said = "?"
			}
			rapid.Check(t, func(rt *rapid.T) {
				argv := append([]string{tt.name}, rapid.SliceOfN(vocabulary, 1, 6).Draw(rt, "args")...)
				src := strings.Join(argv, " ")
				inv, err := parse(src, said)
				if errors.Is(err, ErrUnsupported) {
					return
				}
				out, _ := o.run(t, path, words(src))
				ran := out[max(0, strings.Index(out, "{")):]
				if ran == "" || ran[0] != '{' {
					return // the real shell refused, or only printed help
				}
				if err != nil {
					if real == "busybox" && strings.Contains(src, "--") {
						return
					}
					rt.Fatalf("%s: %v; but the real shell printed %q", src, err, ran)
				}
				want := foresee(inv)
				if inv.Kind == Query || ran != want && !strings.HasPrefix(ran, "{"+subject(want)+"}") {
					rt.Fatalf("%s: read as %s; but the real shell printed %q", src, show(inv, nil), ran)
				}
			})
		})
	}
}

// subject returns what ran: the first braces of an output.
func subject(out string) string {
	s, _, _ := strings.Cut(strings.TrimPrefix(out, "{"), "}")
	return s
}
