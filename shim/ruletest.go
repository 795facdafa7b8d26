package shim

import (
	"fmt"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/virtual"
)

// TestFailure is one example of a rule that does not hold.
type TestFailure struct {
	Rule    string
	Command string
	Why     string
}

// String gives rule: why: command.
func (f TestFailure) String() string { return fmt.Sprintf("%s: %s: %s", f.Rule, f.Why, f.Command) }

// TestRules runs the examples of a layer's rules in the virtual world, each rule
// by itself, and checks that every alternative passes under all layers. It
// returns how many examples ran, and those that failed.
func TestRules(table *programs.Table, layer *rules.Layer, all ...*rules.Layer) (ran int, failed []TestFailure) {
	w := virtual.New()
	full := rules.New(w.Context(), table, append(all, layer)...)
	for i := range layer.Rules {
		r := &layer.Rules[i]
		single := &rules.Layer{Name: layer.Name, Authority: layer.Authority, Rules: []rules.Rule{*r}, Programs: layer.Programs}
		single.Rules[0].Mode = rules.Enforce
		single.Rules[0].Decision = rules.Deny // that it matches shows as a finding, for allow rules too
		single.Index = rules.BuildIndex(single.Rules, table.With(layer.Programs))
		p := rules.New(w.Context(), table, single)
		judge := func(pol *rules.Policy, command string) (rules.Verdict, error) {
			a := analysis.Analyzer{World: w, Table: pol.Table(), Protected: func(t value.Text) bool { return full.Protected(t) }}
			res := a.Analyze(analysis.Source{Text: command, Shell: dialect.Bash})
			if res.Err != nil {
				return rules.Verdict{}, res.Err
			}
			return pol.Evaluate(res.Actions), nil
		}
		found := func(v rules.Verdict) bool {
			for _, f := range v.Findings {
				if f.Rule == r.ID && f.About == "" {
					return true
				}
			}
			return false
		}
		for _, cmd := range r.Test.Hit {
			ran++
			v, err := judge(p, cmd)
			switch {
			case err != nil:
				failed = append(failed, TestFailure{r.ID, cmd, err.Error()})
			case !found(v):
				failed = append(failed, TestFailure{r.ID, cmd, "should be found, and is not"})
			}
		}
		for _, cmd := range r.Test.Miss {
			ran++
			v, err := judge(p, cmd)
			switch {
			case err != nil:
				failed = append(failed, TestFailure{r.ID, cmd, err.Error()})
			case found(v):
				failed = append(failed, TestFailure{r.ID, cmd, "should not be found, and is"})
			}
		}
		if r.Instead != "" {
			ran++
			if v, err := judge(full, r.Instead); err != nil || v.Decision != rules.Allow {
				why := "the alternative is refused itself"
				if err == nil && len(v.Findings) > 0 {
					why += " by " + v.Findings[0].Rule
				}
				failed = append(failed, TestFailure{r.ID, r.Instead, why})
			}
		}
	}
	return ran, failed
}
