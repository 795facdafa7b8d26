package dialect

import (
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// filled repeats unit between prefix and suffix up to size bytes.
func filled(size int, prefix, unit, suffix string) string {
	n := (size - len(prefix) - len(suffix)) / len(unit)
	return prefix + strings.Repeat(unit, n) + suffix
}

// hostile are texts that a parser could spend too much on.
func hostile(size int) map[string]string {
	var docs strings.Builder
	for docs.Len() < size/2 {
		docs.WriteString(" <<A")
	}
	m := map[string]string{
		"docs":                   "r1" + docs.String() + "\n" + strings.Repeat("A\n", docs.Len()/4),
		"open docs":              "r1" + docs.String(),
		"docs in a substitution": "$(r1" + docs.String() + "\n" + strings.Repeat("A)\n", docs.Len()/5),
		"long delimiter":         filled(size, "r1 <<", "A", "\nx"),
	}
	for _, unit := range []string{
		"(", "((", "$(", "$((", "`", "\\`", "`\\`", "{ ", "{ r1;", "${", "${x:-", "${x[", "$((a[", "\"$(", "\"${x:-", "<(", ">(", "[[ (", "[[ ! ",
		"if ", "if r1; then ", "elif r1; then ", "while r1; do ", "for i in a; do ", "case x in x) ", "case x in ", "f() ", "function f { ",
		"! ", "time ", "coproc ", "r1 |", "r1 && ", "r1 &", "r1;", "r1\n", "a=(", "a=(b) ", "a[0]=", "let ", "let a=1&", "let a<b\n", "!(a) ", "!(a);", "@(", "@(a|", "+(a ",
		"\\", "\\\n", "'", "\"", "$'", "$", "a", "a ", " ", "\n", "\r", "\r\n", "#", "#\n", "# \\\n", "\"\"#\n", "$(\"\"#\n)\n", "(((1)); ", "$((a) ", "$((1); (2)) ", "((a);(b));",
		"<<A\n", "<<A ", "<<-A\n\t", "cat <<A\nA\n", "$(cat <<A\nA)\n", "cat <<A\n${x}A\nA\n", "<<<a ", ">f ", "2>&1 ", "{a}>b ",
		"1+", "$((1+", "((1?", "1?1:", "-", "~", "**", "{a,b}", "{a,", "*", "é", "\xff", "\x01", "r1 \"`r2 \\\"a\\\"`\"\n", "alias a='b;'\n", "alias a=b\n",
		"[[ a =~ (", "=~ ", "${x/", "${x//a/b}", "${x:1:", "&>f ", ";;", "esac ", "fi ", "done ", "} ", ") ", "]] ", "r1 \\\n", "$\\\n", "x=1 ", "declare a=(", "select x in ", "(a)|", "$[", "=(",
	} {
		m[unit] = filled(size, "", unit, "")
		m["(("+unit] = filled(size, "((", unit, "")
		m["echo "+unit] = filled(size, "echo ", unit, "")
	}
	return m
}

// cpuTime is what the process has used so far: other processes do not count.
func cpuTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestLimitsHold parses large texts of every hostile form: none may take long,
// or much memory, or bring the process down. DIALECT_BYTES asks for a size; the
// bounds are for the largest.
func TestLimitsHold(t *testing.T) {
	size := int(fromEnv("DIALECT_BYTES", 1<<13))
	for name, text := range hostile(size) {
		for _, sh := range []Shell{Bash, Zsh, Sh} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := cpuTime(t)
			ParseText(sh, text, Options{}, Limits{})
			took := cpuTime(t) - start
			runtime.ReadMemStats(&after)
			if took > time.Second || after.TotalAlloc-before.TotalAlloc > 1<<30 {
				t.Errorf("ParseText(%s, %q repeated) took %v and %d MiB", sh, name, took, (after.TotalAlloc-before.TotalAlloc)>>20)
			}
		}
	}
}

// TestLargest parses the forms that cost most at the largest size.
func TestLargest(t *testing.T) {
	texts := hostile(DefaultLimits().Bytes)
	for _, name := range []string{"((", "r1 |", "1+", "let a<b\n", "docs"} {
		start := cpuTime(t)
		ParseText(Bash, texts[name], Options{}, Limits{})
		if took := cpuTime(t) - start; took > 2*time.Second {
			t.Errorf("ParseText(bash, %q repeated) took %v", name, took)
		}
	}
}

// Each limit refuses what is just past it, and takes what is well within.
func TestLimits(t *testing.T) {
	nest := func(n int, open, in, end string) string {
		return strings.Repeat(open, n) + in + strings.Repeat(end, n)
	}
	for _, c := range []struct {
		name, text string
		lim        Limits
		ok         bool
	}{
		{"bytes", "r1 aaaa", Limits{Bytes: 7}, true},
		{"bytes", "r1 aaaaa", Limits{Bytes: 7}, false},
		{"substitutions", "r1 " + nest(100, "$(r1 ", "a", ")"), Limits{}, true},
		{"substitutions", "r1 " + nest(4000, "$(r1 ", "a", ")"), Limits{}, false},
		{"subshells", nest(100, "( ", "r1", " )"), Limits{}, true},
		{"subshells", nest(4000, "( ", "r1", " )"), Limits{}, false},
		{"arithmetic", "r1 $((" + nest(50, "(", "1", ")") + "))", Limits{}, true},
		{"arithmetic", "r1 $((" + nest(9000, "(", "1", ")") + "))", Limits{}, false},
		{"closed in quotes", strings.Repeat("( r1 ')))'; ", 4000) + "r1" + strings.Repeat(")", 4000), Limits{}, false},
		{"pipeline", "r1" + strings.Repeat(" | r1", 500), Limits{}, true},
		{"pipeline", "r1" + strings.Repeat(" | r1", 50000), Limits{}, false},
		{"list", "r1" + strings.Repeat("\nr1 a", 50000), Limits{}, true},
		{"readings", strings.Repeat("let a<b\n", 5), Limits{Work: 30000}, true},
		{"readings", strings.Repeat("let a<b\n", 50), Limits{Work: 30000}, false},
	} {
		p := ParseText(Bash, c.text, Options{}, c.lim)
		if (p.Err == nil) != c.ok {
			t.Errorf("%s: %d bytes: error %v, want ok %v", c.name, len(c.text), p.Err, c.ok)
		}
		if p.Err != nil && (len(p.Files) > 0 || len(p.Opaque) > 0) {
			t.Errorf("%s: an error with files", c.name)
		}
	}
}
