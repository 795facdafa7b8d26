package analysis

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis/dialect"
)

// oracle runs programs in real bash, where the only commands are recorders, and
// compares what ran with what analysis predicts.
type oracle struct {
	bash string
	bin  string // the only directory of PATH
	log  string // the recorders append to it
	root string // holds one working directory a program
	runs int
}

// recorders are the commands that programs may run. rf fails; rsay also prints
// its arguments.
var recorders = []string{"r1", "r2", "r3", "r4", "r5", "rf", "rsay"}

// tree is what every working directory holds; what ends in a slash is a
// directory, after = is the content.
var tree = []string{"a.txt=one\ntwo\n", "b.txt=three\n", "c.log=", ".hid=", "s p=", "d/x.txt=", "d/y.log=", "d/e/deep.txt=", "Z9="}

func newOracle(t testing.TB) *oracle {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash to compare with")
	}
	root := t.TempDir()
	o := &oracle{bash: bash, bin: filepath.Join(root, "bin"), log: filepath.Join(root, "log"), root: root}
	if err := os.Mkdir(o.bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, r := range recorders {
		text := fmt.Sprintf("#!/bin/sh\nprintf '%%s\\000' \"$#\" %s \"$@\" >>'%s'\n", r, o.log)
		switch r {
		case "rf":
			text += "exit 1\n"
		case "rsay":
			text += "printf '%s\\n' \"$*\"\n"
		}
		if err := os.WriteFile(filepath.Join(o.bin, r), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// place makes a fresh working directory with the tree in it.
func (o *oracle) place(t testing.TB) string {
	t.Helper()
	o.runs++
	dir := filepath.Join(o.root, "w"+strconv.Itoa(o.runs))
	for _, e := range tree {
		name, content, _ := strings.Cut(e, "=")
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func (o *oracle) environ(dir string) []string {
	return []string{"PATH=" + o.bin, "HOME=" + dir, "LC_ALL=C.UTF-8", "PWD=" + dir, "INHERITED=from env"}
}

// run runs text in bash and returns the argument vectors that ran, and what bash
// printed on its standard error.
func (o *oracle) run(t testing.TB, dir, text string) (ran [][]string, stderr string) {
	t.Helper()
	if err := os.WriteFile(o.log, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var errs bytes.Buffer
	cmd := exec.CommandContext(ctx, o.bash, "--norc", "--noprofile", "-c", text, "bash", "p1", "p 2", "*.log")
	cmd.Dir, cmd.Env, cmd.Stderr, cmd.WaitDelay = dir, o.environ(dir), &errs, time.Second
	_ = cmd.Run() // its status is not what is compared
	if ctx.Err() != nil {
		t.Fatalf("bash does not end: %q", text)
	}
	data, err := os.ReadFile(o.log)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
	for len(words) > 1 {
		n, err := strconv.Atoi(words[0])
		if err != nil || n+2 > len(words) {
			t.Fatalf("record does not read: %q", data)
		}
		ran = append(ran, words[1:n+2])
		words = words[n+2:]
	}
	return ran, errs.String()
}

// predict returns the commands that analysis expects text to run.
func (o *oracle) predict(t testing.TB, dir, text string) []rules.Action {
	t.Helper()
	w, err := NewHost(dir, o.environ(dir))
	if err != nil {
		t.Fatal(err)
	}
	a := Analyzer{World: w, Table: programs.NewTable(nil)}
	res := a.Analyze(Source{Text: text, Shell: dialect.Bash, Args: []string{"p1", "p 2", "*.log"}})
	if res.Err != nil {
		return []rules.Action{{Op: rules.Exec, Argv: []value.Text{value.Any}, Why: res.Err.Error()}}
	}
	return slices.DeleteFunc(res.Actions, func(a rules.Action) bool { return a.Op != rules.Exec })
}

// compare reports the argument vectors of ran that no prediction covers, and
// whether the predictions are exactly what ran.
func compare(ran [][]string, predicted []rules.Action) (missed [][]string, exact bool) {
	exact = true
	said := map[string]bool{}
	var loose []*regexp.Regexp
	for _, a := range predicted {
		if a.Op != rules.Exec || len(a.Argv) == 0 {
			continue
		}
		if argv, ok := knownArgv(a.Argv); ok {
			if !slices.Contains(recorders, argv[0]) {
				continue // it would not be recorded
			}
			said[strings.Join(argv, "\x01")] = false
			continue
		}
		exact = false
		loose = append(loose, argvPattern(a.Argv))
	}
next:
	for _, argv := range ran {
		k := strings.Join(argv, "\x01")
		if _, ok := said[k]; ok {
			said[k] = true
			continue
		}
		exact = false
		for _, p := range loose {
			if p.MatchString(k + "\x01") {
				continue next
			}
		}
		missed = append(missed, argv)
	}
	for _, used := range said {
		exact = exact && used
	}
	return missed, exact
}

func knownArgv(argv []value.Text) ([]string, bool) {
	out := make([]string, len(argv))
	for i, w := range argv {
		if !w.Known() {
			return nil, false
		}
		out[i] = string(w)
	}
	return out, true
}

// argvPattern matches the vectors, each word followed by \x01, that argv with its
// unknown parts stands for. A single unknown word is anything at all.
func argvPattern(argv []value.Text) *regexp.Regexp {
	if len(argv) == 1 && argv[0] == value.Any {
		return regexp.MustCompile("")
	}
	var b strings.Builder
	b.WriteString("(?s)^")
	for _, w := range argv {
		if strings.Trim(string(w), "\x00mp") == "" && w.Splits() {
			b.WriteString("(?:[^\x01]*\x01)*")
			continue
		}
		b.WriteString("(?:")
		for _, p := range w.Pieces() {
			switch p.Gap {
			case "":
				b.WriteString(regexp.QuoteMeta(p.Text))
			case value.Many:
				b.WriteString(".*")
			case value.Digits:
				b.WriteString("-?[0-9]+")
			case value.Name:
				b.WriteString("[^\x01/\\s.-][^\x01/\\s]*")
			case value.Maybe:
			default:
				b.WriteString("[^\x01]*")
			}
		}
		b.WriteString("\x01)")
		if strings.Contains(string(w), string(value.Maybe)) {
			b.WriteString("?")
		}
	}
	b.WriteString("$")
	return regexp.MustCompile(b.String())
}

// describe prints predictions for a failure.
func describe(as []rules.Action) string {
	var b strings.Builder
	for _, a := range as {
		fmt.Fprintf(&b, "\n    %q %s", a.Argv, a.Why)
	}
	return b.String()
}

// uncertain reports whether the course of a program depends on what recorders
// return or print, which no analysis of the text can know.
func uncertain(text string) bool {
	for _, s := range []string{"rf", "rsay", "r5", "r1 a && r2 b", "until r2", "if r1", "$?", "$(" + "r", "r1 x ||"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// TestAgainstBash holds every program of the table against real bash: nothing
// may run that is not predicted, and nearly all predictions are exact.
func TestAgainstBash(t *testing.T) {
	o := newOracle(t)
	if n := len(oraclePrograms); n < 300 {
		t.Errorf("only %d programs", n)
	}
	exacts, known, unsound, calls := 0, 0, 0, 0
	for _, text := range oraclePrograms {
		dir := o.place(t)
		predicted := o.predict(t, dir, text)
		ran, stderr := o.run(t, dir, text)
		calls += len(ran)
		missed, exact := compare(ran, predicted)
		if !uncertain(text) {
			known++
		}
		if exact && !uncertain(text) {
			exacts++
		} else if testing.Verbose() {
			t.Logf("not exact: %s\n  ran %q\n  predicted %s\n  %s", text, ran, describe(predicted), stderr)
		}
		if len(missed) > 0 {
			unsound++
			t.Errorf("ran without being predicted: %q\n%s\n  predicted %s\n  %s", missed, text, describe(predicted), stderr)
		}
		if len(ran) == 0 && !strings.Contains(text, "# nothing") {
			t.Errorf("runs nothing: %s\n%s", text, stderr)
		}
	}
	n := len(oraclePrograms)
	precision := float64(exacts) / float64(known)
	t.Logf("%d programs, %d commands: sound %d/%d, exact %d/%d (%.1f %%) of those whose course is in the text", n, calls, n-unsound, n, exacts, known, 100*precision)
	if precision < 0.9 {
		t.Errorf("only %.1f %% of the predictions are exact", 100*precision)
	}
}
