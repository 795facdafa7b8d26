package rules

// Rule is one [[rule]] of a policy or pack, as it is written.
type Rule struct {
	ID        string     `toml:"id"`
	Decision  Decision   `toml:"decision"`
	Reason    string     `toml:"reason"`
	Instead   string     `toml:"instead"`
	Advice    string     `toml:"advice"`
	Floor     bool       `toml:"floor"`
	Mode      Mode       `toml:"mode"` // observe: recorded only
	Command   []string   `toml:"command"`
	Access    []string   `toml:"access"`
	Path      []string   `toml:"path"`
	Request   []string   `toml:"request"`
	GraphQL   []string   `toml:"graphql"`
	Statement []string   `toml:"statement"`
	Connect   []string   `toml:"connect"`
	Call      []string   `toml:"call"`
	When      Conditions `toml:"when"`
	Unless    Conditions `toml:"unless"`
	Refs      []string   `toml:"refs"`
	Test      Tests      `toml:"test"`
}

// Conditions narrow a rule (when: all that are given must hold) or except from
// it (unless: each that is given excepts by itself).
type Conditions struct {
	Path      []string `toml:"path"`
	Command   []string `toml:"command"`
	Program   []string `toml:"program"`
	Via       []string `toml:"via"`
	Target    []string `toml:"target"`
	Cwd       []string `toml:"cwd"`
	Branch    []string `toml:"branch"`
	Agent     []string `toml:"agent"`
	User      []string `toml:"user"`
	Host      []string `toml:"host"`
	Created   string   `toml:"created"`
	Exists    Tri      `toml:"exists"`
	Tracked   Tri      `toml:"tracked"`
	Loses     Tri      `toml:"loses"`
	Recursive Tri      `toml:"recursive"`
}

// Tests are the examples that prove a rule, in the virtual world of
// docs/policy.md.
type Tests struct {
	Hit  []string `toml:"hit"`  // commands that the rule must find
	Miss []string `toml:"miss"` // commands that it must not find
}

// Exception lifts a rule.
type Exception struct {
	Rule     string     `toml:"rule"` // an id, or a glob of ids
	Reason   string     `toml:"reason"`
	Approver string     `toml:"approver"`
	Expires  string     `toml:"expires"` // the last day, as 2006-01-02
	When     Conditions `toml:"when"`
}
