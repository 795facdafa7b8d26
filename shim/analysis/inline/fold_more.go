package inline

import "strings"

// foldNode computes the functions of JavaScript.
func (p *interp) foldNode(name string, c *cx, start int) (val, bool) {
	a0, has0 := c.arg(0, "")
	a1, has1 := c.arg(1, "")
	switch name {
	case "String", "decodeURIComponent", "unescape", "decodeURI", "url.fileURLToPath", "fileURLToPath", "Object", "Promise.resolve", "Object.freeze", "structuredClone", "url.pathToFileURL":
		if strings.HasPrefix(name, "decode") || name == "unescape" {
			return mapKnown(a0, unpercent), true
		}
		if name == "String" && a0.k == vNum {
			return str(a0.text()), true
		}
		return a0, true
	case "String.fromCharCode", "String.fromCodePoint":
		return charsText(c.pos), true
	case "String.raw":
		return a0, true
	case "Buffer.from", "new Buffer", "Buffer":
		switch {
		case a0.k == vList:
			return charsText(a0.l), true
		case has1 && a1.known():
			return decodeAs(a0, a1.s), true
		case has1:
			return anyStr(), true
		}
		return a0, true
	case "atob":
		return mapKnown(a0, unbase64), true
	case "path.join", "path.posix.join":
		return joinPaths(c.pos, false), true
	case "path.resolve", "path.posix.resolve":
		return joinPaths(c.pos, true), true
	case "path.dirname":
		return mapAlts(a0, func(v val) val { return str(dirName(v.text())) }), true
	case "path.basename":
		return mapKnown(a0, func(s string) val { return str(s[strings.LastIndexByte(s, '/')+1:]) }), true
	case "path.normalize":
		return a0, true
	case "os.homedir":
		return str(home), true
	case "process.cwd", "Deno.cwd":
		if p.cwd != "" {
			return str(p.cwd), true
		}
		return str("."), true
	case "JSON.stringify", "util.inspect", "Object.entries", "Object.values", "Object.assign", "Object.fromEntries", "qs.stringify", "util.format", "Array.from", "Deno.env.toObject", "yaml.dump", "Object.keys", "Reflect.ownKeys", "querystring.stringify":
		return p.convertNode(name, c, a0), true
	case "JSON.parse":
		return val{k: vUnk, typ: a0.typ, s: a0.s}, true
	case "new URL", "URL":
		if has1 && !isURL(a0.s) {
			return joinPath(concat(a1, str("")), a0, "URL"), true
		}
		return obj("URL", a0.text()), true
	case "Array", "Array.of", "Promise.all", "Promise.allSettled", "Set", "new Set", "new Array":
		if len(c.pos) == 1 {
			return a0, true
		}
		return list(c.pos...), true
	case "parseInt", "Number":
		if a0.known() {
			base := 10
			if has1 && a1.k == vNum {
				base = int(a1.n)
			} else if strings.HasPrefix(a0.s, "0x") {
				base = 16
			}
			return parseInt(a0.s, base), true
		}
		return a0, a0.k == vNum
	case "Reflect.get":
		if a1.known() {
			return p.attr(a0, a1.s, "."), true
		}
		return obj("computed", a0.s), true
	case "Deno.env.get", "Bun.env.get":
		return p.getenv(a0.text()), true
	case "new Function", "Function", "vm.Script", "new vm.Script", "new AsyncFunction":
		if has0 {
			v := obj("Function", "")
			v.l = []val{c.pos[len(c.pos)-1]}
			return v, true
		}
		return unk(), true
	case "util.promisify", "promisify":
		return a0, true
	case "new Promise":
		if a0.k == vFn {
			return p.callFn(a0.fn, args{unknown: true}, nil), true
		}
		return unk(), true
	case "process.binding":
		return obj("computed", "process.binding"), true
	}
	switch {
	case strings.HasPrefix(name, "Function.") && has0 && strings.HasSuffix(name, ".run"):
		p.evalText(*c.recv, *c)
		return unk(), true
	case strings.HasSuffix(name, ".call") || strings.HasSuffix(name, ".apply") || strings.HasSuffix(name, ".bind"):
		f := name[:strings.LastIndexByte(name, '.')]
		if p.hasCall(f) && len(c.pos) > 0 {
			at := *c
			at.args = args{pos: c.pos[1:]}
			if strings.HasSuffix(name, "apply") {
				at.args.pos = flat(at.args.pos)
			}
			if strings.HasSuffix(name, "bind") {
				return ref(f), true
			}
			return p.callRef(p.canon(f), &at, start), true
		}
	case strings.HasPrefix(name, "[].") && has0:
		return list(c.pos...), true
	}
	return val{}, false
}

