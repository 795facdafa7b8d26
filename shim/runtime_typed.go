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
	maxSaid     = 8 << 10 // bytes that were typed and that later texts are judged with
)

// sitting is what was typed into one interactive shell so far.
type sitting struct {
	start uint64         // of its process
	entry string         // number in the history of what was typed last
	text  string         // which is this
	said  string         // what may have set something, the latest
	loads string         // what of all took a file in
	seen  []rules.Action // what the last was allowed to do
}

// judgeTyped decides about what was typed into a shell, whose child says so: what is
// refused is not carried out, and what the history does not have is judged by what
// it does.
func (r *runtimeJudge) judgeTyped(e *supervise.Event) supervise.Answer {
	shell := e.Proc.Parent
	if shell == nil || shell.Exe != e.Proc.Exe || shell.Exe == "" {
		return supervise.Allow // nobody was typed into
	}
	entry, text := historyEntry(e.Line)
	s := r.sittingOf(shell)
	if entry == "" || entry == s.entry && text == s.text {
		return supervise.Allow
	}
	s.entry, s.text = entry, text
	f := parse(text)
	if f == nil {
		return supervise.Allow // the shell has read something else
	}
	return r.typed(shell, s, text, f)
}

// sittingOf finds what was typed into a shell.
func (r *runtimeJudge) sittingOf(shell *supervise.Process) *sitting {
	s := r.sittings[shell.PID]
	if s != nil && s.start == shell.Start {
		return s
	}
	if s == nil && len(r.sittings) >= maxSittings {
		for pid := range r.sittings {
			if _, err := os.Stat("/proc/" + strconv.Itoa(pid)); err != nil || len(r.sittings) >= 2*maxSittings {
				delete(r.sittings, pid)
			}
		}
	}
	s = &sitting{start: shell.Start}
	r.sittings[shell.PID] = s
	return s
}

// typed judges a text in the light of what was typed before it, and says and records
// what becomes of it.
func (r *runtimeJudge) typed(shell *supervise.Process, s *sitting, text string, f *syntax.File) supervise.Answer {
	w, err := hostOf(shell.PID)
	if err != nil {
		return supervise.Allow // where it is cannot be known here
	}
	w.PasswdHome = r.world.PasswdHome
	past := s.loads + s.said
	j := r.loaded.Judge(w, analysis.Source{
		Text: past + text, Past: len(past), Entered: true, Shell: dialect.Bash, Set: []string{"interactive"}, Shopt: []string{"expand_aliases"},
	}, false)
	j.Verdict = Settled(j.Verdict)
	if err := r.loaded.Append(r.loaded.Record(w, j, "text")); err != nil {
		fmt.Fprintf(os.Stderr, "guard: error: %v\n  = the command was not run: a decision that cannot be recorded is not carried out\n", err)
		return supervise.Refuse
	}
	if j.Verdict.Applied != rules.Allow {
		report.Refusal(os.Stderr, report.Options{Color: report.UseColor(os.Stderr)}, j.Text, j.Verdict)
		return supervise.Refuse
	}
	r.revoke(s.seen)
	s.seen = seen(j.Actions)
	r.permit(s.seen)
	if slices.ContainsFunc(j.Actions, func(a rules.Action) bool { return a.Op == rules.Load }) {
		if !strings.Contains(s.loads, text) && len(s.loads) < maxSaid {
			s.loads += text + "\n"
		}
	} else if sets(f) {
		if s.said += text + "\n"; len(s.said) > maxSaid {
			s.said = s.said[len(s.said)-maxSaid/2:]
			s.said = s.said[strings.IndexByte(s.said, '\n')+1:]
		}
	}
	return supervise.Allow
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

// sets reports whether a text may leave something behind in the shell itself.
func sets(f *syntax.File) bool {
	found := false
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign, *syntax.FuncDecl, *syntax.DeclClause, *syntax.LetClause, *syntax.ForClause:
			found = true
		case *syntax.CallExpr:
			if len(n.Args) > 0 {
				switch n.Args[0].Lit() {
				case ".", "source", "eval", "exec", "read", "mapfile", "readarray", "printf", "set", "shopt", "unset",
					"alias", "unalias", "trap", "enable", "getopts", "hash", "builtin", "command", "":
					found = true
				}
			}
		}
		return !found
	})
	return found
}
