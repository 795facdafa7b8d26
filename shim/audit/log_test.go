package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary, started again with these variables, is one of many guards.
const (
	childLog   = "GUARD_AUDIT_TEST_LOG"
	childCount = "GUARD_AUDIT_TEST_COUNT"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childLog); path != "" {
		n, _ := strconv.Atoi(os.Getenv(childCount))
		for i := range n {
			// Opened for each record, as by one guard a command.
			l, err := Open(path, Options{MaxSize: 100 << 10, Wait: time.Minute})
			if err == nil {
				err = l.Append(&Record{Kind: Decision, Command: fmt.Sprintf("TOKEN=x echo %d", i)})
				l.Close()
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func mustOpen(t testing.TB, path string, o Options) *Log {
	t.Helper()
	l, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func mustAppend(t testing.TB, l *Log, commands ...string) {
	t.Helper()
	for _, c := range commands {
		if err := l.Append(&Record{Kind: Decision, Command: c, Verdict: "allow"}); err != nil {
			t.Fatal(err)
		}
	}
}

func mustVerify(t testing.TB, path string, records int) Report {
	t.Helper()
	r, err := Verify(path)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() || r.Records != records {
		t.Fatalf("verify: %d records, want %d; problem: %v", r.Records, records, r.Problem)
	}
	return r
}

// newLog returns the path of a log with n records.
func newLog(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state", "guard", "audit.jsonl")
	l := mustOpen(t, path, Options{})
	for i := range n {
		mustAppend(t, l, fmt.Sprintf("echo %d", i+1))
	}
	return path
}

func readAll(t testing.TB, path string) []Record {
	t.Helper()
	var all []Record
	if err := Read(path, func(_ int, r Record, _ []byte) error { all = append(all, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAppend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "audit.jsonl")
	l := mustOpen(t, path, Options{Sync: true})
	status := 3
	r := &Record{
		Kind: Decision, User: "ana", UID: 1000, Host: "h", Agent: "claude", AgentVersion: "2", Session: "s", ToolCall: "c",
		Cwd: "/w", Remote: "https://ana:pw@h/r", Commit: "abc", Branch: "main", Dirty: true,
		Command: "echo <&>\x1b[0m\n\u202e", Actions: json.RawMessage(`[ {"op":"exec"} ]`), Findings: json.RawMessage(`[]`),
		Verdict: "allow", Would: "deny", Mode: "observe", Layer: "text", Level: "2", Degraded: "no landlock",
		Layers:    []Layer{{"managed", "7", "aa"}, {Name: "project"}},
		Exception: "e", Approval: "p", Of: 9, Status: &status, Note: "n",
	}
	before := time.Now().UTC()
	if err := l.Append(r); err != nil {
		t.Fatal(err)
	}
	if r.Seq != 1 || r.Prev != origin || len(r.Hash) != 64 || r.Time.Before(before) || r.Command == "" {
		t.Errorf("not set: %+v", r)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"seq":1,"prev":"` + origin + `","time":"` + r.Time.Format(timeFormat) + `"`
	if r.Boot != "" {
		want += `,"boot":"` + r.Boot + `"`
	}
	if r.Mono != 0 {
		want += `,"mono":` + strconv.FormatInt(r.Mono, 10)
	}
	want += `,"kind":"decision","user":"ana","uid":1000,"host":"h","agent":"claude","agent_version":"2","session":"s","tool_call":"c"` +
		`,"cwd":"/w","remote":"https://ana:‹redacted›@h/r","commit":"abc","branch":"main","dirty":true` +
		`,"command":"echo <&>\u001b[0m\n\u202e","command_sha256":"` + hexSum(r.Command) + `"` +
		`,"actions":[{"op":"exec"}],"findings":[],"verdict":"allow","would":"deny","mode":"observe"` +
		`,"layer":"text","level":"2","degraded":"no landlock"` +
		`,"layers":[{"name":"managed","version":"7","digest":"aa"},{"name":"project"}]` +
		`,"exception":"e","approval":"p","of":9,"status":3,"note":"n","hash":"` + r.Hash + "\"}\n"
	if string(raw) != want {
		t.Errorf("got  %s\nwant %s", raw, want)
	}
	got := readAll(t, path)[0]
	if got.Command != r.Command || *got.Status != 3 || got.Layers[0] != r.Layers[0] || got.File != path || !got.Time.Equal(r.Time) {
		t.Errorf("read back: %+v", got)
	}
	for name, mode := range map[string]os.FileMode{"": 0o700, "audit.jsonl": 0o600, "audit.head": 0o600} {
		if st, err := os.Stat(filepath.Join(filepath.Dir(path), name)); err != nil || st.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, st.Mode(), err)
		}
	}
	mustVerify(t, path, 1)
}

func TestAppendRefuses(t *testing.T) {
	path := newLog(t, 1)
	l := mustOpen(t, path, Options{})
	for _, r := range []*Record{
		{},
		{Kind: "other"},
		{Kind: Decision, Actions: json.RawMessage(`[1`)},
		{Kind: Decision, Actions: json.RawMessage(`{}`)},
		{Kind: Decision, Findings: json.RawMessage("[]\n[]")},
	} {
		if err := l.Append(r); err == nil {
			t.Errorf("%+v was appended", r)
		}
	}
	mustVerify(t, path, 1)
	l.Close()
	if err := l.Append(&Record{Kind: Decision}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed log: %v", err)
	}
}

func TestCommandDigest(t *testing.T) {
	path := newLog(t, 0)
	l := mustOpen(t, path, Options{})
	long := strings.Repeat("word ", maxCommand)
	mustAppend(t, l, "ls", "TOKEN=a ls", "TOKEN=b ls", "TOKEN=a ls", long)
	mustAppend(t, mustOpen(t, path, Options{}), "TOKEN=a ls")
	all := readAll(t, path)
	if all[0].CommandSHA256 != hexSum("ls") || all[0].CommandHMAC != "" {
		t.Errorf("verbatim: %+v", all[0])
	}
	if all[1].Command != "TOKEN=‹redacted› ls" || all[1].CommandSHA256 != "" || len(all[1].CommandHMAC) != 64 {
		t.Errorf("redacted: %+v", all[1])
	}
	if all[1].CommandHMAC == all[2].CommandHMAC || all[1].CommandHMAC != all[3].CommandHMAC || all[1].CommandHMAC != all[5].CommandHMAC {
		t.Error("the digest does not tell commands apart, or not across processes")
	}
	if all[4].CommandBytes != len(long) || !strings.HasSuffix(all[4].Command, "…") || len(all[4].Command) > maxCommand {
		t.Errorf("cut: %d bytes of %d", len(all[4].Command), all[4].CommandBytes)
	}
	if st, err := os.Stat(filepath.Join(filepath.Dir(path), "audit.key")); err != nil || st.Mode().Perm() != 0o600 || st.Size() != keyLen {
		t.Errorf("key: %v %v", st, err)
	}
}

func TestLimits(t *testing.T) {
	path := newLog(t, 0)
	l := mustOpen(t, path, Options{})
	nasty := strings.Repeat("\x00\"\u202e\xff", 1<<17)
	items, _ := json.Marshal(strings.Split(strings.Repeat("item ", 5000), " "))
	huge, _ := json.Marshal([]string{nasty})
	r := &Record{
		Kind: Outcome, User: nasty, Host: nasty, Agent: nasty, AgentVersion: nasty, Session: nasty, ToolCall: nasty, Cwd: nasty,
		Remote: nasty, Commit: nasty, Branch: nasty, Command: nasty, ScriptSHA256: nasty, Actions: items, Findings: huge,
		Verdict: nasty, Would: nasty, Mode: nasty, Layer: nasty, Level: nasty, Degraded: nasty, Exception: nasty, Approval: nasty, Note: nasty,
	}
	for range 100 {
		r.Layers = append(r.Layers, Layer{nasty, nasty, nasty})
	}
	if err := l.Append(r); err != nil {
		t.Fatal(err)
	}
	mustVerify(t, path, 1)
	got := readAll(t, path)[0]
	var kept []string
	if err := json.Unmarshal(got.Actions, &kept); err != nil || len(kept) != maxItems || got.ActionsTotal != 5001 || len(got.ActionsSHA256) != 64 {
		t.Errorf("actions: %d kept of %d, %v", len(kept), got.ActionsTotal, err)
	}
	if string(got.Findings) != "[]" || got.FindingsTotal != 1 {
		t.Errorf("findings: %.40s of %d", got.Findings, got.FindingsTotal)
	}
}

func TestRedactsLists(t *testing.T) {
	for _, row := range []struct{ in, want string }{
		{`[]`, `[]`},
		{`null`, `null`},
		{`[ 1, true, null ]`, `[1,true,null]`},
		{`[{"op":"exec","argv":["curl","-u","ana:pw","x"],"span":[0,3]}]`, `[{"op":"exec","argv":["curl","-u","ana:‹redacted›","x"],"span":[0,3]}]`},
		{`[{"argv":["mysql","-phunter2"]},{"argv":["mkdir","-phunter2"]}]`, `[{"argv":["mysql","-p‹redacted›"]},{"argv":["mkdir","-phunter2"]}]`},
		{`[{"op":"request","url":"https://u:p@h/?token=abc"}]`, `[{"op":"request","url":"https://u:‹redacted›@h/?token=‹redacted›"}]`},
		{`[{"op":"read","path":"/tmp/` + alnum36 + `/x"}]`, `[{"op":"read","path":"/tmp/` + alnum36 + `/x"}]`},
		{`[{"password":"abc","via":["sudo","xargs"]}]`, `[{"password":"‹redacted›","via":["sudo","xargs"]}]`},
		{`[{"text":"echo \"TOKEN=abc\"\n"}]`, `[{"text":"echo \"TOKEN=‹redacted›\"\n"}]`},
		{`[["a",["b"]],"\u001b<"]`, `[["a",["b"]],"\u001b<"]`},
	} {
		l, err := redactList([]byte(row.in))
		if err != nil || string(l.shown) != row.want || l.cut {
			t.Errorf("%s\n got %s %v\nwant %s", row.in, l.shown, err, row.want)
		}
	}
}

func TestManyProcesses(t *testing.T) {
	const processes, each = 16, 50
	path := filepath.Join(t.TempDir(), "guard", "audit.jsonl")
	var wg sync.WaitGroup
	for range processes {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childLog+"="+path, childCount+"="+strconv.Itoa(each))
		wg.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	if r := mustVerify(t, path, processes*each); len(r.Repairs) > 0 || r.Last != processes*each || len(r.Files) < 3 {
		t.Errorf("%+v", r)
	}
	hmac := map[string]bool{}
	for i, r := range readAll(t, path) {
		if r.Seq != uint64(i+1) {
			t.Fatalf("record %d has number %d", i+1, r.Seq)
		}
		hmac[r.CommandHMAC] = true
	}
	if len(hmac) != each {
		t.Errorf("%d digests of %d commands: more than one key?", len(hmac), each)
	}
}

func TestManyGoroutines(t *testing.T) {
	path := newLog(t, 0)
	a, b := mustOpen(t, path, Options{}), mustOpen(t, path, Options{MaxSize: 4 << 10})
	var wg sync.WaitGroup
	for i := range 8 {
		l := a
		if i%2 == 0 {
			l = b
		}
		wg.Go(func() {
			for range 20 {
				if err := l.Append(&Record{Kind: Checkpoint}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	mustVerify(t, path, 160)
}

func TestLocked(t *testing.T) {
	path := newLog(t, 1)
	head, err := os.OpenFile(filepath.Join(filepath.Dir(path), "audit.head"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer head.Close()
	if err := unix.Flock(int(head.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	l := mustOpen(t, path, Options{Wait: 20 * time.Millisecond})
	if err := l.Append(&Record{Kind: Decision}); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v", err)
	}
	unix.Flock(int(head.Fd()), unix.LOCK_UN)
	mustAppend(t, l, "ls")
	mustVerify(t, path, 2)
}

func TestRotation(t *testing.T) {
	path := newLog(t, 0)
	l := mustOpen(t, path, Options{MaxSize: 2 << 10})
	for i := range 100 {
		mustAppend(t, l, fmt.Sprint("echo ", i))
	}
	r := mustVerify(t, path, 100)
	if len(r.Files) < 10 || r.Files[0] != path+".1" || r.Files[len(r.Files)-1] != path {
		t.Errorf("files: %q", r.Files)
	}
	for _, f := range r.Files {
		if st, err := os.Stat(f); err != nil || st.Size() > 2<<10+200 || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, st, err)
		}
	}
	got, ok, err := Last(path, func(r Record) bool { return r.Command == "echo 3" })
	if err != nil || !ok || got.Seq != 4 || got.File != path+".1" {
		t.Errorf("last: %v %v %v", got, ok, err)
	}
	// A crash right after the rename leaves no log, which is no loss.
	n := len(r.Files)
	if err := os.Rename(path, fmt.Sprint(path, ".", n)); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, "after")
	if r := mustVerify(t, path, 101); len(r.Repairs) > 0 {
		t.Errorf("repairs: %v", r.Repairs)
	}
	// A missing file in between is one.
	if err := os.Remove(path + ".2"); err != nil {
		t.Fatal(err)
	}
	if r, err := Verify(path); err != nil || r.OK() || r.Problem.File != path+".3" || r.Problem.Line != 1 {
		t.Errorf("removed file: %v %v", r.Problem, err)
	}
}

func TestUnsafe(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"link to a log":     func(d string) error { return os.Symlink("/dev/null", filepath.Join(d, "audit.jsonl")) },
		"dangling link":     func(d string) error { return os.Symlink("nowhere", filepath.Join(d, "audit.jsonl")) },
		"link to a head":    func(d string) error { return os.Symlink("nowhere", filepath.Join(d, "audit.head")) },
		"directory":         func(d string) error { return os.Mkdir(filepath.Join(d, "audit.jsonl"), 0o700) },
		"named pipe":        func(d string) error { return unix.Mkfifo(filepath.Join(d, "audit.jsonl"), 0o600) },
		"pipe as a head":    func(d string) error { return unix.Mkfifo(filepath.Join(d, "audit.head"), 0o600) },
		"writable log":      func(d string) error { return writable(filepath.Join(d, "audit.jsonl"), 0o620) },
		"writable head":     func(d string) error { return writable(filepath.Join(d, "audit.head"), 0o602) },
		"writable by group": func(d string) error { return os.Chmod(d, 0o770) },
		"writable by all":   func(d string) error { return os.Chmod(d, 0o703) },
		"link to the directory": func(d string) error {
			return errors.Join(os.Rename(d, d+"2"), os.Symlink(d+"2", d))
		},
		"other owner": func(d string) error {
			if os.Geteuid() != 0 {
				return os.Chmod(d, 0o777)
			}
			return os.Chown(d, 12345, 12345)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "guard")
			if err := errors.Join(os.Mkdir(dir, 0o700), spoil(dir)); err != nil {
				t.Fatal(err)
			}
			if l, err := Open(filepath.Join(dir, "audit.jsonl"), Options{}); !errors.Is(err, ErrUnsafe) {
				t.Errorf("got %v, %v", l, err)
			}
		})
	}
}

// What becomes unsafe while the log is open is refused too.
func TestUnsafeLater(t *testing.T) {
	path := newLog(t, 1)
	l := mustOpen(t, path, Options{})
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(&Record{Kind: Decision}); !errors.Is(err, ErrUnsafe) {
		t.Errorf("writable: %v", err)
	}
	if err := errors.Join(os.Remove(path), os.Symlink("/dev/null", path)); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(&Record{Kind: Decision}); !errors.Is(err, ErrUnsafe) {
		t.Errorf("link: %v", err)
	}
}

func writable(path string, mode os.FileMode) error {
	return errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, mode))
}

func TestNotADirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(file, "sub", "audit.jsonl"), Options{}); err == nil {
		t.Error("opened")
	}
}

func TestDamagedKey(t *testing.T) {
	path := newLog(t, 0)
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "audit.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := mustOpen(t, path, Options{})
	if err := l.Append(&Record{Kind: Decision, Command: "TOKEN=a"}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v", err)
	}
	mustAppend(t, l, "ls")
}

func TestQuoted(t *testing.T) {
	for _, row := range []struct {
		in    string
		limit int
		want  string
	}{
		{"", 20, `""`},
		{"a\"\\\t\n\r\x00\x7f", 99, `"a\"\\\t\n\u000d\u0000\u007f"`},
		{"é<&>\u0085\u2028\u200b", 99, `"é<&>\u0085\u2028\u200b"`},
		{"\xff\ufffd", 99, `"\ufffd` + "\ufffd" + `"`},
		{strings.Repeat("x", 30), 20, `"` + strings.Repeat("x", 12) + `…"`},
	} {
		got, _ := appendQuoted(nil, row.in, row.limit)
		if string(got) != row.want || !json.Valid(got) || len(got) > row.limit+2 {
			t.Errorf("%q: got %s, want %s", row.in, got, row.want)
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add("ls -la", []byte(`[{"op":"exec","argv":["ls","-la"]}]`), "/tmp")
	f.Add("TOKEN=\xff\n", []byte(`["--password","\u0000"]`), "\u202e")
	f.Fuzz(func(t *testing.T, command string, actions []byte, cwd string) {
		body, err := appendBody(nil, &Record{Kind: Decision, Command: command, Actions: actions, Cwd: cwd},
			func() ([]byte, error) { return make([]byte, keyLen), nil })
		if err != nil {
			if json.Valid(actions) && len(bytes.TrimSpace(actions)) > 0 && bytes.TrimSpace(actions)[0] == '[' {
				t.Fatal(err)
			}
			return
		}
		line, p := seal(nil, place{0, origin}, body)
		if !json.Valid(line) || bytes.IndexByte(line, '\n') != len(line)-1 || len(line) > MaxLine {
			t.Fatalf("not one line of JSON: %q", line)
		}
		if at, prev, err := parse(line); err != nil || at != p || prev != origin {
			t.Fatalf("does not parse: %v: %q", err, line)
		}
		if r := decode("", line[:len(line)-1]); r.Err != nil {
			t.Fatalf("does not decode: %v: %q", r.Err, line)
		}
	})
}
