package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"guard/rules"
	"guard/shim"
	"guard/shim/report"
	"guard/shim/runner"
	"guard/shim/supervise"
)

func (c *cli) run() *cobra.Command {
	var level string
	cmd := &cobra.Command{
		Use:   "run [--level LEVEL] -- PROGRAM ARGS…",
		Short: "run a program, such as an agent, with all that it starts under the run-time layer",
		Long: `run starts a program and judges what it and everything that it starts really do:
the programs that are run and, by level, the files that are changed and read.

The levels are exec, write and full; full is the default, and the flag can only
make the level of the policy stronger. What is refused fails with "Operation not
permitted", and guard says why on the standard error. Without privilege setuid
programs such as sudo do not work inside. guard doctor says what works here.

The exit status is the program's own, 125 if it could not be supervised, 126 if
the policy refuses it.`,
		Example: `  guard run -- claude
  guard run --level write -- make test`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: anything,
		RunE:              func(_ *cobra.Command, args []string) error { return c.supervise(level, args) },
	}
	cmd.Flags().SetInterspersed(false)
	cmd.Flags().StringVar(&level, "level", "", "exec, write or full")
	completeFlag(cmd, "level", oneOf("exec", "write", "full"))
	return cmd
}

// runLevel is the stronger of the policy's level and the one asked for.
func runLevel(stated supervise.Level, flag string) (supervise.Level, error) {
	level := stated
	if level == supervise.LevelOff {
		level = supervise.LevelFull
	}
	if flag == "" {
		return level, nil
	}
	var want supervise.Level
	if err := want.UnmarshalText([]byte(flag)); err != nil || want == supervise.LevelOff {
		return 0, fmt.Errorf("run --level %s: want exec, write or full", flag)
	}
	if want < stated {
		return 0, fmt.Errorf("run --level %s: the policy states %s, which no flag makes weaker", want, stated)
	}
	return want, nil
}

// supervise judges a command line, and runs it.
func (c *cli) supervise(flag string, args []string) error {
	l, w, err := c.load("", os.Environ())
	if err != nil {
		return c.fault(err)
	}
	level, err := runLevel(l.StatedLevel(), flag)
	if err != nil {
		return err
	}
	path, err := exec.LookPath(args[0])
	if err != nil {
		fmt.Fprintf(os.Stderr, "guard: error: %v\n", err)
		return statusError(shim.ExitNoShell)
	}
	if path, err = filepath.Abs(path); err != nil {
		return c.fault(err)
	}
	j := l.JudgeArgv(w, args)
	j.Verdict = shim.Settled(j.Verdict)
	if err := l.Append(l.Record(w, j, "text")); err != nil {
		return c.fault(err)
	}
	if j.Verdict.Applied != rules.Allow {
		report.Refusal(os.Stderr, report.Options{Color: report.UseColor(os.Stderr)}, j.Text, j.Verdict)
		return statusError(shim.ExitRefused)
	}
	if supervise.Inside() { // an outer guard judges all this already
		return c.fault(runner.Exec(path, args, os.Environ()))
	}
	s, err := l.Supervisor(c.loc, w, level).Run(shim.RunOptions{
		Path: path, Argv: args, Environ: w.Environ(), Text: strings.Join(args, " "), Allowed: j.Actions, Agent: true,
	})
	if err != nil {
		if errors.Is(err, supervise.ErrBusy) {
			err = fmt.Errorf("%w by a program that is not guard", err)
		}
		return c.fault(err)
	}
	return statusError(shim.Finish(s))
}

// fault prints why nothing was run.
func (c *cli) fault(err error) error {
	fmt.Fprintf(os.Stderr, "guard: error: %v\n  = nothing was run; see guard doctor\n", err)
	return statusError(shim.ExitFault)
}
