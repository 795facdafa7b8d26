//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// work is something that an agent's shell runs all day.
type work struct {
	name string
	need string                         // programs, separated by spaces
	make func(b *testing.B, dir string) // what it works on, once
	anew func(b *testing.B, dir string) // before each run; not measured
	text func(b *testing.B, dir string) string
}

func works() []work {
	return []work{
		{name: "true", text: always("true")},
		{name: "git-status", need: "git", make: repository, text: always("git status --short")},
		{name: "git-log", need: "git", make: repository, text: always("git log --stat > /dev/null")},
		{name: "grep-include", need: "grep", text: always("grep -rl zzzz_absent /usr/include; true")},
		{name: "make", need: "make gcc", make: cProject, anew: cleanC, text: always("make -s -j2")},
		{name: "go-build", need: "go", make: overlay, anew: changeOverlay, text: goBuild},
		{name: "unittest", need: "python3", make: pySuite(2), text: python},
		{name: "unittest-files", need: "python3", make: pySuite(20), text: python},
		{name: "npm-ci", need: "npm node", make: npmProject, text: always("npm ci --offline --no-audit --no-fund --loglevel=error")},
	}
}

// BenchmarkRuntimeWork measures ordinary work in one run under: the real bash;
// guard with the text layer alone; a supervisor that lets every call through
// unseen, the floor of what the run-time layer can cost; guard at write, at full
// and strict. They take turns. The metrics are ratios to bash: min of the fastest
// times, med the median of each turn's, cpu that of processor time, which other
// work on the machine disturbs least. full/text is the layer by itself.
func BenchmarkRuntimeWork(b *testing.B) {
	supervised(b)
	bin := b.TempDir()
	for _, level := range []string{"off", "write", "full", "strict"} {
		supervisedShell(b, filepath.Join(bin, level), runtimeTable(level))
	}
	floor := filepath.Join(bin, "floor")
	if out, err := exec.Command("go", "test", "-c", "-o", floor, "guard/shim/supervise").CombinedOutput(); err != nil {
		b.Fatalf("build the floor: %v\n%s", err, out)
	}
	for _, w := range works() {
		b.Run(w.name, func(b *testing.B) {
			for _, p := range strings.Fields(w.need) {
				if _, err := exec.LookPath(p); err != nil {
					b.Skipf("there is no %s", p)
				}
			}
			dir := b.TempDir()
			if w.make != nil {
				w.make(b, dir)
			}
			text := w.text(b, dir)
			under := func(level string) []string { return []string{filepath.Join(bin, level, "bash"), "-c", text} }
			w.measure(b, dir, []contender{
				{"bare", []string{"/bin/bash", "-c", text}},
				{"text", under("off")},
				{"floor", []string{floor, "__floor", "/bin/bash", "-c", text}},
				{"write", under("write")},
				{"full", under("full")},
				{"strict", under("strict")},
			})
		})
	}
}

// contender is one way to run a text.
type contender struct {
	name string
	argv []string
}

// rounds is how often each contender runs at least.
const rounds = 7

