package inline

import (
	"encoding/hex"
	"strings"
)

// foldable reports whether fold knows the function name under a module.
func foldable(name string) bool {
	switch name {
	case "os.getenv", "os.path.join", "os.path.expanduser", "base64.b64decode", "codecs.decode", "os.path.abspath":
		return true
	}
	return false
}

// fold computes a call without effects on known values. It reports false if
// it does not know the function.
func (p *interp) fold(name string, c *cx, start int) (val, bool) {
	if c.recv != nil {
		i := strings.LastIndexByte(name, '.')
		typ, m := name[:max(i, 0)], name[i+1:]
		switch typ {
		case "str":
			if v, ok := p.foldString(*c.recv, m, c, start); ok {
				return v, true
			}
		case "list", "Glob", "dict":
			if v, ok := p.foldList(*c.recv, m, c, start); ok {
				return v, true
			}
		case "Path", "Pathname", "URL", "File":
			if v, ok := p.foldPath(*c.recv, m, c); ok {
				return v, true
			}
		case "file":
			switch m {
			case "read", "readlines", "readline", "text", "gets", "slurp", "toString", "getvalue":
				return val{k: vUnk, typ: "content", s: c.recv.s}, true
			}
		case "env":
			for _, a := range c.pos {
				if a.k == vFn {
					out := p.callFn(a.fn, args{pos: []val{*c.recv, *c.recv}}, nil)
					if m == "map" && out.k != vEnv {
						return unk(), true
					}
				}
			}
			return *c.recv, true
		case "fn":
			switch m {
			case "call", "apply", "bind", "()", "yield":
				a := c.args
				if p.lang == Node && len(a.pos) > 0 {
					a.pos = a.pos[1:]
					if m == "apply" {
						a.pos = flat(a.pos)
					}
				}
				if m == "bind" {
					return *c.recv, true
				}
				return p.callFn(c.recv.fn, a, nil), true
			}
		case "?":
			if m == "fromhex" || m == "parse" || m == "toString" || m == "decode" || m == "encode" || m == "strip" || m == "trim" || m == "rstrip" {
				return val{k: vUnk, typ: c.recv.typ, s: c.recv.s}, true
			}
			if m == "read" || m == "text" || m == "slurp" {
				if c.recv.typ == "content" {
					return *c.recv, true
				}
			}
		}
	}
	switch p.lang {
	case Python:
		return p.foldPython(name, c)
	case Node:
		return p.foldNode(name, c, start)
	case Perl:
		return p.foldPerl(name, c, start)
	case Ruby:
		return p.foldRuby(name, c, start)
	case PHP:
		return p.foldPHP(name, c)
	case Lua:
		return p.foldLua(name, c)
	}
	return p.foldOther(name, c, start)
}

