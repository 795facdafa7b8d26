package analysis

import (
	"bytes"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
)

// declare walks declare, local, export, readonly, typeset and nameref.
func (it *interp) declare(c *syntax.DeclClause) result {
	it.span = it.node(c)
	var flags string
	off, named := false, false
	values := make([]value.Text, len(c.Args)) // all are expanded before any is assigned
	for i, a := range c.Args {
		if a.Name != nil && !a.Naked && a.Array == nil {
			w := a.Value
			if w != nil { // NAME={a,b} is two words here, of which the last one stays
				if ws := it.braces(w); len(ws) > 0 {
					w = ws[len(ws)-1]
				}
			}
			values[i] = it.assignValue(w)
		}
	}
	for i, a := range c.Args {
		if a.Naked && a.Name == nil {
			// An option, or a word that becomes NAME or NAME=VALUE.
			if mark := len(*it.out); it.takesIn(a.Value, false) {
				named = true
				it.field(a.Value)
				it.takenIn(mark)
				continue
			}
			for _, t := range it.field(a.Value) {
				s := string(t)
				if strings.HasPrefix(s, "-") && len(s) > 1 {
					flags += s[1:]
				} else if strings.HasPrefix(s, "+") {
					off = true
				} else {
					named = true
					it.declareOne(c.Variant.Value, flags, off, t)
				}
			}
			continue
		}
		if a.Name == nil {
			continue
		}
		named = true
		it.attributes(c.Variant.Value, flags, off, a.Name.Value)
		if !a.Naked && a.Array == nil {
			it.assignTo(a, values[i])
		} else if !a.Naked {
			it.assign(a)
		}
		it.exportFunc(flags, a.Name.Value)
		it.makeReadonly(c.Variant.Value, flags, a.Name.Value)
		it.inherited(a.Name.Value, false)
	}
	if strings.ContainsAny(flags, "fF") && !strings.ContainsAny(flags, "xgp") {
		it.printFuncs(c.Args, strings.Contains(flags, "F"))
		return success
	}
	if !named || strings.Contains(flags, "p") {
		it.reveal()
		it.stdout.write(value.Any)
		if len(c.Args) == 0 || strings.Contains(flags, "p") && c.Variant.Value == "export" {
			it.emit(rules.Action{Op: rules.Exec, Argv: []value.Text{value.Text(c.Variant.Value)}})
		}
	}
	return success
}

// printFuncs prints functions, or with names the names of all.
func (it *interp) printFuncs(args []*syntax.Assign, names bool) {
	named := false
	for _, a := range args {
		if a.Name == nil {
			continue
		}
		named = true
		f, ok := it.st.funcs[a.Name.Value]
		var b bytes.Buffer
		switch {
		case !ok:
		case f.maybe || f.other != nil || names || syntax.NewPrinter().Print(&b, f.body) != nil:
			it.stdout.write(value.Any)
		default:
			it.stdout.write(value.Known(a.Name.Value + " () \n" + b.String() + "\n"))
		}
	}
	if !named && len(it.st.funcs) > 0 {
		it.stdout.write(value.Any)
	}
}

// declareWords is declare as called with words that are only known now.
func (it *interp) declareWords(variant string, args []value.Text) {
	var flags string
	for _, t := range args {
		if s := string(t); strings.HasPrefix(s, "-") && len(s) > 1 {
			flags += s[1:]
			continue
		}
		it.declareOne(variant, flags, false, t)
	}
}

func (it *interp) declareOne(variant, flags string, off bool, t value.Text) {
	name, v, has := strings.Cut(string(t), "=")
	name = strings.TrimSuffix(name, "+")
	if !isName(name) {
		it.subscript(value.Text(name))
		return
	}
	it.attributes(variant, flags, off, name)
	if has {
		it.set(name, value.Text(v))
		it.inherited(name, false)
	}
	it.exportFunc(flags, name)
	it.makeReadonly(variant, flags, name)
}

