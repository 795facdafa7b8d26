package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// row is one call of a shell, which has the same effect under guard.
type row struct {
	about string
	argv  []string          // the shell's name and its arguments
	stdin string            // on a pipe; nothing: /dev/null
	input string            // standard input as a file
	env   []string          // added to a small environment
	files map[string]string // in the working directory; a name ending in * is executable
	fds   []string          // what can be read from descriptors 3, 4 …
	merge bool              // standard output and error are one pipe
	pid   bool              // the process id is part of what is printed
	not   string            // others in which the row says nothing

	// wrap is text for bash that sets something up and ends in become.
	wrap string
	// except says why guard differs, and instead what it does.
	except  string
	instead result
}

// become is how a wrap ends: it executes the shell under its name.
const become = `; exec -a "$0" "$@"`

// result is all that a call is compared by.
type result struct {
	Stdout, Stderr string
	Status         int
	Signal         string // "" unless the shell died of one
	Files          string // what is in the working directory afterwards
}

func call(argv ...string) []string { return argv }

// others are the shells under which the rows of bash and sh run too.
var others = []string{"dash", "zsh", "mksh"}

// everywhere returns r, and r for each of the others in which it says something.
func (r row) everywhere() []row {
	list := []row{r}
	if r.argv[0] != "bash" && r.argv[0] != "sh" || r.except != "" {
		return list
	}
	for _, shell := range others {
		if slices.Contains(strings.Fields(r.not), shell) {
			continue
		}
		in := r
		in.about += ", in " + shell
		in.argv = append([]string{shell}, r.argv[1:]...)
		if shell == "zsh" {
			in.argv = slices.Insert(in.argv, 1, "-f")
		}
		list = append(list, in)
	}
	return list
}

// allRows are all the rows, each in every shell in which it says something.
func allRows() []row {
	list := exitRows()
	for _, r := range rows {
		list = append(list, r.everywhere()...)
	}
	return list
}

