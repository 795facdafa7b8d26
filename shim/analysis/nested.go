package analysis

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis/dialect"
)

// text walks shell text that the command runs by eval, source, a shell's -c or
// the like, in the state at hand.
func (it *interp) text(t value.Text, org origin, via string) result {
	if via != "" {
		it.via = append(it.via[:len(it.via):len(it.via)], via)
		defer func(v []string) { it.via = v }(it.via[:len(it.via)-1])
	}
	if t.FromNet() {
		defer func(old bool) { it.net = old }(it.net)
		it.net = true
		it.opaque("the text that runs comes from the network", nil)
		(*it.out)[len(*it.out)-1].Via = append((*it.out)[len(*it.out)-1].Via, "download")
		return unsure
	}
	if it.depth++; it.depth > maxDepth {
		it.depth--
		it.opaque("texts are nested too deeply to be followed", nil)
		return unsure
	}
	defer func() { it.depth-- }()
	src := string(t)
	if !t.Known() {
		src = it.gaps.vars(src)
	}
	p := dialect.ParseText(it.shell, src, it.dialectOptions(), it.limits())
	if p.Err != nil {
		if !t.Known() {
			it.opaque("the text that runs is not known", nil)
			return unsure
		}
		// The shell would run what stands before the error: judge that too.
		it.opaque("the text that runs does not parse: "+p.Err.Message, nil)
		return unsure
	}
	outer, span := it.org, it.span
	multi, choice := it.multi, it.choice
	it.multi, it.choice = nil, nil
	it.org = org
	r := unsure
	for i, f := range p.Files {
		if i == len(p.Files)-1 {
			r = it.stmts(f.Stmts)
			break
		}
		alt := it.sub()
		alt.shell = p.Shells[i]
		alt.stdout = &buffer{}
		alt.stmts(f.Stmts)
	}
	for _, o := range p.Opaque {
		it.span = it.org.at(o.From, o.To)
		it.opaquePart(src, o)
	}
	it.org, it.span, it.multi, it.choice = outer, span, multi, choice
	return r
}

// gaps are the variables that stand for the unknown parts of a text that is
// parsed, by kind; the first for those of every other. Their names are new for each
// analysis, so that no command can know them.
type gaps [len(gapKinds)]string

var gapKinds = [...]value.Text{value.Any, value.Maybe, value.Name, value.Digits}

func newGaps() (g gaps) {
	id := strconv.FormatUint(rand.Uint64(), 36)
	for i := range g {
		g[i] = "__guard_gap" + strconv.Itoa(i) + "_" + id
	}
	return g
}

// define sets the variables.
func (g gaps) define(vars *variables) {
	for i, name := range g {
		vars.set(name, variable{alts: []value.Text{gapKinds[i]}, exported: true})
	}
}

// has reports whether a variable is one of them.
func (g gaps) has(name string) bool { return slices.Contains(g[:], name) }

