//go:build linux && (amd64 || arm64)

package supervise

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

func TestLevelText(t *testing.T) {
	for l := LevelOff; l <= LevelFull; l++ {
		text, err := l.MarshalText()
		var back Level
		if err != nil || back.UnmarshalText(text) != nil || back != l {
			t.Errorf("%v does not come back from %q", l, text)
		}
	}
	var l Level
	for _, text := range []string{"", "Full", "all", "level(9)"} {
		if l.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q is a level", text)
		}
	}
	var a Answer
	if a != Refuse {
		t.Error("the zero answer does not refuse")
	}
}

func TestOpNames(t *testing.T) {
	seen := map[string]bool{}
	for op := OpNone; op <= OpKill; op++ {
		if name := op.String(); seen[name] || strings.Contains(name, "(") {
			t.Errorf("op %d is called %q", op, name)
		} else {
			seen[name] = true
		}
	}
}

// verdict runs a filter as the kernel does.
func verdict(t *testing.T, p program, arch, nr uint32, args ...uint64) uint32 {
	t.Helper()
	answer, _ := runFilter(t, p, arch, nr, args...)
	return answer
}

// runFilter also counts the instructions.
func runFilter(t *testing.T, p program, arch, nr uint32, args ...uint64) (answer uint32, steps int) {
	t.Helper()
	var data [16]uint32
	data[0], data[1] = nr, arch
	for i, a := range args {
		data[4+2*i], data[5+2*i] = uint32(a), uint32(a>>32)
	}
	acc := uint32(0)
	for pc := 0; pc < len(p); pc++ {
		steps++
		skip := func(yes bool) {
			if yes {
				pc += int(p[pc].Jt)
			} else {
				pc += int(p[pc].Jf)
			}
		}
		switch in := p[pc]; in.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			acc = data[in.K/4]
		case unix.BPF_RET | unix.BPF_K:
			return in.K, steps
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			skip(acc == in.K)
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K:
			skip(acc >= in.K)
		case unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K:
			skip(acc&in.K != 0)
		case unix.BPF_JMP | unix.BPF_JA:
			pc += int(in.K)
		default:
			t.Fatalf("instruction %x", in.Code)
		}
	}
	t.Fatal("the program ends without an answer")
	return 0, 0
}

// TestFilterShort holds that each call of the list gets its answer, any other
// passes, and neither takes long to be found.
func TestFilterShort(t *testing.T) {
	const most = 24 // instructions
	for level := LevelExec; level <= LevelFull; level++ {
		p := filter(calls(), level)
		want := map[uint32]uint32{}
		for _, c := range calls() {
			if c.level <= level && c.when.arg == 0 && c.kind != kindOpen {
				want[c.nr] = c.action()
			} else if c.level <= level {
				want[c.nr] = 0 // by its arguments
			}
		}
		for nr := range uint32(600) {
			got, steps := runFilter(t, p, nativeArch, nr)
			w, listed := want[nr]
			if !listed {
				w = retAllow
			}
			if w != 0 && got != w {
				t.Errorf("%v: call %d: %x, want %x", level, nr, got, w)
			}
			if steps > most {
				t.Errorf("%v: call %d takes %d instructions", level, nr, steps)
			}
		}
		if _, steps := runFilter(t, p, nativeArch, unix.SYS_OPENAT, 0, 0, 0); level >= LevelWrite && steps > 9 {
			t.Errorf("%v: an open takes %d instructions", level, steps)
		}
	}
}

