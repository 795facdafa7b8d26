package filters

import (
	"bytes"
	"slices"
	"strings"
)

// A sortKey is one key of sort: its place in a line and how it compares.
type sortKey struct {
	fromField, fromChar    int // from 1
	toField, toChar        int // toField 0: end of line; toChar 0: end of field
	numeric, reverse, fold bool
	blanks, blanksTo       bool // leading blanks are skipped
	own                    bool // has options of its own
}

// A sorter is what sort was asked for.
type sorter struct {
	keys           []sortKey
	global         sortKey
	separator      int // -1: blanks
	unique, stable bool
}

// sortLines is sort.
func sortLines(c *call) bool {
	opts, operands, ok := c.options("bfnrsuk:t:",
		"ignore-leading-blanks=b ignore-case=f numeric-sort=n reverse=r stable=s unique=u key=k field-separator=t")
	if !ok {
		return false
	}
	s := sorter{separator: -1}
	for _, o := range opts {
		switch o.letter {
		case 'b':
			s.global.blanks, s.global.blanksTo = true, true
		case 'f':
			s.global.fold = true
		case 'n':
			s.global.numeric = true
		case 'r':
			s.global.reverse = true
		case 's':
			s.stable = true
		case 'u':
			s.unique = true
		case 't':
			if len(o.value) != 1 {
				return false
			}
			s.separator = int(o.value[0])
		case 'k':
			k, ok := parseSortKey(o.value)
			if !ok || len(s.keys) >= 16 {
				return false
			}
			s.keys = append(s.keys, k)
		}
	}
	data, ok := c.input(operands)
	if !ok || bytes.IndexByte(data, 0) >= 0 || s.global.fold && !ascii(data) {
		return false
	}
	s.settle()
	for _, k := range s.keys {
		if k.fold && !ascii(data) {
			return false
		}
	}
	lines, _ := splitLines(data, '\n')
	if !c.step(len(data) * (len(s.keys) + 1)) {
		return false
	}
	slices.SortStableFunc(lines, func(a, b []byte) int {
		c.step(1 + min(len(a)+len(b), 4096)/16)
		if c.over {
			return 0
		}
		return s.compare(a, b)
	})
	for i, l := range lines {
		if s.unique && i > 0 && s.compareKeys(lines[i-1], l) == 0 {
			continue
		}
		c.write(l...)
		c.write('\n')
	}
	return true
}

// settle gives keys without options the global ones, and the line as the key where there is none.
func (s *sorter) settle() {
	g := s.global
	if len(s.keys) == 0 && (g.numeric || g.fold || g.blanks) {
		g.fromField, g.fromChar = 1, 1
		s.keys = []sortKey{g}
	}
	for i, k := range s.keys {
		if !k.own {
			k.numeric, k.fold, k.reverse = g.numeric, g.fold, g.reverse
			k.blanks, k.blanksTo = g.blanks, g.blanksTo
			s.keys[i] = k
		}
	}
}

// compareKeys compares by the keys alone.
func (s *sorter) compareKeys(a, b []byte) int {
	if len(s.keys) == 0 {
		return bytes.Compare(a, b)
	}
	for _, k := range s.keys {
		x, y := s.extract(k, a), s.extract(k, b)
		var d int
		switch {
		case k.numeric:
			d = compareNumbers(x, y)
		case k.fold:
			d = bytes.Compare(bytes.ToUpper(x), bytes.ToUpper(y))
		default:
			d = bytes.Compare(x, y)
		}
		if d != 0 {
			if k.reverse {
				return -d
			}
			return d
		}
	}
	return 0
}

// compare breaks ties of the keys by the whole line, unless told to leave them.
func (s *sorter) compare(a, b []byte) int {
	d := s.compareKeys(a, b)
	if len(s.keys) == 0 {
		if s.global.reverse {
			d = -d
		}
		return d
	}
	if d != 0 || s.unique || s.stable {
		return d
	}
	d = bytes.Compare(a, b)
	if s.global.reverse {
		d = -d
	}
	return d
}

