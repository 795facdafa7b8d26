package filters

import (
	"math"
	"strconv"
	"strings"
)

// condition is test and [, for strings and integers, up to four words.
func condition(c *call) bool {
	args := c.args
	if c.name == "[" {
		if len(args) == 0 || args[len(args)-1] != "]" {
			return false
		}
		args = args[:len(args)-1]
	} else if len(args) == 1 && strings.HasPrefix(args[0], "--") {
		return false
	}
	holds, ok := evaluate(args)
	if !holds {
		c.status = 1
	}
	return ok
}

// evaluate follows the rules that POSIX gives by the number of words.
func evaluate(a []string) (holds, ok bool) {
	switch len(a) {
	case 0:
		return false, true
	case 1:
		return a[0] != "", true
	case 2:
		switch a[0] {
		case "!":
			return a[1] == "", true
		case "-n":
			return a[1] != "", true
		case "-z":
			return a[1] == "", true
		}
		return false, false
	case 3:
		if holds, ok = compareWords(a[0], a[1], a[2]); ok {
			return holds, true
		}
		if len(a[1]) == 3 && a[1][0] == '-' || a[1] == "-a" || a[1] == "-o" {
			return false, false // a binary operator
		}
		if a[0] == "!" {
			holds, ok = evaluate(a[1:])
			return !holds, ok
		}
		return a[1] != "", a[0] == "(" && a[2] == ")"
	case 4:
		if a[0] == "!" {
			holds, ok = evaluate(a[1:])
			return !holds, ok
		}
	}
	return false, false
}

func compareWords(x, operator, y string) (holds, ok bool) {
	switch operator {
	case "=", "==":
		return x == y, true
	case "!=":
		return x != y, true
	}
	a, okA := integer(x)
	b, okB := integer(y)
	if !okA || !okB {
		return false, false
	}
	switch operator {
	case "-eq":
		return a == b, true
	case "-ne":
		return a != b, true
	case "-lt":
		return a < b, true
	case "-le":
		return a <= b, true
	case "-gt":
		return a > b, true
	case "-ge":
		return a >= b, true
	}
	return false, false
}

// expr evaluates its words as an expression.
func expr(c *call) bool {
	if len(c.args) == 0 || len(c.args) > 1000 || strings.HasPrefix(c.args[0], "--") {
		return false
	}
	for _, a := range c.args {
		if !ascii(a) {
			return false
		}
	}
	e := exprParser{call: c, words: c.args}
	v := e.level(0)
	if e.bad || e.i != len(e.words) || c.over {
		return false
	}
	if exprNull(v) {
		c.status = 1
	}
	return c.print(v + "\n")
}

// An exprParser evaluates while it parses, as every operand has a value.
type exprParser struct {
	*call
	words []string
	i     int
	depth int
	bad   bool
}

func exprNull(v string) bool { return v == "" || strings.Trim(v, "0") == "" || v == "-0" }

func (e *exprParser) fail() string {
	e.bad = true
	return ""
}

// exprOperators lists the operators by level, loosest first.
func exprOperators(level int) string {
	switch level {
	case 0:
		return "|"
	case 1:
		return "&"
	case 2:
		return "< <= = == != >= >"
	case 3:
		return "+ -"
	case 4:
		return "* / %"
	}
	return ":"
}

func (e *exprParser) level(level int) string {
	if level == 6 {
		return e.operand()
	}
	v := e.level(level + 1)
	for !e.bad && e.i < len(e.words) && e.words[e.i] != "" && strings.Contains(" "+exprOperators(level)+" ", " "+e.words[e.i]+" ") {
		operator := e.words[e.i]
		e.i++
		w := e.level(level + 1)
		if e.bad {
			return ""
		}
		v = e.apply(operator, v, w)
	}
	return v
}

