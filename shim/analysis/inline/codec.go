package inline

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"guard/rules/value"
)

// splitText cuts v where sep is.
func splitText(v, sep val, has bool, lang Lang) val {
	if !v.known() || has && !sep.known() && sep.k != vNil {
		return unk()
	}
	var parts []string
	switch {
	case !has || sep.k == vNil || sep.s == " " && lang == Ruby:
		if lang == Node {
			return list(v)
		}
		parts = strings.Fields(v.s)
	default:
		parts = strings.Split(v.s, sep.s)
	}
	if len(parts) > maxList {
		return unk()
	}
	l := make([]val, len(parts))
	for i, s := range parts {
		l[i] = str(s)
	}
	return list(l...)
}

func reverse(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func rot13(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return 'a' + (r-'a'+13)%26
		case r >= 'A' && r <= 'Z':
			return 'A' + (r-'A'+13)%26
		}
		return r
	}, s)
}

// decodeAs decodes v as bytes in the named encoding.
func decodeAs(v val, enc string) val {
	switch strings.ToLower(strings.ReplaceAll(enc, "-", "_")) {
	case "utf8", "utf_8", "ascii", "latin1", "latin_1", "us_ascii", "iso_8859_1", "binary", "cp1252", "utf_8_sig":
		return v
	case "rot13", "rot_13":
		return mapKnown(v, func(s string) val { return str(rot13(s)) })
	case "hex", "hex_codec", "base16":
		return mapKnown(v, unhex)
	case "base64", "base64_codec", "base64url", "base_64":
		return mapKnown(v, unbase64)
	}
	return anyStr()
}

func unhex(s string) val {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		return anyStr()
	}
	return bytesText(b)
}

// unbase64 decodes either alphabet, with or without padding.
func unbase64(s string) val {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		case r <= ' ', r == '=':
			return -1
		}
		return r
	}, s)
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return anyStr()
	}
	return bytesText(b)
}

// bytesText makes a text of bytes; NUL, which ends a path, is dropped.
func bytesText(b []byte) val {
	if len(b) > maxText {
		return anyStr()
	}
	return str(strings.ReplaceAll(string(b), "\x00", ""))
}

// charsText makes a text of numbers, each a character.
func charsText(l []val) val {
	out := str("")
	var b strings.Builder
	for i, v := range l {
		if i > maxText {
			return anyStr()
		}
		switch {
		case v.k == vNum && v.n > 0 && v.n < 0x110000:
			writeRune(&b, rune(v.n))
		case v.k == vAlt:
			out = concat(out, str(b.String()))
			b.Reset()
			out = concat(out, mapAlts(v, func(a val) val { return charsText([]val{a}) }))
		default:
			return anyStr()
		}
	}
	return concat(out, str(b.String()))
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

// joinList returns the texts of the elements of v with sep between them.
func joinList(v, sep val) val {
	l, ok := elems(v)
	if v.k == vEnv {
		return v
	}
	if !ok {
		return anyStr()
	}
	if len(l) > maxList {
		return anyStr()
	}
	var b strings.Builder
	for i, e := range l {
		if e.k == vEnv {
			return e
		}
		if e.k == vAlt || sep.k == vAlt {
			return joinSlow(l, sep)
		}
		if i > 0 {
			b.WriteString(sep.text())
		}
		b.WriteString(e.text())
		if b.Len() > maxText {
			return anyStr()
		}
	}
	return str(b.String())
}

func joinSlow(l []val, sep val) val {
	out := str("")
	for i, e := range l {
		if i > 0 {
			out = concat(out, sep)
		}
		out = concat(out, e)
		if out.k == vStr && out.s == string(value.Any) && i > maxAlts {
			return out
		}
	}
	return out
}
