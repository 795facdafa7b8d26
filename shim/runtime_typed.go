package shim

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/report"
	"guard/shim/supervise"
)

const (
	maxSittings = 256     // interactive shells that are remembered
	maxKnown    = 4096    // commands of one that are known to be allowed
	maxSaid     = 8 << 10 // bytes of its commands that those after are judged with
)

// sitting is what was typed into one interactive shell so far.
type sitting struct {
	said  string          // commands that may have set something, the latest
	loads string          // those of all that took a file in
	known map[string]bool // commands that were allowed, since said changed
	spoke map[string]bool // those of said
	entry *string         // number in the history of what was typed last; one for all subshells
}

// say adds a command to those that later ones are judged with. One that comes again,
// as in a loop, stands where it came first.
func (s *sitting) say(command string) {
	if s.spoke[command] {
		return
	}
	if s.said += command + "\n"; len(s.said) > maxSaid+len(s.loads) {
		s.said = s.loads
		clear(s.spoke)
	}
	clear(s.known)
	s.spoke[command] = true
}

// judgeTyped decides about a command that a shell is about to carry out, and
// first about the whole of what was typed, if the history has that. The command
// comes after the number that what is carried out has in the history.
func (r *runtimeJudge) judgeTyped(e *supervise.Event) supervise.Answer {
	s := r.sittingOf(e.Proc)
	number, command, ok := strings.Cut(e.Command, "/")
	if !ok {
		return supervise.Refuse
	}
	entry, line := historyEntry(e.Line)
	if command == "" { // nothing was typed yet
		*s.entry = entry
		return supervise.Allow
	}
	if entry == number && entry != *s.entry {
		*s.entry = entry
		if parse(line) != nil && !r.typed(e, s, line, true) {
			return supervise.Refuse
		}
	}
	if s.known[command] {
		return supervise.Allow
	}
	text := completed(command)
	f := parse(text)
	if f != nil && unhooks(f) {
		return r.keepHook(text)
	}
	if !r.typed(e, s, text, false) {
		return supervise.Refuse
	}
	if f == nil || sets(f) {
		s.say(text)
	}
	if len(s.known) < maxKnown {
		s.known[command] = true
	}
	return supervise.Allow
}

// sittingOf finds what was typed into the shell that p is, or for a subshell what
// was until now.
func (r *runtimeJudge) sittingOf(p *supervise.Process) *sitting {
	if s := r.sittings[p.PID]; s != nil {
		return s
	}
	s := &sitting{known: map[string]bool{}, spoke: map[string]bool{}, entry: new(string)}
	for q := p.Parent; q != nil && q.Exe == p.Exe; q = q.Parent {
		if of := r.sittings[q.PID]; of != nil {
			s.said, s.loads, s.entry = of.said, of.loads, of.entry
			break
		}
	}
	if len(r.sittings) >= maxSittings {
		clear(r.sittings)
	}
	r.sittings[p.PID] = s
	return s
}

// typed judges one text in the light of what was typed before it, and says and
// records what becomes of it. What is typed is always recorded; a single command
// of it where there is something to say of it.
func (r *runtimeJudge) typed(e *supervise.Event, s *sitting, text string, line bool) bool {
	w, err := hostOf(e.Proc.PID)
	if err != nil {
		return false
	}
	w.PasswdHome = r.world.PasswdHome
	before := s.said + "builtin cd " + quote(w.Dir()) + "\n" // where those led
	src := analysis.Source{Text: before + text, Shell: dialect.Bash, Set: []string{"interactive"}, Shopt: []string{"expand_aliases"}}
	j := r.loaded.Judge(w, src, false)
	j.Verdict = Settled(j.Verdict)
	own := j.since(len(before))
	if line || j.Verdict.Decision != rules.Allow {
		if err := r.loaded.Append(r.loaded.Record(w, own, "text")); err != nil {
			fmt.Fprintf(os.Stderr, "guard: error: %v\n", err)
			return false
		}
	}
	if j.Verdict.Applied != rules.Allow {
		report.Refusal(os.Stderr, report.Options{Color: report.UseColor(os.Stderr)}, own.Text, own.Verdict)
		return false
	}
	r.permit(seen(own.Actions))
	if slices.ContainsFunc(own.Actions, func(a rules.Action) bool { return a.Op == rules.Load }) {
		s.loads += text + "\n"
	}
	if line {
		s.say(text)
	}
	return true
}

