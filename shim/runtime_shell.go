package shim

import (
	"os"
	"strings"

	"guard/rules"
	"guard/shim/report"
)

// supervise runs the real shell under the run-time layer. It reports false where
// the layer cannot work, nothing was run, and the text layer may do alone.
func (c *shell) supervise() (status int, done bool) {
	text := c.text
	if text == "" {
		text = strings.Join(c.inv.Argv, " ")
	}
	s, err := c.layer.Run(RunOptions{Path: c.real, Argv: c.inv.Argv, Environ: c.environ, Text: text, Allowed: c.pass})
	switch {
	case err == nil:
		return Finish(s), true
	case !Unavailable(err):
		return fault(err, "nothing was run"), true
	case c.loaded.Require:
		return fault(err, "nothing was run: the policy requires the run-time layer; see guard doctor"), true
	}
	j := Judgement{Text: text, Actions: c.pass, Verdict: c.strict}
	rec := c.loaded.Record(c.world, j, "text")
	rec.Degraded = "no run-time layer: " + err.Error()
	if err := c.loaded.Append(rec); err != nil {
		return fault(err, "nothing was run: a decision that cannot be recorded is not carried out"), true
	}
	if c.strict.Applied != rules.Allow {
		report.Refusal(os.Stderr, report.Options{Color: report.UseColor(os.Stderr)}, c.text, c.strict)
		return ExitRefused, true
	}
	return 0, false
}

// interactive starts a shell that people type into, where the policy allows it or
// the run-time layer judges what they do.
func (c *shell) interactive() (int, error) {
	c.strict = rules.Verdict{Decision: rules.Allow, Applied: rules.Allow, Mode: c.loaded.Policy.Mode()}
	if !c.loaded.TTY {
		c.strict = c.loaded.Policy.Refuse("shell.interactive", "", [2]int{})
		c.strict.Applied = rules.Deny // watching is no reason to let a shell go unjudged
	}
	if c.supervised() {
		c.hook()
	}
	if c.strict.Applied == rules.Allow || c.supervised() {
		return c.become(nil)
	}
	j := Judgement{Text: strings.Join(c.inv.Argv, " "), Verdict: c.strict}
	if err := c.loaded.Append(c.loaded.Record(c.world, j, "text")); err != nil {
		return fault(err, ""), nil
	}
	report.Refusal(os.Stderr, report.Options{Color: report.UseColor(os.Stderr)}, "", c.strict)
	return ExitRefused, nil
}
