package filters

import (
	"bytes"
	"fmt"
)

// uniq prints, counts or drops runs of equal lines.
func uniq(c *call) bool {
	opts, operands, ok := c.options("cdiuf:s:w:",
		"count=c repeated=d ignore-case=i unique=u skip-fields=f skip-chars=s check-chars=w")
	if !ok {
		return false
	}
	var count, repeated, single, fold bool
	skipF, skipC, check := 0, 0, -1
	for _, o := range opts {
		ok := true
		switch o.letter {
		case 'c':
			count = true
		case 'd':
			repeated = true
		case 'i':
			fold = true
		case 'u':
			single = true
		case 'f':
			skipF, ok = number(o.value)
		case 's':
			skipC, ok = number(o.value)
		case 'w':
			check, ok = number(o.value)
		}
		if !ok {
			return false
		}
	}
	data, ok := c.one(operands)
	if !ok || (fold || skipF > 0 || skipC > 0 || check >= 0) && !ascii(data) {
		return false
	}
	key := func(l []byte) []byte {
		i := 0
		for n := skipF; n > 0 && i < len(l); n-- {
			i = skipBlanks(l, i)
			for i < len(l) && !isBlank(l[i]) {
				i++
			}
		}
		l = l[min(i+skipC, len(l)):]
		if check >= 0 {
			l = l[:min(check, len(l))]
		}
		if fold {
			l = bytes.ToUpper(l)
		}
		return l
	}
	lines, _ := splitLines(data, '\n')
	for i := 0; i < len(lines); {
		first := key(lines[i])
		j := i + 1
		for j < len(lines) && bytes.Equal(first, key(lines[j])) {
			j++
		}
		if show := !(repeated && j-i == 1 || single && j-i > 1); show {
			if count {
				c.print(fmt.Sprintf("%7d ", j-i))
			}
			c.write(lines[i]...)
			c.write('\n')
		}
		i = j
	}
	return true
}