// operand is a word, a parenthesis, or one of the functions.
func (e *exprParser) operand() string {
	if e.bad || e.i >= len(e.words) {
		return e.fail()
	}
	w := e.words[e.i]
	e.i++
	if e.depth++; e.depth > 100 {
		return e.fail()
	}
	defer func() { e.depth-- }()
	switch w {
	case "(":
		v := e.level(0)
		if e.i >= len(e.words) || e.words[e.i] != ")" {
			return e.fail()
		}
		e.i++
		return v
	case "length":
		return strconv.Itoa(len(e.operand()))
	case "match":
		s := e.operand()
		return e.match(s, e.operand())
	case "index":
		s, set := e.operand(), e.operand()
		return strconv.Itoa(strings.IndexAny(s, set) + 1)
	case "substr":
		s, from, n := e.operand(), e.operand(), e.operand()
		return e.substring(s, from, n)
	case "+", ")", "|", "&", "<", "<=", "=", "==", "!=", ">=", ">", "-", "*", "/", "%", ":":
		return e.fail()
	}
	return w
}

func (e *exprParser) substring(s, from, count string) string {
	i, okI := integer(from)
	n, okN := integer(count)
	if !okI || !okN {
		return e.fail()
	}
	if i < 1 || n < 1 || i > int64(len(s)) {
		return ""
	}
	return s[i-1 : min(i-1+min(n, math.MaxInt32), int64(len(s)))]
}

// match is anchored at the start; its value is the first group, or the length.
func (e *exprParser) match(s, src string) string {
	if e.bad || strings.HasPrefix(src, "^") || strings.HasPrefix(src, "*") || strings.Contains(src, `\|`) {
		return e.fail()
	}
	p, ok := e.compile("^"+src, dialect{groups: strings.Contains(src, `\(`)})
	if !ok {
		return e.fail()
	}
	m := e.find(p, []byte(s))
	switch {
	case m == nil && p.groups > 0:
		return ""
	case m == nil:
		return "0"
	case p.groups > 0:
		if m[2] < 0 {
			return ""
		}
		return s[m[2]:m[3]]
	}
	return strconv.Itoa(m[1])
}

func (e *exprParser) apply(operator, v, w string) string {
	switch operator {
	case ":":
		return e.match(v, w)
	case "|":
		if !exprNull(v) {
			return v
		}
		if !exprNull(w) {
			return w
		}
		return "0"
	case "&":
		if exprNull(v) || exprNull(w) {
			return "0"
		}
		return v
	}
	a, okA := exprInteger(v)
	b, okB := exprInteger(w)
	if strings.ContainsAny(operator, "<>=") {
		order := strings.Compare(v, w)
		if okA && okB {
			order = int(max(-1, min(1, a-b)))
		} else if digitsOnly(v) && digitsOnly(w) {
			return e.fail()
		}
		return compared(operator, order)
	}
	if !okA || !okB {
		return e.fail()
	}
	var n int64
	switch operator {
	case "+":
		n = a + b
	case "-":
		n = a - b
	case "*":
		if abs(a) > math.MaxInt32 || abs(b) > math.MaxInt32 {
			return e.fail()
		}
		n = a * b
	default:
		if b == 0 {
			return e.fail()
		}
		if n = a / b; operator == "%" {
			n = a % b
		}
	}
	return strconv.FormatInt(n, 10)
}

func compared(operator string, order int) string {
	holds := false
	switch operator {
	case "<":
		holds = order < 0
	case "<=":
		holds = order <= 0
	case "=", "==":
		holds = order == 0
	case "!=":
		holds = order != 0
	case ">=":
		holds = order >= 0
	case ">":
		holds = order > 0
	}
	if holds {
		return "1"
	}
	return "0"
}

// exprInteger reads an operand of arithmetic, which has no plus sign.
func exprInteger(s string) (int64, bool) {
	if strings.HasPrefix(s, "+") {
		return 0, false
	}
	return integer(s)
}

// digitsOnly reports an integer of any length.
func digitsOnly(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

func abs(n int64) int64 { return max(n, -n) }
