package analysis

import (
	"fmt"
	"strings"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis/dialect"
)

// Source is shell text with what surrounds it when it runs.
type Source struct {
	Text   string
	Shell  dialect.Shell
	Arg0   string   // $0; "bash" if empty
	Args   []string // $1 …
	Set    []string // set -o options that are on at the start
	Shopt  []string // shopt options that are on at the start
	Stdin  bool     // the text itself is the standard input
	Script string   // absolute path, if the text is a script file
}

// Result is what analysis says of a source.
type Result struct {
	Actions []rules.Action
	Err     *dialect.ParseError // the text does not parse; no actions then count
}

// Analyzer judges texts in one world with one table of programs.
type Analyzer struct {
	World     World
	Table     *programs.Table
	Protected func(value.Text) bool // whether a rule may refuse to read the path
	Environ   bool                  // the inherited environment is part of the command
}

// Analyze says what src would do. It never executes anything, and ends within
// the limits of this package whatever the text is: past a limit, the rest is an
// action of which nothing is known.
func (a *Analyzer) Analyze(src Source) (res Result) {
	defer func() {
		if p := recover(); p != nil { // a fault of guard: nothing is sure then
			res.Actions = append(res.Actions, rules.Action{Op: rules.Exec, Argv: []value.Text{value.Any},
				Why: fmt.Sprintf("guard could not follow the command: %v", p), Span: [2]int{0, len(src.Text)}})
		}
	}()
	it := a.interp(src, &res.Actions)
	if a.Environ {
		it.startEnvironment()
	}
	p := dialect.ParseText(src.Shell, src.Text, it.dialectOptions(), it.limits())
	if p.Err != nil {
		res.Err = p.Err
		return res
	}
	for i, f := range p.Files {
		run := it
		if i < len(p.Files)-1 {
			run = it.sub()
		}
		run.shell = p.Shells[i]
		run.stmts(f.Stmts)
		run.rejoin(run.leads(flowExit))
		run.runTrap("EXIT")
	}
	for _, o := range p.Opaque {
		it.span = [2]int{o.From, o.To}
		it.opaquePart(src.Text, o)
	}
	return res
}

// Command judges a program with its arguments, as given to exec.
func (a *Analyzer) Command(argv []string) Result {
	var res Result
	it := a.interp(Source{}, &res.Actions)
	words := make([]value.Text, len(argv))
	at := 0
	for i, w := range argv {
		words[i] = value.Known(w)
		at += len(w) + 1
	}
	it.span = [2]int{0, max(at-1, 0)}
	if len(words) > 0 {
		it.runProgram(words, nil)
	}
	return res
}

func (a *Analyzer) interp(src Source, out *[]rules.Action) *interp {
	budget, entries := maxSteps, maxFound
	protected := a.Protected
	if protected == nil {
		protected = func(value.Text) bool { return false }
	}
	arg0 := src.Arg0
	if arg0 == "" {
		arg0 = "bash"
	}
	st := &state{
		vars: newVariables(), funcs: map[string]*function{}, aliases: map[string]string{},
		files: map[string]file{}, fds: map[int]stream{}, hashed: map[string]value.Text{}, shopt: map[string]bool{}, opts: map[string]bool{},
		traps: map[string]string{}, gitAlias: map[string]value.Text{}, dir: value.Known(a.World.Dir()), arg0: value.Known(arg0),
	}
	if old, ok := a.World.Getenv("OLDPWD"); ok && strings.HasPrefix(old, "/") {
		st.oldDir = value.Known(old)
	}
	for _, p := range src.Args {
		st.params = append(st.params, value.Known(p))
	}
	for _, o := range src.Set {
		st.opts[o] = true
	}
	for _, o := range src.Shopt {
		st.shopt[o] = true
	}
	st.env = a.World.Getenv
	gaps := newGaps()
	gaps.define(&st.vars)
	return &interp{
		w: a.World, table: a.Table, protected: protected, shell: src.Shell, out: out, budget: &budget, entries: &entries, gaps: gaps, st: st,
		stdout: &buffer{idle: true}, repos: &repoCache{byDir: map[string]Repo{}}, left: map[lead]*state{}, active: map[*function]int{}, entered: map[*function]entry{}, span: [2]int{0, len(src.Text)},
	}
}
