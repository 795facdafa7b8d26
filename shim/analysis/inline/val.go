package inline

import (
	"slices"
	"strconv"
	"strings"

	"guard/rules/value"
)

// vkind is the kind of an abstract value.
type vkind uint8

const (
	vUnk    vkind = iota // anything; typ may say where it came from
	vStr                 // the text s
	vNum                 // the integer n
	vBool                // true or false: n
	vNil                 // None, null, undef, nil
	vList                // the elements l
	vDict                // keys and values by turns in l
	vRef                 // a module, class or function named s; l[0] is its receiver
	vObj                 // an object of type typ made from the text s
	vFn                  // a function of the program
	vAlt                 // one of l
	vEnv                 // the whole environment, or any value in it
	vEnvKey              // the name of any environment variable
)

// val is what is known of a value at run time.
type val struct {
	k   vkind
	n   int64
	s   string // a value.Text
	typ string
	l   []val
	fn  *function
}

const (
	maxAlts = 64      // alternatives that a value may have
	maxText = 1 << 16 // bytes of a folded text
	maxList = 1 << 10 // elements of a folded list
)

// home stands for the home directory of the user inside a text.
const home = "\x00h"

func unk() val            { return val{} }
func str(s string) val    { return val{k: vStr, s: s} }
func num(n int64) val     { return val{k: vNum, n: n} }
func list(l ...val) val   { return val{k: vList, l: l} }
func ref(s string) val    { return val{k: vRef, s: s} }
func obj(t, s string) val { return val{k: vObj, typ: t, s: s} }
func anyStr() val         { return str(string(value.Any)) }

// known reports whether v is a text without unknown parts.
func (v val) known() bool { return v.k == vStr && strings.IndexByte(v.s, 0) < 0 }

// text returns v as it would be printed, Any where that is not known.
func (v val) text() string {
	switch v.k {
	case vStr:
		return v.s
	case vNum:
		return strconv.FormatInt(v.n, 10)
	case vObj:
		switch v.typ {
		case "Path", "URL", "Pathname", "File":
			return v.s
		}
	case vList:
		if len(v.l) == 1 && v.l[0].k != vList {
			return v.l[0].text()
		}
	}
	return string(value.Any)
}

// alts returns the alternatives of v.
func (v val) alts() []val {
	if v.k == vAlt {
		return v.l
	}
	return []val{v}
}

// same reports whether a and b are known to be the same plain value.
func same(a, b val) bool { return sameTo(a, b, 3) }

func sameTo(a, b val, depth int) bool {
	if a.k != b.k || a.n != b.n || a.s != b.s || a.typ != b.typ || a.fn != b.fn || len(a.l) != len(b.l) {
		return false
	}
	if len(a.l) > 0 && &a.l[0] == &b.l[0] {
		return true
	}
	for i := range a.l {
		if i > 16 || depth == 0 || !sameTo(a.l[i], b.l[i], depth-1) {
			return false
		}
	}
	return true
}

// join returns a value that may be a or b.
func join(a, b val) val {
	if same(a, b) {
		return a
	}
	return either(append(append(make([]val, 0, len(a.alts())+len(b.alts())), a.alts()...), b.alts()...))
}

// either is a value that may be each of list, which it takes over. Too many are
// not known.
func either(list []val) val {
	out := list[:0]
	for _, v := range list {
		if len(out) <= maxAlts && !slices.ContainsFunc(out, func(o val) bool { return same(o, v) }) {
			out = append(out, v)
		}
	}
	switch {
	case len(out) == 1:
		return out[0]
	case len(out) > maxAlts:
		return unk()
	}
	return val{k: vAlt, l: out}
}

// mapAlts applies f to each alternative of v.
func mapAlts(v val, f func(val) val) val {
	if v.k != vAlt {
		return f(v)
	}
	out := make([]val, 0, len(v.l))
	for _, a := range v.l {
		out = append(out, f(a).alts()...)
	}
	if len(out) == 0 {
		return val{}
	}
	return either(out)
}

// concat returns the text of a followed by that of b.
func concat(a, b val) val {
	if a.k == vEnv || b.k == vEnv {
		return val{k: vEnv}
	}
	if a.k == vAlt || b.k == vAlt {
		if len(a.alts())*len(b.alts()) > maxAlts {
			return anyStr()
		}
		return mapAlts(a, func(x val) val {
			return mapAlts(b, func(y val) val { return concat(x, y) })
		})
	}
	s, t := a.text(), b.text()
	if s == string(value.Any) && t == s {
		return str(s)
	}
	if len(s)+len(t) > maxText {
		return anyStr()
	}
	return str(s + t)
}

