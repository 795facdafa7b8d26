//go:build linux && (amd64 || arm64)

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// terminal is a program on a terminal of its own.
type terminal struct {
	cmd    *exec.Cmd
	master *os.File
	mu     sync.Mutex
	out    bytes.Buffer
	seen   int           // of out, by expect
	more   chan bool     // there is more of out
	over   chan struct{} // there will be no more
}

// openTerminal returns both ends of a new terminal of 24 by 80.
func openTerminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	master = os.NewFile(uintptr(fd), "ptmx")
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
	}
	if err == nil {
		slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	var mode *unix.Termios
	if err == nil {
		mode, err = unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
	}
	if err == nil {
		mode.Lflag &^= unix.ECHO // what is typed early would be shown at any place
		err = unix.IoctlSetTermios(int(slave.Fd()), unix.TCSETS, mode)
	}
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	return master, slave
}

// onTerminal starts cmd as the leader of a session on a new terminal.
func onTerminal(t *testing.T, cmd *exec.Cmd) *terminal {
	t.Helper()
	master, slave := openTerminal(t)
	defer slave.Close()
	s := &terminal{cmd: cmd, master: master, more: make(chan bool, 1), over: make(chan struct{})}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); master.Close() })
	go s.read()
	return s
}

func (s *terminal) read() {
	defer close(s.over)
	buf := make([]byte, 4096)
	for {
		n, err := s.master.Read(buf)
		s.mu.Lock()
		s.out.Write(buf[:n])
		s.mu.Unlock()
		select {
		case s.more <- true:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (s *terminal) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

const terminalPatience = 30 * time.Second

// expect waits until want has been printed since what was expected last.
func (s *terminal) expect(t *testing.T, want string) {
	t.Helper()
	late := time.After(terminalPatience)
	for {
		if i := strings.Index(s.text()[s.seen:], want); i >= 0 {
			s.seen += i + len(want)
			return
		}
		select {
		case <-s.more:
		case <-late:
			t.Fatalf("%q: %q: no %q on the terminal after %q\n%s", s.cmd.Env[5], s.cmd.Args, want, s.text(), s.processes(processColumns))
		}
	}
}

const processColumns = "pid,ppid,pgid,tpgid,stat,wchan:20,args"

// processes lists what is in the session.
func (s *terminal) processes(columns string) string {
	tree, _ := exec.Command("ps", "-o", columns, "-s", fmt.Sprint(s.cmd.Process.Pid)).Output()
	return string(tree)
}

// end waits for the program and returns its transcript and how it ended.
func (s *terminal) end(t *testing.T) string {
	t.Helper()
	late := time.AfterFunc(terminalPatience, func() {
		t.Errorf("%q: %q does not end:\n%s", s.cmd.Env[5], s.cmd.Args, s.processes(processColumns))
		_ = s.cmd.Process.Kill()
	})
	defer late.Stop()
	_ = s.cmd.Wait()
	select {
	case <-s.over:
	case <-time.After(terminalPatience):
		t.Errorf("%q: something holds the terminal after its end", s.cmd.Args)
	}
	text := s.text()
	if last := text[s.seen:]; strings.HasPrefix("exit\r\n", last) {
		text = text[:s.seen] // of which the terminal loses some
	}
	return text + "\n" + s.cmd.ProcessState.String()
}

// deed is what is typed, done or waited for; a row of deeds is one sitting.
type deed func(t *testing.T, s *terminal)

func types(keys string) deed {
	return func(t *testing.T, s *terminal) {
		if _, err := s.master.WriteString(keys); err != nil {
			t.Fatal(err)
		}
	}
}

func expects(want string) deed { return func(t *testing.T, s *terminal) { s.expect(t, want) } }

func signals(sig syscall.Signal) deed {
	return func(t *testing.T, s *terminal) {
		if err := s.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
	}
}

func resizes(rows, cols uint16) deed {
	return func(t *testing.T, s *terminal) {
		if err := unix.IoctlSetWinsize(int(s.master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: cols}); err != nil {
			t.Fatal(err)
		}
	}
}

// hangsUp sends SIGHUP until the program has ended: bash loses one that comes
// between its prompt and its wait for a key.
func hangsUp() deed {
	return func(_ *testing.T, s *terminal) {
		for {
			_ = s.cmd.Process.Signal(syscall.SIGHUP)
			select {
			case <-s.over:
				return
			case <-time.After(300 * time.Millisecond):
			}
		}
	}
}

// settles waits until all that is in the background has stopped: who reads from
// the terminal until then may still get what is typed for the foreground.
func settles() deed {
	return func(t *testing.T, s *terminal) {
		for late := time.Now().Add(terminalPatience); ; time.Sleep(20 * time.Millisecond) {
			running := 0
			for line := range strings.Lines(s.processes("pgid=,tpgid=,stat=")) {
				if f := strings.Fields(line); len(f) == 3 && f[0] != f[1] && f[0] != fmt.Sprint(s.cmd.Process.Pid) && f[2][0] != 'T' {
					running++
				}
			}
			if running == 0 {
				return
			}
			if time.Now().After(late) {
				t.Fatalf("%q: %q does not stop:\n%s", s.cmd.Env[5], s.cmd.Args, s.processes(processColumns))
			}
		}
	}
}

func feeds(fifo string) deed {
	return func(t *testing.T, s *terminal) {
		if err := os.WriteFile(filepath.Join(s.cmd.Dir, fifo), []byte("x\n"), 0); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	ctrlC, ctrlD, ctrlZ, ctrlQuit = "\x03", "\x04", "\x1a", "\x1c"
	prompt                        = "@ "
)

// line types a command at the prompt.
func line(text string) []deed { return []deed{expects(prompt), types(text + "\r")} }

// sitting is a row of the table: what is done with a shell on a terminal.
type sitting struct {
	about string
	argv  []string
	need  string
	steps []deed
}

func deeds(parts ...any) (all []deed) {
	for _, p := range parts {
		switch p := p.(type) {
		case deed:
			all = append(all, p)
		case []deed:
			all = append(all, p...)
		default:
			panic(fmt.Sprintf("%T is no deed", p))
		}
	}
	return all
}

var (
	typed = call("bash", "--norc", "--noprofile", "-i")
	outer = call("/bin/bash", "--norc", "--noprofile", "-i") // the real one; starts the shell in question
)

// waiting is a program that ends when something is written to the FIFO go.
const waiting = `sh -c 'echo up >&2; read x < go; exit 3'`

// asleep is a program that a signal ends, and that leaves the shell time to wait
// for it before it says so.
func asleep(word string) string { return "sh -c 'sleep 0.2; echo " + word + "; exec sleep 50'" }

// held is text for a shell that stays until a line is typed: when the leader of
// a session ends, the terminal loses what nobody has read yet.
func held(text string) []string { return call("bash", "-c", text+"; read end") }

var sittings = []sitting{
	{"Ctrl-C of a child", typed, "", deeds(
		line(asleep("up")), expects("up\r\n"), types(ctrlC), line("echo status $?"), expects("status 130\r\n"), line("exit 4"))},
	{"Ctrl-C of a pipeline", typed, "", deeds(
		line(asleep("up")+" | cat"), expects("up\r\n"), types(ctrlC), line("echo status $?"), expects("status 130\r\n"), line("exit"))},
	{"Ctrl-C ends what is not interactive", held(asleep("up") + "; echo never"), "", deeds(
		expects("up\r\n"), types(ctrlC))},
	{"Ctrl-C and a trap", held("trap 'echo trapped' INT; " + asleep("up") + "; echo status $?; trap - INT; " + asleep("again") + "; echo never"), "", deeds(
		expects("up\r\n"), types(ctrlC), expects("again\r\n"), types(ctrlC))},
	{"Ctrl-C of a program that goes on", held(`sh -c 'trap "echo caught; c=1" INT; sleep 0.2; echo up; while test -z "$c"; do sleep 0.05; done; read x; echo "got $x"'; echo status $?`), "", deeds(
		expects("up\r\n"), types(ctrlC), expects("caught\r\n"), types("word\n"), expects("status 0\r\n"), types("\n"))},
	{`Ctrl-\`, held("ulimit -c 0; trap 'echo quit' QUIT; " + asleep("up") + "; echo status $?"), "", deeds(
		expects("up\r\n"), types(ctrlQuit), expects("status 131\r\n"), types("\n"))},
	{"Ctrl-Z and fg", typed, "", deeds(
		line("sh -c 'echo up; exec cat'; echo next"), expects("up\r\n"), types("one\n"), expects("one\r\n"), types(ctrlZ), expects("next\r\n"), settles(),
		line("jobs"), expects("Stopped"), line("fg"), types("two\n"), expects("two\r\n"), types(ctrlD),
		line("echo status $?"), expects("status 0\r\n"), line("exit"))},
	{"Ctrl-Z, bg and wait", typed, "", deeds(
		line("mkfifo go; "+waiting), expects("up\r\n"), types(ctrlZ), expects("Stopped"), settles(), line("bg"), line("jobs"), expects("Running"),
		line("(sleep 0.3; exit 7) & wait $!; echo status $?"), expects("status 7\r\n"),
		line("fg"), expects("exit 3'\r\n"), feeds("go"), line("echo status $?"), expects("status 3\r\n"), line("exit"))},
	{"background jobs", typed, "", deeds(
		line("mkfifo go; sleep 50 &"), line(waiting+" 2>/dev/null &"), line("kill %1; wait %1; echo status $?"), expects("status 143\r\n"),
		line("jobs"), expects("Running"), line("fg %2"), expects("2> /dev/null\r\n"), feeds("go"), line("echo status $?"), expects("status 3\r\n"), line("exit"))},
	{"a background job reads", typed, "", deeds(
		line(`sh -c 'trap "echo on" CONT; read x; read y; echo "<$y>"' & until grep -q '^State:.T' /proc/$!/status; do sleep 0.05; done; jobs`),
		expects("Stopped"), line("fg"), expects("on\r\n"), types("back\nagain\n"), expects(">\r\n"), line("exit"))},
	{"stopped with its group", outer, "", deeds(
		line(`"$SHELL_HERE" -c '(echo up; exec cat); echo after'; echo next`), expects("up\r\n"), types("one\n"), expects("one\r\n"), types(ctrlZ), expects("next\r\n"), settles(),
		line("fg"), types("two\n"), expects("two\r\n"), types(ctrlD), expects("after\r\n"), line("exit"))},
	{"stops itself", outer, "", deeds(
		line(`"$SHELL_HERE" -c 'kill -STOP $$; echo "went on"'; echo next`), expects("next\r\n"), settles(),
		line("jobs"), expects("Stopped"), line("fg"), expects("went on\r\n"), line("echo status $?"), expects("status 0\r\n"), line("exit"))},
	{"suspend", outer, "", deeds(
		line(`PS1='inner: ' "$SHELL_HERE" --norc --noprofile -i`), expects("inner: "), types("suspend\r"), expects("Stopped"), settles(),
		line("fg"), expects("inner: "), types("echo inside\r"), expects("inside\r\n"), expects("inner: "), types("exit\r"), expects("exit\r\n"), line("exit"))},
	{"HUP", typed, "", deeds(line("sleep 50 & echo up"), expects("up\r\n"), expects(prompt), hangsUp())},
	{"TERM, which an interactive shell ignores", typed, "", deeds(
		line("echo up"), expects("up\r\n"), expects(prompt), signals(syscall.SIGTERM), types("echo still\r"), expects("still\r\n"), line("exit"))},
	{"TERM", call("bash", "-c", "echo up; while :; do sleep 0.05; done"), "", deeds(expects("up\r\n"), signals(syscall.SIGTERM))},
	{"TERM and a trap", call("bash", "-c", "trap 'echo term; read end; exit 9' TERM; echo up; while :; do sleep 0.05; done"), "", deeds(
		expects("up\r\n"), signals(syscall.SIGTERM), expects("term\r\n"), types("\n"))},
	{"size", typed, "", deeds(
		line("stty size"), expects("24 80\r\n"), expects(prompt), resizes(40, 132), types("stty size\r"), expects("40 132\r\n"), line("exit"))},
	{"WINCH", held("trap 'echo resized' WINCH; (echo up; exec cat); stty size"), "", deeds(
		expects("up\r\n"), resizes(30, 100), types(ctrlD), expects("30 100\r\n"), types("\n"))},
	{"tty", held(`case $(tty) in /dev/pts/*) echo yes;; esac; test -t 0 && test -t 1 && test -t 2 && echo all; echo tty > /dev/tty; read -s x < /dev/tty; echo "<$x>"`), "", deeds(
		expects("tty\r\n"), types("secret\n"), expects("<secret>\r\n"), types("\n"))},
	{"modes", held("stty -icanon min 1; echo up; head -c 1; stty icanon; echo done"), "", deeds(expects("up\r\n"), types("x"), expects("done\r\n"), types("\n"))},
	{"script", held(`script -qc 'tty | tr -d 0-9; stty size; stty -echo; echo up; read x; echo "<$x>"; exit 5' -e /dev/null; echo status $?`), "script", deeds(
		expects("up\r\n"), types("word\n"), expects("status 5\r\n"), types("\n"))},
	{"tmux", held(`t() { tmux -S "$PWD/socket" -f /dev/null "$@"; }; TERM=screen; export TERM; unset TMUX
		t new-session -d -x 60 -y 20 'stty size > size; sh -c "kill -INT \$\$"; echo $? > status; t=$(tty); case $t in /dev/pts/*) echo pane > tty;; esac'
		i=0; while test $i -lt 200 && ! test -s tty; do sleep 0.05; i=$((i+1)); done
		cat size status tty; t kill-server 2>/dev/null; echo end`), "tmux", deeds(expects("end\r\n"), types("\n"))},
	{"what a command leaves for the next", typed, "", deeds(
		line("echo a b; echo $_; (exit 7)"), line("echo $? $_ $# $0"), line("x=5; echo $_; f() { local x=1; return 4; }; f; echo $? $x"),
		line("for i in 1 2; do"), types("echo $i; done; echo ${PIPESTATUS[*]} | cat; ! true; echo $?\r"), line("cat <<E"), types("here $x\rE\r"),
		line("case a in a) echo yes ;; esac; [[ a == a ]] && (( 3 > 2 )) && echo so"), line(" echo hidden"), line("exit"))},
	{"strict modes", typed, "", deeds(
		line("set -u; echo fine"), line("echo $none; echo not here"), line("set +u"), line("set -x; echo traced; set +x"), line("set -C; echo x > f; echo y > f"),
		line("set -o posix; echo posix; set +o posix"), line("set -e; false || true; echo still"), line("false"))},
	{"start-up files and prompts", outer, "", deeds(
		line(`printf '%s\n' "PS1='inner: '" 'PROMPT_COMMAND=("echo p" "echo q")' "PS0='now '" 'trap "test -v early || echo before" DEBUG' 'early=1' > rc; "$SHELL_HERE" --rcfile rc`),
		expects("inner: "), types("unset early\r"), expects("inner: "), types("echo one\r"), expects("inner: "), types("shopt login_shell; declare -p PROMPT_COMMAND\r"), expects("inner: "), types("exit\r"), line("exit"))},
	{"read with a time limit", held(`read -t 0.1 x; echo $?; read -n 1 y; echo "<$y>"`), "", deeds(expects("142\r\n"), types("q"), expects("<q>\r\n"), types("\n"))},
}

var processNumber = regexp.MustCompile(`\[(\d+)\] \d+`)

// TestTerminal holds that on a terminal a shell under the run-time layer shows
// what the real one shows.
func TestTerminal(t *testing.T) {
	supervised(t)
	top := t.TempDir()
	levels := []string{"exec", "full", "strict"}
	for _, level := range levels {
		supervisedShell(t, filepath.Join(top, level), runtimeTable(level)+"require = true\n")
	}
	for _, row := range sittings {
		t.Run(row.about, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(row.need); row.need != "" && err != nil {
				t.Skipf("there is no %s", row.need)
			}
			want := row.run(t, realCommand(t, "bash").Path)
			for _, level := range levels {
				got := row.run(t, filepath.Join(top, level, "bash"))
				if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
					t.Errorf("%q at %s (-want +got):\n%s", row.argv, level, diff)
				}
			}
		})
	}
}

// run plays the sitting with the bash at path and returns all that was shown.
func (s sitting) run(t *testing.T, path string) string {
	t.Helper()
	cmd := exec.Command(path, s.argv[1:]...)
	if s.argv[0] != "bash" { // the shell in question is started from this one
		cmd.Path = s.argv[0]
	}
	cmd.Args[0] = s.argv[0]
	cmd.Dir = t.TempDir()
	cmd.Env = []string{
		"HOME=" + cmd.Dir, "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TERM=dumb", "PS1=" + prompt,
		"SHELL_HERE=" + path, "INPUTRC=/dev/null", "HISTFILE=",
	}
	term := onTerminal(t, cmd)
	for _, deed := range s.steps {
		deed(t, term)
	}
	text := term.end(t)
	text = strings.ReplaceAll(text, path, "SHELL")
	return processNumber.ReplaceAllString(text, "[$1] PID")
}

// TestInitAsks holds that guard init asks a person on a terminal about the run-time
// layer, where no policy has stated a level, and writes what is answered.
func TestInitAsks(t *testing.T) {
	supervised(t)
	self, err := exec.LookPath("guard") // this test's own
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args, types string
		asks, full  bool
	}{
		{"init", "y\n", true, true},
		{"init locked-down", "", false, false},
		{"init production", "\n", true, false},
		{"init laptop", "no\n", true, false},
		{"init ci", "", false, true},
		{"init --level full", "", false, true},
	} {
		root := t.TempDir()
		home := filepath.Join(root, "home")
		if err := os.Mkdir(home, 0o755); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(self, strings.Fields(test.args)...)
		cmd.Env = append(os.Environ(), "GUARD_TEST_ROOT="+root, "HOME="+home)
		s := onTerminal(t, cmd)
		if test.asks {
			s.expect(t, "[y/N] ")
			if _, err := s.master.WriteString(test.types); err != nil {
				t.Fatal(err)
			}
		}
		shown := s.end(t)
		if strings.Contains(shown, "[y/N]") != test.asks {
			t.Errorf("%s: asks: %s", test.args, shown)
		}
		policy, err := os.ReadFile(filepath.Join(home, ".config/guard/policy.toml"))
		if err != nil || strings.Contains(string(policy), "\n[runtime]\nlevel = \"full\"\n") != test.full {
			t.Errorf("%s, %q: %v\n%s", test.args, test.types, err, policy)
		}
	}
}
