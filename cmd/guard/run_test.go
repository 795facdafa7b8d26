//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"guard/shim/supervise"
)

// supervised skips the test where the run-time layer cannot work.
func supervised(t testing.TB) {
	t.Helper()
	if r := supervise.Probe(); !r.Supported {
		t.Skipf("no run-time layer here: %s", r.Reason)
	}
}

// TestRuntimeScripts runs what a user sees of the run-time layer.
func TestRuntimeScripts(t *testing.T) {
	supervised(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/runtime",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			root := filepath.Join(env.WorkDir, ".root")
			for name, value := range map[string]string{
				"GUARD_TEST_ROOT": root, "HOME": filepath.Join(root, "home"), "GIT_CONFIG_GLOBAL": "/dev/null", "NO_COLOR": "1",
			} {
				env.Setenv(name, value)
			}
			return os.MkdirAll(filepath.Join(root, "home/.config"), 0o755)
		},
	})
}

// project is a directory with a secret in it, and a home with a policy.
type project struct {
	dir, root string
}

// newProject makes one for a level of the run-time layer, or for strict.
func newProject(t testing.TB, level string) project {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := project{filepath.Join(top, "work"), filepath.Join(top, "root")}
	for name, text := range map[string]string{
		"work/.env": "KEY=CANARY\n", "work/plain": "KEY=open\n", "work/sub/x": "x\n", "work/n": ".env\n",
		"root/home/.aws/credentials":          "CANARY\n",
		"root/home/.config/guard/policy.toml": runtimeTable(level),
	} {
		name = filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// shell runs text under guard called as bash.
func (p project) shell(t testing.TB, text string) (stdout, stderr string, code int) {
	t.Helper()
	return capture(t, p.command(t, text))
}

// command is text under guard called as bash; n on its input is .env, which no
// text shows.
func (p project) command(t testing.TB, text string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-c", text)
	cmd.Args[0] = "bash"
	cmd.Dir = p.dir
	home := filepath.Join(p.root, "home")
	cmd.Env = append(os.Environ(), "GUARD_TEST_ROOT="+p.root, "HOME="+home, "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C")
	cmd.Stdin = strings.NewReader(".env\n")
	return cmd
}

// runtimeTable is the policy of a level; strict is full with that.
func runtimeTable(level string) string {
	if level == "strict" {
		return "[runtime]\nlevel = \"full\"\nstrict = true\n"
	}
	return "[runtime]\nlevel = \"" + level + "\"\n"
}

// git makes the project a repository in which everything but the secrets is
// committed.
func (p project) git(t testing.TB, add ...string) {
	t.Helper()
	for _, args := range [][]string{
		{"init", "-q"}, append([]string{"add"}, add...),
		{"-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "m"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = p.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("git %v: %s", args, out)
		}
	}
}

// leaks are ways to the secret whose text shows nothing of it: the text layer
// lets each start.
var leaks = []struct{ about, text, need string }{
	{"cat", `read n; cat "$n"`, ""},
	{"builtin read", `read n; read x < "$n"; echo "$x"`, ""},
	{"mapfile", `read n; mapfile -t a < "$n"; echo "${a[@]}"`, ""},
	{"python", `read n; python3 -c 'import sys; print(open(sys.argv[1]).read())' "$n"`, "python3"},
	{"python walk", `python3 -c 'import os
for e in sorted(os.listdir()):
    try: print(open(e).read())
    except OSError: pass'`, "python3"},
	{"perl", `read n; perl -e 'open F, $ARGV[0]; print <F>' "$n"`, "perl"},
	{"node", `read n; node -e 'console.log(require("fs").readFileSync(process.argv[1], "utf8"))' "$n"`, "node"},
	{"make", `printf 'all:\n\t@read n; cat $$n\n' > Mk; make -sf Mk`, "make"},
	{"tar", `tar cf - . 2>/dev/null | tr -d '\0'`, "tar"},
	{"cp -r", `read n; cp -r . ../copy; cat ../copy/.e*v`, ""},
	{"hard link", `read n; ln "$n" alias; cat alias`, ""},
	{"symbolic link", `read n; ln -s "$n" alias2; cat alias2`, ""},
	{"rename", `read n; mv "$n" moved; cat moved`, ""},
	{"grep", `grep -rh KEY .`, ""},
	{"xargs", `cat n | xargs cat`, ""},
	{"find", `read n; find . -name "$n" -exec cat {} +`, ""},
	{"descriptor", `read n; exec 3< "$n"; cat <&3`, ""},
	{"proc cwd", `read n; cat "/proc/self/cwd/$n"`, ""},
	{"copy of cat", `read n; cp "$(command -v cat)" ./ssh; ./ssh "$n"`, ""},
	{"background", `read n; { sleep 0.3; cat "$n"; } & wait`, ""},
	{"git object", `read n; git add -f "$n"; git cat-file -p ":$n"`, "git"},
	{"home", `read n; cat ~/.a*/cred*`, ""},
	{"vim", `read n; vim -es +"%print" +q "$n"`, "vim"},
	{"C", `read n; printf '#include <stdio.h>\nint main(int c,char**v){int x;FILE*f=fopen(v[1],"r");while(f&&(x=getc(f))>=0)putchar(x);}' > c.c; gcc -o c.out c.c && ./c.out "$n"`, "gcc"},
}

// TestLeaks holds that none of them shows the secret at full, and that each does
// without the layer, so that the test could fail.
func TestLeaks(t *testing.T) {
	supervised(t)
	opened := 0
	for _, l := range leaks {
		t.Run(l.about, func(t *testing.T) {
			if _, err := exec.LookPath(l.need); l.need != "" && err != nil {
				t.Skipf("there is no %s", l.need)
			}
			for _, level := range []string{"full", "strict", "off"} {
				p := newProject(t, level)
				p.git(t, "plain")
				out, errs, code := p.shell(t, l.text)
				leaked := strings.Contains(out+errs, "CANARY")
				switch {
				case level == "off" && leaked:
					opened++
				case level != "off" && leaked:
					t.Errorf("leaks at %s (code %d): %s%s", level, code, out, errs)
				case level != "off" && !strings.Contains(errs, "guard: "):
					t.Errorf("no word of the refusal (code %d): %s%s", code, out, errs)
				}
			}
		})
	}
	if opened < len(leaks)/2 {
		t.Errorf("only %d of %d ways lead to the secret without the layer: the test shows little", opened, len(leaks))
	}
}

// TestRuntimeAllows holds that ordinary work is not disturbed at full.
func TestRuntimeAllows(t *testing.T) {
	supervised(t)
	for _, test := range []struct{ about, text, want, need string }{
		{"commit", `git init -q; git add plain; git -c user.name=a -c user.email=b commit -qm m; git log --oneline | wc -l`, "1\n", "git"},
		{"branch", `git checkout -q -b topic; git branch -m old; git tag v1; git gc -q; git branch | wc -l`, "2\n", "git"},
		{"stash", `git config user.name a; git config user.email a@b; echo y >> n; git stash push -q; wc -l < n; git stash pop -q; wc -l < n`, "1\n2\n", "git"},
		{"stash with what is new", `git config user.name a; git config user.email a@b; echo '*env' >> .git/info/exclude; echo y > new; git stash push -qu; git stash pop -q > /dev/null; cat new`, "y\n", "git"},
		{"worktree", `git worktree add -q ../tree -b side; ls ../tree; git worktree remove ../tree; ls ../tree 2>/dev/null; echo ok`, "n\nok\n", "git"},
		{"submodule", `git init -q ../part; cp n ../part/n; git -C ../part add n; git -C ../part -c user.name=a -c user.email=b commit -qm m; git -c protocol.file.allow=always submodule --quiet add ../part part; ls part`, "n\n", "git"},
		{"clone", `git clone -q . ../clone; ls ../clone`, "n\n", "git"},
		{"settings of git", `unset GIT_CONFIG_GLOBAL; echo '[user]' > ~/.gitconfig; git config --global user.name a; git config --global --unset user.name; echo $?`, "0\n", "git"},
		{"processes", `ps aux | awk 'END { print (NR > 1) }'`, "1\n", "ps"},
		{"debug", `printf 'int main(){return 0;}' > m.c; gcc -g -o m m.c; gdb -batch -ex 'break main' -ex run -ex 'info registers rip' ./m 2>&1 | grep -c '^rip'; echo ok`, "1\nok\n", "gdb"},
		{"made and removed", `mkdir -p t/u; touch t/u/x; rm -rf t; test -e t || echo gone`, "gone\n", ""},
		{"made by python", `python3 -c 'import os, shutil; os.makedirs("t/u"); open("t/u/f", "w").close(); shutil.rmtree("t"); print("gone")'`, "gone\n", "python3"},
		{"new secret", `read n; rm -f x.env; echo A=1 > new.env; echo B=2 >> new.env; wc -l < plain`, "1\n", ""},
		{"new data", `sqlite=x.sqlite; echo 1 > $sqlite; rm $sqlite; echo ok`, "ok\n", ""},
		{"search", `grep -rh KEY . ; echo $?`, "KEY=open\n0\n", ""},
		{"load in the shell", `set -a; . ./.env; echo ok`, "ok\n", ""},
		{"status", `(exit 3); echo $?; sh -c 'kill -9 $$' 2>/dev/null; echo $?`, "3\n137\n", ""},
		{"pipes", `seq 1000 | sort -rn | head -2 | tr '\n' ' '`, "1000 999 ", ""},
	} {
		t.Run(test.about, func(t *testing.T) {
			if _, err := exec.LookPath(test.need); test.need != "" && err != nil {
				t.Skipf("there is no %s", test.need)
			}
			for _, level := range []string{"full", "strict"} {
				p := newProject(t, level)
				if test.need == "git" {
					p.git(t, "n")
				}
				if test.about == "commit" {
					os.RemoveAll(filepath.Join(p.dir, ".git"))
				}
				out, errs, _ := p.shell(t, test.text)
				if out != test.want || strings.Contains(errs, "guard: ") != (test.about == "search") {
					t.Errorf("%s: %q: got %q, want %q\n%s", level, test.text, out, test.want, errs)
				}
			}
		})
	}
}

// TestRuntimeDamage holds that what changes files is judged at write as at full.
func TestRuntimeDamage(t *testing.T) {
	supervised(t)
	for _, text := range []string{
		`read n; echo > "$n"`, `read n; rm -f "$n"`, `read n; truncate -s 0 "$n"`, `read n; cp plain "$n"`, `read n; mv plain "$n"`,
		`read n; python3 -c 'import os, sys; os.unlink(sys.argv[1])' "$n"`,
		`read n; sed -i d "$n"`, `read n; dd if=/dev/null of="$n" 2>/dev/null`, `read n; tee "$n" < /dev/null`,
	} {
		for _, level := range []string{"write", "full"} {
			p := newProject(t, level)
			_, errs, _ := p.shell(t, text)
			if data, _ := os.ReadFile(filepath.Join(p.dir, ".env")); string(data) != "KEY=CANARY\n" {
				t.Errorf("%s: %q changed the file to %q: %s", level, text, data, errs)
			}
		}
	}
}

// TestRuntimeDashed holds that a program of git by its own name is judged as that.
func TestRuntimeDashed(t *testing.T) {
	supervised(t)
	at, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Skip("there is no git")
	}
	dashed := filepath.Join(strings.TrimSpace(string(at)), "git-reset")
	unseen := `python3 -c 'import os, sys; n = sys.stdin.readline()[:0]; d = os.popen("git --exec-path").read().strip(); os.execv(d + "/git-" + n + "reset", ["git-" + n + "reset", "--ha" + n + "rd"])'`
	for _, text := range []string{dashed + " --hard", unseen} {
		p := newProject(t, "exec")
		p.git(t, "plain")
		if err := os.WriteFile(filepath.Join(p.dir, "plain"), []byte("changed\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		out, errs, _ := p.shell(t, text)
		if data, _ := os.ReadFile(filepath.Join(p.dir, "plain")); string(data) != "changed\n" {
			t.Errorf("%s: the change is lost: %s%s", text, out, errs)
		}
	}
}

// TestRuntimeDevice holds that nothing is put in the place of a device, as git does
// with a settings file that is called /dev/null.
func TestRuntimeDevice(t *testing.T) {
	supervised(t)
	name := fmt.Sprintf("/dev/guard-test-%d", os.Getpid())
	if err := unix.Mknod(name, unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))); err != nil {
		t.Skipf("no devices here: %v", err)
	}
	t.Cleanup(func() { os.Remove(name) })
	for _, text := range []string{`read n; echo x > new; mv new DEV`, `read n; git config -f DEV user.name a`, `read n; echo x > DEV`} {
		p := newProject(t, "write")
		out, errs, _ := p.shell(t, "x="+name+"; "+strings.ReplaceAll(text, "DEV", `"${x}$(:)"`))
		if fi, err := os.Lstat(name); err != nil || fi.Mode()&os.ModeDevice == 0 {
			t.Fatalf("%s: no device any more: %v, %s%s", text, err, out, errs)
		}
	}
}

// TestRuntimeStrict holds that a program which exchanges the name of a file while
// it is judged never gets the secret where the policy says strict. Without, it may.
func TestRuntimeStrict(t *testing.T) {
	supervised(t)
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("there is no gcc")
	}
	for _, level := range []string{"full", "strict"} {
		p := newProject(t, level)
		if err := os.WriteFile(filepath.Join(p.dir, "aaaa"), []byte("open\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		build := exec.Command("gcc", "-O1", "-pthread", "-o", filepath.Join(p.dir, "race"), "../../shim/supervise/testdata/race.c")
		if out, err := build.CombinedOutput(); err != nil {
			t.Skipf("gcc: %s", out)
		}
		out, errs, code := p.shell(t, "./race 20000")
		var leaks, opened int
		if _, err := fmt.Sscanf(out, "leaks=%d opened=%d", &leaks, &opened); err != nil || opened == 0 {
			t.Fatalf("%s: code %d, %s%s", level, code, out, errs)
		}
		t.Logf("%s: %d leaks, %d opened", level, leaks, opened)
		if level == "strict" && leaks > 0 {
			t.Errorf("%d leaks", leaks)
		}
	}
}

// TestRuntimeLoads holds that a project's own program may load what a one-line
// program may not read.
func TestRuntimeLoads(t *testing.T) {
	supervised(t)
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3")
	}
	const load = "import os, sys\nopen(sys.stdin.readline().strip()).read()\nprint('loaded')\n"
	for _, test := range []struct {
		about, file string
		add         []string
		want        string
	}{
		{"committed", "app.py", []string{"n", "app.py"}, "loaded\n"},
		{"untracked", "app.py", []string{"n"}, ""},
	} {
		p := newProject(t, "full")
		if err := os.WriteFile(filepath.Join(p.dir, test.file), []byte(load), 0o644); err != nil {
			t.Fatal(err)
		}
		p.git(t, test.add...)
		if out, errs, _ := p.shell(t, "python3 app.py"); out != test.want {
			t.Errorf("%s: got %q, want %q\n%s", test.about, out, test.want, errs)
		}
	}
}

// TestRuntimeSaysToNobody: where nobody reads what guard says of a refusal, the
// command goes on, as under a shell whose children fail.
func TestRuntimeSaysToNobody(t *testing.T) {
	supervised(t)
	p := newProject(t, "full")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	defer writer.Close()
	cmd := p.command(t, `read n; cat "$n"; cat "$n"; echo on > on; exit 6`)
	cmd.Stderr = writer
	_ = cmd.Run()
	if _, err := os.Stat(filepath.Join(p.dir, "on")); err != nil || cmd.ProcessState.ExitCode() != 6 {
		t.Errorf("%v, %v", cmd.ProcessState, err)
	}
}
