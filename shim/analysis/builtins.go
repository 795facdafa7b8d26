package analysis

import (
	"bytes"
	"maps"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis/dialect"
	"guard/shim/analysis/filters"
)

// builtin walks a command that the shell carries out itself; false if name is no
// such command.
func (it *interp) builtin(name string, argv []value.Text, words []*syntax.Word) (result, bool) {
	args := argv[1:]
	if it.st.opts["disabled "+name] { // enable -n
		return unsure, false
	}
	switch name {
	case ":", "true":
		return success, true
	case "false":
		return failure, true
	case "exit", "logout":
		it.flow = flowExit
		if it.flow == flowExit && it.depth == 0 {
			it.runTrap("EXIT")
			it.flow = flowExit
		}
		return unsure, true
	case "return":
		switch {
		case len(it.st.locals) > 0 || it.sourcing > 0:
			it.flow = flowReturn
		case it.shell == dialect.Bash: // an error, and no return
			return failure, true
		default:
			it.flow = flowExit
			it.depart()
			return unsure, true
		}
		if len(args) > 0 && args[0].Known() {
			return truth(atoi(string(args[0]))&255 == 0, true), true
		}
		return unsure, true
	case "break", "continue":
		if it.loop > 0 {
			it.flow, it.levels = flowBreak, 1
			if name == "continue" {
				it.flow = flowContinue
			}
			if len(args) > 0 {
				it.levels = min(max(atoi(string(args[0])), 1), it.loop)
			}
		}
		return success, true
	case "cd", "chdir":
		return it.cd(args), true
	case "pushd":
		return it.pushd(args), true
	case "popd":
		return it.popd(args), true
	case "pwd":
		it.stdout.write(it.st.dir + "\n")
		return success, true
	case "dirs", "times", "wait", "jobs", "fg", "bg", "disown", "suspend", "umask", "ulimit", "caller", "bind", "complete", "compopt":
		it.builtinMisc(name, args)
		return unsure, true
	case "eval":
		return it.eval(args, words), true
	case ".", "source":
		return it.source(args), true
	case "exec":
		return it.execBuiltin(args, words), true
	case "command", "builtin", "noglob", "nocorrect":
		return it.commandBuiltin(name, args, words), true
	case "set":
		it.setBuiltin(args)
		return success, true
	case "shopt":
		it.shoptBuiltin(args)
		return success, true
	case "shift":
		return it.shift(args), true
	case "getopts":
		return it.getopts(args), true
	case "unset":
		it.unset(args)
		return success, true
	case "export", "declare", "typeset", "local", "readonly", "integer", "float":
		it.declareWords(name, args)
		return success, true
	case "alias":
		it.alias(args)
		return success, true
	case "unalias":
		for _, a := range args {
			delete(it.st.aliases, string(a))
			if a == "-a" {
				it.st.aliases = map[string]string{}
			}
		}
		return success, true
	case "trap":
		it.trap(args)
		return success, true
	case "read":
		return it.read(args), true
	case "mapfile", "readarray":
		it.mapfile(args)
		return success, true
	case "printf":
		return it.printf(args), true
	case "echo":
		it.echo(args)
		return success, true
	case "test", "[":
		return it.testBuiltin(name, args), true
	case "let":
		r := unsure
		for _, a := range args {
			v, ok := it.arithValue(a)
			r = truth(v != 0, ok)
		}
		return r, true
	case "hash":
		if len(args) > 2 && args[0] == "-p" {
			it.st.hashed[string(args[2])] = it.abs(args[1])
		}
		return success, true
	case "enable":
		off := len(args) > 1 && args[0] == "-n"
		for i, a := range args {
			if off && i > 0 {
				it.st.opts["disabled "+string(a)] = true
			}
			if a == "-f" && i+1 < len(args) {
				it.opaque("a builtin is loaded from a file", nil)
			}
		}
		return success, true
	case "type", "which", "whence", "where", "typeof":
		if name != "which" {
			it.stdout.write(value.Any + "\n")
			return unsure, true
		}
	case "history", "fc":
		it.historyBuiltin(name, argv)
		return unsure, true
	case "compgen":
		it.compgen(args)
		return unsure, true
	case "kill":
		it.emit(rules.Action{Op: rules.Exec, Argv: argv})
		return unsure, true
	case "repeat":
		if it.shell == dialect.Zsh && len(args) > 1 {
			return it.run(args[1:], nil), true
		}
	}
	return unsure, false
}