// attributes sets what -x, -n, -i, -a, -A, -l and -u say of a variable.
func (it *interp) attributes(variant, flags string, off bool, name string) {
	if (variant == "local" || variant == "declare" || variant == "typeset") && !strings.ContainsAny(flags, "gfFp") {
		it.makeLocal(name)
	}
	v, ok := it.st.vars.get(name)
	if !ok {
		if t, found := it.lookup(name); found {
			v = t
		} else {
			v = variable{unset: true}
		}
	}
	if variant == "export" {
		v.exported = !strings.Contains(flags, "n")
	}
	if variant == "nameref" {
		v.nameref = true
	}
	for _, f := range flags {
		switch f {
		case 'x':
			v.exported = !off
		case 'n':
			v.nameref = variant != "export"
		case 'i':
			v.integer = true
		case 'l':
			v.lower = true
		case 'u':
			v.upper = true
		case 'a':
			v.array = true
		case 'A':
			if v.keys == nil {
				v.keys = map[string]value.Text{}
			}
		}
	}
	it.st.vars.set(name, v)
}

// makeReadonly keeps a variable from changing.
func (it *interp) makeReadonly(variant, flags, name string) {
	if variant != "readonly" && !strings.Contains(flags, "r") || strings.ContainsAny(flags, "fFp") {
		return
	}
	v := it.st.vars.at(name)
	v.readonly = true
	it.st.vars.set(name, v)
}

// exportFunc marks a function that child shells get.
func (it *interp) exportFunc(flags, name string) {
	if strings.Contains(flags, "f") {
		it.st.vars.set("\x00f"+name, variable{exported: strings.Contains(flags, "x") || true, alts: []value.Text{""}})
	}
}

// read assigns a line of the standard input to variables.
func (it *interp) read(args []value.Text) result {
	var names []string
	array, raw, delim, limit := "", false, "\n", 0
	in, fd := it.stdin, -1
	for i := 0; i < len(args); i++ {
		s := string(args[i])
		if s == "--" {
			continue
		}
		if len(s) > 1 && s[0] == '-' {
			for j := 1; j < len(s); j++ {
				arg := func() string {
					if j+1 < len(s) {
						r := s[j+1:]
						j = len(s)
						return r
					}
					if i++; i < len(args) {
						return string(args[i])
					}
					return ""
				}
				switch s[j] {
				case 'r':
					raw = true
				case 'a':
					array = arg()
				case 'd':
					if d := arg(); d != "" {
						delim = d[:1]
					} else {
						delim = "\x00"
					}
				case 'u':
					a := arg()
					if fd = atoi(a); a == "" || strings.Trim(a, "0123456789") != "" {
						fd = unknownFd
					}
				case 'n', 'N':
					limit = max(atoi(arg()), 1)
				case 't', 'p', 'i':
					arg()
				}
			}
			continue
		}
		if name, _, _ := strings.Cut(s, "["); isName(name) {
			it.subscript(args[i])
			names = append(names, name)
		}
	}
	if fd > 0 {
		in = it.st.fds[fd]
	}
	if fd == unknownFd {
		in = stream{text: value.Any, set: true}
	}
	if !in.set {
		it.readInput()
	}
	line, rest, ok := nextLine(in, delim)
	for !raw && ok == success && escapedEnd(line) {
		more, after, r := nextLine(rest, delim)
		line, rest, ok = line[:len(line)-1]+more, after, r
	}
	if limit > 0 && (!line.Known() || len(line) > limit) {
		if line.Known() && !strings.Contains(string(line), "\\") && isASCII(string(line)) {
			rest.text, ok = line[limit:]+value.Any, success
			line = line[:limit]
		} else {
			line, rest.text, ok = value.Any, value.Any, unsure
		}
		rest.list, rest.raw = false, nil
	}
	switch {
	case fd == unknownFd:
	case fd > 0:
		it.st.fds[fd] = rest
	default:
		it.stdin = rest
	}
	if !raw && strings.Contains(string(line), "\\") {
		line = unescapeLine(line, len(names) > 1 || array != "")
	}
	it.readInto(names, array, line)
	return ok
}

// unknownFd stands for a file descriptor whose number is not known.
const unknownFd = 1 << 20

// escapedEnd reports whether the newline after a line is escaped.
func escapedEnd(t value.Text) bool {
	s := string(t)
	return (len(s)-len(strings.TrimRight(s, "\\")))%2 == 1
}

