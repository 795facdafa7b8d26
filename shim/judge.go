package shim

import (
	"strconv"
	"strings"

	"guard/rules"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/audit"
)

// Judgement is what guard thinks of one command.
type Judgement struct {
	Text    string
	Actions []rules.Action
	Verdict rules.Verdict
	Err     *dialect.ParseError // the text does not parse
}

// Judge analyses shell text and asks the policy, about what is in it after its past.
// With environ, the inherited environment is part of the command.
func (l *Loaded) Judge(w analysis.World, src analysis.Source, environ bool) Judgement {
	a := analysis.Analyzer{World: w, Table: l.Policy.Table(), Protected: l.Policy.Protected, Environ: environ}
	res := a.Analyze(src)
	src.Text, src.Past = src.Text[src.Past:], 0
	if res.Err == nil && src.Stdin {
		res.Actions = append(res.Actions, a.Suffixes(src)...)
	}
	j := Judgement{Text: src.Text, Actions: res.Actions, Err: res.Err}
	if res.Err != nil {
		j.Actions = nil
		j.Verdict = l.Policy.Refuse(rules.UnparsedID, "", [2]int{res.Err.Offset, min(res.Err.Offset+1, len(src.Text))})
		j.Verdict.Findings[0].Became = res.Err.Message
		return j
	}
	j.Verdict = l.Policy.Evaluate(res.Actions)
	return j
}

// JudgeArgv judges a program with its arguments.
func (l *Loaded) JudgeArgv(w analysis.World, argv []string) Judgement {
	a := analysis.Analyzer{World: w, Table: l.Policy.Table(), Protected: l.Policy.Protected}
	res := a.Command(argv)
	return Judgement{Text: strings.Join(argv, " "), Actions: res.Actions, Verdict: l.Policy.Evaluate(res.Actions)}
}

// JudgeActions asks the policy about actions that another sensor saw.
func (l *Loaded) JudgeActions(text string, actions []rules.Action) Judgement {
	return Judgement{Text: text, Actions: actions, Verdict: l.Policy.Evaluate(actions)}
}

// Record is the log's account of a judgement.
func (l *Loaded) Record(w analysis.World, j Judgement, layer string) *audit.Record {
	r := &audit.Record{
		Kind: audit.Decision, User: l.Policy.Context().User, UID: w.UID(), Host: l.Policy.Context().Host, Agent: l.Policy.Context().Agent,
		Cwd: w.Dir(), Command: j.Text, Verdict: j.Verdict.Applied.String(), Mode: j.Verdict.Mode.String(), Layer: layer,
	}
	if j.Verdict.Decision != j.Verdict.Applied {
		r.Would = j.Verdict.Decision.String()
	}
	for _, e := range []string{"CLAUDE_CODE_SESSION_ID", "CODEX_THREAD_ID", "CODEX_SESSION_ID", "GEMINI_SESSION_ID"} {
		if v, ok := w.Getenv(e); ok && r.Session == "" {
			r.Session = v
		}
	}
	if v, ok := w.Getenv("CODEX_TOOL_CALL_ID"); ok {
		r.ToolCall = v
	}
	if l.Repo {
		if repo, ok := w.Repo(w.Dir()); ok {
			if g, ok := repo.(interface {
				Remote() string
				Commit() string
			}); ok {
				r.Remote, r.Commit = g.Remote(), g.Commit()
			}
			r.Branch = repo.Branch()
		}
	}
	r.Actions = rules.AppendActions(nil, j.Actions)
	r.Findings = rules.AppendFindings(nil, j.Verdict.Findings)
	for _, f := range j.Verdict.Lifted {
		r.Exception = f.Rule + ": " + f.Exception
	}
	for _, x := range l.Policy.Layers() {
		v := ""
		if x.Version != 0 {
			v = strconv.Itoa(x.Version)
		}
		r.Layers = append(r.Layers, audit.Layer{Name: x.Name, Version: v, Digest: x.Digest})
	}
	return r
}

// Append writes a record; the error is nil where the policy lets commands run
// although the log cannot be written.
func (l *Loaded) Append(r *audit.Record) error {
	log, err := audit.Open(l.Log, audit.Options{})
	if err == nil {
		err = log.Append(r)
		log.Close()
	}
	if err != nil && l.LogFail {
		return nil
	}
	return err
}
