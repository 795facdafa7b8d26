package analysis

import (
	"slices"
	"sort"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules/value"
)

// lookup returns a variable: of the shell, or of the environment.
func (it *interp) lookup(name string) (variable, bool) {
	if v, ok := it.st.vars.get(name); ok {
		if v.nameref && len(v.alts) == 1 && v.alts[0].Known() && string(v.alts[0]) != name {
			target, _, _ := strings.Cut(string(v.alts[0]), "[")
			if tv, ok := it.st.vars.get(target); ok && !tv.nameref {
				return tv, true
			}
			return it.lookupEnv(target)
		}
		return v, !v.unset || len(v.alts) > 1
	}
	return it.lookupEnv(name)
}

func (it *interp) lookupEnv(name string) (variable, bool) {
	if s, ok := it.w.Getenv(name); ok {
		return variable{alts: []value.Text{value.Known(s)}, exported: true}, true
	}
	return variable{}, false
}

// get returns the value of a scalar, special parameters included. Of several
// alternatives it returns the one that is being tried.
func (it *interp) get(name string) (value.Text, bool) {
	if t, ok, special := it.special(name); special {
		return t, ok
	}
	if _, ok := it.st.vars.get(name); !ok && shellArray(name) {
		return value.Any, true
	}
	v, ok := it.lookup(name)
	if !ok {
		t, ok := it.defaults(name)
		if !ok && len(it.st.loaded) > 0 { // it may come from the file
			it.reveal()
			return value.Any, true
		}
		if !ok && it.stranger {
			return value.Any, true
		}
		return t, ok
	}
	if v.file && len(it.st.loaded) > 0 {
		it.reveal()
		return value.Any, true
	}
	if v.array {
		if len(v.list) == 0 || v.list[0] == hole {
			return "", false
		}
		return v.list[0], true
	}
	if v.keys != nil {
		t, ok := v.keys["0"]
		return t, ok
	}
	switch len(v.alts) {
	case 0:
		return "", !v.unset
	case 1:
		return present(v.alts[0])
	}
	if it.multi != nil {
		it.multi[name] = len(v.alts)
	}
	return present(v.alts[it.choice[name]%len(v.alts)])
}

// uses is get for a variable that the shell itself goes by, which shows nothing of a
// file that was loaded.
func (it *interp) uses(name string) (value.Text, bool) {
	loaded := it.st.loaded
	it.st.loaded = nil
	t, ok := it.get(name)
	it.st.loaded = loaded
	return t, ok
}

// present is an alternative of a variable; one of them is that it is not set.
func present(t value.Text) (value.Text, bool) {
	if t == hole {
		return "", false
	}
	return t, true
}

// special is the value of a parameter that the shell sets by itself.
func (it *interp) special(name string) (t value.Text, ok, special bool) {
	switch name {
	case "@", "*":
		return value.Text(strings.Join(strs(it.st.params), " ")), len(it.st.params) > 0, true
	case "#":
		for _, p := range it.st.params {
			if p.Splits() {
				return value.Digits, true, true
			}
		}
		return value.Known(itoa(int64(len(it.st.params)))), true, true
	case "?", "$", "!", "PPID", "RANDOM", "SRANDOM", "SECONDS", "LINENO", "EPOCHSECONDS", "BASHPID", "HISTCMD":
		return value.Digits, true, true
	case "-":
		return value.Known("hBc"), true, true
	case "0":
		return it.st.arg0, true, true
	case "PWD", "OLDPWD":
		if v, ok := it.st.vars.get(name); ok && (v.unset || len(v.alts) > 0) {
			return "", false, false // assigned, and no cd since
		}
		if name == "PWD" {
			return it.st.dir, true, true
		}
		return it.st.oldDir, it.st.oldDir != "", true
	case "_":
		if it.st.last != "" {
			return it.st.last, true, true
		}
		return value.Any, true, true
	case "EPOCHREALTIME", "BASH_COMMAND", "BASH_REMATCH":
		return value.Any, true, true
	}
	if name != "" && name[0] >= '1' && name[0] <= '9' && strings.Trim(name, "0123456789") == "" {
		n := atoi(name)
		for i, p := range it.st.params {
			if p.Splits() && i < n {
				return value.Any, true, true
			}
		}
		if n <= len(it.st.params) {
			return it.st.params[n-1], true, true
		}
		return "", false, true
	}
	return "", false, false
}

