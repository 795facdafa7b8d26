package filters

import (
	"strconv"
	"strings"
)

// call0 runs a built-in function.
func (in *awkRun) call0(n *awkNode) awkValue {
	switch n.text {
	case "split":
		return in.splitInto(n)
	case "sub", "gsub":
		return in.substitute(n)
	case "match":
		return in.matchAt(n)
	case "length":
		if len(n.kids) == 0 {
			return number0(float64(len(in.text())))
		}
	}
	args := in.evalAll(n.kids)
	if in.over {
		return awkValue{}
	}
	first := args[0]
	switch n.text {
	case "sprintf":
		return string0(in.format(args))
	case "int":
		return number0(float64(in.truncated(in.num(first))))
	}
	s := in.str(first)
	if !in.step(len(s) / 8) {
		return awkValue{}
	}
	switch n.text {
	case "length":
		return number0(float64(len(s)))
	case "substr":
		return in.substring(s, args[1:])
	case "index":
		return number0(float64(strings.Index(s, in.str(args[1])) + 1))
	case "toupper":
		return string0(strings.ToUpper(s))
	case "tolower":
		return string0(strings.ToLower(s))
	}
	return in.fail()
}

func (in *awkRun) truncated(n float64) int {
	if n < -1<<30 || n > 1<<30 {
		in.fail()
		return 0
	}
	return int(n)
}

func (in *awkRun) substring(s string, args []awkValue) awkValue {
	from := in.integral(in.num(args[0]))
	length := len(s)
	if len(args) > 1 {
		length = in.integral(in.num(args[1]))
	}
	if from < 1 {
		return in.fail() // awks differ
	}
	if length <= 0 || from > len(s) {
		return string0("")
	}
	return string0(s[from-1 : min(from-1+length, len(s))])
}

// splitInto is split: the pieces become the array's elements 1 to n.
func (in *awkRun) splitInto(n *awkNode) awkValue {
	s := in.str(in.eval(n.kids[0]))
	var pieces []string
	switch {
	case len(n.kids) < 3:
		pieces = in.cut(s, in.fs)
	case n.kids[2].op == "regex":
		if s != "" {
			pieces = in.cutPattern(s, n.kids[2].re)
		}
	default:
		separator := in.str(in.eval(n.kids[2]))
		if separator == "" {
			if !in.step(8 * len(s)) {
				return awkValue{}
			}
			pieces = strings.Split(s, "")
		} else {
			pieces = in.cut(s, separator)
		}
	}
	name := n.kids[1].text
	delete(in.arrays, name)
	for i, piece := range pieces {
		in.set(name, strconv.Itoa(i+1), awkValue{kind: awkInput, s: piece})
		if in.over {
			break
		}
	}
	return number0(float64(len(pieces)))
}

// matchAt is match, which sets RSTART and RLENGTH.
func (in *awkRun) matchAt(n *awkNode) awkValue {
	s := in.str(in.eval(n.kids[0]))
	p := in.expression(n.kids[1])
	if p == nil {
		return in.fail()
	}
	start, length := 0, -1
	if m := in.find(p, []byte(s)); m != nil {
		start, length = m[0]+1, m[1]-m[0]
	}
	in.vars["RSTART"], in.vars["RLENGTH"] = number0(float64(start)), number0(float64(length))
	return number0(float64(start))
}

// substitute is sub and gsub.
func (in *awkRun) substitute(n *awkNode) awkValue {
	p := in.expression(n.kids[0])
	replacement := in.str(in.eval(n.kids[1]))
	target := &awkNode{op: "$", kids: []*awkNode{{op: "number"}}}
	if len(n.kids) == 3 {
		target = n.kids[2]
		for _, k := range target.kids {
			if k.changes(k) {
				return in.fail()
			}
		}
	}
	text := in.str(in.eval(target))
	if p == nil || in.over || strings.Contains(strings.ReplaceAll(replacement, `\&`, ""), `\`) || strings.Contains(replacement, `\\`) {
		return in.fail()
	}
	var matches [][]int
	if n.text == "gsub" {
		matches = in.findAll(p, []byte(text))
	} else if m := in.find(p, []byte(text)); m != nil {
		matches = [][]int{m}
	}
	if len(matches) == 0 {
		return number0(0)
	}
	var out strings.Builder
	end := 0
	for _, m := range matches {
		out.WriteString(text[end:m[0]])
		in.expand(&out, replacement, text[m[0]:m[1]])
		if end = m[1]; in.over {
			return awkValue{}
		}
	}
	out.WriteString(text[end:])
	in.step(out.Len() / 8)
	in.store(target, string0(out.String()))
	return number0(float64(len(matches)))
}

// expand writes a replacement, in which & is what matched and \& an ampersand.
func (in *awkRun) expand(out *strings.Builder, replacement, matched string) {
	for i := 0; i < len(replacement); i++ {
		switch {
		case replacement[i] == '\\':
			i++
			out.WriteByte('&')
		case replacement[i] == '&':
			out.WriteString(matched)
		default:
			out.WriteByte(replacement[i])
		}
	}
	if out.Len() > in.limit() || !in.step(1+(len(replacement)+len(matched))/8) {
		in.fail()
	}
}
