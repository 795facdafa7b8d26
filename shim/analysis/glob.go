package analysis

import (
	"slices"
	"sort"
	"strings"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis/dialect"
)

// hasGlob reports whether bash would look for files that match pat: a [ counts
// where a ] follows, or something unknown that may hold one.
func hasGlob(pat string, ext bool) bool {
	open := false
	for i := 0; i < len(pat); i++ {
		switch pat[i] {
		case '\\':
			i++
		case '*', '?':
			return true
		case '[':
			open = true
		case ']', 0:
			if open {
				return true
			}
		case '(':
			if ext {
				return true
			}
		}
	}
	return false
}

// globField turns an expanded field into words: the paths that it matches, or
// itself.
func (it *interp) globField(f []frag) []value.Text {
	var lit, pat strings.Builder
	for _, fr := range f {
		lit.WriteString(string(fr.text))
		if fr.quoted {
			pat.WriteString(escapePattern(string(fr.text)))
			continue
		}
		pat.WriteString(string(fr.text))
	}
	text := value.Text(lit.String())
	if it.st.opts["noglob"] || !hasGlob(pat.String(), it.extglob()) {
		return []value.Text{text}
	}
	p := pat.String()
	if it.shell == dialect.Zsh {
		var dots bool
		if p, dots = zshPattern(p); dots && !it.st.shopt["dotglob"] {
			it.st.shopt["dotglob"] = true
			defer delete(it.st.shopt, "dotglob")
		}
	}
	*it.peeked = true
	matches, complete := it.glob(p)
	switch {
	case !complete:
		return []value.Text{globText(p)}
	case len(matches) > 0:
		return matches
	case it.st.shopt["nullglob"]:
		return nil
	}
	return []value.Text{text}
}

// extglob reports whether parentheses in a word are a pattern.
func (it *interp) extglob() bool {
	return it.st.shopt["extglob"] || it.shell == dialect.Zsh || it.shell == dialect.Ksh || it.shell == dialect.Mksh
}

// zshPattern writes a pattern of zsh as one of bash, (a|b) as @(a|b), without the
// qualifiers behind it; dots reports that they let names with a dot match.
func zshPattern(p string) (pat string, dots bool) {
	if strings.HasSuffix(p, ")") {
		if i := strings.LastIndexByte(p, '('); i > 0 && !strings.ContainsAny(p[i:], "|/") && strings.IndexByte("?*+@!|(", p[i-1]) < 0 || i > 0 && p[i-1] == '*' && !strings.ContainsAny(p[i:], "|/") {
			dots, p = strings.Contains(p[i:], "D"), p[:i]
		}
	}
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		if p[i] == '(' && (i == 0 || strings.IndexByte("?*+@!\\", p[i-1]) < 0) {
			b.WriteByte('@')
		}
		b.WriteByte(p[i])
	}
	return b.String(), dots
}

// dotted reports whether a pattern may match a name that begins with a dot by the dot
// that it has itself.
func dotted(p string) bool {
	p = strings.TrimPrefix(p, "\\")
	if p == "" || p[0] == '.' {
		return p != ""
	}
	if len(p) < 2 || p[1] != '(' || strings.IndexByte("?*+@", p[0]) < 0 {
		return false
	}
	end := closing(p[1:])
	if end <= 0 {
		return false
	}
	for _, alt := range splitAlts(p[2:end]) {
		if dotted(alt) {
			return true
		}
	}
	return (p[0] == '?' || p[0] == '*') && dotted(p[end+1:])
}

// globText is the unknown result of a glob: its stars are unknown parts.
func globText(pat string) value.Text {
	var b strings.Builder
	for i := 0; i < len(pat); i++ {
		switch pat[i] {
		case '\\':
			if i++; i < len(pat) {
				b.WriteByte(pat[i])
			}
		case '*', '?':
			b.WriteString(string(value.Any))
		case '[':
			if _, n := bracket(pat[i:], ""); n > 0 {
				b.WriteString(string(value.Any))
				i += n - 1
				continue
			}
			b.WriteByte('[')
		default:
			b.WriteByte(pat[i])
		}
	}
	return value.Text(b.String())
}

