package filters

import (
	"bytes"
	"fmt"
	"strings"
)

// fold breaks lines that are too wide.
func fold(c *call) bool {
	opts, operands, ok := c.options("bsw:", "bytes=b spaces=s width=w")
	if !ok {
		return false
	}
	width := 80
	var count, spaces bool
	for _, o := range opts {
		switch o.letter {
		case 'b':
			count = true
		case 's':
			spaces = true
		case 'w':
			if width, ok = number(o.value); !ok || width == 0 {
				return false
			}
		}
	}
	data, ok := c.input(operands)
	if !ok || len(operands) > 1 || !ascii(data) && (!count || spaces) || !count && bytes.ContainsAny(data, "\t\b\r") {
		return false
	}
	lines, complete := splitLines(data, '\n')
	for i, l := range lines {
		for len(l) > width {
			cut := width
			if spaces {
				if space := bytes.LastIndexFunc(l[:width], func(r rune) bool { return r < 0x80 && isBlank(byte(r)) }); space >= 0 {
					cut = space + 1
				}
			}
			if !c.write(l[:cut]...) || !c.write('\n') {
				return false
			}
			l = l[cut:]
		}
		c.write(l...)
		if complete || i+1 < len(lines) {
			c.write('\n')
		}
	}
	return true
}

// tabStop reads the options of expand and unexpand: one tab width, and whether all blanks count.
func (c *call) tabStop(short, long string) (stop int, flags string, data []byte, ok bool) {
	opts, operands, ok := c.options(short, long)
	if !ok {
		return 0, "", nil, false
	}
	stop = 8
	for _, o := range opts {
		if o.letter == 't' {
			if stop, ok = number(o.value); !ok || stop == 0 || stop > 1000 || strings.Contains(flags, "t") {
				return 0, "", nil, false
			}
		}
		flags += string(o.letter)
	}
	data, ok = c.input(operands)
	return stop, flags, data, ok && ascii(data) && !bytes.ContainsAny(data, "\b\r\v\f")
}

// expand turns tabs into spaces.
func expand(c *call) bool {
	stop, flags, data, ok := c.tabStop("it:", "initial=i tabs=t")
	if !ok {
		return false
	}
	column, initial := 0, true
	for _, b := range data {
		switch {
		case b == '\n':
			column, initial = 0, true
			c.write(b)
		case b == '\t' && (initial || !strings.Contains(flags, "i")):
			n := stop - column%stop
			column += n
			c.print(strings.Repeat(" ", n))
		case b == '\t':
			column += stop - column%stop
			c.write(b)
		default:
			initial = initial && isBlank(b)
			column++
			c.write(b)
		}
		if c.over {
			return false
		}
	}
	return true
}

// unexpand turns leading spaces into tabs. With -a or -t single spaces before a stop have rules of their own: unknown.
func unexpand(c *call) bool {
	_, flags, data, ok := c.tabStop("", "first-only=f")
	if !ok || flags != "" {
		return false
	}
	lines, complete := splitLines(data, '\n')
	for i, l := range lines {
		column, j := 0, 0
		for ; j < len(l) && isBlank(l[j]); j++ {
			if l[j] == '\t' {
				column += 8 - column%8
			} else {
				column++
			}
		}
		c.print(strings.Repeat("\t", column/8) + strings.Repeat(" ", column%8))
		c.write(l[j:]...)
		if complete || i+1 < len(lines) {
			c.write('\n')
		}
	}
	return true
}

// numberLines is nl, for bodies without section delimiters.
func numberLines(c *call) bool {
	opts, operands, ok := c.options("b:n:s:v:w:",
		"body-numbering=b number-format=n number-separator=s starting-line-number=v number-width=w")
	if !ok {
		return false
	}
	style, format, separator, next, width := "t", "rn", "\t", 1, 6
	for _, o := range opts {
		ok := true
		switch o.letter {
		case 'b':
			style = o.value
			ok = style == "a" || style == "t" || style == "n"
		case 'n':
			format = o.value
			ok = format == "ln" || format == "rn" || format == "rz"
		case 's':
			separator = o.value
		case 'v':
			next, ok = number(o.value)
		case 'w':
			width, ok = number(o.value)
			ok = ok && width > 0 && width <= 100
		}
		if !ok {
			return false
		}
	}
	data, ok := c.input(operands)
	if !ok || !ascii(data) || bytes.Contains(data, []byte(`\:`)) {
		return false
	}
	lines, _ := splitLines(data, '\n')
	for _, l := range lines {
		switch {
		case style == "n" || style == "t" && len(l) == 0:
			c.print(strings.Repeat(" ", width+len(separator)))
		case format == "ln":
			c.print(fmt.Sprintf("%-*d%s", width, next, separator))
			next++
		case format == "rz":
			c.print(fmt.Sprintf("%0*d%s", width, next, separator))
			next++
		default:
			c.print(fmt.Sprintf("%*d%s", width, next, separator))
			next++
		}
		c.write(l...)
		if !c.write('\n') {
			return false
		}
	}
	return true
}
