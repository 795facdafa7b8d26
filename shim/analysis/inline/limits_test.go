package inline

import (
	"strings"
	"testing"
	"time"

	"guard/rules/value"
)

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name string
		lang Lang
		src  string
		lim  Limits
	}{
		{"large", Python, strings.Repeat("a", 101), Limits{Bytes: 100}},
		{"nul", Python, "open('.env\x00')", Limits{}},
		{"brackets", Python, strings.Repeat("(", 5000), Limits{}},
		{"closed brackets", Node, strings.Repeat("(", 5000) + strings.Repeat(")", 5000), Limits{}},
		{"templates", Node, strings.Repeat("`${", 500) + strings.Repeat("}`", 500), Limits{}},
		{"string", Python, "open('.env", Limits{}},
		{"comment", Node, "/* x", Limits{}},
		{"here-document", Perl, "print <<X;\nabc\n", Limits{}},
		{"steps", Python, strings.Repeat("f(a)\n", 100), Limits{Steps: 50}},
		{"effects", Python, "open('a');open('b');open('c')", Limits{Effects: 2}},
		{"eval", Python, `x='x';exec("exec(" + repr(x) + ")")` + strings.Repeat("\nexec('exec(1)')", 3), Limits{Depth: 2}},
		{"doubling", Python, "def f(): g();g()\ndef g(): h();h()\ndef h(): i();i()\ndef i(): j();j()\ndef j(): k();k()\n" +
			"def k(): l();l()\ndef l(): m();m()\ndef m(): n();n()\ndef n(): print(1)\nf()", Limits{Steps: 300}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := Analyze(c.lang, c.src, nil, c.lim); !r.Unknown || r.Reason == "" {
				t.Errorf("Unknown = %v, Reason = %q; want a reason", r.Unknown, r.Reason)
			}
		})
	}
}

func TestGrowthIsBounded(t *testing.T) {
	for _, c := range []struct {
		lang Lang
		src  string
	}{
		{Python, "x='a'*60000\n" + strings.Repeat("x+=x\n", 100) + "open(x)"},
		{Python, "x='a'\n" + strings.Repeat("x='%s%s' % (x,x)\n", 100) + "open(x)"},
		{Python, "x=['a','b']\n" + strings.Repeat("x=x+x\n", 100) + "open(''.join(x))"},
		{Python, "x='a' if y else 'b'\n" + strings.Repeat("x=x+('a' if y else 'b')\n", 100) + "open(x)"},
		{Node, "x='a';" + strings.Repeat("x=x.replaceAll('a',x);", 100) + "fs.readFileSync(x)"},
		{Node, strings.Repeat("for(const a of ['a','b'])", 40) + "f(a)"},
		{Python, strings.Repeat("for a in 'ab': ", 40) + "open(a)"},
		{PHP, "$x='a';" + strings.Repeat("$x.=$x;", 100) + "readfile($x);"},
	} {
		start := time.Now()
		Analyze(c.lang, c.src, nil, Limits{})
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%v program took %v: %.60s", c.lang, d, c.src)
		}
	}
}

// TestTimeIsLinear compares texts of 16 KiB and of 256 KiB made of the same piece.
func TestTimeIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, c := range []struct {
		lang  Lang
		piece string
	}{
		{Python, "x = open('a' + str(1)).read()\n"},
		{Python, "def f(p):\n    return [p, {'a': 1}]\n"},
		{Python, "if x:\n  for a in b:\n    c(f'{a}')\n"},
		{Python, "(a, "}, {Python, "[x for x in "}, {Python, "lambda x: "}, {Python, "if x: "},
		{Node, "const a = `${x}` + (b => c(b))(1);\n"},
		{Node, "{"}, {Node, "f("}, {Node, "a ? b : "}, {Node, "x => "}, {Node, "for(a of b){"}, {Node, "/"}, {Node, "class A { f() {"},
		{Perl, "my $x = \"a $y b\"; print $x if $y;\n"},
		{Perl, "{"}, {Perl, "s/a/"}, {Perl, "print <<A;\n"}, {Perl, "$x->"}, {Perl, "<"}, {Perl, "map { "},
		{Ruby, "x = \"a #{y} b\"\n[1].each { |z| puts z }\n"},
		{Ruby, "if x\n"}, {Ruby, "def f\n"}, {Ruby, "x do "}, {Ruby, "%w["}, {Ruby, "end "},
		{PHP, "$x = \"a $y b\"; f($x);\n"}, {PHP, "<?php "}, {PHP, "{$"},
		{Lua, "local x = 'a' .. f(1)\n"}, {Lua, "function f() "}, {Lua, "[[ "},
		{Awk, "{ print $1 > \"x\" }\n"}, {Awk, "/"},
		{Sed, "s/a/b/;"}, {Sed, "/"}, {Jq, ".a|"}, {Tcl, "[f {a} "}, {Tcl, "set a [b]\n"}, {Lisp, "("}, {Lisp, "(f \"a\") "},
		{Vim, "r x\n"}, {Vim, "g/"}, {Gdb, "p 1\n"}, {Elixir, "fn x -> "}, {Go, "func f() {"}, {Generic, "f('x') "},
	} {
		measure := func(n int) time.Duration {
			src := strings.Repeat(c.piece, n/len(c.piece))
			best := time.Hour
			for range 1 {
				start := time.Now()
				Analyze(c.lang, src, nil, Limits{Effects: 1 << 20})
				best = min(best, time.Since(start))
			}
			return best
		}
		small, large := measure(16<<10), measure(256<<10)
		if large > 80*small && large > time.Second || large > 4*time.Second {
			t.Errorf("%v %q: 16 KiB took %v, 256 KiB %v", c.lang, c.piece, small, large)
		}
	}
}

