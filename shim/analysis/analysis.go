package analysis

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

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
	Past   int      // bytes at the start of Text that were carried out before: they count for what they have set
	// Entered: the text is given to a shell that has been at work in the directory of
	// the world, and may have set more than Past shows.
	Entered bool
}

// Result is what analysis says of a source. Positions are in the text after its past.
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
	if p.Err != nil && src.Past > 0 { // what was carried out may lack its context
		src.Text, src.Past = src.Text[src.Past:], 0
		return a.Analyze(src)
	}
	if p.Err != nil {
		res.Err = p.Err
		return res
	}
	var own []rules.Action
	for i, f := range p.Files {
		run := it
		if i < len(p.Files)-1 {
			run = it.sub()
		}
		run.shell = p.Shells[i]
		k := slices.IndexFunc(f.Stmts, func(s *syntax.Stmt) bool { return int(s.Pos().Offset()) >= src.Past })
		if k < 0 {
			k = len(f.Stmts)
		}
		if src.Past > 0 {
			run.stmts(f.Stmts[:k])
			run.goOn()
		}
		if run.stranger {
			run.st.dir, run.st.oldDir, run.st.dirs = value.Known(a.World.Dir()), value.Any, nil
			run.st.vars.drop(dirName)
		}
		from, trap := len(res.Actions), run.st.traps["EXIT"]
		run.stmts(f.Stmts[k:])
		run.rejoin(run.leads(flowExit))
		if src.Past == 0 || run.st.traps["EXIT"] != trap {
			run.runTrap("EXIT")
		}
		own = append(own, res.Actions[from:]...)
	}
	from := len(res.Actions)
	for _, o := range p.Opaque {
		if o.To > src.Past {
			it.span = [2]int{o.From, o.To}
			it.opaquePart(src.Text, o)
		}
	}
	if src.Past > 0 {
		res.Actions = append(own, res.Actions[from:]...)
		for i := range res.Actions {
			span := &res.Actions[i].Span
			span[0], span[1] = max(span[0]-src.Past, 0), max(span[1]-src.Past, 0)
		}
	}
	return res
}

// goOn readies the interpreter for what follows after text that was carried out: the
// files are what they are now, but what was new may still be called that.
func (it *interp) goOn() {
	it.past, *it.budget, *it.entries = len(*it.out), maxSteps, maxFound
	it.flow, it.left = flowNone, map[lead]*state{}
	it.st.staged, it.st.keeping, it.st.kept = work{}, work{}, work{}
	files := map[string]file{}
	for name, f := range it.st.files {
		if f.created && !f.absent {
			files[name] = file{created: true}
		}
	}
	it.st.files = files
}

// Command judges a program with its arguments, as given to exec.
func (a *Analyzer) Command(argv []string) Result {
	res, _ := a.Piped(argv, false)
	return res
}

// Piped judges a program in a pipeline: with net, what it reads comes from the network;
// sends reports whether what it prints does.
func (a *Analyzer) Piped(argv []string, net bool) (res Result, sends bool) {
	it := a.interp(Source{}, &res.Actions)
	it.exec = true
	if net {
		it.stdin = stream{text: value.Net, set: true}
	}
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
	printed := it.stdout.stream()
	out := printed.asText()
	return res, out.FromNet() || net && strings.Contains(string(out), string(value.Any))
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
		w: a.World, table: a.Table, protected: protected, shell: src.Shell, out: out, budget: &budget, entries: &entries, fresh: new(int), peeked: new(bool), gaps: gaps, st: st,
		stdout: &buffer{idle: true}, stranger: src.Entered, repos: &repoCache{byDir: map[string]Repo{}}, left: map[lead]*state{}, active: map[*function]int{}, entered: map[*function]entry{}, span: [2]int{0, len(src.Text)},
	}
}
