package analysis

import (
	"regexp"
	"sort"
	"strings"

	"guard/rules/programs"
	"guard/rules/value"
)

// search is the condition under which a file is found: the expression of find, or
// the filters of a program that knows no operators.
type search struct {
	root     *condition
	tests    bool // not everything is found
	acts     bool // there is an action; else what fits is found
	prunes   bool // -prune has an effect
	depth    int  // how deep to look; -1 without end
	minDepth int
	hidden   bool // names that begin with a dot count too
}

// condition is one node of an expression.
type condition struct {
	kind     string // "and", "or", "not", "action", or the parameter of a filter
	x, y     *condition
	text     value.Text
	rx       *regexp.Regexp
	maybe    bool // an action that may fail
	criteria bool // a name that narrows the search down
	among    bool // it is one of several
}

// searchOf reads the options and operands of a program that looks for files.
func (c *call) searchOf() *search {
	s := &search{depth: -1, hidden: true}
	var toks []programs.Opt
	for _, a := range c.p.Args {
		switch k := a.Effect.Kind(); {
		case k == "filter" && a.Text != "" && a.Text != ".":
			toks = append(toks, programs.Opt{Effect: a.Effect, Value: a.Text, Index: a.Index})
		case k != "filter" && (a.Text == "(" || a.Text == ")" || a.Text == "!" || a.Text == ","):
			toks = append(toks, programs.Opt{Name: string(a.Text), Index: a.Index})
		}
	}
	toks = append(toks, c.p.Opts...)
	sort.SliceStable(toks, func(i, j int) bool { return toks[i].Index < toks[j].Index })
	s.prunes = !c.has("-delete") && !c.has("-depth") && !c.has("-d")
	p := &conditionParser{c: c, s: s, toks: toks}
	switch {
	case !c.p.Spec.Expression():
		s.hidden = !c.p.Spec.HidesDots()
		s.root = s.filters(c, toks)
	case len(toks) <= maxTests:
		s.root = p.list()
		if len(p.toks) > 0 { // a parenthesis too many
			s.root = nil
		}
	}
	return s
}

// filters are options of which all must fit, and of one kind any.
func (s *search) filters(c *call, toks []programs.Opt) *condition {
	var out *condition
	groups := map[string]*condition{}
	var kinds []string
	for _, o := range toks {
		if o.Effect.Kind() != "filter" || s.global(o) {
			continue
		}
		n := c.test(o)
		if n.kind == "not" { // each of them
			out = both("and", out, n)
			continue
		}
		if groups[n.kind] == nil {
			kinds = append(kinds, n.kind)
		}
		groups[n.kind] = both("or", groups[n.kind], n)
	}
	for _, k := range kinds {
		out = both("and", out, groups[k])
	}
	s.tests = out != nil
	return out
}

func both(kind string, x, y *condition) *condition {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	x.among, y.among = x.among || kind == "or", y.among || kind == "or"
	return &condition{kind: kind, x: x, y: y}
}

// global takes an option that holds for the whole search; false for others.
func (s *search) global(o programs.Opt) bool {
	switch o.Effect.Param() {
	case "depth":
		if n := atoi(string(o.Value)); o.Value.Known() && (s.depth < 0 || n < s.depth) {
			s.depth = n
		}
	case "min-depth":
		if o.Value.Known() {
			s.minDepth = atoi(string(o.Value))
		}
	case "hidden":
		s.hidden = true
	default:
		return false
	}
	return true
}

// conditionParser reads the expression of find.
type conditionParser struct {
	c    *call
	s    *search
	toks []programs.Opt
}

func (p *conditionParser) list() *condition {
	x := p.or()
	for p.next(",") { // what stands before only acts
		x = both("and", both("or", orTrue(x), orTrue(nil)), p.or())
	}
	return x
}

func (p *conditionParser) or() *condition {
	x := p.and()
	for p.next("or") {
		x = both("or", orTrue(x), orTrue(p.and()))
	}
	return x
}

func orTrue(x *condition) *condition {
	if x == nil {
		return &condition{kind: "true"}
	}
	return x
}

func (p *conditionParser) and() *condition {
	var x *condition
	for len(p.toks) > 0 && !p.at("or") && !p.at(")") && !p.at(",") {
		x = both("and", x, p.not())
	}
	return x
}

