package audit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func benchRecord() *Record {
	return &Record{
		Kind: Decision, User: "ana", UID: 1000, Host: "laptop", Agent: "claude", Cwd: "/home/ana/work/app",
		Remote: "https://github.com/o/r", Commit: hex40, Branch: "main",
		Command: `git status --short && curl -sS -H "Authorization: Bearer abcdef" https://example.com/api?limit=10 | jq -r .name`,
		Actions: json.RawMessage(`[{"op":"exec","argv":["git","status","--short"]},{"op":"exec","argv":["curl","-sS","-H","Authorization: Bearer abcdef","https://example.com/api?limit=10"]},{"op":"exec","argv":["jq","-r",".name"]}]`),
		Verdict: "allow", Mode: "enforce", Layer: "text", Layers: []Layer{{"managed", "7", hex64}, {"builtin", "1", hex64}},
	}
}

// BenchmarkAppend is what each guard -c pays: open, append, close.
func BenchmarkAppend(b *testing.B) {
	path := filepath.Join(b.TempDir(), "audit.jsonl")
	for b.Loop() {
		l, err := Open(path, Options{})
		if err == nil {
			err = l.Append(benchRecord())
		}
		if err != nil {
			b.Fatal(err)
		}
		l.Close()
	}
}

func BenchmarkAppendOpen(b *testing.B) {
	l := mustOpen(b, filepath.Join(b.TempDir(), "audit.jsonl"), Options{})
	for b.Loop() {
		if err := l.Append(benchRecord()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBareWrite is the least that a log can cost.
func BenchmarkBareWrite(b *testing.B) {
	path := filepath.Join(b.TempDir(), "bare")
	line := make([]byte, 1200)
	for b.Loop() {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := f.Write(line); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}
