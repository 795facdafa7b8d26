//go:build linux && (amd64 || arm64)

package supervise

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const canary = "CANARY"

// attack is one way to read .env or to damage victim/.
type attack struct {
	name string
	need string // programs, by spaces; "root"; "leak" and "static" are the C program
	text string // for bash -c, in the project's directory; $LEAK is the C program
}

// ground is where an attack takes place:
//
//	base/proj/.env          SECRET=CANARY
//	base/proj/victim/data   precious
//	base/alias              hard link to .env
//	base/proj/soft          symbolic link to .env
//	base/round              symbolic link to proj
func ground(t *testing.T) (proj string) {
	base := t.TempDir()
	proj = filepath.Join(base, "proj")
	write(t, filepath.Join(proj, ".env"), "SECRET="+canary+"\n")
	write(t, filepath.Join(proj, "victim", "data"), "precious\n")
	write(t, filepath.Join(proj, "victim", "more", "deep"), "precious\n")
	write(t, filepath.Join(proj, "sub", "plain"), "plain\n")
	for _, err := range []error{
		os.Link(filepath.Join(proj, ".env"), filepath.Join(base, "alias")),
		os.Symlink(".env", filepath.Join(proj, "soft")),
		os.Symlink("proj", filepath.Join(base, "round")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return proj
}

// leaked looks for the secret in what came out and in every other file.
func leaked(proj, out string) bool {
	if strings.Contains(out, canary) {
		return true
	}
	secret, _ := identify(filepath.Join(filepath.Dir(proj), "alias"))
	found := false
	_ = filepath.WalkDir(filepath.Dir(proj), func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if id, _ := identify(name); id == secret {
			return nil
		}
		text, _ := os.ReadFile(name)
		found = found || strings.Contains(string(text), canary)
		return nil
	})
	return found
}

// state describes victim/ to the last bit that matters.
func state(proj string) string {
	var b strings.Builder
	dir := filepath.Join(proj, "victim")
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			fmt.Fprintln(&b, name, err)
			return nil
		}
		var st unix.Stat_t
		_ = unix.Lstat(name, &st)
		var text []byte
		if d.Type().IsRegular() {
			text, _ = os.ReadFile(name)
		}
		fmt.Fprintln(&b, name, st.Mode, st.Uid, st.Ino, string(text))
		return nil
	})
	return b.String()
}

// levelRow runs one attack at each level and returns what it achieved: "off"
// must succeed, or the attack proves nothing.
func levelRow(t *testing.T, a attack, tools map[string]string, success func(proj, before, out string) bool) (row [4]string) {
	for level := LevelOff; level <= LevelFull; level++ {
		proj := ground(t)
		before := state(proj)
		fence := &fence{Dir: filepath.Join(proj, "victim"), Known: []string{filepath.Join(proj, ".env")}, Args: level == LevelExec}
		cmd := order{Level: level, Handover: true, Fence: fence}.command(t, "bash", "-c", a.text)
		cmd.Dir = proj
		cmd.Env = attackEnv(proj, tools)
		r := finish(t, cmd)
		row[level] = "stopped"
		if r.passed > 5*time.Second {
			t.Logf("level %v took %v: code %d, %s", level, r.passed, r.code, r.out)
		}
		if success(proj, before, r.out) {
			row[level] = "through"
		}
		if level == LevelOff && row[level] == "stopped" {
			t.Logf("without supervision: code %d, %s", r.code, r.out)
		}
		if level == LevelFull && row[level] == "through" {
			t.Errorf("%s gets through at level full: code %d\n%s", a.name, r.code, r.out)
		}
	}
	return row
}

func lacking(a attack, tools map[string]string) string {
	for _, need := range strings.Fields(a.need) {
		switch need {
		case "root":
			if os.Geteuid() != 0 {
				return "root"
			}
		case "leak", "static":
			if tools[need] == "" {
				return "a C compiler"
			}
		default:
			if exec.Command("bash", "-c", "type -P "+need+" && timeout 20 "+need+" --version </dev/null").Run() != nil &&
				exec.Command("bash", "-c", "type -P "+need).Run() != nil {
				return need
			}
		}
	}
	return ""
}

// attackTools says where the programs are that attacks use.
func attackTools(t *testing.T) map[string]string {
	t.Helper()
	source, err := os.ReadFile("testdata/leak.c")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	tools := map[string]string{"path": os.Getenv("PATH")}
	// A version manager's wrapper would take longer than all else.
	if exe, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output(); err == nil {
		tools["path"] = filepath.Dir(strings.TrimSpace(string(exe))) + ":" + tools["path"]
	}
	t.Run("compile", func(t *testing.T) {
		tools["leak"] = build(t, dir, "leak", string(source))
		tools["static"] = build(t, dir, "static", string(source), "-static")
	})
	return tools
}

func attackEnv(proj string, tools map[string]string) []string {
	return append(os.Environ(), "PROJ="+proj, "LEAK="+tools["leak"], "STATIC="+tools["static"], "TMUX=", "HOME="+proj, "PATH="+tools["path"])
}

// TestLeaks runs every attack without supervision and at each level. None may
// get through at level full. What the lower levels stop is kept in
// testdata/levels.txt.
func TestLeaks(t *testing.T) {
	usable(t)
	if testing.Short() {
		t.Skip("several hundred processes")
	}
	tools := attackTools(t)
	var mu sync.Mutex
	rows := map[string][4]string{}
	run := func(kind string, list []attack, success func(proj, before, out string) bool) {
		t.Run(kind, func(t *testing.T) {
			for _, a := range list {
				t.Run(a.name, func(t *testing.T) {
					t.Parallel()
					if what := lacking(a, tools); what != "" {
						t.Skipf("needs %s", what)
					}
					row := levelRow(t, a, tools, success)
					mu.Lock()
					defer mu.Unlock()
					rows[kind+" "+a.name] = row
				})
			}
		})
	}
	run("read", readAttacks(), func(proj, _, out string) bool { return leaked(proj, out) })
	run("damage", damageAttacks(), func(proj, before, _ string) bool { return state(proj) != before })
	compareRows(t, rows)
}

func compareRows(t *testing.T, rows map[string][4]string) {
	const golden = "testdata/levels.txt"
	var names []string
	tried := 0
	for name, row := range rows {
		names = append(names, name)
		if row[LevelOff] == "through" {
			tried++
		}
	}
	sort.Strings(names)
	var b strings.Builder
	fmt.Fprintf(&b, "%-34s %-8s %-8s %-8s %-8s\n", "", "off", "exec", "write", "full")
	for _, name := range names {
		r := rows[name]
		fmt.Fprintf(&b, "%-34s %-8s %-8s %-8s %s\n", name, r[0], r[1], r[2], r[3])
	}
	t.Logf("%d attacks, %d of which work without supervision\n%s", len(rows), tried, b.String())
	if *update {
		write(t, golden, b.String())
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(want)) {
		if len(line) > 34 {
			known[strings.TrimSpace(line[:34])] = strings.TrimSpace(line[34:])
		}
	}
	for _, name := range names {
		// What this machine cannot do even unsupervised says nothing.
		row := rows[name]
		got := strings.Join(row[:], " ")
		if rows[name][LevelOff] == "through" && got != strings.Join(strings.Fields(known[name]), " ") {
			t.Errorf("%s: %s, but %s says %q", name, got, golden, known[name])
		}
	}
}

var update = flag.Bool("update", false, "rewrite golden files")