var rows = []row{
	// Exit status.
	{about: "exit status of the last command", argv: call("bash", "-c", "false")},
	{about: "exit 256 wraps", argv: call("bash", "-c", "exit 256")},
	{about: "exit -1 wraps", argv: call("bash", "-c", "exit -1")},
	{about: "exit with a word", argv: call("bash", "-c", "exit nope")},
	{about: "every status of a subshell", argv: call("bash", "-c", `for i in {0..255}; do (exit $i); printf '%d ' $?; done`)},
	{about: "missing command", argv: call("bash", "-c", "no-such-command-here")},
	{about: "missing command in sh", argv: call("sh", "-c", "no-such-command-here")},
	{about: "missing path", argv: call("bash", "-c", "./nope")},
	{about: "not executable", argv: call("bash", "-c", "./data"), files: map[string]string{"data": "x"}},
	{about: "a directory", argv: call("bash", "-c", "/")},
	{about: "pipeline", argv: call("bash", "-c", "exit 3 | exit 4")},
	{about: "pipefail", argv: call("bash", "-o", "pipefail", "-c", "exit 3 | exit 0")},
	{about: "errexit", argv: call("bash", "-ec", "echo a; false; echo b")},
	{about: "errexit in dash", argv: call("dash", "-e", "-c", "echo a; false; echo b")},
	{about: "nounset", argv: call("bash", "-uc", `echo "$nope"; echo b`)},
	{about: "exit in a trap", argv: call("bash", "-c", "trap 'exit 9' EXIT; exit 3")},

	// Signals.
	{about: "TERM", argv: call("bash", "-c", "kill -TERM $$")},
	{about: "TERM in sh", argv: call("sh", "-c", "kill -TERM $$")},
	{about: "KILL", argv: call("bash", "-c", "kill -KILL $$")},
	{about: "HUP", argv: call("bash", "-c", "kill -HUP $$")},
	{about: "SEGV", argv: call("bash", "-c", "ulimit -c 0; kill -SEGV $$")},
	{about: "PIPE", argv: call("bash", "-c", "kill -PIPE $$")},
	{about: "USR1 caught", argv: call("bash", "-c", "trap 'echo caught' USR1; kill -USR1 $$; echo after")},
	{about: "INT of a child", argv: call("bash", "-c", "sh -c 'kill -INT $$'; echo $?")},
	{about: "SIGPIPE in a pipeline", not: "dash", argv: call("bash", "-c", `yes | head -n 1; echo "${PIPESTATUS[@]}"`)},
	{about: "EXIT trap", argv: call("bash", "-c", "trap 'echo bye' EXIT; echo hi")},
	{about: "ERR and DEBUG traps", argv: call("bash", "-c", "trap 'echo err $LINENO' ERR; false; trap - ERR; trap 'echo dbg' DEBUG; :")},
	{about: "dispositions and mask", argv: call("bash", "-c", "grep -E '^Sig(Blk|Ign)' /proc/self/status")},
	{about: "HUP inherited as ignored", wrap: "trap '' HUP" + become, argv: call("bash", "-c", "kill -HUP $$; echo alive")},
	{about: "INT inherited as ignored", wrap: "trap '' INT" + become, argv: call("dash", "-c", "kill -INT $$; echo alive")},
	{
		about: "PIPE inherited as ignored", wrap: "trap '' PIPE" + become,
		argv:   call("bash", "-c", "kill -PIPE $$; echo alive"),
		except: "Go's runtime takes ignored signals other than HUP and INT for itself", instead: result{Status: -1, Signal: "broken pipe"},
	},

	// Standard input.
	{about: "input on a pipe", argv: call("bash", "-c", "cat; echo end"), stdin: "one\ntwo\n"},
	{about: "input in a file", argv: call("bash", "-c", "read a; echo \"<$a>\"; cat"), input: "one\ntwo\nthree\n"},
	{about: "read takes one line", argv: call("bash", "-c", "read a; read b; echo $b $a; head -c 1"), stdin: "1\n2\n345"},
	{about: "input left for a child", argv: call("sh", "-c", "head -n 1 >/dev/null; wc -c"), input: "one\ntwo\nthree\n"},
	{about: "no input", argv: call("bash", "-c", "cat; read x; echo $?")},
	{about: "while read", argv: call("bash", "-c", `while IFS=: read -r a b; do echo "$b-$a"; done`), stdin: "x:1\ny:2\n"},
	{about: "here-document", argv: call("bash", "-c", "x=1; cat <<E\n$x $((x+1)) `echo q`\nE\ncat <<'E'\n$x\nE")},
	{about: "here-document with tabs", argv: call("dash", "-c", "cat <<-E\n\ta\n\t\tb\n\tE")},
	{about: "here-string", not: "dash", argv: call("bash", "-c", `cat <<<"a  b"; tr a-z A-Z <<< up`)},

	// Descriptors.
	{about: "descriptors 3 and 4", argv: call("bash", "-c", "cat <&3; cat <&4"), fds: []string{"three", "four"}},
	{about: "descriptors 3 to 9", argv: call("dash", "-c", "for i in 3 4 5 6 7 8 9; do eval \"cat <&$i\"; done"), fds: []string{"3", "4", "5", "6", "7", "8", "9"}},
	{about: "no other descriptors", argv: call("bash", "-c", "for f in /proc/$$/fd/*; do echo ${f##*/}; done"), fds: []string{"a", "b"}},
	{about: "descriptors of a child", argv: call("sh", "-c", "ls /proc/self/fd"), fds: []string{"x"}},
	{about: "redirections", argv: call("bash", "-c", "exec 5>out; echo to five >&5; echo err >&2; { echo a; echo b >&2; } 2>&1 >both; cat <both")},
	{about: "order on one pipe", argv: call("bash", "-c", "for i in 1 2 3; do echo o$i; echo e$i >&2; done"), merge: true},
	{about: "{fd} variables", not: "dash mksh", argv: call("bash", "-c", "exec {fd}>f; echo $fd; echo x >&$fd; exec {fd}>&-; cat f")},
	{about: "limit on open files", wrap: "ulimit -Sn 256" + become, argv: call("bash", "-c", "ulimit -Sn; ulimit -n")},
	{about: "limit on open files as inherited", argv: call("bash", "-c", "ulimit -Sn; ulimit -Hn")},
	{about: "every limit", argv: call("bash", "-c", "ulimit -a")},
	{
		about: "closed input", wrap: "exec <&-" + become, argv: call("bash", "-c", "cat; echo $?"),
		except: "Go's runtime opens closed descriptors 0 to 2 on /dev/null", instead: result{Stdout: "0\n"},
	},
	{
		about: "closed output", wrap: "exec >&-" + become, argv: call("bash", "-c", "echo lost || echo failed >&2"),
		except: "Go's runtime opens closed descriptors 0 to 2 on /dev/null", instead: result{},
	},
	{
		about: "closed error output", wrap: "exec 2>&-" + become, argv: call("bash", "-c", "echo lost >&2 || echo failed"),
		except: "Go's runtime opens closed descriptors 0 to 2 on /dev/null", instead: result{},
	},

	// Names, parameters, process.
	{about: "$0 without a name", argv: call("bash", "-c", `echo "$0"`)},
	{about: "$0 and parameters", argv: call("bash", "-c", `echo "$0" $#; printf '[%s]' "$@"`, "name", "a b", "", "*", "x\ny", "é", "\xff")},
	{about: "parameters of sh", argv: call("sh", "-c", `echo "$0" $#; printf '[%s]' "$@"`, "name", "-c", "--", "-e")},
	{about: "parameters of zsh", argv: call("zsh", "-f", "-c", `print -r -- "$0" $# "$@"`, "name", "a b", "")},
	{about: "name in messages", argv: call("bash", "-c", "cd /nowhere; nope", "name")},
	{about: "more than ten parameters", argv: call("bash", "-c", `shift 2; echo $1 ${10} ${11}; set -- z; echo $*`, "n", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13")},
	{about: "same process in bash", argv: call("bash", "-c", "echo $$ $BASHPID"), pid: true},
	{about: "same process in sh", argv: call("sh", "-c", "echo $$; sh -c 'echo $PPID'"), pid: true},
	{about: "same process in zsh", argv: call("zsh", "-f", "-c", "echo $$"), pid: true},
	{about: "same parent", argv: call("bash", "-c", "echo $PPID")},
	{about: "process name", argv: call("bash", "-c", "read c </proc/$$/comm; echo $c; tr '\\0' ' ' </proc/$$/cmdline"), pid: true},
	{about: "exec", argv: call("bash", "-c", "exec echo done; echo never")},
	{about: "exec of a missing program", argv: call("bash", "-c", "exec nope-nope; echo never")},
	{about: "exec with a name", argv: call("bash", "-c", `exec -a other sh -c 'echo $0'`)},
	{about: "umask", wrap: "umask 027" + become, argv: call("bash", "-c", "umask; : >f; stat -c %a f")},
	{about: "working directory", wrap: "mkdir sub; cd sub" + become, argv: call("sh", "-c", `pwd; cd ..; pwd -P; echo "$OLDPWD"`)},
	{about: "logical directory", wrap: "mkdir a; ln -s a b; cd b" + become, argv: call("bash", "-c", "pwd; pwd -P; echo $PWD")},
	{about: "priority", wrap: "renice -n 19 -p $$ >/dev/null" + become, argv: call("bash", "-c", "nice")},
	{about: "SHLVL and _", argv: call("bash", "-c", "echo $SHLVL; echo $_"), env: []string{"SHLVL=4", "_=/under/score"}},

	// Environment and locale.
	{about: "environment", argv: call("bash", "-c", "env | LC_ALL=C sort"), env: []string{"PLAIN=1", "EMPTY=", "LINES2=a\nb", "UTF=é", "BAD=\xff\xfe", "SPACE= x ", "EQ=a=b"}},
	{about: "odd names", argv: call("bash", "-c", "env | LC_ALL=C sort"), env: []string{"a-b=1", "a.b=2", "1x=3", "%=4", "é=5"}},
	{about: "odd names in sh", argv: call("sh", "-c", "env | LC_ALL=C sort"), env: []string{"a-b=1", "a.b=2", "npm_config_x=3"}},
	{about: "long variable", argv: call("bash", "-c", "echo ${#LONG}"), env: []string{"LONG=" + strings.Repeat("x", 100000)}},
	{about: "no HOME", argv: call("bash", "-c", "unset HOME; echo ~nobody; echo ${HOME-unset}")},
	{about: "home", argv: call("bash", "-c", `echo ~ "$HOME"; cd; pwd`)},
	{about: "UTF-8", not: "dash zsh mksh", argv: call("bash", "-c", `x=éà; echo ${#x} ${x^^}; printf '%.1s\n' "$x"`), env: []string{"LC_ALL=C.UTF-8"}},
	{about: "C locale", argv: call("bash", "-c", `x=éà; echo ${#x}; [[ b < B ]]; echo $?`), env: []string{"LC_ALL=C"}},
	{about: "unknown locale", argv: call("bash", "-c", "echo ok"), env: []string{"LC_ALL=xx_YY.UTF-8"}},
	{about: "POSIXLY_CORRECT", argv: call("bash", "-c", "set -o | grep posix"), env: []string{"POSIXLY_CORRECT=1"}},
	{about: "TZ", argv: call("bash", "-c", `printf '%(%H:%M %Z)T\n' 0`), env: []string{"TZ=UTC-5"}},

	// Options of the shell.
	{about: "$-", argv: call("bash", "-c", "echo $-")},
	{about: "$- with options", argv: call("bash", "-efuxC", "+B", "-c", "echo $-")},
	{about: "$- of dash", argv: call("dash", "-efuC", "-c", "echo $-")},
	{about: "set -o", argv: call("bash", "-o", "noclobber", "+o", "hashall", "-c", "set -o")},
	{about: "set -o of sh", argv: call("sh", "-c", "set -o")},
	{about: "BASHOPTS and SHELLOPTS", not: "mksh", argv: call("bash", "-O", "nullglob", "-c", "echo $BASHOPTS; echo $SHELLOPTS")},
	{about: "shopt", not: "mksh", argv: call("bash", "-O", "extglob", "+O", "sourcepath", "-c", "shopt")},
	{about: "text after options", argv: call("bash", "-c", "-o", "pipefail", "-e", "--", "echo $-; echo $0 $1", "n", "a")},
	{about: "posix", argv: call("bash", "--posix", "-c", "set -o | grep posix; echo $BASH_VERSION >/dev/null")},
	{about: "norc and noprofile", not: "mksh", argv: call("bash", "--norc", "--noprofile", "-c", "echo $-")},
	{about: "login", argv: call("bash", "-lc", "echo $x; shopt login_shell"), files: map[string]string{".bash_profile": "x=profile\n"}},
	{about: "login, long", not: "mksh", argv: call("bash", "--login", "-c", "echo $x $-"), files: map[string]string{".profile": "x=profile\n"}},
	{about: "login after -c", argv: call("bash", "-c", "-l", "echo $x"), files: map[string]string{".profile": "x=profile\n"}},
	{about: "login without profile", not: "mksh", argv: call("bash", "--noprofile", "-lc", "echo x=$x"), files: map[string]string{".profile": "x=profile\n"}},
	{about: "logout file", argv: call("bash", "-lc", "echo a; exit"), files: map[string]string{".bash_logout": "echo logout\n"}},
	{about: "login as -bash", argv: call("-bash", "-c", "echo $x $0"), files: map[string]string{".profile": "x=profile\n"}},
	{about: "privileged", argv: call("bash", "-p", "-c", "echo $-")},
	{about: "xtrace", argv: call("bash", "-xc", "a=1; echo $a 'b c'; [[ $a == 1 ]]; (echo sub)")},
	{about: "xtrace in dash", argv: call("dash", "-xc", "a=1; echo $a 'b c'")},
	{about: "verbose", argv: call("bash", "-vc", "echo a\necho b")},
	{about: "noexec", argv: call("bash", "-nc", "echo never")},
	{about: "restricted", argv: call("bash", "-rc", "cd /; echo $?")},
	{about: "version", argv: call("bash", "--version")},
	{about: "help", argv: call("bash", "--help")},
	{about: "version of zsh", argv: call("zsh", "--version")},
	{about: "empty text", argv: call("bash", "-c", "")},
	{about: "blank text", argv: call("sh", "-c", "\n  # only a remark\n")},

	// Options and files of zsh and dash.
	{about: "environment file of zsh", argv: call("zsh", "-c", "echo $x"), files: map[string]string{".zshenv": "x=env\n", ".zshrc": "x=rc\n"}},
	{about: "login in zsh", argv: call("zsh", "-lc", "echo $x $y"), files: map[string]string{".zprofile": "x=profile\n", ".zlogin": "y=login\n"}},
	{about: "login as -zsh", argv: call("-zsh", "-c", "echo $x $0"), files: map[string]string{".zprofile": "x=profile\n"}},
	{about: "logout file of zsh", argv: call("zsh", "-lc", "echo a; exit 3"), files: map[string]string{".zlogout": "echo logout\n"}},
	{about: "options by name in zsh", argv: call("zsh", "-f", "-o", "shwordsplit", "+o", "nomatch", "-c", `x="a b"; printf '[%s]' $x nope*`)},
	{about: "options by long name in zsh", argv: call("zsh", "--no-rcs", "--shwordsplit", "-c", `x="a b"; printf '[%s]' $x`)},
	{about: "emulation in zsh", argv: call("zsh", "--emulate", "sh", "-c", `x="a b"; printf '[%s]' $x; echo $-`)},
	{about: "no word splitting in zsh", argv: call("zsh", "-f", "-c", `x="a b *"; printf '[%s]' $x`)},
	{about: "words after options in zsh", argv: call("zsh", "-fec", "echo $0 $1; false; echo b", "n", "a")},
	{about: "login in dash", argv: call("dash", "-lc", "echo $x"), files: map[string]string{".profile": "x=profile\n"}},
	{about: "login as -dash", argv: call("-dash", "-c", "echo $x $0"), files: map[string]string{".profile": "x=profile\n"}},
	{about: "ENV is for interactive shells", argv: call("dash", "-c", "echo x=$x"), env: []string{"ENV=./env"}, files: map[string]string{"env": "x=env\n"}},
	{about: "options by name in dash", argv: call("dash", "-o", "allexport", "+o", "errexit", "-c", "x=1; sh -c 'echo $x'; echo $-")},

	// Scripts.
	{about: "script file", argv: call("bash", "./s", "a", "b"), files: map[string]string{"s": "echo \"$0 $# $2\"\nexit 5\n"}},
	{about: "script file in sh", argv: call("sh", "s", "a b"), files: map[string]string{"s": "echo \"$0 $# $1\"\n"}},
	{about: "script that reads its input", argv: call("bash", "s"), stdin: "in\n", files: map[string]string{"s": "read x; echo \"<$x>\"\n"}},
	{about: "missing script", not: "mksh", argv: call("bash", "nope.sh")},
	{about: "script with errors", argv: call("bash", "s"), files: map[string]string{"s": "echo one\nnope-nope\necho $LINENO\n"}},
	{about: "executable script", argv: call("bash", "-c", "./s a"), files: map[string]string{"s*": "#!/bin/sh\necho \"$0 $1\"\n"}},
	{about: "script that sources another", not: "dash", argv: call("bash", "s"), files: map[string]string{"s": ". ./lib\nf\n", "lib": "f() { echo lib ${BASH_SOURCE[0]}; }\n"}},
	{about: "script on input", argv: call("bash"), stdin: "echo one\necho two; exit 4\necho three\n"},
	{about: "script on input with parameters", argv: call("bash", "-s", "a", "b c"), stdin: "echo $0 $# \"$2\"\n"},
	{about: "script on input of sh", argv: call("sh", "-s", "a"), stdin: "echo $1\nx=1\necho $x\n"},
	{about: "script on input of zsh", argv: call("zsh", "-f", "-s", "a"), stdin: "print $1\n"},
	{about: "script on input in a file", argv: call("bash", "-e"), input: "echo one\nfalse\necho two\n"},
	{about: "script on input with functions", argv: call("bash"), stdin: "f() {\n  echo \"f $1\"\n}\nfor i in 1 2; do\n  f $i\ndone\n"},
	{about: "read in a script on input", argv: call("bash"), input: "read x\ndata line\necho \"<$x>\"\n"},
	{about: "no script on input", argv: call("bash", "-s")},

	// The language.
	{about: "arrays", not: "dash zsh mksh", argv: call("bash", "-c", `a=(x 'y z' w); a[5]=q; declare -A m=([k]=v); echo "${#a[@]} ${a[1]} ${!a[@]} ${m[k]}"; printf '[%s]' "${a[@]:1:2}"`)},
	{about: "expansions", not: "dash zsh mksh", argv: call("bash", "-c", `f=/a/b.tar.gz; echo ${f##*/} ${f%.*} ${f/b/c} ${u:-dflt} ${f:1:3} ${#f} ${f@Q}`)},
	{about: "arithmetic", argv: call("bash", "-c", "echo $((2**10)) $((7/2)) $((0x1f)); ((0)); echo $?; let x=3+4; echo $x")},
	{about: "division by zero", argv: call("bash", "-c", "echo $((1/0)); echo after")},
	{about: "brace expansion", argv: call("bash", "-c", "echo {a,b}{1..3} {01..03}")},
	{about: "brace expansion in sh", argv: call("sh", "-c", "echo {a,b} {1..3}")},
	{about: "globs", argv: call("bash", "-c", "echo *.txt [ab]* nope*"), files: map[string]string{"a.txt": "", "b.txt": "", "c": ""}},
	{about: "extglob", not: "mksh", argv: call("bash", "-O", "extglob", "-c", "echo !(*.txt) @(a|b).txt"), files: map[string]string{"a.txt": "", "b.txt": "", "c": ""}},
	{about: "functions", argv: call("bash", "-c", "f() { local x=$1; echo $x; return 3; }; f a; echo $?")},
	{about: "conditions", not: "dash mksh", argv: call("bash", "-c", `[[ abc =~ ^a(.)c$ ]] && echo ${BASH_REMATCH[1]}; case foo in f*) echo f;; esac; test -d . && echo dir`)},
	{about: "bashisms in dash", argv: call("dash", "-c", "[[ a == a ]] && echo yes; echo $?")},
	{about: "echo in dash and bash", argv: call("dash", "-c", `echo 'a\tb\c'; echo -e x`)},
	{about: "echo in bash", argv: call("bash", "-c", `echo 'a\tb'; echo -e 'x\ty\0101\c'`)},
	{about: "printf", argv: call("bash", "-c", `printf '%05d|%-5s|%x|%q|%b|%s\n' 42 ab 255 'a b' 'q\tq' ; printf '%d\n' nope`)},
	{about: "printf in sh", argv: call("sh", "-c", `printf '%s-%s\n' a b c; printf '\101\n'`)},
	{about: "quotes", argv: call("bash", "-c", `echo "a'b" 'a"b' $'t\tn\x41' \$x "\$x" $"msg"`)},
	{about: "command substitution", argv: call("bash", "-c", "x=$(echo a; echo b); echo \"$x\"; echo $x; echo `echo q`")},
	{about: "process substitution", not: "dash mksh", argv: call("bash", "-c", "cat <(echo a) <(echo b); echo x > >(cat); wait")},
	{about: "coprocess", not: "dash zsh", argv: call("bash", "-c", `coproc cat; echo hi >&${COPROC[1]}; read -r x <&${COPROC[0]}; echo "$x"`)},
	{about: "background jobs", argv: call("bash", "-c", "(exit 3) & wait $!; echo $?; echo b & wait; echo $?")},
	{about: "background jobs in dash", argv: call("dash", "-c", "(exit 3) & wait $!; echo $?")},
	{about: "job that outlives the shell", argv: call("bash", "-c", "{ sleep 0.2; echo late >late; } >/dev/null 2>&1 & echo started")},
	{about: "select", not: "dash", argv: call("bash", "-c", "select x in a b; do echo got $x; break; done"), stdin: "2\n"},
	{about: "getopts", argv: call("sh", "-c", `while getopts ab: o; do echo $o $OPTARG; done; shift $((OPTIND-1)); echo $1`, "n", "-a", "-bx", "rest")},
	{about: "LINENO", argv: call("bash", "-c", "echo $LINENO\necho $LINENO\n\necho $LINENO")},
	{about: "BASH_EXECUTION_STRING", argv: call("bash", "-c", "echo \"$BASH_EXECUTION_STRING\"  # as given")},
	{about: "aliases do not expand", argv: call("bash", "-c", "alias q='echo alias'\nq")},
	{about: "history expansion is off", argv: call("bash", "-c", `echo "wow!" !x !!`)},
	{about: "continuation", argv: call("bash", "-c", "echo a \\\n  b; echo 'c\\\nd'")},
	{about: "carriage return", argv: call("bash", "-c", "echo a\r\necho b\r\n")},
	{about: "unicode", argv: call("bash", "-c", "echo 'żółć 🦊 \u200b'")},
	{about: "time", not: "dash zsh mksh", argv: call("bash", "-c", "TIMEFORMAT=; time :; echo $?")},
	{about: "zsh globs and arrays", argv: call("zsh", "-f", "-c", `a=(x y z); print $a[2] ${#a} ${(j:,:)a} ${a[-1]}`)},

	// Syntax errors.
	{about: "redirection to nothing", argv: call("bash", "-c", "echo ok > "), except: "guard refuses text that does not parse", instead: result{Status: 126}},
	{about: "error after a command", argv: call("bash", "-c", "echo ran\nif"), except: "guard refuses text that does not parse", instead: result{Status: 126}},
	{about: "error in sh", argv: call("sh", "-c", "echo )"), except: "guard refuses text that does not parse", instead: result{Status: 126}},

	// Output.
	{about: "nothing", argv: call("bash", "-c", ":")},
	{about: "no line end", argv: call("bash", "-c", "printf x; printf y >&2")},
	{about: "five megabytes", argv: call("bash", "-c", `head -c 5000000 /dev/zero | tr '\0' x`)},
	{about: "five megabytes of error output", argv: call("bash", "-c", `head -c 5000000 /dev/zero | tr '\0' x >&2`)},
	{about: "five megabytes through", argv: call("bash", "-c", "cat | wc -c"), stdin: strings.Repeat("0123456789", 500000)},
	{about: "every byte", argv: call("bash", "-c", `for i in {0..255}; do printf -v o '\\%03o' $i; printf "$o"; done`)},
	{about: "binary input", argv: call("bash", "-c", "od -An -tx1"), stdin: "\x00\x01\xfe\xff\r\n"},
	{about: "reader that leaves early", argv: call("bash", "-c", "seq 100000 | head -n 2"), merge: true},
	{about: "files written", argv: call("bash", "-c", "mkdir d; echo a >d/f; echo b >>d/f; cp d/f g; chmod 600 g")},
	{about: "noclobber", argv: call("bash", "-Cc", "echo a >f; echo b >f; echo c >|g")},
}

// exitRows returns a row for each exit status that has a meaning of its own.
func exitRows() []row {
	var list []row
	for _, n := range []int{0, 1, 2, 3, 42, 100, 124, 125, 126, 127, 128, 129, 130, 137, 143, 200, 254, 255} {
		for _, shell := range []string{"bash", "sh", "dash", "zsh"} {
			list = append(list, row{about: fmt.Sprintf("exit %d in %s", n, shell), argv: call(shell, "-c", "exit "+strconv.Itoa(n))})
		}
	}
	return list
}

// guardBinary builds guard as a shell with places of its own, and returns a
// directory in which it has the names of the shells.
func guardBinary(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	bin := filepath.Join(dir, "guard")
	if out, err := exec.Command("go", "build", "-o", bin, "guard/cmd/guard/testdata/shell").CombinedOutput(); err != nil {
		t.Fatalf("build guard: %v\n%s", err, out)
	}
	for _, name := range []string{"bash", "sh", "dash", "zsh", "ksh", "mksh"} {
		if err := os.Symlink("guard", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "root/home"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// guardCommand returns the command that runs the guard in dir under the name
// of a shell. It is the one place that says how guard is run in this table.
func guardCommand(t *testing.T, dir, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(filepath.Join(dir, strings.TrimPrefix(name, "-")), args...)
	cmd.Args[0] = name
	return cmd
}

// realCommand returns the command that runs the real shell.
func realCommand(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	path := "" // PATH begins with this test's own shells
	for _, dir := range []string{"/bin/", "/usr/bin/", "/usr/local/bin/"} {
		if p := dir + strings.TrimPrefix(name, "-"); path == "" {
			if _, err := os.Stat(p); err == nil {
				path = p
			}
		}
	}
	if path == "" {
		t.Skipf("no %s on this machine", name)
	}
	cmd := exec.Command(path, args...)
	cmd.Args[0] = name
	return cmd
}

// TestTransparency holds that what is allowed behaves under guard as it does
// under the real shell.
func TestTransparency(t *testing.T) {
	bin := guardBinary(t)
	for _, r := range allRows() {
		t.Run(r.about, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "work")
			real := r.run(t, dir, realCommand(t, r.argv[0], r.argv[1:]...))
			got := r.run(t, dir, guardCommand(t, bin, r.argv[0], r.argv[1:]...))
			want := real
			if r.except != "" {
				if cmp.Equal(real, r.instead) {
					t.Errorf("no exception: the real shell does the same (%s)", r.except)
				}
				want = r.instead
				if want.Status == 126 { // the wording of a refusal is not the subject here
					got.Stderr = ""
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q under guard (-want +got):\n%.4000s", r.argv, diff)
				again := r.run(t, dir, realCommand(t, r.argv[0], r.argv[1:]...))
				if diff := cmp.Diff(real, again); diff != "" {
					t.Errorf("the row is not sound: the real shell differs from itself:\n%.4000s", diff)
				}
			}
		})
	}
}

// TestTransparencyRows holds that each row has a name of its own, and that there
// are many for each of the shells that are used most.
func TestTransparencyRows(t *testing.T) {
	seen, count := map[string]bool{}, map[string]int{}
	for _, r := range allRows() {
		if seen[r.about] {
			t.Errorf("two rows are called %q", r.about)
		}
		seen[r.about] = true
		count[r.argv[0]]++
	}
	for _, shell := range []string{"bash", "dash", "zsh"} {
		if count[shell] < 150 {
			t.Errorf("%s has %d rows, want 150", shell, count[shell])
		}
	}
}

// run runs cmd as the row says, in a fresh dir that is also its HOME.
func (r row) run(t *testing.T, dir string, cmd *exec.Cmd) result {
	t.Helper()
	r.prepare(t, dir)
	if r.wrap != "" {
		bash := realCommand(t, "bash").Path
		cmd.Args = append([]string{"bash", "-c", r.wrap, cmd.Args[0], cmd.Path}, cmd.Args[1:]...)
		cmd.Path = bash
	}
	cmd.Dir = dir
	env := []string{"HOME=" + dir, "PATH=/usr/local/bin:/usr/bin:/bin", "ZDOTDIR=" + dir, "LC_ALL=C"}
	cmd.Env = append(append(env, cmd.Env...), r.env...)
	if r.stdin != "" {
		cmd.Stdin = strings.NewReader(r.stdin)
	}
	if r.input != "" {
		f, err := os.Open(filepath.Join(filepath.Dir(dir), "input"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		cmd.Stdin = f
	}
	for _, text := range r.fds {
		f := pipeWith(t, text)
		defer f.Close()
		cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if r.merge {
		cmd.Stderr = &stdout
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	wait(t, cmd)
	res := result{Stdout: stdout.String(), Stderr: stderr.String(), Status: cmd.ProcessState.ExitCode()}
	if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		res.Signal = ws.Signal().String()
	}
	if r.pid {
		pid := strconv.Itoa(cmd.Process.Pid)
		if !strings.Contains(res.Stdout, pid) && strings.Contains(strings.Join(r.argv, " "), "echo $$") {
			t.Errorf("%q printed %q; its process is %s", r.argv, res.Stdout, pid)
		}
		res.Stdout = strings.ReplaceAll(res.Stdout, pid, "PID")
	}
	if strings.Contains(r.about, "outlives") {
		time.Sleep(time.Second)
	}
	res.Files = listing(t, dir)
	return res
}

// prepare makes dir anew, with the files of the row.
func (r row) prepare(t *testing.T, dir string) {
	t.Helper()
	err := errors.Join(
		os.RemoveAll(dir), os.Mkdir(dir, 0o755),
		os.WriteFile(filepath.Join(filepath.Dir(dir), "input"), []byte(r.input), 0o644))
	for name, content := range r.files {
		mode := os.FileMode(0o644)
		if strings.HasSuffix(name, "*") {
			name, mode = strings.TrimSuffix(name, "*"), 0o755
		}
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(content), mode))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// wait runs cmd, and kills its session if it takes too long.
func wait(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := context.AfterFunc(ctx, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer stop()
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) && !errors.Is(err, syscall.EPIPE) {
		t.Fatalf("%q: %v", cmd.Args, err)
	}
	if ctx.Err() != nil {
		t.Fatalf("%q did not end in time", cmd.Args)
	}
}

// pipeWith returns the reading end of a pipe that holds text.
func pipeWith(t *testing.T, text string) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	return r
}

// listing returns names, modes and contents of all files below dir.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%v %s\n", info.Mode(), strings.TrimPrefix(path, dir+"/"))
		if info.Mode().IsRegular() {
			content, err := os.ReadFile(path)
			fmt.Fprintf(&b, "%q\n", content)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