// defaults are variables that the shell sets at its start.
func (it *interp) defaults(name string) (value.Text, bool) {
	switch name {
	case "IFS":
		return " \t\n", true
	case "BASH":
		return "/bin/bash", true
	case "SHELL":
		return "/bin/sh", true
	case "OSTYPE":
		return "linux-gnu", true
	case "MACHTYPE":
		return value.Any + "-linux-gnu", true
	case "HOSTTYPE", "HOSTNAME", "BASH_VERSION", "ZSH_VERSION", "BASH_VERSINFO":
		if name == "ZSH_VERSION" {
			return "", false
		}
		return value.Any, true
	case "OPTIND":
		return "1", true
	case "UID", "EUID":
		return value.Known(itoa(int64(it.w.UID()))), true
	case "SHLVL":
		return value.Digits, true
	case "PATH":
		return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", true
	case "PS4":
		return "+ ", true
	case "SHELLOPTS":
		return "braceexpand:hashall:interactive-comments", true
	}
	return "", false
}

// set assigns a scalar.
func (it *interp) set(name string, t value.Text) {
	v := it.st.vars.at(name)
	if v.nameref && len(v.alts) == 1 && v.alts[0].Known() && string(v.alts[0]) != name {
		it.st.vars.set(name, v)
		name = string(v.alts[0])
		v = it.st.vars.at(name)
	}
	if v.readonly {
		return
	}
	if len(t) > maxText {
		t = value.Any
	}
	switch {
	case v.integer && t.Known():
		if n, ok := it.arithText(string(t)); ok {
			t = value.Known(itoa(n))
		} else {
			t = value.Digits
		}
	case v.lower:
		t = value.Text(strings.ToLower(string(t)))
	case v.upper:
		t = caseMap(t, true)
	}
	if _, env := it.w.Getenv(name); env || it.st.opts["allexport"] {
		v.exported = true
	}
	if v.array {
		v.list = append([]value.Text{}, v.list...)
		if len(v.list) == 0 {
			v.list = append(v.list, t)
		}
		v.list[0] = t
	} else {
		v.alts = []value.Text{t}
	}
	v.unset, v.file = false, false
	it.st.vars.set(name, v)
	switch name {
	case "OPTIND":
		it.st.optAt = 0
	case "PATH":
		it.st.hashed = map[string]value.Text{} // the shell forgets where programs were
	}
}

// assign carries out one assignment of the shell.
func (it *interp) assign(a *syntax.Assign) {
	if a.Name == nil {
		return
	}
	name := it.deref(a.Name.Value)
	if a.Array != nil {
		it.assignArray(name, a)
		return
	}
	it.assignTo(a, it.assignValue(a.Value))
}

// assignTo assigns an expanded value.
func (it *interp) assignTo(a *syntax.Assign, t value.Text) {
	name := a.Name.Value
	if a.Index != nil {
		it.setElem(name, a.Index, t, a.Append)
		return
	}
	if a.Append {
		old, _ := it.get(name)
		if v := it.st.vars.at(name); v.integer {
			t = old + "+" + t
		} else {
			t = old + t
		}
	}
	it.set(name, t)
}

// assignValue is literal, where a tilde also counts after a colon.
func (it *interp) assignValue(w *syntax.Word) value.Text {
	if w == nil {
		return ""
	}
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); ok && strings.Contains(l.Value, ":~") {
			var b builder
			it.assignParts(&b, w.Parts, true)
			return it.joined(&b)
		}
	}
	return it.literal(w)
}

func (it *interp) assignArray(name string, a *syntax.Assign) {
	v := it.st.vars.at(name)
	if !a.Append {
		v = variable{exported: v.exported, keys: v.keys}
		if v.keys != nil {
			v.keys = map[string]value.Text{}
		}
	} else if !v.array && v.keys == nil && len(v.alts) > 0 && !v.unset {
		v.list = []value.Text{v.alts[0]}
	}
	v.unset = false
	if v.keys != nil {
		keys := map[string]value.Text{}
		for k, t := range v.keys {
			keys[k] = t
		}
		for _, e := range a.Array.Elems {
			if e.Index != nil {
				keys[string(it.key(e.Index))] = it.literal(e.Value)
			}
		}
		v.keys = keys
		it.st.vars.set(name, v)
		return
	}
	v.array = true
	list := append([]value.Text{}, v.list...)
	at := len(list)
	for _, e := range a.Array.Elems {
		if e.Index == nil {
			if e.Value == nil {
				continue
			}
			for _, t := range it.field(e.Value) {
				list = putElem(list, at, t)
				at++
			}
			continue
		}
		n, ok := it.arith(e.Index)
		if !ok || n < 0 || n > maxWords {
			it.literal(e.Value)
			list, at = []value.Text{value.Many}, 1
			continue
		}
		list = putElem(list, int(n), it.literal(e.Value))
		at = int(n) + 1
	}
	if len(list) > maxWords {
		list = []value.Text{value.Many}
	}
	v.list = list
	it.st.vars.set(name, v)
}

