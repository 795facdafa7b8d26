package repo

// set matches x against the set that opens at p and returns where it closes.
// A set that does not close matches nothing.
func (g *glob) set(p int, x byte) (end int, ok bool) {
	s := g.pattern
	at := func(i int) byte { // 0 beyond the end, as patterns hold no NUL
		if i < len(s) {
			return s[i]
		}
		return 0
	}
	p++
	negated := at(p) == '!' || at(p) == '^'
	if negated {
		p++
	}
	matched, last := false, byte(0)
	for first := true; first || at(p) != ']'; first = false {
		c := at(p)
		switch {
		case c == 0:
			return 0, false
		case c == '\\':
			p++
			if c = at(p); c == 0 {
				return 0, false
			}
			matched = matched || c == x
		case c == '-' && last != 0 && at(p+1) != 0 && at(p+1) != ']':
			p++
			if c = at(p); c == '\\' {
				p++
				if c = at(p); c == 0 {
					return 0, false
				}
			}
			matched = matched || g.inRange(x, last, c)
			c = 0
		case c == '[' && at(p+1) == ':':
			stop := p + 2
			for at(stop) != 0 && at(stop) != ']' {
				stop++
			}
			if at(stop) == 0 {
				return 0, false
			}
			if stop-p < 3 || s[stop-1] != ':' {
				matched = matched || x == '['
				break
			}
			in, known := g.class(s[p+2:stop-1], x)
			if !known {
				return 0, false
			}
			matched = matched || in
			p, c = stop, 0
		default:
			matched = matched || c == x
		}
		last = c
		p++
	}
	return p, matched != negated
}

// inRange reports whether x lies between two bytes of a set.
func (g *glob) inRange(x, lo, hi byte) bool {
	if lo <= x && x <= hi {
		return true
	}
	up := x - ('a' - 'A')
	return g.fold && 'a' <= x && x <= 'z' && lo <= up && up <= hi
}

// class reports whether x is in a named class of ASCII, and whether there is
// such a class.
func (g *glob) class(name string, x byte) (in, known bool) {
	lower, upper, digit := 'a' <= x && x <= 'z', 'A' <= x && x <= 'Z', '0' <= x && x <= '9'
	space := x == ' ' || x == '\t' || x == '\n' || x == '\r'
	graph := ' ' < x && x < 0x7f
	switch name {
	case "alnum":
		return lower || upper || digit, true
	case "alpha":
		return lower || upper, true
	case "blank":
		return x == ' ' || x == '\t', true
	case "cntrl":
		return x < ' ' || x == 0x7f, true
	case "digit":
		return digit, true
	case "graph":
		return graph, true
	case "lower":
		return lower, true
	case "print":
		return graph || x == ' ', true
	case "punct":
		return graph && !lower && !upper && !digit, true
	case "space":
		return space, true
	case "upper":
		return upper || g.fold && lower, true
	case "xdigit":
		return digit || 'a' <= x && x <= 'f' || 'A' <= x && x <= 'F', true
	}
	return false, false
}
