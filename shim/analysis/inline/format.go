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

// pack computes pack of Perl and Ruby for bytes, characters, hexadecimal and
// plain text.
func pack(template val, l []val) val {
	if !template.known() || template.s == "" {
		return anyStr()
	}
	out := str("")
	t := template.s
	for i := 0; i < len(t); i++ {
		c := t[i]
		if c == ' ' {
			continue
		}
		count := 1
		if i+1 < len(t) && t[i+1] == '*' {
			count = len(l)
			i++
		} else {
			j := i + 1
			for j < len(t) && isDigit(t[j]) {
				j++
			}
			if j > i+1 {
				count, _ = strconv.Atoi(t[i+1 : j])
				i = j - 1
			}
		}
		switch c {
		case 'C', 'c', 'U', 'W':
			n := min(count, len(l))
			out = concat(out, charsText(l[:n]))
			l = l[n:]
		case 'H', 'A', 'a':
			if len(l) == 0 {
				return out
			}
			v := l[0]
			l = l[1:]
			if c == 'H' {
				v = mapKnown(v, unhex)
			}
			out = concat(out, v)
		default:
			return anyStr()
		}
	}
	return out
}

// unpack computes unpack of Ruby and Perl for base64, hexadecimal and uuencode.
func unpack(v, template val, one bool) val {
	if !template.known() {
		return unk()
	}
	var out val
	switch template.s {
	case "m", "m0", "m*":
		out = mapKnown(v, unbase64)
	case "u":
		out = mapKnown(v, uudecode)
	case "a*", "A*":
		out = v
	default:
		return unk()
	}
	if one {
		return out
	}
	return list(out)
}

// uudecode decodes lines in the encoding of uuencode.
func uudecode(s string) val {
	var out []byte
	for _, line := range strings.Split(s, "\n") {
		if line == "" {
			continue
		}
		n := int(line[0]-' ') & 63
		var b []byte
		for i := 1; i < len(line); i += 4 {
			var w uint32
			for j := i; j < i+4; j++ {
				w <<= 6
				if j < len(line) {
					w |= uint32(line[j]-' ') & 63
				}
			}
			b = append(b, byte(w>>16), byte(w>>8), byte(w))
		}
		out = append(out, b[:min(n, len(b))]...)
	}
	return bytesText(out)
}
