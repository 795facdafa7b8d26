package main

import (
	"path/filepath"
	"slices"
	"testing"
	"time"
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
	judge := virtually(b)
	var ours, bash []time.Duration
	for range b.N {
		for i, text := range texts {
			start := time.Now()
			judge(text)
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