func (it *interp) builtinMisc(name string, args []value.Text) {
	for i, a := range args {
		switch {
		case name == "bind" && a == "-x" && i+1 < len(args):
			_, cmd, _ := strings.Cut(string(args[i+1]), ":")
			it.sub().text(value.Text(strings.Trim(strings.TrimSpace(cmd), `"'`)), origin{parent: &it.org, nested: true, span: it.span}, "bind")
		case name == "complete" && a == "-C" && i+1 < len(args):
			it.sub().text(args[i+1], origin{parent: &it.org, nested: true, span: it.span}, "complete")
		case name == "bind" && a == "-f" && i+1 < len(args):
			it.file(rules.Read, it.abs(args[i+1]), false)
		}
	}
}

// historyBuiltin lets history and fc read their files; fc runs what was typed.
func (it *interp) historyBuiltin(name string, argv []value.Text) {
	it.emit(rules.Action{Op: rules.Exec, Argv: argv})
	for i, a := range argv {
		if name == "history" && (a == "-r" || a == "-n") && i+1 < len(argv) {
			it.file(rules.Read, it.abs(argv[i+1]), false)
		}
		if name == "history" && (a == "-w" || a == "-a") && i+1 < len(argv) {
			it.write(it.abs(argv[i+1]), rules.HowUnknown)
		}
	}
	it.stdout.write(value.Any)
}

func (it *interp) compgen(args []value.Text) {
	for i, a := range args {
		if (a == "-C" || a == "-F") && i+1 < len(args) {
			it.sub().text(args[i+1], origin{parent: &it.org, nested: true, span: it.span}, "compgen")
		}
		if (a == "-W") && i+1 < len(args) {
			it.sub().prompt(args[i+1])
		}
	}
	it.stdout.write(value.Any + "\n")
}

// cd changes the directory. Where it may fail, the old one may still be the
// current one afterwards.
func (it *interp) cd(args []value.Text) result {
	for len(args) > 0 && (args[0] == "-P" || args[0] == "-L" || args[0] == "-e" || args[0] == "--" || args[0] == "-q") {
		args = args[1:]
	}
	old := it.st.dir
	var to value.Text
	switch {
	case len(args) == 0:
		h, ok := it.get("HOME")
		if !ok {
			return failure
		}
		to = h
	case args[0] == "-":
		to = it.st.oldDir
	case args[0].Splits():
		to = value.Any
	default:
		to = args[0]
	}
	if cdpath, ok := it.get("CDPATH"); ok && cdpath != "" && to.Known() && !strings.HasPrefix(string(to), "/") && !strings.HasPrefix(string(to), ".") {
		for _, c := range strings.Split(string(cdpath), ":") {
			if p := absIn(it.abs(value.Text(c)), to); it.isDir(p) {
				to = p
				break
			}
		}
	}
	if to == "" {
		return success
	}
	next := it.abs(to)
	delete(it.st.vars, dirName)
	switch {
	case it.isDir(next):
		it.st.oldDir, it.st.dir = old, next
		return success
	case next.Known() && it.exists(next) == rules.False && !it.ranAny():
		return failure // nothing has run that could have made it
	}
	it.st.oldDir, it.st.dir = old, next
	if old != next && (!it.st.opts["errexit"] || len(it.st.locals) > 0) {
		it.st.vars[dirName] = variable{alts: []value.Text{next, old}}
	}
	return unsure
}

// ranAny reports whether a program has run so far.
func (it *interp) ranAny() bool {
	for _, a := range *it.out {
		if a.Op == rules.Exec {
			return true
		}
	}
	return false
}

// pushd changes to a directory and keeps the old one, or swaps the two.
func (it *interp) pushd(args []value.Text) result {
	for len(args) > 0 && args[0] == "-n" {
		return it.unknownDirs()
	}
	n := len(it.st.dirs)
	switch {
	case len(args) == 0 && n == 0:
		return failure
	case len(args) == 0:
		old := it.st.dir
		dirs := append([]value.Text{}, it.st.dirs...)
		r := it.cd([]value.Text{"--", dirs[n-1]})
		if r != failure {
			dirs[n-1] = old
			it.st.dirs = dirs
		}
		return r
	case len(args[0]) > 1 && (args[0][0] == '+' || args[0][0] == '-' && args[0] != "--"):
		return it.unknownDirs()
	}
	old := it.st.dir
	r := it.cd(args)
	if r != failure {
		it.st.dirs = append(it.st.dirs[:n:n], old)
	}
	return r
}

