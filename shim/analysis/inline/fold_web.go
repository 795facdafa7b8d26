package inline

import "strings"

// foldRuby computes the functions of Ruby.
func (p *interp) foldRuby(name string, c *cx, start int) (val, bool) {
	a0, has0 := c.arg(0, "")
	a1, has1 := c.arg(1, "")
	switch name {
	case "File.join":
		return joinPaths(c.pos, false), true
	case "File.expand_path", "File.absolute_path", "File.realpath":
		v := mapAlts(a0, func(v val) val { return expandHome(v.text()) })
		if has1 {
			v = joinPath(a1, v, "File")
		}
		return v, true
	case "File.dirname":
		return mapAlts(a0, func(v val) val { return str(dirName(v.text())) }), true
	case "File.basename":
		return mapKnown(a0, func(s string) val { return str(s[strings.LastIndexByte(s, '/')+1:]) }), !has1
	case "Dir.home", "Etc.getpwuid.dir":
		return str(home), true
	case "Dir.pwd":
		return str("."), true
	case "ENV.fetch", "ENV.[]", "ENV.dig", "ENV.delete":
		if a0.k == vEnvKey {
			return val{k: vEnv}, true
		}
		v := p.getenv(a0.text())
		if has1 && v.s != home {
			v = join(v, a1)
		}
		return v, true
	case "ENV.to_h", "ENV.to_a", "ENV.values", "ENV.inspect", "ENV.to_hash", "ENV.sort", "ENV.to_json", "ENV.select", "ENV.filter", "ENV.reject", "ENV.slice", "ENV.entries":
		return val{k: vEnv}, true
	case "ENV.each", "ENV.each_pair", "ENV.map", "ENV.sort_by", "ENV.collect", "ENV.flat_map":
		for _, a := range c.pos {
			if a.k == vFn {
				return p.callFn(a.fn, args{pos: []val{{k: vEnvKey}, {k: vEnv}}}, nil), true
			}
		}
		return val{k: vEnv}, true
	case "env.each", "env.map", "env.each_pair":
		return val{k: vEnv}, true
	case "ENV.keys":
		return ref("ENV"), true
	case "Pathname.new", "Pathname":
		return obj("Pathname", a0.text()), true
	case "Base64.decode64", "Base64.strict_decode64", "Base64.urlsafe_decode64":
		return mapKnown(a0, unbase64), true
	case "sprintf", "format":
		if has0 && a0.known() {
			return sprintf(a0.s, c.pos[1:], unk()), true
		}
		return anyStr(), true
	case "num.to_s":
		return concat(*c.recv, str("")), !has0
	case "num.chr", "num.ord":
		return charsText([]val{*c.recv}), true
	case "URI", "URI.parse", "String", "Array", "Shellwords.escape", "Integer", "URI.join":
		return a0, true
	case "JSON.generate", "JSON.dump", "JSON.pretty_generate", "YAML.dump":
		if holdsEnv(a0) {
			return val{k: vEnv}, true
		}
		return str(a0.json()), true
	case "dict.to_json", "list.to_json":
		return str(c.recv.json()), true
	case "str.to_json":
		return str(quoteJSON(c.recv.s)), true
	case "Object.const_get", "const_get", "Object::const_get", "Kernel.const_get":
		if a0.known() {
			return ref(a0.s), true
		}
		return obj("computed", "Kernel"), true
	case "lambda", "proc", "Proc.new":
		return a0, true
	case "loop", "at_exit", "catch", "Thread.new", "Class.new", "BasicObject.new":
		if a0.k == vFn {
			return p.callFn(a0.fn, args{unknown: true}, nil), true
		}
	case "num.times":
		if c.recv.n <= maxUnroll && a0.k == vFn {
			p.each(rangeOf(num(0), num(c.recv.n-1)), func(e val) { p.callFn(a0.fn, args{pos: []val{e}}, nil) })
			return unk(), true
		}
	}
	m := name[strings.LastIndexByte(name, '.')+1:]
	switch m {
	case "send", "public_send", "__send__", "method", "instance_method":
		if !has0 {
			break
		}
		target := ref("")
		if c.recv != nil && (c.recv.k != vUnk || c.recv.typ != "") {
			target = *c.recv
		} else if i := strings.LastIndexByte(name, '.'); i > 0 {
			target = ref(name[:i])
			if name[:i] == "?" || name[:i] == "self" {
				target = ref("")
			}
		}
		if !a0.known() {
			if target.k == vRef {
				p.call(obj("computed", target.s), args{}, start)
			}
			return unk(), true
		}
		f := p.attr(target, a0.s, ".")
		if m == "method" || m == "instance_method" {
			return f, true
		}
		return p.call(f, args{pos: c.pos[1:], kw: c.kw}, start), true
	case "call", "()", "yield", "[]":
		if f := strings.TrimSuffix(name, "."+m); c.recv == nil && p.hasCall(f) && m == "call" {
			return p.callRef(p.canon(f), c, start), true
		}
	}
	return val{}, false
}