// putElem sets an element; those before it that are not there are holes.
func putElem(list []value.Text, n int, t value.Text) []value.Text {
	for len(list) <= n {
		list = append(list, hole)
	}
	list[n] = t
	return list
}

// deref is the name of the variable that a reference stands for.
func (it *interp) deref(name string) string {
	for range 8 {
		v, ok := it.st.vars.get(name)
		if !ok || !v.nameref || len(v.alts) != 1 || !v.alts[0].Known() || !isName(string(v.alts[0])) {
			break
		}
		name = string(v.alts[0])
	}
	return name
}

// setElem assigns one element of an array.
func (it *interp) setElem(name string, index syntax.ArithmExpr, t value.Text, app bool) {
	name = it.deref(name)
	v := it.st.vars.at(name)
	v.unset = false
	if v.keys != nil {
		k := string(it.key(index))
		keys := map[string]value.Text{}
		for kk, tt := range v.keys {
			keys[kk] = tt
		}
		if app {
			t = keys[k] + t
		}
		keys[k] = t
		v.keys = keys
		it.st.vars.set(name, v)
		return
	}
	n, ok := it.arith(index)
	list := append([]value.Text{}, v.list...)
	if !v.array && len(v.alts) > 0 {
		list = []value.Text{v.alts[0]}
	}
	v.array = true
	if ok && n < 0 {
		n += int64(len(list))
	}
	if !ok || n < 0 || n > maxWords {
		list = []value.Text{value.Many}
	} else {
		if app && n < int64(len(list)) && list[n] != hole {
			t = list[n] + t
		}
		list = putElem(list, int(n), t)
	}
	v.list = list
	it.st.vars.set(name, v)
}

// key evaluates the subscript of an associative array.
func (it *interp) key(x syntax.ArithmExpr) value.Text {
	if w, ok := x.(*syntax.Word); ok {
		return it.literal(w)
	}
	if n, ok := it.arith(x); ok {
		return value.Known(itoa(n))
	}
	return value.Any
}

// shellArray reports whether the shell keeps name as an array by itself.
func shellArray(name string) bool {
	switch name {
	case "FUNCNAME", "BASH_SOURCE", "BASH_LINENO", "BASH_ARGV", "BASH_ARGC", "PIPESTATUS", "DIRSTACK", "GROUPS", "BASH_VERSINFO", "COPROC", "BASH_CMDS", "BASH_ALIASES", "COMP_WORDS":
		return true
	}
	return false
}

// elements lists the values of an array, or the scalar as the only one. Those of
// an associative array come in an order that is not known.
func (it *interp) elements(name string) []value.Text {
	if name == "@" || name == "*" {
		return it.st.params
	}
	if _, ok := it.st.vars.get(name); !ok && shellArray(name) {
		return []value.Text{value.Many}
	}
	v, ok := it.lookup(name)
	if !ok {
		if t, ok := it.get(name); ok {
			return []value.Text{t}
		}
		return nil
	}
	if v.keys != nil {
		ks := make([]string, 0, len(v.keys))
		for k := range v.keys {
			ks = append(ks, k)
		}
		sort.Strings(ks)
		out := make([]value.Text, 0, len(ks))
		for _, k := range ks {
			t := v.keys[k]
			if len(ks) > 1 && !it.anyOrder {
				t = value.Any
			}
			out = append(out, t)
		}
		return out
	}
	if v.array {
		return slices.DeleteFunc(slices.Clone(v.list), func(t value.Text) bool { return t == hole })
	}
	if t, ok := it.get(name); ok {
		return []value.Text{t}
	}
	return nil
}

func strs(ts []value.Text) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = string(t)
	}
	return out
}
