package programcheck

import (
	"fmt"
	"path"
	"strings"

	"mvdan.cc/sh/v3/shell"
)

// Invocation is one command line to be tried.
type Invocation struct {
	Line  string   // as the table of invocations has it
	Env   []string // NAME=VALUE before the program
	Argv  []string
	Stdin string // name of the file that is the standard input
	Fails bool   // the exit status does not matter
}

// Program is the name under which the invocation is counted.
func (v *Invocation) Program() string { return path.Base(v.Argv[0]) }

// Text is the command line as shell text.
func (v *Invocation) Text() string {
	words := make([]string, len(v.Argv))
	for i, w := range v.Argv {
		words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(words, " ")
}

// Invocations reads a table of invocations: one a line, quoted as for the shell,
// with assignments before the program and "< FILE" behind. A line that starts with
// "? " may fail. Variables are looked up with env.
func Invocations(text string, env func(string) string) ([]Invocation, error) {
	var out []Invocation
	for n, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		v := Invocation{Line: line}
		line, v.Fails = strings.CutPrefix(line, "? ")
		if i := strings.LastIndex(line, " < "); i >= 0 && !strings.ContainsAny(line[i+3:], "'\" ") {
			line, v.Stdin = line[:i], line[i+3:]
		}
		words, err := shell.Fields(line, env)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		for len(words) > 0 && strings.Contains(words[0], "=") {
			v.Env = append(v.Env, words[0])
			words = words[1:]
		}
		if len(words) == 0 {
			return nil, fmt.Errorf("line %d: no program", n+1)
		}
		v.Argv = words
		out = append(out, v)
	}
	return out, nil
}
