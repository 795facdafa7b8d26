package analysis

import (
	"path"
	"strings"

	"guard/rules"
	"guard/rules/value"
)

// finding is what a search says of one file.
type finding struct {
	found rules.Match
	named bool // by its name
	prune bool // what lies below is not looked at
}

// of judges one file.
func (s *search) of(w *walker, f place) finding {
	if !s.hidden && f.depth > 0 && strings.HasPrefix(path.Base(f.path), ".") {
		return finding{prune: true}
	}
	out := finding{}
	reach := rules.Yes
	if f.depth < s.minDepth {
		reach = rules.No
	}
	if s.root == nil {
		return finding{found: reach}
	}
	e := evaluation{s: s, w: w, f: f, out: &out}
	m, named := e.eval(s.root, reach, false)
	if !s.acts {
		out.found, out.named = min(m, reach), named
	}
	return out
}

// evaluation evaluates a search for one file.
type evaluation struct {
	s   *search
	w   *walker
	f   place
	out *finding
}

// eval returns whether n is true; reach says whether it is asked at all, and named
// whether that is for the file's name.
func (e *evaluation) eval(n *condition, reach rules.Match, named bool) (rules.Match, bool) {
	switch n.kind {
	case "and":
		m, x := e.eval(n.x, reach, named)
		m2, y := e.eval(n.y, min(reach, m), named || x)
		return min(m, m2), x || y
	case "or":
		m, x := e.eval(n.x, reach, named)
		m2, y := e.eval(n.y, min(reach, opposite(m)), named)
		switch {
		case m == rules.Yes:
			return m, x
		case m == rules.No:
			return m2, y
		}
		return max(m, m2), x && y
	case "not":
		m, _ := e.eval(n.x, reach, false)
		return opposite(m), false
	case "action":
		if reach > e.out.found || reach == e.out.found && named {
			e.out.found, e.out.named = reach, named
		}
		if n.maybe {
			return rules.Maybe, false
		}
		return rules.Yes, false
	case "prune":
		e.out.prune = e.out.prune || e.s.prunes && reach == rules.Yes
		return rules.Yes, false
	}
	m := e.test(n)
	return m, n.criteria && m == rules.Yes && !e.general(n)
}

// general reports whether a name is that of any file with an extension, which are
// not protected as such: who looks for *.json does not ask for credentials.json.
func (e *evaluation) general(n *condition) bool {
	ext, ok := strings.CutPrefix(string(n.text), "*.")
	if !ok || strings.ContainsAny(ext, "*?[\\\x00") || n.kind != "name" && n.kind != "iname" {
		return false
	}
	dir, protected := path.Dir(e.f.path), e.w.c.it.protected
	return !protected(value.Known(dir+"/x."+ext)) && (n.among || !protected(value.Known(dir+"/."+ext)))
}

func opposite(m rules.Match) rules.Match {
	switch m {
	case rules.Yes:
		return rules.No
	case rules.No:
		return rules.Yes
	}
	return m
}

// test evaluates one filter.
func (e *evaluation) test(n *condition) rules.Match {
	f := e.f
	switch n.kind {
	case "true":
		return rules.Yes
	case "false":
		return rules.No
	case "name", "iname":
		return matchPattern(string(n.text), value.Known(path.Base(f.path)), n.kind == "iname")
	case "path", "ipath":
		return matchPattern(string(n.text), value.Known(f.shown), n.kind == "ipath")
	case "regex", "path-regex", "path-iregex":
		if n.rx == nil {
			return rules.Maybe
		}
		if n.kind == "regex" {
			return truthMatch(n.rx.MatchString(path.Base(f.path)))
		}
		return truthMatch(n.rx.MatchString(f.shown))
	case "type":
		return f.hasType(n.text)
	case "xtype":
		if f.link {
			return rules.Maybe
		}
		return f.hasType(n.text)
	case "empty":
		return e.w.empty(f)
	}
	return rules.Maybe
}