// popd goes back to the directory that pushd kept.
func (it *interp) popd(args []value.Text) result {
	if len(args) > 0 {
		return it.unknownDirs()
	}
	n := len(it.st.dirs)
	if n == 0 {
		return failure
	}
	to := it.st.dirs[n-1]
	it.st.dirs = it.st.dirs[:n-1]
	return it.cd([]value.Text{"--", to})
}

// unknownDirs forgets the stack of directories, after it was turned around.
func (it *interp) unknownDirs() result {
	alts := append([]value.Text{it.st.dir}, it.st.dirs...)
	it.st.vars[dirName] = variable{alts: alts}
	return unsure
}

// shift drops positional parameters; more than there are, none.
func (it *interp) shift(args []value.Text) result {
	n := 1
	if len(args) > 0 {
		n = atoi(string(args[0]))
		if !args[0].Known() {
			it.st.params = []value.Text{value.Many}
			return unsure
		}
	}
	for i, p := range it.st.params {
		if i < n && (p.Splits() || strings.Contains(string(p), string(value.Maybe))) {
			it.st.params = append([]value.Text{value.Many}, it.st.params[min(i+1, len(it.st.params)):]...)
			return unsure
		}
	}
	if n < 0 || n > len(it.st.params) {
		return failure
	}
	it.st.params = it.st.params[n:]
	return success
}

// getopts takes the next option off the positional parameters, or its arguments.
func (it *interp) getopts(args []value.Text) result {
	if len(args) < 2 || !isName(string(args[1])) {
		return unsure
	}
	words, name := it.st.params, string(args[1])
	if len(args) > 2 {
		words = args[2:]
	}
	ind, _ := it.get("OPTIND")
	known := ind.Known() && args[0].Known()
	for _, w := range words {
		known = known && w.Known()
	}
	if !known {
		it.set(name, value.Any)
		it.set("OPTARG", value.Any)
		it.set("OPTIND", value.Digits)
		return unsure
	}
	at, n := it.st.optAt, atoi(string(ind))
	o, ok := nextOption(string(args[0]), strs(words), &n, &at)
	it.set(name, value.Text(o.name))
	it.set("OPTARG", value.Text(o.arg))
	it.set("OPTIND", value.Text(itoa(int64(n))))
	it.st.optAt = at
	return truth(ok, true)
}

// option is what getopts found.
type option struct{ name, arg string }

