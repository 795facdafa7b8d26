package inline

import (
	"strconv"
	"strings"
)

// formatPercent computes format % args of Python and Ruby, and sprintf.
func formatPercent(format, a val) val {
	return mapAlts(format, func(f val) val {
		if !f.known() {
			return anyStr()
		}
		l := []val{a}
		if a.k == vList {
			l = a.l
		}
		return sprintf(f.s, l, a)
	})
}

// sprintf fills in %s, %d, %c, %x and %%; other conversions become Any.
func sprintf(f string, l []val, dict val) val {
	out := str("")
	n := 0
	for i := 0; i < len(f); i++ {
		c := strings.IndexByte(f[i:], '%')
		if c < 0 {
			return concat(out, str(f[i:]))
		}
		out = concat(out, str(f[i:i+c]))
		i += c + 1
		key := ""
		if i < len(f) && (f[i] == '(' || f[i] == '<' || f[i] == '{') {
			end := strings.IndexByte(f[i:], closer(f[i]))
			if end < 0 {
				return concat(out, anyStr())
			}
			key = f[i+1 : i+end]
			brace := f[i] == '{'
			if i += end + 1; brace {
				i--
			}
		}
		flags := i
		for i < len(f) && strings.IndexByte("-+ #0123456789.$l*", f[i]) >= 0 {
			i++
		}
		if i >= len(f) {
			break
		}
		if f[i] == '%' {
			out = concat(out, str("%"))
			continue
		}
		v := anyStr()
		switch {
		case key != "":
			v, _ = dict.get(key)
		case strings.ContainsAny(f[flags:i], "$*"):
		case n < len(l):
			v = l[n]
			n++
		}
		out = concat(out, conversion(v, f[i], f[flags:i]))
	}
	return out
}

// conversion formats one argument.
func conversion(v val, verb byte, flags string) val {
	switch {
	case v.k == vEnv:
		return v
	case flags != "":
		return anyStr()
	}
	switch verb {
	case 's', 'v', 'i', 'd', 'u', '}':
		if v.k == vUnk {
			return anyStr()
		}
		return v
	case 'c':
		if v.k == vNum {
			return charsText([]val{v})
		}
		return v
	case 'x':
		if v.k == vNum {
			return str(strconv.FormatInt(v.n, 16))
		}
	}
	return anyStr()
}

// formatBraces computes "{} {0} {name}".format(…).
func formatBraces(format val, a *args) val {
	return mapAlts(format, func(v val) val {
		if !v.known() {
			return anyStr()
		}
		out := str("")
		n := 0
		for i := 0; i < len(v.s); {
			c := v.s[i]
			if (c == '{' || c == '}') && i+1 < len(v.s) && v.s[i+1] == c {
				out = concat(out, str(string(c)))
				i += 2
				continue
			}
			if c != '{' {
				j := i
				for j < len(v.s) && v.s[j] != '{' && v.s[j] != '}' {
					j++
				}
				out = concat(out, str(v.s[i:max(j, i+1)]))
				i = max(j, i+1)
				continue
			}
			end := strings.IndexByte(v.s[i:], '}')
			if end < 0 {
				return anyStr()
			}
			out = concat(out, field(v.s[i+1:i+end], a, &n))
			i += end + 1
		}
		return out
	})
}

// field returns what a replacement field stands for; next counts those
// without a name.
func field(name string, a *args, next *int) val {
	if strings.ContainsAny(name, ":!.[") {
		return anyStr()
	}
	if name == "" {
		name = strconv.Itoa(*next)
		*next++
	}
	v, ok := a.kwarg(name)
	if n, err := strconv.Atoi(name); err == nil && !ok {
		v, ok = a.arg(n, "")
	}
	if !ok || v.k == vUnk {
		return anyStr()
	}
	return v
}