// foldString computes the method m of the text v.
func (p *interp) foldString(v val, m string, c *cx, start int) (val, bool) {
	a0, has0 := c.arg(0, "")
	a1, has1 := c.arg(1, "")
	switch m {
	case "lower", "toLowerCase", "downcase", "casefold", "toLocaleLowerCase", "lc":
		return mapKnown(v, func(s string) val { return str(strings.ToLower(s)) }), true
	case "upper", "toUpperCase", "upcase", "uc":
		return mapKnown(v, func(s string) val { return str(strings.ToUpper(s)) }), true
	case "strip", "trim", "rstrip", "lstrip", "chomp", "trimEnd", "trimStart":
		if has0 {
			return anyStr(), true
		}
		return mapKnown(v, func(s string) val {
			switch m {
			case "rstrip", "trimEnd", "chomp":
				return str(strings.TrimRight(s, " \t\r\n"))
			case "lstrip", "trimStart":
				return str(strings.TrimLeft(s, " \t\r\n"))
			}
			return str(strings.TrimSpace(s))
		}), true
	case "replace", "replaceAll", "gsub", "sub", "replace_all", "tr", "translate", "delete", "gsub!", "sub!":
		if has1 && a0.known() && a1.known() && m != "translate" && len(c.pos) == 2 && p.lang != Lua {
			return mapKnown(v, func(s string) val {
				switch {
				case m == "tr":
					if strings.HasPrefix(a0.s, "^") {
						return anyStr()
					}
					return transliterate(s, "tr\x01"+a0.s+"\x01"+a1.s+"\x01")
				case m == "sub" || m == "sub!" || m == "replace" && p.lang == Node:
					return str(strings.Replace(s, a0.s, a1.s, 1))
				}
				if len(a1.s)*len(s) > maxText {
					return anyStr()
				}
				return str(strings.ReplaceAll(s, a0.s, a1.s))
			}), true
		}
		return anyStr(), true
	case "reverse":
		return mapKnown(v, func(s string) val { return str(reverse(s)) }), true
	case "split":
		return splitText(v, a0, has0, p.lang), true
	case "join":
		if p.lang == Python {
			return joinList(a0, v), true
		}
	case "format":
		return formatBraces(v, &c.args), true
	case "encode", "toString", "valueOf", "to_s", "to_str", "String", "freeze", "dup", "toWellFormed", "html_safe", "unicode_normalize", "normalize", "force_encoding", "b", "clone", "itself", "unwrap", "scrub", "trimIndent":
		if m == "encode" && has0 && a0.known() && strings.HasPrefix(a0.s, "rot") {
			return mapKnown(v, func(s string) val { return str(rot13(s)) }), true
		}
		return v, true
	case "decode":
		if has0 && a0.known() {
			return decodeAs(v, a0.s), true
		}
		return v, true
	case "hex":
		return mapKnown(v, func(s string) val { return str(hex.EncodeToString([]byte(s))) }), true
	case "concat", "+", "<<", "append", "push_str":
		for _, a := range c.pos {
			v = concat(v, a)
		}
		if m == "<<" || m == "concat" && p.lang == Ruby {
			p.update(start, v)
		}
		return v, true
	case "repeat":
		return repeat(v, a0), true
	case "charAt", "at", "chr":
		return p.at(v, a0), true
	case "slice", "substring", "substr":
		if p.lang == Ruby {
			return anyStr(), true
		}
		end := val{k: vNil}
		if has1 {
			end = a1
			if m == "substr" {
				end = arith(a0, a1, func(a, b int64) (int64, bool) { return a + b, a >= 0 })
			}
		}
		return mapAlts(v, func(a val) val { return sliceOf(a, [3]val{a0, end, {k: vNil}}) }), true
	case "charCodeAt", "codePointAt", "ord", "unpack", "unpack1":
		if m[0] == 'u' {
			return unpack(v, a0, m == "unpack1"), true
		}
		return mapAlts(v, func(a val) val {
			if n := max(a0.n, 0); a.known() && n < int64(len(a.s)) && ascii(a.s) {
				return num(int64(a.s[n]))
			}
			return unk()
		}), true
	case "chars", "bytes", "each_char", "codepoints":
		if l, ok := elems(v); ok {
			if m == "bytes" || m == "codepoints" {
				for i := range l {
					l[i] = num(int64([]rune(l[i].s)[0]))
				}
			}
			return list(l...), true
		}
		return unk(), true
	case "to_sym", "to_i", "length", "size", "len":
		if m == "to_sym" {
			return v, true
		}
		if v.known() && m != "to_i" {
			return num(int64(len(v.s))), true
		}
		return unk(), true
	case "%":
		return formatPercent(v, a0), true
	case "startswith", "startsWith", "endswith", "endsWith", "includes", "isdigit", "indexOf", "find", "match", "match?", "include?", "start_with?", "end_with?", "empty?", "count", "index", "test", "search", "localeCompare":
		return unk(), true
	}
	return val{}, false
}

// update gives the receiver of the call that starts at the token start its
// new value, if it is a variable.
func (p *interp) update(start int, v val) {
	t := p.tok(start)
	if t.k != tIdent && t.k != tVar {
		return
	}
	name := p.word(start)
	if old, ok := p.lookup(name); ok {
		if p.conditional() && old.k != vList {
			v = join(old, v)
		}
		p.bindUp(name, v)
	}
}

