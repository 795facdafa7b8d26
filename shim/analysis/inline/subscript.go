package inline

import "strings"

// getenv returns the environment variable name.
func (p *interp) getenv(name string) val {
	if get := p.rec.limits.Getenv; get != nil {
		if v := get(name); v != "" {
			return str(v)
		}
	}
	switch name {
	case "HOME", "USERPROFILE":
		return str(home)
	}
	return anyStr()
}

// index evaluates the subscript at the current token.
func (p *interp) index(start int, v val) val {
	open := p.i
	m := int(p.tok(open).m)
	if m <= open {
		p.i++
		return unk()
	}
	key, sliced, slice := p.subscript(m)
	switch {
	case sliced:
		return mapAlts(v, func(a val) val { return sliceOf(a, slice) })
	case v.k == vRef && isEnvRef(v.s), v.k == vEnv:
		switch {
		case key.k == vEnvKey:
			return val{k: vEnv}
		case key.known():
			return p.getenv(key.s)
		case v.k == vEnv:
			return v
		}
		return anyStr()
	case p.lang == Ruby && v.k == vRef && v.s == "Dir":
		return p.call(ref("Dir.[]"), args{pos: []val{key}}, start)
	case v.k == vRef && v.s == "sys.modules" && key.known():
		return ref(key.s)
	case v.k == vRef && key.known():
		return p.attr(v, key.s, ".")
	case v.k == vRef && len(v.l) == 0 && p.dangerous(v.s) && key.k != vNum:
		return obj("computed", v.s)
	case p.lang == Ruby && v.k == vRef && len(v.l) == 0:
		return p.call(p.attr(v, "[]", "."), args{pos: []val{key}}, start)
	}
	return mapAlts(v, func(a val) val { return mapAlts(key, func(k val) val { return p.at(a, k) }) })
}

// subscript evaluates what is between the current bracket and m.
func (p *interp) subscript(m int) (key val, sliced bool, slice [3]val) {
	open := p.i
	paren := p.paren
	slice = [3]val{{k: vNil}, {k: vNil}, {k: vNil}}
	p.paren++
	p.i++
	if p.lang == Perl && p.is(open, "{") && p.i+1 == m && p.tok(p.i).k == tIdent {
		key = str(p.word(p.i))
		p.i++
	}
	for n := 0; p.i < m && p.rec.step(); {
		at := p.i
		if p.is(p.i, ":") && p.lang == Python {
			sliced = true
			n++
			p.i++
			continue
		}
		key = p.expr(pAssign)
		if n < 3 {
			slice[n] = key
		}
		if p.is(p.i, ",") && p.i < m {
			p.i++
			n++
		} else if p.i == at {
			p.i++
		}
	}
	p.paren = paren
	p.i = min(m+1, len(p.toks)-1)
	return key, sliced, slice
}

// at returns the element of v under key.
func (p *interp) at(v, key val) val {
	switch v.k {
	case vList:
		n := key.n
		if p.lang == Lua || p.lang == Julia || p.lang == R { // count from one
			if n--; n < 0 {
				return unk()
			}
		}
		if key.k == vNum {
			if n < 0 {
				n += int64(len(v.l))
			}
			if n >= 0 && n < int64(len(v.l)) {
				return v.l[n]
			}
			return val{k: vNil}
		}
		p.rec.spend(len(v.l) / 4)
		return element(v)
	case vDict:
		if key.known() {
			if d, ok := v.get(key.s); ok {
				return d
			}
			return unk()
		}
		var out val
		for i := 1; i < len(v.l); i += 2 {
			if i == 1 {
				out = v.l[i]
			} else {
				out = join(out, v.l[i])
			}
		}
		return out
	case vStr:
		if v.known() && key.k == vNum {
			n := key.n
			if n < 0 {
				n += int64(len(v.s))
			}
			if n >= 0 && n < int64(len(v.s)) && ascii(v.s) {
				return str(v.s[n : n+1])
			}
		}
		return anyStr()
	case vObj:
		if v.typ == "Glob" || v.typ == "Env" {
			return element(v)
		}
	}
	return unk()
}

// sliceOf returns v[a:b:c] of Python.
func sliceOf(v val, s [3]val) val {
	if v.k != vList && !v.known() {
		if v.k == vStr {
			return anyStr()
		}
		return unk()
	}
	size := int64(len(v.l))
	if v.k == vStr {
		size = int64(len(v.s))
	}
	step := int64(1)
	switch {
	case s[2].k == vNum:
		step = s[2].n
	case s[2].k != vNil, v.k == vStr && !ascii(v.s):
		return anyStr()
	}
	from, to := int64(0), size
	if step < 0 {
		from, to = size-1, -1
	}
	for i, dst := range []*int64{&from, &to} {
		switch {
		case s[i].k == vNum:
			*dst = s[i].n
			if *dst < 0 {
				*dst += size
			}
			if step > 0 {
				*dst = min(max(*dst, 0), size)
			} else {
				*dst = min(max(*dst, -1), size-1)
			}
		case s[i].k != vNil:
			return anyStr()
		}
	}
	if step == 0 || size > maxText {
		return unk()
	}
	var b strings.Builder
	var l []val
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		if v.k == vList {
			l = append(l, v.l[i])
		} else {
			b.WriteByte(v.s[i])
		}
	}
	if v.k == vList {
		return list(l...)
	}
	return str(b.String())
}
