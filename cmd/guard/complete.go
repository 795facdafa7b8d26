package main

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"guard/rules"
	"guard/rules/packs"
	"guard/rules/programs"
	"guard/rules/starter"
)

// oneOf completes a value, or the first argument of a command, by fixed words.
func oneOf(words ...cobra.Completion) cobra.CompletionFunc {
	return first(func() []cobra.Completion { return words })
}

// first completes a value, or the first argument of a command, by those words of
// list that begin with what is there.
func first(list func() []cobra.Completion) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []cobra.Completion
		for _, w := range list() {
			if strings.HasPrefix(w, begun) {
				out = append(out, w)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// policyFiles completes every argument of a command by files of TOML.
func policyFiles(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"toml"}, cobra.ShellCompDirectiveFilterFileExt
}

// anything leaves an argument to the completion of the shell.
func anything(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// completeFlag sets how the value of an option is completed. It panics if there
// is no such option: that is a fault of the program.
func completeFlag(cmd *cobra.Command, flag string, how cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, how); err != nil {
		panic(err)
	}
}

// directories completes a value by directories.
func directories(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// starterWords are the starter policies, and whom they suit.
func starterWords() []cobra.Completion {
	var out []cobra.Completion
	for _, p := range starter.All() {
		out = append(out, cobra.CompletionWithDesc(p.Name, p.For))
	}
	return out
}

// ruleIDs are the ids of the rules in force and of those in packs, with their
// reasons. A policy that cannot be loaded leaves the packs.
func (c *cli) ruleIDs() []cobra.Completion {
	var out []cobra.Completion
	add := func(list []rules.Rule) {
		for i := range list {
			out = append(out, cobra.CompletionWithDesc(list[i].ID, list[i].Reason))
		}
	}
	if l, _, err := c.load("", os.Environ()); err == nil {
		for _, layer := range l.Policy.Layers() {
			add(layer.Rules)
		}
	}
	for _, p := range packs.All() {
		add(p.Rules())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// programNames are the programs that guard knows.
func (c *cli) programNames() []cobra.Completion {
	table := programs.Builtin()
	if l, _, err := c.load("", os.Environ()); err == nil {
		table = l.Policy.Table()
	}
	var out []cobra.Completion
	table.All(func(s *programs.Spec) { out = append(out, s.Names...) })
	return out
}
