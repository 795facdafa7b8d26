package dialect

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
)

// fragments are what token soups are made of. They begin no program but the
// recorders and loop over nothing for ever.
var fragments = strings.Split(`r1|r2 a|r3 b|r1 |r2|r3| | | |`+"\n|\n|\n"+`|;|;|&|&&|(|)|{ | }|;}|$(|)|"|"|'|'|`+"`|`|\\`|\\"+`|$|${x:-|${x#|${x/|}|$((|))|((|#| #|\|`+"\\\n|\\\r\n|\r\n|\r"+`|<<X|<<'X'|<<-X|`+"\nX\n|\nX\n|X|\n\tX\n|\nX)|)\n|\n"+
	`|if |; then |; else |; fi|case x in |x) |;;|;&| esac|for i in a; do |; done|!|! |!(|@(|*(|[[ |]]| == | =~ | -eq |=|a=|a=(|a[|]|+=|$'|$"|<(|>(|<|>f|&>f|2>&1|<<<|\||let a=1|let |time |coproc |function f |declare |a b|{a,b}|$x|"$x"|'a'|\'|\"|\$|%|:|-|0|1|+|,|?|é|`+"\v|\\\\", "|")

// spawns matches definitions of functions under the names of recorders, and
// loops: a soup that calls itself is no use.
var spawns = regexp.MustCompile(`r[123]\s*(\\\n)*\(\s*\)|function|f\s*\(\s*\)`)

// soup is a random program, mostly one that runs, with up to three random
// changes.
func soup(rnd *rand.Rand) string {
	text := program(rnd, 3)
	if rnd.IntN(8) == 0 {
		text = bashRows[rnd.IntN(len(bashRows))].text
	}
	for range rnd.IntN(4) {
		at := rnd.IntN(len(text) + 1)
		switch rnd.IntN(5) {
		case 0:
			text = text[:at] + text[min(at+1, len(text)):]
		case 1:
			from := rnd.IntN(len(text) + 1)
			text = text[:at] + text[from:min(from+rnd.IntN(12), len(text))] + text[at:]
		default:
			text = text[:at] + pick(rnd, fragments...) + text[at:]
		}
	}
	return text
}

func pick(rnd *rand.Rand, from ...string) string { return from[rnd.IntN(len(from))] }

// program is a list of one to three commands.
func program(rnd *rand.Rand, depth int) string {
	text := command(rnd, depth)
	for range rnd.IntN(3) {
		text += pick(rnd, "; ", "\n", " && ", " || ", " | ", " & ", "\n\n", ";", " # c\n", " \\\n && ") + command(rnd, depth)
	}
	return text
}

// command is a simple or compound command with at most depth levels below it.
func command(rnd *rand.Rand, depth int) string {
	if depth == 0 || rnd.IntN(3) == 0 {
		text := pick(rnd, "r1", "r2", "r3", "r'1'", `r"2"`, `\r3`)
		for range rnd.IntN(3) {
			text += " " + word(rnd, depth)
		}
		return pick(rnd, "", "", "", "! ", "a=b ", "time ", ">f ", "x=$(r3 c) ") + text + pick(rnd, "", "", "", " >f", " 2>&1", " <<<a")
	}
	depth--
	switch rnd.IntN(10) {
	case 0:
		return "(" + program(rnd, depth) + ")"
	case 1:
		return "{ " + program(rnd, depth) + "\n}"
	case 2:
		return "if " + program(rnd, depth) + "; then " + program(rnd, depth) + "\nelse " + program(rnd, depth) + "\nfi"
	case 3:
		return "case " + word(rnd, depth) + " in (a) " + program(rnd, depth) + ";; *) " + program(rnd, depth) + "\nesac"
	case 4:
		return "for x in " + word(rnd, depth) + " b; do " + program(rnd, depth) + "\ndone"
	case 5:
		return "[[ " + word(rnd, depth) + pick(rnd, " == ", " =~ ", " -nt ") + word(rnd, depth) + " ]] && " + command(rnd, depth)
	case 6:
		return "((1 + " + pick(rnd, "1", "$(r2)", "x", "(2)") + "))" + "; " + command(rnd, depth)
	default:
		body := pick(rnd, "b", "$x", "${x}X", "$(r2 d)", "X ", "it's", "\\", "`r3 e`", "(", `"`)
		return command(rnd, 0) + pick(rnd, " <<X", " <<'X'", " <<-X", ` <<"X"`) + pick(rnd, "", " | r2", "; r3 f", " && "+command(rnd, 0)) +
			"\n" + body + "\nX\n" + command(rnd, depth)
	}
}

