package filters

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// A Flavour says whose printf to compute.
type Flavour uint8

const (
	AnyFlavour Flavour = iota // unknown: an answer only where the others agree
	Coreutils                 // /usr/bin/printf
	Bash
	Dash
)

// Printf computes what the printf of a flavour prints for its arguments: options, format, values. ok is false when it
// is not certain, which includes every value that printf would complain of.
func Printf(args []string, flavour Flavour, limits Limits) (out []byte, status int, ok bool) {
	if flavour != AnyFlavour {
		return printfAs(args, flavour, limits)
	}
	out, status, ok = printfAs(args, Bash, limits)
	for _, f := range []Flavour{Coreutils, Dash} {
		other, otherStatus, otherOK := printfAs(args, f, limits)
		if !ok || !otherOK || status != otherStatus || !bytes.Equal(out, other) {
			return nil, 0, false
		}
	}
	return out, status, true
}

func printfAs(args []string, flavour Flavour, limits Limits) ([]byte, int, bool) {
	c := newCall("printf", args, nil, Env{Limits: limits})
	p := printer{call: c, flavour: flavour}
	if !p.run() || c.over {
		return nil, 0, false
	}
	return c.out, c.status, true
}

// printf is /usr/bin/printf.
func printf(c *call) bool {
	p := printer{call: c, flavour: Coreutils}
	return p.run()
}

// A printer interprets one format over its values.
type printer struct {
	*call
	flavour Flavour
	values  []string
	used    bool // the format took a value
	stop    bool // \c was met
}

func (p *printer) run() bool {
	args := p.args
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if args[0] != "--" {
			return false
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return false
	}
	format := args[0]
	p.values = args[1:]
	for {
		p.used = false
		if !p.step(len(format)+1) || !p.format(format) {
			return false
		}
		if p.stop || !p.used || len(p.values) == 0 {
			return true
		}
	}
}

func (p *printer) next() string {
	p.used = true
	if len(p.values) == 0 {
		return ""
	}
	v := p.values[0]
	p.values = p.values[1:]
	return v
}

// format goes through the format once.
func (p *printer) format(s string) bool {
	for i := 0; i < len(s) && !p.stop; {
		ok := true
		switch {
		case s[i] == '\\':
			i, ok = p.escape(s, i+1)
		case s[i] != '%':
			ok = p.write(s[i])
			i++
		case strings.HasPrefix(s[i:], "%%"):
			ok = p.write('%')
			i += 2
		default:
			i, ok = p.directive(s, i+1)
		}
		if !ok {
			return false
		}
	}
	return true
}

// escape writes the escape whose letter is s[i].
func (p *printer) escape(s string, i int) (next int, ok bool) {
	if i >= len(s) {
		return i, p.flavour != Coreutils && p.write('\\')
	}
	switch e := s[i]; {
	case simpleEscape(e) != 0:
		return i + 1, p.write(simpleEscape(e))
	case e == '"' && p.flavour != Dash:
		return i + 1, p.write(e)
	case isOctal(e):
		b, next := octalEscape(s, i, 3)
		if e > '3' && next-i == 3 {
			return 0, false // past a byte
		}
		return next, p.write(b)
	case p.flavour == Dash:
		return 0, false
	case e == 'c' && p.flavour == Coreutils:
		p.stop = true
		return i + 1, true
	case e == 'e':
		return i + 1, p.write(0x1b)
	case e == 'x':
		n, next := hexEscape(s, i+1, 2)
		return next, next > i+1 && p.write(byte(n))
	case (e == 'u' || e == 'U') && p.flavour == Bash:
		out, next, ok := appendUnicode(nil, s, i)
		return next, ok && p.write(out...)
	}
	return 0, false
}