// unescapeLine takes the backslashes out of a line. Where it is split after, they
// keep blanks from splitting: the fields are not known then.
func unescapeLine(t value.Text, split bool) value.Text {
	if split {
		return value.Any
	}
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		if t[i] == '\\' && i+1 < len(t) {
			i++
		}
		b.WriteByte(t[i])
	}
	return value.Text(b.String())
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// nextLine cuts the first line off a stream.
func nextLine(s stream, delim string) (value.Text, stream, result) {
	switch {
	case !s.set:
		return value.Any, s, unsure
	case s.list:
		if len(s.lines) == 0 {
			return "", s, failure
		}
		rest := s
		rest.lines = s.lines[1:]
		return s.lines[0], rest, success
	case s.text == "":
		return "", s, failure
	}
	if delim == "\x00" && s.raw != nil {
		line, after, ok := bytes.Cut(s.raw, []byte{0})
		rest := s
		rest.raw = after
		if rest.raw == nil {
			rest.raw = []byte{}
		}
		return value.Text(line), rest, truth(ok, true)
	}
	if delim == "\x00" {
		rest := s
		rest.text = ""
		return s.text, rest, unsure
	}
	i := strings.Index(string(s.text), delim)
	rest := s
	if i < 0 {
		rest.text = ""
		if !s.text.Known() {
			return s.text, rest, unsure
		}
		return s.text, rest, failure
	}
	rest.text = s.text[i+len(delim):]
	return s.text[:i], rest, success
}

// readInto splits a line over variables.
func (it *interp) readInto(names []string, array string, line value.Text) {
	var b builder
	if array != "" {
		it.value(&b, line, false, false)
		b.flush()
		var list []value.Text
		for _, f := range b.done {
			list = append(list, fragText(f))
		}
		it.st.vars.set(array, variable{array: true, list: list})
		return
	}
	switch len(names) {
	case 0:
		it.set("REPLY", line)
		return
	case 1:
		it.set(names[0], value.Text(strings.Trim(string(line), it.whiteIFS())))
		return
	}
	rest := string(line)
	ifs := it.ifs()
	for i, n := range names {
		rest = strings.TrimLeft(rest, it.whiteIFS())
		if i == len(names)-1 {
			it.set(n, value.Text(strings.TrimRight(rest, it.whiteIFS())))
			break
		}
		j := strings.IndexAny(rest, ifs)
		if j < 0 || ifs == "" {
			it.set(n, value.Text(rest))
			if value.Text(rest).Known() {
				rest = ""
			} else {
				rest = string(value.Any)
			}
			continue
		}
		it.set(n, value.Text(rest[:j]))
		rest = rest[j+1:]
	}
}

func (it *interp) whiteIFS() string {
	var b strings.Builder
	for _, c := range it.ifs() {
		if c == ' ' || c == '\t' || c == '\n' {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func fragText(f []frag) value.Text {
	var b strings.Builder
	for _, fr := range f {
		b.WriteString(string(fr.text))
	}
	return value.Text(b.String())
}

// mapfile reads all lines into an array; -C runs a command.
func (it *interp) mapfile(args []value.Text) {
	name, strip, delim := "MAPFILE", false, "\n"
	skip, count := 0, maxWords
	for i := 0; i < len(args); i++ {
		switch s := string(args[i]); {
		case s == "-t":
			strip = true
		case s == "-C" && i+1 < len(args):
			i++
			it.sub().text(args[i]+" 0 x", origin{parent: &it.org, nested: true, span: it.span}, "mapfile")
		case s == "-d" && i+1 < len(args):
			i++
			delim = string(args[i])
		case (s == "-n" || s == "-s") && i+1 < len(args):
			i++
			n := atoi(string(args[i]))
			if s == "-s" {
				skip = n
			} else if n > 0 {
				count = n
			}
		case len(s) == 2 && s[0] == '-' && i+1 < len(args):
			i++
			count = 0 // what stays of the array, and where lines go, is not known
		case isName(s):
			name = s
		}
	}
	v := variable{array: true}
	in := it.stdin
	if count == 0 {
		v.list = []value.Text{value.Many}
	}
	for n := 0; n < skip+count && n < maxWords; n++ {
		line, rest, r := nextLine(in, delim)
		if r == failure && line == "" {
			break
		}
		if !strip && delim == "\n" && r == success {
			line += "\n"
		}
		if n >= skip {
			v.list = append(v.list, line)
		}
		if !in.set || r == unsure && rest.text == "" {
			if !line.Known() {
				v.list = append(v.list[:max(len(v.list)-1, 0)], value.Many)
			}
			break
		}
		in = rest
	}
	it.st.vars.set(name, v)
}

// readInput notes that the shell's own input may be read.
func (it *interp) readInput() {
	if it.readsInput != nil && !it.stdin.set {
		*it.readsInput = true
	}
}
