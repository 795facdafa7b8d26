package filters

import "strings"

// An extent is what head and tail were asked for.
type extent struct {
	n         int
	bytes     bool
	signed    bool // -N for head, +N for tail
	headers   int  // 0 when more than one file, 1 always, -1 never
	separator byte
}

// parseExtent reads the options that head and tail share; sign is the one that has a meaning of its own.
func (c *call) parseExtent(sign string) (e extent, operands []string, ok bool) {
	e = extent{n: 10, separator: '\n'}
	if len(c.args) > 0 && len(c.args[0]) > 1 && c.args[0][0] == '-' && isDigit(c.args[0][1]) {
		c.args = append([]string{"-n"}, append([]string{c.args[0][1:]}, c.args[1:]...)...)
	}
	opts, operands, ok := c.options("n:c:qvz", "lines=n bytes=c quiet=q silent=q verbose=v zero-terminated=z")
	if !ok {
		return e, nil, false
	}
	counted := false
	for _, o := range opts {
		switch o.letter {
		case 'n', 'c':
			if counted {
				return e, nil, false // the second keeps something of the first
			}
			counted = true
			value, signed := strings.CutPrefix(o.value, sign)
			if !signed && sign == "+" {
				value = strings.TrimPrefix(value, "-")
			}
			e.bytes, e.signed = o.letter == 'c', signed
			if e.n, ok = number(value); !ok {
				return e, nil, false
			}
		case 'q':
			e.headers = -1
		case 'v':
			e.headers = 1
		case 'z':
			e.separator = 0
		}
	}
	return e, operands, true
}

// ends prints part of each file, with headers where there are several.
func (c *call) ends(e extent, operands []string, part func([]byte) []byte) bool {
	files, ok := c.inputs(operands)
	if !ok {
		return false
	}
	for i, f := range files {
		if e.headers > 0 || e.headers == 0 && len(files) > 1 {
			if i > 0 {
				c.write('\n')
			}
			if f.name == "-" {
				f.name = "standard input"
			}
			c.print("==> " + f.name + " <==\n")
		}
		c.write(part(f.data)...)
	}
	return true
}

// head prints the first lines or bytes.
func head(c *call) bool {
	e, operands, ok := c.parseExtent("-")
	return ok && c.ends(e, operands, func(data []byte) []byte {
		ends := e.boundaries(data)
		n := e.n
		if e.signed {
			n = len(ends) - 1 - n
		}
		return data[:ends[max(0, min(n, len(ends)-1))]]
	})
}

// tail prints the last lines or bytes.
func tail(c *call) bool {
	e, operands, ok := c.parseExtent("+")
	return ok && c.ends(e, operands, func(data []byte) []byte {
		ends := e.boundaries(data)
		n := len(ends) - 1 - e.n
		if e.signed {
			n = e.n - 1
		}
		return data[ends[max(0, min(n, len(ends)-1))]:]
	})
}

// boundaries returns the offsets at which data can be cut: its start, and the end of each line or byte.
func (e extent) boundaries(data []byte) []int {
	ends := []int{0}
	for i, b := range data {
		if e.bytes || b == e.separator || i+1 == len(data) {
			ends = append(ends, i+1)
		}
	}
	return ends
}