func truthMatch(b bool) rules.Match {
	if b {
		return rules.Yes
	}
	return rules.No
}

// hasType compares the type of a file with the letters of -type.
func (f place) hasType(want value.Text) rules.Match {
	if !want.Known() {
		return rules.Maybe
	}
	best := rules.No
	for _, t := range strings.Split(string(want), ",") {
		switch {
		case strings.HasPrefix(t, "d"):
			best = max(best, truthMatch(f.dir))
		case strings.HasPrefix(t, "l"):
			best = max(best, truthMatch(f.link))
		case strings.HasPrefix(t, "f"):
			best = max(best, truthMatch(!f.dir && !f.link))
		case !f.dir || strings.HasPrefix(t, "e"):
			best = max(best, rules.Maybe)
		}
	}
	return best
}

// empty says whether a file is empty, or a directory: one that holds no more than
// directories may become so.
func (w *walker) empty(f place) rules.Match {
	if !f.dir {
		return rules.Maybe
	}
	for _, sub := range w.list(f) {
		if !sub.dir {
			return rules.No
		}
	}
	return rules.Maybe
}

// ends are the literal ends of which every file that is found has one; nil where
// that is not known.
func (s *search) ends() []string {
	if s.root == nil {
		return nil
	}
	return s.endsOf(s.root)
}

func (s *search) endsOf(n *condition) []string {
	switch n.kind {
	case "and":
		if x := s.endsOf(n.x); x != nil {
			return x
		}
		return s.endsOf(n.y)
	case "or":
		x, y := s.endsOf(n.x), s.endsOf(n.y)
		if s.acts && !n.x.hasAction() {
			return y
		}
		if x == nil || y == nil || len(x)+len(y) > maxChoices {
			return nil
		}
		return append(x[:len(x):len(x)], y...)
	case "name":
		if n.text.Known() {
			t := string(n.text)
			if t = t[strings.LastIndexAny(t, "*?]\\")+1:]; t != "" {
				return []string{t}
			}
		}
	}
	return nil
}

// holdNothing reports whether all that is found is empty, and in a repository.
func (c *call) holdNothing() bool {
	s := c.searchOf()
	for _, r := range c.roots() {
		if c.it.repo(c.abs(r)) == nil {
			return false
		}
	}
	return s.needs(s.root, func(n *condition) bool { return n.kind == "empty" })
}

// needs reports whether a file is found only if some test of a kind fits.
func (s *search) needs(n *condition, is func(*condition) bool) bool {
	switch {
	case n == nil:
		return false
	case n.kind == "and":
		return s.needs(n.x, is) || s.needs(n.y, is)
	case n.kind == "or":
		return s.needs(n.y, is) && (s.acts && !n.x.hasAction() || s.needs(n.x, is))
	}
	return is(n)
}

func (n *condition) hasAction() bool {
	return n != nil && (n.kind == "action" || n.x.hasAction() || n.y.hasAction())
}

// takesAll reports whether hardly a file is left out, but for what is no file.
func (s *search) takesAll(n *condition) bool {
	if n == nil {
		return true
	}
	switch n.kind {
	case "and":
		return s.takesAll(n.x) && s.takesAll(n.y)
	case "or":
		return s.takesAll(n.x) || s.takesAll(n.y)
	case "not":
		return n.x != nil && n.x.criteria // all but some
	case "type":
		return strings.Contains(string(n.text), "f")
	case "true", "action":
		return true
	case "name", "iname", "path", "ipath":
		return n.text != "" && strings.Trim(string(n.text), "*?.") == "" // "*.*" and the like
	}
	return false
}

// emptied deletes the directories at which a search starts that deletes what it finds,
// where that is all that they hold.
func (c *call) emptied() {
	s := c.searchOf()
	if s.depth >= 0 || !s.hidden || !s.takesAll(s.root) {
		return
	}
	for _, r := range c.roots() {
		if p := c.abs(r); p.Known() && c.it.isDir(p) {
			c.file(rules.Delete, r, true)
		}
	}
}
