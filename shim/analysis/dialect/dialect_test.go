package dialect

import (
	"testing"
)

// want says how a text is expected to be read.
type want int

const (
	tree   want = iota // exactly: no error, nothing opaque
	opaque             // in part opaque
	refuse             // not at all
)

func (w want) String() string { return [...]string{"tree", "opaque", "refuse"}[w] }

func kind(p Parse) want {
	switch {
	case p.Err != nil:
		return refuse
	case len(p.Opaque) > 0:
		return opaque
	}
	return tree
}

type row struct {
	text string
	want want
	ran  []string // what the shell must run, so that a row cannot pass by running nothing; nil: not stated
}

func runRows(t *testing.T, rows []row, sh Shell, o Options, argv ...string) {
	var real *oracle
	for _, r := range rows {
		p := ParseText(sh, r.text, o, Limits{})
		if kind(p) != r.want {
			t.Errorf("ParseText(%s, %q) = %s, want %s\n%s", sh, r.text, kind(p), r.want, show(p))
		}
	}
	real = newOracle(t, sh, argv...)
	for _, r := range rows {
		ran := real.run(t, r.text)
		if r.ran != nil && !sameSet(ran, r.ran) {
			t.Errorf("%v -c %q ran %q, want %q", argv, r.text, ran, r.ran)
		}
		p := ParseText(sh, r.text, o, Limits{})
		if m := missing(p, ran); m != "" {
			t.Errorf("%v -c %q ran %q, which no tree shows\n%s", argv, r.text, m, show(p))
		}
	}
}

