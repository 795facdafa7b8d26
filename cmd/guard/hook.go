package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"guard/shim"
	"guard/shim/hook"
)

func (c *cli) hook() *cobra.Command {
	return &cobra.Command{
		Use:   "hook AGENT",
		Short: "answer an agent's tool calls (the agent's settings call this)",
		Long: `hook reads one message of the agent's hook protocol from the standard input. It
prints a refusal in the agent's own form, or nothing, which leaves the decision to
the agent. The exit status is always 0; what goes wrong is a refusal.

Agents: ` + strings.Join(hook.Agents(), ", "),
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: oneOf(hook.Agents()...),
		RunE: func(_ *cobra.Command, args []string) error {
			p, ok := hook.Find(args[0])
			if !ok {
				return fmt.Errorf("hook %s: guard knows the protocols of %s", args[0], strings.Join(hook.Agents(), ", "))
			}
			shim.Hook(p, c.loc, os.Environ(), os.Stdin, os.Stdout)
			return nil
		},
	}
}
