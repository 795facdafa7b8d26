package analysis

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules/value"
)

// substitute walks a command substitution and returns its output, without the
// final newlines.
func (it *interp) substitute(c *syntax.CmdSubst) value.Text {
	if t, ok := it.fileSubst(c); ok {
		return t
	}
	sub := it.sub()
	buf := &buffer{}
	sub.stdout, sub.stderr = buf, nil
	if c.TempFile || c.ReplyVar { // ${ …; } runs in the shell itself
		sub.st = it.st
	}
	sub.left = map[lead]*state{}
	sub.stmts(c.Stmts)
	sub.rejoin(sub.leads(flowExit))
	sub.runTrap("EXIT")
	it.keepFiles(sub.st)
	s := buf.stream()
	return trimNewlines(s.asText())
}

func trimNewlines(t value.Text) value.Text {
	return value.Text(strings.TrimRight(string(t), "\n"))
}

// fileSubst is $(<file).
func (it *interp) fileSubst(c *syntax.CmdSubst) (value.Text, bool) {
	if len(c.Stmts) != 1 || c.Stmts[0].Cmd != nil || len(c.Stmts[0].Redirs) != 1 || c.Stmts[0].Redirs[0].Op != syntax.RdrIn {
		return "", false
	}
	sub := it.sub()
	sub.redirect(c.Stmts[0], false)
	return trimNewlines(sub.stdin.asText()), true
}

// procSubst walks <(…) or >(…) and returns the path that stands for it.
func (it *interp) procSubst(p *syntax.ProcSubst) value.Text {
	if it.st.fds == nil {
		it.st.fds = map[int]stream{}
	}
	n := 63
	for ; ; n-- {
		if _, used := it.st.fds[n]; !used {
			break
		}
	}
	path := value.Text("/dev/fd/" + strconv.Itoa(n))
	if p.Op == syntax.CmdOut {
		// What is written there is the input of the commands; they are walked
		// when it is known, and at once with unknown input otherwise.
		if it.sinks == nil {
			it.sinks = map[value.Text]func(stream){}
		}
		it.st.fds[n] = stream{text: value.Any, set: true}
		done := false
		it.sinks[path] = func(s stream) {
			done = true
			sub := it.sub()
			sub.stdin = s
			sub.stmts(p.Stmts)
			it.keepFiles(sub.st)
		}
		it.pending = append(it.pending, func() {
			if !done {
				it.sinks[path](stream{text: value.Any, set: true})
			}
		})
		return path
	}
	sub := it.sub()
	buf := &buffer{}
	sub.stdout = buf
	sub.stmts(p.Stmts)
	it.keepFiles(sub.st)
	it.st.fds[n] = buf.stream()
	return path
}

// sinkOf finds the process substitution that reads what is written to p.
func (it *interp) sinkOf(p value.Text) (func(stream), bool) {
	f, ok := it.sinks[p]
	return f, ok
}