func (p *interp) convertNode(name string, c *cx, a0 val) val {
	if strings.HasPrefix(name, "Deno") {
		return val{k: vEnv}
	}
	for _, a := range c.pos {
		if holdsEnv(a) {
			if name == "Object.keys" || name == "Reflect.ownKeys" {
				return a
			}
			return val{k: vEnv}
		}
	}
	switch name {
	case "JSON.stringify":
		if a0.k == vUnk {
			return anyStr()
		}
		return str(a0.json())
	case "Object.entries":
		if a0.k == vDict {
			var l []val
			for i := 0; i+1 < len(a0.l); i += 2 {
				l = append(l, list(a0.l[i], a0.l[i+1]))
			}
			return list(l...)
		}
	case "Object.values", "Object.keys":
		if a0.k == vDict {
			var l []val
			for i := boolInt(name == "Object.values"); i < len(a0.l); i += 2 {
				l = append(l, a0.l[i])
			}
			return list(l...)
		}
	case "Array.from":
		v := a0
		if a0.k == vStr {
			if l, ok := elems(a0); ok {
				v = list(l...)
			}
		}
		if len(c.pos) > 1 {
			at := *c
			at.args = args{pos: c.pos[1:]}
			return p.mapList(v, "map", &at)
		}
		return v
	case "Object.assign":
		return a0
	}
	return anyStr()
}