// mapKnown applies f to the known texts of v; the rest becomes Any.
func mapKnown(v val, f func(string) val) val {
	return mapAlts(v, func(a val) val {
		switch {
		case a.k == vEnv:
			return a
		case a.known():
			return f(a.s)
		case a.k == vObj && (a.typ == "Path" || a.typ == "Pathname" || a.typ == "URL") && strings.IndexByte(a.s, 0) < 0:
			return f(a.s)
		}
		return anyStr()
	})
}

// elems returns the elements that a loop over v visits, and whether these are
// all of them.
func elems(v val) ([]val, bool) {
	switch v.k {
	case vList:
		return v.l, true
	case vDict:
		var keys []val
		for i := 0; i+1 < len(v.l); i += 2 {
			keys = append(keys, v.l[i])
		}
		return keys, true
	case vStr:
		if v.known() && len(v.s) <= 256 {
			var out []val
			for _, r := range v.s {
				out = append(out, str(string(r)))
			}
			return out, true
		}
	case vAlt:
		var out []val
		for _, a := range v.l {
			e, ok := elems(a)
			if !ok {
				return nil, false
			}
			out = append(out, e...)
		}
		return out, len(out) <= maxAlts
	case vEnv:
		return []val{v}, false
	case vObj:
		if v.typ == "Glob" || v.typ == "Env" {
			return v.l, len(v.l) > 0
		}
	}
	return nil, false
}

// element returns what any element of v may be.
func element(v val) val {
	switch v.k {
	case vEnv:
		return v
	case vRef:
		if isEnvRef(v.s) {
			return val{k: vEnvKey}
		}
	}
	l, ok := elems(v)
	if !ok || len(l) == 0 || len(l) > maxAlts {
		return unk()
	}
	out := l[0]
	for _, e := range l[1:] {
		out = join(out, e)
	}
	return out
}

// isEnvRef reports whether name is the environment of the process.
func isEnvRef(name string) bool {
	switch name {
	case "os.environ", "os.environb", "process.env", "ENV", "Deno.env", "Bun.env", "%ENV", "ENVIRON", "$_ENV", "$_SERVER", "$ENV",
		"globalThis.process.env", "global.process.env", "process_env":
		return true
	}
	return false
}

// flat returns the values with lists replaced by their elements.
func flat(vs []val) []val {
	var out []val
	budget := 2 * maxList
	flatten(vs, &out, &budget)
	return out
}

func flatten(vs []val, out *[]val, budget *int) {
	for _, v := range vs {
		if *budget--; *budget < 0 {
			if *budget == -1 {
				*out = append(*out, unk()) // and more
			}
			return
		}
		if v.k == vList {
			flatten(v.l, out, budget)
			continue
		}
		*out = append(*out, v)
	}
}

// get returns the value under key in the dictionary v.
func (v val) get(key string) (val, bool) {
	if v.k != vDict {
		return val{}, false
	}
	var out val
	found := false
	for i := 0; i+1 < len(v.l); i += 2 {
		if v.l[i].k == vStr && v.l[i].s == key {
			out, found = v.l[i+1], true
		}
	}
	return out, found
}

// truth says whether v is true, and whether that is known.
func (v val) truth() (yes, known bool) {
	switch v.k {
	case vBool, vNum:
		return v.n != 0, true
	case vNil:
		return false, true
	case vStr:
		return v.s != "", v.known()
	}
	return false, false
}

// json renders v for the body of a request.
func (v val) json() string {
	var b strings.Builder
	v.appendJSON(&b, 0)
	if b.Len() > maxText {
		return string(value.Any)
	}
	return b.String()
}

func (v val) appendJSON(b *strings.Builder, depth int) {
	if depth > 16 || b.Len() > maxText {
		b.WriteString(string(value.Any))
		return
	}
	switch v.k {
	case vStr:
		b.WriteString(quoteJSON(v.s))
	case vNum:
		b.WriteString(v.text())
	case vBool:
		b.WriteString(strconv.FormatBool(v.n != 0))
	case vNil:
		b.WriteString("null")
	case vList:
		b.WriteByte('[')
		for i, e := range v.l {
			if i > 0 {
				b.WriteByte(',')
			}
			e.appendJSON(b, depth+1)
		}
		b.WriteByte(']')
	case vDict:
		b.WriteByte('{')
		for i := 0; i+1 < len(v.l); i += 2 {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoteJSON(v.l[i].text()))
			b.WriteByte(':')
			v.l[i+1].appendJSON(b, depth+1)
		}
		b.WriteByte('}')
	default:
		b.WriteString(string(value.Any))
	}
}

// quoteJSON quotes s, leaving its unknown parts as they are.
func quoteJSON(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == 0 && i+1 < len(s):
			b.WriteString(s[i : i+2])
			i++
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\r':
			b.WriteString(`\r`)
		case c < 0x20:
			b.WriteString(`\u00`)
			b.WriteByte("0123456789abcdef"[c>>4])
			b.WriteByte("0123456789abcdef"[c&15])
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
