//go:build linux && (amd64 || arm64)

package supervise

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRace flips a path in memory between the check and the use. The plain
// mode may lose, and says how often; the strict mode may not.
func TestRace(t *testing.T) {
	usable(t)
	source, err := os.ReadFile("testdata/race.c")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	exe := build(t, dir, "race", string(source))
	write(t, filepath.Join(dir, ".env"), canary+"\n")
	write(t, filepath.Join(dir, "aaaa"), "open\n")
	for _, strict := range []bool{false, true} {
		r := order{Level: LevelFull, Strict: strict}.run(t, dir, exe, "20000")
		var leaks, opened int
		if _, err := fmt.Sscanf(r.out, "leaks=%d opened=%d", &leaks, &opened); err != nil {
			t.Fatalf("code %d, %s", r.code, r.out)
		}
		t.Logf("strict %v: %d leaks in 20000 opens, of which %d succeeded", strict, leaks, opened)
		if strict && leaks > 0 {
			t.Errorf("strict supervision leaked %d times", leaks)
		}
	}
	// The same with a symbolic link that is replaced all the time.
	r := order{Level: LevelFull, Strict: true}.run(t, dir, "bash", "-c",
		`(for i in {1..300}; do ln -sfn aaaa l; ln -sfn .env l; done) & for i in {1..600}; do read x < l && echo $x; done 2>/dev/null; wait`)
	if strings.Contains(r.out, canary) {
		t.Error("a replaced symbolic link leaked")
	}
}
