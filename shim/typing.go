package shim

import (
	"slices"
	"strings"

	"guard/shim/runner"
	"guard/shim/supervise"
)

// asks is what bash expands when it has read all that was typed and before it carries
// that out: it hands guard the text, which the history has, and asks. No other program
// is started for it, and where nobody answers nothing happens.
const asks = `$({ HISTTIMEFORMAT= builtin history 1 >>` + supervise.LinePath + `; (( 1 )) >>` + supervise.TypedPath + `; } 2>&-)`

// hook has the real shell ask about what is typed into it, if it is bash; and any bash
// that is started in it.
func (c *shell) hook() {
	const name = "PS0="
	if c.inv.Name != "bash" || runner.Program(c.real) != "bash" {
		return // others are judged by their system calls alone
	}
	i := slices.IndexFunc(c.environ, func(v string) bool { return strings.HasPrefix(v, name) })
	switch {
	case i < 0:
		c.environ = append(c.environ, name+asks)
	case !strings.Contains(c.environ[i], asks):
		c.environ = slices.Clone(c.environ)
		c.environ[i] = name + asks + c.environ[i][len(name):]
	}
}
