package inline

import (
	"strings"

	"guard/rules/value"
)

// foldPython computes the functions of Python.
func (p *interp) foldPython(name string, c *cx) (val, bool) {
	a0, has0 := c.arg(0, "")
	a1, has1 := c.arg(1, "")
	switch name {
	case "str", "bytes", "repr", "list", "tuple", "bytearray", "set", "sorted", "dict", "iter", "next", "reversed", "frozenset", "ascii", "json.dumps", "pprint.pformat", "copy.copy", "copy.deepcopy", "io.StringIO", "io.BytesIO", "yaml.dump", "vars", "json.loads", "os.fspath", "os.fsencode", "os.fsdecode", "format", "memoryview", "cast", "typing.cast":
		return p.convertPython(name, a0, has0, c), true
	case "chr":
		return mapAlts(a0, func(v val) val { return charsText([]val{v}) }), true
	case "ord":
		return mapAlts(a0, func(v val) val {
			if v.known() && len(v.s) == 1 {
				return num(int64(v.s[0]))
			}
			return unk()
		}), true
	case "len":
		if l, ok := elems(a0); ok {
			return num(int64(len(l))), true
		}
		return unk(), true
	case "int":
		if a0.k == vNum {
			return a0, true
		}
		if base, ok := c.arg(1, "base"); a0.known() && (!ok || base.k == vNum) {
			return parseInt(a0.s, max(int(base.n), boolInt(!ok)*10)), true
		}
		return unk(), true
	case "range":
		from, to := num(0), a0
		if has1 {
			from, to = a0, a1
		}
		if len(c.pos) > 2 || to.k != vNum {
			return unk(), true
		}
		if to.n <= from.n {
			return list(), from.k == vNum
		}
		return rangeOf(from, num(to.n-1)), true
	case "map", "filter":
		if a0.k == vFn || a0.k == vRef {
			at := *c
			at.args = args{pos: []val{a0}}
			return p.mapList(a1, name, &at), true
		}
		return unk(), true
	case "enumerate", "zip":
		return zip(name, c.pos), true
	case "getattr":
		switch {
		case a1.known() || a1.k == vAlt:
			return mapAlts(a1, func(n val) val {
				if !n.known() {
					return obj("computed", a0.s)
				}
				return p.attr(a0, n.s, ".")
			}), true
		case a0.k == vRef && p.dangerous(a0.s):
			return obj("computed", a0.s), true
		}
		return unk(), true
	case "__import__", "importlib.import_module", "importlib.__import__":
		if a0.known() {
			return ref(a0.s), true
		}
		return obj("computed", "a module"), true
	case "globals", "locals":
		return ref(""), true
	case "os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop", "os.environ.__getitem__", "os.getenvb":
		if a0.k == vEnvKey {
			return val{k: vEnv}, true
		}
		v := p.getenv(a0.text())
		if has1 && v.s != home {
			v = join(v, a1)
		}
		return v, true
	case "os.environ.items", "os.environ.values", "os.environ.copy":
		return val{k: vEnv}, true
	case "os.environ.keys":
		return ref("os.environ"), true
	case "os.path.join", "posixpath.join", "ntpath.join":
		return joinPaths(c.pos, true), true
	case "os.path.expanduser", "os.path.expandvars":
		return mapAlts(a0, func(v val) val { return expandHome(v.text()) }), true
	case "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.normcase":
		return mapAlts(a0, func(v val) val { return str(v.text()) }), true
	case "os.path.dirname":
		return mapAlts(a0, func(v val) val { return str(dirName(v.text())) }), true
	case "os.path.basename":
		return mapKnown(a0, func(s string) val { return str(s[strings.LastIndexByte(s, '/')+1:]) }), true
	case "os.getcwd", "Path.cwd":
		if p.cwd != "" {
			return obj("Path", p.cwd), true
		}
		return obj("Path", "."), true
	case "Path.home":
		return obj("Path", home), true
	case "Path", "PurePath", "PurePosixPath", "py.path.local":
		if !has0 {
			return obj("Path", "."), true
		}
		return mapAlts(joinPaths(c.pos, true), func(v val) val { return obj("Path", v.text()) }), true
	case "base64.b64decode", "base64.urlsafe_b64decode", "base64.standard_b64decode", "base64.decodebytes", "binascii.a2b_base64":
		return mapKnown(a0, unbase64), true
	case "base64.b16decode", "bytes.fromhex", "bytearray.fromhex", "binascii.unhexlify", "binascii.a2b_hex":
		return mapKnown(a0, unhex), true
	case "base64.b64encode", "zlib.decompress", "base64.b85decode", "base64.b32decode", "urllib.parse.quote":
		return anyStr(), true
	case "codecs.decode", "codecs.encode":
		if a1.known() {
			return decodeAs(a0, a1.s), true
		}
		return anyStr(), true
	case "str.join":
		return joinList(a1, a0), true
	case "operator.add", "operator.concat":
		return p.plus(a0, a1), true
	case "functools.partial":
		return p.partial(a0, c), true
	case "textwrap.dedent", "str.encode", "shlex.quote", "str.lower", "str.strip", "sql.SQL", "text", "sqlalchemy.text", "psycopg2.sql.SQL", "sys.intern", "urllib.parse.unquote":
		if name == "text" || strings.HasSuffix(name, "SQL") || name == "sqlalchemy.text" {
			v := obj("sql", "")
			v.l = []val{a0}
			return v, true
		}
		return a0, true
	case "shlex.split":
		if a0.known() && !strings.ContainsAny(a0.s, "'\"\\") {
			return splitText(a0, val{}, false, Python), true
		}
		return unk(), true
	case "compile":
		if a0.k == vObj && a0.typ == "code" {
			return a0, true
		}
		v := obj("code", "")
		v.l = []val{a0}
		return v, true
	case "shlex.join":
		return joinList(a0, str(" ")), true
	case "str.format":
		return anyStr(), true
	case "urllib.parse.urljoin", "urljoin":
		return joinPath(a0, a1, "URL"), true
	case "super", "isinstance", "type", "hasattr", "id", "hash", "abs", "sum", "min", "max", "any", "all", "print_function", "issubclass":
		return unk(), true
	}
	return val{}, false
}

