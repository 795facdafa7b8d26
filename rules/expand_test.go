package rules_test

import (
	"slices"
	"testing"

	"guard/rules"
)

// TestSubcommandBraces holds that braces in a pattern stand for subcommands where
// the program has them, and for operands elsewhere.
func TestSubcommandBraces(t *testing.T) {
	for _, c := range []struct {
		pattern string
		want    []string
	}{
		{"git {status,diff}", []string{"git status", "git diff"}},
		{"git -C x {status,diff}", []string{"git -C x {status,diff}"}}, // x is taken for the subcommand
		{"git --no-pager {status,diff} --stat", []string{"git --no-pager status --stat", "git --no-pager diff --stat"}},
		{"docker {volume,image} {rm,prune}", []string{"docker volume rm", "docker volume prune", "docker image rm", "docker image prune"}},
		{"git push {main,master}", []string{"git push {main,master}"}},
		{"git {ext,fd}::*", []string{"git {ext,fd}::*"}},
		{"frob {a,b}", []string{"frob {a,b}"}},
		{"git", []string{"git"}},
		{"{git,frob} {gc,fetch}", []string{"git gc", "git fetch", "frob {gc,fetch}"}},
		{"{frob,nicate}", []string{"frob", "nicate"}},
		{"mkfs.*", []string{"mkfs.*"}},
	} {
		l := layer(t, rules.User, `[[rule]]
id = "a.b"
decision = "deny"
reason = "r"
command = ["ls --all", "`+c.pattern+`", "pwd"]`)
		want := append(append([]string{"ls --all"}, c.want...), "pwd")
		if got := l.Rules[0].Command; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", c.pattern, got, want)
		}
	}
	p := policy(layer(t, rules.User, `[[rule]]
id = "a.b"
decision = "deny"
reason = "r"
command = ["git {fetch,gc}"]
unless.command = ["git {fetch,gc} --dry-run"]`))
	for cmd, want := range map[string]rules.Decision{
		"git fetch": rules.Deny, "git gc": rules.Deny, "git status": rules.Allow, "git fetch --dry-run": rules.Allow, "git add fetch": rules.Allow,
	} {
		if got := p.Evaluate([]rules.Action{exec(cmd)}).Decision; got != want {
			t.Errorf("%s: %s, want %s", cmd, got, want)
		}
	}
}
