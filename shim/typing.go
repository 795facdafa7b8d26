package shim

import (
	"cmp"
	"os"
	"slices"
	"strconv"
	"strings"

	"guard/shim/runner"
	"guard/shim/supervise"
)

// asks is what bash carries out at its first prompt, from when on it asks guard about
// all that it is about to do: the DEBUG trap runs before each simple command, loop or
// choice, and with extdebug a failure of it passes that over. The history has whole
// what was typed; it is shown outside of functions, and once before anything was.
// No program is started for it, and where nobody answers nothing is set. A trap that
// start-up files have set goes on before it.
const asks = `
if (( 1 )) 2>/dev/null >>` + supervise.TypedPath + `; then
	eval "_guard_debug=($(trap -p DEBUG))"
	HISTTIMEFORMAT= builtin history 1 >>` + supervise.LinePath + `
	(( 1 )) >>` + supervise.TypedPath + `0/
	shopt -s extdebug
	trap "${_guard_debug[2]-}"'
{
	_guard_last=$_
	[[ ${FUNCNAME+x} ]] || HISTTIMEFORMAT= builtin history 1 >>` + supervise.LinePath + `
	(( 1 )) >>"` + supervise.TypedPath + `$HISTCMD/$BASH_COMMAND" && builtin : "$_guard_last"
} 2>&-' DEBUG
fi
for _guard_prompt in ${PROMPT_COMMAND+"${PROMPT_COMMAND[@]}"}; do eval "$_guard_prompt"; done
unset _guard_prompt _guard_debug`

// hook has the real shell, which is bash, ask about what is typed into it.
func (c *shell) hook() error {
	if c.inv.Name != "bash" || c.inv.Restricted || c.inv.Privileged || runner.Program(c.real) != "bash" {
		return nil // others are judged by their system calls alone
	}
	args := c.inv.Argv[1:]
	switch {
	case c.inv.Login:
		c.setenv("PROMPT_COMMAND", putBack("PROMPT_COMMAND")+asks)
		return nil
	case c.inv.Posix:
		file, err := startUp(putBack("ENV") + "\n[[ ! -r ${ENV-} ]] || . \"$ENV\"")
		if err != nil {
			return err
		}
		c.setenv("ENV", file)
		return nil
	case c.inv.NoRC:
		file, err := startUp(putBack("ENV") + unPosix)
		if err != nil {
			return err
		}
		c.setenv("ENV", file)
		args = append([]string{"--posix"}, args...)
	default:
		own := "~/.bashrc"
		if named := cmp.Or(c.inv.RCFile, c.inv.InitFile); named != "" {
			own, args = quote(named), withoutRC(args)
		}
		file, err := startUp("[[ ! -r " + own + " ]] || . " + own)
		if err != nil {
			return err
		}
		args = append([]string{"--rcfile", file}, args...)
	}
	c.inv.Argv = append([]string{c.inv.Argv[0]}, args...)
	return nil
}

// unPosix leaves POSIX mode, in which bash reads but one start-up file, as if it had
// never been.
const unPosix = `
set +o posix
shopt -u inherit_errexit shift_verbose
MAILCHECK=60
[[ $HISTFILE != ~/.sh_history ]] || HISTFILE=~/.bash_history`

// startUp makes a start-up file of text, in memory, and returns its name. It closes
// what it is read from, and puts asks before what the prompt does.
func startUp(text string) (string, error) {
	const restore = `case ${#_guard_prompt[@]} in
0) unset PROMPT_COMMAND ;;
1) PROMPT_COMMAND=$_guard_prompt ;;
*) PROMPT_COMMAND=("${_guard_prompt[@]}") ;;
esac`
	fd, err := runner.LeaveScript([]byte(`eval "exec ${BASH_SOURCE##*/}<&-"
` + text + `
_guard_prompt=(${PROMPT_COMMAND+"${PROMPT_COMMAND[@]}"})
(( ${#_guard_prompt[@]} < 2 )) || unset PROMPT_COMMAND
PROMPT_COMMAND=` + quote(restore+asks) + "\n"))
	if err != nil {
		return "", err
	}
	return "/proc/self/fd/" + strconv.Itoa(fd), nil
}

// setenv sets a variable for the real shell.
func (c *shell) setenv(name, value string) {
	c.environ = slices.DeleteFunc(c.environ, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	c.environ = append(c.environ, name+"="+value)
}

// putBack is text that makes a variable what it is here.
func putBack(name string) string {
	if was, ok := os.LookupEnv(name); ok {
		return name + "=" + quote(was)
	}
	return "unset " + name
}

// withoutRC takes the start-up file out of a shell's options.
func withoutRC(args []string) []string {
	for i, a := range args {
		switch strings.TrimPrefix(strings.TrimPrefix(a, "-"), "-") {
		case "rcfile", "init-file":
			return slices.Concat(args[:i], withoutRC(args[min(i+2, len(args)):]))
		}
	}
	return args
}
