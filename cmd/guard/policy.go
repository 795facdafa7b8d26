package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"guard/rules"
	"guard/rules/schema"
	"guard/rules/tomlfmt"
)

func (c *cli) policy() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "show the policy that is in force, format policy files, print their schema",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.policyShow(), c.policyFormat(), c.policySchema())
	return cmd
}

// shownLayer is a layer of the policy as show prints it.
type shownLayer struct {
	Name      string      `json:"name"`
	Authority string      `json:"authority"`
	Version   int         `json:"version,omitempty"`
	Digest    string      `json:"digest"`
	Mode      string      `json:"mode,omitempty"`
	Rules     []shownRule `json:"rules,omitempty"`
	Lifts     []string    `json:"lifts,omitempty"`
	Locks     []string    `json:"locks,omitempty"`
	Runtime   []string    `json:"runtime,omitempty"`
}

// shownRule is a rule as show prints it.
type shownRule struct {
	ID       string `json:"id"`
	Decision string `json:"decision"`
	Floor    bool   `json:"floor,omitempty"`
	Mode     string `json:"mode,omitempty"`
}

func (c *cli) policyShow() *cobra.Command {
	var effective, asJSON bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "list the layers of the policy that is in force here",
		Long: `show lists the layers that count in the current directory, the highest authority
first, with version, digest and mode, what each lifts or locks, and what it wants of
the run-time layer. With --effective it also lists every rule.`,
		Example: "  guard policy show --effective",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			l, _, err := c.load("", os.Environ())
			if err != nil {
				return err
			}
			for _, w := range l.Warnings {
				fmt.Fprintln(os.Stderr, "guard: warning:", w)
			}
			var layers []shownLayer
			for _, x := range l.Policy.Layers() {
				layers = append(layers, showLayer(x, effective))
			}
			if asJSON {
				e := json.NewEncoder(os.Stdout)
				e.SetIndent("", "  ")
				return e.Encode(layers)
			}
			fmt.Printf("mode: %s\n", l.Policy.Mode())
			for _, x := range layers {
				x.print()
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&effective, "effective", false, "list the rules too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func showLayer(l *rules.Layer, all bool) shownLayer {
	s := shownLayer{Name: l.Name, Authority: l.Authority.String(), Version: l.Version, Digest: l.Digest, Locks: l.Lock}
	if l.Mode != nil {
		s.Mode = l.Mode.String()
	}
	if l.Level != "" {
		s.Runtime = append(s.Runtime, l.Level)
	}
	if l.Require {
		s.Runtime = append(s.Runtime, "require")
	}
	if l.Strict {
		s.Runtime = append(s.Runtime, "strict")
	}
	for _, e := range l.Exceptions {
		s.Lifts = append(s.Lifts, e.Rule)
	}
	if !all {
		return s
	}
	for i := range l.Rules {
		r := &l.Rules[i]
		shown := shownRule{ID: r.ID, Decision: r.Decision.String(), Floor: r.Floor}
		if r.Mode == rules.Observe {
			shown.Mode = r.Mode.String()
		}
		s.Rules = append(s.Rules, shown)
	}
	return s
}

func (s shownLayer) print() {
	fmt.Printf("\n%s (%s)\n", s.Name, s.Authority)
	if s.Version != 0 {
		fmt.Printf("  version %d\n", s.Version)
	}
	fmt.Printf("  digest  %s\n", s.Digest)
	if s.Mode != "" {
		fmt.Printf("  mode    %s\n", s.Mode)
	}
	for _, r := range s.Lifts {
		fmt.Printf("  lifts   %s\n", r)
	}
	for _, r := range s.Locks {
		fmt.Printf("  locks   %s\n", r)
	}
	if len(s.Runtime) > 0 {
		fmt.Printf("  runtime %s\n", strings.Join(s.Runtime, ", "))
	}
	for _, r := range s.Rules {
		note := ""
		if r.Floor {
			note = ", floor"
		}
		if r.Mode != "" {
			note += ", " + r.Mode
		}
		fmt.Printf("  %-5s   %s%s\n", r.Decision, r.ID, note)
	}
}

func (c *cli) policyFormat() *cobra.Command {
	var write bool
	cmd := &cobra.Command{
		Use:   "fmt FILE...",
		Short: "print policy files in their canonical form",
		Long: `fmt prints policy files in one form; comments and order stay. With --write it
changes the files instead, and names those that it changed. A file that is no TOML is
left as it is, and the error names its line.`,
		Example:           "  guard policy fmt --write .guard.toml",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: policyFiles,
		RunE: func(_ *cobra.Command, files []string) error {
			for _, f := range files {
				if err := formatFile(f, write); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "change the files")
	return cmd
}

func (c *cli) policySchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "print the JSON Schema of policy files, for editors",
		Long: `schema prints what an editor needs to complete and check a policy file. The first
line of a starter policy names the file policy.schema.json beside it.`,
		Example: "  guard policy schema >policy.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			text, err := schema.Generate()
			if err == nil {
				_, err = os.Stdout.Write(text)
			}
			return err
		},
	}
}

func formatFile(file string, write bool) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("policy fmt: %w", err)
	}
	out, err := tomlfmt.Format(text)
	if err != nil {
		return fmt.Errorf("policy fmt: %s: %w", file, err)
	}
	if !write {
		_, err = os.Stdout.Write(out)
		return err
	}
	if bytes.Equal(out, text) {
		return nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("policy fmt: %w", err)
	}
	next, err := os.CreateTemp(filepath.Dir(file), ".policy-*")
	if err != nil {
		return fmt.Errorf("policy fmt: %w", err)
	}
	defer os.Remove(next.Name()) // gone already, where all went well
	_, err = next.Write(out)
	if e := next.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(next.Name(), info.Mode().Perm())
	}
	if err == nil {
		err = os.Rename(next.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("policy fmt: write %s: %w", file, err)
	}
	fmt.Println(file)
	return nil
}
