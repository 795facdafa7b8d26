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
	c.root.SetVersionTemplate("guard {{.Version}}\n")
	c.root.CompletionOptions.HiddenDefaultCmd = false
	c.root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	c.root.AddCommand(c.check(), c.explain(), c.why(), c.rules(), c.programs(), c.test(), c.log(), c.hook(), c.install(), c.uninstall(), c.run(), c.doctor(), c.initialize(), c.policy())
	return c
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
