package shim

import (
	"fmt"
	"io"
	"os"
	"strings"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/hook"
	"guard/shim/report"
)

// Hook answers one tool call of an agent: it reads the message from r and writes
// a refusal to w, or nothing, which leaves the decision to the agent. Whatever
// goes wrong is a refusal; the caller exits with 0 in any case.
func Hook(p hook.Protocol, loc Locations, env []string, r io.Reader, w io.Writer) {
	reason, err := "", error(nil)
	func() {
		defer func() {
			if x := recover(); x != nil {
				err = fmt.Errorf("internal fault: %v", x)
			}
		}()
		reason, err = answerHook(p, loc, env, r)
	}()
	if err != nil {
		reason = "guard: error: " + err.Error() + "\n  = nothing was run: guard could not judge the call"
	}
	if reason != "" {
		w.Write(p.Refuse(reason)) // if the pipe is gone, the agent is too
	}
}

// answerHook returns the refusal as text, or "".
func answerHook(p hook.Protocol, loc Locations, env []string, r io.Reader) (string, error) {
	message, err := io.ReadAll(io.LimitReader(r, 16<<20))
	if err != nil {
		return "", fmt.Errorf("read hook message: %w", err)
	}
	call, err := p.Parse(message)
	if err != nil {
		return "", err
	}
	if fi, err := os.Stat(call.Cwd); err != nil || !fi.IsDir() {
		return "", fmt.Errorf("read hook message: cwd %s is no directory", call.Cwd)
	}
	world, err := analysis.NewHost(call.Cwd, env)
	if err != nil {
		return "", err
	}
	l, err := Load(loc, world)
	if err != nil {
		return "", err
	}
	var j Judgement
	switch {
	case call.Argv != nil:
		j = l.JudgeArgv(world, call.Argv)
		j.Text = call.Text
	case call.Shell:
		j = l.Judge(world, analysis.Source{Text: call.Text, Shell: dialect.Bash}, true)
	default:
		for i := range call.Actions {
			complete(world, &call.Actions[i])
		}
		j = l.JudgeActions(call.Text, call.Actions)
	}
	rec := l.Record(world, j, "hook")
	rec.Agent, rec.Session, rec.ToolCall = call.Agent, call.Session, call.ToolCall
	if err := l.Append(rec); err != nil {
		return "", err
	}
	if j.Verdict.Applied == rules.Allow {
		return "", nil
	}
	var b strings.Builder
	report.Refusal(&b, report.Options{}, j.Text, j.Verdict)
	return b.String(), nil
}

// complete fills in what a tool call leaves out: the file behind symbolic links,
// and whether it exists.
func complete(w analysis.World, a *rules.Action) {
	if a.Path == "" || !a.Path.Known() {
		return
	}
	p := string(a.Path)
	if r := analysis.Resolve(w, p); r != p {
		a.Real = value.Known(r)
	}
	_, err := w.Lstat(p)
	a.Exists = rules.Is(err == nil)
	if a.Op == rules.Write && err != nil {
		a.How = rules.Create
	}
}
