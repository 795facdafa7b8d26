package programcheck

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis"
)

var update = flag.Bool("update", false, "write docs/programs-checked.md")

const (
	page = "../../docs/programs-checked.md"
	// enough is how many programs a checked tree needs.
	enough = 100
	// here stands for the directory in which an invocation will run.
	here = "@DIR@"
)

// bench is where programs are tried.
type bench struct {
	template string // directory that every program starts with a copy of
	home     string
	table    *programs.Table
	path     string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{template: filepath.Join(root, "template"), home: filepath.Join(root, "home"), table: programs.Builtin(), path: os.Getenv("PATH")}
	for _, d := range []string{b.template, b.home} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	script, err := filepath.Abs("testdata/setup.sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-e", script)
	cmd.Dir, cmd.Env = b.template, b.environ(nil)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("setup: %v\n%s", err, out)
	}
	return b
}

// environ is what every program finds in its environment.
func (b *bench) environ(more []string) []string {
	env := []string{"PATH=" + b.path, "HOME=" + b.home, "LC_ALL=C.UTF-8", "TERM=dumb", "TZ=UTC", "USER=nobody", "GNUPGHOME=" + b.home,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org"}
	return append(env, more...)
}

// list says what a directory holds.
func list(dir string) (Files, error) {
	out := Files{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && p != dir {
			out[strings.TrimPrefix(p, dir+"/")] = d.IsDir()
		}
		return err
	})
	return out, err
}

// copyTree copies a directory with modes and times, which make looks at.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		q := to + strings.TrimPrefix(p, from)
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(q, 0o755)
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if err := os.WriteFile(q, text, info.Mode().Perm()); err != nil {
			return err
		}
		return os.Chtimes(q, info.ModTime(), info.ModTime())
	})
}

// try runs one invocation and compares.
func (b *bench) try(v *Invocation, dir string) ([]Comparison, error) {
	if err := copyTree(b.template, dir); err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	before, err := list(dir)
	if err != nil {
		return nil, err
	}
	for i, w := range v.Argv {
		v.Argv[i] = strings.ReplaceAll(w, here, dir)
	}
	env := b.environ(v.Env)
	world, err := analysis.NewHost(dir, env)
	if err != nil {
		return nil, err
	}
	analyzer := analysis.Analyzer{World: world, Table: b.table}
	actions := analyzer.Command(v.Argv).Actions
	names := v.Argv
	if v.Stdin != "" {
		text := v.Text() + " < " + v.Stdin
		actions = analyzer.Analyze(analysis.Source{Text: text}).Actions
		if strings.HasPrefix(v.Stdin, "names.") { // what it lists is named as well
			list, err := os.ReadFile(filepath.Join(dir, v.Stdin))
			if err != nil {
				return nil, err
			}
			names = append(append([]string{}, names...), strings.FieldsFunc(string(list), func(r rune) bool { return r == '\n' || r == 0 })...)
		}
	}
	words := make([]value.Text, len(v.Argv))
	for i, w := range v.Argv {
		words[i] = value.Known(w)
	}
	trace := dir + ".trace"
	defer os.Remove(trace)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "strace", append([]string{"-f", "-qq", "-y", "-s", "4096", "-o", trace, "--seccomp-bpf", "-e", "signal=none",
		"-e", "trace=%file,fchdir,clone,clone3,fork,vfork", "--"}, v.Argv...)...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = dir, env, time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if v.Stdin != "" {
		f, err := os.Open(filepath.Join(dir, v.Stdin))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		cmd.Stdin = f
	}
	if err := cmd.Run(); err != nil && (!v.Fails || ctx.Err() != nil) {
		return nil, fmt.Errorf("%w\n%.600s", err, out.String())
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		return nil, err
	}
	after, err := list(dir)
	if err != nil {
		return nil, err
	}
	return Compare(names, Events(string(text), dir), actions, b.table.Parse(words), dir, before, after), nil
}

// server answers on the loopback interface, so that clients have something to do.
func server(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello")
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// invocations reads all tables of invocations.
func invocations(t *testing.T) []Invocation {
	t.Helper()
	url := server(t)
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []Invocation
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		list, err := Invocations(string(text), func(name string) string {
			switch name {
			case "URL":
				return url
			case "DIR":
				return here
			}
			return ""
		})
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		out = append(out, list...)
	}
	return out
}

// measure tries every invocation whose program is here.
func measure(t *testing.T) (rows map[string]*Row, missing []string) {
	t.Helper()
	b := newBench(t)
	rows = map[string]*Row{}
	type job struct {
		Invocation
		found []Comparison
		err   error
	}
	var jobs []*job
	absent := map[string]bool{}
	for _, v := range invocations(t) {
		if _, err := exec.LookPath(v.Argv[0]); err != nil {
			if !absent[v.Program()] {
				absent[v.Program()] = true
				missing = append(missing, v.Program())
			}
			continue
		}
		jobs = append(jobs, &job{Invocation: v})
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for i := range next {
				j := jobs[i]
				j.found, j.err = b.try(&j.Invocation, filepath.Join(filepath.Dir(b.home), fmt.Sprintf("w%d", i)))
			}
		})
	}
	for i := range jobs {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, j := range jobs {
		switch {
		case j.err != nil:
			t.Errorf("%s: %v", j.Line, j.err)
		case len(j.found) == 0:
			t.Errorf("%s: names no file, and proves nothing", j.Line)
		}
		r := rows[j.Program()]
		if r == nil {
			r = &Row{Program: j.Program()}
			rows[r.Program] = r
		}
		r.Invocations++
		for _, c := range j.found {
			r.Files++
			if c.Agrees() {
				r.Agree++
			} else {
				r.Differences = append(r.Differences, fmt.Sprintf("`%s`: %v", j.Line, c))
			}
		}
	}
	return rows, missing
}

// TestPrograms proves that docs/programs-checked.md says what the programs that
// are here really do. A difference is to be mended in rules/programs; then the
// page is written anew with -update.
func TestPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("runs some hundred programs")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not here")
	}
	if err := exec.Command("strace", "-qq", "-o", os.DevNull, "--seccomp-bpf", "-f", "true").Run(); err != nil {
		t.Skipf("strace cannot trace here: %v", err)
	}
	rows, missing := measure(t)
	for _, m := range missing {
		t.Logf("%s is not here", m)
	}
	if os.Getenv("CI") == "true" && len(rows) < enough {
		t.Errorf("only %d programs are here, not %d: see .ci/run for what to install", len(rows), enough)
	}
	if *update {
		if len(missing) > 0 {
			t.Fatalf("programs are missing, so the page cannot be written: %s", strings.Join(missing, " "))
		}
		var all []*Row
		for _, r := range rows {
			all = append(all, r)
		}
		if err := os.WriteFile(page, []byte(Report(all)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, l := range strings.Split(string(text), "\n") {
		have[l] = true
	}
	for _, r := range rows {
		for _, d := range r.Differences {
			if !have["- "+d] {
				t.Errorf("program and table differ: %s", d)
			}
		}
		if !have[r.Line()] {
			t.Errorf("docs/programs-checked.md does not have the line %s", r.Line())
		}
	}
}
