package analysis

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules/value"
	"guard/shim/analysis/dialect"
)

// isAt reports whether an array subscript is @ or *.
func isAt(x syntax.ArithmExpr) bool {
	w, ok := x.(*syntax.Word)
	return ok && (w.Lit() == "@" || w.Lit() == "*")
}

// param expands a parameter into b.
func (it *interp) param(b *builder, p *syntax.ParamExp, quoted, whole bool) {
	if !it.spend() {
		b.add(value.Many, quoted)
		return
	}
	if p.Flags != nil || len(p.Modifiers) > 0 || p.NestedParam != nil || p.Width {
		it.zshParam(b, p, quoted)
		return
	}
	name := ""
	if p.Param != nil {
		name = p.Param.Value
	}
	switch {
	case p.Excl && p.Names != 0:
		it.list(b, it.namesWith(name), p.Names == syntax.NamesPrefixWords, quoted, whole)
		return
	case p.Excl && p.Index != nil && isAt(p.Index):
		it.list(b, it.indexes(name), true, quoted, whole)
		return
	case p.Length:
		b.add(it.length(name, p), quoted)
		return
	case p.Excl:
		name = it.indirect(name, p)
		if name == "" {
			it.value(b, value.Any, quoted, whole)
			return
		}
		if base, idx, ok := strings.Cut(name, "["); ok && strings.HasSuffix(idx, "]") {
			q := *p
			q.Excl, q.Index = false, &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: strings.TrimSuffix(idx, "]")}}}
			q.Param = &syntax.Lit{Value: base}
			it.param(b, &q, quoted, whole)
			return
		}
	}
	if name == "@" || name == "*" || p.Index != nil && isAt(p.Index) || it.plainArray(name, p) {
		elems := it.elements(name)
		set := len(elems) > 0
		at := name == "@" || p.Index != nil && p.Index.(*syntax.Word).Lit() == "@"
		if p.Slice != nil {
			elems = it.sliceList(name, elems, p.Slice)
		}
		out := make([]value.Text, 0, len(elems))
		for _, e := range elems {
			t, ok := it.operate(p, name, e, true)
			if !ok {
				return
			}
			out = append(out, t)
		}
		if p.Exp != nil && !set {
			if it.alternative(b, p, name, "", false, quoted, whole) {
				return
			}
		}
		if p.Exp != nil && set && it.alternative(b, p, name, value.Text(strings.Join(strs(out), " ")), true, quoted, whole) {
			return
		}
		it.list(b, out, at, quoted, whole)
		return
	}
	t, set := it.get(name)
	if p.Index != nil {
		t, set = it.element(name, p.Index)
	}
	if p.Exp != nil && it.alternative(b, p, name, t, set, quoted, whole) {
		return
	}
	if p.Slice != nil {
		t = it.sliceText(t, p.Slice)
	}
	t, _ = it.operate(p, name, t, set)
	it.value(b, t, quoted, whole)
}

// plainArray reports whether $name stands for every element of an array, as in zsh.
func (it *interp) plainArray(name string, p *syntax.ParamExp) bool {
	return it.shell == dialect.Zsh && p.Index == nil && p.Exp == nil && p.Slice == nil && len(it.elements(name)) > 1
}

// list adds several values: separate fields, or with * and quotes one.
func (it *interp) list(b *builder, ts []value.Text, at, quoted, whole bool) {
	if whole || quoted && !at {
		sep := " "
		if ifs, ok := it.uses("IFS"); ok && ifs.Known() && !at {
			sep = string(ifs)
			if len(sep) > 1 {
				sep = sep[:1]
			}
		}
		b.add(value.Text(strings.Join(strs(ts), sep)), quoted)
		return
	}
	for i, t := range ts {
		if i > 0 {
			b.flush()
		}
		if quoted {
			b.add(t, true)
			b.started = true
		} else {
			it.value(b, t, false, false)
		}
	}
}

// element is one element of an array.
func (it *interp) element(name string, index syntax.ArithmExpr) (value.Text, bool) {
	v, ok := it.lookup(name)
	if ok && v.keys != nil {
		k := it.key(index)
		if !k.Known() {
			return value.Any, true
		}
		t, ok := v.keys[string(k)]
		return t, ok
	}
	n, known := it.arith(index)
	if !known {
		return value.Any, true
	}
	if name == "BASH_VERSINFO" && n < 4 {
		return value.Digits, true
	}
	elems := it.elements(name)
	if ok && v.array {
		elems = v.list
	}
	for i, e := range elems {
		if (e.Splits() || strings.Contains(string(e), string(value.Maybe))) && int64(i) <= max(n, -n) {
			return value.Any, true
		}
	}
	if n < 0 {
		n += int64(len(elems))
	}
	if n < 0 || n >= int64(len(elems)) || elems[n] == hole {
		return "", false
	}
	return elems[n], true
}

