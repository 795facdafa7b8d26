package main

import (
	"runtime/debug"

	"github.com/spf13/cobra"

	"guard/shim"
	"guard/shim/analysis"
)

// cli is what the subcommands share.
type cli struct {
	root *cobra.Command
	loc  shim.Locations
}

func newCLI(loc shim.Locations) *cli {
	c := &cli{loc: loc}
	c.root = &cobra.Command{
		Use:   "guard",
		Short: "a shell for AI agents that refuses what must not happen",
		Long: `guard stands where an AI agent's shell stands. It reads each command, works out
what it would do, asks the policy, and then becomes the real shell or refuses
with a reason.

Called as bash, sh, zsh, dash, ksh or mksh it is that shell, guarded.`,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	c.root.CompletionOptions.HiddenDefaultCmd = false
	c.root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	c.root.AddCommand(c.check(), c.explain(), c.why(), c.rules(), c.programs(), c.test(), c.log(), c.hook(), c.install(), c.uninstall(), c.run(), c.doctor(), c.initialize(), c.policy())
	c.describe()
	return c
}

// describe has the commands that cobra adds speak as the others do.
func (c *cli) describe() {
	c.root.InitDefaultHelpCmd()
	c.root.InitDefaultCompletionCmd()
	for _, cmd := range c.root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Short = "print the help of a command"
			cmd.Long = "help prints the help of a command, as COMMAND --help does."
		case "completion":
			cmd.Short = "print the completion script of a shell"
			cmd.Long = `completion prints a script that completes guard's commands and options, and the
names of rules and programs. install.sh puts those of bash, zsh and fish in place; the
help of each says how to load it by hand.`
			for _, sub := range cmd.Commands() {
				sub.Short = "print the completion script of " + sub.Name()
			}
		}
	}
}

// version is the module's version and the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v, commit, dirty := info.Main.Version, "", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = ", modified"
			}
		}
	}
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	if commit != "" {
		return v + " (commit " + commit[:min(12, len(commit))] + dirty + ")"
	}
	return v
}

// load reads the policy that is in force in a directory.
func (c *cli) load(dir string, env []string) (*shim.Loaded, *analysis.Host, error) {
	w, err := analysis.NewHost(dir, env)
	if err != nil {
		return nil, nil, err
	}
	l, err := shim.Load(c.loc, w)
	return l, w, err
}
