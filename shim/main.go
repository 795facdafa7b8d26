package shim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"guard/internal/early"
	"guard/rules"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/invoke"
	"guard/shim/report"
	"guard/shim/runner"
	"guard/shim/supervise"
)

// The exit statuses of guard as a shell, beside the real shell's own.
const (
	ExitFault   = 125 // guard failed; nothing ran
	ExitRefused = 126 // the policy refuses; nothing ran
	ExitNoShell = 127 // there is no real shell
)

// maxStdin bounds a script on the standard input, in bytes.
const maxStdin = 1 << 20

// ErrCLI says that the call is not one of a shell: the caller goes on as the
// command line tool.
var ErrCLI = errors.New("not a shell call")

// Main is guard called as a shell: it judges what argv asks for, and becomes the
// real shell or returns an exit status. Of a call that is none of a shell's it
// returns ErrCLI. It only returns if nothing was run.
func Main(argv []string, loc Locations) (status int, err error) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(os.Stderr, "guard: error: internal fault: %v\n  = nothing was run\n", p)
			status, err = ExitFault, nil
		}
	}()
	early.Restore()
	if len(argv) > 0 && !maybeShell(argv) {
		return 0, ErrCLI
	}
	debug.SetGCPercent(-1) // a short life; memory is bounded by the limits of analysis
	debug.SetMemoryLimit(512 << 20)
	c := &shell{loc: loc}
	return c.main(argv)
}

// maybeShell spares the CLI the work of a shell's start.
func maybeShell(argv []string) bool {
	inv, err := invoke.Parse(argv, invoke.Options{Exists: exists})
	return err != nil || inv.Kind != invoke.CLI
}

func exists(p string) bool { _, err := os.Lstat(p); return err == nil }

// shell is one call.
type shell struct {
	loc     Locations
	inv     invoke.Invocation
	world   *analysis.Host
	loaded  *Loaded
	sought  string          // name of the shell that was looked for last
	real    string          // its executable
	inside  bool            // a guard that runs already judges what happens
	level   supervise.Level // of the run-time layer that is to be started
	layer   *Supervisor     // which is nil where that is off
	text    string          // what was judged
	pass    []rules.Action  // what was seen in it
	strict  rules.Verdict   // on it, if nothing judges what happens
	environ []string        // of the real shell
}

// fault prints guard's own failure.
func fault(err error, hint string) int {
	fmt.Fprintf(os.Stderr, "guard: error: %v\n", err)
	if hint == "" {
		hint = "nothing was run"
	}
	fmt.Fprintf(os.Stderr, "  = %s\n", hint)
	return ExitFault
}

func (c *shell) main(argv []string) (int, error) {
	world, err := analysis.NewHost("", os.Environ())
	if err != nil {
		return fault(err, ""), nil
	}
	c.world, c.environ = world, os.Environ()
	world.PasswdHome = c.loc.Home
	if c.loaded, err = Load(c.loc, world); err != nil {
		return fault(err, "nothing was run: the policy must be readable and safe"), nil
	}
	if c.inside = supervise.Inside(); !c.inside {
		c.level = c.loaded.RuntimeLevel()
	}
	if len(c.loaded.Shells) > 0 {
		c.loc.Shell.Managed = c.loaded.Shells
	}
	opt := invoke.Options{StdinTTY: isTerminal(0), Exists: exists, Real: c.realName}
	if c.inv, err = invoke.Parse(argv, opt); err != nil {
		var usage *invoke.UsageError
		if errors.As(err, &usage) {
			fmt.Fprintln(os.Stderr, usage.Message)
			return usage.Status, nil
		}
		return fault(err, ""), nil
	}
	if c.real, err = c.find(c.inv.Name); err != nil {
		fmt.Fprintf(os.Stderr, "guard: error: %v\n", err)
		return ExitNoShell, nil
	}
	if c.inv.Kind == invoke.Query || c.inv.Kind == invoke.CLI {
		c.level = supervise.LevelOff // it runs nothing
	}
	if c.inv.Kind == invoke.Interactive && c.level == supervise.LevelExec {
		c.level = supervise.LevelWrite // at which it can ask
	}
	if c.level != supervise.LevelOff {
		c.layer = c.loaded.Supervisor(c.loc, c.world, c.level)
	}
	switch c.inv.Kind {
	case invoke.Query:
		return c.become(nil)
	case invoke.Interactive:
		return c.interactive()
	case invoke.ScriptFile:
		return c.script()
	case invoke.Stdin:
		return c.stdin()
	case invoke.CommandText, invoke.PrefixText:
		return c.judge(c.inv.Text, "", nil)
	case invoke.CLI:
	}
	return 0, ErrCLI
}

