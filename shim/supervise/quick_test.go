//go:build linux && (amd64 || arm64)

package supervise

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// deskWorker is a worker without a listener, which can be asked as if this very
// thread had made a call.
func deskWorker(j Judge) *worker {
	return newWorker(newServer(listener{}, Config{Level: LevelFull, Judge: j}, nil))
}

// TestQuickAgrees holds that what passes quickly is of no interest to the whole
// resolution either, and that what is absent to it is absent.
func TestQuickAgrees(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"a", "b", ".env", "walled"}
	passed, stopped := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		root, err := os.MkdirTemp(top, "")
		if err != nil {
			r.Fatal(err)
		}
		part := rapid.SampledFrom(append([]string{".", "..", ""}, names...))
		known := filepath.Join(root, "known")
		_ = os.WriteFile(known, nil, 0o644)
		for range rapid.IntRange(0, 8).Draw(r, "entries") {
			at := filepath.Join(root, rapid.SampledFrom(names).Draw(r, "parent"))
			name := filepath.Join(at, rapid.SampledFrom(names).Draw(r, "name"))
			_ = os.MkdirAll(at, 0o755)
			switch rapid.IntRange(0, 3).Draw(r, "kind") {
			case 0:
				_ = os.MkdirAll(name, 0o755)
			case 1:
				_ = os.WriteFile(name, nil, 0o644)
			case 2:
				_ = os.Symlink(strings.Join(rapid.SliceOfN(part, 1, 3).Draw(r, "link"), "/"), name)
			case 3:
				_ = os.Link(known, name)
			}
		}
		w := deskWorker(&fence{Dir: filepath.Join(root, "walled"), Known: []string{known}})
		tail := strings.Join(rapid.SliceOfN(part, 1, 4).Draw(r, "path"), "/")
		dir, name := unix.AT_FDCWD, root+"/"+tail
		if rapid.Bool().Draw(r, "relative") {
			under := filepath.Join(root, rapid.SampledFrom(names).Draw(r, "from"))
			fd, err := unix.Open(under, pathOnly|unix.O_DIRECTORY, 0)
			if err == nil {
				defer unix.Close(fd)
				dir, name = fd, tail
			}
		}
		raw := append([]byte(name), 0)
		flags := rapid.SampledFrom([]uint32{0, unix.O_NOFOLLOW, unix.O_DIRECTORY}).Draw(r, "flags")
		n := &notification{pid: uint32(unix.Gettid())}
		w.mem.of(n.pid)
		got, done := w.passes(n, openRequest{dir: int32(dir), flags: flags}, uint64(uintptr(unsafe.Pointer(&raw[0]))))
		f, e := w.find(unix.Gettid(), int32(dir), name, lookup{nofollow: flags&unix.O_NOFOLLOW != 0})
		defer f.close()
		switch {
		case !done:
			stopped++
		case got.kind == replyFail && e != got.errno:
			r.Errorf("%s: %v, but %v", name, got.errno, e)
		case got.kind == replyProceed && (e != 0 || w.interesting(&f, OpRead)):
			r.Errorf("%s passes; it is %s, error %v", name, f.real, e)
		default:
			passed++
		}
	})
	if passed == 0 || stopped == 0 {
		t.Errorf("%d passed and %d did not: the test shows nothing", passed, stopped)
	}
}

// TestQuickPasses holds that the common forms take the short way, without
// allocating.
func TestQuickPasses(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "sub", "plain"), "x")
	write(t, filepath.Join(dir, "sub", ".env"), "x")
	if err := os.Symlink("sub", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Open(filepath.Join(dir, "sub"), pathOnly, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	w := deskWorker(&fence{})
	for _, test := range []struct {
		name  string
		dir   int
		flags uint32
		want  bool
	}{
		{dir + "/sub/plain", unix.AT_FDCWD, 0, true},
		{dir + "/link/plain", unix.AT_FDCWD, 0, true},
		{"plain", fd, unix.O_NOFOLLOW, true},
		{"../link/plain", fd, 0, true},
		{"../sub/./plain", fd, 0, true},
		{"..", fd, 0, true},
		{".", fd, 0, true},
		{"none", fd, 0, true},
		{"none/plain", fd, 0, true},
		{"plain/none", fd, 0, true},
		{"plain", -1, 0, false},
		{".env", fd, 0, false},
		{"../sub//.env", fd, 0, false},
		{dir + "/none", unix.AT_FDCWD, 0, true},
		{dir + "//link/../sub/./plain", unix.AT_FDCWD, 0, true},
		{dir + "/link/../link/plain", unix.AT_FDCWD, 0, true},
		{"/dev/null", unix.AT_FDCWD, 0, true},
		{"/dev/stdin", unix.AT_FDCWD, 0, false},
		{"/etc/../proc/self/mem", unix.AT_FDCWD, 0, false},
		{dir + "/sub/plain", unix.AT_FDCWD, unix.O_WRONLY, false},
		{dir + "/sub/plain", unix.AT_FDCWD, unix.O_TRUNC, false},
		{dir + "/sub/.env", unix.AT_FDCWD, unix.O_CREAT, false},
		{"/proc/self/mem", unix.AT_FDCWD, 0, false},
		{"", fd, 0, false},
	} {
		raw := append([]byte(test.name), 0)
		n := &notification{pid: uint32(unix.Gettid())}
		ask := func() bool {
			w.mem.of(n.pid)
			_, done := w.passes(n, openRequest{dir: int32(test.dir), flags: test.flags}, uint64(uintptr(unsafe.Pointer(&raw[0]))))
			return done
		}
		if got := ask(); got != test.want {
			t.Errorf("%s, flags %x: %v", test.name, test.flags, got)
		}
		if per := testing.AllocsPerRun(50, func() { ask() }); test.want && per > 0 {
			t.Errorf("%s: %v allocations", test.name, per)
		}
	}
}

// TestCrewWatch holds that a worker that is held up loses its turn, also when
// the watch slept, and one that is at work on many calls does not.
func TestCrewWatch(t *testing.T) {
	for range 3 {
		c := newCrew()
		w := &worker{server: &server{crew: c}}
		w.turn.Store(true)
		c.all[0].Store(w)
		hired := make(chan bool, 1)
		go c.watch(func() { hired <- true })
		for range 200 {
			w.busy()
			w.free()
		}
		if time.Sleep(4 * patience); !w.turn.Load() || !c.idle.Load() {
			t.Error("a worker that keeps up lost its turn, or the watch does not sleep")
		}
		w.busy()
		select {
		case <-hired:
		case <-time.After(100 * patience):
			t.Error("nobody took over")
		}
		if w.turn.Load() || len(c.turns) != 1 {
			t.Error("the turn was not passed on")
		}
		c.end()
	}
}
