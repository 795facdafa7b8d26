package analysis

import (
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
		it.flow = flowReturn
		if len(args) > 0 && args[0] == "0" {
			return success, true
		}
		return unsure, true
	case "break", "continue":
		if it.loop > 0 {
			it.flow = flowBreak
			if name == "continue" {
				it.flow = flowContinue
			}
		}
		return success, true
	case "cd", "chdir", "pushd":
		return it.cd(args, name == "pushd"), true
	case "popd":
		if n := len(it.st.dirs); n > 0 {
			it.st.oldDir, it.st.dir, it.st.dirs = it.st.dir, it.st.dirs[n-1], it.st.dirs[:n-1]
		}
		return success, true
	case "pwd":
		it.stdout.write(it.st.dir + "\n")
		return success, true
	case "dirs", "times", "wait", "jobs", "fg", "bg", "disown", "suspend", "umask", "ulimit", "caller", "bind", "complete", "compopt", "getopts":
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
		n := 1
		if len(args) > 0 {
			n = atoi(string(args[0]))
		}
		it.st.params = it.st.params[min(max(n, 0), len(it.st.params)):]
		return success, true
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
		for i, a := range args {
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
		case name == "getopts" && i == 1 && a.Known() && isName(string(a)):
			it.set(string(a), value.Any)
			it.set("OPTARG", value.Any)
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

func (it *interp) cd(args []value.Text, push bool) result {
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
	if push {
		it.st.dirs = append(it.st.dirs, old)
	}
	if to == "" {
		return success
	}
	next := it.abs(to)
	it.st.oldDir, it.st.dir = old, next
	if it.isDir(next) {
		return success
	}
	return unsure
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
					it.st.opts[string(args[i])] = on
				}
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
	for _, a := range args {
		if !a.Known() || strings.HasPrefix(string(a), "-") {
			continue
		}
		name, idx, elem := strings.Cut(string(a), "[")
		if elem {
			if x := it.parseArith(strings.TrimSuffix(idx, "]")); x != nil {
				it.setElem(name, x, "", false)
			}
			continue
		}
		it.st.vars[name] = variable{unset: true, alts: nil}
		delete(it.st.funcs, name)
	}
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
	it.stdout.write(out)
	return success
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
