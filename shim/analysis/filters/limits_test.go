package filters

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// FuzzRun: no command hangs, exceeds its limits, panics, or answers twice in two ways.
func FuzzRun(f *testing.F) {
	for _, rows := range [][]row{textRows(), lineRows(), codecRows(), wordRows(), grepRows(), sedRows(), awkRows(), unknownRows()} {
		for i, r := range rows {
			if i%4 == 0 {
				f.Add(strings.Join(r[1:], "\x00"), []byte(r[0]))
			}
		}
	}
	f.Fuzz(func(t *testing.T, command string, stdin []byte) {
		argv := strings.Split(command, "\x00")
		env := sampleEnv()
		env.Limits = Limits{Bytes: 4096, Steps: 200000}
		start := time.Now()
		out, status, ok := Run(argv, stdin, env)
		if d := time.Since(start); d > 5*time.Second {
			t.Fatalf("%q took %v", argv, d)
		}
		if !ok && (out != nil || status != 0) {
			t.Fatalf("%q: output %q without an answer", argv, out)
		}
		if len(out) > 4096 {
			t.Fatalf("%q: %d bytes", argv, len(out))
		}
		again, _, okAgain := Run(argv, stdin, env)
		if ok != okAgain || !bytes.Equal(out, again) {
			t.Fatalf("%q: %q, then %q", argv, out, again)
		}
		if ok && !Supported(argv[0]) {
			t.Fatalf("%q has an answer and is not supported", argv[0])
		}
	})
}

// TestBounded runs what would take for ever, or all memory, and wants a quick refusal.
func TestBounded(t *testing.T) {
	long := strings.Repeat("a", 200<<10)
	rows := []row{
		{"", "seq", "1", "999999999999"},
		{"", "printf", "%999999d", "1"},
		{"", "printf", "%999999d%s", "1", long},
		{long, "sed", ":a;s/a/aa/g;ta"},
		{"x\n", "sed", ":a;H;G;x;ba"},
		{"x\n", "sed", ":a;s/x/xx/;ta"},
		{"", "awk", "BEGIN{for(;;)a[i++]=i}"},
		{"", "awk", "BEGIN{s=\"x\";for(;;){s=s s;a[i++]=s}}"},
		{"", "awk", "BEGIN{for(;;)print}"},
		{"", "awk", "BEGIN{while(1)x=sprintf(\"%100000d\",1)}"},
		{"", "awk", "BEGIN{" + strings.Repeat("(", 5000) + "}"},
		{"", "awk", "BEGIN{x=" + strings.Repeat("-", 5000) + "1}"},
		{long, "grep", "-oE", "a|a*b"},
		{long, "grep", "-E", "(a{1,200}){1,200}b"},
		{long, "sed", "s/a\\|a*b/x/g"},
		{strings.Repeat("[", 5000), "jq", "."},
		append(row{"", "expr"}, strings.Split(strings.Repeat("(", 200), "")...),
		{"", "factor", "999999999999999989", "999999999999999989"},
		{strings.Repeat("a b\n", 50000), "sort", "-k2", "-k1n"},
		{long, "base64", "-w1"},
		{strings.Repeat("x", 300<<10), "cat"},
		{strings.Repeat("\t", 250<<10), "expand", "-t1000"},
	}
	for _, r := range rows {
		start := time.Now()
		_, _, ok := Run(r[1:], []byte(r[0]), Env{})
		if d := time.Since(start); d > 8*time.Second {
			t.Errorf("%.60q took %v", r[1:], d)
		}
		if ok && r[1] != "sort" {
			t.Errorf("%.60q has an answer", r[1:])
		}
	}
}

// TestLimits: the limits of the environment hold at their edge.
func TestLimits(t *testing.T) {
	env := Env{Limits: Limits{Bytes: 8}}
	if out, _, ok := Run([]string{"cat"}, []byte("12345678"), env); !ok || string(out) != "12345678" {
		t.Errorf("8 bytes: got %q, %v", out, ok)
	}
	if _, _, ok := Run([]string{"cat"}, []byte("123456789"), env); ok {
		t.Error("9 bytes have an answer")
	}
	if _, _, ok := Run([]string{"base64"}, []byte("1234567"), env); ok {
		t.Error("13 bytes of output have an answer")
	}
	if _, _, ok := Run(nil, nil, env); ok {
		t.Error("no command has an answer")
	}
	if _, _, ok := Run([]string{"echo", "a\x00b"}, nil, Env{}); ok {
		t.Error("a NUL in an argument has an answer")
	}
}

// TestPipelines runs whole pipelines, as they hide what a command is about.
func TestPipelines(t *testing.T) {
	rows := []struct {
		stages [][]string
		want   string
	}{
		{[][]string{{"echo", ".rai"}, {"tr", "a-z", "n-za-m"}}, ".env\n"},
		{[][]string{{"printf", "%s", "LmVudgo="}, {"base64", "-d"}}, ".env\n"},
		{[][]string{{"printf", `%s\n`, "vne."}, {"rev"}}, ".env\n"},
		{[][]string{{"echo", "2e656e76"}, {"xxd", "-r", "-p"}, {"sed", "s/e/E/"}}, ".Env"},
		{[][]string{{"echo", "x .env y"}, {"awk", "{print $2}"}}, ".env\n"},
		{[][]string{{"printf", `\056%s`, "env"}, {"cut", "-c1-4"}, {"head", "-n1"}}, ".env\n"},
	}
	for _, r := range rows {
		var data []byte
		for _, argv := range r.stages {
			out, status, ok := Run(argv, data, sampleEnv())
			if !ok || status != 0 {
				t.Errorf("%q < %q: no answer", argv, data)
			}
			data = out
		}
		if string(data) != r.want {
			t.Errorf("%q: got %q, want %q", r.stages, data, r.want)
		}
	}
}

// TestUudecode needs no oracle: the texts are the standard's own form.
func TestUudecode(t *testing.T) {
	for _, in := range []string{"begin 644 /dev/stdout\n$+F5N=@``\n`\nend\n", "begin-base64 644 /dev/stdout\nLmVudg==\n====\n"} {
		if out, _, ok := Run([]string{"uudecode"}, []byte(in), Env{}); !ok || string(out) != ".env" {
			t.Errorf("%q: got %q, %v", in, out, ok)
		}
	}
	if _, _, ok := Run([]string{"uudecode"}, []byte("begin 644 file\n`\nend\n"), Env{}); ok {
		t.Error("a file is written and there is an answer")
	}
}

// TestNow: date tells the time that it is given, in universal time only.
func TestNow(t *testing.T) {
	env := Env{Now: time.Unix(86400, 0)}
	if out, _, ok := Run([]string{"date", "-u", "+%F"}, nil, env); !ok || string(out) != "1970-01-02\n" {
		t.Errorf("got %q, %v", out, ok)
	}
	if _, _, ok := Run([]string{"date", "+%F"}, nil, env); ok {
		t.Error("local time has an answer")
	}
}