// convertPython computes str(x), list(x) and their like.
func (p *interp) convertPython(name string, a0 val, has0 bool, c *cx) val {
	if !has0 {
		switch name {
		case "dict":
			return val{k: vDict, l: c.kw}
		case "list":
			return list()
		case "str", "bytes":
			return str("")
		}
		return unk()
	}
	if holdsEnv(a0) {
		if a0.k == vRef && (name == "list" || name == "sorted" || name == "set" || name == "tuple") {
			return a0
		}
		return val{k: vEnv}
	}
	switch name {
	case "bytes", "bytearray":
		if a0.k == vList {
			return charsText(a0.l)
		}
		return a0
	case "str":
		if a0.k == vUnk {
			return anyStr()
		}
		if a0.k == vList || a0.k == vDict {
			return anyStr()
		}
		return mapAlts(a0, func(v val) val {
			if v.k == vObj || v.k == vNum {
				return str(v.text())
			}
			return v
		})
	case "list", "tuple", "sorted", "iter", "dict", "copy.copy", "copy.deepcopy", "set":
		if l, ok := elems(a0); ok && a0.k == vStr {
			return list(l...)
		}
		return a0
	case "next":
		return element(a0)
	case "reversed":
		if l, ok := elems(a0); ok {
			out := make([]val, len(l))
			for i := range l {
				out[len(l)-1-i] = l[i]
			}
			return list(out...)
		}
		return a0
	case "json.dumps":
		if a0.k == vUnk {
			return anyStr()
		}
		return str(a0.json())
	case "json.loads", "vars", "repr", "ascii", "yaml.dump", "pprint.pformat":
		if name == "vars" && a0.k == vRef {
			return a0
		}
		return unk()
	}
	return a0
}

// partial returns f with its first arguments fixed.
func (p *interp) partial(f val, c *cx) val {
	if len(c.pos) < 2 && len(c.kw) == 0 {
		return f
	}
	at := *c
	at.args = args{pos: c.pos[1:], kw: c.kw}
	return p.callRefOnce(f, &at)
}

// callRefOnce calls f now, in place of the calls of it to come.
func (p *interp) callRefOnce(f val, c *cx) val {
	if f.k == vFn {
		return p.callFn(f.fn, c.args, nil)
	}
	if f.k == vRef {
		p.callRef(p.canon(f.s), c, p.i)
	}
	return unk()
}

func zip(name string, pos []val) val {
	if len(pos) == 0 {
		return unk()
	}
	first, ok := elems(pos[0])
	if !ok {
		return unk()
	}
	var out []val
	for i, e := range first {
		if name == "enumerate" {
			out = append(out, list(num(int64(i)), e))
			continue
		}
		row := []val{e}
		for _, other := range pos[1:] {
			l, ok := elems(other)
			switch {
			case !ok:
				row = append(row, unk())
			case i < len(l):
				row = append(row, l[i])
			default:
				return list(out...)
			}
		}
		out = append(out, list(row...))
	}
	return list(out...)
}

