package programcheck

import (
	"fmt"
	"sort"
	"strings"
)

// Row is what was found for one program.
type Row struct {
	Program     string
	Invocations int
	Files       int // files that its command lines named
	Agree       int
	Differences []string
}

// Line is the row of the table in Markdown.
func (r *Row) Line() string {
	return fmt.Sprintf("| %s | %d | %d | %d |", r.Program, r.Invocations, r.Files, r.Agree)
}

// Report writes the page.
func Report(rows []*Row) string {
	sort.Slice(rows, func(i, j int) bool { return rows[i].Program < rows[j].Program })
	var files, agree, lines int
	var table, differ strings.Builder
	for _, r := range rows {
		files, agree, lines = files+r.Files, agree+r.Agree, lines+r.Invocations
		table.WriteString(r.Line() + "\n")
		for _, d := range r.Differences {
			differ.WriteString("- " + d + "\n")
		}
	}
	var b strings.Builder
	b.WriteString(`# Program tables against real programs

Written by ` + "`go test ./internal/programcheck -update`" + `, and checked by the same test. Each program ran under strace in a
directory of its own. For every file that a command line names, the trace says whether it was read, written, deleted or changed in
mode; the table agrees if guard says exactly that, no more and no less.

`)
	fmt.Fprintf(&b, "%d programs, %d command lines, %d files compared, %d agree (%.1f %%).\n\n", len(rows), lines, files, agree, 100*float64(agree)/float64(max(files, 1)))
	b.WriteString("## What does not agree\n\n")
	if differ.Len() == 0 {
		differ.WriteString("Nothing.\n")
	}
	b.WriteString(differ.String())
	b.WriteString("\n## By program\n\n| program | command lines | files | agree |\n|---|---|---|---|\n")
	b.WriteString(table.String())
	return b.String()
}