// directive interprets the conversion behind a "%" at s[i-1].
func (p *printer) directive(s string, i int) (next int, ok bool) {
	sp := spec{precision: -1}
	i = sp.readFlags(s, i)
	if i < len(s) && s[i] == '*' {
		n, neg, ok := printfInteger(p.next())
		if !ok || n > 1<<20 {
			return 0, false
		}
		i++
		sp.left = sp.left || neg
		sp.width = int(n)
	} else if sp.width, i, ok = readCount(s, i); !ok {
		return 0, false
	}
	if i < len(s) && s[i] == '.' {
		i++
		if i < len(s) && s[i] == '*' {
			n, neg, ok := printfInteger(p.next())
			if !ok || neg || n > 1<<20 {
				return 0, false
			}
			i, sp.precision = i+1, int(n)
		} else if sp.precision, i, ok = readCount(s, i); !ok {
			return 0, false
		}
	}
	if i >= len(s) || !p.fits(max(sp.width, sp.precision)) {
		return 0, false
	}
	text, ok := p.convert(sp, s[i])
	return i + 1, ok && p.print(text)
}

// convert formats the next value for one conversion letter.
func (p *printer) convert(sp spec, verb byte) (string, bool) {
	value, missing := "", len(p.values) == 0
	if strings.IndexByte("sbqcdiouxXfFeEgG", verb) >= 0 {
		value = p.next()
	}
	switch verb {
	case 's':
		return sp.text(value)
	case 'c':
		if value == "" || value[0] >= 0x80 || sp.precision >= 0 {
			return "", false
		}
		return sp.text(value[:1])
	case 'b':
		return p.expanded(sp, value)
	case 'q':
		if p.flavour == Dash || missing || sp.width > 0 || sp.precision >= 0 {
			return "", false
		}
		return quoted(value, p.flavour == Bash)
	case 'd', 'i':
		n, neg, ok := printfInteger(value)
		if !ok || n > math.MaxInt64 {
			return "", false
		}
		return sp.integer(n, neg, 'd')
	case 'o', 'u', 'x', 'X':
		n, neg, ok := printfInteger(value)
		if neg {
			n = -n
		}
		if !ok {
			return "", false
		}
		return sp.integer(n, false, verb)
	case 'f', 'F', 'e', 'E', 'g', 'G':
		return sp.float(value, verb)
	}
	return "", false
}

// expanded is %b.
func (p *printer) expanded(sp spec, value string) (string, bool) {
	kind := escapeGNUFormatB
	switch p.flavour {
	case Bash:
		kind = escapeBashB
	case Dash:
		kind = escapeDash
	}
	out, stop, ok := escapes(value, kind)
	if !ok || stop && (sp.width > 0 || sp.precision >= 0) {
		return "", false
	}
	p.stop = stop
	if sp.width == 0 && sp.precision < 0 {
		return string(out), true
	}
	return sp.text(string(out))
}

// printfInteger reads a value as C's strtoimax with base 0 does, or the code of the character behind a quote. It
// returns the magnitude and the sign.
func printfInteger(s string) (n uint64, neg, ok bool) {
	if s == "" {
		return 0, false, true
	}
	if s[0] == '\'' || s[0] == '"' {
		return uint64(s[len(s)-1]), false, len(s) == 2 && s[1] < 0x80
	}
	s = strings.TrimLeft(s, " \t")
	if rest, found := strings.CutPrefix(s, "-"); found {
		s, neg = rest, true
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	base := 10
	switch {
	case len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'):
		s, base = s[2:], 16
	case len(s) > 1 && s[0] == '0':
		s, base = s[1:], 8
	}
	if s == "" || s[0] == '+' || s[0] == '-' {
		return 0, false, false
	}
	n, err := strconv.ParseUint(s, base, 64)
	if err != nil || n > math.MaxInt64 {
		return 0, false, false // the shells differ above
	}
	return n, neg && n != 0, true
}

// quoted is %q for text that the shells quote with backslashes, or not at all.
func quoted(s string, bash bool) (string, bool) {
	if s == "" {
		return "''", true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case isAlnum(s[i]) || strings.IndexByte("_./:@%+-", s[i]) >= 0:
		case bash && strings.IndexByte(" !\"$&'()*,;<>?[\\]^`{|}", s[i]) >= 0:
			b.WriteByte('\\')
		default:
			return "", false
		}
		b.WriteByte(s[i])
	}
	return b.String(), true
}
