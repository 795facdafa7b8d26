package filters

import (
	"bytes"
	"os/exec"
	"testing"

	"pgregory.net/rapid"
)

// inShell runs a builtin of a shell with arguments that the shell does not interpret.
func inShell(t *testing.T, shell, builtin string, args []string) (out []byte, status int) {
	t.Helper()
	cmd := exec.Command(shell, append([]string{"-c", builtin + ` "$@"`, shell}, args...)...)
	cmd.Env = []string{"LC_ALL=C.UTF-8"}
	cmd.Dir = t.TempDir()
	out, _ = cmd.Output()
	return out, cmd.ProcessState.ExitCode()
}

func shellsOrSkip(t *testing.T, shells ...string) {
	for _, s := range shells {
		if _, err := exec.LookPath(s); err != nil {
			t.Skipf("%s is absent", s)
		}
	}
}

func echoArguments() *rapid.Generator[[]string] {
	return rapid.SliceOfN(rapid.SampledFrom([]string{"-n", "-e", "-E", "-ne", "-nx", "a", "", `a\tb`, `\0101`, `\101`, `\x41`, `\u00e9`, `\q`, `x\cy`,
		`\\`, `\`, `\n`, `\8`, `\x`, `\e`, "--", "-", `\00`, `\'`, `\"`, `\U1F600`, `\E`}), 0, 4)
}

func TestEchoBuiltin(t *testing.T) {
	shellsOrSkip(t, "bash", "dash")
	total, known := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		args := echoArguments().Draw(rt, "args")
		for _, shell := range []string{"bash", "bash -O xpg_echo", "dash"} {
			builtin, name := "echo", shell
			if shell == "bash -O xpg_echo" {
				builtin, name = "shopt -s xpg_echo; echo", "bash"
			}
			total++
			got, ok := EchoBuiltin(args, builtin != "echo", name == "dash")
			if !ok {
				continue
			}
			known++
			if want, _ := inShell(t, name, builtin, args); !bytes.Equal(got, want) {
				rt.Fatalf("%s: echo %q\n got %q\nwant %q", shell, args, got, want)
			}
		}
	})
	t.Logf("%d of %d with an answer", known, total)
}

func TestPrintfBuiltin(t *testing.T) {
	shellsOrSkip(t, "bash", "dash")
	total, known := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		format := pieces(rt, "format", 1, 5, "%s", "%d", "%x", "%o", "%c", "%b", "%5s", "%-5d", "%05d", "%.2s", "%+d", "%#x", "%%", "%u", "%q", `\n`, `\x41`,
			`\101`, `\0101`, `\c`, "a", " ", "%*d", "%.3d", "%f", "%.2f", "%g", "%e", `\u00e9`, `\"`, `\'`, `\e`, `\q`, "%i", "%", `\`)
		args := append([]string{format}, words(rt, "values", 4, "a", "hello world", "5", "-3", "0x1f", "017", "'A", "", `a\tb`, `\0101`, `\101`, `x\cy`, "3.14",
			"it's", "a,b", "$x", "#", "~", "-n", `\x41`, `\`, `\u00e9`, "é")...)
		for _, shell := range []string{"bash", "dash"} {
			flavour := Bash
			if shell == "dash" {
				flavour = Dash
			}
			total++
			got, status, ok := Printf(args, flavour, Limits{})
			if !ok {
				continue
			}
			known++
			want, wantStatus := inShell(t, shell, "printf", args)
			if !bytes.Equal(got, want) || status != wantStatus {
				rt.Fatalf("%s: printf %q\n got %q, %d\nwant %q, %d", shell, args, got, status, want, wantStatus)
			}
		}
	})
	t.Logf("%d of %d with an answer", known, total)
}

// TestPrintfAny: where the flavour is unknown, an answer is that of every flavour.
func TestPrintfAny(t *testing.T) {
	rows := []struct {
		args []string
		want string
		ok   bool
	}{
		{[]string{"%s-%d\n", "a", "5"}, "a-5\n", true},
		{[]string{`\101%b`, `\0102`}, "AB", true},
		{[]string{`\x41`}, "", false},
		{[]string{"%q", "a b"}, "", false},
		{[]string{"%q", "ab"}, "", false}, // dash has no %q
	}
	for _, r := range rows {
		got, status, ok := Printf(r.args, AnyFlavour, Limits{})
		if ok != r.ok || string(got) != r.want || status != 0 {
			t.Errorf("printf %q: got %q, %d, %v, want %q, %v", r.args, got, status, ok, r.want, r.ok)
		}
	}
}
