package filters

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

// hexdump is hexdump -C (hd), and -e with a format of single bytes.
func hexdump(c *call) bool {
	opts, operands, ok := c.options("Ce:n:v", "canonical=C format=e length=n no-squeezing=v")
	if !ok {
		return false
	}
	canonical, verbose, format := c.name == "hd", false, ""
	length := -1
	for _, o := range opts {
		ok := true
		switch o.letter {
		case 'C':
			ok = !canonical // twice would print twice
			canonical = true
		case 'e':
			ok = format == ""
			format = o.value
		case 'n':
			length, ok = number(o.value)
		case 'v':
			verbose = true
		}
		if !ok {
			return false
		}
	}
	data, ok := c.input(operands)
	if !ok || canonical == (format != "") || len(operands) > 1 {
		return false
	}
	if length >= 0 && length < len(data) {
		data = data[:length]
	}
	if !canonical {
		return c.hexdumpFormat(format, data, verbose)
	}
	if len(data) == 0 {
		return length != 0
	}
	return c.canonical(data, verbose)
}

// canonical is hexdump -C.
func (c *call) canonical(data []byte, verbose bool) bool {
	squeezed := false
	for i := 0; i < len(data); i += 16 {
		row := data[i:min(i+16, len(data))]
		if !verbose && i > 0 && len(row) == 16 && bytes.Equal(row, data[i-16:i]) {
			if !squeezed {
				c.print("*\n")
			}
			squeezed = true
			continue
		}
		squeezed = false
		var hexes strings.Builder
		for j := range 16 {
			if j%8 == 0 {
				hexes.WriteByte(' ')
			}
			if j < len(row) {
				fmt.Fprintf(&hexes, "%02x ", row[j])
			} else {
				hexes.WriteString("   ")
			}
		}
		if !c.print(fmt.Sprintf("%08x %s |%s|\n", i, hexes.String(), dots(row))) {
			return false
		}
	}
	return c.print(fmt.Sprintf("%08x\n", len(data)))
}

// hexdumpFormat prints each byte by a format such as 1/1 "%02x ".
func (c *call) hexdumpFormat(format string, data []byte, verbose bool) bool {
	format = strings.TrimSpace(format)
	rest, found := strings.CutPrefix(format, "1/1")
	if !found {
		if rest, found = strings.CutPrefix(format, "/1"); !found {
			return false
		}
	}
	rest = strings.TrimLeft(rest, " ")
	if len(rest) < 2 || rest[0] != '"' || strings.IndexByte(rest[1:], '"') != len(rest)-2 {
		return false
	}
	before, after, found := strings.Cut(rest[1:len(rest)-1], "%")
	if !found || strings.Contains(after, "%") || strings.Contains(before+after, "\\") {
		return false
	}
	verb := ""
	for _, v := range []string{"02x", "02X", "x", "X", "03o", "o", "d", "u"} {
		if strings.HasPrefix(after, v) {
			verb = v
			break
		}
	}
	if verb == "" {
		return false
	}
	after = after[len(verb):]
	if verb == "u" {
		verb = "d"
	}
	for i, b := range data {
		if !verbose && i > 0 && b == data[i-1] {
			return false // squeezed to an asterisk
		}
		n := any(b)
		if verb == "d" && b >= 0x80 {
			return false
		}
		if !c.print(before + fmt.Sprintf("%"+verb, n) + after) {
			return false
		}
	}
	return true
}

// dots shows a row of bytes as text.
func dots(row []byte) string {
	out := make([]byte, len(row))
	for i, b := range row {
		if out[i] = b; !isPrint(b) {
			out[i] = '.'
		}
	}
	return string(out)
}

// xxdOptions is what xxd was asked for.
type xxdOptions struct {
	plain, reverse, upper bool
	columns, group        int
	length, skip          int
	file                  []string
}

