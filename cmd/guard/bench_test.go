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
	build := func(out, pkg string) string { // and copy, as install.sh does: the linker leaves a file in small pieces
		p := filepath.Join(dir, out)
		cmd := exec.Command("go", "build", "-trimpath", "-o", p+".new", pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("build %s: %v\n%s", pkg, err, text)
		}
		data, err := os.ReadFile(p + ".new")
		if err == nil {
			err = os.WriteFile(p, data, 0o755)
		}
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	base := build("minimal", src)
	build("guard", "guard/cmd/guard/testdata/shell")
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
