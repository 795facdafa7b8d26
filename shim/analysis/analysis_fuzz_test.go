package analysis

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

// grammar makes a small shell program of bytes: every byte is a choice. It ends,
// and touches nothing outside its directory.
type grammar struct {
	in    []byte
	depth int
	loops int
}

func (g *grammar) pick(n int) int {
	if len(g.in) == 0 {
		return 0
	}
	b := g.in[0]
	g.in = g.in[1:]
	return int(b) % n
}

func (g *grammar) of(list ...string) string { return list[g.pick(len(list))] }

func (g *grammar) program() string {
	var b strings.Builder
	for i := 0; i < 8 && (i == 0 || len(g.in) > 0); i++ {
		b.WriteString(g.statement())
		b.WriteString("\n")
	}
	b.WriteString("r5 \"$x\" \"$y\" \"$@\"\n")
	return b.String()
}

func (g *grammar) statement() string {
	if g.depth++; g.depth > 3 || len(g.in) == 0 {
		g.depth--
		return g.command()
	}
	defer func() { g.depth-- }()
	switch g.pick(26) {
	case 0:
		return g.condition() + " && " + g.statement()
	case 1:
		return g.condition() + " || " + g.statement()
	case 2:
		return "if " + g.condition() + "; then " + g.statement() + "; else " + g.statement() + "; fi"
	case 3:
		return "for x in " + g.words() + "; do " + g.statement() + "; " + g.statement() + "; done"
	case 4:
		g.loops++
		n := fmt.Sprintf("n%d", g.loops)
		return n + "=0; while [ $" + n + " -lt " + g.of("2", "0", "3") + " ]; do " + n + "=$((" + n + "+1)); " + g.statement() + "; " + g.statement() + "; done"
	case 5:
		return "case " + g.word() + " in " + g.of("a*", "*b", "?", "[!a]*", "$y", "'*'") + ") " + g.statement() + g.of(" ;;", " ;&", " ;;&") + " " + g.of("*", "p1|b", "\"$x\"") + ") " + g.statement() + " ;; esac"
	case 6:
		return g.of("f", "g") + "() { " + g.of("", "local x; ", "local y=l; ") + g.statement() + "; " + g.of("", "return; ", g.condition()+" && return; ") + g.statement() + "; }"
	case 7:
		return "if [ ${#depth} -lt 3 ]; then depth+=1; " + g.of("f", "g") + " " + g.words() + "; fi"
	case 8:
		return "( " + g.statement() + "; " + g.statement() + " )"
	case 9:
		return "{ " + g.statement() + "; " + g.statement() + "; }"
	case 10:
		return "echo " + g.words() + " | while read -r x y; do " + g.statement() + "; done"
	case 11:
		return "eval " + g.of("'"+strings.ReplaceAll(g.command(), "'", `'\''`)+"'", g.word())
	case 12:
		return "for ((i=0;i<" + g.of("2", "3") + ";i++)); do " + g.statement() + "; done"
	case 13:
		return g.of("break", "continue", "shift", "set -- "+g.words(), "cd d", "cd ..", "set -f", "set +f", "shopt -s nullglob", "return 1 2>/dev/null")
	case 14:
		return g.of("x", "y") + "=$(" + g.statement() + ")"
	case 15:
		return g.of("read -r x", "read x y", "read -r y x") + " <<< " + g.word()
	case 16:
		return "echo " + g.words() + g.of(" >f", " >>f", " >g") + "; " + g.of("read -r x <f", "y=$(<f)", ". ./f", "mapfile -t a <f") + " 2>/dev/null"
	case 17:
		return g.condition() + " && " + g.of("break", "continue", "return", "x=q", "unset x", "a+=(w)", "cd d")
	}
	return g.command()
}

func (g *grammar) condition() string {
	return g.of("true", "false", "rf", "r4", "[ \"$x\" = a ]", "[[ $y == *b* ]]", "[[ -n $x ]]", "(( ${#x} > 1 ))", "test $# -gt 1", "! rf", "[[ $x < $y ]]")
}

func (g *grammar) command() string {
	switch g.pick(9) {
	case 0:
		return g.of("x", "y") + g.of("=", "+=") + g.word()
	case 1:
		return "a=(" + g.words() + ")"
	case 2:
		return "a" + g.of("[1]=", "[3]=", "+=") + g.word()
	case 3:
		return "x=$((" + g.of("1+2", "${#x}*3", "i++", "y=4", "2**3-1", "010") + "))"
	case 4:
		return "printf -v y " + g.of("'%s-'", "%03d", "'%s\\n'") + " " + g.of("7", "8 9", "$#")
	}
	return g.of("r1", "r2", "r3") + " " + g.words()
}

func (g *grammar) words() string {
	out := g.word()
	for range g.pick(3) {
		out += " " + g.word()
	}
	return out
}

func (g *grammar) word() string {
	w := g.piece()
	for range g.pick(3) {
		w += g.piece()
	}
	return w
}

func (g *grammar) piece() string {
	v := g.of("x", "y", "1", "2", "a", "z")
	switch g.pick(15) {
	case 0:
		return `"$` + v + `"`
	case 1:
		return "$" + v
	case 2:
		return g.of(`"$@"`, "$@", `"$*"`, "$*", `"${@:2}"`, "$#", `"${a[@]}"`, "${a[1]}", `"${a[*]}"`, "${#a[@]}", `"${!a[@]}"`)
	case 3:
		return `"${` + v + g.of(":-d e", ":+s t", "-'q'", "%?", "#?", "%%b*", "##*a", "/a/X", "//b", "^^", ",", ":1", ":0:1", ": -1", "@Q", "/#a/", "/%b/z") + `}"`
	case 4:
		return "${" + v + g.of(":-d e", ":+s t", ":=as", "%[ab]", "#*", "/?/y z", "^", ":1:2", "@U") + "}"
	case 5:
		return g.of("{a,b}", "{1..3}", "{x,}", "{$x,y}", "{a..c..2}")
	case 6:
		return g.of("*.txt", "?.*", "[ab]*", "*none*", "~", "~/x", "d/*")
	case 7:
		return "$(echo " + g.of("a", "'b  c'", "$x", "\"$y\"", "*.log", "-n q") + ")"
	case 8:
		return g.of(`\a`, `\ `, `'b c'`, `"d  e"`, `$'f\tg'`, `''`, `""`, `\*`, `'*'`)
	}
	return g.of("a", "b", "ab", "c1", "-x", "=", "a:b", ",")
}

// agree fails when bash runs something that analysis does not predict.
func agree(t *testing.T, o *oracle, in []byte) {
	text := (&grammar{in: in}).program()
	dir := o.place(t)
	predicted := o.predict(t, dir, text)
	ran, stderr := o.run(t, dir, text)
	if missed, _ := compare(ran, predicted); len(missed) > 0 {
		t.Errorf("ran without being predicted: %q\n%s\n  predicted %s\n  %s", missed, text, describe(predicted), stderr)
	}
}

// FuzzAgainstBash holds made-up programs against real bash: nothing may run that
// is not predicted.
func FuzzAgainstBash(f *testing.F) {
	f.Add([]byte("a loop, a function and a case"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 200 {
			t.Skip()
		}
		agree(t, newOracle(t), in)
	})
}

// TestRandomAgainstBash is a short run of the same property, the same programs
// each time.
func TestRandomAgainstBash(t *testing.T) {
	o := newOracle(t)
	r := rand.New(rand.NewSource(1))
	for range 150 {
		in := make([]byte, 20+r.Intn(80))
		r.Read(in)
		agree(t, o, in)
	}
}
