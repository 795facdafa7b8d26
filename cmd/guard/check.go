package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"guard/rules"
	"guard/shim"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/report"
)

// answer is the object of check --json and --jsonl.
type answer struct {
	ID       json.RawMessage `json:"id,omitempty"`
	Verdict  string          `json:"verdict"`
	Rule     string          `json:"rule,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Instead  string          `json:"instead,omitempty"`
	Findings []rules.Finding `json:"findings"`
	Actions  []rules.Action  `json:"actions"`
}

func newAnswer(j shim.Judgement) answer {
	a := answer{Verdict: j.Verdict.Decision.String(), Findings: j.Verdict.Findings, Actions: j.Actions}
	if a.Findings == nil {
		a.Findings = []rules.Finding{}
	}
	if a.Actions == nil {
		a.Actions = []rules.Action{}
	}
	if len(j.Verdict.Findings) > 0 {
		f := j.Verdict.Findings[0]
		a.Rule, a.Reason, a.Instead = f.Rule, f.Reason, f.Instead
	}
	return a
}

func (c *cli) check() *cobra.Command {
	var asJSON, lines, verbose bool
	var dir, sh string
	cmd := &cobra.Command{
		Use:   "check [flags] COMMAND | PROGRAM ARGS… | -",
		Short: "say what would happen to a command, without running it",
		Long: `check judges a command as the guarded shell would, and runs and logs nothing.
One argument is shell text; several are a program and its arguments; - reads the
text from the standard input. The exit status is 0 for allow, 1 for deny, 3 for
ask, 2 if nothing could be judged.`,
		Example: `  guard check 'cat .env'
  guard check -v 'find . -name "*.log" | xargs rm'
  guard check git push --force`,
		ValidArgsFunction: anything,
		RunE: func(_ *cobra.Command, args []string) error {
			if lines {
				if len(args) > 0 {
					return fmt.Errorf("check --jsonl reads commands from the standard input: no arguments")
				}
				return c.checkLines(os.Stdin, os.Stdout)
			}
			if len(args) == 0 {
				return fmt.Errorf("check: give a command, or - for the standard input")
			}
			j, err := c.checkOne(args, dir, sh)
			if err != nil {
				return err
			}
			return render(j, asJSON, verbose)
		},
	}
	cmd.Flags().SetInterspersed(false)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&lines, "jsonl", false, "judge the JSON lines {\"id\",\"command\",\"cwd\"} of the standard input")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "print every action that guard believes the command takes")
	cmd.Flags().StringVar(&dir, "cwd", "", "directory in which the command would run")
	completeFlag(cmd, "cwd", directories)
	cmd.Flags().StringVar(&sh, "shell", "bash", "shell whose grammar the text has: bash, sh, dash, zsh, ksh, mksh")
	completeFlag(cmd, "shell", oneOf("bash", "sh", "dash", "zsh", "ksh", "mksh"))
	return cmd
}

// checkOne judges the command of the arguments.
func (c *cli) checkOne(args []string, dir, sh string) (shim.Judgement, error) {
	dir, err := directory(dir)
	if err != nil {
		return shim.Judgement{}, err
	}
	l, w, err := c.load(dir, os.Environ())
	if err != nil {
		return shim.Judgement{}, err
	}
	for _, warn := range l.Warnings {
		fmt.Fprintln(os.Stderr, "guard: warning:", warn)
	}
	if len(args) > 1 && strings.ContainsAny(args[0], " \t\n") {
		return shim.Judgement{}, fmt.Errorf("check: %q is one of several words: shell text is one argument, and options come before it", args[0])
	}
	if len(args) > 1 {
		return l.JudgeArgv(w, args), nil
	}
	text := args[0]
	if text == "-" {
		data, err := io.ReadAll(io.LimitReader(os.Stdin, 4<<20))
		if err != nil {
			return shim.Judgement{}, fmt.Errorf("read standard input: %w", err)
		}
		text = string(data)
	}
	shell, ok := shellNamed(sh)
	if !ok {
		return shim.Judgement{}, fmt.Errorf("check --shell %q: want bash, sh, dash, zsh, ksh or mksh", sh)
	}
	return l.Judge(w, analysis.Source{Text: text, Shell: shell}, true), nil
}

func shellNamed(name string) (dialect.Shell, bool) {
	for _, s := range []dialect.Shell{dialect.Bash, dialect.Sh, dialect.Dash, dialect.Zsh, dialect.Ksh, dialect.Mksh} {
		if s.String() == name {
			return s, true
		}
	}
	return 0, false
}

// directory makes --cwd absolute and sees that it is one.
func directory(dir string) (string, error) {
	if dir == "" {
		return "", nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if fi, err := os.Stat(abs); err != nil || !fi.IsDir() {
		return "", fmt.Errorf("check --cwd %s: not a directory", dir)
	}
	return abs, nil
}

// render prints a judgement; its error carries the exit status.
func render(j shim.Judgement, asJSON, verbose bool) error {
	switch {
	case asJSON:
		enc := json.NewEncoder(os.Stdout)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(newAnswer(j)); err != nil {
			return err
		}
	case j.Verdict.Decision == rules.Allow:
		fmt.Println("guard: allow")
	default:
		report.Refusal(os.Stderr, report.Options{Color: report.UseColor(os.Stderr)}, j.Text, j.Verdict)
	}
	if verbose {
		report.Trace(os.Stdout, j.Text, j.Actions, j.Verdict)
	}
	switch j.Verdict.Decision {
	case rules.Deny:
		return statusError(1)
	case rules.Ask:
		return statusError(3)
	case rules.Allow:
	}
	return nil
}

// question is a line of check --jsonl.
type question struct {
	ID      json.RawMessage `json:"id"`
	Command *string         `json:"command"`
	Cwd     string          `json:"cwd"`
}

// checkLines answers every line, in order.
func (c *cli) checkLines(r io.Reader, w io.Writer) error {
	debug.SetGCPercent(400) // much is made and dropped for each line, little is kept
	in := bufio.NewReaderSize(r, 64<<10)
	out := bufio.NewWriter(w)
	defer out.Flush()
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	loaded := map[string]*dirPolicy{}
	env := os.Environ()
	failed := false
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			a, ok := c.answerLine(line, env, loaded)
			failed = failed || !ok
			if e := enc.Encode(a); e != nil {
				return e
			}
			if in.Buffered() == 0 {
				if e := out.Flush(); e != nil {
					return e
				}
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read standard input: %w", err)
		}
	}
	if failed {
		out.Flush()
		return statusError(2)
	}
	return nil
}

type dirPolicy struct {
	l *shim.Loaded
	w *analysis.Host
}

func (c *cli) answerLine(line []byte, env []string, loaded map[string]*dirPolicy) (answer, bool) {
	invalid := func(id json.RawMessage, why string) (answer, bool) {
		return answer{ID: id, Verdict: "deny", Rule: "input.invalid", Reason: why, Findings: []rules.Finding{}, Actions: []rules.Action{}}, false
	}
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		return invalid(nil, "the line is no JSON object of the form {\"id\":…,\"command\":\"…\",\"cwd\":\"…\"}: "+err.Error())
	}
	if q.Command == nil {
		return invalid(q.ID, "command is missing")
	}
	dir, err := directory(q.Cwd)
	if err != nil {
		return invalid(q.ID, strings.TrimPrefix(err.Error(), "check "))
	}
	p := loaded[dir]
	if p == nil {
		l, w, err := c.load(dir, env)
		if err != nil {
			return invalid(q.ID, err.Error())
		}
		p = &dirPolicy{l, w}
		loaded[dir] = p
	}
	a := newAnswer(p.l.Judge(p.w, analysis.Source{Text: *q.Command, Shell: dialect.Bash}, true))
	a.ID = q.ID
	return a, true
}
