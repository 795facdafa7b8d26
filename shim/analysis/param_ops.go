package analysis

import (
	"sort"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
)

// prompt expands text as PS4 and ${x@P} are: substitutions in it run.
func (it *interp) prompt(t value.Text) value.Text {
	if !strings.ContainsAny(string(t), "$`\\") {
		return t
	}
	if !t.Known() {
		return value.Any
	}
	w := it.parseWord(string(t))
	if w == nil {
		return value.Any
	}
	x := it.sub()
	out := x.literal(w)
	if strings.Contains(string(t), "\\") { // escapes of prompts
		return value.Any
	}
	return out
}

// length is ${#x}.
func (it *interp) length(name string, p *syntax.ParamExp) value.Text {
	if name == "@" || name == "*" || p.Index != nil && isAt(p.Index) {
		elems := it.elements(name)
		for _, e := range elems {
			if e.Splits() || strings.Contains(string(e), string(value.Maybe)) {
				return value.Digits
			}
		}
		return value.Known(itoa(int64(len(elems))))
	}
	t, _ := it.get(name)
	if p.Index != nil {
		t, _ = it.element(name, p.Index)
	}
	if !t.Known() {
		return value.Digits
	}
	return value.Known(itoa(int64(len([]rune(string(t))))))
}

// indirect is the name that ${!name} refers to, "" if it is not known.
func (it *interp) indirect(name string, p *syntax.ParamExp) string {
	if v, ok := it.st.vars.get(name); ok && v.nameref {
		return string(v.alts[0])
	}
	t, ok := it.get(name)
	if p.Index != nil {
		t, ok = it.element(name, p.Index)
	}
	if !ok || !t.Known() || t == "" {
		return ""
	}
	return string(t)
}

// namesWith lists the variables whose names begin with prefix.
func (it *interp) namesWith(prefix string) []value.Text {
	set := map[string]bool{}
	for n, v := range it.st.vars.all() {
		if strings.HasPrefix(n, prefix) && !v.unset && !strings.HasPrefix(n, "\x00") && !it.gaps.has(n) {
			set[n] = true
		}
	}
	for _, e := range it.w.Environ() {
		if n, _, _ := strings.Cut(e, "="); strings.HasPrefix(n, prefix) {
			set[n] = true
		}
	}
	names := make([]string, 0, len(set))
	for n := range set {
		names = append(names, n)
	}
	sort.Strings(names)
	out := make([]value.Text, len(names))
	for i, n := range names {
		out[i] = value.Known(n)
	}
	return out
}

// indexes lists the subscripts of an array.
func (it *interp) indexes(name string) []value.Text {
	v, _ := it.lookup(name)
	var out []value.Text
	if v.keys != nil {
		for k := range v.keys {
			out = append(out, value.Text(k))
		}
		sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
		for i := range out {
			if len(out) > 1 && !it.anyOrder {
				out[i] = value.Any
			}
		}
		return out
	}
	list := v.list
	if !v.array {
		list = it.elements(name)
	}
	for i, e := range list {
		if e.Splits() {
			return append(out, value.Many)
		}
		if e != hole {
			out = append(out, value.Known(itoa(int64(i))))
		}
	}
	return out
}

// sliceText is ${x:offset:length}.
func (it *interp) sliceText(t value.Text, s *syntax.Slice) value.Text {
	if !t.Known() {
		return value.Any
	}
	r := []rune(string(t))
	from, to, ok := it.bounds(s, int64(len(r)))
	if !ok {
		return value.Any
	}
	if from >= to {
		return ""
	}
	return value.Text(r[from:to])
}

func (it *interp) bounds(s *syntax.Slice, n int64) (from, to int64, ok bool) {
	from, to, ok = 0, n, true
	if s.Offset != nil {
		if from, ok = it.arith(s.Offset); !ok {
			return 0, 0, false
		}
		if from < 0 {
			if from += n; from < 0 {
				return 0, 0, true
			}
		}
	}
	if s.Length != nil {
		l, ok := it.arith(s.Length)
		if !ok {
			return 0, 0, false
		}
		if to = from + l; l < 0 {
			to = n + l
		}
	}
	return min(from, n), min(max(to, 0), n), true
}

// sliceList is ${@:offset:length}; for positional parameters $0 is number 0.
func (it *interp) sliceList(name string, elems []value.Text, s *syntax.Slice) []value.Text {
	if name == "@" || name == "*" {
		elems = append([]value.Text{it.st.arg0}, elems...)
	}
	from, to, ok := it.bounds(s, int64(len(elems)))
	switch {
	case !ok:
		return []value.Text{value.Many}
	case from >= to:
		return nil
	}
	return elems[from:to]
}