// word is one shell word.
func word(rnd *rand.Rand, depth int) string {
	if depth == 0 || rnd.IntN(2) == 0 {
		return pick(rnd, "a", "'a b'", `"c d"`, "$x", `"$x"`, "#", "a#b", "$'e'", "-x", "{a,b}", `\;`, "''", "é", "x=y", "*")
	}
	depth--
	in := program(rnd, depth)
	switch rnd.IntN(9) {
	case 0, 1:
		return "$(" + in + "\n)"
	case 2:
		return "$(" + in + ")" + pick(rnd, "", "#", "a")
	case 3:
		return `"` + pick(rnd, "", "a", "'") + "$(" + in + ")" + pick(rnd, "", "#", "'") + `"`
	case 4:
		return "`r2 " + pick(rnd, "a", "'b'", `\\a`, `\$x`) + "`"
	case 5:
		return "${x" + pick(rnd, ":-", "#", "+", "/", "%%", ":=") + word(rnd, depth) + "}"
	case 6:
		return `"${x:-` + word(rnd, depth) + `}"`
	case 7:
		return "<(" + in + ")"
	}
	return "$((1+" + pick(rnd, "1", "$(r1 g)", "(2*3)") + "))"
}

// testSoups runs n soups under a real shell: whatever ran must be in a tree.
func testSoups(t *testing.T, n int, seed uint64, sh Shell, argv ...string) {
	o := newOracle(t, sh, argv...)
	o.limit = time.Second // some loop
	rnd := rand.New(rand.NewPCG(seed, 1))
	live, exact := 0, 0
	for i := range n {
		text := soup(rnd)
		if spawns.MatchString(text) || strings.Contains(text, "\x00") {
			continue
		}
		p := ParseText(sh, text, Options{}, Limits{})
		if sound := p.Err != nil || len(p.Opaque) > 0; sound {
			if i%10 == 0 && len(o.run(t, text)) > 0 {
				live += 10
			}
			continue
		}
		ran := o.run(t, text)
		if len(ran) > 0 {
			live++
			exact++
		}
		if m := missing(p, ran); m != "" {
			t.Errorf("%v -c %q ran %q, which no tree shows\n%s", argv, text, m, show(p))
		}
	}
	t.Logf("%s: of about %d soups that ran something, %d have exact trees", argv[0], live, exact)
	if exact == 0 {
		t.Errorf("only %d of %d soups ran and had an exact tree: the test shows little", exact, n)
	}
}

func TestSoups(t *testing.T) {
	for _, c := range []struct {
		sh   Shell
		argv []string
	}{
		{Bash, []string{"bash"}}, {Sh, []string{"dash"}}, {Sh, []string{"bash", "--posix"}}, {Dash, []string{"dash"}},
		{Zsh, []string{"zsh", "-f"}}, {Mksh, []string{"mksh"}}, {Ksh, []string{"ksh"}}, {Ash, []string{"busybox", "ash"}},
	} {
		t.Run(c.sh.String()+" "+strings.Join(c.argv, " "), func(t *testing.T) { testSoups(t, soups(c.sh), seed(), c.sh, c.argv...) })
	}
}

// FuzzAgainstBash looks for texts of which bash runs something that no tree
// shows.
func FuzzAgainstBash(f *testing.F) {
	for _, r := range bashRows {
		f.Add(r.text)
	}
	o := newOracle(f, Bash, "bash")
	o.limit = time.Second
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 || !harmless(text) {
			t.Skip()
		}
		p := ParseText(Bash, text, Options{}, Limits{})
		if p.Err != nil || len(p.Opaque) > 0 {
			return
		}
		if m := missing(p, o.run(t, text)); m != "" {
			t.Errorf("bash -c %q ran %q, which no tree shows\n%s", text, m, show(p))
		}
	})
}

// harmless reports whether a mutated text can do no more than run recorders
// and write to files without a slash in their names.
func harmless(text string) bool {
	if spawns.MatchString(text) || strings.ContainsAny(text, "/~") {
		return false
	}
	for _, w := range []string{"while", "until", "for", "()", "exec", "kill", "trap", "eval", "source", "alias", "enable", "ulimit", "cd", "set", "command"} {
		if strings.Contains(text, w) {
			return false
		}
	}
	return true
}
