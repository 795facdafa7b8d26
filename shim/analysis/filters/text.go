package filters

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// cat joins its files, and may show what they consist of.
func cat(c *call) bool {
	opts, operands, ok := c.options("AbeEnstTuv",
		"show-all=A number-nonblank=b show-ends=E number=n squeeze-blank=s show-tabs=T show-nonprinting=v")
	if !ok {
		return false
	}
	var number, filled, ends, squeeze, tabs, visible bool
	for _, o := range opts {
		switch o.letter {
		case 'A':
			visible, ends, tabs = true, true, true
		case 'b':
			number, filled = true, true
		case 'e':
			visible, ends = true, true
		case 'E':
			ends = true
		case 'n':
			number = true
		case 's':
			squeeze = true
		case 't':
			visible, tabs = true, true
		case 'T':
			tabs = true
		case 'v':
			visible = true
		}
	}
	data, ok := c.input(operands)
	if !ok || ends && !visible && bytes.Contains(data, []byte("\r\n")) {
		return false // versions differ
	}
	if !number && !ends && !squeeze && !tabs && !visible {
		return c.write(data...)
	}
	lines, complete := splitLines(data, '\n')
	count, blanks := 0, 0
	for i, l := range lines {
		terminated := complete || i+1 < len(lines)
		if len(l) > 0 {
			blanks = 0
		} else if blanks++; blanks > 1 && squeeze {
			continue
		}
		if number && (!filled || len(l) > 0) {
			count++
			c.print(fmt.Sprintf("%6d\t", count))
		}
		for _, b := range l {
			c.showByte(b, tabs, visible)
		}
		if terminated && ends {
			c.write('$')
		}
		if terminated && !c.write('\n') {
			return false
		}
	}
	return true
}

// showByte writes a byte in the notation of cat -v and cat -T.
func (c *call) showByte(b byte, tabs, visible bool) {
	switch {
	case b == '\t':
		if tabs {
			c.print("^I")
			return
		}
		c.write(b)
		return
	case !visible:
		c.write(b)
		return
	}
	if b >= 0x80 {
		c.print("M-")
		b -= 0x80
	}
	switch {
	case b < ' ':
		c.write('^', b+'@')
	case b == 0x7f:
		c.print("^?")
	default:
		c.write(b)
	}
}

// copyInput is tee and dd without operands: what comes in goes out.
func copyInput(c *call) bool {
	for _, a := range c.args {
		if c.name != "dd" || a != "status=none" {
			return false
		}
	}
	data, ok := c.input(nil)
	return ok && c.write(data...)
}

// iconv between UTF-8 and itself, or from ASCII.
func iconv(c *call) bool {
	opts, operands, ok := c.options("f:t:", "from-code=f to-code=t")
	if !ok {
		return false
	}
	from, to := "UTF-8", "UTF-8"
	for _, o := range opts {
		v := strings.ToUpper(o.value)
		if v == "UTF8" {
			v = "UTF-8"
		}
		if o.letter == 'f' {
			from = v
		} else {
			to = v
		}
	}
	data, ok := c.input(operands)
	if !ok || to != "UTF-8" && to != "ASCII" || from != "UTF-8" && from != "ASCII" {
		return false
	}
	if (from == "ASCII" || to == "ASCII") && !ascii(data) || !utf8.Valid(data) {
		return false
	}
	return c.write(data...)
}

// tac prints each file's lines last to first.
func tac(c *call) bool {
	_, operands, ok := c.options("", "")
	if !ok {
		return false
	}
	files, ok := c.inputs(operands)
	if !ok {
		return false
	}
	for _, f := range files {
		lines, complete := splitLines(f.data, '\n')
		slices.Reverse(lines)
		for i, l := range lines {
			c.write(l...)
			if i > 0 || complete {
				c.write('\n')
			}
		}
	}
	return true
}

// rev reverses each line.
func rev(c *call) bool {
	_, operands, ok := c.options("", "")
	if !ok {
		return false
	}
	data, ok := c.input(operands)
	if !ok || !ascii(data) || len(operands) > 1 {
		return false
	}
	lines, complete := splitLines(data, '\n')
	for i, l := range lines {
		l = slices.Clone(l)
		slices.Reverse(l)
		c.write(l...)
		if complete || i+1 < len(lines) {
			c.write('\n')
		}
	}
	return true
}

// rot13 is the game: letters thirteen on.
func rot13(c *call) bool {
	if len(c.args) > 0 {
		return false
	}
	data, ok := c.input(nil)
	if !ok || !ascii(data) {
		return false
	}
	for _, b := range data {
		switch {
		case isLower(b):
			b = 'a' + (b-'a'+13)%26
		case isUpper(b):
			b = 'A' + (b-'A'+13)%26
		}
		c.write(b)
	}
	return true
}

// printable is strings: runs of at least four printable characters.
func printable(c *call) bool {
	opts, operands, ok := c.options("an:", "all=a bytes=n")
	if !ok {
		return false
	}
	least := 4
	for _, o := range opts {
		if o.letter == 'n' {
			if least, ok = number(o.value); !ok || least == 0 || o.value[0] == '0' {
				return false
			}
		}
	}
	files, ok := c.inputs(operands)
	if !ok {
		return false
	}
	for _, f := range files {
		for _, run := range bytes.FieldsFunc(f.data, func(r rune) bool { return r != '\t' && (r < ' ' || r > '~') }) {
			if len(run) >= least {
				c.write(run...)
				c.write('\n')
			}
		}
	}
	return true
}