func (p *conditionParser) not() *condition {
	switch {
	case p.next("not"):
		if len(p.toks) == 0 {
			return nil
		}
		return &condition{kind: "not", x: orTrue(p.not())}
	case p.next("("):
		x := p.list()
		p.next(")")
		return x
	}
	o := p.toks[0]
	p.toks = p.toks[1:]
	switch {
	case o.Effect.Kind() == "filter" && p.s.global(o):
		return nil
	case o.Effect.Kind() == "filter":
		p.s.tests = true
		return p.c.test(o)
	case o.Effect.Kind() == "run", o.Effect.Kind() == "delete":
		p.s.acts = true
		return &condition{kind: "action", maybe: o.Effect.Kind() == "run"}
	case strings.HasPrefix(o.Name, "-print"), strings.HasPrefix(o.Name, "-fprint"), o.Name == "-ls", o.Name == "-fls":
		p.s.acts = true
		return &condition{kind: "action"}
	}
	return nil // -a, -true, -depth and the like
}

// at reports whether the next word is an operator.
func (p *conditionParser) at(op string) bool {
	if len(p.toks) == 0 {
		return false
	}
	o := p.toks[0]
	return o.Name == op || o.Effect.Kind() == "filter" && o.Effect.Param() == op || op == "not" && o.Name == "!"
}

func (p *conditionParser) next(op string) bool {
	if !p.at(op) {
		return false
	}
	p.toks = p.toks[1:]
	return true
}

// test is one filter.
func (c *call) test(o programs.Opt) *condition {
	n := &condition{kind: o.Effect.Param(), text: o.Value}
	switch n.kind {
	case "name", "iname", "path", "ipath":
		if t, ok := strings.CutPrefix(string(o.Value), "!"); ok && !c.p.Spec.Expression() {
			n.text = value.Text(t)
			return &condition{kind: "not", x: n}
		}
		n.criteria = strings.Trim(string(n.text), "*?\x00amu") != ""
	case "extension":
		n.kind, n.text, n.criteria = "iname", "*."+n.text, true
	case "exclude":
		n.kind = "name"
		return &condition{kind: "not", x: n}
	case "regex":
		n.rx = c.baseRegexp(n.text)
		n.criteria = n.rx != nil
	case "path-regex", "path-iregex":
		n.rx = c.pathRegexp(n.text, n.kind == "path-iregex")
		n.criteria = n.rx != nil
	}
	return n
}

// baseRegexp is the pattern of fd, which is matched anywhere in a name.
func (c *call) baseRegexp(t value.Text) *regexp.Regexp {
	if !t.Known() || len(t) > 512 || c.has("-p") || c.has("-F") {
		return nil
	}
	s := string(t)
	if strings.ToLower(s) == s && !c.has("-s") || c.has("-i") {
		s = "(?i)" + s
	}
	rx, err := regexp.Compile(s)
	if err != nil {
		return nil
	}
	return rx
}

// pathRegexp is the pattern of find -regex, which is matched with the whole path.
func (c *call) pathRegexp(t value.Text, fold bool) *regexp.Regexp {
	if !t.Known() || len(t) > 512 {
		return nil
	}
	s, ok := string(t), true
	if o, given := c.p.Opt("-regextype"); !given {
		s, ok = emacsRegexp(s)
	} else if v := string(o.Value); !strings.Contains(v, "extended") && !strings.HasSuffix(v, "egrep") {
		ok = false
	}
	if !ok {
		return nil
	}
	if s = "^(?:" + s + ")$"; fold {
		s = "(?i)" + s
	}
	rx, err := regexp.Compile(s)
	if err != nil {
		return nil
	}
	return rx
}

// emacsRegexp rewrites a pattern in the way of Emacs; false if it has more than
// groups, alternatives and repetitions.
func emacsRegexp(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\':
			if i++; i == len(s) {
				return "", false
			}
			switch e := s[i]; {
			case strings.IndexByte("()|", e) >= 0:
				b.WriteByte(e)
			case strings.IndexByte(".*+?[]^$\\/-", e) >= 0:
				b.WriteString(regexp.QuoteMeta(string(e)))
			default:
				return "", false
			}
		case '(', ')', '|', '{', '}':
			b.WriteString("\\" + string(c))
		case '[':
			_, n := bracket(s[i:], "")
			if n == 0 {
				return "", false
			}
			b.WriteString(strings.ReplaceAll(s[i:i+n], `\`, `\\`))
			i += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}
