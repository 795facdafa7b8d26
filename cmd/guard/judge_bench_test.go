package main

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"guard/rules"
	"guard/rules/packs"
	"guard/rules/programs"
	"guard/shim"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/virtual"
)

// BenchmarkJudge judges the commands of the benign sessions in one process, in the
// virtual world, and lets bash read the same texts (bash -n) beside it. The metrics
// are the median and the 99th percentile of one command, in microseconds, and the
// median of bash.
func BenchmarkJudge(b *testing.B) {
	files, err := filepath.Glob("testdata/sessions/benign/*.txt")
	if err != nil || len(files) == 0 {
		b.Fatal("no sessions", err)
	}
	var texts []string
	for _, f := range files {
		for _, p := range readSession(b, f).steps {
			if p.verb == "$" {
				texts = append(texts, p.text)
			}
		}
	}
	table := programs.Builtin()
	builtin, err := packs.Layer(table, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	w := virtual.New()
	l := shim.Loaded{Policy: rules.New(w.Context(), table, builtin)}
	var ours, bash []time.Duration
	for range b.N {
		for i, text := range texts {
			start := time.Now()
			l.Judge(w, analysis.Source{Text: text, Shell: dialect.Bash}, true)
			ours = append(ours, time.Since(start))
			if i%20 == 0 {
				start = time.Now()
				if err := realCommand(b, "bash", "-n", "-c", text).Run(); err != nil {
					b.Fatalf("bash -n: %v: %s", err, text)
				}
				bash = append(bash, time.Since(start))
			}
		}
	}
	slices.Sort(ours)
	slices.Sort(bash)
	b.ReportMetric(float64(ours[len(ours)/2].Microseconds()), "median-us")
	b.ReportMetric(float64(ours[len(ours)*99/100].Microseconds()), "p99-us")
	b.ReportMetric(float64(bash[len(bash)/2].Microseconds()), "bash-n-us")
}
