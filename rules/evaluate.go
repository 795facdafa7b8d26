package rules

import (
	"sort"
	"strings"

	"guard/rules/value"
)

// The ids of the rules that guard itself applies; their pages are in the pack
// shell.
const (
	UnresolvedID = "shell.unresolved"
	UnparsedID   = "shell.unparsed"
	DefaultID    = "policy.default"
)

// Verdict is the answer of a policy to the actions of a command. The zero value
// denies.
type Verdict struct {
	Decision Decision  // what the rules say, whatever the mode
	Applied  Decision  // what is to be carried out: the mode considered
	Mode     Mode      // of the policy
	Findings []Finding // what speaks against the command, strictest first in source order
	Lifted   []Finding // findings that an exception lifts
}

// Finding is one rule that speaks against one action.
type Finding struct {
	Rule      string   `json:"rule"`
	Decision  Decision `json:"decision"`
	Reason    string   `json:"reason"`
	Instead   string   `json:"instead,omitempty"`
	Advice    string   `json:"advice,omitempty"`
	Action    int      `json:"action"`
	Layer     string   `json:"layer"`
	Span      [2]int   `json:"span"`
	Via       []string `json:"via,omitempty"`
	Became    string   `json:"became,omitempty"` // what the words became
	Loss      string   `json:"loss,omitempty"`
	About     string   `json:"about,omitempty"`     // unresolved: the rule that may match
	Exception string   `json:"exception,omitempty"` // lifted: by whom, and why
	observed  bool
}

// Evaluate judges actions. It has no side effects but for caches, returns no
// error, and does not depend on the order of layers, rules or actions.
func (p *Policy) Evaluate(actions []Action) Verdict {
	v := Verdict{Decision: Allow, Applied: Allow, Mode: p.Mode()}
	for i := range actions {
		p.judge(&actions[i], i, &v)
	}
	sort.SliceStable(v.Findings, func(i, j int) bool {
		a, b := &v.Findings[i], &v.Findings[j]
		if a.Decision != b.Decision {
			return a.Decision < b.Decision
		}
		if a.Span[0] != b.Span[0] {
			return a.Span[0] < b.Span[0]
		}
		if (a.About == "") != (b.About == "") {
			return a.About == ""
		}
		if a.Action != b.Action {
			return a.Action < b.Action
		}
		return a.Rule < b.Rule
	})
	for _, f := range v.Findings {
		v.Decision = min(v.Decision, f.Decision)
		if !f.observed {
			v.Applied = min(v.Applied, f.Decision)
		}
	}
	return v
}

// judge adds the findings of all layers on one action.
func (p *Policy) judge(a *Action, index int, v *Verdict) {
	var maybe *Rule
	for _, l := range p.layers {
		matched := false
		for r := range l.candidates(a, p.table) {
			m := p.matchRule(r, a)
			matched = matched || m == Yes
			if m == No || r.Decision == Allow {
				continue
			}
			f := finding(r, l, a, index)
			if !p.fits(r, a) {
				f.Instead = ""
			}
			if why, ok := p.lifted(r, l, a); ok {
				if m == Yes {
					f.Exception = why
					v.Lifted = append(v.Lifted, f)
				}
				continue
			}
			if m == Maybe {
				if a.Op == Delete && (a.Loses == False || l.Authority == Builtin && !r.Floor && p.passing(a.Path)) {
					continue // whatever it is, nothing is lost
				}
				if maybe == nil || r.ID < maybe.ID {
					maybe = r
				}
				continue
			}
			f.observed = !r.Floor && (v.Mode == Observe || r.Mode == Observe)
			v.Findings = append(v.Findings, f)
		}
		if d := l.defaultFor(a.Op); d != nil && *d != Allow && !matched {
			f := finding(&Rule{ID: DefaultID, Decision: *d,
				Reason: "the policy allows no " + a.Op.String() + " that a rule does not allow"}, l, a, index)
			f.observed = v.Mode == Observe
			v.Findings = append(v.Findings, f)
		}
	}
	if maybe == nil {
		return
	}
	if d := p.unresolved(a.Op); d != Allow {
		f := finding(p.metaRule(UnresolvedID, "cannot be judged before it runs"), nil, a, index)
		f.Decision, f.About, f.observed = d, maybe.ID, v.Mode == Observe
		v.Findings = append(v.Findings, f)
	}
}

// passing reports whether a path is surely below a temporary directory, and no
// part of a workspace there.
func (p *Policy) passing(path value.Text) bool {
	return path.Descends() && p.matchPath([]string{"<tmp>/**"}, path.Occurring()) == Yes && p.matchPath([]string{"<workspace>", "<workspace>/**"}, path) == No
}

