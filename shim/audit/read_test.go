package audit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

func TestReadIsTolerant(t *testing.T) {
	path := newLog(t, 2)
	good := mustRead(t, path)
	first, second, _ := bytes.Cut(good, []byte("\n"))
	long := bytes.Repeat([]byte("x"), 3*MaxLine)
	mustWrite(t, path, bytes.Join([][]byte{first, []byte("torn"), long, []byte("{}"), nil, bytes.TrimSpace(second), []byte(`{"seq":3`)}, []byte("\n")))
	var got []string
	err := Read(path, func(line int, r Record, raw []byte) error {
		got = append(got, fmt.Sprintf("%d %d %v %d", line, r.Seq, r.Err != nil, min(len(raw), MaxLine+1)))
		if r.File != path || errors.Is(r.Err, ErrLong) != (line == 3) {
			t.Errorf("line %d: %q %v", line, r.File, r.Err)
		}
		return nil
	})
	want := []string{
		fmt.Sprintf("1 1 false %d", len(first)), "2 0 true 4", fmt.Sprintf("3 0 true %d", MaxLine), "4 0 true 2", "5 0 true 0",
		fmt.Sprintf("6 2 false %d", len(second)-1), "7 0 true 8",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n got %q\nwant %q", err, got, want)
	}
	r, ok, err := Last(path, func(Record) bool { return true })
	if err != nil || !ok || r.Seq != 2 {
		t.Errorf("last: %+v %v %v", r, ok, err)
	}
	if _, ok, err := Last(path, func(Record) bool { return false }); ok || err != nil {
		t.Errorf("last: %v %v", ok, err)
	}
}

func TestReadStops(t *testing.T) {
	path := newLog(t, 5)
	stop, n := errors.New("stop"), 0
	if err := Read(path, func(int, Record, []byte) error { n++; return stop }); err != stop || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
	if err := Read(path+"x", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

func TestReadOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := errors.Join(unix.Mkfifo(pipe, 0o600), os.Symlink("/dev/zero", link)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, link} {
		if err := Read(path, nil); !errors.Is(err, ErrUnsafe) {
			t.Errorf("read: %v", err)
		}
		if _, err := Verify(path); !errors.Is(err, ErrUnsafe) {
			t.Errorf("verify: %v", err)
		}
		if _, _, err := Last(path, nil); !errors.Is(err, ErrUnsafe) {
			t.Errorf("last: %v", err)
		}
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.jsonl")
	for _, ext := range []string{"", ".2", ".10", ".1", ".01", ".0", ".-1", ".gz", ".1.gz", ".9999999999", "x"} {
		mustWrite(t, path+ext, nil)
	}
	got, err := Files(path)
	if want := []string{path + ".1", path + ".2", path + ".10", path}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q %v", got, err)
	}
}

// Backwards gives the lines that reading forwards gives.
func TestBackwards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 9), rapid.IntRange(60<<10, 70<<10), rapid.IntRange(MaxLine-2, MaxLine+2)), 0, 6).Draw(t, "sizes")
		var text strings.Builder
		var want []int
		for i, n := range sizes {
			text.WriteString(strings.Repeat("x", n))
			if i < len(sizes)-1 || rapid.Bool().Draw(t, "newline") {
				text.WriteByte('\n')
			}
			if n > 0 && n <= MaxLine {
				want = append(want, n)
			}
		}
		slices.Reverse(want)
		var got []int
		_, err := backwards(strings.NewReader(text.String()), int64(text.Len()), func(line []byte) bool {
			if len(line) <= MaxLine {
				got = append(got, len(line))
			}
			return false
		})
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v: got %v, want %v", err, got, want)
		}
	})
}
