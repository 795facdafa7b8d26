package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func hexSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func headOf(path string) string { return beside(path, ".head") }

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustWrite(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The recipe in the package comment, without the shell.
func TestHashIsOfTheLine(t *testing.T) {
	path := newLog(t, 3)
	prev := origin
	for _, line := range strings.Split(strings.TrimSpace(string(mustRead(t, path))), "\n") {
		i := strings.Index(line, `,"hash":"`)
		hash := line[i+9 : len(line)-2]
		if hexSum(line[:i]+"}") != hash || !strings.Contains(line, `,"prev":"`+prev+`"`) {
			t.Errorf("%s", line)
		}
		prev = hash
	}
}

func TestVerifyFinds(t *testing.T) {
	lines := func(b []byte) []string { return strings.SplitAfter(strings.TrimSuffix(string(b), "\n")+"\n", "\n")[:5] }
	for _, row := range []struct {
		name string
		edit func(l []string) string
		line int
		what string
	}{
		{"edited", func(l []string) string {
			l[2] = strings.Replace(l[2], "echo 3", "echo 4", 1)
			return strings.Join(l, "")
		}, 3, "changed"},
		{"verdict", func(l []string) string { l[0] = strings.Replace(l[0], "allow", "deny", 1); return strings.Join(l, "") }, 1, "changed"},
		{"removed", func(l []string) string { return l[0] + l[1] + l[3] + l[4] }, 3, "record 3 is missing"},
		{"removed two", func(l []string) string { return l[0] + l[3] + l[4] }, 2, "records 2 to 3 are missing"},
		{"removed first", func(l []string) string { return strings.Join(l[1:], "") }, 1, "record 1 is missing"},
		{"swapped", func(l []string) string { return l[0] + l[2] + l[1] + l[3] + l[4] }, 2, "record 2 is missing"},
		{"repeated", func(l []string) string { return l[0] + l[1] + l[1] + l[2] + l[3] + l[4] }, 3, "moved, repeated or inserted"},
		{"inserted", func(l []string) string { return l[0] + "{}\n" + strings.Join(l[1:], "") }, 2, "no audit record"},
		{"blank line", func(l []string) string { return l[0] + "\n" + strings.Join(l[1:], "") }, 2, "no audit record"},
		{"long line", func(l []string) string { return l[0] + strings.Repeat("x", 2*MaxLine) + "\n" + strings.Join(l[1:], "") }, 2, "longer than"},
		{"cut line", func(l []string) string { return strings.Join(l[:4], "") + l[4][:20] }, 5, "not complete"},
		{"cut newline", func(l []string) string { return strings.TrimSuffix(strings.Join(l, ""), "\n") }, 5, "not complete"},
		{"cut records", func(l []string) string { return l[0] + l[1] + l[2] }, 0, "records 4 to 5 are missing at the end"},
		{"cut record", func(l []string) string { return strings.Join(l[:4], "") }, 0, "record 5 is missing at the end"},
		{"cut all", func([]string) string { return "" }, 0, "records 1 to 5 are missing at the end"},
		{"last rewritten", func(l []string) string {
			b, _ := seal(nil, place{4, hashIn(l[3])}, []byte(`,"kind":"decision","uid":0`))
			return strings.Join(l[:4], "") + string(b)
		}, 5, "not the one that audit.head names"},
		{"middle rewritten", func(l []string) string {
			b, _ := seal(nil, place{2, hashIn(l[1])}, []byte(`,"kind":"decision","uid":0`))
			return l[0] + l[1] + string(b) + l[3] + l[4]
		}, 4, "one of them was replaced"},
	} {
		path := newLog(t, 5)
		mustVerify(t, path, 5)
		mustWrite(t, path, []byte(row.edit(lines(mustRead(t, path)))))
		r, err := Verify(path)
		if err != nil || r.OK() || r.Problem.Line != row.line || !strings.Contains(r.Problem.What, row.what) {
			t.Errorf("%s: got %v, %v; want line %d: %s", row.name, r.Problem, err, row.line, row.what)
			continue
		}
		if row.line > 0 && r.Problem.Error() != fmt.Sprintf("%s:%d: %s", path, row.line, r.Problem.What) {
			t.Errorf("%s: %s", row.name, r.Problem.Error())
		}
		// What comes after goes on in the file and heals nothing.
		l := mustOpen(t, path, Options{})
		mustAppend(t, l, "after", "more")
		if r, err := Verify(path); err != nil || r.OK() != (row.name == "cut newline") {
			t.Errorf("%s: healed by a later record: %+v %v", row.name, r, err)
		}
	}
}

func hashIn(line string) string { return line[len(line)-len(lineEnd)-64 : len(line)-len(lineEnd)] }

// Any single byte that is changed, removed or added is found, at the end of
// the log as well.
func checkByte(t interface {
	Fatalf(string, ...any)
}, dir string, log, head []byte, at int, b byte, how int) {
	at %= len(log)
	edited := bytes.Clone(log)
	switch how % 3 {
	case 0:
		if edited[at] == b {
			return
		}
		edited[at] = b
	case 1:
		edited = append(edited[:at], edited[at+1:]...)
	case 2:
		edited = append(edited[:at:at], append([]byte{b}, log[at:]...)...)
	}
	if bytes.Equal(edited, log) {
		return
	}
	path := filepath.Join(dir, "audit.jsonl")
	if err := errors.Join(os.WriteFile(path, edited, 0o600), os.WriteFile(headOf(path), head, 0o600)); err != nil {
		t.Fatalf("%v", err)
	}
	if r, err := Verify(path); err != nil || r.OK() {
		t.Fatalf("not found: byte %d, %q, way %d: %v", at, b, how%3, err)
	}
}

// sample is a log with a torn line and a repair in it.
func sample(t testing.TB) (log, head []byte) {
	path := newLog(t, 2)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, `{"seq":3,"pre`)
	f.Close()
	mustAppend(t, mustOpen(t, path, Options{}), "TOKEN=x ls", "b")
	if r := mustVerify(t, path, 5); len(r.Repairs) != 1 {
		t.Fatalf("repairs: %v", r.Repairs)
	}
	return mustRead(t, path), mustRead(t, headOf(path))
}