// alternative carries out :- := :? :+ and says whether that settles the
// expansion.
func (it *interp) alternative(b *builder, p *syntax.ParamExp, name string, t value.Text, set, quoted, whole bool) bool {
	null := set && t == ""
	missing := !set
	unsure := false
	switch p.Exp.Op {
	case syntax.DefaultUnsetOrNull, syntax.AssignUnsetOrNull, syntax.AlternateUnsetOrNull, syntax.ErrorUnsetOrNull:
		missing = missing || null
		unsure = set && !t.Known() && strings.Trim(string(t), "\x00amup") == ""
	}
	word := func() {
		if p.Exp.Word != nil {
			it.tildeOr(b, p.Exp.Word.Parts, quoted, whole)
		}
	}
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		if unsure {
			it.value(b, value.Any, quoted, whole)
			return true
		}
		if missing {
			word()
		}
		return missing
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if missing {
			v := it.literal(p.Exp.Word)
			it.set(name, v)
			it.value(b, v, quoted, whole)
		}
		return missing
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if !missing {
			word()
		}
		return true
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		if missing {
			it.literal(p.Exp.Word)
			it.value(b, value.Name, quoted, whole) // nothing runs; where it is set after all, it is not empty
		}
		return missing
	}
	return false
}

func (it *interp) tildeOr(b *builder, parts []syntax.WordPart, quoted, whole bool) {
	if quoted {
		for _, p := range parts {
			if q, ok := p.(*syntax.SglQuoted); ok {
				it.literalQuotes(b, q)
			} else {
				it.part(b, p, true, whole)
			}
		}
		return
	}
	if whole {
		it.tildeParts(b, parts, true)
		return
	}
	it.splitParts(b, parts)
}

// literalQuotes adds single quotes that stand within double quotes, where they
// quote nothing.
func (it *interp) literalQuotes(b *builder, q *syntax.SglQuoted) {
	text := "'" + q.Value + "'"
	if q.Dollar {
		text = "$" + text
	}
	if strings.IndexAny(q.Value, "$`\\\"") < 0 {
		b.add(value.Known(text), true)
		return
	}
	if w := it.parseWord(text); w != nil {
		it.parts(&builder{}, w.Parts, true, true) // for what runs in it
	}
	b.add(value.Any, true)
}

// splitParts expands the word of ${x:-word} outside quotes, whose literal blanks
// split too.
func (it *interp) splitParts(b *builder, parts []syntax.WordPart) {
	if len(parts) > 0 {
		if l, ok := parts[0].(*syntax.Lit); ok && strings.HasPrefix(l.Value, "~") {
			it.tildeParts(b, parts, false)
			return
		}
	}
	for _, p := range parts {
		if l, ok := p.(*syntax.Lit); ok && strings.IndexByte(l.Value, '\\') < 0 {
			it.value(b, value.Text(l.Value), false, false)
			continue
		}
		it.part(b, p, false, false)
	}
}

// operate applies the operators that change a value.
func (it *interp) operate(p *syntax.ParamExp, name string, t value.Text, set bool) (value.Text, bool) {
	if r := p.Repl; r != nil {
		pat, with := it.pattern(r.Orig), it.literal(r.With)
		if pat == "" && r.All && strings.HasPrefix(string(with), "/") { // ${x////-}
			pat, with = "/", with[1:]
		} else if pat == "" && r.All && r.With != nil {
			return value.Any, true
		}
		if strings.Contains(string(with), "&") { // what matched, or not, as patsub_replacement says
			with = value.Any
		}
		return it.replace(t, pat, with, r.All), true
	}
	if p.Exp == nil {
		return t, true
	}
	switch p.Exp.Op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		return trim(t, it.pattern(p.Exp.Word), p.Exp.Op), true
	case syntax.UpperFirst, syntax.UpperAll, syntax.LowerFirst, syntax.LowerAll:
		pat := ""
		if p.Exp.Word != nil {
			pat = it.pattern(p.Exp.Word)
		}
		return changeCase(t, pat, p.Exp.Op), true
	case syntax.OtherParamOps:
		if !set {
			return t, true
		}
		return it.transform(p, name, t), true
	}
	return t, true
}

// transform is ${x@P} and its like. @P expands the value as a prompt, which runs
// what is in it.
func (it *interp) transform(p *syntax.ParamExp, name string, t value.Text) value.Text {
	switch p.Exp.Word.Lit() {
	case "P":
		return it.prompt(t)
	case "U":
		return caseMap(t, true)
	case "L":
		return caseMap(t, false)
	case "u":
		return changeCase(t, "", syntax.UpperFirst)
	case "E":
		if t.Known() {
			return value.Known(ansiC(string(t)))
		}
	case "Q":
		return singleQuote(t)
	case "A":
		if v, ok := it.st.vars.get(name); ok && !v.exported && !v.array && v.keys == nil && !v.integer && !v.nameref && !v.lower && !v.upper {
			return value.Known(name+"=") + singleQuote(t)
		}
	case "a":
		return value.Any
	}
	return value.Any
}

// singleQuote is t in single quotes, as bash writes it. Control characters, which
// it writes in another way, make it unknown.
func singleQuote(t value.Text) value.Text {
	if !t.Known() || strings.IndexFunc(string(t), func(r rune) bool { return r < ' ' || r >= 127 }) >= 0 {
		return value.Any
	}
	return value.Text("'" + strings.ReplaceAll(string(t), "'", `'\''`) + "'")
}
