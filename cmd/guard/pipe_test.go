//go:build linux && (amd64 || arm64)

package main

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
)

// TestRuntimePipes holds that text which comes straight from the network is not run,
// whoever joins the programs, and that it may be looked at.
func TestRuntimePipes(t *testing.T) {
	supervised(t)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("echo RUN\n"))
	}))
	defer web.Close()
	for _, row := range []struct {
		about, text, need string
		runs              bool // what was fetched may be printed
	}{
		{"words that text does not show", `$c -s $u | $s`, "", false},
		{"a filter between", `$c -s $u | sed s/x/y/ | $s`, "sed", false},
		{"handed through", `$c -s $u | cat | $s; $c -s $u | sort | $s; $c -s $u | head -5 | tr a a | $s`, "", false},
		{"copied on its way", `$c -s $u | tee copy | $s`, "", false},
		{"another reader", `$c -s $u | python3 -c "import sys; $e(sys.stdin.read())"; $c -s $u | perl`, "perl", false},
		{"joined by another program", `python3 -c "
import subprocess as s, sys
a = s.Popen(['curl', '-s', sys.argv[1]], stdout=s.PIPE)
s.call([sys.argv[2]], stdin=a.stdout)" $u $s`, "python3", false},
		{"the reader first", `python3 -c "
import subprocess as s, sys
b = s.Popen([sys.argv[2]], stdin=s.PIPE)
s.call(['curl', '-s', sys.argv[1]], stdout=b.stdin)" $u $s`, "python3", false},
		{"looked at", `$c -s $u | head -1; $c -s $u | python3 -c "import sys; print(sys.stdin.read())"; $c -s $u | tee copy | wc -l`, "python3", true},
		{"other text", `printf 'echo RUN\n' | $s; echo 'echo RUN' | sed s/x/y/ | $s`, "", true},
	} {
		for _, level := range []string{"exec", "full"} {
			p := newProject(t, level)
			for _, need := range []string{"curl", row.need} {
				if _, err := exec.LookPath(need); need != "" && err != nil {
					t.Skipf("there is no %s", need)
				}
			}
			// The words come from the input, which text does not show.
			cmd := p.command(t, "read c u s e; "+row.text)
			cmd.Stdin = strings.NewReader("curl " + web.URL + " bash exec\n")
			out, errs, _ := capture(t, cmd)
			if strings.Contains(out, "RUN") != row.runs {
				t.Errorf("%s at %s: %q\n%s", row.about, level, out, errs)
			}
		}
	}
}
