package filters

import "strings"

const (
	maxAwkProgram = 8 << 10 // bytes
	maxAwkDepth   = 100     // of nesting
	maxAwkFields  = 10000
)

// awk interprets what POSIX awk and its implementations agree on: no user functions, no files, no processes, no
// random numbers, ASCII text.
func awk(c *call) bool {
	opts, operands, ok := c.options("+F:v:", "")
	if !ok || len(operands) == 0 || len(operands[0]) > maxAwkProgram || !ascii(operands[0]) {
		return false
	}
	p := &awkParser{call: c, src: operands[0], scalars: map[string]bool{}, arrays: map[string]bool{}}
	if !p.program() {
		return false
	}
	in := &awkRun{call: c, rules: p.rules, vars: map[string]awkValue{}, arrays: map[string]map[string]awkValue{},
		patterns: map[string]*pattern{}, fs: " ", ofs: " ", ors: "\n", rs: "\n", subsep: "\x1c"}
	for _, o := range opts {
		name, value := "FS", o.value
		if o.letter == 'v' {
			var found bool
			if name, value, found = strings.Cut(o.value, "="); !found || !awkName(name) || p.arrays[name] {
				return false
			}
		} else if value == "t" {
			return false // a tab to some
		}
		text, ok := awkString(value)
		if !ok || !ascii(value) {
			return false
		}
		in.assign(name, awkValue{kind: awkInput, s: text})
	}
	for _, o := range operands[1:] {
		if strings.Contains(o, "=") {
			return false
		}
	}
	return in.run(operands[1:]) && !in.over
}

// awkName reports a variable's name that may be assigned.
func awkName(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] != '_' && !isAlpha(s[i]) && (i == 0 || !isDigit(s[i])) {
			return false
		}
	}
	return s != "" && !awkUnknownName(s) && awkKeyword(s) == awkIdent
}

// awkUnknownName lists the names whose meaning is not known here, or differs.
func awkUnknownName(s string) bool {
	switch s {
	case "ARGV", "ARGC", "ENVIRON", "FILENAME", "CONVFMT", "OFMT", "RT", "IGNORECASE", "FIELDWIDTHS", "FPAT",
		"PROCINFO", "TEXTDOMAIN", "LINT", "BINMODE", "ERRNO", "ARGIND", "SYMTAB", "FUNCTAB",
		"getline", "system", "close", "fflush", "rand", "srand", "sin", "cos", "atan2", "exp", "log", "sqrt",
		"func", "function", "systime", "strftime", "mktime", "gensub", "strtonum", "and", "or", "xor", "compl",
		"lshift", "rshift", "asort", "asorti", "patsplit", "nextfile", "switch", "case", "default", "include":
		return true
	}
	return false
}

// awkString expands the escapes of a string.
func awkString(s string) (string, bool) {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out.WriteByte(s[i])
			continue
		}
		if i++; i >= len(s) {
			return "", false
		}
		switch e := s[i]; {
		case simpleEscape(e) != 0:
			out.WriteByte(simpleEscape(e))
		case e == '"':
			out.WriteByte(e)
		case '0' <= e && e <= '1':
			b, next := octalEscape(s, i, 3)
			if b == 0 || next-i != 3 {
				return "", false
			}
			out.WriteByte(b)
			i = next - 1
		default:
			return "", false
		}
	}
	return out.String(), true
}

// run executes BEGIN, the records and END.
func (in *awkRun) run(operands []string) bool {
	reads := false
	for _, r := range in.rules {
		reads = reads || r.kind != awkBegin
	}
	ending := false
	for i := range in.rules {
		if r := &in.rules[i]; r.kind == awkBegin && in.block(r.body) == awkExit {
			ending = true
			break
		}
	}
	if !reads || in.over {
		return !in.over
	}
	if ending {
		for _, r := range in.rules {
			if r.kind == awkEnd {
				return false
			}
		}
		return true
	}
	data, ok := in.awkInput(operands)
	if !ok {
		return false
	}
	for rest := data; rest != "" && !ending; {
		rest = in.readRecord(rest)
		ending = in.record0()
		if in.over {
			return false
		}
	}
	for i := range in.rules {
		if r := &in.rules[i]; r.kind == awkEnd && in.block(r.body) == awkExit {
			break
		}
	}
	return !in.over
}

// awkInput joins the inputs, each of which ends with its last record.
func (in *awkRun) awkInput(operands []string) (string, bool) {
	files, ok := in.inputs(operands)
	if !ok || len(files) > 1 {
		return "", false
	}
	return string(files[0].data), ascii(files[0].data)
}

// readRecord takes one record off the input.
func (in *awkRun) readRecord(rest string) string {
	if len(in.rs) != 1 {
		in.over = true
		return ""
	}
	text, after, _ := strings.Cut(rest, in.rs)
	in.setRecord(text)
	in.nr++
	return after
}

// record0 runs the rules over the current record and reports an exit.
func (in *awkRun) record0() bool {
	for i := range in.rules {
		r := &in.rules[i]
		if r.kind != awkMain || !in.selects(r) {
			continue
		}
		var end awkFlow
		if r.body == nil {
			in.output(in.text())
		} else {
			end = in.block(r.body)
		}
		switch end {
		case awkExit:
			return true
		case awkNextRecord:
			return false
		}
		if in.over {
			return false
		}
	}
	return false
}

// selects reports whether a rule's pattern holds.
func (in *awkRun) selects(r *awkRule) bool {
	if r.first == nil {
		return true
	}
	if r.second == nil {
		return in.truth(in.eval(r.first))
	}
	if !r.active {
		if !in.truth(in.eval(r.first)) {
			return false
		}
	}
	r.active = !in.truth(in.eval(r.second))
	return true
}
