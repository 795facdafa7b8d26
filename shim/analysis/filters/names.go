package filters

import "strings"

// basename prints the last component of paths.
func basename(c *call) bool {
	opts, operands, ok := c.options("+as:z", "multiple=a suffix=s zero=z")
	if !ok || len(operands) == 0 {
		return false
	}
	suffix, several, end := "", false, byte('\n')
	for _, o := range opts {
		switch o.letter {
		case 'a':
			several = true
		case 's':
			several, suffix = true, o.value
		case 'z':
			end = 0
		}
	}
	if !several {
		if len(operands) > 2 {
			return false
		}
		if len(operands) == 2 {
			suffix = operands[1]
		}
		operands = operands[:1]
	}
	for _, p := range operands {
		base := strings.TrimRight(p, "/")
		if base == "" && p != "" {
			if p == "//" {
				return false
			}
			base = "/"
		} else if i := strings.LastIndexByte(base, '/'); i >= 0 {
			base = base[i+1:]
		}
		if base != suffix && base != "/" {
			base = strings.TrimSuffix(base, suffix)
		}
		c.print(base)
		c.write(end)
	}
	return true
}

// dirname prints paths without their last component.
func dirname(c *call) bool {
	opts, operands, ok := c.options("z", "zero=z")
	if !ok || len(operands) == 0 {
		return false
	}
	end := byte('\n')
	if len(opts) > 0 {
		end = 0
	}
	for _, p := range operands {
		if strings.HasPrefix(p, "//") {
			return false
		}
		dir := "."
		base := strings.TrimRight(p, "/")
		if i := strings.LastIndexByte(base, '/'); i >= 0 {
			dir = strings.TrimRight(base[:i], "/")
		}
		if dir == "" || base == "" && p != "" {
			dir = "/"
		}
		c.print(dir)
		c.write(end)
	}
	return true
}
