package filters

import (
	"math"
	"strconv"
	"strings"
)

// An awkValue is a number, a string, input that may look like a number, or nothing yet.
type awkValue struct {
	kind awkType
	s    string
	n    float64
}

type awkType uint8

const (
	awkUnset awkType = iota
	awkNum
	awkStr
	awkInput
	awkUnsure // a string to some awks, input to others
)

func number0(n float64) awkValue { return awkValue{kind: awkNum, n: n} }
func string0(s string) awkValue  { return awkValue{kind: awkStr, s: s} }

func bool0(b bool) awkValue {
	if b {
		return number0(1)
	}
	return number0(0)
}

// fail gives the run up.
func (in *awkRun) fail() awkValue {
	in.over = true
	return awkValue{}
}

// str converts a value to a string.
func (in *awkRun) str(v awkValue) string {
	if v.kind != awkNum {
		return v.s
	}
	if v.n == 0 && math.Signbit(v.n) || math.IsInf(v.n, 0) || math.IsNaN(v.n) {
		in.fail()
		return ""
	}
	if v.n == math.Trunc(v.n) {
		if math.Abs(v.n) > math.MaxInt32 {
			in.fail() // some print an exponent
			return ""
		}
		return strconv.Itoa(int(v.n))
	}
	return strconv.FormatFloat(v.n, 'g', 6, 64)
}

// num converts a value to a number: the longest decimal number it begins with.
func (in *awkRun) num(v awkValue) float64 {
	if v.kind == awkNum || v.kind == awkUnset {
		return v.n
	}
	s := strings.TrimLeft(v.s, " \t\n")
	if s != "" && isSpace(s[0]) {
		in.fail()
	}
	n := decimalPrefix(s)
	digits := strings.TrimLeft(s, "+-")
	if len(digits) > 1 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X') || n == 0 && awkOddNumber(digits) {
		in.fail() // hexadecimal, infinite or no number: awks differ
	}
	f, err := strconv.ParseFloat(s[:n], 64)
	if n > 0 && err != nil {
		in.fail()
	}
	return f
}

func awkOddNumber(s string) bool {
	s = strings.ToLower(s)
	return strings.HasPrefix(s, "inf") || strings.HasPrefix(s, "nan")
}

// decimalPrefix returns the length of the decimal number that s begins with.
func decimalPrefix(s string) int {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	digits := 0
	for i < len(s) && isDigit(s[i]) {
		i++
		digits++
	}
	if i < len(s) && s[i] == '.' {
		i++
		for i < len(s) && isDigit(s[i]) {
			i++
			digits++
		}
	}
	if digits == 0 {
		return 0
	}
	if i+1 < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if s[j] == '+' || s[j] == '-' {
			j++
		}
		if j < len(s) && isDigit(s[j]) {
			for j < len(s) && isDigit(s[j]) {
				j++
			}
			i = j
		}
	}
	return i
}

// numeric reports whether a value compares as a number.
func (in *awkRun) numeric(v awkValue) bool {
	if v.kind != awkInput && v.kind != awkUnsure {
		return v.kind != awkStr
	}
	s := strings.Trim(v.s, " \t\n")
	if v.kind == awkUnsure && decimalPrefix(s) == len(s) {
		in.fail()
	}
	if digits := strings.TrimLeft(s, "+-"); awkOddNumber(digits) || strings.HasPrefix(strings.ToLower(digits), "0x") ||
		strings.ContainsAny(s, "\r\v\f") {
		in.fail()
	}
	return s != "" && decimalPrefix(s) == len(s)
}

// truth is a value as a condition.
func (in *awkRun) truth(v awkValue) bool {
	if v.s == "" && v.kind != awkNum {
		return false
	}
	if in.numeric(v) {
		return in.num(v) != 0
	}
	return v.s != ""
}

// compare orders two values, as numbers where both are.
func (in *awkRun) compare(a, b awkValue) int {
	if in.numeric(a) && in.numeric(b) {
		x, y := in.num(a), in.num(b)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	return strings.Compare(in.str(a), in.str(b))
}

func (in *awkRun) arithmetic(op string, x, y float64) awkValue {
	var n float64
	switch op {
	case "+":
		n = x + y
	case "-":
		n = x - y
	case "*":
		n = x * y
	case "/":
		n = x / y
	case "%":
		n = math.Mod(x, y)
	case "^":
		n = math.Pow(x, y)
		if n != math.Trunc(n) {
			return in.fail()
		}
	}
	if math.IsInf(n, 0) || math.IsNaN(n) {
		return in.fail()
	}
	return number0(n)
}

// format is printf and sprintf.
func (in *awkRun) format(args []awkValue) string {
	format := in.str(args[0])
	args = args[1:]
	var out strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			out.WriteByte(format[i])
			continue
		}
		if strings.HasPrefix(format[i:], "%%") {
			out.WriteByte('%')
			i++
			continue
		}
		sp := spec{precision: -1}
		var ok bool
		next := sp.readFlags(format, i+1)
		if sp.width, next, ok = readCount(format, next); !ok {
			in.fail()
			return ""
		}
		if next < len(format) && format[next] == '.' {
			sp.precision, next, ok = readCount(format, next+1)
		}
		if !ok || next >= len(format) || len(args) == 0 || !in.fits(sp.width+max(sp.precision, 0)+out.Len()) {
			in.fail()
			return ""
		}
		text, ok := in.convert(sp, format[next], args[0])
		if !ok || !in.step(1+len(text)/8) {
			in.fail()
			return ""
		}
		out.WriteString(text)
		args, i = args[1:], next
	}
	return out.String()
}

func (in *awkRun) convert(sp spec, verb byte, v awkValue) (string, bool) {
	switch verb {
	case 's':
		return sp.text(in.str(v))
	case 'c':
		if v.kind == awkNum && v.n == math.Trunc(v.n) && 0 < v.n && v.n < 128 {
			return sp.text(string(rune(int(v.n))))
		}
		if v.kind == awkNum || v.kind == awkUnset || in.numeric(v) || v.s == "" || sp.precision >= 0 {
			return "", false
		}
		return sp.text(v.s[:1])
	case 'd', 'i', 'o', 'u', 'x', 'X':
		n := math.Trunc(in.num(v))
		if math.Abs(n) > math.MaxInt32 || n < 0 && verb != 'd' && verb != 'i' {
			return "", false
		}
		if verb == 'i' {
			verb = 'd'
		}
		return sp.integer(uint64(math.Abs(n)), n < 0, verb)
	case 'f', 'e', 'g', 'E', 'G':
		n := in.num(v)
		precision := sp.precision
		if precision < 0 {
			precision = 6
		}
		if sp.alt || precision > 40 || n == 0 && math.Signbit(n) {
			return "", false
		}
		letter := toLower(verb)
		if letter == 'g' {
			precision = max(precision, 1)
		}
		text := sp.pad(sp.sign(n < 0), strconv.FormatFloat(math.Abs(n), letter, precision, 64), sp.zero)
		if verb != letter {
			text = strings.ToUpper(text)
		}
		return text, true
	}
	return "", false
}
