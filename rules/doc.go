// Package rules is the decision point: a policy of TOML rules, in layers of
// authority, that judges what is about to be done.
//
// The zero [Decision] denies. [Policy.Evaluate] is pure: the same actions under
// the same policy get the same [Verdict], in whatever order the rules stand.
package rules
