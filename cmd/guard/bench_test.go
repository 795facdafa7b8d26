package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// minimal is the least that a Go program in the place of a shell does.
const minimal = `package main

import (
	"os"
	"syscall"
)

func main() { syscall.Exec("/bin/bash", append([]string{"bash"}, os.Args[1:]...), os.Environ()) }
`

// BenchmarkStart measures bash -c true under guard, beside a minimal Go program
// that only becomes bash: the metric ratio is the one by the other, from the
// fastest of alternating runs.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	src := filepath.Join(dir, "minimal.go")
	if err := os.WriteFile(src, []byte(minimal), 0o644); err != nil {
		b.Fatal(err)
	}
	base := filepath.Join(dir, "minimal")
	installed(b, base, src)
	installed(b, filepath.Join(dir, "guard"), "guard/cmd/guard/testdata/shell")
	if err := os.Symlink("guard", filepath.Join(dir, "bash")); err != nil {
		b.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "root/home"), 0o755); err != nil {
		b.Fatal(err)
	}
	run := func(p string) time.Duration {
		start := time.Now()
		cmd := exec.Command(p, "-c", "true")
		cmd.Dir = dir
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	best := [2]time.Duration{time.Hour, time.Hour}
	b.ResetTimer()
	for range b.N {
		best[0] = min(best[0], run(base))
		best[1] = min(best[1], run(filepath.Join(dir, "bash")))
	}
	b.ReportMetric(float64(best[1])/float64(best[0]), "ratio")
}

// installed builds a program at path as install.sh does, which copies it: the
// linker leaves a file in small pieces, from which every start takes longer.
func installed(t testing.TB, path, pkg string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-trimpath", "-o", path+".new", pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", pkg, err, text)
	}
	data, err := os.ReadFile(path + ".new")
	if err == nil {
		err = os.WriteFile(path, data, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
}