// keepHook has a shell pass over a command that would take away what makes it ask.
// Shell integrations of editors do that at each prompt, so it is said once.
func (r *runtimeJudge) keepHook(text string) supervise.Answer {
	if r.first("hook" + text) {
		v := r.loaded.Policy.Refuse("shell.hook", "", [2]int{0, len(text)})
		v.Applied = rules.Deny // watching is no reason to become blind
		if err := r.loaded.Append(r.loaded.Record(r.world, Judgement{Text: text, Verdict: v}, "text")); err != nil {
			fmt.Fprintf(os.Stderr, "guard: error: %v\n", err)
		}
		report.Refusal(os.Stderr, report.Options{Color: report.UseColor(os.Stderr)}, text, v)
	}
	return supervise.Empty
}

// hostOf is the world as a process sees it, with the environment that its program
// was started in.
func hostOf(pid int) (*analysis.Host, error) {
	proc := "/proc/" + strconv.Itoa(pid)
	dir, err := os.Readlink(proc + "/cwd")
	if err != nil {
		return nil, err
	}
	environ, err := os.ReadFile(proc + "/environ")
	if err != nil {
		return nil, err
	}
	return analysis.NewHost(dir, strings.Split(strings.TrimSuffix(string(environ), "\x00"), "\x00"))
}

// quote is text as one word of a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// historyEntry is the number and the text of a line of bash's "history 1".
func historyEntry(line string) (number, text string) {
	line = strings.TrimLeft(line, " ")
	text = strings.TrimLeft(line, "0123456789")
	number = line[:len(line)-len(text)]
	if len(text) < 2 || number == "" {
		return "", ""
	}
	return number, strings.Trim(text[1:], " \n")
}

// parse reads text as bash does; nil if it is none.
func parse(text string) *syntax.File {
	p := dialect.ParseText(dialect.Bash, text, dialect.Options{}, dialect.DefaultLimits())
	if p.Err != nil {
		return nil
	}
	return p.Files[0]
}

// completed makes a command of what bash says of the head of a loop or a choice.
func completed(command string) string {
	if parse(command) == nil {
		for _, rest := range []string{"\ndo :; done", "\nesac"} {
			if parse(command+rest) != nil {
				return command + rest
			}
		}
	}
	return command
}

// words are the literal words of a simple command, without what only says that it
// is a builtin; an assignment is none.
func words(f *syntax.File) (list []string, simple bool) {
	if len(f.Stmts) != 1 {
		return nil, false
	}
	call, ok := f.Stmts[0].Cmd.(*syntax.CallExpr)
	if !ok {
		return nil, false
	}
	for _, w := range call.Args {
		if lit := w.Lit(); len(list) > 0 || lit != "builtin" && lit != "command" {
			list = append(list, lit)
		}
	}
	return list, true
}

// sets reports whether a command may leave something behind in the shell itself.
func sets(f *syntax.File) bool {
	list, simple := words(f)
	if !simple || len(list) == 0 {
		return true
	}
	switch list[0] {
	case ".", "source", "eval", "exec", "export", "declare", "typeset", "readonly", "local", "read", "mapfile", "readarray", "printf",
		"set", "shopt", "unset", "alias", "unalias", "trap", "enable", "getopts", "let", "hash", "umask", "":
		return true
	}
	return false
}

// unhooks reports whether a command takes away what makes a shell ask.
func unhooks(f *syntax.File) bool {
	list, _ := words(f)
	if len(list) < 2 {
		return false
	}
	has := func(words ...string) bool {
		return slices.ContainsFunc(list[1:], func(w string) bool { return slices.Contains(words, strings.ToLower(w)) })
	}
	switch list[0] {
	case "trap":
		return has("debug") && !strings.HasPrefix(list[1], "-p")
	case "shopt":
		return has("extdebug") && slices.Contains(list, "-u")
	case "set":
		return has("functrace") && slices.Contains(list, "+o") || slices.Contains(list, "+T")
	}
	return false
}
