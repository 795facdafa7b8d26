package filters

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// baseN is base64, base32 and basenc.
func baseN(c *call) bool {
	long := "decode=d ignore-garbage=i wrap=w"
	if c.name == "basenc" {
		long += " base64=6 base64url=u base32=3 base32hex=h base16=x"
	}
	opts, operands, ok := c.options("diw:|", long)
	if !ok {
		return false
	}
	kind := byte('6')
	switch c.name {
	case "base32":
		kind = '3'
	case "basenc":
		kind = 0
	}
	decode, garbage, wrap := false, false, 76
	for _, o := range opts {
		switch o.letter {
		case 'd':
			decode = true
		case 'i':
			garbage = true
		case 'w':
			if wrap, ok = number(o.value); !ok {
				return false
			}
		default:
			if kind != 0 {
				return false
			}
			kind = o.letter
		}
	}
	data, ok := c.one(operands)
	if !ok || kind == 0 {
		return false
	}
	if decode {
		out, ok := decodeBase(kind, data, garbage)
		return ok && c.write(out...)
	}
	return c.wrapped(encodeBase(kind, data), wrap)
}

// wrapped writes text in lines of a width; zero is one line without an end.
func (c *call) wrapped(text string, width int) bool {
	if width == 0 {
		return c.print(text)
	}
	for text != "" {
		n := min(width, len(text))
		c.print(text[:n])
		if !c.write('\n') {
			return false
		}
		text = text[n:]
	}
	return true
}

func encodeBase(kind byte, data []byte) string {
	switch kind {
	case '6':
		return base64.StdEncoding.EncodeToString(data)
	case 'u':
		return base64.URLEncoding.EncodeToString(data)
	case '3':
		return base32.StdEncoding.EncodeToString(data)
	case 'h':
		return base32.HexEncoding.EncodeToString(data)
	}
	return strings.ToUpper(hex.EncodeToString(data))
}

// decodeBase decodes whole, canonical groups; padding may end any group, as in texts that were joined.
func decodeBase(kind byte, data []byte, garbage bool) ([]byte, bool) {
	group := 4
	switch kind {
	case '3', 'h':
		group = 8
	case 'x':
		group = 2
	}
	var digits []byte
	for _, b := range data {
		switch {
		case b == '\n':
		case inAlphabet(kind, b) || b == '=' && kind != 'x':
			digits = append(digits, b)
		case !garbage:
			return nil, false
		}
	}
	if len(digits)%group != 0 || kind == 'x' && bytes.ContainsAny(digits, "abcdef") {
		return nil, false
	}
	var out []byte
	for len(digits) > 0 {
		end := len(digits)
		if i := bytes.IndexByte(digits, '='); i >= 0 {
			end = (i/group + 1) * group
		}
		part, ok := decodePart(kind, string(digits[:end]))
		if !ok {
			return nil, false
		}
		out = append(out, part...)
		digits = digits[end:]
	}
	return out, true
}

func decodePart(kind byte, s string) ([]byte, bool) {
	var out []byte
	var err error
	switch kind {
	case '6':
		out, err = base64.StdEncoding.Strict().DecodeString(s)
	case 'u':
		out, err = base64.URLEncoding.Strict().DecodeString(s)
	case '3':
		out, err = base32.StdEncoding.DecodeString(s)
	case 'h':
		out, err = base32.HexEncoding.DecodeString(s)
	default:
		out, err = hex.DecodeString(s)
	}
	return out, err == nil && encodeBase(kind, out) == s
}

func inAlphabet(kind, b byte) bool {
	switch kind {
	case '6':
		return isAlnum(b) || b == '+' || b == '/'
	case 'u':
		return isAlnum(b) || b == '-' || b == '_'
	case '3':
		return isUpper(b) || '2' <= b && b <= '7'
	case 'h':
		return isDigit(b) || 'A' <= b && b <= 'V'
	}
	return hexValue(b) >= 0
}

// openssl is its base64 filter, under either of its names.
func openssl(c *call) bool {
	args := c.args
	if len(args) == 0 {
		return false
	}
	base := args[0] == "base64"
	if !base && args[0] != "enc" {
		return false
	}
	var decode, oneLine bool
	for _, a := range args[1:] {
		switch a {
		case "-base64", "-a":
			base = true
		case "-d":
			decode = true
		case "-e":
			decode = false
		case "-A":
			oneLine = true
		default:
			return false
		}
	}
	data, ok := c.input(nil)
	if !ok || !base {
		return false
	}
	if !decode {
		width := 64
		if oneLine {
			width = 0
		}
		return c.wrapped(encodeBase('6', data), width)
	}
	lines, complete := splitLines(data, '\n')
	if oneLine && (len(lines) > 1 || len(data) > 700 || len(data) == 0) || !oneLine && !complete {
		return false
	}
	for i, l := range lines {
		if len(l)%4 != 0 || len(l) == 0 || len(l) > 76 && !oneLine || i+1 < len(lines) && bytes.IndexByte(l, '=') >= 0 {
			return false
		}
		out, ok := decodePart('6', string(l))
		if !ok {
			return false
		}
		c.write(out...)
	}
	return true
}

// uudecode prints to standard output, where it was told to.
func uudecode(c *call) bool {
	opts, operands, ok := c.options("o:", "output-file=o")
	if !ok || len(operands) > 0 {
		return false
	}
	data, ok := c.input(nil)
	if !ok || !ascii(data) {
		return false
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	begin := strings.SplitN(lines[0], " ", 3)
	if len(begin) != 3 {
		return false
	}
	name := begin[2]
	for _, o := range opts {
		name = o.value
	}
	if name != "/dev/stdout" {
		return false
	}
	body, last := lines[1:], "end"
	if begin[0] == "begin-base64" {
		last = "===="
	} else if begin[0] != "begin" {
		return false
	}
	if len(body) == 0 || body[len(body)-1] != last {
		return false
	}
	if last == "====" {
		for _, l := range body[:len(body)-1] {
			out, ok := decodePart('6', l)
			if !ok {
				return false
			}
			c.write(out...)
		}
		return true
	}
	return c.uuBody(body[:len(body)-1])
}

// uuBody decodes the lines between begin and end; the last is the empty one.
func (c *call) uuBody(lines []string) bool {
	for i, l := range lines {
		if l == "" {
			return false
		}
		n := int(l[0]-' ') & 63
		if (n == 0) != (i+1 == len(lines)) || len(l)-1 != (n+2)/3*4 {
			return false
		}
		var out []byte
		for j := 1; j+3 < len(l); j += 4 {
			v := 0
			for _, b := range []byte(l[j : j+4]) {
				if b < ' ' || b > '`' {
					return false
				}
				v = v<<6 | int(b-' ')&63
			}
			out = append(out, byte(v>>16), byte(v>>8), byte(v))
		}
		c.write(out[:n]...)
	}
	return len(lines) > 0
}