func (w work) measure(b *testing.B, dir string, all []contender) {
	took, spent := make(map[string][]float64), make(map[string][]float64)
	b.ResetTimer()
	for i := range max(b.N, rounds) + 1 {
		for _, c := range all {
			if w.anew != nil {
				w.anew(b, dir)
			}
			cmd := exec.Command(c.argv[0], c.argv[1:]...)
			cmd.Dir, cmd.Env = dir, environment()
			start := time.Now()
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%s: %v\n%s", c.name, err, out)
			}
			if i > 0 { // the first turn warms caches
				took[c.name] = append(took[c.name], time.Since(start).Seconds())
				spent[c.name] = append(spent[c.name], (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(1000*slices.Min(took["bare"]), "bare-ms")
	for _, c := range all[1:] {
		b.ReportMetric(slices.Min(took[c.name])/slices.Min(took["bare"]), c.name+"-min")
		b.ReportMetric(median(took[c.name], took["bare"]), c.name+"-med")
		b.ReportMetric(median(spent[c.name], spent["bare"]), c.name+"-cpu")
	}
	b.ReportMetric(slices.Min(took["full"])/slices.Min(took["text"]), "full/text-min")
}

// median is that of each turn's ratio.
func median(of, by []float64) float64 {
	turns := make([]float64, len(of))
	for i := range of {
		turns[i] = of[i] / by[i]
	}
	slices.Sort(turns)
	return turns[len(turns)/2]
}

func always(text string) func(*testing.B, string) string {
	return func(*testing.B, string) string { return text }
}

// environment is this process's, without the directory of this test's own shells,
// which its PATH begins with.
func environment() []string {
	_, path, _ := strings.Cut(os.Getenv("PATH"), string(os.PathListSeparator))
	return append(os.Environ(), "PATH="+path, "LC_ALL=C", "GIT_CONFIG_GLOBAL=/dev/null")
}

// put writes a file of a benchmark's project.
func put(b *testing.B, text string, name ...string) {
	b.Helper()
	path := filepath.Join(name...)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

// in runs a command that prepares something, or skips where it cannot.
func in(b *testing.B, dir string, argv ...string) string {
	b.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = dir, environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Skipf("%s does not work here: %v\n%s", strings.Join(argv, " "), err, out)
	}
	return string(out)
}

// repository has 5,000 files in 100 directories, and 50 commits.
func repository(b *testing.B, dir string) {
	for i := range 5000 {
		put(b, fmt.Sprintf("line %d\n", i), dir, fmt.Sprintf("d%d/e%d/f%d.txt", i%10, i/10%10, i))
	}
	in(b, dir, "git", "init", "-q")
	for i := range 50 {
		put(b, fmt.Sprintf("change %d\n", i), dir, fmt.Sprintf("d%d/e0/f%d.txt", i%10, i))
		in(b, dir, "git", "add", ".")
		in(b, dir, "git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", fmt.Sprintf("change %d", i))
	}
}

// cProject is a program of 30 files.
func cProject(b *testing.B, dir string) {
	var objects, calls, all strings.Builder
	for i := range 30 {
		fmt.Fprintf(&objects, " f%d.o", i)
		fmt.Fprintf(&all, "int f%d(int);\n", i)
		fmt.Fprintf(&calls, "n += f%d(n);\n", i)
		var body strings.Builder
		for j := range 40 {
			fmt.Fprintf(&body, "static int g%d(int n) { char s[64]; snprintf(s, sizeof s, \"%%d\", n * %d); return (int) strlen(s) + n %% %d; }\n", j, j+i, j+2)
		}
		fmt.Fprintf(&body, "int f%d(int n) {\n", i)
		for j := range 40 {
			fmt.Fprintf(&body, "n += g%d(n);\n", j)
		}
		put(b, "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <errno.h>\n#include \"all.h\"\n"+body.String()+"return n;\n}\n", dir, fmt.Sprintf("f%d.c", i))
	}
	put(b, all.String(), dir, "all.h")
	put(b, "#include \"all.h\"\nint main(void) {\nint n = 0;\n"+calls.String()+"return n == 0;\n}\n", dir, "main.c")
	put(b, "CFLAGS = -O1\nprog: main.o"+objects.String()+"\n\t$(CC) -o $@ $^\n%.o: %.c all.h\n\t$(CC) $(CFLAGS) -c $<\n", dir, "Makefile")
}

func cleanC(b *testing.B, dir string) {
	for _, glob := range []string{"*.o", "prog"} {
		names, _ := filepath.Glob(filepath.Join(dir, glob))
		for _, name := range names {
			if err := os.Remove(name); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// overlay adds a file to a package of guard that others depend on, without
// touching the source.
func overlay(b *testing.B, dir string) {
	value := filepath.Join(source(b), "rules/value/overlaid.go")
	put(b, fmt.Sprintf(`{"Replace": {%q: %q}}`, value, filepath.Join(dir, "overlaid.go")), dir, "overlay.json")
}

// changeOverlay has them all compiled again.
func changeOverlay(b *testing.B, dir string) {
	put(b, fmt.Sprintf("package value\n\nconst overlaid = %d\n", time.Now().UnixNano()), dir, "overlaid.go")
}

func goBuild(b *testing.B, dir string) string {
	return fmt.Sprintf("cd %s && go build -overlay %s/overlay.json ./rules/value ./rules/programs ./shim/analysis/filters ./shim/analysis/inline ./shim/analysis/statement",
		source(b), dir)
}

// source is the directory of guard's module.
func source(b *testing.B) string {
	return filepath.Dir(strings.TrimSpace(in(b, ".", "go", "env", "GOMOD")))
}

// pySuite is 40 small test modules that load parts of the library, write and
// read files.
// pySuite is 80 tests, half of which write, read and delete so many files.
func pySuite(files int) func(*testing.B, string) {
	return func(b *testing.B, dir string) { putSuite(b, dir, files) }
}

func putSuite(b *testing.B, dir string, files int) {
	modules := []string{"json", "sqlite3", "decimal", "csv", "email.message", "http.client", "logging.config", "xml.dom.minidom"}
	for i := range 40 {
		put(b, fmt.Sprintf(`import os, tempfile, unittest
import %s

class Test%d(unittest.TestCase):
    def test_files(self):
        with tempfile.TemporaryDirectory() as d:
            for n in range(%d):
                with open(os.path.join(d, str(n)), "w") as f:
                    f.write("x" * n)
                with open(os.path.join(d, str(n))) as f:
                    self.assertEqual(len(f.read()), n)

    def test_sum(self):
        self.assertEqual(sum(x * x for x in range(20000)), 2666466670000)
`, modules[i%len(modules)], i, files), dir, "tests", fmt.Sprintf("test_%d.py", i))
	}
	put(b, "", dir, "tests", "__init__.py")
}

// python names the interpreter itself, not a script that looks for it.
func python(b *testing.B, dir string) string {
	exe := strings.TrimSpace(in(b, dir, "python3", "-c", "import sys; print(sys.executable)"))
	return exe + " -m unittest -q"
}

// npmProject depends on 20 packages of 40 files each, which lie beside it.
func npmProject(b *testing.B, dir string) {
	var deps []string
	for i := range 20 {
		name := fmt.Sprintf("dep%d", i)
		src := filepath.Join(dir, "src", name)
		put(b, fmt.Sprintf(`{"name": %q, "version": "1.0.0", "main": "m0.js"}`, name), src, "package.json")
		for j := range 40 {
			put(b, fmt.Sprintf("module.exports = %d;\n", j), src, "lib", fmt.Sprintf("m%d.js", j))
		}
		in(b, dir, "npm", "pack", "--silent", "--offline", src)
		deps = append(deps, fmt.Sprintf("%q: \"file:%s-1.0.0.tgz\"", name, name))
	}
	put(b, `{"name": "top", "version": "1.0.0", "dependencies": {`+strings.Join(deps, ", ")+`}}`, dir, "package.json")
	in(b, dir, "npm", "install", "--offline", "--no-audit", "--no-fund")
}
