package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"guard/internal/early"
	"guard/rules"
	"guard/shim/audit"
	"guard/shim/report"
)

func (c *cli) log() *cobra.Command {
	var asJSON, refused bool
	var last int
	cmd := &cobra.Command{
		Use:   "log",
		Short: "read the decision log",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			l, _, err := c.load("", os.Environ())
			if err != nil {
				return err
			}
			return printLog(l.Log, last, refused, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the records as they are written")
	cmd.Flags().BoolVar(&refused, "refused", false, "only what was refused, or would have been")
	cmd.Flags().IntVarP(&last, "last", "n", 50, "how many records; 0 for all")
	cmd.AddCommand(&cobra.Command{
		Use:   "verify",
		Short: "check that no record was changed, removed or added",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			l, _, err := c.load("", os.Environ())
			if err != nil {
				return err
			}
			r, err := audit.Verify(l.Log)
			if err != nil {
				return err
			}
			if !r.OK() {
				fmt.Fprintf(os.Stderr, "guard: log: %v\n", r.Problem)
				return statusError(1)
			}
			fmt.Printf("%s in %s, unbroken; last hash %s\n", count(r.Records, "record"), count(len(r.Files), "file"), r.Hash)
			return nil
		},
	})
	return cmd
}

// count says how many there are of something.
func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// printLog prints the last records of a log.
func printLog(path string, last int, refused, asJSON bool) error {
	var lines []string
	err := audit.Read(path, func(line int, r audit.Record, raw []byte) error {
		if r.Err != nil {
			lines = append(lines, fmt.Sprintf("%s:%d: %v", r.File, line, r.Err))
			return nil
		}
		if refused && r.Verdict == "allow" && r.Would == "" {
			return nil
		}
		text := strings.TrimRight(string(raw), "\n")
		if !asJSON {
			text = logLine(&r)
		}
		lines = append(lines, text)
		if last > 0 && len(lines) > 2*last {
			lines = append(lines[:0], lines[len(lines)-last:]...)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the log %s does not exist yet: nothing was run through guard", path)
	}
	if err != nil {
		return err
	}
	if last > 0 && len(lines) > last {
		lines = lines[len(lines)-last:]
	}
	for _, l := range lines {
		fmt.Println(l)
	}
	return nil
}

// localTime is a time for people, in the zone of the machine.
func localTime(t time.Time) string { return t.In(zone()).Format(time.DateTime) }

// zone is the local time zone, also where the start has done without it.
var zone = sync.OnceValue(func() *time.Location {
	if early.Restore() {
		if data, err := os.ReadFile("/etc/localtime"); err == nil {
			if l, err := time.LoadLocationFromTZData("Local", data); err == nil {
				return l
			}
		}
	}
	return time.Local
})

// logLine is a record for people.
func logLine(r *audit.Record) string {
	if r.Kind != audit.Decision {
		return fmt.Sprintf("%6d %s %-5s %s %s", r.Seq, localTime(r.Time), "-", r.Kind, report.Escape(r.Note))
	}
	verdict := r.Verdict
	if r.Would != "" {
		verdict += " (would " + r.Would + ")"
	}
	rule := ""
	if f := findings(r); len(f) > 0 {
		rule = " [" + f[0].Rule + "]"
	}
	cmd := report.Escape(strings.ReplaceAll(r.Command, "\n", "; "))
	if len(cmd) > 120 {
		cmd = cmd[:117] + "…"
	}
	return fmt.Sprintf("%6d %s %-5s %s%s", r.Seq, localTime(r.Time), verdict, cmd, rule)
}

func findings(r *audit.Record) []rules.Finding {
	var f []rules.Finding
	if json.Unmarshal(r.Findings, &f) != nil {
		return nil
	}
	return f
}

func (c *cli) why() *cobra.Command {
	return &cobra.Command{
		Use:   "why",
		Short: "explain the last refusal",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			l, _, err := c.load("", os.Environ())
			if err != nil {
				return err
			}
			r, ok, err := audit.Last(l.Log, func(r audit.Record) bool {
				return r.Kind == audit.Decision && (r.Verdict != "allow" || r.Would != "")
			})
			if errors.Is(err, fs.ErrNotExist) || err == nil && !ok {
				fmt.Println("nothing was refused")
				return nil
			}
			if err != nil {
				return err
			}
			fmt.Printf("%s in %s\n", localTime(r.Time), r.Cwd)
			fs := findings(&r)
			report.Refusal(os.Stdout, report.Options{Color: report.UseColor(os.Stdout)}, r.Command, rules.Verdict{Findings: fs})
			for _, f := range fs {
				fmt.Println()
				if err := explainRule(os.Stdout, l, f.Rule); err != nil {
					return err
				}
				break
			}
			return nil
		},
	}
}