func TestFilter(t *testing.T) {
	const at, high = uint64(1<<64 - 100), uint64(1) << 32
	for _, test := range []struct {
		nr    uint32
		args  []uint64
		exec  uint32
		write uint32
		full  uint32
	}{
		{unix.SYS_OPENAT, []uint64{at, 1, unix.O_RDONLY}, retAllow, retAllow, retNotify},
		{unix.SYS_OPENAT, []uint64{at, 1, unix.O_RDONLY | unix.O_CLOEXEC | unix.O_DIRECTORY}, retAllow, retAllow, retNotify},
		{unix.SYS_OPENAT, []uint64{at, 1, unix.O_WRONLY}, retAllow, retNotify, retNotify},
		{unix.SYS_OPENAT, []uint64{at, 1, unix.O_RDWR | high}, retAllow, retNotify, retNotify},
		{unix.SYS_OPENAT, []uint64{at, 1, unix.O_TRUNC}, retAllow, retNotify, retNotify},
		{unix.SYS_OPENAT, []uint64{at, 1, unix.O_CREAT}, retAllow, retNotify, retNotify},
		{unix.SYS_OPENAT, []uint64{at, 1, unix.O_TMPFILE | unix.O_RDWR}, retAllow, retNotify, retNotify},
		{unix.SYS_OPENAT, []uint64{at, 1, unix.O_PATH | unix.O_RDWR}, retAllow, retAllow, retAllow},
		{unix.SYS_READ, nil, retAllow, retAllow, retAllow},
		{unix.SYS_EXECVE, nil, retNotify, retNotify, retNotify},
		{unix.SYS_EXECVEAT, nil, retNotify, retNotify, retNotify},
		{unix.SYS_UNLINKAT, nil, retAllow, retNotify, retNotify},
		{unix.SYS_KILL, []uint64{5, 9}, retNotify, retNotify, retNotify},
		{unix.SYS_KILL, []uint64{5, 0}, retAllow, retAllow, retAllow},
		{unix.SYS_TGKILL, []uint64{5, 5, uint64(unix.SIGURG)}, retAllow, retAllow, retAllow},
		{unix.SYS_CLONE, []uint64{uint64(unix.SIGCHLD)}, retAllow, retAllow, retAllow},
		{unix.SYS_CLONE, []uint64{unix.CLONE_NEWUSER}, retNotify, retNotify, retNotify},
		{unix.SYS_CLONE3, nil, retAbsent, retAbsent, retAbsent},
		{unix.SYS_IO_URING_SETUP, nil, retAllow, retAbsent, retAbsent},
		{unix.SYS_OPEN_BY_HANDLE_AT, nil, retAllow, retRefuse, retRefuse},
		{unix.SYS_IOCTL, []uint64{0, unix.TIOCSTI}, retRefuse, retRefuse, retRefuse},
		{unix.SYS_IOCTL, []uint64{0, unix.TCGETS}, retAllow, retAllow, retAllow},
		{unix.SYS_PTRACE, []uint64{unix.PTRACE_TRACEME}, retAllow, retAllow, retAllow},
		{unix.SYS_PTRACE, []uint64{unix.PTRACE_SEIZE, 1}, retNotify, retNotify, retNotify},
		{unix.SYS_PRLIMIT64, []uint64{0, 7, 1}, retAllow, retAllow, retAllow},
		{unix.SYS_PRLIMIT64, []uint64{9, 7, 1}, retNotify, retNotify, retNotify},
	} {
		for level, want := range map[Level]uint32{LevelExec: test.exec, LevelWrite: test.write, LevelFull: test.full} {
			p := filter(calls(), level)
			if got := verdict(t, p, nativeArch, test.nr, test.args...); got != want {
				t.Errorf("%v: call %d %x: %x, want %x", level, test.nr, test.args, got, want)
			}
			if got := verdict(t, p, unix.AUDIT_ARCH_I386, test.nr, test.args...); got != retAbsent {
				t.Errorf("call %d of i386: %x", test.nr, got)
			}
			if got := verdict(t, p, nativeArch, x32Bit|test.nr, test.args...); got != retAbsent {
				t.Errorf("call %d of x32: %x", test.nr, got)
			}
		}
	}
}

// TestOpenFilter: at level write exactly the opens that cannot write pass, at
// level full exactly those of O_PATH.
func TestOpenFilter(t *testing.T) {
	write, full := filter(calls(), LevelWrite), filter(calls(), LevelFull)
	rapid.Check(t, func(r *rapid.T) {
		flags := rapid.Uint32().Draw(r, "flags")
		passes := func(p program) bool {
			return verdict(t, p, nativeArch, unix.SYS_OPENAT, 0, 0, uint64(flags)) == retAllow
		}
		path := flags&unix.O_PATH != 0
		harmless := flags&(unix.O_ACCMODE|unix.O_CREAT|unix.O_TRUNC) == 0 && flags&unix.O_TMPFILE&^unix.O_DIRECTORY == 0
		if passes(write) != (path || harmless) {
			r.Errorf("level write, flags %x", flags)
		}
		if passes(full) != path {
			r.Errorf("level full, flags %x", flags)
		}
	})
}

func TestMemory(t *testing.T) {
	m := newMemory()
	m.of(uint32(unix.Gettid()))
	rapid.Check(t, func(r *rapid.T) {
		text := strings.Repeat("a/", rapid.IntRange(0, 3000).Draw(r, "length"))
		raw := append([]byte(text), 0)
		m.of(uint32(unix.Gettid()))
		got, e := m.path(uint64(uintptr(unsafe.Pointer(&raw[0]))))
		if len(raw) > maxPath {
			if e != unix.ENAMETOOLONG {
				r.Errorf("%d bytes: %v", len(raw), e)
			}
		} else if e != 0 || got != text {
			r.Errorf("%d bytes: %v, %d came back", len(raw), e, len(got))
		}
	})
	if _, e := m.path(0); e != unix.EFAULT {
		t.Errorf("path at 0: %v", e)
	}
}