// glob finds the paths that match pat; false if that cannot be known.
func (it *interp) glob(pat string) ([]value.Text, bool) {
	if strings.IndexByte(pat, 0) >= 0 || !it.st.dir.Known() && !strings.HasPrefix(pat, "/") {
		return nil, false
	}
	if ign, ok := it.uses("GLOBIGNORE"); ok && ign != "" {
		return it.globBut(pat, ign)
	}
	budget := maxEntries
	bases := []string{""}
	rest := pat
	if strings.HasPrefix(pat, "/") {
		bases, rest = []string{"/"}, strings.TrimLeft(pat, "/")
	}
	for rest != "" {
		c, r, slash := cutSlash(rest)
		var next []string
		for _, b := range bases {
			found, ok := it.globIn(b, c, slash, &budget)
			if !ok {
				return nil, false
			}
			next = append(next, found...)
		}
		if slash {
			for i := range next {
				if next[i] != "" { // what ** finds first is the directory at hand
					next[i] += "/"
				}
			}
		}
		bases, rest = next, r
	}
	sort.Strings(bases)
	out := make([]value.Text, len(bases))
	for i, b := range bases {
		out[i] = value.Known(b)
	}
	return out, true
}

// globBut finds the paths that match pat where the variable GLOBIGNORE says which are
// left out; those that begin with a dot count then.
func (it *interp) globBut(pat string, ign value.Text) ([]value.Text, bool) {
	if !ign.Known() {
		return nil, false
	}
	sub := it.sub()
	sub.st.vars.set("GLOBIGNORE", variable{alts: []value.Text{""}})
	sub.st.shopt["dotglob"] = true
	found, ok := sub.glob(pat)
	return slices.DeleteFunc(found, func(f value.Text) bool {
		for _, p := range strings.Split(string(ign), ":") {
			if matchPattern(p, f, false) == rules.Yes {
				return true
			}
		}
		return false
	}), ok
}

// cutSlash cuts a pattern at its first slash outside parentheses.
func cutSlash(p string) (comp, rest string, slash bool) {
	depth := 0
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			depth--
		case '/':
			if depth <= 0 {
				return p[:i], strings.TrimLeft(p[i:], "/"), true
			}
		}
	}
	return p, "", false
}

// globIn matches one component of a pattern below base.
func (it *interp) globIn(base, comp string, dirs bool, budget *int) ([]string, bool) {
	if !strings.ContainsAny(comp, "*?[(") {
		name := base + unescape(comp)
		if comp == "" || comp == "." || comp == ".." || it.exists(it.abs(value.Known(name))) == rules.True {
			return []string{name}, true
		}
		return nil, true
	}
	if comp == "**" && it.st.shopt["globstar"] {
		return it.globStar(base, budget)
	}
	names, ok := it.names(it.abs(value.Known(base)), budget)
	if !ok {
		return nil, false
	}
	var out []string
	dot := it.st.shopt["dotglob"] || dotted(comp)
	if strings.HasPrefix(comp, ".") {
		names = append(names, ".", "..")
	}
	for _, n := range names {
		if n[0] == '.' && !dot {
			continue
		}
		if matchPattern(comp, value.Known(n), it.st.shopt["nocaseglob"]) == rules.Yes {
			if dirs && !it.isDir(it.abs(value.Known(base+n))) {
				continue
			}
			out = append(out, base+n)
		}
	}
	return out, true
}

// globStar lists base and every directory and file below it.
func (it *interp) globStar(base string, budget *int) ([]string, bool) {
	out := []string{base}
	names, ok := it.names(it.abs(value.Known(base)), budget)
	if !ok {
		return nil, false
	}
	for _, n := range names {
		if n[0] == '.' && !it.st.shopt["dotglob"] {
			continue
		}
		if it.isDir(it.abs(value.Known(base + n))) {
			sub, ok := it.globStar(base+n+"/", budget)
			if !ok {
				return nil, false
			}
			for _, s := range sub {
				out = append(out, strings.TrimSuffix(s, "/"))
			}
			continue
		}
		out = append(out, base+n)
	}
	return out, true
}