// foldPHP computes the functions of PHP.
func (p *interp) foldPHP(name string, c *cx) (val, bool) {
	a0, has0 := c.arg(0, "")
	a1, has1 := c.arg(1, "")
	switch name {
	case "chr":
		return mapAlts(a0, func(v val) val { return charsText([]val{v}) }), true
	case "ord":
		if a0.known() && a0.s != "" {
			return num(int64(a0.s[0])), true
		}
		return unk(), true
	case "strrev":
		return mapKnown(a0, func(s string) val { return str(reverse(s)) }), true
	case "strtolower", "mb_strtolower":
		return mapKnown(a0, func(s string) val { return str(strings.ToLower(s)) }), true
	case "strtoupper":
		return mapKnown(a0, func(s string) val { return str(strings.ToUpper(s)) }), true
	case "trim", "rtrim", "ltrim", "realpath", "strval", "escapeshellcmd", "escapeshellarg", "addslashes", "stripslashes", "urldecode", "rawurldecode", "array_values", "array_filter", "array_merge", "array_unique", "utf8_encode", "sort":
		switch {
		case name == "strval":
			return concat(a0, str("")), true
		case name == "trim" && !has1:
			return mapKnown(a0, func(s string) val { return str(strings.TrimSpace(s)) }), true
		case strings.HasSuffix(name, "urldecode"):
			return mapKnown(a0, unpercent), true
		case strings.HasSuffix(name, "trim") || strings.HasSuffix(name, "slashes") || strings.HasPrefix(name, "escape"):
			return anyStr(), true
		case name == "array_merge":
			if len(c.pos) > 1 {
				return list(flat(c.pos)...), true
			}
		}
		return a0, true
	case "base64_decode":
		return mapKnown(a0, unbase64), true
	case "hex2bin":
		return mapKnown(a0, unhex), true
	case "str_rot13":
		return mapKnown(a0, func(s string) val { return str(rot13(s)) }), true
	case "convert_uudecode":
		return mapKnown(a0, uudecode), true
	case "implode", "join":
		if a0.k == vList {
			a0, a1 = a1, a0
			if !has1 {
				a0 = str("")
			}
		}
		return joinList(a1, a0), true
	case "explode":
		return splitText(a1, a0, true, PHP), true
	case "str_replace":
		a2, _ := c.arg(2, "")
		if a0.known() && a1.known() && len(c.pos) == 3 {
			return mapKnown(a2, func(s string) val {
				if len(a1.s)*len(s) > maxText {
					return anyStr()
				}
				return str(strings.ReplaceAll(s, a0.s, a1.s))
			}), true
		}
		return anyStr(), true
	case "str_repeat":
		return repeat(a0, a1), true
	case "substr", "mb_substr":
		a2, ok := c.arg(2, "")
		end := val{k: vNil}
		if ok {
			end = a2
			if a2.k != vNum || a2.n >= 0 {
				end = arith(a1, a2, func(a, b int64) (int64, bool) { return a + b, a >= 0 })
			}
			if end.k == vUnk {
				return anyStr(), true
			}
		}
		return mapAlts(a0, func(v val) val { return sliceOf(v, [3]val{a1, end, {k: vNil}}) }), true
	case "sprintf", "vsprintf":
		if a0.known() {
			return sprintf(a0.s, flat(c.pos[1:]), unk()), true
		}
		return anyStr(), true
	case "pack":
		if has0 {
			return pack(a0, flat(c.pos[1:])), true
		}
	case "dirname":
		return mapAlts(a0, func(v val) val { return str(dirName(v.text())) }), true
	case "basename":
		return mapKnown(a0, func(s string) val { return str(s[strings.LastIndexByte(s, '/')+1:]) }), !has1
	case "getcwd":
		return str("."), true
	case "getenv":
		if !has0 {
			return val{k: vEnv}, true
		}
		return p.getenv(a0.text()), true
	case "array":
		var d []val
		d = append(d, c.kw...)
		if len(d) > 0 {
			return val{k: vDict, l: d}, true
		}
		return list(c.pos...), true
	case "json_encode", "serialize", "http_build_query", "var_export", "print_r":
		if holdsEnv(a0) {
			return val{k: vEnv}, true
		}
		return str(a0.json()), true
	case "stream_context_create":
		if o, ok := a0.get("http"); ok {
			return o, true
		}
		return unk(), true
	case "array_map", "array_walk", "call_user_func", "call_user_func_array", "usort", "iterator_apply", "register_shutdown_function":
		return p.callback(name, c), true
	case "compact", "count", "strlen", "in_array", "file_exists", "is_file", "is_dir", "filesize":
		return unk(), true
	}
	return val{}, false
}

