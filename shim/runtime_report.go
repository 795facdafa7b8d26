package shim

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"guard/rules"
	"guard/shim/report"
	"guard/shim/supervise"
)

// maxTold bounds what is remembered of what was reported.
const maxTold = 4096

// first reports whether something is to be told, which it is once.
func (r *runtimeJudge) first(key string) bool {
	if r.told[key] {
		return false
	}
	if len(r.told) >= maxTold {
		clear(r.told)
	}
	r.told[key] = true
	return true
}

// refused tells people and the log what does not happen.
func (r *runtimeJudge) refused(e *supervise.Event, actions []rules.Action, v rules.Verdict) {
	f := decisive(v)
	what, by := f.Became, chain(e.Proc)
	if f.Action < len(actions) {
		what = actions[f.Action].Op.String() + " " + what
	}
	if e.Op == supervise.OpExec {
		by = append(by, filepath.Base(e.Real))
	}
	if !r.first(f.Rule + what) {
		return
	}
	fmt.Fprintf(os.Stderr, "guard: %s: %s [%s]\n  = %s, by %s\n",
		f.Decision, report.Escape(f.Reason), f.Rule, report.Escape(cut(what, 200)), report.Escape(strings.Join(by[max(0, len(by)-3):], " > ")))
	if err := r.record(e, actions, v); err != nil {
		fmt.Fprintf(os.Stderr, "guard: error: %v\n", err)
	}
}

// passed records what is remarkable and happens all the same: a file that is
// loaded, a refusal that is only watched. It reports false if that cannot be
// recorded.
func (r *runtimeJudge) passed(e *supervise.Event, actions []rules.Action, v rules.Verdict) bool {
	loads := slices.ContainsFunc(actions, func(a rules.Action) bool { return a.Op == rules.Load }) && e.Op == supervise.OpRead
	if v.Decision == rules.Allow && !loads {
		return true
	}
	if !r.first(fmt.Sprint("passed", e.Op, e.Path, e.Argv, e.Proc.Exe)) {
		return true
	}
	return r.record(e, actions, v) == nil
}

func (r *runtimeJudge) record(e *supervise.Event, actions []rules.Action, v rules.Verdict) error {
	why := story(e.Proc)
	for i := range actions {
		if actions[i].Why == "" {
			actions[i].Why = why
		}
	}
	rec := r.loaded.Record(r.world, Judgement{Text: r.opt.Text, Actions: actions, Verdict: v}, "runtime")
	rec.Level = r.opt.Level.String()
	return r.loaded.Append(rec)
}

// decisive is the finding that is reported.
func decisive(v rules.Verdict) rules.Finding {
	for _, f := range v.Findings {
		if !f.Observed() && f.Decision == v.Applied {
			return f
		}
	}
	return rules.Finding{Decision: v.Applied, Reason: "is refused", Rule: rules.DefaultID}
}

// cut shortens s to n bytes.
func cut(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}
