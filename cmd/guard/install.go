package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"guard/shim/hook"
	"guard/shim/install"
)

// placement is what install and uninstall share.
type placement struct {
	settings, shims string
	dry             bool
}

func (p *placement) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.settings, "settings", "", "the agent's settings file (default ~/.claude/settings.json)")
	cmd.Flags().StringVar(&p.shims, "shims", "", "directory of the shims (default: beside the guard binary, ../lib/guard/bin)")
	cmd.Flags().BoolVar(&p.dry, "dry-run", false, "show the change and write nothing")
	completeFlag(cmd, "settings", anything)
	completeFlag(cmd, "shims", directories)
}

// claude finds the files of an installation.
func (c *cli) claude(p *placement, agent string) (install.Claude, error) {
	if agent != "claude" {
		return install.Claude{}, fmt.Errorf("install %s: guard knows how to install itself for claude", agent)
	}
	exe, err := os.Executable()
	if err != nil {
		return install.Claude{}, fmt.Errorf("find guard: %w", err)
	}
	if r, err := filepath.EvalSymlinks(exe); err == nil {
		exe = r
	}
	out := install.Claude{Settings: p.settings, Guard: exe}
	if out.Settings == "" {
		if c.loc.Home == "" {
			return install.Claude{}, fmt.Errorf("find settings: this user has no home: give --settings FILE")
		}
		out.Settings = filepath.Join(c.loc.Home, ".claude/settings.json")
	}
	dirs := []string{p.shims}
	if p.shims == "" {
		dirs = []string{filepath.Join(filepath.Dir(exe), "../lib/guard/bin"), "/usr/local/lib/guard/bin", filepath.Join(c.loc.Home, ".local/lib/guard/bin")}
	}
	for _, d := range dirs {
		sh := filepath.Join(d, "bash")
		a, err1 := os.Stat(sh)
		b, err2 := os.Stat(exe)
		if err1 == nil && err2 == nil && os.SameFile(a, b) {
			out.Shell, err = filepath.Abs(sh)
			return out, err
		}
	}
	return out, fmt.Errorf("find the shim called bash: it is in none of %v: run install.sh first, or give --shims DIR", dirs)
}

func (c *cli) install() *cobra.Command {
	var p placement
	cmd := &cobra.Command{
		Use:   "install AGENT",
		Short: "make guard the shell and the hook of an agent",
		Long: `install changes an agent's settings: guard's bash becomes its shell, and guard judges
its other tools by a hook. The change is shown, what others have put there stays, and
a copy of the old settings is kept beside them.

Agents: ` + strings.Join(hook.Agents(), ", "),
		Example: `  guard install claude --dry-run
  guard install claude`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: oneOf(hook.Agents()...),
		RunE: func(_ *cobra.Command, args []string) error {
			cl, err := c.claude(&p, args[0])
			if err != nil {
				return err
			}
			ch, err := cl.Install()
			if err != nil {
				return err
			}
			return carryOut(ch, p.dry)
		},
	}
	p.flags(cmd)
	return cmd
}

func (c *cli) uninstall() *cobra.Command {
	var p placement
	cmd := &cobra.Command{
		Use:   "uninstall AGENT",
		Short: "take guard out of an agent's settings",
		Long: `uninstall takes what install wrote out of an agent's settings again, and leaves the
rest as it is.

Agents: ` + strings.Join(hook.Agents(), ", "),
		Example:           "  guard uninstall claude",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: oneOf(hook.Agents()...),
		RunE: func(_ *cobra.Command, args []string) error {
			cl, err := c.claude(&p, args[0])
			if err != nil && cl.Settings == "" {
				return err
			}
			ch, err := cl.Uninstall()
			if err != nil {
				return err
			}
			return carryOut(ch, p.dry)
		},
	}
	p.flags(cmd)
	return cmd
}

func carryOut(ch install.Change, dry bool) error {
	os.Stdout.Write(ch.Diff())
	if dry {
		return nil
	}
	return ch.Apply(os.Stdout, time.Now())
}
