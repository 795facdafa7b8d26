package dialect

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// alias hides what follows the definition of an alias that is not simply a
// command with arguments: the text after it need not read as the tree shows.
// Whether aliases are expanded is not asked: there are too many ways to say so.
func (c *checker) alias(call *syntax.CallExpr) {
	for _, a := range call.Assigns {
		if a.Name != nil && a.Name.Value == "BASH_ALIASES" {
			c.hide(from(call))
		}
	}
	defining := false
	for _, w := range call.Args {
		s, _, ok := literal(w)
		switch {
		case !defining:
			defining = ok && s == "alias"
			if !defining && !(ok && (s == "command" || s == "builtin")) {
				return
			}
		case !ok, strings.HasPrefix(s, "-") && s != "-p" && s != "--", !c.plainAlias(s):
			c.hide(from(call))
			return
		}
	}
}

// plainAlias reports whether the argument of alias makes one that reads as a
// command with arguments wherever it is used.
func (c *checker) plainAlias(def string) bool {
	name, value, ok := strings.Cut(def, "=")
	if !ok {
		return true
	}
	if syntax.IsKeyword(name) || strings.HasSuffix(value, " ") || strings.HasSuffix(value, "\t") ||
		strings.ContainsAny(value, "\\\n#") {
		return false
	}
	f, err := parseBounded([]byte(value), c.lang(), c.lim, c.work)
	if err != nil || len(f.Stmts) != 1 {
		return false
	}
	s := f.Stmts[0]
	call, ok := s.Cmd.(*syntax.CallExpr)
	return ok && len(call.Args) > 0 && len(call.Assigns) == 0 && len(s.Redirs) == 0 &&
		!s.Negated && !s.Background && !s.Semicolon.IsValid()
}
