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
	if p.Op == syntax.CmdOut {
		// What is written there is the input of the commands; they are walked
		// when it is known, and at once with unknown input otherwise.
		if it.sinks == nil {
			it.sinks = map[value.Text]func(stream){}
		}
		path := it.descriptor(stream{text: value.Any, set: true, path: value.Text(">(" + strconv.Itoa(int(p.Pos().Offset())))})
		done := false
		run := func(s stream) {
			done = true
			sub := it.sub()
			sub.stdin = s
			sub.stmts(p.Stmts)
			it.keepFiles(sub.st)
		}
		it.sinks[path] = run
		it.pending = append(it.pending, func() {
			if !done {
				run(stream{text: value.Any, set: true})
			}
		})
		return path
	}
	sub := it.sub()
	buf := &buffer{}
	sub.stdout = buf
	sub.stmts(p.Stmts)
	it.keepFiles(sub.st)
	return it.descriptor(buf.stream())
}

// descriptor is the file of a descriptor for a process substitution: one that has
// the same data already, so that each round of a loop finds the same, or a new one.
func (it *interp) descriptor(data stream) value.Text {
	n := 63
	for ; ; n-- {
		if s, used := it.st.fds[n]; !used || n > 9 && sameStream(s, data) {
			break
		}
	}
	it.st.fds[n] = data
	return value.Text("/dev/fd/" + strconv.Itoa(n))
}

// sinkOf finds the process substitution that reads what is written to p.
func (it *interp) sinkOf(p value.Text) (func(stream), bool) {
	f, ok := it.sinks[p]
	return f, ok
}
