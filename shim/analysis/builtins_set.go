package analysis

import (
	"maps"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
)

func (it *interp) eval(args []value.Text, words []*syntax.Word) result {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
		if len(words) > 0 {
			words = words[1:]
		}
	}
	t := value.Text(strings.Join(strs(args), " "))
	org := origin{parent: &it.org, nested: true, span: it.span}
	if len(words) == len(args)+1 {
		org = it.nestedOrigin(words[1:])
	}
	return it.text(t, org, "eval")
}

func (it *interp) source(args []value.Text) result {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return failure
	}
	p := it.abs(args[0])
	if it.exists(p) != rules.True {
		if q, ok := it.inPath(args[0]); ok {
			p = q
		}
	}
	params := it.st.params
	if len(args) > 1 {
		it.st.params = args[1:]
	}
	it.sourceFile(p, "source")
	it.rejoin(it.leads(flowReturn))
	it.st.params = params
	if it.flow == flowReturn {
		it.flow = flowNone
	}
	return unsure
}

// inPath finds a file by its name in the directories of PATH.
func (it *interp) inPath(name value.Text) (value.Text, bool) {
	path, ok := it.uses("PATH")
	if !ok || !path.Known() || !name.Known() || strings.Contains(string(name), "/") {
		return "", false
	}
	for _, d := range strings.Split(string(path), ":") {
		if q := absIn(it.abs(value.Text(d)), name); it.exists(q) == rules.True && !it.isDir(q) {
			return q, true
		}
	}
	return "", false
}

func (it *interp) execBuiltin(args []value.Text, words []*syntax.Word) result {
	if len(words) > 0 {
		words = words[1:]
	}
	for len(args) > 0 && strings.HasPrefix(string(args[0]), "-") && args[0] != "-" {
		o := string(args[0])
		args, words = args[1:], tail(words)
		if o == "--" {
			break
		}
		if strings.HasSuffix(o, "a") && len(args) > 0 {
			args, words = args[1:], tail(words) // exec -a NAME: argv[0] only
		}
	}
	if len(args) == 0 {
		return success
	}
	r := it.program(args, words)
	it.flow = flowExit
	return r
}

func tail(ws []*syntax.Word) []*syntax.Word {
	if len(ws) > 0 {
		return ws[1:]
	}
	return nil
}

func (it *interp) commandBuiltin(name string, args []value.Text, words []*syntax.Word) result {
	words = tail(words)
	for len(args) > 0 && strings.HasPrefix(string(args[0]), "-") {
		if args[0] == "-v" {
			return it.whereIs(args[1:], true)
		}
		if args[0] == "-V" {
			it.stdout.write(value.Any + "\n")
			return unsure
		}
		args, words = args[1:], tail(words)
	}
	if len(args) == 0 {
		return success
	}
	if !args[0].Known() {
		it.opaque("the name of the program is not known", args)
		return unsure
	}
	if r, ok := it.builtin(string(args[0]), args, words); ok {
		return r
	}
	if name == "builtin" {
		return failure
	}
	return it.program(args, words)
}

// assignWords is set of fish, set -x NAME VALUE, and of csh, set NAME=VALUE.
func (it *interp) assignWords(args []value.Text) {
	for len(args) > 0 && strings.HasPrefix(string(args[0]), "-") {
		args = args[1:]
	}
	if len(args) == 0 {
		return
	}
	name, v, ok := strings.Cut(string(args[0]), "=")
	if !ok {
		v = strings.Join(strs(args[1:]), " ")
	}
	if isName(name) {
		it.set(name, value.Text(v))
	}
}

// whereIs prints where programs are, as command -v and which do; with shell, what the
// shell itself carries out comes first.
func (it *interp) whereIs(names []value.Text, shell bool) result {
	r := failure
	for _, n := range names {
		if !n.Known() {
			it.stdout.write(value.Any + "\n")
			r = unsure
			continue
		}
		if _, fn := it.st.funcs[string(n)]; shell && (fn || it.st.aliases[string(n)] != "") {
			it.stdout.write(n + "\n")
			r = success
			continue
		}
		p, sure := it.located(n)
		switch {
		case p != "" && sure:
			r = success
		case !sure:
			r = unsure
		default:
			continue
		}
		if p == "" {
			p = value.Any
		}
		it.stdout.write(p + "\n")
	}
	return r
}

// located finds a program as the shell does; sure is false where it may be elsewhere,
// or be made until then.
func (it *interp) located(name value.Text) (p value.Text, sure bool) {
	if strings.Contains(string(name), "/") {
		return name, it.exists(it.abs(name)) == rules.True
	}
	if path, ok := it.uses("PATH"); !ok || !path.Known() {
		return name, false
	}
	if p, ok := it.inPath(name); ok {
		return p, true
	}
	if it.table.Lookup(string(name)) != nil {
		return name, false
	}
	return "", !it.ranAny()
}

