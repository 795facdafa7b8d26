//go:build linux && (amd64 || arm64)

package supervise

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"
)

const starts = 20

// collectRole starts supervised programs, each while a garbage collection is
// under way that other goroutines leave little time.
func collectRole() int {
	var over atomic.Bool
	defer over.Store(true)
	for range 4 {
		go func() {
			for !over.Load() {
			}
		}()
	}
	kept := make([]*[8]*int, 1<<18)
	for i := range kept {
		kept[i] = new([8]*int)
	}
	for range starts {
		debug.SetMemoryLimit(1 << 20) // less than is kept
		for range 64 {
			kept[0] = new([8]*int)
		}
		status, err := Run("/bin/true", []string{"true"}, nil, Config{Level: LevelExec, Judge: &fence{}})
		if err != nil || status != (Status{}) {
			fmt.Println(status, err)
			return 1
		}
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	runtime.KeepAlive(kept)
	fmt.Println(stats.NumGC)
	return 0
}

// TestStartWhileCollecting: the thread that forks keeps its processor until its
// child's first exec has been answered; neither a garbage collection, which
// waits for every processor, nor other work may keep the answer from it.
func TestStartWhileCollecting(t *testing.T) {
	usable(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, roleCollect)
	timer := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var collections int
	out, err := cmd.CombinedOutput()
	if _, scan := fmt.Sscan(string(out), &collections); err != nil || scan != nil {
		t.Fatalf("%d starts: %v, %s", starts, err, out)
	}
	if collections < starts {
		t.Errorf("only %d collections in %d starts: the test shows little", collections, starts)
	}
}
