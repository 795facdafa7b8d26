package inline

import (
	"bytes"
	"encoding/json"
	"math/rand"
	"os/exec"
	"strings"
	"testing"
)

// rejects reports what rejected says of a program of Python.
func rejects(src string) bool {
	r := &recorder{limits: Limits{Whole: true}.withDefaults(len(src)), steps: 1 << 20}
	return newInterp(r, Python, src, nil).rejected()
}

// compiles asks real Python which of the programs compile.
func compiles(t *testing.T, srcs []string) []bool {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: nothing says what compiles")
	}
	in, err := json.Marshal(srcs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-W", "ignore", "-c", `
import json, sys
def ok(s):
    try: compile(s, 'x', 'exec')
    except (SyntaxError, ValueError): return False
    return True
json.dump([ok(s) for s in json.load(sys.stdin)], sys.stdout)`)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []bool
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestRejected(t *testing.T) {
	tests := []struct {
		src  string
		want bool
	}{
		{"os.remove('x'); return", true},
		{"import os\nos.remove('x')\nreturn 1", true},
		{"x = (1,\n 2); return x", true},
		{"await task", true},
		{"x = 1; await task", true},
		{"f(a=1, a=2)", true},
		{"f(1, a=g(a=1), b=2, a=3)", true},
		{"if x:\n    f(a=1,\n      a=2)", true},
		{"def f(a=1, a=2): pass", true},
		{"x = '''\n'''; return", true},
		{"x = [1][0:1]; return", true},

		{"def f(): return 1", false},
		{"def f():\n    return 1", false},
		{"def f():\n return 1; return 2", false},
		{"def f():\n\n# c\n    return 1", false},
		{"if x: return", false}, // is an error, but in a block
		{"class A:\n    def f(self): return 1\nos.remove('x')", false},
		{"x = '''\nreturn 1\n'''\nos.remove('x')", false},
		{"x = \"\"\"\nreturn\n\"\"\"", false},
		{"# return\nos.remove('x')", false},
		{"x = 1 + \\\nreturns", false},
		{"f(\nawaited, a=1)", false},
		{"await_(x)", false},
		{"await (x)", false}, // a call where await is no keyword yet
		{"f(a=1, b=2)", false},
		{"f(lambda x, a=1: x, a=2)", false},
		{"f(a=1, b=dict(a=2))", false},
		{"f(a=1, b=(lambda a=1: a), c=2)", false},
		{"f(a == 1, a == 2)", false},
		{"f(a=1)(a=2)", false},
		{"f'{f(a=1)}'; f(a=1)", false},
		{"# -*- coding: utf-7 -*-\nreturn", false},
		{"x = 1\rreturn", false},
		{"async def f():\n    await x", false},
		{"return_ = 1", false},
		{"x: int = 1; f(a=1)", false},
	}
	srcs := make([]string, len(tests))
	for i, tt := range tests {
		srcs[i] = tt.src
		if got := rejects(tt.src); got != tt.want {
			t.Errorf("%q: rejected %v, want %v", tt.src, got, tt.want)
		}
	}
	for i, ok := range compiles(t, srcs) {
		if tests[i].want && ok {
			t.Errorf("%q compiles", srcs[i])
		}
	}
}

// TestRejectedIsSound puts programs together at random: none of those that count
// as rejected may compile.
func TestRejectedIsSound(t *testing.T) {
	parts := []string{"\n", "\n", "\n", "    ", "  ", " ", "; ", ": ", "return", "await x", "def f():", "async def g():", "class C:", "if x:", "else:",
		"for i in x:", "try:", "except:", "pass", "lambda a=1: a", "f(a=1, a=2)", "f(", ")", "a=1", ",", "[", "]", "{", "}", "'''", `"""`, "'", `"`, "# ", "\\\n",
		"x = 1", "x", "(\n", "r'\\'", `'\''`, `"\\"`, "b''", "match x:", "case 1:", "x: int", "@d", "\t", "with x as y:", "print(1)", "*", "**", ":=", "=", "…", "ß"}
	rnd := rand.New(rand.NewSource(1))
	var srcs []string
	for n := 0; n < 400_000 && len(srcs) < 4000; n++ {
		var b strings.Builder
		for range 1 + rnd.Intn(9) {
			b.WriteString(parts[rnd.Intn(len(parts))])
		}
		if rejects(b.String()) {
			srcs = append(srcs, b.String())
		}
	}
	if len(srcs) < 1000 {
		t.Fatalf("only %d programs were rejected", len(srcs))
	}
	for i, ok := range compiles(t, srcs) {
		if ok {
			t.Errorf("%q compiles", srcs[i])
		}
	}
}

// TestUnreachable holds the calls that cannot be reached apart from those that can.
func TestUnreachable(t *testing.T) {
	check(t, Python, []program{
		{"import os\ntry:\n    pass\nexcept:\n    os.remove('a')", ``},
		{"import os\ntry: pass\nexcept ValueError: os.remove('a')\nexcept: os.remove('b')\nos.remove('c')", `delete c`},
		{"import os\ntry: pass\nexcept: pass\nelse: os.remove('a')", `delete a`},
		{"import os\ntry: pass\nfinally: os.remove('a')", `delete a`},
		{"import os\ntry:\n    pass\n    os.remove('b')\nexcept:\n    os.remove('a')", `delete b; delete a`},
		{"import os\ntry:\n    x()\nexcept:\n    os.remove('a')", `delete a`},
		{"import os\ndef f():\n  try:\n    pass\n  except:\n    os.remove('a')\n  os.remove('b')\nf()", `delete b`},
		{`eval("import os; os.remove('a')")`, ``},
		{`import os; eval("os.remove('a')")`, `delete a`},
		{`import os; exec("import os; os.remove('a')")`, `delete a`},
		{`import os; eval(compile("import os; os.remove('a')", "x", "exec"))`, `delete a`},
		{`import os; os.remove('a'); return`, `delete a`}, // where lines may run one by one
	})
}
