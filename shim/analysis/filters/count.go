package filters

import (
	"bytes"
	"strconv"
	"strings"
)

// wc counts; one count of one input only, as the layout of more depends on what the input is.
func wc(c *call) bool {
	opts, operands, ok := c.options("clmwL", "bytes=c lines=l chars=m words=w")
	if !ok || len(opts) == 0 || len(operands) > 1 {
		return false
	}
	for _, o := range opts {
		if o != opts[0] {
			return false
		}
	}
	data, ok := c.input(operands)
	if !ok {
		return false
	}
	n := len(data)
	switch opts[0].letter {
	case 'l':
		n = bytes.Count(data, []byte{'\n'})
	case 'm':
		ok = ascii(data)
	case 'w':
		n, ok = len(bytes.Fields(data)), ascii(data) && graphic(data)
	case 'L':
		ok = false
	}
	if !ok {
		return false
	}
	c.print(strconv.Itoa(n))
	if len(operands) == 1 {
		c.print(" " + operands[0])
	}
	return c.write('\n')
}

// graphic reports whether data has printable characters and white space only.
func graphic(data []byte) bool {
	for _, b := range data {
		if !isPrint(b) && !isSpace(b) {
			return false
		}
	}
	return true
}

// seq counts in integers.
func seq(c *call) bool {
	var numbers []string
	separator, equal := "\n", false
	args := c.args
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && len(args[0]) > 1 && !isDigit(args[0][1]) {
		switch {
		case args[0] == "-w":
			equal = true
		case args[0] == "-s" && len(args) > 1:
			separator, args = args[1], args[1:]
		case strings.HasPrefix(args[0], "-s"):
			separator = args[0][2:]
		default:
			return false
		}
		args = args[1:]
	}
	numbers = args
	values := []int64{}
	for _, s := range numbers {
		n, ok := integer(s)
		plain := strings.TrimPrefix(s, "-")
		if !ok || s[0] == '+' || len(plain) > 1 && plain[0] == '0' || s == "-0" {
			return false
		}
		values = append(values, n)
	}
	first, by, last := int64(1), int64(1), int64(0)
	switch len(values) {
	case 1:
		last = values[0]
	case 2:
		first, last = values[0], values[1]
	case 3:
		first, by, last = values[0], values[1], values[2]
	}
	if len(values) < 1 || len(values) > 3 || by == 0 || strings.Contains(separator, "\\") {
		return false
	}
	if by > 0 && first > last || by < 0 && first < last {
		return true
	}
	width := 0
	if equal {
		if by < 0 || first < 0 {
			return false
		}
		width = max(len(strconv.FormatInt(last, 10)), len(strconv.FormatInt(first, 10)))
	}
	for n := first; by > 0 && n <= last || by < 0 && n >= last; n += by {
		if n != first {
			c.print(separator)
		}
		s := strconv.FormatInt(n, 10)
		if len(s) < width {
			s = strings.Repeat("0", width-len(s)) + s
		}
		if !c.print(s) {
			return false
		}
	}
	return c.write('\n')
}

// factor prints prime factors of numbers that trial division finds in time.
func factor(c *call) bool {
	words := c.args
	if len(words) == 0 {
		data, ok := c.input(nil)
		if !ok || !ascii(data) {
			return false
		}
		words = strings.Fields(string(data))
	}
	for _, w := range words {
		n, ok := integer(w)
		if !ok || n < 1 || w[0] == '+' {
			return false
		}
		c.print(strconv.FormatInt(n, 10) + ":")
		for p := int64(2); p <= n/p; p++ {
			if !c.step(1) {
				return false
			}
			for n%p == 0 {
				c.print(" " + strconv.FormatInt(p, 10))
				n /= p
			}
		}
		if n > 1 {
			c.print(" " + strconv.FormatInt(n, 10))
		}
		c.write('\n')
	}
	return true
}
