package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"guard/rules"
	"guard/rules/packs"
	"guard/rules/programs"
	"guard/shim"
)

func (c *cli) explain() *cobra.Command {
	var program string
	cmd := &cobra.Command{
		Use:   "explain RULE | --program NAME",
		Short: "print the page of a rule, or what guard knows of a program",
		Example: `  guard explain git.reset-hard
  guard explain --program tar`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: first(c.ruleIDs),
		RunE: func(_ *cobra.Command, args []string) error {
			l, _, err := c.load("", os.Environ())
			if err != nil {
				return err
			}
			if program != "" {
				s := l.Policy.Table().Lookup(program)
				if s == nil {
					return fmt.Errorf("explain: guard has no table for %q: every operand and option value of it that names a protected or existing file counts as read", program)
				}
				explainProgram(os.Stdout, s, "")
				return nil
			}
			if len(args) == 0 {
				return fmt.Errorf("explain: name a rule (guard rules lists them), or --program NAME")
			}
			return explainRule(os.Stdout, l, args[0])
		},
	}
	cmd.Flags().StringVar(&program, "program", "", "explain a program's table instead of a rule")
	completeFlag(cmd, "program", first(c.programNames))
	return cmd
}

// explainRule prints everything that is known of a rule.
func explainRule(w io.Writer, l *shim.Loaded, id string) error {
	found := false
	for _, layer := range l.Policy.Layers() {
		for i := range layer.Rules {
			r := &layer.Rules[i]
			if r.ID != id {
				continue
			}
			found = true
			printRule(w, layer, r)
		}
	}
	if found {
		return nil
	}
	for _, p := range packs.All() {
		rs := p.Rules()
		for i := range rs {
			if rs[i].ID == id {
				fmt.Fprintf(w, "%s is in pack %s, which is not in force here.\n", id, p.Name)
				return nil
			}
		}
	}
	return fmt.Errorf("explain: no rule is called %q: guard rules lists them", id)
}

func printRule(w io.Writer, layer *rules.Layer, r *rules.Rule) {
	fmt.Fprintf(w, "%s: %s\n  %s\n\n", r.ID, r.Decision, r.Reason)
	line := func(key, text string) {
		if text != "" {
			fmt.Fprintf(w, "  %-9s %s\n", key, text)
		}
	}
	line("instead", r.Instead)
	line("advice", r.Advice)
	for _, m := range []struct {
		key  string
		list []string
	}{
		{"command", r.Command}, {"access", r.Access}, {"path", r.Path}, {"request", r.Request}, {"graphql", r.GraphQL},
		{"statement", r.Statement}, {"connect", r.Connect}, {"call", r.Call},
	} {
		for _, p := range m.list {
			line(m.key, p)
		}
	}
	conditions(w, "when", &r.When)
	conditions(w, "unless", &r.Unless)
	if r.Floor {
		line("floor", "refused in observe mode too; only managed policy lifts it")
	}
	if r.Mode == rules.Observe {
		line("mode", "observe: recorded, not refused")
	}
	line("layer", fmt.Sprintf("%s (%s)", layer.Name, layer.Authority))
	line("refs", strings.Join(r.Refs, ", "))
}

func conditions(w io.Writer, name string, c *rules.Conditions) {
	for _, m := range []struct {
		key  string
		list []string
	}{
		{"path", c.Path}, {"command", c.Command}, {"program", c.Program}, {"via", c.Via}, {"target", c.Target}, {"cwd", c.Cwd},
		{"branch", c.Branch}, {"agent", c.Agent}, {"user", c.User}, {"host", c.Host},
	} {
		for _, p := range m.list {
			fmt.Fprintf(w, "  %-9s %s = %s\n", name, m.key, p)
		}
	}
	for _, m := range []struct {
		key string
		val rules.Tri
	}{{"exists", c.Exists}, {"tracked", c.Tracked}, {"loses", c.Loses}, {"recursive", c.Recursive}} {
		if m.val != rules.Unknown {
			fmt.Fprintf(w, "  %-9s %s = %t\n", name, m.key, m.val == rules.True)
		}
	}
	if c.Created != "" {
		fmt.Fprintf(w, "  %-9s created = %s\n", name, c.Created)
	}
}

// explainProgram prints a table entry in the words of docs/programs.md.
func explainProgram(w io.Writer, s *programs.Spec, indent string) {
	fmt.Fprintf(w, "%s%s\n", indent, strings.Join(s.Names, ", "))
	in := indent + "  "
	if s.Note != "" {
		fmt.Fprintf(w, "%s%s\n", in, s.Note)
	}
	slots := func(list []programs.Slot) string {
		var words []string
		for _, a := range list {
			t := string(a.Effect)
			if a.Repeat {
				t += "..."
			}
			words = append(words, t)
		}
		return strings.Join(words, " ")
	}
	if len(s.Args) > 0 {
		fmt.Fprintf(w, "%soperands: %s\n", in, slots(s.Args))
	}
	if s.Stdin != "" {
		fmt.Fprintf(w, "%sstandard input: %s\n", in, s.Stdin)
	}
	for _, o := range s.Options {
		if o.Effect != "value" || o.Arg == programs.Value {
			fmt.Fprintf(w, "%s%s: %s\n", in, strings.Join(o.Names, ", "), o.Effect)
		}
	}
	for _, im := range s.Implies {
		fmt.Fprintf(w, "%swith %s: %s\n", in, strings.Join(im.Names, ", "), slots(im.Args))
	}
	if len(s.Harmless) > 0 {
		fmt.Fprintf(w, "%sharmless with: %s\n", in, strings.Join(s.Harmless, " "))
	}
	for i := range s.Subs {
		explainProgram(w, &s.Subs[i], in)
	}
}

func (c *cli) rules() *cobra.Command {
	return &cobra.Command{
		Use:               "rules [GLOB]",
		Short:             "list the rules in force",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: first(c.ruleIDs),
		RunE: func(_ *cobra.Command, args []string) error {
			l, _, err := c.load("", os.Environ())
			if err != nil {
				return err
			}
			for _, layer := range l.Policy.Layers() {
				for i := range layer.Rules {
					r := &layer.Rules[i]
					if len(args) > 0 && !rules.MatchID(args[0], r.ID) {
						continue
					}
					fmt.Printf("%-5s %-36s %-8s %s\n", r.Decision, r.ID, layer.Authority, r.Reason)
				}
			}
			return nil
		},
	}
}

func (c *cli) programs() *cobra.Command {
	return &cobra.Command{
		Use:   "programs",
		Short: "list the programs whose arguments guard understands",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			l, _, err := c.load("", os.Environ())
			if err != nil {
				return err
			}
			l.Policy.Table().All(func(s *programs.Spec) { fmt.Println(strings.Join(s.Names, " ")) })
			return nil
		},
	}
}
