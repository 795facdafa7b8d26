package analysis

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis/dialect"
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
		switch {
		case name == "type" && len(args) > 1 && (args[0] == "-P" || args[0] == "-p"):
			return it.whereIs(args[1:], false), true
		case name != "which":
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
		if (a == "-f" || a == "-d" || a == "-G") && i < len(args)-1 {
			pat := string(args[i+1])
			if a != "-G" {
				pat += "*"
			}
			if found, ok := it.glob(pat); ok && args[i+1].Known() {
				it.stdout.writeLines(found)
				return
			}
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
		h, ok := it.uses("HOME")
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
	if cdpath, ok := it.uses("CDPATH"); ok && cdpath != "" && to.Known() && !strings.HasPrefix(string(to), "/") && !strings.HasPrefix(string(to), ".") {
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
	it.st.vars.drop(dirName)
	switch {
	case it.isDir(next) && !it.st.files[string(next)].repo: // a repository may not have come to be
		it.st.vars.drop("PWD")
		it.st.vars.drop("OLDPWD")
		it.st.oldDir, it.st.dir = old, next
		it.missed = ""
		return success
	case next.Known() && it.exists(next) == rules.False && !it.ranAny():
		it.missed = next
		return failure // nothing has run that could have made it
	}
	for name, dir := range map[string]value.Text{"PWD": next, "OLDPWD": old} {
		if v, ok := it.st.vars.get(name); ok { // it may fail
			it.st.vars.set(name, joinVar(v, variable{alts: []value.Text{dir}}))
		}
	}
	it.st.oldDir, it.st.dir = old, next
	if old != next && (!it.st.opts["errexit"] || len(it.st.locals) > 0) {
		it.st.vars.set(dirName, variable{alts: []value.Text{next, old}})
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
	it.st.vars.set(dirName, variable{alts: alts})
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
	ind, _ := it.uses("OPTIND")
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