func parseXxd(args []string) (o xxdOptions, ok bool) {
	o.columns, o.group, o.length = 0, 2, -1
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "-p" || a == "-ps" || a == "-plain":
			o.plain = true
		case a == "-r":
			o.reverse = true
		case a == "-u":
			o.upper = true
		case len(a) > 1 && a[0] == '-' && strings.IndexByte("cgls", a[1]) >= 0:
			value := a[2:]
			if value == "" {
				if i++; i >= len(args) {
					return o, false
				}
				value = args[i]
			}
			n, ok := number(value)
			if !ok || len(value) > 1 && value[0] == '0' {
				return o, false
			}
			switch a[1] {
			case 'c':
				o.columns = n
				ok = n > 0 && n <= 256
			case 'g':
				o.group = n
			case 'l':
				o.length = n
			case 's':
				o.skip = n
			}
			if !ok {
				return o, false
			}
		case strings.HasPrefix(a, "-") && a != "-":
			return o, false
		default:
			o.file = append(o.file, a)
		}
	}
	return o, true
}

// xxd makes a hexadecimal dump, or undoes one.
func xxd(c *call) bool {
	o, ok := parseXxd(c.args)
	if !ok {
		return false
	}
	data, ok := c.one(o.file)
	if !ok {
		return false
	}
	if o.reverse {
		if o.columns > 0 || o.group != 2 || o.skip > 0 || o.length >= 0 {
			return false
		}
		return c.xxdReverse(data, o.plain)
	}
	if o.skip > len(data) {
		return false
	}
	data = data[o.skip:]
	if o.length >= 0 && o.length < len(data) {
		data = data[:o.length]
	}
	if o.plain {
		if o.columns == 0 {
			o.columns = 30
		}
		text := hex.EncodeToString(data)
		if o.upper {
			text = strings.ToUpper(text)
		}
		return c.wrapped(text, 2*o.columns)
	}
	return c.xxdDump(data, o)
}

func (c *call) xxdDump(data []byte, o xxdOptions) bool {
	if o.columns == 0 {
		o.columns = 16
	}
	group := o.group
	if group == 0 || group > o.columns {
		group = o.columns
	}
	width := 2*o.columns + (o.columns-1)/group + 2
	for i := 0; i < len(data); i += o.columns {
		row := data[i:min(i+o.columns, len(data))]
		var hexes strings.Builder
		for j, b := range row {
			if j > 0 && j%group == 0 {
				hexes.WriteByte(' ')
			}
			if o.upper {
				fmt.Fprintf(&hexes, "%02X", b)
			} else {
				fmt.Fprintf(&hexes, "%02x", b)
			}
		}
		if !c.print(fmt.Sprintf("%08x: %-*s%s\n", o.skip+i, width, hexes.String(), dots(row))) {
			return false
		}
	}
	return true
}

// xxdReverse reads what xxd itself writes; for anything else versions differ.
func (c *call) xxdReverse(data []byte, plain bool) bool {
	lines, _ := splitLines(data, '\n')
	offset := 0
	for _, l := range lines {
		text := string(l)
		if !plain {
			var ok bool
			if text, ok = xxdRow(text, offset); !ok {
				return false
			}
		}
		out, err := hex.DecodeString(text)
		if err != nil || !c.write(out...) {
			return false
		}
		offset += len(out)
	}
	return true
}

// xxdRow returns the digits of one dump line that starts at an offset.
func xxdRow(text string, offset int) (digits string, ok bool) {
	prefix := fmt.Sprintf("%08x: ", offset)
	rest, found := strings.CutPrefix(text, prefix)
	if !found {
		return "", false
	}
	hexes, shown, found := strings.Cut(rest, "  ")
	digits = strings.ReplaceAll(hexes, " ", "")
	if !found || strings.Contains(shown, "\t") || len(digits) == 0 || len(digits) > 32 || len(digits)%2 != 0 {
		return "", false
	}
	for i, g := range strings.Split(hexes, " ") {
		if len(g) != 4 && (len(g) != 2 || 2*2*i+2 != len(digits)) {
			return "", false
		}
	}
	raw, err := hex.DecodeString(digits)
	if err != nil || strings.TrimLeft(shown, " ") != strings.TrimLeft(dots(raw), " ") {
		return "", false
	}
	return digits, true
}
