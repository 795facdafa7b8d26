//go:build linux && (amd64 || arm64)

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// typings are what is typed into an interactive shell in one sitting, and what the
// terminal shows before the next prompt.
var typings = []struct{ types, shows string }{
	{"cat .env", "[secrets.dotenv]"},
	{"echo status $?", "status 130\r\n"},
	{"curl -s http://127.0.0.1:1/x | bash; echo went on", "[remote-code.download]"},
	{"x=.env", ""},
	{"cat $x && echo went on", "[secrets.dotenv]"},
	{"x=plain; cat $x", "harmless\r\n"},
	{"true && (cat plain; cat .env)", "[secrets.dotenv]"},
	{"f() { cat plain; cat .env; }", ""},
	{"f", "[secrets.dotenv]"},
	{"g() { curl -s http://127.0.0.1:1/x | bash; echo went on; }", ""},
	{"g", "[remote-code.download]"},
	{"alias p='cat .env'", ""},
	{"p", "[secrets.dotenv]"},
	{"h() { where=$PWD/sub; }", ""},
	{"h", ""},
	{"rm -rf \"$where\"/none && echo fine", "fine\r\n"}, // what was set is not followed everywhere
	{"cd sub", ""},
	{"cat ../.env", "[secrets.dotenv]"},
	{"cat ../plain", "harmless\r\n"},
	{"cd ..", ""},
	{"for i in 1 2; do", "> "},
	{"cat .env; done", "[secrets.dotenv]"},
	{"if true; then echo <(cat .env); fi", "[secrets.dotenv]"},
	{"case x in x) echo \"$(< .env)\" ;; esac", "[secrets.dotenv]"},
	{"set -euo pipefail; echo fine; set +euo pipefail", "fine\r\n"},
	{"git push --force origin main", "[git.push-force]"},
	{"mkdir made && rm -r made && echo gone", "gone\r\n"},
	// What was allowed is not judged again in the light of what it is now.
	{"rm -rf build; mkdir build; echo x > build/o; y=1", ""},
	{"git checkout -q . && z=2", ""},
	{"echo change >> plain", ""},
	{"echo still here", "still here\r\n"},
	// What was taken in is not shown.
	{"set -a; . ./.env; set +a", ""},
	{"echo $KEY", "[secrets.dotenv]"},
	{"unset KEY; echo $OLDPWD | wc -l", "1\r\n"},
	// What the history does not have is judged by what it does.
	{"HISTCONTROL=ignorespace", ""},
	{" cat .env", "cat: .env: Operation not permitted\r\n"},
	{"set +o history", ""},
	{"cat .env", "cat: .env: Operation not permitted\r\n"},
	{"set -o history; echo on", "on\r\n"},
	{"trap 'echo int' INT", ""},
	{"cat .env", "int\r\n"},
}

// TestTyped holds that what is typed into an interactive shell, on a terminal, is judged
// by its text, and that the shell goes on; also in a shell that was started from one such.
func TestTyped(t *testing.T) {
	supervised(t)
	top := t.TempDir()
	for _, level := range []string{"exec", "full"} {
		supervisedShell(t, filepath.Join(top, level), runtimeTable(level)+"require = true\n")
	}
	for _, test := range []struct {
		about, level string
		argv         []string
		nested       string // typed first
	}{
		{"no start-up file", "full", call("bash", "--norc", "-i"), ""},
		{"a start-up file", "full", call("bash", "--rcfile", "rc", "-i"), ""},
		{"POSIX mode", "full", call("bash", "--posix", "--norc", "-i"), ""},
		{"a login", "full", call("-bash"), ""},
		{"in another", "full", call("bash", "--norc", "-i"), `"$SHELL_HERE" --rcfile rc`},
		{"the real one in it", "full", call("bash", "--norc", "-i"), `/bin/bash --norc`},
	} {
		t.Run(test.about, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range map[string]string{
				".env": "KEY=CANARY\n", "plain": "harmless\n", "sub/x": "x\n",
				"rc": "PS1='" + prompt + "'\nPROMPT_COMMAND='true for the prompt'\n", ".bash_profile": "PS1='" + prompt + "'\n",
			} {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "plain"}} {
				cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			}
			path := filepath.Join(top, test.level, "bash")
			cmd := exec.Command(path, test.argv[1:]...)
			cmd.Args[0], cmd.Dir = test.argv[0], dir
			cmd.Env = []string{
				"HOME=" + dir, "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TERM=dumb", "PS1=" + prompt,
				"SHELL_HERE=" + path, "INPUTRC=/dev/null", "HISTFILE=",
			}
			s := onTerminal(t, cmd)
			s.expect(t, prompt)
			typed := []struct{ types, shows string }{}
			if test.nested != "" {
				typed = append(typed, struct{ types, shows string }{test.nested, ""})
			}
			for _, row := range append(typed, typings...) {
				types(row.types+"\r")(t, s)
				s.expect(t, row.shows)
				if row.shows != "> " {
					s.expect(t, prompt)
				}
			}
			types("exit 3\r")(t, s)
			if test.nested != "" {
				s.expect(t, prompt)
				types("exit 3\r")(t, s)
			}
			shown := s.end(t)
			if strings.Contains(shown, "CANARY") || strings.Contains(shown, "\nwent on") || !strings.HasSuffix(shown, "exit status 3") {
				t.Errorf("%s", shown)
			}
			log, err := os.ReadFile(filepath.Join(top, test.level, "root/home/.local/state/guard/audit.jsonl"))
			for _, want := range []string{`"command":"true && (cat plain; cat .env)"`, `"command":"cat $x && echo went on"`, `"command":"mkdir made && rm -r made && echo gone"`} {
				if err != nil || !strings.Contains(string(log), want) {
					t.Errorf("the log has no %s: %v", want, err)
				}
			}
		})
	}
}
