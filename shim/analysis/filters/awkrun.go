package filters

import "strings"

// An awkRun is the state of one run.
type awkRun struct {
	*call
	rules    []awkRule
	vars     map[string]awkValue
	arrays   map[string]map[string]awkValue
	patterns map[string]*pattern

	record string
	fields []awkValue
	split  bool // fields hold those of the record
	stale  bool // the record must be made of the fields
	nr     int

	changed bool // the record was assigned, or a field

	fs, ofs, ors, rs, subsep string
}

// An awkFlow says how a statement ended.
type awkFlow uint8

const (
	awkOn awkFlow = iota
	awkBreak
	awkContinue
	awkNextRecord
	awkExit
)

func (in *awkRun) block(n *awkNode) awkFlow {
	for _, k := range n.kids {
		if flow := in.exec(k); flow != awkOn || in.over {
			return flow
		}
	}
	return awkOn
}

// exec runs a statement.
func (in *awkRun) exec(n *awkNode) awkFlow {
	if n == nil || !in.step(1) {
		return awkOn
	}
	switch n.op {
	case "block":
		return in.block(n)
	case "print":
		in.printList(n.kids)
	case "printf":
		in.printFormatted(n.kids)
	case "if":
		if in.truth(in.eval(n.kids[0])) {
			return in.exec(n.kids[1])
		}
		if len(n.kids) > 2 {
			return in.exec(n.kids[2])
		}
	case "for":
		in.exec(n.kids[0])
		for !in.over && (n.kids[1] == nil || in.truth(in.eval(n.kids[1]))) {
			if flow := in.exec(n.kids[3]); flow == awkBreak {
				break
			} else if flow > awkContinue {
				return flow
			}
			in.exec(n.kids[2])
			in.step(1)
		}
	case "do":
		for !in.over {
			if flow := in.exec(n.kids[0]); flow == awkBreak {
				break
			} else if flow > awkContinue {
				return flow
			}
			if !in.truth(in.eval(n.kids[1])) {
				break
			}
		}
	case "forin":
		return in.forIn(n)
	case "break":
		return awkBreak
	case "continue":
		return awkContinue
	case "next":
		return awkNextRecord
	case "exit":
		if len(n.kids) > 0 {
			code := in.num(in.eval(n.kids[0]))
			if code < 0 || code > 255 || code != float64(int(code)) {
				in.fail()
				return awkExit
			}
			in.status = int(code)
		}
		return awkExit
	case "delete":
		if n.kids == nil {
			delete(in.arrays, n.text)
		} else {
			delete(in.arrays[n.text], in.key(n.kids))
		}
	default:
		in.eval(n)
	}
	return awkOn
}

// forIn loops over at most one element: the order of more is not fixed.
func (in *awkRun) forIn(n *awkNode) awkFlow {
	if len(in.arrays[n.text]) > 1 {
		in.fail()
	}
	for key := range in.arrays[n.text] {
		in.store(n.kids[0], awkValue{kind: awkUnsure, s: key})
		if flow := in.exec(n.kids[1]); flow > awkContinue {
			return flow
		}
		break
	}
	return awkOn
}

func (in *awkRun) output(s string) {
	in.print(s)
	in.print(in.ors)
}

func (in *awkRun) printList(kids []*awkNode) {
	if len(kids) == 0 {
		in.output(in.text())
		return
	}
	words := make([]string, len(kids))
	for i, k := range kids {
		words[i] = in.str(in.eval(k))
	}
	in.output(strings.Join(words, in.ofs))
}

func (in *awkRun) printFormatted(kids []*awkNode) {
	if len(kids) == 0 {
		in.fail()
		return
	}
	in.print(in.format(in.evalAll(kids)))
}

func (in *awkRun) evalAll(kids []*awkNode) []awkValue {
	values := make([]awkValue, len(kids))
	for i, k := range kids {
		values[i] = in.eval(k)
	}
	return values
}

// key joins the subscripts of an array.
func (in *awkRun) key(kids []*awkNode) string {
	words := make([]string, len(kids))
	for i, k := range kids {
		words[i] = in.str(in.eval(k))
	}
	return strings.Join(words, in.subsep)
}