// extract returns the part of a line that a key covers.
func (s *sorter) extract(k sortKey, line []byte) []byte {
	from := s.skipFields(line, k.fromField-1)
	if k.blanks {
		from = skipBlanks(line, from)
	}
	from = min(from+k.fromChar-1, len(line))
	to := len(line)
	switch {
	case k.toField > 0 && k.toChar == 0:
		to = s.fieldEnd(line, k.toField)
	case k.toField > 0:
		to = s.skipFields(line, k.toField-1)
		if k.blanksTo {
			to = skipBlanks(line, to)
		}
		to = min(to+k.toChar, len(line))
	}
	if to < from {
		return nil
	}
	return line[from:to]
}

// skipFields returns the offset of the field that n fields precede.
func (s *sorter) skipFields(line []byte, n int) int {
	i := 0
	for ; n > 0 && i < len(line); n-- {
		if s.separator >= 0 {
			for i < len(line) && int(line[i]) != s.separator {
				i++
			}
			if i < len(line) {
				i++
			}
			continue
		}
		i = skipBlanks(line, i)
		for i < len(line) && !isBlank(line[i]) {
			i++
		}
	}
	return i
}

// fieldEnd returns the offset behind the nth field.
func (s *sorter) fieldEnd(line []byte, n int) int {
	if s.separator < 0 {
		return s.skipFields(line, n)
	}
	i := s.skipFields(line, n-1)
	for i < len(line) && int(line[i]) != s.separator {
		i++
	}
	return i
}

func skipBlanks(line []byte, i int) int {
	for i < len(line) && isBlank(line[i]) {
		i++
	}
	return i
}

// compareNumbers compares the decimal numbers that two texts begin with; none is zero.
func compareNumbers(a, b []byte) int {
	negA, wholeA, fractionA := leadingNumber(a)
	negB, wholeB, fractionB := leadingNumber(b)
	if negA != negB {
		if negA {
			return -1
		}
		return 1
	}
	d := len(wholeA) - len(wholeB)
	if d == 0 {
		d = strings.Compare(wholeA, wholeB)
	}
	if d == 0 {
		d = strings.Compare(fractionA, fractionB)
	}
	if negA {
		d = -d
	}
	return d
}

// leadingNumber returns the digits without needless zeros; zero is never negative.
func leadingNumber(b []byte) (neg bool, whole, fraction string) {
	i := skipBlanks(b, 0)
	if i < len(b) && b[i] == '-' {
		neg = true
		i++
	}
	start := i
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	whole = strings.TrimLeft(string(b[start:i]), "0")
	if i < len(b) && b[i] == '.' {
		start = i + 1
		for i = start; i < len(b) && isDigit(b[i]); i++ {
		}
		fraction = strings.TrimRight(string(b[start:i]), "0")
	}
	return neg && whole+fraction != "", whole, fraction
}

// parseSortKey reads F[.C][OPTS][,F[.C][OPTS]].
func parseSortKey(s string) (k sortKey, ok bool) {
	from, to, ranged := strings.Cut(s, ",")
	k.fromChar = 1
	if k.fromField, k.fromChar, ok = k.position(from, &k.blanks, 1); !ok || k.fromField < 1 || k.fromChar < 1 {
		return k, false
	}
	if ranged {
		if k.toField, k.toChar, ok = k.position(to, &k.blanksTo, 0); !ok || k.toField < 1 {
			return k, false
		}
	}
	return k, true
}

func (k *sortKey) position(s string, blanks *bool, char int) (int, int, bool) {
	place := strings.TrimRight(s, "bfnr")
	for i := len(place); i < len(s); i++ {
		k.own = true
		switch s[i] {
		case 'b':
			*blanks = true
		case 'f':
			k.fold = true
		case 'n':
			k.numeric = true
		case 'r':
			k.reverse = true
		}
	}
	field, rest, dotted := strings.Cut(place, ".")
	n, ok := number(field)
	if dotted && ok {
		char, ok = number(rest)
	}
	return n, char, ok
}