// vars replaces unknown parts by the variables, so that what is known around them
// can be parsed. It is right only where the unknown part is data; a text where it
// may be syntax is also opaque, see text.
func (g gaps) vars(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == 0 {
			kind := slices.Index(gapKinds[:], value.Text(s[i:min(i+2, len(s))]))
			b.WriteString("${" + g[max(kind, 0)] + "}")
			i++
			continue
		}
		if s[i] == '\\' && i+1 < len(s) {
			if i++; s[i] == 0 { // it quotes what is not known anyway
				i--
				continue
			}
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// parts turns the variables back into unknown parts where they stand in a text in
// which nothing is expanded.
func (g gaps) parts(s string) string {
	if !strings.Contains(s, "{__guard_") {
		return s
	}
	for i, name := range g {
		s = strings.ReplaceAll(s, "${"+name+"}", string(gapKinds[i]))
	}
	return s
}

// literal is a text in which nothing is expanded.
func (g gaps) literal(s string) value.Text { return value.Text(g.parts(string(value.Known(s)))) }

func (it *interp) dialectOptions() dialect.Options {
	return dialect.Options{Extglob: it.st.shopt["extglob"], Interactive: it.st.opts["interactive"]}
}

func (it *interp) limits() dialect.Limits { return dialect.DefaultLimits() }

// parse parses text that cannot be larger than the command; nil if it does not
// parse.
func (it *interp) parse(src string) *syntax.File {
	p := dialect.ParseText(dialect.Bash, src, it.dialectOptions(), it.limits())
	if p.Err != nil || len(p.Files) == 0 {
		return nil
	}
	return p.Files[0]
}

// parseWord parses text as the inside of double quotes.
func (it *interp) parseWord(s string) *syntax.Word {
	f := it.parse("x \"" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`) + "\"")
	if f == nil || len(f.Stmts) != 1 {
		return nil
	}
	call, ok := f.Stmts[0].Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) != 2 {
		return nil
	}
	return call.Args[1]
}

// parseArith parses text as an arithmetic expression.
func (it *interp) parseArith(s string) syntax.ArithmExpr {
	f := it.parse("((" + s + "))")
	if f == nil || len(f.Stmts) != 1 {
		return nil
	}
	c, ok := f.Stmts[0].Cmd.(*syntax.ArithmCmd)
	if !ok {
		return nil
	}
	return c.X
}

// shellText runs text in a new shell: name and params are its $0 and $@.
func (it *interp) shellText(shell string, t value.Text, arg0 value.Text, params []value.Text, org origin, via string) {
	sub := it.sub()
	sub.via = append(sub.via[:len(sub.via):len(sub.via)], via)
	sub.st = newShellState(it.st)
	for _, o := range it.childShopt {
		sub.st.shopt[o] = true
	}
	sub.childShopt = nil
	sub.st.params, sub.st.arg0 = params, arg0
	sub.shell = shellOf(shell)
	sub.preamble()
	sub.text(t, org, "")
	sub.runTrap("EXIT")
	it.keepFiles(sub.st)
}

// newShellState is the state of a child shell: exported variables and functions,
// files and directory; no aliases, options or plain variables.
func newShellState(s *state) *state {
	c := s.clone()
	for n, v := range c.vars.all() {
		if !v.exported {
			c.vars.drop(n)
		}
	}
	c.keepExported()
	c.aliases = map[string]string{}
	c.traps = map[string]string{}
	c.shopt = map[string]bool{}
	c.opts = map[string]bool{}
	return c
}

// keepExported forgets the functions that another process does not know.
func (s *state) keepExported() {
	for n := range s.funcs {
		if !s.vars.at("\x00f" + n).exported {
			delete(s.funcs, n)
		}
	}
}

// shellOf maps a program name to the shell whose grammar it has.
func shellOf(name string) dialect.Shell {
	for _, s := range []dialect.Shell{dialect.Bash, dialect.Sh, dialect.Dash, dialect.Zsh, dialect.Mksh, dialect.Ksh, dialect.Ash} {
		if s.String() == strings.TrimPrefix(name, "r") || s.String() == name {
			return s
		}
	}
	return dialect.Bash
}

// script runs a file as shell text in a new shell.
func (it *interp) script(shell string, p value.Text, args []value.Text) {
	t, ok := it.scriptText(p)
	if !ok {
		return
	}
	if first, _, _ := strings.Cut(string(t), "\n"); strings.HasPrefix(first, "#!") {
		if words := strings.Fields(first[2:]); len(words) > 0 && shell == "" {
			shell = words[0][strings.LastIndexByte(words[0], '/')+1:]
			if shell == "env" && len(words) > 1 {
				shell = words[len(words)-1]
			}
		}
	}
	if shell == "" {
		shell = "sh"
	}
	it.scripted++
	it.shellText(shell, t, p, args, origin{parent: &it.org, nested: true, span: it.span}, string(p))
	it.scripted--
}

// scriptText is the content of a script; what is not known of it is recorded.
func (it *interp) scriptText(p value.Text) (value.Text, bool) {
	if s, ok := it.devFd(p); ok {
		return s.asText(), true
	}
	if _, ok := it.placed(p); ok {
		return "", false
	}
	if !p.Known() {
		it.opaque("the name of the script is not known", []value.Text{value.Any})
		return "", false
	}
	// What is absent, binary or unreadable does not run; a file that this command
	// has edited in a way that cannot be followed is judged like one that was
	// edited before.
	return it.content(p, maxScript)
}

// sourceFile walks a file in the state at hand, as . and source do.
func (it *interp) sourceFile(p value.Text, via string) {
	it.sourcing++
	defer func() { it.sourcing-- }()
	if s, ok := it.devFd(p); ok && s.made && !s.text.Known() {
		return
	} else if ok {
		it.text(s.asText(), origin{parent: &it.org, nested: true, span: it.span}, via)
		return
	}
	it.runFile(p)
	if it.st.opts["verbose"] || it.st.opts["xtrace"] { // its lines are printed
		it.reveal()
	}
	if t, ok := it.scriptText(p); ok {
		it.text(t, origin{parent: &it.org, nested: true, span: it.span}, via)
	}
}

// runFile records that a file is run or sourced. Of a protected one, only that it
// is loaded, as long as nothing shows its variables; an interpreter that is handed
// it as a program prints its lines as errors.
func (it *interp) runFile(p value.Text) {
	it.file(rules.Load, p, false)
	if it.protected(p) || it.protected(it.real(p)) {
		it.st.loaded = append(it.st.loaded, len(*it.out)-1)
		it.replaces(p)
	}
}

// replaces marks the variables that are set already and that a file of variables,
// of which only the names are looked at, sets anew.
func (it *interp) replaces(p value.Text) {
	if !p.Known() {
		return
	}
	data, _ := it.w.ReadFile(string(it.real(p)), maxScript)
	for line := range strings.Lines(string(data)) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		name, _, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		name = strings.TrimSpace(name)
		if v, ok := it.lookup(name); ok {
			it.st.vars.set(name, variable{alts: []value.Text{value.Any}, exported: v.exported, file: true})
		}
	}
}

// reveal turns the protected files that were loaded before into ones that are
// read: what runs now may show what they hold.
func (it *interp) reveal() {
	for _, i := range it.st.loaded {
		if i >= len(*it.out) || (*it.out)[i].Op != rules.Load {
			continue
		}
		if i < it.past {
			a := (*it.out)[i]
			a.Op, a.Span = rules.Read, it.span
			*it.out = append(*it.out, a)
		} else {
			(*it.out)[i].Op = rules.Read
		}
	}
	it.st.loaded = nil
}

// opaquePart records a part that the tree does not show. The definition of an
// alias is none where aliases are never expanded.
func (it *interp) opaquePart(src string, o dialect.Span) {
	if it.shell == dialect.Bash && !it.st.shopt["expand_aliases"] && !it.st.opts["posix"] && !it.st.shopt["\x00unknown"] &&
		strings.HasPrefix(strings.TrimLeft(src[o.From:o.To], " \t"), "alias") {
		return
	}
	it.opaque("this part runs in a way that guard cannot follow", nil)
}

// runTrap walks the handler of a signal or of EXIT.
func (it *interp) runTrap(sig string) {
	t, ok := it.st.traps[sig]
	if !ok {
		return
	}
	delete(it.st.traps, sig)
	it.flow = flowNone
	it.text(value.Text(t), origin{parent: &it.org, nested: true, span: it.span}, "trap")
}

// preamble walks what the environment makes a starting shell run.
func (it *interp) preamble() {
	for _, n := range []string{"BASH_ENV", "ENV"} {
		if v, ok := it.st.vars.get(n); ok && len(v.alts) > 0 && v.alts[0] != "" {
			if n == "ENV" && !it.st.opts["interactive"] && it.shell == dialect.Bash {
				continue
			}
			it.startup(n, v.alts[0])
		}
	}
}

// startup walks a file that a variable names as a start-up file.
func (it *interp) startup(name string, v value.Text) {
	p := v
	if w := it.parseWord(string(v)); w != nil && v.Known() {
		p = it.literal(w)
	}
	it.via = append(it.via[:len(it.via):len(it.via)], name)
	it.sourceFile(it.abs(p), "")
	it.reveal() // what is no assignment in it is printed as an error
	it.via = it.via[:len(it.via)-1]
}

// inherited walks a variable that makes programs run code, when it is set.
func (it *interp) inherited(name string, temporary bool) {
	v, ok := it.st.vars.get(name)
	if !ok || len(v.alts) == 0 {
		return
	}
	t := v.alts[0]
	org := origin{parent: &it.org, nested: true, span: it.span}
	switch name {
	case "PROMPT_COMMAND":
		sub := it.sub()
		sub.text(t, org, name)
	case "PS4", "PS1", "PS2", "PS0":
		sub := it.sub()
		sub.prompt(t)
	default:
		if holdsCommand(name) && it.startsProgram(string(t)) {
			it.shellText("sh", t, "sh", nil, org, name)
		}
	}
}

// holdsCommand reports whether a variable by its name holds a command that programs
// run: to show or edit text, to connect, to ask for a password, in place of another.
func holdsCommand(name string) bool {
	for _, part := range []string{"PAGER", "EDITOR", "BROWSER", "_RSH", "_SSH", "ASKPASS", "_WRAPPER", "_RUNNER"} {
		if strings.HasSuffix(name, part) {
			return true
		}
	}
	return name == "VISUAL"
}
