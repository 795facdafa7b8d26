package filters

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// An odFormat is one output type of od.
type odFormat struct {
	letter byte // a, c, d, o, u, x
	size   int
	text   bool // z
}

// od dumps bytes and little-endian integers in one format.
func od(c *call) bool {
	opts, operands, ok := c.options("A:j:N:t:vw:bcdox",
		"address-radix=A skip-bytes=j read-bytes=N format=t output-duplicates=v")
	if !ok {
		return false
	}
	for _, a := range c.args {
		if a == "-w" {
			return false // 32, and no value
		}
	}
	radix, format, verbose := byte('o'), "", false
	skip, length, width := 0, -1, 16
	for _, o := range opts {
		ok := true
		switch o.letter {
		case 'A':
			ok = len(o.value) == 1 && strings.Contains("doxn", o.value)
			radix = (o.value + "?")[0]
		case 'j':
			skip, ok = number(o.value)
			ok = ok && (o.value == "0" || o.value[0] != '0')
		case 'N':
			length, ok = number(o.value)
			ok = ok && (o.value == "0" || o.value[0] != '0')
		case 't':
			format += o.value + ";"
		case 'v':
			verbose = true
		case 'w':
			width, ok = number(o.value)
		case 'b':
			format += "o1;"
		case 'c':
			format += "c;"
		case 'd':
			format += "u2;"
		case 'o':
			format += "o2;"
		case 'x':
			format += "x2;"
		}
		if !ok {
			return false
		}
	}
	f, ok := parseOdFormat(format)
	if !ok || width == 0 || width%f.size != 0 || width > 256 {
		return false
	}
	data, ok := c.input(operands)
	if !ok || skip > len(data) {
		return false
	}
	data = data[skip:]
	if length >= 0 && length < len(data) {
		data = data[:length]
	}
	return c.odDump(data, f, radix, skip, width, verbose)
}

func (c *call) odDump(data []byte, f odFormat, radix byte, skip, width int, verbose bool) bool {
	squeezed := false
	for i := 0; i < len(data); i += width {
		row := data[i:min(i+width, len(data))]
		if !verbose && i > 0 && len(row) == width && bytes.Equal(row, data[i-width:i]) {
			if !squeezed {
				c.print("*\n")
			}
			squeezed = true
			continue
		}
		squeezed = false
		c.print(odAddress(radix, skip+i))
		fields := 0
		for j := 0; j < len(row); j += f.size {
			c.print(f.field(row[j:min(j+f.size, len(row))]))
			fields++
		}
		if f.text {
			c.print(strings.Repeat(" ", (width/f.size-fields)*len(f.field(row[:1]))))
			c.print("  >" + dots(row) + "<")
		}
		if !c.write('\n') {
			return false
		}
	}
	if radix != 'n' {
		c.print(odAddress(radix, skip+len(data)) + "\n")
	}
	return true
}

func odAddress(radix byte, n int) string {
	switch radix {
	case 'o':
		return fmt.Sprintf("%07o", n)
	case 'd':
		return fmt.Sprintf("%07d", n)
	case 'x':
		return fmt.Sprintf("%06x", n)
	}
	return ""
}

// parseOdFormat reads one type; two on one line align in a way of their own.
func parseOdFormat(s string) (f odFormat, ok bool) {
	if s == "" {
		return odFormat{'o', 2, false}, true
	}
	s = strings.TrimSuffix(s, ";")
	s, f.text = strings.CutSuffix(s, "z")
	if s == "" || strings.Contains(s, ";") || strings.IndexByte("acdoux", s[0]) < 0 {
		return f, false
	}
	f.letter = s[0]
	switch s[1:] {
	case "":
		f.size = 4
		if f.letter == 'a' || f.letter == 'c' {
			f.size = 1
			return f, true
		}
	case "1", "C":
		f.size = 1
	case "2", "S":
		f.size = 2
	case "4", "I":
		f.size = 4
	case "8", "L":
		f.size = 8
	default:
		return f, false
	}
	return f, f.letter != 'a' && f.letter != 'c'
}

// field formats one value with the space before it.
func (f odFormat) field(b []byte) string {
	switch f.letter {
	case 'a':
		return fmt.Sprintf(" %3s", odName(b[0]&0x7f))
	case 'c':
		return fmt.Sprintf(" %3s", odChar(b[0]))
	}
	var raw [8]byte
	copy(raw[:], b)
	n := binary.LittleEndian.Uint64(raw[:])
	shift := 64 - 8*uint(f.size)
	width := 0
	switch f.letter {
	case 'x':
		return fmt.Sprintf(" %0*x", 2*f.size, n)
	case 'o':
		return fmt.Sprintf(" %0*o", (8*f.size+2)/3, n)
	case 'd':
		switch f.size {
		case 1:
			width = 4
		case 2:
			width = 6
		case 4:
			width = 11
		case 8:
			width = 20
		}
		return fmt.Sprintf(" %*d", width, int64(n<<shift)>>shift)
	}
	switch f.size {
	case 1:
		width = 3
	case 2:
		width = 5
	case 4:
		width = 10
	case 8:
		width = 20
	}
	return fmt.Sprintf(" %*d", width, n)
}

func odChar(b byte) string {
	switch b {
	case 0:
		return `\0`
	case '\a':
		return `\a`
	case '\b':
		return `\b`
	case '\f':
		return `\f`
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	case '\v':
		return `\v`
	}
	if isPrint(b) {
		return string(rune(b))
	}
	return fmt.Sprintf("%03o", b)
}

func odName(b byte) string {
	names := [...]string{"nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "nl", "vt", "ff", "cr",
		"so", "si", "dle", "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub", "esc", "fs", "gs",
		"rs", "us", "sp"}
	switch {
	case int(b) < len(names):
		return names[b]
	case b == 0x7f:
		return "del"
	}
	return string(rune(b))
}