func (it *interp) setBuiltin(args []value.Text) {
	if len(args) == 0 { // prints every variable
		it.reveal()
		it.stdout.write(value.Any)
	}
	if it.assigns {
		it.assignWords(args)
		return
	}
	for i := 0; i < len(args); i++ {
		a := string(args[i])
		if a == "--" {
			it.st.params = args[i+1:]
			return
		}
		if a == "-" {
			if i+1 < len(args) {
				it.st.params = args[i+1:]
			}
			return
		}
		if len(a) < 2 || a[0] != '-' && a[0] != '+' {
			it.st.params = args[i:]
			return
		}
		on := a[0] == '-'
		for _, c := range a[1:] {
			switch c {
			case 'o':
				if i+1 < len(args) {
					i++
					it.setOption(string(args[i]), on)
				}
			case 'B':
				it.setOption("braceexpand", on)
			case 'e':
				it.st.opts["errexit"] = on
			case 'f':
				it.st.opts["noglob"] = on
			case 'C':
				it.st.opts["noclobber"] = on
			case 'a':
				it.st.opts["allexport"] = on
			case 'x':
				it.st.opts["xtrace"] = on
			case 'v':
				it.st.opts["verbose"] = on
			case 'n':
				it.st.opts["noexec"] = on
			}
		}
	}
	if it.st.opts["xtrace"] {
		if ps4, ok := it.get("PS4"); ok {
			it.sub().prompt(ps4)
		}
	}
}

// setOption is set -o name, or +o.
func (it *interp) setOption(name string, on bool) {
	if name == "braceexpand" {
		it.st.opts["nobraceexpand"] = !on
		return
	}
	it.st.opts[name] = on
}

func (it *interp) shoptBuiltin(args []value.Text) {
	on, set := false, false
	for _, a := range args {
		switch a {
		case "-s":
			on, set = true, true
		case "-u":
			set = true
		case "-o", "-q", "-p":
		default:
			if set && !a.Known() {
				it.st.shopt["\x00unknown"] = true
			} else if set {
				it.st.shopt[string(a)] = on
			}
		}
	}
}

func (it *interp) unset(args []value.Text) {
	vars, funcs := true, true
	for _, a := range args {
		if a == "-v" || a == "-f" {
			vars, funcs = a == "-v", a == "-f"
		}
		if !a.Known() || strings.HasPrefix(string(a), "-") {
			continue
		}
		if _, set := it.lookup(string(a)); funcs && (!vars || !set) {
			delete(it.st.funcs, string(a))
		}
		if !vars {
			continue
		}
		name, idx, elem := strings.Cut(string(a), "[")
		name = it.deref(name)
		if it.st.vars.at(name).readonly {
			continue
		}
		if elem {
			it.unsetElem(name, strings.TrimSuffix(idx, "]"))
			continue
		}
		it.st.vars.set(name, variable{unset: true, alts: nil})
	}
}

// unsetElem removes one element of an array.
func (it *interp) unsetElem(name, index string) {
	v := it.st.vars.at(name)
	if v.keys != nil {
		v.keys = maps.Clone(v.keys)
		delete(v.keys, strings.Trim(index, `"'`))
		it.st.vars.set(name, v)
		return
	}
	if index == "@" || index == "*" {
		it.st.vars.set(name, variable{unset: true})
		return
	}
	n, ok := it.arithText(index)
	if v.array && n < 0 {
		n += int64(len(v.list))
	}
	switch {
	case !ok:
		v.list = []value.Text{value.Many}
	case v.array && n >= 0 && n < int64(len(v.list)):
		v.list = append([]value.Text{}, v.list...)
		v.list[n] = hole
		for len(v.list) > 0 && v.list[len(v.list)-1] == hole {
			v.list = v.list[:len(v.list)-1]
		}
	}
	it.st.vars.set(name, v)
}

func (it *interp) alias(args []value.Text) {
	for _, a := range args {
		if n, v, ok := strings.Cut(string(a), "="); ok && a.Known() {
			it.st.aliases[n] = v
		}
	}
}

func (it *interp) trap(args []value.Text) {
	for len(args) > 0 && (args[0] == "--" || args[0] == "-p" || args[0] == "-l") {
		args = args[1:]
	}
	if len(args) < 2 {
		return
	}
	for _, s := range args[1:] {
		sig := strings.TrimPrefix(strings.ToUpper(string(s)), "SIG")
		if sig == "0" {
			sig = "EXIT"
		}
		if args[0] == "-" || args[0] == "" {
			delete(it.st.traps, sig)
			continue
		}
		it.st.traps[sig] = string(args[0])
		if sig != "EXIT" {
			// It may run at any time, DEBUG and ERR before or after any command.
			sub := it.sub()
			sub.stdout = &buffer{}
			sub.runTrap(sig)
		}
	}
}