// finding says that r speaks against a.
func finding(r *Rule, l *Layer, a *Action, index int) Finding {
	f := Finding{
		Rule: r.ID, Decision: r.Decision, Reason: r.Reason, Instead: r.Instead, Advice: r.Advice,
		Action: index, Span: a.Span, Via: a.Via, Became: a.became(), Loss: a.Loss,
	}
	if l != nil {
		f.Layer = l.Name
	}
	return f
}

// fits reports whether the alternative of r is one for the program that runs: not
// one for another program that r is about as well.
func (p *Policy) fits(r *Rule, a *Action) bool {
	if r.Instead == "" || a.Op != Exec || len(a.Argv) == 0 {
		return true
	}
	alt, _, _ := strings.Cut(r.Instead, " ")
	if p.table.Name(string(a.Argv[0])) == p.table.Name(alt) {
		return true
	}
	for _, c := range r.Command {
		if first, _, _ := strings.Cut(c, " "); first == alt {
			return false
		}
	}
	return true
}

// Rule returns the rule with the id, of the highest layer that has it, or nil.
func (p *Policy) Rule(id string) *Rule {
	for _, l := range p.layers {
		for i := range l.Rules {
			if l.Rules[i].ID == id {
				return &l.Rules[i]
			}
		}
	}
	return nil
}

// metaRule returns a rule that guard itself applies.
func (p *Policy) metaRule(id, reason string) *Rule {
	if r := p.Rule(id); r != nil {
		return r
	}
	return &Rule{ID: id, Reason: reason}
}

// Refuse returns the verdict over a command of which no action is known: rule id
// (shell.unparsed) speaks against the whole text.
func (p *Policy) Refuse(id, reason string, span [2]int) Verdict {
	f := finding(p.metaRule(id, reason), nil, &Action{Span: span}, -1)
	if reason != "" {
		f.Reason = reason
	}
	v := Verdict{Mode: p.Mode(), Applied: Deny, Findings: []Finding{f}}
	if v.Mode == Observe {
		v.Findings[0].observed, v.Applied = true, Allow
	}
	return v
}

// Observed reports whether f is only recorded, because of the mode.
func (f *Finding) Observed() bool { return f.observed }

// defaultFor is what l says of an operation that none of its rules matches.
func (l *Layer) defaultFor(op Op) *Decision {
	if d := l.Defaults[op]; d != nil {
		return d
	}
	switch op {
	case Exec, Request, Statement, Call:
		return l.Default
	}
	return nil
}

// lifted reports whether an exception of sufficient authority lifts r for a, and
// in whose words.
func (p *Policy) lifted(r *Rule, of *Layer, a *Action) (string, bool) {
	for _, l := range p.layers {
		if l.Authority != Managed && l.Authority != User {
			continue
		}
		for i := range l.Exceptions {
			e := &l.Exceptions[i]
			if matchLoose(e.Rule, value.Text(r.ID)) != Yes || !p.mayLift(l, r, of) || e.expired(p.ctx.Today) {
				continue
			}
			if p.when(&e.When, a, a.Path) == Yes {
				return e.Reason + " (" + l.Name + ")", true
			}
		}
	}
	return "", false
}

// mayLift reports whether an exception of layer l has the authority to lift rule
// r of layer of.
func (p *Policy) mayLift(l *Layer, r *Rule, of *Layer) bool {
	if l.Authority == Managed {
		return true
	}
	if r.Floor || of.Authority != Builtin && of.Authority != User {
		return false
	}
	for _, m := range p.layers {
		if m.Authority != Managed {
			continue
		}
		for _, lock := range m.Lock {
			if matchLoose(lock, value.Text(r.ID)) != No {
				return false
			}
		}
	}
	return true
}

// expired compares dates as text, which ISO 8601 allows.
func (e *Exception) expired(today string) bool {
	return e.Expires != "" && today != "" && e.Expires < today
}

// became says in a few words what the action's target is.
func (a *Action) became() string {
	switch {
	case a.Path != "" && a.Op != Exec:
		if a.Real != "" && a.Real != a.Path {
			return a.Path.String() + " -> " + a.Real.String()
		}
		return a.Path.String()
	case a.URL != "":
		return strings.TrimSpace(a.Method + " " + a.URL.String())
	case a.Text != "":
		return a.Text.String()
	}
	ws := make([]string, len(a.Argv))
	for i, w := range a.Argv {
		ws[i] = w.String()
	}
	return strings.Join(ws, " ")
}
