//go:build linux && (amd64 || arm64)

package supervise

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// deskWorker is a worker without a listener, which can be asked as if this very
// thread had made a call. What it asks the judge is refused, as nobody waits.
func deskWorker(j Judge) *worker {
	s := newServer(Config{Level: LevelFull, Judge: j}, calls())
	s.learn()
	return newWorker(s)
}

// asked is a call of this thread with up to two paths.
type asked struct {
	nr         uint64
	dir, dir2  int
	name, more string
	flags      uint64
}

// notification lays a call out as the kernel reports it. Its paths lie in room,
// which has to live as long.
func (a asked) notification(room *[2][]byte) *notification {
	*room = [2][]byte{append([]byte(a.name), 0), append([]byte(a.more), 0)}
	at := func(i int) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(room[i])))) }
	n := &notification{pid: uint32(unix.Gettid()), nr: int32(a.nr)}
	switch a.nr {
	case unix.SYS_RENAMEAT2, unix.SYS_LINKAT:
		n.args = [6]uint64{uint64(a.dir), at(0), uint64(a.dir2), at(1), a.flags}
	default:
		n.args = [6]uint64{uint64(a.dir), at(0), a.flags, 0o644}
	}
	return n
}

// short asks for the short way alone, and long for the long way alone.
func (w *worker) short(n *notification) (reply, bool) {
	c := w.calls[n.nr]
	w.mem.of(n.pid)
	switch c.kind {
	case kindOpen:
		return w.passesOpen(n, openRequest{dir: c.dirOf(n), flags: uint32(c.flags.of(n))}, c.path.of(n))
	case kindPair:
		return w.passesTwo(n, c, c.lookup(n))
	}
	op, how := c.one(n)
	return w.passesOne(n, op, c.dirOf(n), c.path.of(n), how)
}

func (w *worker) long(n *notification) reply {
	defer w.moved.Store(w.moved.Load())
	w.moved.Store(true) // no short way is sure any more
	w.mem.of(n.pid)
	return w.dispatch(n, w.calls[n.nr])
}

// TestQuickAgrees holds that what the short way answers is what the long way
// does, in trees of files, links and directories, for calls of each kind.
func TestQuickAgrees(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"a", "b", ".env", "walled"}
	ways := []asked{
		{nr: unix.SYS_OPENAT}, {nr: unix.SYS_OPENAT, flags: unix.O_NOFOLLOW}, {nr: unix.SYS_OPENAT, flags: unix.O_DIRECTORY},
		{nr: unix.SYS_OPENAT, flags: unix.O_RDWR}, {nr: unix.SYS_OPENAT, flags: unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC},
		{nr: unix.SYS_OPENAT, flags: unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL}, {nr: unix.SYS_OPENAT, flags: unix.O_CREAT},
		{nr: unix.SYS_UNLINKAT}, {nr: unix.SYS_UNLINKAT, flags: unix.AT_REMOVEDIR}, {nr: unix.SYS_MKDIRAT}, {nr: unix.SYS_FCHMODAT},
		{nr: unix.SYS_RENAMEAT2}, {nr: unix.SYS_LINKAT}, {nr: unix.SYS_LINKAT, flags: unix.AT_SYMLINK_FOLLOW},
	}
	passed, stopped := make(map[uint64]int), 0
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
		defer closeFD(w.fds)
		place := func() (int, string) {
			tail := strings.Join(rapid.SliceOfN(part, 1, 4).Draw(r, "path"), "/")
			if rapid.Bool().Draw(r, "relative") {
				under := filepath.Join(root, rapid.SampledFrom(names).Draw(r, "from"))
				if fd, err := unix.Open(under, pathOnly|unix.O_DIRECTORY, 0); err == nil {
					return fd, tail
				}
			}
			return unix.AT_FDCWD, root + "/" + tail
		}
		way := rapid.SampledFrom(ways).Draw(r, "call")
		way.dir, way.name = place()
		defer closeFD(way.dir)
		way.dir2, way.more = place()
		defer closeFD(way.dir2)
		var room [2][]byte
		defer runtime.KeepAlive(&room)
		n := way.notification(&room)
		got, done := w.short(n)
		if !done {
			stopped++
			return
		}
		if want := w.long(n); got != want {
			r.Errorf("%+v: %+v, but the long way %+v", way, got, want)
		}
		passed[way.nr]++
	})
	for _, way := range ways {
		if passed[way.nr] == 0 || stopped == 0 {
			t.Errorf("call %d: %d passed, and %d of all did not: the test shows nothing", way.nr, passed[way.nr], stopped)
		}
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
		{dir + "/sub/plain", unix.AT_FDCWD, unix.O_WRONLY, true},
		{dir + "/sub/plain", unix.AT_FDCWD, unix.O_TRUNC, true},
		{"new", fd, unix.O_RDWR | unix.O_CREAT | unix.O_EXCL, true},
		{dir + "/sub/new", unix.AT_FDCWD, unix.O_RDWR | unix.O_CREAT, true},
		{"/dev/null", unix.AT_FDCWD, unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC, true},
		{dir, unix.AT_FDCWD, unix.O_TMPFILE, false},
		{dir + "/link/new", unix.AT_FDCWD, unix.O_CREAT, false},
		{dir + "/sub/.env", unix.AT_FDCWD, unix.O_CREAT, false},
		{"/proc/self/mem", unix.AT_FDCWD, 0, false},
		{"", fd, 0, false},
	} {
		var room [2][]byte
		n := asked{nr: unix.SYS_OPENAT, dir: test.dir, name: test.name, flags: uint64(test.flags)}.notification(&room)
		ask := func() bool {
			_, done := w.short(n)
			return done
		}
		if got := ask(); got != test.want {
			t.Errorf("%s, flags %x: %v", test.name, test.flags, got)
		}
		if per := testing.AllocsPerRun(50, func() { ask() }); test.want && per > 0 {
			t.Errorf("%s: %v allocations", test.name, per)
		}
		runtime.KeepAlive(&room)
	}
}

// TestCrewWatch holds that a worker that is held up loses its turn, also when
// the watch slept, and one that is at work on many calls does not.
func TestCrewWatch(t *testing.T) {
	const long = 100 * patience
	for range 3 {
		var c *crew
		var w *worker
		var hired chan bool
		// A machine with much else to do may hold the worker up by itself.
		for tries := 0; w == nil || !w.turn.Load(); tries++ {
			if tries == 10 {
				t.Fatal("a worker that keeps up loses its turn")
			}
			c, hired = newCrew(), make(chan bool, 1)
			w = &worker{server: &server{crew: c}}
			w.turn.Store(true)
			c.all[0].Store(w)
			go c.watch(func() { hired <- true })
			for range 200 {
				w.busy(1)
				w.free()
			}
			for start := time.Now(); !c.idle.Load(); time.Sleep(patience) {
				if time.Since(start) > long {
					t.Fatal("the watch does not sleep")
				}
			}
		}
		w.busy(1)
		select {
		case <-hired:
		case <-time.After(long):
			t.Error("nobody took over")
		}
		if w.turn.Load() || len(c.turns) != 1 {
			t.Error("the turn was not passed on")
		}
		c.end()
	}
}