// nextOption finds the option at word n, counted from 1, and there at byte at; it
// moves both on. It is false at the end of the options.
func nextOption(spec string, words []string, n, at *int) (option, bool) {
	if *n < 1 || *n > len(words) {
		return option{name: "?"}, false
	}
	w := words[*n-1]
	if *at == 0 || *at >= len(w) {
		if w == "--" {
			*n++
			return option{name: "?"}, false
		}
		if len(w) < 2 || w[0] != '-' {
			return option{name: "?"}, false
		}
		*at = 1
	}
	c := w[*at : *at+1]
	*at++
	quiet := strings.HasPrefix(spec, ":")
	i := strings.Index(spec, c)
	takes := i >= 0 && c != ":" && strings.HasPrefix(spec[i+1:], ":")
	switch {
	case takes && *at < len(w):
		o := option{c, w[*at:]}
		*n, *at = *n+1, 0
		return o, true
	case takes && *n < len(words):
		o := option{c, words[*n]}
		*n, *at = *n+2, 0
		return o, true
	}
	if *at == len(w) {
		*n, *at = *n+1, 0
	}
	switch {
	case takes && quiet:
		return option{":", c}, true
	case takes || i < 0 || c == ":":
		if quiet {
			return option{"?", c}, true
		}
		return option{name: "?"}, true
	}
	return option{name: c}, true
}

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
	if args[0].Known() && !strings.Contains(string(args[0]), "/") && it.exists(p) != rules.True {
		if path, ok := it.get("PATH"); ok && path.Known() {
			for _, d := range strings.Split(string(path), ":") {
				if q := absIn(it.abs(value.Text(d)), args[0]); it.exists(q) == rules.True {
					p = q
					break
				}
			}
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
		if args[0] == "-v" || args[0] == "-V" {
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

func (it *interp) setBuiltin(args []value.Text) {
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
		if it.st.vars[name].readonly {
			continue
		}
		if elem {
			it.unsetElem(name, strings.TrimSuffix(idx, "]"))
			continue
		}
		it.st.vars[name] = variable{unset: true, alts: nil}
	}
}

// unsetElem removes one element of an array.
func (it *interp) unsetElem(name, index string) {
	v := it.st.vars[name]
	if v.keys != nil {
		v.keys = maps.Clone(v.keys)
		delete(v.keys, strings.Trim(index, `"'`))
		it.st.vars[name] = v
		return
	}
	if index == "@" || index == "*" {
		it.st.vars[name] = variable{unset: true}
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
	it.st.vars[name] = v
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

// echo writes what the shell's own echo prints.
func (it *interp) echo(args []value.Text) {
	known := true
	for _, a := range args {
		known = known && a.Known()
	}
	dash := it.shell == dialect.Dash
	if known {
		if out, ok := filters.EchoBuiltin(strs(args), it.st.shopt["xpg_echo"], dash); ok {
			it.stdout.write(value.Known(string(out)))
			return
		}
	}
	newline, raw := true, true
	for len(args) > 0 && !dash {
		s := string(args[0])
		if len(s) < 2 || s[0] != '-' || strings.Trim(s[1:], "neE") != "" {
			break
		}
		newline = newline && !strings.Contains(s, "n")
		raw = raw && !strings.Contains(s, "e")
		args = args[1:]
	}
	t := value.Text(strings.Join(strs(args), " "))
	if !raw && strings.Contains(string(t), "\\") {
		t = value.Any
	}
	if newline {
		t += "\n"
	}
	it.stdout.write(t)
}

func (it *interp) printf(args []value.Text) result {
	dest := ""
	if len(args) > 1 && args[0] == "-v" {
		dest, args = string(args[1]), args[2:]
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	out := it.formatted(args)
	if dest != "" && isName(dest) {
		it.set(dest, out)
		return success
	}
	if name, idx, ok := strings.Cut(dest, "["); ok && isName(name) {
		if x := it.parseArith(strings.TrimSuffix(idx, "]")); x != nil {
			it.setElem(name, x, out, false)
		}
		return success
	}
	if raw, ok := it.rawFormat(args); ok {
		it.stdout.writeBytes(raw)
	} else {
		it.stdout.write(out)
	}
	return success
}

// rawFormat is the output of printf, when it holds NUL.
func (it *interp) rawFormat(args []value.Text) ([]byte, bool) {
	for _, a := range args {
		if !a.Known() {
			return nil, false
		}
	}
	if len(args) == 0 || !strings.Contains(string(args[0]), "\\") || it.shell == dialect.Dash {
		return nil, false
	}
	raw, _, ok := filters.Printf(strs(args), filters.Bash, filters.Limits{})
	return raw, ok && bytes.IndexByte(raw, 0) >= 0
}

// formatted is the output of printf.
func (it *interp) formatted(args []value.Text) value.Text {
	if len(args) == 0 {
		return ""
	}
	known := true
	for _, a := range args {
		known = known && a.Known()
	}
	if known {
		fl := filters.Bash
		if it.shell == dialect.Dash {
			fl = filters.Dash
		}
		if out, _, ok := filters.Printf(strs(args), fl, filters.Limits{}); ok {
			return value.Known(string(out))
		}
		return value.Any
	}
	return formatUnknown(args[0], args[1:])
}

// formatUnknown formats %s and %b of unknown arguments; anything else is unknown.
func formatUnknown(format value.Text, args []value.Text) value.Text {
	if !format.Known() {
		return value.Any
	}
	var b strings.Builder
	f := ansiC(string(format))
	for round := 0; round == 0 || len(args) > 0; round++ {
		used := false
		for i := 0; i < len(f); i++ {
			if f[i] != '%' || i+1 == len(f) {
				b.WriteByte(f[i])
				continue
			}
			i++
			switch f[i] {
			case '%':
				b.WriteByte('%')
			case 's', 'b':
				used = true
				if len(args) > 0 {
					b.WriteString(string(args[0]))
					args = args[1:]
				}
			case 'd', 'i', 'u':
				used = true
				b.WriteString(string(value.Digits))
				if len(args) > 0 {
					args = args[1:]
				}
			default:
				return value.Any
			}
		}
		if !used || round > maxWords {
			break
		}
	}
	return value.Text(b.String())
}
