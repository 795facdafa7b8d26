package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"guard/rules/starter"
	"guard/shim/supervise"
)

func (c *cli) initialize() *cobra.Command {
	var output, level string
	var force bool
	names := starter.Names()
	cmd := &cobra.Command{
		Use:   "init [" + strings.Join(names, "|") + "]",
		Short: "write a starter policy, with comments, to begin from",
		Long: `init writes one of these policies, by default the first:

` + starterTable() + `
It writes ~/.config/guard/policy.toml of the user in the passwd file, or the file of
--output (- is the standard output), and overwrites a file only with --force, which
keeps the old one beside it as FILE.old.

--level states the level of the run-time layer. Where that works, is not what shells
use without being told to, and the policy leaves it open, init asks on a terminal.`,
		Example: `  guard init
  guard init laptop --level full
  guard init ci --output policy.toml`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: oneOf(starterWords()...),
		RunE: func(_ *cobra.Command, args []string) error {
			name := names[0]
			if len(args) > 0 {
				name = args[0]
			} else if output != "-" {
				fmt.Printf("There are four starter policies:\n%sThis is %s.\n\n", starterTable(), name)
			}
			text, err := starter.Text(name)
			if err != nil {
				return fmt.Errorf("init: %w", err)
			}
			if level == "" && output != "-" && isatty.IsTerminal(0) && c.loc.Level == supervise.LevelOff && !starter.StatesLevel(text) && supervise.Probe().Supported {
				level = askLevel(os.Stdin, os.Stdout)
			}
			if level != "" {
				var l supervise.Level
				if err := l.UnmarshalText([]byte(level)); err != nil {
					return fmt.Errorf("init --level: %w", err)
				}
				text = starter.WithLevel(text, level)
			}
			return c.writeStarter(os.Stdout, text, output, force)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to this file")
	completeFlag(cmd, "output", policyFiles)
	cmd.Flags().StringVar(&level, "level", "", "state this level of the run-time layer: off, exec, write or full")
	completeFlag(cmd, "level", oneOf("off", "exec", "write", "full"))
	cmd.Flags().BoolVar(&force, "force", false, "replace a file that is there, and keep it as FILE.old")
	return cmd
}

// askLevel asks a person for the level; no answer states none.
func askLevel(in io.Reader, out io.Writer) string {
	fmt.Fprint(out, "Should guard also judge what programs really do, such as build scripts and python -c?\n"+
		"Below that layer sudo, ping and other setuid programs do not work. [y/N] ")
	answer, _ := bufio.NewReader(in).ReadString('\n')
	if a := strings.ToLower(strings.TrimSpace(answer)); a == "y" || a == "yes" {
		return "full"
	}
	return ""
}

// starterTable lists the starter policies and whom they suit.
func starterTable() string {
	var b strings.Builder
	for _, p := range starter.All() {
		fmt.Fprintf(&b, "  %-12s %s\n", p.Name, p.For)
	}
	return b.String()
}

// writeStarter writes a policy, and says what to do next.
func (c *cli) writeStarter(w io.Writer, text []byte, output string, force bool) error {
	own, managed := c.loc.UserPolicy(), filepath.Join(c.loc.Etc, "policy.toml")
	file := output
	switch {
	case output == "-":
		_, err := w.Write(text)
		return err
	case output == "" && own == "":
		return fmt.Errorf("init: this user has no home in the passwd file: give --output FILE")
	case output == "":
		file = own
	}
	mode, dirMode := os.FileMode(0o644), os.FileMode(0o755) // for others to read, where it is installed for all
	if file == own {
		mode, dirMode = 0o600, 0o700
	}
	inForce := file == own || file == managed
	if inForce {
		if err := os.MkdirAll(filepath.Dir(file), dirMode); err != nil {
			return fmt.Errorf("init: %w", err)
		}
	}
	if err := writePolicy(file, text, mode, force); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s is written. Next:\n  edit it                 the comments say what each part does\n", file)
	fmt.Fprintf(w, "  guard test %s\n                          after each change: run the examples of its rules\n", shellWord(file))
	if inForce {
		fmt.Fprintf(w, "  guard policy show       what is in force now, from which files\n")
		return nil
	}
	if own != "" {
		managed = own + " for you,\n                          or as " + managed
	}
	fmt.Fprintf(w, "  install it              as %s, owned by root, for everybody\n", managed)
	return nil
}

// writePolicy writes a new file, or with force replaces one and keeps the old.
func writePolicy(file string, text []byte, mode os.FileMode, force bool) error {
	if !force {
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("init: %s is there already, and stays as it is: give another --output, or --force to replace it", file)
		}
		if err != nil {
			return fmt.Errorf("init: %w", err)
		}
		_, err = f.Write(text)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("init: %w", err)
		}
		return nil
	}
	fresh := file + ".new"
	if err := os.WriteFile(fresh, text, mode); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	if err := os.Rename(file, file+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("init: %w", err), os.Remove(fresh))
	}
	if err := os.Rename(fresh, file); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	return nil
}

// shellWord quotes a path for the shell where it needs it.
func shellWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
