package inline
import ("testing";"time";"strings";"fmt")
func TestLin(t *testing.T) {
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
		for _, n := range []int{8<<10, 64<<10} {
			src := strings.Repeat(c.piece, n/len(c.piece))
			st := time.Now()
			r:=Analyze(c.lang, src, nil, Limits{Effects: 1<<20})
			d := time.Since(st)
			fmt.Printf("%v %q %d %v %d %s\n", c.lang, c.piece, n, d, len(r.Effects), r.Reason)
			if d > time.Second { break }
		}
	}
}
