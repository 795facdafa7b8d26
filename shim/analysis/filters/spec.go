package filters

import (
	"math/big"
	"strconv"
	"strings"
)

// A spec holds the flags, the width and the precision of one printf conversion.
type spec struct {
	left, plus, space, alt, zero bool
	width                        int
	precision                    int // -1 when absent
}

// readFlags reads the flags at s[i:] and returns the index behind them.
func (sp *spec) readFlags(s string, i int) int {
	for ; i < len(s); i++ {
		switch s[i] {
		case '-':
			sp.left = true
		case '+':
			sp.plus = true
		case ' ':
			sp.space = true
		case '#':
			sp.alt = true
		case '0':
			sp.zero = true
		default:
			return i
		}
	}
	return i
}

// readCount reads a width or precision of at most six digits; none is zero.
func readCount(s string, i int) (n, next int, ok bool) {
	for next = i; next < len(s) && isDigit(s[next]); next++ {
	}
	if next == i {
		return 0, i, true
	}
	if next-i > 6 {
		return 0, 0, false
	}
	n, ok = number(s[i:next])
	return n, next, ok
}

// flagged reports a flag that strings do not take.
func (sp spec) flagged() bool { return sp.plus || sp.space || sp.alt || sp.zero }

// pad brings s to the width, with zeros behind the sign or prefix where zero is set.
func (sp spec) pad(prefix, s string, zero bool) string {
	n := sp.width - len(prefix) - len(s)
	switch {
	case n <= 0:
		return prefix + s
	case sp.left:
		return prefix + s + strings.Repeat(" ", n)
	case zero:
		return prefix + strings.Repeat("0", n) + s
	}
	return strings.Repeat(" ", n) + prefix + s
}

// text is %s and %c.
func (sp spec) text(s string) (string, bool) {
	if sp.flagged() {
		return "", false
	}
	if sp.width == 0 && sp.precision < 0 {
		return s, true
	}
	if !ascii(s) {
		return "", false // bytes or characters: the shells differ
	}
	if sp.precision >= 0 && sp.precision < len(s) {
		s = s[:sp.precision]
	}
	return sp.pad("", s, false), true
}

// sign returns what stands before a number.
func (sp spec) sign(neg bool) string {
	switch {
	case neg:
		return "-"
	case sp.plus:
		return "+"
	case sp.space:
		return " "
	}
	return ""
}

// integer is %d, %o, %u, %x and %X of a magnitude and its sign.
func (sp spec) integer(n uint64, neg bool, verb byte) (string, bool) {
	prefix, digits := "", ""
	switch verb {
	case 'd':
		prefix, digits = sp.sign(neg), strconv.FormatUint(n, 10)
	case 'u':
		digits = strconv.FormatUint(n, 10)
	case 'o':
		digits = strconv.FormatUint(n, 8)
	case 'x', 'X':
		digits = strconv.FormatUint(n, 16)
	}
	if verb != 'd' && (sp.plus || sp.space) || sp.alt && (verb == 'd' || verb == 'u') {
		return "", false
	}
	if sp.precision == 0 && n == 0 {
		digits = ""
	}
	if d := sp.precision - len(digits); d > 0 {
		digits = strings.Repeat("0", d) + digits
	}
	if sp.alt && verb == 'o' && !strings.HasPrefix(digits, "0") {
		digits = "0" + digits
	}
	if sp.alt && verb != 'o' && n != 0 {
		prefix = "0x"
	}
	out := sp.pad(prefix, digits, sp.zero && sp.precision < 0)
	if verb == 'X' {
		out = strings.ToUpper(out)
	}
	return out, true
}

// float is %f, %e and %g, where double, extended and quadruple precision print alike.
func (sp spec) float(value string, verb byte) (string, bool) {
	if value == "" {
		value = "0"
	}
	digits := strings.TrimLeft(value, "+-")
	if len(value)-len(digits) > 1 || !decimal(digits) || len(value) > 40 || sp.alt {
		return "", false
	}
	precision := sp.precision
	if precision < 0 {
		precision = 6
	}
	if precision > 40 {
		return "", false
	}
	format := byte('f')
	switch verb {
	case 'e', 'E':
		format = 'e'
	case 'g', 'G':
		format = 'g'
		precision = max(precision, 1)
	}
	first := ""
	for _, bits := range []uint{53, 64, 113} {
		f, _, err := big.ParseFloat(digits, 10, bits, big.ToNearestEven)
		if err != nil {
			return "", false
		}
		text := f.Text(format, precision)
		if first != "" && text != first {
			return "", false
		}
		first = text
	}
	out := sp.pad(sp.sign(value[0] == '-'), first, sp.zero)
	if verb == 'E' || verb == 'G' {
		out = strings.ToUpper(out)
	}
	return out, true
}

// decimal reports whether s is digits with an optional point and a short exponent.
func decimal(s string) bool {
	mantissa, exponent, found := strings.Cut(strings.ToLower(s), "e")
	if found {
		exponent = strings.TrimLeft(exponent, "+-")
		if _, ok := number(exponent); !ok || len(exponent) > 2 {
			return false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	return whole+fraction != "" && strings.Trim(whole+fraction, "0123456789") == ""
}
