package filters

import "strings"

// setRecord makes s the record.
func (in *awkRun) setRecord(s string) {
	in.record, in.fields, in.split, in.stale, in.changed = s, nil, false, false, false
}

// text returns the record.
func (in *awkRun) text() string {
	if in.stale {
		words := make([]string, len(in.fields))
		for i, f := range in.fields {
			words[i] = in.str(f)
		}
		in.record, in.stale = strings.Join(words, in.ofs), false
		if len(in.record) > in.limit() || !in.step(len(in.record)/8) {
			in.fail()
		}
	}
	return in.record
}

// splitRecord cuts the record into fields, when they are asked for.
func (in *awkRun) splitRecord() {
	if in.split {
		return
	}
	in.split = true
	in.fields = in.fields[:0]
	for _, f := range in.cut(in.record, in.fs) {
		in.fields = append(in.fields, awkValue{kind: awkInput, s: f})
	}
	if len(in.fields) > maxAwkFields {
		in.fail()
	}
}

// cut splits text by a separator: white space, one character, or an expression.
func (in *awkRun) cut(text, separator string) []string {
	if text == "" || !in.step(len(text)/4) {
		return nil
	}
	switch {
	case separator == " ":
		if strings.ContainsAny(text, "\r\v\f") {
			in.fail() // white space to some
		}
		return strings.Fields(text)
	case separator == "", separator == `\`, separator == "^":
		in.fail()
		return nil
	case len(separator) == 1:
		return strings.Split(text, separator)
	}
	p := in.dynamic(separator)
	if p == nil {
		return nil
	}
	return in.cutPattern(text, p)
}

func (in *awkRun) cutPattern(text string, p *pattern) []string {
	var out []string
	end := 0
	for _, m := range in.findAll(p, []byte(text)) {
		if m[0] == m[1] {
			in.fail()
			return nil
		}
		out = append(out, text[end:m[0]])
		end = m[1]
	}
	return append(out, text[end:])
}

func (in *awkRun) field(n float64) awkValue {
	i := in.integral(n)
	if i == 0 {
		v := awkValue{kind: awkInput, s: in.text()}
		if in.changed {
			v.kind = awkUnsure
		}
		return v
	}
	in.splitRecord()
	if i < 0 {
		return in.fail()
	}
	if i > len(in.fields) {
		return awkValue{kind: awkUnsure}
	}
	return in.fields[i-1]
}

func (in *awkRun) setField(n float64, v awkValue) {
	i := in.integral(n)
	if i == 0 {
		in.setRecord(in.str(v))
		in.changed = true
		return
	}
	in.splitRecord()
	if i < 0 || i > maxAwkFields {
		in.fail()
		return
	}
	if i > len(in.fields) {
		in.resize(i)
	}
	if v.kind == awkNum {
		v = awkValue{kind: awkNum, n: v.n, s: in.str(v)}
	}
	in.fields[i-1] = v
	in.stale, in.changed = true, true
}

// setCount assigns NF.
func (in *awkRun) setCount(n float64) {
	i := in.integral(n)
	if i < 0 || i > maxAwkFields {
		in.fail()
		return
	}
	in.splitRecord()
	in.resize(i)
	in.stale, in.changed = true, true
}

func (in *awkRun) resize(n int) {
	if !in.step(n) {
		return
	}
	for len(in.fields) < n {
		in.fields = append(in.fields, awkValue{kind: awkUnsure})
	}
	in.fields = in.fields[:n]
}