// callback computes the functions of PHP that call a function given by name.
func (p *interp) callback(name string, c *cx) val {
	a0, _ := c.arg(0, "")
	a1, _ := c.arg(1, "")
	if name == "array_walk" {
		a0, a1 = a1, a0
	}
	fn := a0
	if a0.known() {
		fn = ref(a0.s)
		if v, ok := p.lookup(a0.s); ok {
			fn = v
		}
	} else if a0.k == vStr || a0.k == vUnk {
		p.emit(Effect{Kind: Code, Arg: "\x00a", Opaque: true, Why: "computed name of a function"}, *c)
		return unk()
	}
	at := *c
	switch name {
	case "array_map", "array_walk":
		at.args = args{pos: []val{fn}}
		return p.mapList(a1, "map", &at)
	case "call_user_func_array":
		at.args = args{pos: flat(c.pos[min(1, len(c.pos)):])}
	default:
		at.args = args{pos: c.pos[min(1, len(c.pos)):]}
	}
	if name == "usort" {
		return unk()
	}
	return p.callRefOnce(fn, &at)
}

// foldOther computes what R, Julia, Go, Java and the rest have in common.
func (p *interp) foldOther(name string, c *cx, start int) (val, bool) {
	a0, has0 := c.arg(0, "")
	a1, _ := c.arg(1, "")
	switch name {
	case "paste0", "string", "strcat", "cat0", "fmt.Sprint", "c", "list", "List.of", "Arrays.asList", "cell", "vec", "listOf":
		switch name {
		case "c", "list", "List.of", "Arrays.asList", "listOf":
			return list(flat(c.pos)...), true
		}
		return joinList(list(c.pos...), str("")), true
	case "paste":
		sep, ok := c.kwarg("sep")
		if !ok {
			sep = str(" ")
		}
		return joinList(list(c.pos...), sep), true
	case "file.path", "joinpath", "fullfile", "filepath.Join", "path.Join", "Path.join", "Paths.get", "Path.of", "new File", "File", "path", "URI.create", "Path":
		if len(c.pos) == 1 {
			return obj("Path", a0.text()), true
		}
		return mapAlts(joinPaths(c.pos, false), func(v val) val { return obj("Path", v.text()) }), true
	case "sprintf", "fmt.Sprintf", "String.format", "sprint", "@sprintf":
		if has0 && a0.known() {
			return sprintf(a0.s, c.pos[1:], unk()), true
		}
		return anyStr(), true
	case "path.expand", "expanduser", "normalizePath", "Path.expand", "tilde_expand":
		return mapAlts(a0, func(v val) val { return expandHome(v.text()) }), true
	case "homedir", "System.user_home!", "System.user_home", "os.UserHomeDir":
		return str(home), true
	case "Sys.getenv", "os.Getenv", "System.getenv", "System.get_env", "getenv", "System.getProperty":
		if !has0 {
			return val{k: vEnv}, true
		}
		if a0.s == "user.home" {
			return str(home), true
		}
		return p.getenv(a0.text()), true
	case "os.Environ":
		return val{k: vEnv}, true
	case "intToUtf8", "Char", "rawToChar", "char", "List.to_string", "String.valueOf", "to_string", "String", "as.character", "string.(", "strings.TrimSpace", "[]byte", "toString", "str.toString", "new String", "as.raw", "String.to_charlist", "to_charlist", "ioutil.NopCloser", "strings.NewReader", "bytes.NewBufferString", "bytes.NewReader":
		if a0.k == vNum {
			return charsText([]val{a0}), true
		}
		if a0.k == vList && len(a0.l) > 0 && a0.l[0].k == vNum {
			return charsText(a0.l), true
		}
		return a0, true
	case "base64decode", "Base.decode64!", "base64enc::base64decode", "jsonlite::base64_dec":
		return mapKnown(a0, unbase64), true
	case "reverse", "String.reverse":
		return mapKnown(a0, func(s string) val { return str(reverse(s)) }), true
	case "rev", "join", "strings.Join", "Enum.join", "String.join":
		switch name {
		case "String.join":
			return joinList(a1, a0), true
		case "rev":
			return unk(), true
		}
		if !has0 || len(c.pos) < 2 {
			a1 = str("")
		}
		return joinList(a0, a1), true
	case "strings.ReplaceAll", "replace", "gsub":
		return anyStr(), true
	case "http.NewRequest":
		return val{}, false
	}
	if c.recv != nil && c.recv.k == vStr && p.lang == Java && strings.HasSuffix(name, ".concat") {
		return concat(*c.recv, a0), true
	}
	return val{}, false
}

// phpStatement reports whether name takes its arguments without parentheses.
func phpStatement(name string) bool {
	switch strings.ToLower(name) {
	case "echo", "print", "include", "include_once", "require", "require_once":
		return true
	}
	return false
}
