package repo

import "strings"

// pattern is one line of a file of ignore rules.
type pattern struct {
	text     string // without '!', leading and trailing slash
	base     string // the directory whose file it stands in, "" or ending in a slash
	plain    int    // how many bytes of text come before the first wildcard
	negative bool   // takes back what an earlier pattern ignores
	dirOnly  bool
	nameOnly bool // has no slash: matches the last element at any depth
}

// parsePattern reads one line; false means that it holds no pattern.
func parsePattern(line, base string) (pattern, bool) {
	if i := strings.IndexByte(line, 0); i >= 0 {
		line = line[:i]
	}
	if line == "" || line[0] == '#' {
		return pattern{}, false
	}
	p := pattern{text: trimSpaces(line), base: base}
	p.text, p.negative = strings.CutPrefix(p.text, "!")
	p.text, p.dirOnly = strings.CutSuffix(p.text, "/")
	p.nameOnly = !strings.Contains(p.text, "/")
	p.text = strings.TrimPrefix(p.text, "/")
	for p.plain < len(p.text) && !isSpecial(p.text[p.plain]) {
		p.plain++
	}
	return p, p.text != ""
}

// trimSpaces removes trailing spaces, except one that is escaped.
func trimSpaces(line string) string {
	end := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			continue
		case '\\':
			if i++; i == len(line) {
				return line
			}
		}
		end = i + 1
	}
	return line[:end]
}

// match reports whether the pattern matches name, relative to the work tree.
func (r *Repo) match(p *pattern, name string, isDir bool) (bool, error) {
	if p.dirOnly && !isDir {
		return false, nil
	}
	g := glob{pattern: p.text, fold: r.conf.ignoreCase, budget: &r.budget}
	if p.nameOnly {
		g.text = name[strings.LastIndexByte(name, '/')+1:]
		if !g.fold {
			if p.plain == len(p.text) {
				return g.text == p.text, nil
			}
			if p.plain == 0 && p.text[0] == '*' && !strings.ContainsAny(p.text[1:], `*?[\`) {
				return strings.HasSuffix(g.text, p.text[1:]), nil
			}
		}
		ok := g.match(0, 0)
		return ok, g.err
	}
	rest, ok := strings.CutPrefix(name, p.base)
	if !ok || len(rest) < p.plain {
		return false, nil
	}
	// Git compares what precedes the first wildcard by itself, so that "**"
	// right after it counts as the pattern's beginning.
	for i := range p.plain {
		if g.lower(rest[i]) != g.lower(p.text[i]) {
			return false, nil
		}
	}
	g.pattern, g.text, g.path = p.text[p.plain:], rest[p.plain:], true
	if g.pattern == "" {
		return g.text == "", nil
	}
	ok = g.match(0, 0)
	return ok, g.err
}
