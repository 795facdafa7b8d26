package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"guard/rules"
	"guard/rules/packs"
	"guard/rules/programs"
	"guard/shim"
)

func (c *cli) test() *cobra.Command {
	return &cobra.Command{
		Use:   "test [FILES]",
		Short: "run the examples of the rules in policy files",
		Long: `test judges the hit and miss examples of every rule in a fixed virtual world, and
checks that every alternative passes. Without files it tests the user's policy and
the project's. The exit status is 0 if all hold, 1 if one does not, 2 if the tests
could not run.`,
		Example:           "  guard test .guard.toml",
		ValidArgsFunction: policyFiles,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				for _, p := range []string{c.loc.UserPolicy(), ".guard.toml"} {
					if _, err := os.Stat(p); err == nil && p != "" {
						args = append(args, p)
					}
				}
				if len(args) == 0 {
					return fmt.Errorf("test: there is neither %s nor .guard.toml: name a policy file", c.loc.UserPolicy())
				}
			}
			return testFiles(args)
		},
	}
}

func testFiles(files []string) error {
	table := programs.Builtin()
	builtin, err := packs.Layer(table, nil, nil)
	if err != nil {
		return err
	}
	ran, bad := 0, 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return fmt.Errorf("test: %w", err)
		}
		layer, warn, err := rules.ParseLayer(f, text, rules.User, table)
		if err != nil {
			return err
		}
		if err := packs.Check(f, text, layer); err != nil {
			return err
		}
		for _, w := range append(warn, shim.UnknownRules(layer, layer)...) {
			fmt.Fprintln(os.Stderr, "guard: warning:", w)
		}
		n, failed := shim.TestRules(table, layer, builtin)
		ran += n
		bad += len(failed)
		for _, x := range failed {
			fmt.Printf("%s: %s\n", f, x)
		}
	}
	fmt.Printf("%d passed, %d failed\n", ran-bad, bad)
	if bad > 0 {
		return statusError(1)
	}
	return nil
}
