package filters

import (
	"bytes"
	"strings"
)

// A span is a range of positions from 1 on, both ends included.
type span struct{ from, to int }

const lastPosition = 1 << 30

// cut prints selected bytes or fields of each line.
func cut(c *call) bool {
	opts, operands, ok := c.options("b:c:d:f:ns|CO:",
		"bytes=b characters=c delimiter=d fields=f only-delimited=s complement=C output-delimiter=O")
	if !ok {
		return false
	}
	var list string
	var kind byte
	delimiter, output := "\t", ""
	var only, complement, given, outputGiven bool
	for _, o := range opts {
		switch o.letter {
		case 'b', 'c', 'f':
			if kind != 0 {
				return false
			}
			kind, list = o.letter, o.value
		case 'd':
			delimiter, given = o.value, true
		case 's':
			only = true
		case 'C':
			complement = true
		case 'O':
			output, outputGiven = o.value, true
		}
	}
	if kind == 0 || len(delimiter) != 1 || delimiter == "\n" || delimiter[0] >= 0x80 {
		return false
	}
	if kind != 'f' && (given || only || outputGiven) {
		return false
	}
	if !outputGiven {
		output = delimiter
	}
	spans, ok := parseSpans(list)
	if !ok || outputGiven && output == "" {
		return false
	}
	data, ok := c.input(operands)
	if !ok || kind == 'c' && !ascii(data) {
		return false
	}
	lines, _ := splitLines(data, '\n')
	for _, l := range lines {
		if !c.step(1 + len(l)*len(spans)) {
			return false
		}
		parts := bytes.Split(l, []byte(delimiter))
		if kind != 'f' {
			parts, output = singleBytes(l), ""
		} else if len(parts) == 1 {
			if !only {
				c.write(l...)
				c.write('\n')
			}
			continue
		}
		var kept [][]byte
		for i, part := range parts {
			if selected(spans, i+1) != complement {
				kept = append(kept, part)
			}
		}
		c.write(bytes.Join(kept, []byte(output))...)
		c.write('\n')
	}
	return true
}

// singleBytes cuts a line into its bytes.
func singleBytes(l []byte) [][]byte {
	parts := make([][]byte, len(l))
	for i := range l {
		parts[i] = l[i : i+1]
	}
	return parts
}

func selected(spans []span, n int) bool {
	for _, s := range spans {
		if s.from <= n && n <= s.to {
			return true
		}
	}
	return false
}

// parseSpans reads a list such as 1,3-5,-2,7-.
func parseSpans(list string) ([]span, bool) {
	var spans []span
	for _, item := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		from, to, dashed := strings.Cut(item, "-")
		s := span{1, lastPosition}
		ok := true
		if from != "" {
			s.from, ok = number(from)
		} else if to == "" {
			return nil, false
		}
		if ok && to != "" {
			s.to, ok = number(to)
		} else if !dashed {
			s.to = s.from
		}
		if !ok || s.from < 1 || s.to < s.from {
			return nil, false
		}
		spans = append(spans, s)
	}
	empty := list == "" || strings.Contains(list, ",,") || strings.HasPrefix(list, ",") || strings.HasSuffix(list, ",")
	return spans, len(spans) > 0 && len(spans) <= 256 && !empty
}
