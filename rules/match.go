package rules

import (
	"strings"

	"guard/rules/value"
)

// matchRule compares a rule with an action, in each spelling of its path.
func (p *Policy) matchRule(r *Rule, a *Action) Match {
	if strings.Contains(string(a.Path), string(value.Maybe)) {
		sure := *a // it may not come to pass: at most a maybe
		sure.Path = a.Path.Occurring()
		sure.Real = a.Real.Occurring()
		return min(p.matchRule(r, &sure), Maybe)
	}
	m := p.matchAs(r, a, a.Path)
	if a.Real != "" && a.Real != a.Path && m != Yes {
		m = m.or(p.matchAs(r, a, a.Real))
	}
	return m
}

// matchAs compares a rule with an action whose path is spelled path.
func (p *Policy) matchAs(r *Rule, a *Action, path value.Text) Match {
	m := p.matchTarget(r, a, path)
	if m == No {
		return No
	}
	if m = m.and(p.when(&r.When, a, path)); m == No {
		return No
	}
	if p.unless(&r.Unless, a, path) {
		return No
	}
	return m
}

// matchTarget answers whether the action is of the kind that the rule names.
func (p *Policy) matchTarget(r *Rule, a *Action, path value.Text) Match {
	switch a.Op {
	case Exec:
		return p.matchCommands(r.Command, a)
	case Read, Load, Write, Delete, Chmod, Mount:
		if len(r.Access) == 0 && len(r.Path) == 0 {
			return No
		}
		m := r.matchAccess(a)
		if m != No && len(r.Path) > 0 {
			m = m.and(p.matchTree(r.Path, a, path))
		}
		return m
	case Request:
		return matchRequest(r, a)
	case Statement:
		return matchStatements(r.Statement, a)
	case Connect:
		return anyLoose(r.Connect, []value.Text{a.URL})
	case Call:
		return anyLoose(r.Call, []value.Text{a.Text})
	case numOps:
	}
	return No
}

// matchTree is matchPath, where an action on a whole tree also concerns what
// lies below: a rule about ~/.ssh may match what is done to ~.
func (p *Policy) matchTree(pats []string, a *Action, path value.Text) Match {
	m := p.matchPath(pats, path)
	if m == Yes || !a.Recursive || !path.Known() {
		return m
	}
	under := strings.TrimSuffix(string(path), "/") + "/"
	if strings.ContainsAny(under, wildcards+"{") {
		return m
	}
	for _, pat := range pats {
		for _, g := range p.patterns(pat) {
			if strings.HasPrefix(g, under) {
				return Maybe
			}
		}
	}
	return m
}

// matchAccess compares the rule's access words with what the action does.
func (r *Rule) matchAccess(a *Action) Match {
	if len(r.Access) == 0 {
		switch a.Op {
		case Read, Write, Delete:
			return Yes
		default:
			return No
		}
	}
	best := No
	for _, w := range r.Access {
		switch w {
		case a.Op.String():
			return Yes
		case "create", "append", "overwrite":
			if a.Op == Write {
				switch a.How {
				case HowUnknown:
					if w == "append" { // whatever happens to it, something new is in the file
						return Yes
					}
					best = Maybe
				default:
					if a.How.String() == w {
						return Yes
					}
				}
			}
		}
	}
	return best
}

// when is the weakest answer of all conditions that are given.
func (p *Policy) when(c *Conditions, a *Action, path value.Text) Match {
	m := Yes
	p.conditions(c, a, path, func(n Match) bool { m = m.and(n); return m != No })
	return m
}

// unless reports whether one of the given conditions surely holds.
func (p *Policy) unless(c *Conditions, a *Action, path value.Text) bool {
	found := false
	p.conditions(c, a, path, func(n Match) bool { found = found || n == Yes; return !found })
	return found
}

