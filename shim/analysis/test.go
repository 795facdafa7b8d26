package analysis

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
)

// test evaluates [[ … ]] as far as it is known.
func (it *interp) test(x syntax.TestExpr) result {
	switch x := x.(type) {
	case *syntax.Word:
		t := it.literal(x)
		return truth(t != "", t.Known() || t.Prefix() != "")
	case *syntax.ParenTest:
		return it.test(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			return invert(it.test(x.X))
		}
		if w, ok := x.X.(*syntax.Word); ok {
			return it.unaryTest(x.Op.String(), it.literal(w))
		}
		return it.test(x.X)
	case *syntax.BinaryTest:
		return it.binaryTest(x)
	}
	it.opaque("guard does not know this kind of test", nil)
	return unsure
}

func invert(r result) result {
	switch r {
	case success:
		return failure
	case failure:
		return success
	case unsure:
	}
	return unsure
}

func (it *interp) binaryTest(x *syntax.BinaryTest) result {
	switch x.Op {
	case syntax.AndTest:
		l := it.test(x.X)
		r := it.test(x.Y)
		if l == failure || r == failure {
			return failure
		}
		return min(l, r)
	case syntax.OrTest:
		l := it.test(x.X)
		r := it.test(x.Y)
		if l == success || r == success {
			return success
		}
		if l == failure && r == failure {
			return failure
		}
		return unsure
	}
	lw, ok1 := x.X.(*syntax.Word)
	rw, ok2 := x.Y.(*syntax.Word)
	if !ok1 || !ok2 {
		return unsure
	}
	l := it.literal(lw)
	switch x.Op {
	case syntax.TsMatchShort, syntax.TsMatch, syntax.TsNoMatch:
		m := matchPattern(it.pattern(rw), l, it.st.shopt["nocasematch"])
		r := truth(m == rules.Yes, m != rules.Maybe)
		if x.Op == syntax.TsNoMatch {
			return invert(r)
		}
		return r
	case syntax.TsReMatch:
		return it.regexTest(l, it.literal(rw))
	case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
		return it.compare(x.Op.String(), l, it.literal(rw))
	case syntax.TsBefore, syntax.TsAfter:
		r := it.literal(rw)
		if !l.Known() || !r.Known() {
			return unsure
		}
		return truth((l < r) == (x.Op == syntax.TsBefore) && l != r, true)
	}
	it.literal(rw)
	return unsure
}

// regexTest is [[ text =~ re ]], which sets BASH_REMATCH.
func (it *interp) regexTest(l, re value.Text) result {
	it.st.vars.set("BASH_REMATCH", variable{array: true, list: []value.Text{value.Any, value.Any, value.Any, value.Any}})
	if !l.Known() || !re.Known() || len(l) > 4096 || len(re) > 512 {
		return unsure
	}
	rx, err := regexp.CompilePOSIX(string(re))
	if err != nil {
		return unsure
	}
	m := rx.FindStringSubmatch(string(l))
	if m == nil {
		it.st.vars.set("BASH_REMATCH", variable{array: true})
		return failure
	}
	v := variable{array: true}
	for _, s := range m {
		v.list = append(v.list, value.Text(s))
	}
	it.st.vars.set("BASH_REMATCH", v)
	return success
}

func (it *interp) compare(op string, l, r value.Text) result {
	a, ok1 := it.arithValue(l)
	b, ok2 := it.arithValue(r)
	if !ok1 || !ok2 {
		return unsure
	}
	switch op {
	case "-eq":
		return truth(a == b, true)
	case "-ne":
		return truth(a != b, true)
	case "-le":
		return truth(a <= b, true)
	case "-ge":
		return truth(a >= b, true)
	case "-lt":
		return truth(a < b, true)
	case "-gt":
		return truth(a > b, true)
	}
	return unsure
}

func (it *interp) unaryTest(op string, t value.Text) result {
	switch op {
	case "-z":
		return truth(t == "", t.Known() || t.Prefix() != "" || t.Suffix() != "")
	case "-n":
		return truth(t != "", t.Known() || t.Prefix() != "" || t.Suffix() != "")
	case "-v":
		name, _, _ := strings.Cut(string(t), "[")
		it.subscript(t)
		_, ok := it.get(name)
		return truth(ok, t.Known() && !strings.Contains(string(t), "["))
	case "-e", "-f", "-d", "-a", "-h", "-L", "-r", "-s", "-x":
		*it.peeked = true
	}
	return unsure
}

// testBuiltin is test and [.
func (it *interp) testBuiltin(name string, args []value.Text) result {
	if name == "[" {
		if len(args) == 0 || args[len(args)-1] != "]" {
			return failure
		}
		args = args[:len(args)-1]
	}
	for _, a := range args {
		if a.Splits() {
			return unsure
		}
	}
	switch len(args) {
	case 0:
		return failure
	case 1:
		return truth(args[0] != "", args[0].Known() || args[0].Prefix() != "")
	case 2:
		if args[0] == "!" {
			return invert(it.testBuiltin("test", args[1:]))
		}
		return it.unaryTest(string(args[0]), args[1])
	case 3:
		switch op := string(args[1]); op {
		case "=", "==", "!=":
			same := args[0] == args[2]
			sure := args[0].Known() && args[2].Known()
			return truth(same == (op != "!="), sure)
		case "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
			return it.compare(op, args[0], args[2])
		}
		if args[0] == "!" {
			return invert(it.testBuiltin("test", args[1:]))
		}
	}
	return unsure
}