// TestWalk: the walk by hand finds what the kernel's own resolution finds.
func TestWalk(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"a", "b", "c", "d"}
	var moved atomic.Bool
	res := &resolver{self: "/none/", root: newRooted(&moved)}
	rapid.Check(t, func(r *rapid.T) {
		root, err := os.MkdirTemp(dir, "")
		if err != nil {
			r.Fatal(err)
		}
		part := rapid.SampledFrom(append([]string{".", "..", ""}, names...))
		for range rapid.IntRange(0, 8).Draw(r, "entries") {
			at := filepath.Join(root, rapid.SampledFrom(names).Draw(r, "parent"))
			name := filepath.Join(at, rapid.SampledFrom(names).Draw(r, "name"))
			switch rapid.IntRange(0, 2).Draw(r, "kind") {
			case 0:
				_ = os.MkdirAll(name, 0o755)
			case 1:
				_ = os.MkdirAll(at, 0o755)
				_ = os.WriteFile(name, nil, 0o644)
			case 2:
				_ = os.MkdirAll(at, 0o755)
				_ = os.Symlink(strings.Join(rapid.SliceOfN(part, 1, 3).Draw(r, "link"), "/")+"", name)
			}
		}
		name := root + "/" + strings.Join(rapid.SliceOfN(part, 1, 5).Draw(r, "path"), "/")
		how := lookup{nofollow: rapid.Bool().Draw(r, "nofollow")}
		fast, e1 := res.find(unix.Gettid(), unix.AT_FDCWD, name, how)
		slow, e2 := res.walk(unix.Gettid(), -1, name, how, name)
		defer fast.close()
		defer slow.close()
		if (e1 == 0) != (e2 == 0) || e1 == 0 && (fast.real != slow.real || fast.stat.Ino != slow.stat.Ino) {
			// A trailing slash makes the kernel insist on a directory; the walk
			// may find more, never another file.
			if !(strings.HasSuffix(name, "/") || strings.HasSuffix(name, ".")) {
				r.Errorf("%s %+v: kernel %v %s, walk %v %s", name, how, e1, fast.real, e2, slow.real)
			}
		}
	})
}

func TestWithin(t *testing.T) {
	for _, test := range []struct {
		dir, name string
		want      bool
	}{
		{"/a", "/a", true}, {"/a", "/a/b", true}, {"/a", "/ab", false}, {"/", "/a", true}, {"/a/b", "/a", false},
	} {
		if within(test.dir, test.name) != test.want {
			t.Errorf("within(%s, %s) is not %v", test.dir, test.name, test.want)
		}
	}
}

func TestProcessesBounded(t *testing.T) {
	p := newProcesses()
	for pid := 2; pid < 5*maxProcesses; pid++ {
		p.put(&Process{PID: pid})
	}
	if len(p.byPID) > maxProcesses || len(p.order) > maxProcesses {
		t.Errorf("%d processes remembered", len(p.byPID))
	}
	var chain *Process
	for pid := range 1000 {
		chain = &Process{PID: pid, Parent: chain}
		trim(chain)
	}
	n := 0
	for q := chain; q != nil; q = q.Parent {
		n++
	}
	if n > maxAncestors+1 {
		t.Errorf("a chain of %d", n)
	}
	if me := p.of(os.Getpid()); me == nil || me.Exe == "" || len(me.Argv) == 0 {
		t.Errorf("this process is %+v", me)
	}
}

func TestTwice(t *testing.T) {
	const root = "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n23 22 0:21 / /proc rw - proc proc rw\n"
	for _, tt := range []struct {
		mounts string
		want   bool
	}{
		{root, false},
		{root + "24 22 254:1 / /home rw - ext4 /dev/vdb rw\n", false},
		{root + "24 22 254:0 /srv/data /data rw - ext4 /dev/vda rw\n", true}, // also seen below /srv
		{root + "24 22 254:0 / /mnt rw - ext4 /dev/vda rw\n", true},
		// A container: three files and a directory of one file system of the host.
		{"1 0 0:50 / / rw - overlay overlay rw\n2 1 8:1 /c/1/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n" +
			"3 1 8:1 /c/1/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n4 1 8:1 /home/ana/shop /shop rw - ext4 /dev/sda1 rw\n", false},
		{"1 0 8:1 /home/ana /a rw - ext4 x rw\n2 1 8:1 /home/ana/shop /b rw - ext4 x rw\n", true},
		{"1 0 8:1 /home/ana/shop /b rw - ext4 x rw\n2 1 8:1 /home/ana /a rw - ext4 x rw\n", true},
		{"1 0 8:1 /home/an /a rw - ext4 x rw\n2 1 8:1 /home/ana /b rw - ext4 x rw\n", false},
		{"1 0 8:1\n", true}, // cannot be read
		{"", false},
	} {
		if got := twice(tt.mounts); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.mounts, got, tt.want)
		}
	}
}