func TestAnyByte(t *testing.T) {
	log, head := sample(t)
	dir := t.TempDir()
	for at := range log {
		checkByte(t, dir, log, head, at, log[at]^0x20, 0)
		if at%8 == 0 || at > len(log)-100 {
			checkByte(t, dir, log, head, at, 0, 1)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		checkByte(rt, dir, log, head, rapid.IntRange(0, len(log)-1).Draw(rt, "at"), rapid.Byte().Draw(rt, "byte"), rapid.IntRange(0, 2).Draw(rt, "how"))
	})
}

func FuzzAnyByte(f *testing.F) {
	log, head := sample(f)
	dir := f.TempDir()
	f.Add(uint(0), byte('x'), uint(0))
	f.Add(uint(len(log)-1), byte(' '), uint(0))
	f.Add(uint(len(log)-1), byte(0), uint(1))
	f.Fuzz(func(t *testing.T, at uint, b byte, how uint) {
		checkByte(t, dir, log, head, int(at%uint(len(log))), b, int(how%3))
	})
}

// Lines in any other order, number or repetition are found.
func TestAnyLines(t *testing.T) {
	path := newLog(t, 6)
	log, head := mustRead(t, path), mustRead(t, headOf(path))
	lines := bytes.SplitAfter(bytes.TrimSuffix(log, []byte("\n")), []byte("\n"))
	lines[5] = append(lines[5], '\n')
	rapid.Check(t, func(rt *rapid.T) {
		var other []byte
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, 5), 0, 8).Draw(rt, "lines") {
			other = append(other, lines[i]...)
		}
		if bytes.Equal(other, log) {
			return
		}
		mustWrite(t, path, other)
		mustWrite(t, headOf(path), head)
		if r, err := Verify(path); err != nil || r.OK() {
			rt.Fatalf("not found: %v", err)
		}
	})
}