// eval computes an expression.
func (in *awkRun) eval(n *awkNode) awkValue {
	if !in.step(1) {
		return awkValue{}
	}
	switch n.op {
	case "number":
		return number0(n.number)
	case "text":
		return string0(n.text)
	case "regex":
		return bool0(in.match(n.re, []byte(in.text())))
	case "name":
		return in.load(n.text)
	case "index":
		return in.element(n)
	case "$":
		return in.field(in.num(in.eval(n.kids[0])))
	case "assign":
		return in.assignment(n)
	case "pre++", "pre--", "post++", "post--":
		return in.increment(n)
	case "?":
		if in.truth(in.eval(n.kids[0])) {
			return in.eval(n.kids[1])
		}
		return in.eval(n.kids[2])
	case "||":
		return bool0(in.truth(in.eval(n.kids[0])) || in.truth(in.eval(n.kids[1])))
	case "&&":
		return bool0(in.truth(in.eval(n.kids[0])) && in.truth(in.eval(n.kids[1])))
	case "!":
		return bool0(!in.truth(in.eval(n.kids[0])))
	case "neg":
		return number0(-in.num(in.eval(n.kids[0])))
	case "plus":
		return number0(in.num(in.eval(n.kids[0])))
	case "in":
		_, found := in.arrays[n.text][in.key(n.kids)]
		return bool0(found)
	case "call":
		return in.call0(n)
	case "~", "!~":
		text := in.str(in.eval(n.kids[0]))
		p := in.expression(n.kids[1])
		return bool0(p != nil && in.match(p, []byte(text)) == (n.op == "~"))
	}
	if len(n.kids) != 2 {
		return in.fail()
	}
	return in.binary(n.op, in.eval(n.kids[0]), in.eval(n.kids[1]))
}

func (in *awkRun) binary(op string, a, b awkValue) awkValue {
	switch op {
	case "concat":
		s := in.str(a) + in.str(b)
		if len(s) > in.limit() || !in.step(len(s)/8) {
			return in.fail()
		}
		return string0(s)
	case "<", "<=", "==", "!=", ">", ">=":
		return bool0(compared(op, in.compare(a, b)) == "1")
	case "+", "-", "*", "/", "%", "^":
		return in.arithmetic(op, in.num(a), in.num(b))
	}
	return in.fail()
}

// element reads an array element, which comes to be by that.
func (in *awkRun) element(n *awkNode) awkValue {
	key := in.key(n.kids)
	v, found := in.arrays[n.text][key]
	if !found {
		in.set(n.text, key, v)
	}
	return v
}

func (in *awkRun) set(name, key string, v awkValue) {
	a := in.arrays[name]
	if a == nil {
		a = map[string]awkValue{}
		in.arrays[name] = a
	}
	a[key] = v
	in.step(8 + len(key)/8)
}

func (in *awkRun) assignment(n *awkNode) awkValue {
	target := n.kids[0]
	v := in.eval(n.kids[1])
	if n.text != "" {
		v = in.arithmetic(n.text, in.num(in.eval(target)), in.num(v))
	}
	in.store(target, v)
	return v
}

func (in *awkRun) increment(n *awkNode) awkValue {
	target := n.kids[0]
	for _, k := range target.kids {
		if k.changes(k) {
			return in.fail() // the subscript would be computed twice
		}
	}
	old := in.num(in.eval(target))
	v := old + 1
	if strings.HasSuffix(n.op, "--") {
		v = old - 1
	}
	in.store(target, number0(v))
	if strings.HasPrefix(n.op, "post") {
		return number0(old)
	}
	return number0(v)
}

// store assigns to a variable, an element or a field.
func (in *awkRun) store(target *awkNode, v awkValue) {
	switch target.op {
	case "name":
		in.assign(target.text, v)
	case "index":
		in.set(target.text, in.key(target.kids), v)
	case "$":
		in.setField(in.num(in.eval(target.kids[0])), v)
	}
}

// load reads a variable.
func (in *awkRun) load(name string) awkValue {
	switch name {
	case "NF":
		in.splitRecord()
		return number0(float64(len(in.fields)))
	case "NR", "FNR":
		return number0(float64(in.nr))
	case "FS":
		return string0(in.fs)
	case "OFS":
		return string0(in.ofs)
	case "ORS":
		return string0(in.ors)
	case "RS":
		return string0(in.rs)
	case "SUBSEP":
		return string0(in.subsep)
	}
	return in.vars[name]
}

// assign sets a variable.
func (in *awkRun) assign(name string, v awkValue) {
	s := in.str(v)
	switch name {
	case "NF":
		in.setCount(in.num(v))
	case "NR", "FNR", "RSTART", "RLENGTH":
		in.fail()
	case "FS":
		in.splitRecord() // by the old one
		in.fs = s
	case "OFS":
		in.text() // by the old one
		in.ofs = s
	case "ORS":
		in.ors = s
	case "RS":
		in.rs = s
	case "SUBSEP":
		in.subsep = s
	default:
		in.vars[name] = v
	}
}

// expression returns the pattern that a node stands for.
func (in *awkRun) expression(n *awkNode) *pattern {
	if n.op == "regex" {
		return n.re
	}
	return in.dynamic(in.str(in.eval(n)))
}

// dynamic compiles a string as a pattern, once.
func (in *awkRun) dynamic(src string) *pattern {
	if p, found := in.patterns[src]; found {
		return p
	}
	p, ok := in.compile(src, dialect{extended: true, awk: true})
	if !ok || len(in.patterns) >= 100 {
		in.fail()
		return nil
	}
	in.patterns[src] = p
	return p
}

// integral converts a number to a small int.
func (in *awkRun) integral(n float64) int {
	if n != float64(int(n)) || n < -1<<30 || n > 1<<30 {
		in.fail()
		return 0
	}
	return int(n)
}
