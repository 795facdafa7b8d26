package rules

import "fmt"

// Decision is what a rule, a layer or the policy says. The zero value denies.
type Decision uint8

// The decisions, strictest first.
const (
	Deny Decision = iota
	Ask
	Allow
)

// String returns "deny", "ask" or "allow".
func (d Decision) String() string {
	switch d {
	case Ask:
		return "ask"
	case Allow:
		return "allow"
	case Deny:
	}
	return "deny"
}

// MarshalText writes the word of d.
func (d Decision) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText accepts the three words, nothing else.
func (d *Decision) UnmarshalText(text []byte) error {
	switch string(text) {
	case "deny":
		*d = Deny
	case "ask":
		*d = Ask
	case "allow":
		*d = Allow
	default:
		return fmt.Errorf("%q is no decision: want deny, ask or allow", text)
	}
	return nil
}

// Mode says whether refusals are carried out.
type Mode uint8

// The modes. The zero value enforces.
const (
	Enforce Mode = iota
	Observe
)

// String returns "enforce" or "observe".
func (m Mode) String() string {
	if m == Observe {
		return "observe"
	}
	return "enforce"
}

// MarshalText writes the word of m.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText accepts the two words.
func (m *Mode) UnmarshalText(text []byte) error {
	switch string(text) {
	case "enforce":
		*m = Enforce
	case "observe":
		*m = Observe
	default:
		return fmt.Errorf("%q is no mode: want enforce or observe", text)
	}
	return nil
}

// Match is the answer of a matcher to an action of which guard may know only
// parts.
type Match uint8

// The answers.
const (
	No Match = iota
	Maybe
	Yes
)

// and is the weaker of two answers that must both hold.
func (m Match) and(n Match) Match { return min(m, n) }

// or is the stronger of two answers of which one must hold.
func (m Match) or(n Match) Match { return max(m, n) }

// Tri is a fact that may be unknown. The zero value is unknown.
type Tri uint8

// The values of a fact.
const (
	Unknown Tri = iota
	False
	True
)

// Is returns True or False.
func Is(b bool) Tri {
	if b {
		return True
	}
	return False
}

// MarshalJSON writes true, false or null.
func (t Tri) MarshalJSON() ([]byte, error) {
	switch t {
	case True:
		return []byte("true"), nil
	case False:
		return []byte("false"), nil
	case Unknown:
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads true, false or null.
func (t *Tri) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true":
		*t = True
	case "false":
		*t = False
	default:
		*t = Unknown
	}
	return nil
}

// UnmarshalTOML reads true or false.
func (t *Tri) UnmarshalTOML(v any) error {
	b, ok := v.(bool)
	if !ok {
		return fmt.Errorf("want true or false, not %v", v)
	}
	*t = Is(b)
	return nil
}

// match compares the fact with what a condition wants.
func (t Tri) match(want Tri) Match {
	switch {
	case want == Unknown:
		return Yes
	case t == Unknown:
		return Maybe
	case t == want:
		return Yes
	}
	return No
}