// quoted writes text as a string of the language without interpolation, if it
// has one.
func quoted(lang Lang, text string) (string, bool) {
	quote := byte('\'')
	switch lang {
	case Node, R, Lua, Awk, Erlang, Lisp, Generic:
		quote = '"'
	case Python, Perl, Ruby, PHP:
	default:
		return "", false
	}
	var b strings.Builder
	b.WriteByte(quote)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == quote || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case (c == '\n' || c == '\r') && lang != Perl && lang != Ruby && lang != PHP:
			b.WriteString(map[byte]string{'\n': `\n`, '\r': `\r`}[c])
		case c == 0:
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte(quote)
	if lang == PHP {
		return strings.ReplaceAll(b.String(), "<?", "<'.'?"), true
	}
	return b.String(), true
}

// printed makes a program that only prints a text.
func printed(lang Lang, text string) string {
	q, ok := quoted(lang, text)
	if !ok {
		return ""
	}
	switch lang {
	case Node:
		return "console.log(" + q + ")"
	case Perl, Ruby:
		return "print " + q + ";"
	case PHP:
		return "echo " + q + ";"
	case Awk:
		return "BEGIN { print " + q + " }"
	case Lisp:
		return "(message " + q + ")"
	case Erlang:
		return "io:format(" + q + ")."
	}
	return "print(" + q + ")"
}

// FuzzPrinted checks that a program which only prints a text does nothing,
// whatever the text, and that the text itself is analysed in bounds.
func FuzzPrinted(f *testing.F) {
	langs := []Lang{Python, Node, Perl, Ruby, PHP, R, Lua}
	for _, s := range []string{"open('.env')", "`rm -rf /`", "system(\"x\")", "${eval(x)}", "#{File.read('a')}", "'+eval(x)+'", "\\'; unlink 'a'",
		"@{[unlink 'a']}", "\n=cut\nunlink 'a'", "<?php unlink('a') ?>", "$(rm x)", "\\\\\\'", "\"\"\"", "<<X\nX", "/* */ // #", "é\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, lang := range langs {
			r := Analyze(lang, printed(lang, text), nil, Limits{})
			if len(r.Effects) > 0 || r.Unknown {
				t.Errorf("%v: %s\n%s", lang, printed(lang, text), show(r))
			}
		}
	})
}

// FuzzAnalyze checks that any text gives effects that lie within it, the same
// ones each time, and that what is known without a limit is not lost with
// arguments.
func FuzzAnalyze(f *testing.F) {
	for _, table := range [][]string{
		{"open('.'+'env')", "for x in [1]: f(x)", "def f(a, *b): pass", "x = {'a': [1, 2][0:1]}", "f'{a!r:>{w}}'"},
		{"const {a: {b}} = c; `${`${d}`}`", "(a, b) => { f(a) }", "class A { get x() { return 1 } }", "a?.b?.[c]?.(d)"},
		{"my ($a, @b) = @_; print {$x} <<A . qw(b)[0];\nA\n", "s{a}{b}e; tr/a/b/; $x->{y}[0]", "@{$x}{qw(a b)}"},
		{"x.each do |a, b| puts \"#{a}\" end", "def f(a:, b: 1) = a", "%w[a b].map(&:chr)", "x ? y : z"},
		{"<?php $a[] = [1 => 'b']; echo \"{$a['b']} $c->d\";", "fn($x) => $x"},
		{"BEGIN { while ((\"x\" | getline l) > 0) a[l]++ }", "s/[/]/x/e;w f", "set a [b {c d}]", "(a \"b\" '(c))", "g/x/r y"},
	} {
		for _, s := range table {
			for lang := Generic; lang <= Gdb; lang++ {
				f.Add(uint8(lang), s)
			}
		}
	}
	f.Fuzz(func(t *testing.T, l uint8, src string) {
		lang := Lang(l % uint8(Gdb+1))
		r := Analyze(lang, src, []value.Text{"a", value.Any}, Limits{})
		for _, e := range r.Effects {
			if e.From < 0 || e.To < e.From || e.To > len(src) {
				t.Fatalf("span %d:%d of %d bytes", e.From, e.To, len(src))
			}
			if strings.Contains(string(e.Arg), home) {
				t.Fatalf("home directory left in %q", e.Arg)
			}
		}
		if again := show(Analyze(lang, src, []value.Text{"a", value.Any}, Limits{})); again != show(r) {
			t.Fatalf("first %s\nthen %s", show(r), again)
		}
	})
}

func BenchmarkAnalyze(b *testing.B) {
	for _, c := range []struct {
		name string
		lang Lang
		src  string
	}{
		{"python", Python, strings.Repeat("import json\nwith open('conf.json') as f:\n    d = json.load(f)\nfor k in d:\n    print('value %s' % d[k])\nx = [1, 2, 3]\n", 14)},
		{"node", Node, strings.Repeat("const fs = require('fs');\nconst d = JSON.parse(fs.readFileSync('a.json', 'utf8'));\nfor (const k of Object.keys(d)) { console.log(`${k}: ${d[k]}`); }\n", 12)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.src)))
			for b.Loop() {
				Analyze(c.lang, c.src, nil, Limits{})
			}
		})
	}
}