// expandHome replaces a leading tilde by the home directory.
func expandHome(s string) val {
	switch {
	case s == "~" || strings.HasPrefix(s, "~/"):
		return str(home + s[1:])
	case strings.HasPrefix(s, "~"), strings.Contains(s, "$"):
		s = strings.Replace(strings.Replace(s, "${HOME}", home, 1), "$HOME", home, 1)
		if strings.ContainsAny(s, "$~") {
			return anyStr()
		}
	}
	return str(s)
}

// dirName returns the directory of a path.
func dirName(s string) string {
	i := strings.LastIndexByte(s, '/')
	switch {
	case i > 0:
		return s[:i]
	case i == 0:
		return "/"
	case strings.HasSuffix(s, string(value.Any)) || s == home:
		return string(value.Any)
	}
	return "."
}

// parseInt reads a number in the given base.
func parseInt(s string, base int) val {
	s = strings.ToLower(strings.TrimSpace(s))
	switch base {
	case 16:
		s = strings.TrimPrefix(s, "0x")
	case 8:
		s = strings.TrimPrefix(s, "0o")
	case 2:
		s = strings.TrimPrefix(s, "0b")
	case 10:
	default:
		return unk()
	}
	n := int64(0)
	for i := 0; i < len(s); i++ {
		d := strings.IndexByte("0123456789abcdef", s[i])
		if d < 0 || d >= base || n > 1<<40 {
			return unk()
		}
		n = n*int64(base) + int64(d)
	}
	if s == "" {
		return unk()
	}
	return num(n)
}

// property returns the member name of an object that is not a call.
func (p *interp) property(v val, name string) (val, bool) {
	switch v.typ {
	case "Path", "Pathname":
		switch name {
		case "parent":
			return obj("Path", dirName(v.s)), true
		case "name":
			return str(v.s[strings.LastIndexByte(v.s, '/')+1:]), true
		case "parents", "stem", "suffix":
			return unk(), true
		}
	case "URL":
		switch name {
		case "pathname", "href":
			return str(v.s), true
		}
	case "Environ":
		return anyStr(), true
	}
	return val{}, false
}

// foldPath computes the pure methods of paths.
func (p *interp) foldPath(v val, m string, c *cx) (val, bool) {
	a0, has0 := c.arg(0, "")
	switch m {
	case "joinpath", "join", "+", "/", "resolve_sibling":
		if m == "join" && !has0 {
			break
		}
		out := v
		for _, a := range c.pos {
			out = joinPath(out, a, v.typ)
		}
		return out, true
	case "expanduser":
		e := expandHome(v.s)
		return obj(v.typ, e.s), true
	case "absolute", "resolve", "as_posix", "to_s", "toString", "expand_path", "cleanpath", "realpath", "to_path", "toPath", "toFile", "strpath", "to_str", "toAbsolutePath", "getPath", "normalize":
		if p.lang == Java && has0 {
			return joinPath(v, a0, v.typ), true
		}
		return v, true
	case "with_name", "with_suffix", "sibling", "with_stem", "sub_ext":
		if m == "with_name" {
			return joinPath(obj(v.typ, dirName(v.s)), a0, v.typ), true
		}
		if m == "with_suffix" && !strings.Contains(v.s[strings.LastIndexByte(v.s, '/')+1:], ".") {
			return mapAlts(a0, func(s val) val { return obj(v.typ, v.s+s.text()) }), true
		}
		return obj(v.typ, dirName(v.s)+"/"+string(value.Any)), true
	case "exists", "is_file", "is_dir", "stat", "exist?", "file?", "directory?", "relative_to", "match", "lstat", "is_symlink":
		return unk(), true
	case "glob", "rglob", "iterdir", "children", "each_child", "entries":
		p.emitPaths(List, v, *c)
		pat := string(value.Any)
		switch {
		case has0 && a0.known() && m == "rglob":
			pat = string(value.Below) + globText(a0.s)
		case has0 && a0.known():
			pat = globText(a0.s)
		case !has0 && m != "entries":
			pat = string(value.Star)
		}
		out := []val{joinPath(v, str(pat), v.typ)}
		if m == "glob" && has0 && a0.known() {
			for _, f := range p.matches(joinPath(v, a0, v.typ).s) {
				out = append(out, obj(v.typ, f.s))
			}
		}
		return obj2("Glob", out), true
	}
	return val{}, false
}
