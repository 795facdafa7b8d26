//go:build linux && (amd64 || arm64)

package supervise

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"guard/internal/confine"
)

// in runs text in a place and a new directory.
func in(t *testing.T, p confine.Place, o order, self, text string) result {
	t.Helper()
	cmd := o.command(t, "bash", "-c", text)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "HOME="+cmd.Dir)
	if err := p.Own(cmd.Dir); err != nil {
		t.Fatal(err)
	}
	cmd.Path = self
	p.Send(cmd, self)
	r := finish(t, cmd)
	r.passed = 0
	return r
}

// TestWorks runs ordinary programs supervised, strictly and not, in each place,
// and expects what they do without.
func TestWorks(t *testing.T) {
	usable(t)
	self, err := confine.Copy(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range [][2]string{
		{"git", `git init -q r && cd r && echo a > f && git add f && git -c user.name=a -c user.email=a@b commit -qm x && git status --short && git log --format=%s`},
		{"tar", `mkdir d && echo x > d/f && tar cf - d | (mkdir e && tar xf - -C e) && find e | sort`},
		{"make", `printf 'a: b\n\tcp b a\nb:\n\techo hi > b\n' > Makefile && make -sj4 && cat a`},
		{"gcc", `printf '#include <stdio.h>\nint main(){puts("hi");}' > a.c && gcc a.c && ./a.out`},
		{"bash", `umask 027; echo x > f; mkdir d; mkfifo p; (echo y > p) & cat p; stat -c '%a %F' f d p; wait`},
		{"bash", `touch a; set -C; echo x > a; echo $?; echo y > b; cat b; cat nonexistent; cat /proc/self/comm; ls -d /proc/self/fd`},
		{"bash", `ln -s nowhere l; echo x > l; cat nowhere; echo z > "$(printf 'new\nline')"; ls -b; : > /dev/full; echo a > /dev/stdout; cat < /dev/null; echo b | cat /dev/stdin`},
		{"python3", `python3 -c 'import subprocess, tempfile, threading, os; f = tempfile.TemporaryFile(); f.write(b"x"); print(subprocess.check_output(["echo", "hi"])); print(os.path.exists("/etc/passwd"))'`},
		{"perl", `perl -e 'open F, ">", "x"; print F "y"; close F; rename "x", "z"; chmod 0600, "z"; system "cat z"'`},
		{"script", `script -qc 'tty | sed s/[0-9]*$//; echo hi > /dev/tty' /dev/null`},
		{"strace", `strace -qq -e trace=none true && echo traced`},
		{"bash", `cp -a /etc/hostname h; cat h > /dev/null; ls -l /nonexistent/x; cd /; cat etc/../etc/passwd | wc -l`},
	} {
		t.Run(test[0], func(t *testing.T) {
			need(t, strings.Fields(test[0])[0])
			for _, p := range confine.Places() {
				if err := p.Closed(self); err != nil {
					t.Logf("%s: the kernel refuses it: %v", p.Name, err)
					continue
				}
				want := in(t, p, order{Level: LevelOff}, self, test[1])
				for _, o := range []order{{Level: LevelFull}, {Level: LevelFull, Strict: true}, {Level: LevelWrite}} {
					if r := in(t, p, o, self, test[1]); r != want {
						t.Errorf("%s, %v strict %v: %q\n got %d %q\nwant %d %q", p.Name, o.Level, o.Strict, test[1], r.code, r.out, want.code, want.out)
					}
				}
			}
		})
	}
}

// TestPowerless: a program that would gain privileges does not, and why is said in
// one line.
func TestPowerless(t *testing.T) {
	usable(t)
	if os.Geteuid() != 0 {
		t.Skip("makes programs that belong to root")
	}
	need(t, "grep")
	dir := t.TempDir()
	self, err := confine.Copy(dir)
	if err != nil {
		t.Fatal(err)
	}
	grep, err := exec.LookPath("grep")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(grep)
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"plain": 0o755, "setuid": 0o755 | os.ModeSetuid, "capable": 0o755} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	// struct vfs_cap_data of version 2: CAP_CHOWN, permitted and effective.
	capability := []byte{1, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	if err := unix.Setxattr(filepath.Join(dir, "capable"), "security.capability", capability, 0); err != nil {
		t.Skipf("no capabilities of files here: %v", err)
	}
	const ids, none = "Uid:\t65534\t65534\t65534\t65534\n", "CapEff:\t0000000000000000\n"
	nobody := confine.Place{User: 65534}
	for _, test := range []struct {
		name, plain, note string
	}{
		{"plain", ids + none, ""},
		{"setuid", "Uid:\t65534\t0\t0\t0\n", "guard: note: setuid runs without its setuid bit: supervised programs cannot gain privileges\n"},
		{"capable", ids + "CapEff:\t0000000000000001\n", "guard: note: capable runs without its capabilities: supervised programs cannot gain privileges\n"},
	} {
		text := filepath.Join(dir, test.name) + " -E '^(Uid|CapEff):' /proc/self/status"
		if r := in(t, nobody, order{Level: LevelOff}, self, text); !strings.HasPrefix(r.out, test.plain) {
			t.Errorf("%s without supervision: %s", test.name, r.out)
		}
		want := test.note + ids + none + ids + none
		if r := in(t, nobody, order{Level: LevelExec}, self, text+"; "+text); r.out != want {
			t.Errorf("%s: %q, want %q", test.name, r.out, want)
		}
	}
}

// core names attacks of each kind that need little of the machine.
var core = strings.Fields(`cat redirection builtin-read descriptor process-substitution xargs find-exec copy hard-link
	symbolic-link rename script shebang double-fork nohup-setsid background proc-self-root proc-cwd python python-memfd-exec perl tar-pipe
	C-open C-openat2 C-dirfd C-fchdir C-thread C-rdwr C-mmap C-handle C-uring static user-namespace
	append rm rm--rf mv-away mv-directory mv-over truncate hard-link-then-write symbolic-link-then-write
	python-truncate python-dir-fd perl-unlink redirection unlink chmod sed-in-place`)

// TestLeaksElsewhere tries the core of the attacks in each place in which guard
// has to work. None may get through.
func TestLeaksElsewhere(t *testing.T) {
	usable(t)
	if testing.Short() {
		t.Skip("several hundred processes")
	}
	self, err := confine.Copy(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	tools := attackTools(t)
	if err := (confine.Place{User: os.Geteuid()}).Own(filepath.Dir(tools["leak"])); tools["leak"] != "" && err != nil {
		t.Fatal(err)
	}
	run := func(t *testing.T, p confine.Place, kind string, list []attack, success func(proj, before, out string) bool) {
		tried := 0
		for _, a := range list {
			if !slices.Contains(core, strings.ReplaceAll(a.name, " ", "-")) || lacking(a, tools) != "" {
				continue
			}
			for _, level := range []Level{LevelOff, LevelFull} {
				proj := ground(t)
				if err := p.Own(filepath.Dir(proj)); err != nil {
					t.Fatal(err)
				}
				before := state(proj)
				fence := &fence{Dir: filepath.Join(proj, "victim"), Known: []string{filepath.Join(proj, ".env")}}
				cmd := order{Level: level, Handover: true, Fence: fence}.command(t, "bash", "-c", a.text)
				cmd.Dir = proj
				cmd.Env = attackEnv(proj, tools)
				cmd.Path = self
				p.Send(cmd, self)
				r := finish(t, cmd)
				through := success(proj, before, r.out)
				switch {
				case through && level == LevelOff:
					tried++
				case through:
					t.Errorf("%s %s gets through: code %d\n%s", kind, a.name, r.code, r.out)
				}
			}
		}
		if tried < 15 {
			t.Errorf("only %d ways to %s work here without supervision: the test shows little", tried, kind)
		}
		t.Logf("%s: %d ways work without supervision, none with it", kind, tried)
	}
	for _, p := range confine.Places() {
		if p.Name == "here" {
			continue // see TestLeaks
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			if err := p.Closed(self); err != nil {
				t.Skipf("the kernel refuses it: %v", err)
			}
			run(t, p, "read", readAttacks(), func(proj, _, out string) bool { return leaked(proj, out) })
			run(t, p, "damage", damageAttacks(), func(proj, before, _ string) bool { return state(proj) != before })
		})
	}
}
