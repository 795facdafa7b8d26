package filters

import (
	"regexp"
	"regexp/syntax"
	"slices"
)

// A pattern is a POSIX regular expression as Go's, leftmost and longest, for ASCII text.
type pattern struct {
	longest *regexp.Regexp
	greedy  *regexp.Regexp // only with groups: both must agree on them
	groups  int
	size    int // instructions of the compiled expression
}

const (
	maxPattern = 1024 // bytes of an expression
	maxSize    = 2000 // instructions
)

// compile translates an expression. ok is false where it means something that Go's expressions cannot say, or where
// versions of the programs differ.
func (c *call) compile(src string, d dialect) (p *pattern, ok bool) {
	if len(src) > maxPattern || !ascii(src) {
		return nil, false
	}
	t := translator{dialect: d, src: src, atom: -1, start: true}
	if !t.translate() || d.groups && t.ambiguous && t.groups > 0 {
		return nil, false
	}
	text := string(t.out)
	if d.line {
		text = "^(?:" + text + ")$"
	}
	return c.compileGo(text, t.groups, d.groups && t.groups > 0)
}

// compileGo compiles a Go expression within the limits.
func (c *call) compileGo(text string, groups int, submatches bool) (*pattern, bool) {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, false
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > maxSize || !c.step(len(text)+4*len(prog.Inst)) {
		return nil, false
	}
	p := &pattern{groups: groups, size: len(prog.Inst)}
	if p.longest, err = regexp.Compile(text); err != nil {
		return nil, false
	}
	p.longest.Longest()
	if submatches {
		p.greedy, err = regexp.Compile(text)
	}
	return p, err == nil
}

// match reports whether text contains a match.
func (c *call) match(p *pattern, text []byte) bool {
	return c.charge(p, len(text), 1) && p.longest.Match(text)
}

// find returns the leftmost longest match, nil when there is none.
func (c *call) find(p *pattern, text []byte) []int {
	if !c.charge(p, len(text), 1) {
		return nil
	}
	all := p.longest.FindSubmatchIndex(text)
	if p.greedy != nil && !slices.Equal(all, p.greedy.FindSubmatchIndex(text)) {
		c.over = true
	}
	return all
}

// findAll returns all matches; an empty one does not follow upon another match.
func (c *call) findAll(p *pattern, text []byte) [][]int {
	if worst := len(text) * len(text) / 32 * p.size; worst > 1<<23 {
		c.over = true
		return nil
	}
	all := p.longest.FindAllSubmatchIndex(text, -1)
	if !c.charge(p, len(text), len(all)+1) {
		return nil
	}
	if p.greedy != nil {
		other := p.greedy.FindAllSubmatchIndex(text, -1)
		if !slices.EqualFunc(all, other, slices.Equal[[]int]) {
			c.over = true
			return nil
		}
	}
	return all
}

// charge spends the work of searching text a number of times.
func (c *call) charge(p *pattern, length, times int) bool {
	return c.step((length*p.size/32 + 1) * times)
}