// unpercent decodes %HH.
func unpercent(s string) val {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if v := unhex(s[i+1 : i+3]); v.known() {
				b.WriteString(v.s)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return str(b.String())
}

// foldPerl computes the functions of Perl.
func (p *interp) foldPerl(name string, c *cx, start int) (val, bool) {
	topic, _ := p.lookup("$_")
	a0, has0 := c.arg(0, "")
	if !has0 {
		a0 = topic
	}
	a1, _ := c.arg(1, "")
	switch name {
	case "shift", "pop":
		src := "@_"
		if _, ok := p.lookup("@_"); !ok {
			src = "@ARGV"
		}
		if has0 {
			if p.tok(p.i-1).k == tVar || p.is(p.i-1, ")") && p.tok(p.i-2).k == tVar {
				i := p.i - 1
				if p.is(i, ")") {
					i--
				}
				src = p.varName(i)
			}
		}
		v, ok := p.lookup(src)
		if !ok || v.k != vList {
			return unk(), true
		}
		if len(v.l) == 0 {
			return val{k: vNil}, true
		}
		if name == "pop" {
			p.bindUp(src, list(v.l[:len(v.l)-1]...))
			return v.l[len(v.l)-1], true
		}
		p.bindUp(src, list(v.l[1:]...))
		return v.l[0], true
	case "push", "unshift":
		if p.tok(start+1).k == tVar {
			p.forget(p.varName(start + 1))
		} else if p.is(start+1, "(") && p.tok(start+2).k == tVar {
			p.forget(p.varName(start + 2))
		}
		return unk(), true
	case "join":
		if len(c.pos) == 0 {
			return unk(), true
		}
		return joinList(list(flat(c.pos[1:])...), a0), true
	case "reverse":
		l := flat(c.pos)
		if len(l) == 1 {
			return mapKnown(l[0], func(s string) val { return str(reverse(s)) }), true
		}
		out := make([]val, len(l))
		for i := range l {
			out[len(l)-1-i] = l[i]
		}
		return list(out...), true
	case "scalar":
		if l := flat(c.pos); len(l) == 1 {
			return l[0], true
		}
		return unk(), true
	case "lc", "uc", "lcfirst", "ucfirst", "quotemeta", "chomp", "fc":
		switch name {
		case "lc", "fc":
			return mapKnown(a0, func(s string) val { return str(strings.ToLower(s)) }), true
		case "uc":
			return mapKnown(a0, func(s string) val { return str(strings.ToUpper(s)) }), true
		}
		return anyStr(), true
	case "chr":
		return mapAlts(a0, func(v val) val { return charsText([]val{v}) }), true
	case "ord":
		if a0.known() && a0.s != "" {
			return num(int64(a0.s[0])), true
		}
		return unk(), true
	case "hex", "oct":
		if a0.known() {
			return parseInt(a0.s, map[string]int{"hex": 16, "oct": 8}[name]), true
		}
		return unk(), true
	case "sprintf":
		l := flat(c.pos)
		if len(l) > 0 && l[0].known() {
			return sprintf(l[0].s, l[1:], unk()), true
		}
		return anyStr(), true
	case "pack":
		return pack(a0, flat(c.pos[min(1, len(c.pos)):])), true
	case "unpack":
		return unpack(a1, a0, true), true
	case "decode_base64", "MIME::Base64::decode_base64", "MIME::Base64::decode", "decode_base64url":
		return mapKnown(a0, unbase64), true
	case "substr":
		a2, ok := c.arg(2, "")
		end := val{k: vNil}
		if ok {
			end = arith(a1, a2, func(a, b int64) (int64, bool) { return a + b, a >= 0 && b >= 0 })
		}
		return mapAlts(a0, func(v val) val { return sliceOf(v, [3]val{a1, end, {k: vNil}}) }), true
	case "split":
		if a1.known() && a0.known() && !strings.ContainsAny(a0.s, `\.[]()*+?|^$`) {
			return splitText(a1, a0, a0.s != " ", Perl), true
		}
		return unk(), true
	case "keys":
		if a0.k == vEnv || a0.k == vRef {
			return ref("%ENV"), true
		}
		if l, ok := elems(a0); ok && a0.k == vDict {
			return list(l...), true
		}
		return unk(), true
	case "values", "each", "sort", "ref", "uniq", "Dumper", "Data::Dumper::Dumper", "Data::Dumper->Dump", "encode_json", "to_json", "list", "defined", "wantarray", "grep", "map":
		for _, a := range c.pos {
			if holdsEnv(a) {
				if a.k == vRef && name == "sort" {
					return a, true
				}
				return val{k: vEnv}, true
			}
		}
		if name == "values" && a0.k == vDict {
			return list(a0.l...), true
		}
		if name == "sort" {
			return list(flat(c.pos)...), true
		}
		return unk(), true
	case "catfile", "File::Spec.catfile", "File::Spec.catdir", "catdir", "File::Spec::Functions::catfile":
		return joinPaths(c.pos, false), true
	case "path", "Path::Tiny::path", "Path::Tiny.new", "file", "dir":
		return mapAlts(joinPaths(c.pos, false), func(v val) val { return obj("Path", expandHome(v.text()).s) }), true
	case "File::HomeDir.my_home", "rel2abs", "abs_path", "Cwd::abs_path", "realpath", "cwd", "getcwd":
		if name == "File::HomeDir.my_home" {
			return str(home), true
		}
		return a0, has0
	case "qw", "my", "our":
		return list(c.pos...), true
	}
	return val{}, false
}

// foldLua computes the functions of Lua.
func (p *interp) foldLua(name string, c *cx) (val, bool) {
	if i := strings.LastIndexByte(name, '.'); c.recv != nil && c.recv.k == vStr && i > 0 {
		c.pos = append([]val{*c.recv}, c.pos...)
		name = "string." + name[i+1:]
	}
	a0, has0 := c.arg(0, "")
	a1, _ := c.arg(1, "")
	switch name {
	case "string.char", "utf8.char":
		return charsText(c.pos), true
	case "string.reverse":
		return mapKnown(a0, func(s string) val { return str(reverse(s)) }), true
	case "string.lower":
		return mapKnown(a0, func(s string) val { return str(strings.ToLower(s)) }), true
	case "string.upper":
		return mapKnown(a0, func(s string) val { return str(strings.ToUpper(s)) }), true
	case "string.rep":
		return repeat(a0, a1), true
	case "string.format":
		if a0.known() && has0 {
			return sprintf(a0.s, c.pos[1:], unk()), true
		}
		return anyStr(), true
	case "string.sub":
		a2, ok := c.arg(2, "")
		if a1.k != vNum || a1.n < 1 || ok && (a2.k != vNum || a2.n < 0) {
			return anyStr(), true
		}
		end := val{k: vNil}
		if ok {
			end = a2
		}
		return mapAlts(a0, func(v val) val { return sliceOf(v, [3]val{num(a1.n - 1), end, {k: vNil}}) }), true
	case "string.gsub", "string.byte":
		return anyStr(), true
	case "table.concat":
		if a1.k == vUnk {
			a1 = str("")
		}
		return joinList(a0, a1), true
	case "tostring":
		return concat(a0, str("")), true
	case "assert", "select", "unpack", "table.unpack":
		return a0, true
	case "ipairs", "pairs":
		if l, ok := elems(a0); ok && a0.k == vList {
			var out []val
			for i, e := range l {
				out = append(out, list(num(int64(i+1)), e))
			}
			return list(out...), true
		}
		if a0.k == vDict {
			var out []val
			for i := 0; i+1 < len(a0.l); i += 2 {
				out = append(out, list(a0.l[i], a0.l[i+1]))
			}
			return list(out...), true
		}
		return unk(), true
	case "os.getenv":
		return p.getenv(a0.text()), true
	case "pcall", "xpcall":
		if has0 {
			at := *c
			at.args = args{pos: c.pos[1:]}
			return p.callRefOnce(a0, &at), true
		}
	case "load", "loadstring":
		v := obj("Function", "")
		v.l = []val{a0}
		if a0.k == vFn {
			return a0, true
		}
		return v, true
	case "require":
		return ref(a0.text()), a0.known()
	}
	return val{}, false
}