// foldList computes the method m of the list or dictionary v.
func (p *interp) foldList(v val, m string, c *cx, start int) (val, bool) {
	a0, has0 := c.arg(0, "")
	switch m {
	case "join":
		if !has0 {
			a0 = str(map[bool]string{true: ",", false: ""}[p.lang == Node])
		}
		return joinList(v, a0), true
	case "reverse", "reverse!", "toReversed":
		if v.k != vList {
			return unk(), true
		}
		l := append([]val(nil), v.l...)
		for i, j := 0, len(l)-1; i < j; i, j = i+1, j-1 {
			l[i], l[j] = l[j], l[i]
		}
		if m == "reverse" && p.lang != Ruby || m == "reverse!" {
			p.update(start, list(l...))
		}
		return list(l...), true
	case "append", "push", "<<", "add", "extend", "unshift", "insert", "concat":
		out := v
		if m == "insert" || m == "unshift" {
			out = unk()
		}
		args := c.pos
		if m == "extend" || m == "concat" {
			args = flat(args)
		}
		for _, a := range args {
			out = appendTo(out, a)
		}
		if p.loops > 0 {
			out = unk()
		}
		if m != "concat" {
			p.update(start, out)
		}
		return out, true
	case "pop", "shift", "remove", "clear", "sort", "splice", "fill", "update", "setdefault", "delete", "merge!":
		e := element(v)
		if m == "pop" && len(v.l) > 0 && !has0 {
			e = v.l[len(v.l)-1]
		}
		if m == "shift" && len(v.l) > 0 {
			e = v.l[0]
		}
		p.update(start, unk())
		return e, true
	case "map", "flatMap", "collect", "each", "forEach", "filter", "each_with_index", "select", "find", "flat_map", "filter_map", "times", "reject", "some", "every", "detect", "each_entry", "then", "tap":
		return p.mapList(v, m, c), true
	case "first", "last", "sample":
		if v.k == vList && len(v.l) > 0 && !has0 {
			if m == "first" {
				return v.l[0], true
			}
			if m == "last" {
				return v.l[len(v.l)-1], true
			}
		}
		return element(v), true
	case "items", "to_a", "to_h", "flat", "flatten", "slice", "copy", "dup", "freeze", "compact", "uniq", "toString", "to_list":
		if m == "items" && v.k == vDict {
			var l []val
			for i := 0; i+1 < len(v.l); i += 2 {
				l = append(l, list(v.l[i], v.l[i+1]))
			}
			return list(l...), true
		}
		if m == "slice" && (has0 || len(c.pos) > 0) {
			end := val{k: vNil}
			if b, ok := c.arg(1, ""); ok {
				end = b
			}
			return sliceOf(v, [3]val{a0, end, {k: vNil}}), true
		}
		if m == "toString" {
			return joinList(v, str(",")), true
		}
		return v, true
	case "values":
		if v.k == vDict {
			var l []val
			for i := 1; i < len(v.l); i += 2 {
				l = append(l, v.l[i])
			}
			return list(l...), true
		}
	case "keys":
		if l, ok := elems(v); ok && v.k == vDict {
			return list(l...), true
		}
	case "get", "fetch", "dig", "at":
		if has0 {
			out := p.at(v, a0)
			if d, ok := c.arg(1, ""); ok {
				out = join(out, d)
			}
			return out, true
		}
	case "pack":
		return pack(a0, v.l), true
	}
	return val{}, false
}

// mapList hands the elements of v to the function among the arguments.
func (p *interp) mapList(v val, m string, c *cx) val {
	var fn val
	for _, a := range c.pos {
		if a.k == vFn || a.k == vRef || a.k == vStr && p.lang == Ruby {
			fn = a
		}
	}
	var out []val
	n := int64(0)
	p.each(v, func(e val) {
		pos := []val{e, num(n)}
		if m == "find" || m == "select" || m == "each" {
			pos = pos[:1]
		}
		if e.k == vList && fn.k == vFn && len(fn.fn.params) > 1 && p.lang == Ruby {
			pos = e.l
		}
		n++
		switch fn.k {
		case vFn:
			out = append(out, p.callFn(fn.fn, args{pos: pos}, nil))
		case vRef:
			at := *c
			at.args, at.recv = args{pos: pos[:1]}, nil
			out = append(out, p.callRef(p.canon(fn.s), &at, p.i))
		case vStr: // &:name
			at := p.i
			out = append(out, p.call(p.attr(e, fn.s, "."), args{}, p.i))
			p.i = at
		default:
			out = append(out, unk())
		}
	})
	if fn.k != vUnk && fn.k == vFn {
		fn.fn.called = true
	}
	switch m {
	case "map", "flatMap", "collect", "flat_map", "filter_map":
		if _, ok := elems(v); !ok {
			return obj2("Glob", out)
		}
		if m[0] == 'f' {
			return list(flat(out)...)
		}
		return list(out...)
	case "find", "detect":
		return element(v)
	case "filter", "select", "reject":
		l, _ := elems(v)
		return obj2("Glob", l)
	}
	return v
}