// conditions hands the answer of every given condition to f until f says stop.
func (p *Policy) conditions(c *Conditions, a *Action, path value.Text, f func(Match) bool) {
	lists := [...]struct {
		want []string
		have func() Match
	}{
		{c.Path, func() Match { return p.matchPath(c.Path, path) }},
		{c.Command, func() Match { return p.matchCommands(c.Command, a) }},
		{c.Program, func() Match { return anyLoose(c.Program, []value.Text{a.Program}) }},
		{c.Via, func() Match { return anyString(c.Via, a.Via) }},
		{c.Target, func() Match { return anyLoose(c.Target, a.Target) }},
		{c.Cwd, func() Match { return p.matchPath(c.Cwd, a.Cwd) }},
		{c.Branch, func() Match { return orMaybe(c.Branch, a.Branch) }},
		{c.Agent, func() Match { return orMaybe(c.Agent, p.ctx.Agent).and(Maybe) }},
		{c.User, func() Match { return orMaybe(c.User, p.ctx.User) }},
		{c.Host, func() Match { return orMaybe(c.Host, p.ctx.Host) }},
	}
	for i := range lists {
		if len(lists[i].want) > 0 && !f(lists[i].have()) {
			return
		}
	}
	tris := [...][2]Tri{{c.Exists, a.Exists}, {c.Tracked, a.Tracked}, {c.Loses, p.loses(a)}, {c.Recursive, Is(a.Recursive)}}
	for _, t := range tris {
		if t[0] != Unknown && !f(t[1].match(t[0])) {
			return
		}
	}
	if c.Created != "" {
		f(Is(a.Created == c.Created).match(True))
	}
}

// loses says whether something is lost that matters: work in a temporary directory
// does not, which may be deleted as a whole.
func (p *Policy) loses(a *Action) Tri {
	if a.Op == Exec && a.Path != "" && p.passing(a.Path) {
		return False
	}
	return a.Loses
}

// anyLoose is the strongest answer of any glob to any text. No text at all is no.
func anyLoose(globs []string, ts []value.Text) Match {
	best := No
	for _, g := range globs {
		for _, t := range ts {
			if best = best.or(matchLoose(g, t)); best == Yes {
				return Yes
			}
		}
	}
	return best
}

func anyString(globs, ss []string) Match {
	for _, g := range globs {
		for _, s := range ss {
			if matchLoose(g, value.Text(s)) == Yes {
				return Yes
			}
		}
	}
	return No
}

// orMaybe compares one name; an empty one is not known.
func orMaybe(globs []string, s string) Match {
	if s == "" {
		return Maybe
	}
	return anyString(globs, []string{s})
}

// matchStatements compares patterns such as "DROP *", "DELETE without WHERE". Those of
// several words do not mind case: not every word of a dialect is known as a keyword.
func matchStatements(pats []string, a *Action) Match {
	best := No
	for _, pat := range pats {
		glob, without, has := strings.Cut(pat, " without ")
		g := matchLoose(glob, a.Text)
		if g == No && strings.Contains(glob, " ") {
			g = matchLoose(strings.ToLower(glob), value.Text(strings.ToLower(string(a.Text))))
		}
		if has && g == No {
			g = matchLoose(glob, value.Text(a.Verb))
		}
		if g == No && !strings.Contains(glob, " ") {
			g = matchLoose(glob, value.Text(a.Verb))
		}
		if g != No && has {
			for _, c := range a.Clauses {
				if c == without {
					g = No
				}
			}
		}
		if best = best.or(g); best == Yes {
			return Yes
		}
	}
	if best == No && len(pats) > 0 && a.Opaque {
		return Maybe
	}
	return best
}

// matchRequest compares "METHOD URL" patterns and GraphQL operations.
func matchRequest(r *Rule, a *Action) Match {
	if len(r.Request) == 0 && len(r.GraphQL) == 0 {
		return No
	}
	m := Yes
	if len(r.Request) > 0 {
		m = No
		for _, pat := range r.Request {
			method, url, ok := strings.Cut(pat, " ")
			if !ok {
				method, url = "*", pat
			}
			n := Maybe
			if a.Method != "" {
				n = matchLoose(strings.ToUpper(method), value.Text(strings.ToUpper(a.Method)))
			} else if method == "*" {
				n = Yes
			}
			if n != No {
				n = n.and(matchURL(url, a.URL))
			}
			m = m.or(n)
		}
	}
	if m == No || len(r.GraphQL) == 0 {
		return m
	}
	g := No
	for _, op := range a.Operations {
		g = g.or(anyString(r.GraphQL, []string{op}))
	}
	if g == No && a.Opaque {
		g = Maybe
	}
	return m.and(g)
}

// matchURL compares a URL with a glob. The scheme counts only if it is neither
// http nor https; the query only if the glob has one.
func matchURL(glob string, u value.Text) Match {
	strip := func(s string) string {
		s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
		return strings.TrimSuffix(s, "/")
	}
	s := strip(string(u))
	if !strings.Contains(glob, "?") {
		s, _, _ = strings.Cut(s, "?")
	}
	s, _, _ = strings.Cut(s, "#")
	best := No
	for _, g := range expandBraces(strip(glob)) {
		best = best.or(matchGlob(g, value.Text(s)))
	}
	return best
}
