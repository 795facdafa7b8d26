package rules

import (
	"slices"
	"strings"

	"guard/rules/programs"
	"guard/rules/value"
)

// matchCommands compares command patterns with an exec action. A pattern reads
// like a command: program, subcommands in order, flags in any order and spelling,
// operands as globs. A final $ means: no further operands.
func (p *Policy) matchCommands(pats []string, a *Action) Match {
	if a.Op != Exec || len(a.Argv) == 0 || len(pats) == 0 {
		return No
	}
	if !a.Argv[0].Known() {
		for _, pat := range pats {
			if pat == "*" {
				return Yes
			}
		}
		return Maybe
	}
	cmd := p.command(a.Argv)
	if cmd.Harmless {
		return No
	}
	best := No
	for _, pat := range pats {
		if best = best.or(p.matchCommand(pat, cmd)); best == Yes {
			return Yes
		}
	}
	return best
}

// command parses a command, once for all the rules that it is compared with.
func (p *Policy) command(argv []value.Text) *programs.Parsed {
	if p.last.argv != &argv[0] || p.last.n != len(argv) {
		p.last.argv, p.last.n, p.last.cmd = &argv[0], len(argv), p.table.Parse(argv)
	}
	return p.last.cmd
}

// isProgram reports whether a name in a pattern may stand for the program that is run.
func isProgram(name string, cmd *programs.Parsed) bool {
	if name == cmd.Program || name == "" {
		return true
	}
	if last := name[len(name)-1]; last >= '0' && last <= '9' || last == 'e' && strings.HasSuffix(name, ".exe") {
		return true // perhaps: python3.12 is python3
	}
	return cmd.Root != nil && slices.Contains(cmd.Root.Names, name)
}

// pattern parses a command pattern once.
func (p *Policy) pattern(pat string) *programs.Parsed {
	if c, ok := p.parsed[pat]; ok {
		return c
	}
	var argv []value.Text
	for _, w := range strings.Fields(pat) {
		argv = append(argv, value.Text(w))
	}
	c := p.table.Parse(argv)
	p.parsed[pat] = c
	return c
}

// programOf returns the first word of a pattern, and whether it has wildcards.
func programOf(pat string) (prog string, glob bool) {
	for i := range len(pat) {
		switch pat[i] {
		case ' ':
			return pat[:i], glob
		case '*', '?', '[', '{':
			glob = true
		}
	}
	return pat, glob
}

func (p *Policy) matchCommand(pat string, cmd *programs.Parsed) Match {
	prog, glob := programOf(pat)
	if glob && !named(prog, cmd.Program) || !glob && !isProgram(prog, cmd) {
		return No
	}
	want := p.pattern(pat)
	if !glob && want.Program != cmd.Program {
		return No
	}
	m := matchSubs(want, cmd)
	if m == No {
		return No
	}
	for i := range want.Opts {
		if m = m.and(matchOpt(&want.Opts[i], cmd)); m == No {
			return No
		}
	}
	return m.and(matchOperands(want.Args, cmd))
}

// named reports whether the glob prog matches the name of a program. Most globs
// are a list of names.
func named(prog, name string) bool {
	if list, ok := strings.CutPrefix(prog, "{"); ok && strings.IndexAny(list, "*?[{\\}") == len(list)-1 && strings.HasSuffix(list, "}") {
		for n := range strings.SplitSeq(list[:len(list)-1], ",") {
			if n == name {
				return true
			}
		}
		return false
	}
	return matchLoose(prog, value.Text(name)) == Yes
}

// matchSubs compares the subcommands; an unknown word may be any of them.
func matchSubs(want, cmd *programs.Parsed) Match {
	for i, s := range want.Subs {
		if i < len(cmd.Subs) {
			if cmd.Subs[i] != s {
				return No
			}
			continue
		}
		if cmd.Vague {
			return Maybe
		}
		return No
	}
	return Yes
}

// matchOpt looks for one option of a pattern among those of the command. An
// unknown word is taken for an operand, never for an option: kill $(pgrep x) is no
// kill -1. What it really is, only the run-time layer sees.
func matchOpt(want *programs.Opt, cmd *programs.Parsed) Match {
	best := No
	for _, o := range cmd.Opts {
		if o.Name != want.Name && !clustered(want.Name, o.Name, cmd.Spec) {
			continue
		}
		switch {
		case !want.Has && o.Has && (o.Value == "false" || o.Value == "no"):
		case !want.Has || want.Value == "*":
			return Yes
		default:
			best = best.or(matchLoose(string(want.Value), o.Value))
		}
	}
	return best
}

// clustered reports whether short option want is one letter of a word such as
// -xvf of a program that has no table.
func clustered(want, have string, spec *programs.Spec) bool {
	return spec == nil && len(want) == 2 && want[0] == '-' && len(have) > 2 && have[1] != '-' && strings.Contains(have[1:], want[1:])
}

// allOperand is the operand of a pattern that stands for everything of a kind:
// docker rm $(docker ps -aq).
const allOperand = "<all>"

// matchOperands finds the pattern's operands, in order, among the command's.
func matchOperands(want []programs.Arg, cmd *programs.Parsed) Match {
	m, k := Yes, 0
	for i := range want {
		w := string(want[i].Text)
		if w == "$" && i == len(want)-1 {
			if k < len(cmd.Args) {
				return No
			}
			continue
		}
		found := No
		for ; k < len(cmd.Args) && found == No; k++ {
			if w == allOperand {
				if strings.Contains(string(cmd.Args[k].Text), string(value.All)) {
					found = Yes
				}
				continue
			}
			if t := cmd.Args[k].Text; t.Known() || t.Prefix() != "" || t.Suffix() != "" || w == "*" {
				found = matchLoose(w, t)
			}
		}
		if found == No {
			return No
		}
		m = m.and(found)
	}
	return m
}
