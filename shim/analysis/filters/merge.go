package filters

import (
	"bytes"
	"slices"
	"strings"
)

// paste joins lines of several files, or all lines of each with -s.
func paste(c *call) bool {
	opts, operands, ok := c.options("d:s", "delimiters=d serial=s")
	if !ok {
		return false
	}
	delimiters, serial := []string{"\t"}, false
	for _, o := range opts {
		if o.letter == 's' {
			serial = true
		} else if delimiters, ok = pasteDelimiters(o.value); !ok {
			return false
		}
	}
	for i, o := range operands {
		if o == "-" && slices.Contains(operands[:i], "-") {
			return c.pasteStdin(operands, delimiters, serial)
		}
	}
	files, ok := c.inputs(operands)
	if !ok {
		return false
	}
	var columns [][][]byte
	for _, f := range files {
		lines, _ := splitLines(f.data, '\n')
		columns = append(columns, lines)
	}
	if serial {
		for _, lines := range columns {
			c.joinLines(lines, delimiters)
		}
		return true
	}
	return c.pasteColumns(columns, delimiters)
}

// pasteStdin deals standard input out to operands that are all "-".
func (c *call) pasteStdin(operands []string, delimiters []string, serial bool) bool {
	for _, o := range operands {
		if o != "-" {
			return false
		}
	}
	if serial {
		return false
	}
	lines, _ := splitLines(c.stdin, '\n')
	columns := make([][][]byte, len(operands))
	for i, l := range lines {
		columns[i%len(operands)] = append(columns[i%len(operands)], l)
	}
	return c.pasteColumns(columns, delimiters)
}

func (c *call) pasteColumns(columns [][][]byte, delimiters []string) bool {
	rows := 0
	for _, lines := range columns {
		rows = max(rows, len(lines))
	}
	for r := range rows {
		row := make([][]byte, len(columns))
		for i, lines := range columns {
			if r < len(lines) {
				row[i] = lines[r]
			}
		}
		if !c.joinLines(row, delimiters) {
			return false
		}
	}
	return true
}

// joinLines writes words with the delimiters between them, in turn.
func (c *call) joinLines(words [][]byte, delimiters []string) bool {
	for i, w := range words {
		if i > 0 {
			c.print(delimiters[(i-1)%len(delimiters)])
		}
		c.write(w...)
	}
	return c.write('\n')
}

func pasteDelimiters(s string) ([]string, bool) {
	if s == "" {
		return []string{""}, true
	}
	var out []string
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return nil, false
		}
		if s[i] != '\\' {
			out = append(out, s[i:i+1])
			continue
		}
		if i++; i == len(s) {
			return nil, false
		}
		switch s[i] {
		case '0':
			out = append(out, "")
		case 'n':
			out = append(out, "\n")
		case 't':
			out = append(out, "\t")
		case '\\':
			out = append(out, "\\")
		default:
			return nil, false
		}
	}
	return out, true
}

// comm compares two sorted files.
func comm(c *call) bool {
	opts, operands, ok := c.options("123", "")
	if !ok || len(operands) != 2 {
		return false
	}
	var hidden [4]bool
	for _, o := range opts {
		hidden[o.letter-'0'] = true
	}
	files, ok := c.inputs(operands)
	if !ok {
		return false
	}
	a, _ := splitLines(files[0].data, '\n')
	b, _ := splitLines(files[1].data, '\n')
	if !slices.IsSortedFunc(a, bytes.Compare) || !slices.IsSortedFunc(b, bytes.Compare) {
		return false
	}
	put := func(column int, line []byte) {
		if hidden[column] {
			return
		}
		for i := 1; i < column; i++ {
			if !hidden[i] {
				c.write('\t')
			}
		}
		c.write(line...)
		c.write('\n')
	}
	for len(a) > 0 || len(b) > 0 {
		d := 0
		switch {
		case len(a) == 0:
			d = 1
		case len(b) == 0:
			d = -1
		default:
			d = bytes.Compare(a[0], b[0])
		}
		switch {
		case d < 0:
			put(1, a[0])
			a = a[1:]
		case d > 0:
			put(2, b[0])
			b = b[1:]
		default:
			put(3, a[0])
			a, b = a[1:], b[1:]
		}
	}
	return true
}

// join joins two sorted files on their first fields.
func join(c *call) bool {
	opts, operands, ok := c.options("t:", "")
	if !ok || len(operands) != 2 {
		return false
	}
	separator := ""
	for _, o := range opts {
		if separator = o.value; len(separator) != 1 || separator == "\n" {
			return false
		}
	}
	files, ok := c.inputs(operands)
	if !ok {
		return false
	}
	a, okA := joinRows(files[0].data, separator)
	b, okB := joinRows(files[1].data, separator)
	if !okA || !okB {
		return false
	}
	if separator == "" {
		separator = " "
	}
	for _, x := range a {
		for _, y := range b {
			if !c.step(1) {
				return false
			}
			if x[0] == y[0] {
				c.print(strings.Join(append(slices.Clone(x), y[1:]...), separator) + "\n")
			}
		}
	}
	return true
}

// joinRows cuts lines into fields; they must be ASCII and sorted by the first.
func joinRows(data []byte, separator string) ([][]string, bool) {
	lines, _ := splitLines(data, '\n')
	var rows [][]string
	for _, l := range lines {
		fields := strings.FieldsFunc(string(l), func(r rune) bool { return r == ' ' || r == '\t' })
		if separator != "" {
			fields = strings.Split(string(l), separator)
		}
		if len(fields) == 0 {
			return nil, false
		}
		rows = append(rows, fields)
	}
	sorted := slices.IsSortedFunc(rows, func(x, y []string) int { return strings.Compare(x[0], y[0]) })
	return rows, sorted && ascii(data)
}
