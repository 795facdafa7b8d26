package inline

import "guard/rules/value"

func arith(a, b val, f func(a, b int64) (int64, bool)) val {
	if a.k == vNum && b.k == vNum {
		if n, ok := f(a.n, b.n); ok {
			return num(n)
		}
	}
	if a.k == vAlt && len(a.l)*len(b.alts()) <= maxAlts {
		return mapAlts(a, func(x val) val { return arith(x, b, f) })
	}
	if b.k == vAlt && a.k == vNum {
		return mapAlts(b, func(y val) val { return arith(a, y, f) })
	}
	return unk()
}

// rangeOf returns the list a..b.
func rangeOf(a, b val) val {
	if a.k != vNum || b.k != vNum || b.n-a.n > maxAlts || b.n < a.n {
		return unk()
	}
	var l []val
	for n := a.n; n <= b.n; n++ {
		l = append(l, num(n))
	}
	return list(l...)
}

func appendTo(l, v val) val {
	if l.k != vList || len(l.l) >= maxList {
		return unk()
	}
	return list(append(l.l[:len(l.l):len(l.l)], v)...)
}

// plus adds numbers, texts and lists.
func (p *interp) plus(a, b val) val {
	switch {
	case a.k == vNum && b.k == vNum:
		return num(a.n + b.n)
	case a.k == vList && b.k == vList:
		if len(a.l)+len(b.l) > maxList {
			return unk()
		}
		return list(append(a.l[:len(a.l):len(a.l)], b.l...)...)
	case p.lang == Perl || p.lang == PHP || p.lang == Lua || p.lang == Awk:
		return arith(a, b, func(x, y int64) (int64, bool) { return x + y, true })
	case a.k == vObj && a.typ == "Pathname":
		return joinPath(a, b, "Pathname")
	case a.k == vNum && b.k == vUnk, a.k == vUnk && b.k == vNum, a.k == vUnk && b.k == vUnk:
		return unk()
	}
	return concat(a, b)
}

// times multiplies; a text is repeated, and joined in Julia.
func (p *interp) times(a, b val) val {
	switch {
	case p.lang == Julia && (a.k == vStr || b.k == vStr):
		return concat(a, b)
	case a.k == vStr || a.k == vList:
		return repeat(a, b)
	case b.k == vStr || b.k == vList:
		return repeat(b, a)
	}
	return arith(a, b, func(x, y int64) (int64, bool) { return x * y, x < 1<<31 && y < 1<<31 && x > -1<<31 && y > -1<<31 })
}

func repeat(a, b val) val {
	if b.k != vNum || b.n < 0 {
		if b.known() && a.k == vList {
			return joinList(a, b) // Ruby: ['a'] * ','
		}
		return unk()
	}
	if a.k == vList {
		if int64(len(a.l))*b.n > maxList || b.n > maxList {
			return unk()
		}
		var l []val
		for range b.n {
			l = append(l, a.l...)
		}
		return list(l...)
	}
	s := a.text()
	if b.n > maxText || int64(len(s))*b.n > maxText {
		return anyStr()
	}
	out := make([]byte, 0, len(s)*int(b.n))
	for range b.n {
		out = append(out, s...)
	}
	return str(string(out))
}

// divide divides numbers and joins paths.
func (p *interp) divide(a, b val) val {
	if a.k == vObj && a.typ == "Path" || b.k == vObj && b.typ == "Path" {
		return joinPath(a, b, "Path")
	}
	if a.k == vAlt || a.k == vUnk && (b.k == vStr && p.lang == Python) {
		return mapAlts(a, func(x val) val {
			if x.k == vObj && x.typ == "Path" {
				return joinPath(x, b, "Path")
			}
			if x.k == vUnk && b.k == vStr {
				return joinPath(obj("Path", string(value.Any)), b, "Path")
			}
			return unk()
		})
	}
	return arith(a, b, func(x, y int64) (int64, bool) {
		if y == 0 || x%y != 0 {
			return 0, false
		}
		return x / y, true
	})
}
