//go:build linux && (amd64 || arm64)

package supervise

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkAgainstBash runs each command bare and at each level in turn, and
// reports the ratio of the fastest times.
func BenchmarkAgainstBash(b *testing.B) {
	dir := b.TempDir()
	write(b, filepath.Join(dir, "main.go"), "package main\nimport \"fmt\"\nfunc main() { fmt.Println(1) }\n")
	for i := range 200 {
		write(b, filepath.Join(dir, "tree", string(rune('a'+i%26)), "f"+string(rune('a'+i/26))), "x\n")
	}
	_ = exec.Command("git", "-C", dir, "init", "-q").Run()
	_ = exec.Command("git", "-C", dir, "add", "tree").Run()
	for _, c := range []struct{ name, text string }{
		{"true", "true"},
		{"git-status", "git status --short"},
		{"grep-include", "grep -rl zzzz_absent /usr/include"},
		{"go-build", "go build -o /dev/null main.go"},
		{"forks", "for i in {1..200}; do /bin/true; done"},
	} {
		b.Run(c.name, func(b *testing.B) {
			best := map[string]time.Duration{}
			measure := func(name string, cmd *exec.Cmd) {
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GO111MODULE=off")
				start := time.Now()
				_ = cmd.Run()
				if took := time.Since(start); best[name] == 0 || took < best[name] {
					best[name] = took
				}
			}
			for range max(b.N, 5) {
				measure("bare", exec.Command("bash", "-c", c.text))
				for _, o := range []order{{Level: LevelOff}, {Level: LevelExec}, {Level: LevelWrite}, {Level: LevelFull}} {
					measure(o.Level.String(), o.command(b, "bash", "-c", c.text))
				}
				measure("strict", order{Level: LevelFull, Strict: true}.command(b, "bash", "-c", c.text))
			}
			b.ReportMetric(float64(best["bare"].Microseconds())/1000, "bare-ms")
			for _, name := range []string{"off", "exec", "write", "full", "strict"} {
				b.ReportMetric(float64(best[name])/float64(best["bare"]), name+"/bare")
			}
		})
	}
}

// floorRole supervises a program at full and lets every call through unseen: the
// least that the layer can cost.
func floorRole(argv []string) int {
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return 99
	}
	still()
	started, status := make(chan listener), make(chan int)
	aside(func() {
		l, _, err := listen(filter(unheard(calls(), &fence{}), LevelFull), false)
		if err != nil {
			status <- 97
			return
		}
		started <- l
		cmd := exec.Command(path, argv[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		_ = cmd.Run()
		status <- cmd.ProcessState.ExitCode()
	})
	select {
	case code := <-status:
		return code
	case l := <-started:
		go func() {
			defer quiet()()
			var f frame
			for {
				if n, e := l.receive(&f); e == 0 {
					l.proceed(n.id)
				}
			}
		}()
	}
	return <-status
}