// sameSet compares without order: processes in the background race.
func sameSet(a, b []string) bool {
	count := map[string]int{}
	for _, s := range a {
		count[s]++
	}
	for _, s := range b {
		count[s]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func ran(s ...string) []string { return s }

// bashRows are texts that bash and the parser take in different ways, and
// neighbours of them that they take alike.
var bashRows = []row{
	// Carriage returns are ordinary characters.
	{"r1 a\r\nr2 b\r\n", tree, ran("r1 a\r", "r2 b\r")},
	{"r1 a\\\r\nr2 b", tree, ran("r1 a\r", "r2 b")},
	{"r1 a\rr2", tree, ran("r1 a\rr2")},
	{"if r1; then\r\nr2; fi", refuse, ran()},
	{"r3 <<X\r\nbody\r\nX\r\nr1 a", tree, ran("r3 ", "r1 a")},
	// Bytes.
	{"r1 \xff; r2 \xe9\xfe", tree, ran("r1 \xff", "r2 \xe9\xfe")},
	{"r1 \u00a0a; r2 \u2003", tree, ran("r1 \u00a0a", "r2 \u2003")},
	{"\ufeffr1 a; r2", tree, ran("r2 ")},
	{"r1 a\vb; r2 c\fd", tree, ran("r1 a\vb", "r2 c\fd")},
	{"r1 \x01\x02; r2 x#\x03", tree, ran("r1 \x01\x02", "r2 x#\x03")},
	{"r1 a\x00; r2", refuse, nil},
	// Comments.
	{"r1 a # c \\\nr2 b", tree, ran("r1 a", "r2 b")},
	{"# \\\n# \\\nr2 b", tree, ran("r2 b")},
	{"r1 $(r3 \"a\"#b; r2\n)", tree, ran("r3 a#b", "r2 ", "r1 ")},
	{"r1 $(r3 $x#b; r2\n)", tree, ran("r3 #b", "r2 ", "r1 ")},
	{"a=(x)#; r2", refuse, ran("r2 ")},
	{"(r1 a)#; r2", tree, ran("r1 a")},
	{"case x in \"x\"#) r1;; x) r2;; esac", tree, ran("r2 ")},
	{"r1 a;#c\nr2 \\\n#c\nr3", tree, ran("r1 a", "r2 ", "r3 ")},
	{"r1 a\\\n#b; r2", tree, ran("r1 a#b", "r2 ")},
	// let is a builtin.
	{"let a=1&r2 b; wait", tree, ran("r2 b")},
	{"let a=1|r2 b", tree, ran("r2 b")},
	{"let a=1>f; r2", tree, ran("r2 ")},
	{"let i++ j=2; r2", tree, ran("r2 ")},
	{"let 'a=1<2'; r2", tree, ran("r2 ")},
	// Single quotes that do not quote.
	{"r1 \"${x:-'$(r2)'}\"", opaque, ran("r2 ", "r1 ''")},
	{"r1 \"${x:-it's}\"; r2; r3 \"${x:-it's}\"", opaque, nil},
	{"r1 $(( '$(r2)' ))", opaque, ran("r2 ")},
	{"r3 <<X\n${x:-'$(r2)'}\nX", opaque, ran("r2 ", "r3 ")},
	{"r1 ${x:-'$(r2)'}", tree, ran("r1 $(r2)")},
	{"r1 \"${x:-'a'}\"", tree, ran("r1 'a'")},
	{"r1 \"${x:-\"a\"}\" \"${x:-$(r2)}\"", tree, ran("r2 ", "r1 a")},
	{"[[ 'a[$(r2)]' -eq 0 ]]; r1", opaque, ran("r2 ", "r1 ")},
	// Backquotes.
	{"r1 `r3 '`; r2 #'`", opaque, ran("r1 ", "r2 ")},
	{"r1 `r2 a`", tree, ran("r2 a", "r1 ")},
	{"r1 `r2 \\`r3 b\\``", tree, ran("r3 b", "r2 ", "r1 ")},
	{"r1 \"`r2 \\\"a b\\\"`\"", tree, ran("r2 a b", "r1 ")},
	{"r1 `r2 '\\$x'`", tree, ran("r2 $x", "r1 ")},
	{"`# c`r1 a", tree, ran("r1 a")},
	// Here-documents.
	{"r3 <<X\n${x}X\nr1 <<'Y'\nX\nr2\nY\n", opaque, ran("r3 ", "r2 ")},
	{"r3 <<X; (r1\nr1 <<'Y'\nX\nr2\nY\n)\nX\n", opaque, ran("r3 ", "r1 ", "r2 ")},
	{"r3 <<X\n$(r3 '\nX\nr1\n#')\nX\n", opaque, ran("r1 ")},
	{"r1 $(r3 <<X\nXr2)", tree, ran("r3 ", "r2 ", "r1 ")},
	{"r1 $(r3 <<'X'\nbody\nX)", tree, ran("r3 ", "r1 ")},
	{"r1 $(r3 <<'X'\nbody\nX ) b", tree, ran("r3 ", "r1 b")},
	{"r1 $(r3 <<X\nXr2) <<X\nX\n)\n", opaque, nil},
	{"r1 $(r3 <<X\nb\nX\nr1;r2 a\n)", opaque, nil},
	{"r1 $(r3 <<X\nb\nX\nr1\nr2 a\n); r2 b", tree, ran("r3 ", "r1 ", "r2 a", "r1 ", "r2 b")},
	{"r1 <<X\nfoo $(r2)", tree, ran("r2 ", "r1 ")},
	{"r1 <<X; r2 <<Y\nfoo\nX\nbar", tree, ran("r1 ", "r2 ")},
	{"(r1 <<X\nfoo\nX)", opaque, ran()},
	{"r1 <<X; r2 <<-Y\nfoo\nX\n\tbar\n\tY\nr3", tree, ran("r1 ", "r2 ", "r3 ")},
	{"r1 <<'X' && r2\n$(r3)\nX\n", tree, ran("r1 ", "r2 ")},
	{"r1 <<X && \\\n r2 a\nbody\nX\nr3", tree, ran("r1 ", "r2 a", "r3 ")},
	{"r1 <<X 'a\nb'\nbody\nX\nr3", tree, ran("r1 a", "r3 ")},
	{"r1 <<X\nfoo\\\nX\nX\nr2", tree, ran("r1 ", "r2 ")},
	{"r1 <<X\nX\\\n\nr2", opaque, ran("r1 ", "r2 ")},
	{"r1 <<'X Y'\nr3\nX Y\nr2", tree, ran("r1 ", "r2 ")},
	{"r1 <<\\X\n$(r3)\nX\nr2", tree, ran("r1 ", "r2 ")},
	// Escaped line ends within operators.
	{"r1 \"$\\\n(r2)\"", opaque, ran("r2 ", "r1 ")},
	{"r1 a &\\\n& r2", refuse, ran("r1 a", "r2 ")},
	{"r1 a && \\\n  r2 |\\\n r3", tree, nil},
	{"r\\\n1 a; i\\\nf r2; then r3; fi", tree, ran("r1 a", "r2 ", "r3 ")},
	{"r1 a\\\\\\\nb", tree, ran("r1 a\\b")},
	// Extended patterns are off.
	{"!(r1 a)", tree, ran("r1 a")},
	{"if !(r1 'a'); then r2; else r3; fi", tree, ran("r1 a", "r3 ")},
	{"r2 b && !(r1 a) | r3", tree, nil},
	{"shopt -s extglob\n!(r1 a)", opaque, nil},
	{"shopt -s ext''glob\n!(r1 a)", opaque, nil},
	{"shopt -s \"$x\"\n!(r1 a)", opaque, ran("r1 a")},
	{"[[ x == !(a|b) ]] && r1", tree, ran("r1 ")},
	{"[[ x == !($(r2)) ]] && r1", opaque, ran("r2 ", "r1 ")},
	{"shopt -s extglob\ncase x in !(a)) r1;; esac", tree, ran("r1 ")},
	// Arithmetic or not.
	{"r1 $((r2); (r3))", tree, ran("r2 ", "r3 ", "r1 ")},
	{"((r2); (r3))", tree, ran("r2 ", "r3 ")},
	{"r1 $((1 + $(r2; true) + 1)) ; (( 2 > 1 )) && r3", tree, ran("r2 ", "r1 2", "r3 ")},
	{"r1 $((r2 b))", refuse, ran()},
	{"(((1 + 1)); r1 a)", tree, ran("r1 a")},
	{"r2 $(((1 + $(r3))); r1 a)", tree, ran("r3 ", "r1 a", "r2 ")},
	// Clauses.
	{"coproc r1 let x; wait", opaque, ran("r1 let")},
	{"coproc r1 a; wait", tree, ran("r1 a")},
	{"coproc N { r1 a; }; wait", tree, ran("r1 a")},
	{"time -- r1", opaque, ran("r1 ")},
	{"time -p r1 a", tree, ran("r1 a")},
	{"function f { r1 a; }; f", tree, ran("r1 a")},
	{"function f() ( r1 a )\nf", tree, ran("r1 a")},
	{"function declare { r1 a; }; declare x", opaque, ran("r1 a")},
	{"for ((i=0;i<1;i++)); do r1 a; done", tree, ran("r1 a")},
	{"for x in a b; { r1 $x; }", tree, ran("r1 a", "r1 b")},
	{"case x in (x) r1 ;& y) r2 ;;& *) r3;; esac", tree, ran("r1 ", "r2 ", "r3 ")},
	{"[[ 'x y' =~ (x y) ]] && r1", tree, ran("r1 ")},
	{"r1 a &>f; r2 &>>f; r3 2>&1 |& r1 b; r1 {fd}>f", tree, nil},
	{"r1 } { if; r2 {a,b}", tree, ran("r1 }", "r2 a")},
	{"a=(1 $(r1) [5]=x); declare -A m=([k]=v); r2 ${m[k]}", tree, ran("r1 ", "r2 v")},
	{"r1 <<<x; r2 <(r3 a)", tree, nil},
	{"r1 $'\\x76' $\"a\"; r2 $'a\\'b'", tree, ran("r1 v", "r2 a'b")},
	{"r1 !x \"!y\"; r2 a!b", tree, ran("r1 !x", "r2 a!b")},
	{"alias q='r1;'\nq", opaque, ran()},
	{"alias ll='ls -l' g=git; r1", tree, ran("r1 ")},
	{"shopt -s expand_aliases\nalias q='r1;'\nq r2", opaque, ran("r1 ", "r2 ")},
}

func TestBash(t *testing.T) { runRows(t, bashRows, Bash, Options{}, "bash") }

// Text for sh must be read right whichever shell sh is.
var shRows = []row{
	{"r1 &>f r2 a; wait", tree, nil},
	{"r1 &>>f; r2", tree, nil},
	{"r1 $'\\x76'", tree, nil},
	{"((r1 a)); r2", refuse, nil},
	{"((r1)); r2", tree, nil},
	{"[[ a < f ]]; r1", tree, nil},
	{"[[ a && r1 b ]]", refuse, nil},
	{"r1 {a,b}", tree, nil},
	{"r1 $(r2 a) `r3 b`", tree, nil},
	{"!(r1 a); r2", tree, nil},
	{"r1 \"${x:-'$(r2)'}\"", opaque, nil},
	{"r1 <<X\nfoo", tree, nil},
	{"f() r1\nf", tree, nil},
	{"a=(1); r1", tree, nil},
	{"r1 <(r2)", tree, nil},
	{"function f { r1 a; }; f", tree, nil},
	{"r1 |& r2", tree, nil},
	{"{fd}>f r1 a", tree, nil},
	{"let a=1&r1", tree, nil},
	{"time r1 a", tree, nil},
	{"alias q='r1;'\nq r2", opaque, nil},
	{"r1 a # c \\\nr2 b", tree, nil},
	{"r1 $(r3 \"a\"#b; r2\n)", tree, nil},
	{"r3 <<X; (r1\nr1 <<'Y'\nX\nr2\nY\n)\nX\n", opaque, nil},
}

func TestSh(t *testing.T) {
	for _, argv := range [][]string{{"dash"}, {"bash", "--posix"}, {"sh"}, {"busybox", "ash"}} {
		t.Run(argv[0], func(t *testing.T) {
			rows := shRows
			if argv[0] == "dash" {
				rows = append(rows[:len(rows):len(rows)], row{"r1 &>f r2 a; wait", tree, ran("r1 ", "r2 a")})
			}
			runRows(t, rows, Sh, Options{}, argv...)
		})
	}
}

// Dash alone: what is not POSIX is refused or has dash's own meaning.
func TestDash(t *testing.T) {
	runRows(t, []row{
		{"r1 &>f r2 a; wait", tree, ran("r1 ", "r2 a")},
		{"((r1 a)); r2", tree, ran("r1 a", "r2 ")},
		{"r1 $'a'", tree, ran("r1 $a")},
		{"[[ a = a ]] && r1", tree, ran()},
		{"!(r1 a) || r2", tree, ran("r1 a", "r2 ")},
		{"r1 <(r2)", refuse, ran()},
		{"a=(r1)", refuse, ran()},
		{"let a=1&r1 b; wait", tree, ran("r1 b")},
	}, Dash, Options{}, "dash")
}

func TestZsh(t *testing.T) {
	runRows(t, []row{
		{"r1 a; r2 \"$x\" | r3", tree, nil},
		{"{r1 a}", opaque, ran("r1 a")},
		{"{r1 a;r2}", opaque, ran("r1 a", "r2 ")},
		{"{ r1 a }; r2", tree, ran("r1 a", "r2 ")},
		{"repeat 2 r1", opaque, ran("r1 ", "r1 ")},
		{"for f (a b) r1 $f", refuse, ran("r1 a", "r1 b")},
		{"foreach f (a b) r1 $f; end", opaque, nil},
		{"{ r1 } always { r2 }", refuse, ran("r1 ", "r2 ")},
		{"if [[ a = a ]] r1", refuse, ran("r1 ")},
		{"r1 =r2", opaque, nil},
		{"=r1 a", opaque, ran("r1 a")},
		{"r1 /*(Ne:'r2':)", opaque, nil},
		{"r1 /*(N+r2)", opaque, nil},
		{"r1 *(N) *.(jpg|jpeg)(N)", tree, nil},
		{"r1 *(N$(r2))", refuse, nil},
		{"r1 ${(e)x}", opaque, nil},
		{"x='$(r2)'; r1 ${(e)x}", opaque, ran("r2 ", "r1 ")},
		{"r1 ${~x} ${(f)x} ${x:h}", opaque, nil},
		{"r1 ${(f)x} ${x:h}", tree, nil},
		{"r1 $(<f)", tree, nil},
		{"noglob r1 a", opaque, ran("r1 a")},
		{"nocorrect r1 a", opaque, ran("r1 a")},
		{"- r1 a", opaque, nil},
		{"coproc r1 a", opaque, nil},
		{"r1 a |& r2; r3 >|f >g", tree, nil},
		{"() { r1 a }", opaque, ran("r1 a")},
		{"f g() { r1 a }; g", refuse, ran("r1 a")},
		{"function f { r1 a }; f", tree, ran("r1 a")},
		{"alias -g Q='; r1'", opaque, nil},
		{"alias -s x=r1", opaque, nil},
		{"[[ a == a ]] && r1 a", tree, ran("r1 a")},
		{"r1 \"${x:-'$(r2)'}\"", opaque, ran("r2 ", "r1 ''")},
		{"r1 a # c \\\nr2 b", tree, ran("r1 a", "r2 b")},
		{"r1 a\r\nr2 b", tree, ran("r1 a\r", "r2 b")},
	}, Zsh, Options{}, "zsh", "-f")
	if p := ParseText(Zsh, "r1 # ; r2", Options{Interactive: true}, Limits{}); len(p.Opaque) == 0 {
		t.Error("a comment of interactive zsh is not opaque")
	}
}

func TestMksh(t *testing.T) {
	runRows(t, []row{
		{"r1 a; r2 | r3", tree, nil},
		{"!(r1 a)", opaque, nil},
		{"r1 a |& r2; wait", tree, nil},
		{"r1 ${ r2 a;}", tree, ran("r2 a", "r1 ")},
		{"function f { r1 a; }; f", tree, ran("r1 a")},
		{"let a=1&r2 b; wait", tree, ran("r2 b")},
		{"r1 \"${x:-'$(r2)'}\"", opaque, nil},
		{"r1 <<X\nfoo", refuse, nil},
	}, Mksh, Options{}, "mksh")
}

func TestKsh(t *testing.T) {
	runRows(t, []row{
		{"r1 a; r2 \"$(r3 b)\"", tree, ran("r1 a", "r3 b", "r2 ")},
		{"r1 ${ r2 a;}", opaque, ran("r2 a", "r1 ")},
		{"r1 <(r2 a)", refuse, nil},
		{"r1 a |& r2", opaque, nil},
	}, Ksh, Options{}, "ksh")
}