// find looks for the real shell called name, once.
func (c *shell) find(name string) (string, error) {
	if c.real != "" && c.sought == name {
		return c.real, nil
	}
	p, err := runner.Find(name, c.loc.Shell)
	c.sought, c.real = name, p
	return p, err
}

// realName is the name of the program behind a shell's name.
func (c *shell) realName(name string) string {
	p, err := c.find(name)
	if err != nil {
		return ""
	}
	return runner.Program(p)
}

// dialect is the grammar of the text.
func (c *shell) dialect() dialect.Shell {
	switch c.inv.Name {
	case "sh":
		return dialect.Sh
	case "dash":
		return dialect.Dash
	case "zsh":
		return dialect.Zsh
	case "ksh":
		return dialect.Ksh
	case "mksh":
		return dialect.Mksh
	}
	return dialect.Bash
}

// source is text in the shell of this call.
func (c *shell) source(text string) analysis.Source {
	src := analysis.Source{Text: text, Shell: c.dialect(), Arg0: c.inv.Arg0, Args: c.inv.Args}
	for _, o := range c.inv.Set {
		if o.On {
			src.Set = append(src.Set, o.Name)
		}
	}
	for _, o := range c.inv.Shopt {
		if o.On {
			src.Shopt = append(src.Shopt, o.Name)
		}
	}
	if c.inv.Interactive {
		src.Set = append(src.Set, "interactive")
		src.Shopt = append(src.Shopt, "expand_aliases")
	}
	return src
}

// judge decides about text and, if it may run, becomes the shell. script is the
// path of a script file; input, if not nil, is the standard input to run from.
func (c *shell) judge(text, script string, input []byte) (int, error) {
	src := c.source(text)
	src.Stdin, src.Script = input != nil, script
	j := c.loaded.Judge(c.world, src, true)
	if j.Err != nil {
		if m := runner.Message(c.real, text, c.inv.Name); m != "" {
			j.Verdict.Findings[0].Advice = "the shell says: " + strings.TrimSpace(m)
		}
	}
	c.text, c.pass, c.strict = j.Text, j.Actions, j.Verdict
	if c.supervised() {
		j.Verdict = Settled(j.Verdict)
	}
	r := c.loaded.Record(c.world, j, "text")
	if script != "" || input != nil {
		sum := sha256.Sum256([]byte(text))
		r.ScriptSHA256 = hex.EncodeToString(sum[:])
	}
	if err := c.loaded.Append(r); err != nil {
		return fault(err, "nothing was run: a decision that cannot be recorded is not carried out"), nil
	}
	if j.Verdict.Applied != rules.Allow {
		report.Refusal(os.Stderr, report.Options{Color: report.UseColor(os.Stderr)}, j.Text, j.Verdict)
		return ExitRefused, nil
	}
	return c.become(input)
}

// supervised reports whether what really happens is judged too.
func (c *shell) supervised() bool { return c.inside || c.level != supervise.LevelOff }

// become replaces this process by the real shell, or runs that as a child under
// the run-time layer.
func (c *shell) become(input []byte) (int, error) {
	if input != nil {
		if err := runner.ReplaceStdin(input); err != nil {
			return fault(err, ""), nil
		}
	}
	if c.level != supervise.LevelOff {
		if status, done := c.supervise(); done {
			return status, nil
		}
	}
	return fault(runner.Exec(c.real, c.inv.Argv, c.environ), ""), nil
}

// script judges a script file whole.
func (c *shell) script() (int, error) {
	path, _ := c.world.Getenv("PATH")
	for _, p := range c.inv.Candidates(path) {
		data, err := readScript(p)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			if errors.Is(err, errNotText) {
				break // the real shell says why it cannot run it
			}
			return fault(err, ""), nil
		}
		if i := bytes.IndexByte(data, 0); i >= 0 {
			break
		}
		abs := p
		if !filepath.IsAbs(abs) {
			abs = filepath.Join(c.world.Dir(), p)
		}
		return c.judge(string(data), abs, nil)
	}
	c.strict = rules.Verdict{Decision: rules.Allow, Applied: rules.Allow} // it runs no script
	return c.become(nil)
}

var errNotText = errors.New("not a text file")

func readScript(p string) ([]byte, error) {
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if fi.IsDir() {
		return nil, errNotText
	}
	return io.ReadAll(io.LimitReader(f, maxStdin+1))
}

// stdin judges a script on the standard input: it is read to its end first.
func (c *shell) stdin() (int, error) {
	data, open, err := readScriptStdin(c.supervised())
	if err != nil {
		return fault(fmt.Errorf("read script from standard input: %w", err), ""), nil
	}
	if open {
		return c.session(data)
	}
	if data == nil {
		data = []byte{}
	}
	return c.judge(string(bytes.ReplaceAll(data, []byte{0}, nil)), "", data)
}