// trim removes a prefix or suffix that matches pat.
func trim(t value.Text, pat string, op syntax.ParExpOperator) value.Text {
	if pat == "" || t == "" {
		return t
	}
	if !t.Known() || strings.IndexByte(pat, 0) >= 0 {
		return trimUnknown(t, pat, op)
	}
	s := string(t)
	if len(s) > 8192 {
		return value.Any
	}
	best := -1
	for i := 0; i <= len(s); i++ {
		k := i
		if op == syntax.RemLargePrefix || op == syntax.RemSmallSuffix {
			k = len(s) - i
		}
		part := s[:k]
		if op == syntax.RemSmallSuffix || op == syntax.RemLargeSuffix {
			part = s[k:]
		}
		m := matchPattern(pat, value.Text(part), false)
		if m == rules.Maybe {
			return value.Any
		}
		if m == rules.Yes {
			best = k
			break
		}
	}
	switch {
	case best < 0:
		return t
	case op == syntax.RemSmallPrefix || op == syntax.RemLargePrefix:
		return value.Text(s[best:])
	}
	return value.Text(s[:best])
}

// trimUnknown keeps what is sure when an unknown text is trimmed.
func trimUnknown(t value.Text, pat string, op syntax.ParExpOperator) value.Text {
	if !strings.ContainsAny(pat, "*?[\\(\x00") {
		switch {
		case op == syntax.RemSmallSuffix && strings.HasSuffix(string(t), pat):
			return t[:len(t)-len(pat)]
		case op == syntax.RemSmallPrefix && strings.HasPrefix(string(t), pat):
			return t[len(pat):]
		}
	}
	switch {
	case op == syntax.RemLargePrefix && pat == "*/":
		if i := strings.LastIndexByte(string(t), '/'); i >= 0 && t[i+1:].Known() {
			return t[i+1:]
		}
		return value.Any
	case op == syntax.RemSmallSuffix && (pat == "/*" || pat == ".*"):
		if i := strings.LastIndexByte(string(t), pat[0]); i >= 0 && t[i:].Known() {
			return t[:i]
		}
	}
	return value.Any
}

// replace is ${x/pat/with}.
func (it *interp) replace(t value.Text, pat string, with value.Text, all bool) value.Text {
	if !t.Known() || strings.IndexByte(pat, 0) >= 0 {
		return value.Any
	}
	s := string(t)
	if pat == "" || len(s) > 8192 {
		if pat == "" {
			return t
		}
		return value.Any
	}
	var anchor byte
	if !all && (pat[0] == '#' || pat[0] == '%') {
		anchor, pat = pat[0], pat[1:]
	}
	var out strings.Builder
	steps := 0
	for i := 0; i <= len(s); {
		end := -1
		for j := len(s); j >= i && (anchor != '%' || j == len(s)); j-- {
			if steps++; steps > 100_000 {
				return value.Any
			}
			m := matchPattern(pat, value.Text(s[i:j]), false)
			if m == rules.Maybe {
				return value.Any
			}
			if m == rules.Yes {
				end = j
				break
			}
		}
		if end < 0 || end == i && i < len(s) && pat != "" && !(anchor != 0) {
			if anchor == '#' || i >= len(s) {
				out.WriteString(s[i:])
				break
			}
			out.WriteByte(s[i])
			i++
			continue
		}
		if end == i && i == len(s) && anchor == 0 {
			break
		}
		out.WriteString(string(with))
		i = end
		if !all {
			out.WriteString(s[i:])
			break
		}
	}
	return value.Text(out.String())
}

// changeCase is ${x^pat} and its like; ~ and ~~, which bash has but does not
// document, arrive as opaque operators.
func changeCase(t value.Text, pat string, op syntax.ParExpOperator) value.Text {
	if pat == "" {
		switch op {
		case syntax.UpperAll:
			return caseMap(t, true)
		case syntax.LowerAll:
			return caseMap(t, false)
		}
	}
	if !t.Known() {
		return value.Any
	}
	var b strings.Builder
	upper := op == syntax.UpperAll || op == syntax.UpperFirst
	first := op == syntax.UpperFirst || op == syntax.LowerFirst
	for i, r := range string(t) {
		c := string(r)
		if (!first || i == 0) && (pat == "" || matchPattern(pat, value.Text(c), false) == rules.Yes) {
			if upper {
				c = strings.ToUpper(c)
			} else {
				c = strings.ToLower(c)
			}
		}
		b.WriteString(c)
	}
	return value.Text(b.String())
}

// caseMap changes the case of the known parts.
func caseMap(t value.Text, upper bool) value.Text {
	var b strings.Builder
	for _, p := range t.Pieces() {
		switch {
		case p.Gap != "":
			b.WriteString(string(p.Gap))
		case upper:
			b.WriteString(strings.ToUpper(p.Text))
		default:
			b.WriteString(strings.ToLower(p.Text))
		}
	}
	return value.Text(b.String())
}