// A crash can cut a write anywhere, and comes before or after the update of
// the head. The next record has to follow, and the torn bytes have to stay.
func TestTorn(t *testing.T) {
	path := newLog(t, 2)
	log2, head2 := mustRead(t, path), mustRead(t, headOf(path))
	mustAppend(t, mustOpen(t, path, Options{}), "third")
	log3 := mustRead(t, path)
	for cut := len(log2); cut <= len(log3); cut++ {
		mustWrite(t, path, log3[:cut])
		mustWrite(t, headOf(path), head2)
		mustAppend(t, mustOpen(t, path, Options{}), "next")
		got := mustRead(t, path)
		if !bytes.HasPrefix(got, log3[:cut]) {
			t.Fatalf("cut %d: the torn bytes are gone", cut)
		}
		switch cut {
		case len(log2):
			mustVerify(t, path, 3)
		case len(log3) - 1, len(log3):
			mustVerify(t, path, 4)
		default:
			r := mustVerify(t, path, 4)
			if len(r.Repairs) != 1 || r.Repairs[0].Repair.Reason != "torn" || r.Repairs[0].Line != 4 ||
				r.Repairs[0].Repair.SHA256 != hexSum(string(log3[len(log2):cut])+"\n") {
				t.Fatalf("cut %d: %+v", cut, r.Repairs)
			}
		}
	}
}

func TestTornTwice(t *testing.T) {
	path := newLog(t, 1)
	for i := range 3 {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(f, "garbage\nmore %d\n\n{", i)
		f.Close()
		mustAppend(t, mustOpen(t, path, Options{MaxSize: 1}), "next")
		if r := mustVerify(t, path, 3+2*i); len(r.Repairs) != i+1 {
			t.Errorf("repairs: %v", r.Repairs)
		}
	}
	bad := 0
	for _, r := range readAll(t, path) {
		if r.Err != nil {
			bad++
		}
	}
	if bad != 12 {
		t.Errorf("%d bad lines were reported", bad)
	}
}

func TestHeadLost(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"removed": func(p string) error { return os.Remove(headOf(p)) },
		"emptied": func(p string) error { return os.Truncate(headOf(p), 0) },
		"changed": func(p string) error { return os.WriteFile(headOf(p), []byte("guard-audit 1 x"), 0o600) },
	} {
		path := newLog(t, 3)
		l := mustOpen(t, path, Options{})
		if err := spoil(path); err != nil {
			t.Fatal(err)
		}
		if r, err := Verify(path); err != nil || r.OK() || r.Problem.File != headOf(path) {
			t.Errorf("%s: %v %v", name, r.Problem, err)
		}
		mustAppend(t, l, "next")
		r := mustVerify(t, path, 5)
		if len(r.Repairs) != 1 || r.Repairs[0].Repair.Reason != "head" || r.Repairs[0].Line != 4 {
			t.Errorf("%s: %+v", name, r.Repairs)
		}
	}
}

func TestLogLost(t *testing.T) {
	path := newLog(t, 3)
	l := mustOpen(t, path, Options{})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, "next")
	r, err := Verify(path)
	if err != nil || r.OK() || !strings.Contains(r.Problem.What, "records 1 to 3 are missing") {
		t.Errorf("%v %v", r.Problem, err)
	}
	if all := readAll(t, path); len(all) != 2 || all[0].Kind != Lifecycle || all[0].Seq != 4 || all[0].Repair.Reason != "lost" || all[1].Seq != 5 {
		t.Errorf("%+v", all)
	}
}

func TestBothLost(t *testing.T) {
	path := newLog(t, 1)
	mustWrite(t, path, []byte("what\nis\nthis\n"))
	mustWrite(t, headOf(path), []byte("and this"))
	err := mustOpen(t, path, Options{}).Append(&Record{Kind: Decision})
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func TestVerifyNothing(t *testing.T) {
	mustVerify(t, newLog(t, 0), 0)
	if r, err := Verify(filepath.Join(t.TempDir(), "audit.jsonl")); err != nil || !r.OK() || r.Hash != origin {
		t.Errorf("%+v %v", r, err)
	}
	if _, err := Verify(filepath.Join(t.TempDir(), "no", "audit.jsonl")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func FuzzParse(f *testing.F) {
	line, _ := seal(nil, place{0, origin}, []byte(`,"kind":"decision"`))
	f.Add(line)
	f.Add([]byte(seqKey))
	f.Fuzz(func(t *testing.T, b []byte) {
		at, prev, err := parse(b)
		if err != nil {
			return
		}
		// Whatever parses is what seal writes.
		rest := b[len(fmt.Sprintf(`%s%d%s%s"`, seqKey, at.seq, prevKey, prev)) : len(b)-tailLen]
		if again, p := seal(nil, place{at.seq - 1, prev}, rest); p != at || !bytes.Equal(again, b) {
			t.Fatalf("%q is not %q", again, b)
		}
	})
}
