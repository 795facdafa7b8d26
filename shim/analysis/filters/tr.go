package filters

import (
	"bytes"
	"slices"
	"strings"
)

// A trSet is one parsed SET of tr: the bytes in order.
type trSet struct {
	bytes []byte
	class string // the set is this one class alone
	fill  int    // index at which [x*] fills up, -1 when there is none
	with  byte   // what it fills with
	mixed bool   // classes stand beside other elements, or there are equivalences
}

// tr translates, squeezes and deletes bytes.
func tr(c *call) bool {
	opts, operands, ok := c.options("+cCdst", "complement=c delete=d squeeze-repeats=s truncate-set1=t")
	if !ok || len(operands) == 0 || len(operands) > 2 {
		return false
	}
	var complement, remove, squeeze, truncate bool
	for _, o := range opts {
		switch o.letter {
		case 'c', 'C':
			complement = true
		case 'd':
			remove = true
		case 's':
			squeeze = true
		case 't':
			truncate = true
		}
	}
	first, ok := parseTrSet(operands[0])
	if !ok || first.fill >= 0 {
		return false
	}
	var second *trSet
	if len(operands) == 2 {
		if second, ok = parseTrSet(operands[1]); !ok {
			return false
		}
	}
	data, ok := c.input(nil)
	if !ok {
		return false
	}
	var dropped, squeezed [256]bool
	table := identity()
	switch {
	case remove:
		if squeeze != (second != nil) || second != nil && second.fill >= 0 {
			return false
		}
		dropped = member(first.bytes, complement)
		if squeeze {
			squeezed = member(second.bytes, false)
		}
	case second == nil:
		if !squeeze {
			return false
		}
		squeezed = member(first.bytes, complement)
	default:
		if !translation(&table, first, second, complement, truncate) {
			return false
		}
		if squeeze {
			squeezed = member(second.bytes, false)
		}
	}
	last := -1
	for _, b := range data {
		if dropped[b] {
			continue
		}
		b = table[b]
		if squeezed[b] && int(b) == last {
			continue
		}
		last = int(b)
		c.write(b)
	}
	return true
}

func identity() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
	}
	return t
}

func member(set []byte, complement bool) (m [256]bool) {
	for _, b := range set {
		m[b] = true
	}
	if complement {
		for i := range m {
			m[i] = !m[i]
		}
	}
	return m
}

// translation fills the table that maps the first set to the second.
func translation(table *[256]byte, first, second *trSet, complement, truncate bool) bool {
	from := first.bytes
	if complement {
		m := member(from, true)
		from = nil
		for i := range m {
			if m[i] {
				from = append(from, byte(i))
			}
		}
	}
	if second.class != "" || second.mixed {
		if complement || truncate || !caseClass(first.class) || !caseClass(second.class) {
			return false
		}
	}
	to := second.bytes
	if second.fill >= 0 {
		if truncate || complement {
			return false
		}
		missing := max(0, len(from)-len(to))
		to = slices.Insert(to, second.fill, bytes.Repeat([]byte{second.with}, missing)...)
		second.bytes = to
	}
	if len(to) == 0 {
		return false
	}
	if complement && (first.mixed || first.class != "") && (len(to) > 1 || truncate) {
		return false
	}
	if truncate && len(from) > len(to) {
		from = from[:len(to)]
	}
	for i, b := range from {
		table[b] = to[min(i, len(to)-1)]
	}
	return true
}

func caseClass(s string) bool { return s == "lower" || s == "upper" }

// parseTrSet reads ranges, classes, equivalences, repetitions and escapes.
func parseTrSet(s string) (*trSet, bool) {
	set := &trSet{fill: -1}
	elements := 0
	for i := 0; i < len(s); elements++ {
		if s[i] == '[' {
			next, known, ok := set.bracket(s, i)
			if !ok {
				return nil, false
			}
			if known {
				i = next
				continue
			}
		}
		from, next, ok := trByte(s, i)
		if !ok {
			return nil, false
		}
		if next+1 < len(s) && s[next] == '-' {
			to, end, ok := trByte(s, next+1)
			if !ok || to < from {
				return nil, false
			}
			for b := int(from); b <= int(to); b++ {
				set.bytes = append(set.bytes, byte(b))
			}
			i = end
			continue
		}
		set.bytes = append(set.bytes, from)
		i = next
	}
	if set.class != "" && elements > 1 {
		set.class, set.mixed = "", true
	}
	return set, len(set.bytes) <= 4096
}

// bracket reads [:class:], [=c=], [c*] and [c*n] at s[i:]; known is false when the bracket stands for itself.
func (set *trSet) bracket(s string, i int) (next int, known, ok bool) {
	rest := s[i+1:]
	if strings.HasPrefix(rest, ":") {
		name, _, found := strings.Cut(rest[1:], ":]")
		if !found {
			return 0, false, false
		}
		test := classTest(name)
		if test == nil {
			return 0, false, false
		}
		for b := 0; b < 256; b++ {
			if test(byte(b)) {
				set.bytes = append(set.bytes, byte(b))
			}
		}
		set.class = name
		return i + len(name) + 4, true, true
	}
	if strings.HasPrefix(rest, "=") {
		if len(rest) < 4 || rest[1] == '\\' || rest[2:4] != "=]" {
			return 0, false, false
		}
		set.bytes, set.mixed = append(set.bytes, rest[1]), true
		return i + 5, true, true
	}
	b, star, ok := trByte(s, i+1)
	if !ok || star >= len(s) || s[star] != '*' {
		return 0, false, true
	}
	digits, _, found := strings.Cut(s[star+1:], "]")
	if !found {
		return 0, false, true
	}
	if strings.Trim(digits, "0123456789") != "" {
		return 0, false, false
	}
	n, ok := number(digits)
	if digits == "" {
		if set.fill >= 0 {
			return 0, false, false
		}
		set.fill, set.with = len(set.bytes), b
		return star + 2, true, true
	}
	if !ok || n == 0 || n > 256 || digits != "" && digits[0] == '0' {
		return 0, false, false
	}
	for ; n > 0; n-- {
		set.bytes = append(set.bytes, b)
	}
	return star + len(digits) + 2, true, true
}

// trByte reads one character or escape.
func trByte(s string, i int) (b byte, next int, ok bool) {
	if i >= len(s) {
		return 0, i, false
	}
	if s[i] != '\\' {
		return s[i], i + 1, true
	}
	if i+1 == len(s) {
		return '\\', i + 1, true
	}
	if isOctal(s[i+1]) {
		b, next = octalEscape(s, i+1, 3)
		return b, next, next-i < 4 || s[i+1] <= '3'
	}
	if e := simpleEscape(s[i+1]); e != 0 {
		return e, i + 2, true
	}
	return s[i+1], i + 2, true
}

// classTest returns the test of a POSIX character class in the C locale, nil when there is none of that name.
func classTest(name string) func(byte) bool {
	switch name {
	case "alnum":
		return isAlnum
	case "alpha":
		return isAlpha
	case "blank":
		return isBlank
	case "cntrl":
		return func(b byte) bool { return b < ' ' || b == 0x7f }
	case "digit":
		return isDigit
	case "graph":
		return func(b byte) bool { return b != ' ' && isPrint(b) }
	case "lower":
		return isLower
	case "print":
		return isPrint
	case "punct":
		return func(b byte) bool { return b != ' ' && isPrint(b) && !isAlnum(b) }
	case "space":
		return isSpace
	case "upper":
		return isUpper
	case "xdigit":
		return func(b byte) bool { return hexValue(b) >= 0 }
	}
	return nil
}
