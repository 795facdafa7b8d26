package filters

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// sampleFiles are the files that the rows of the tables read, known to Run and present for the real program.
func sampleFiles() map[string]string {
	return map[string]string{
		"a.txt":     "apple 1\nbanana 2\ncherry 3\n",
		"b.txt":     "banana x\ncherry y\ndate z\n",
		"words":     "one\ntwo\nthree\n",
		"unended":   "x\ny",
		"empty":     "",
		"sorted.gz": "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\xcf\x4b\xe5\x02\x00\x9f\xa8\x17\xf8\x04\x00\x00\x00",
	}
}

func sampleEnv() Env {
	files := sampleFiles()
	return Env{ReadFile: func(path string) ([]byte, bool) {
		s, ok := files[path]
		return []byte(s), ok
	}}
}

// sampleDir writes the sample files into a directory.
func sampleDir(t testing.TB) string {
	dir := t.TempDir()
	for name, text := range sampleFiles() {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// real runs the real program in dir, its environment empty but for the locale.
func real(t testing.TB, dir string, argv []string, stdin []byte) (out []byte, status int) {
	t.Helper()
	path := "/usr/bin/" + argv[0]
	if _, err := os.Stat(path); err != nil {
		if path, err = exec.LookPath(argv[0]); err != nil {
			t.Skipf("%s is absent", argv[0])
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, argv[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"}
	cmd.Stdin = struct{ *bytes.Reader }{bytes.NewReader(stdin)} // a pipe, never a file
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("run %q: %v", argv, err)
	}
	return out, cmd.ProcessState.ExitCode()
}

// agree compares Run with the real program and reports whether Run had an answer.
func agree(t testing.TB, dir string, argv []string, stdin string) bool {
	t.Helper()
	out, status, ok := Run(argv, []byte(stdin), sampleEnv())
	if !ok {
		return false
	}
	wantOut, wantStatus := real(t, dir, argv, []byte(stdin))
	if !bytes.Equal(out, wantOut) || status != wantStatus {
		t.Errorf("%q < %q\n got %q, %d\nwant %q, %d", argv, stdin, out, status, wantOut, wantStatus)
	}
	return true
}

// A row is standard input and a command.
type row []string

// TestTables compares every row with the real program. A row of the unknown table must have no answer; one of the
// others must have one.
func TestTables(t *testing.T) {
	dir := sampleDir(t)
	tables := []struct {
		name string
		rows []row
	}{
		{"text", textRows()}, {"lines", lineRows()}, {"codec", codecRows()}, {"words", wordRows()},
		{"grep", grepRows()}, {"sed", sedRows()}, {"awk", awkRows()},
	}
	total, known := 0, 0
	for _, table := range tables {
		t.Run(table.name, func(t *testing.T) {
			for _, r := range table.rows {
				total++
				if !installed(r[1]) {
					t.Logf("skipped: %s is absent", r[1])
					continue
				}
				if agree(t, dir, r[1:], r[0]) {
					known++
				} else {
					t.Errorf("%q < %q: no answer", r[1:], r[0])
				}
			}
		})
	}
	t.Run("unknown", func(t *testing.T) {
		for _, r := range unknownRows() {
			total++
			if out, _, ok := Run(r[1:], []byte(r[0]), sampleEnv()); ok {
				t.Errorf("%q < %q: got %q, want no answer", r[1:], r[0], out)
			}
		}
	})
	t.Logf("%d rows, %d with an answer", total, known)
}

func installed(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}
