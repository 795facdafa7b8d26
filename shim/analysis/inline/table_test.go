package inline

import (
	"strings"
	"testing"

	"guard/rules/value"
)

// show renders the effects of a result in one line, in order of discovery, but for
// what files hold.
func show(r Result) string {
	var out []string
	for _, e := range r.Effects {
		if e.Kind == Content || e.Kind == Added {
			continue
		}
		s := e.Kind.String()
		if e.Method != "" {
			s += " " + e.Method
		}
		if e.Kind == Exec {
			for _, a := range e.Argv {
				s += " " + a.String()
			}
		} else if e.Arg != "" {
			s += " " + e.Arg.String()
		}
		if e.Arg2 != "" {
			s += " -> " + e.Arg2.String()
		}
		if e.Body != "" {
			s += " <" + e.Body.String() + ">"
		}
		if e.Opaque {
			s += " !"
		}
		out = append(out, s)
	}
	if r.Unknown {
		out = append(out, "unknown: "+r.Reason)
	}
	return strings.Join(out, "; ")
}

// program is a program and what it does, as show renders it.
type program struct{ src, want string }

func check(t *testing.T, lang Lang, table []program) {
	t.Helper()
	args := []value.Text{"one", "two"}
	for _, c := range table {
		if got := show(Analyze(lang, c.src, args, Limits{})); got != c.want {
			t.Errorf("%v program\n%s\n got: %s\nwant: %s", lang, c.src, got, c.want)
		}
		for _, src := range []string{printed(lang, c.src), commented(lang, c.src), assigned(lang, c.src)} {
			if got := show(Analyze(lang, src, args, Limits{})); got != "" {
				t.Errorf("harmless %v program\n%s\n got: %s", lang, src, got)
			}
		}
	}
}

// commented makes a comment of each line of text.
func commented(lang Lang, text string) string {
	mark := "#"
	switch lang {
	case Node, Java, Go:
		mark = "//"
	case Lua:
		mark = "--"
	case Lisp:
		mark = ";"
	case Erlang:
		mark = "%"
	case Vim:
		mark = `"`
	case PHP:
		text = strings.NewReplacer("?>", "", "<?", "").Replace(text)
	}
	return mark + " " + strings.ReplaceAll(text, "\n", "\n"+mark+" ")
}

// assigned makes a program that only keeps and compares a text.
func assigned(lang Lang, text string) string {
	q, ok := quoted(lang, text)
	if !ok {
		return ""
	}
	switch lang {
	case Perl, PHP:
		return "$x = " + q + "; $y = [$x, " + q + "]; if ($x eq $y) { $z = 1; }"
	case Lisp:
		return "(setq x " + q + ") (if (equal x " + q + ") 1)"
	case Lua:
		return "local x = " + q + " if x == " + q + " then y = 1 end"
	case Awk:
		return "BEGIN { x = " + q + "; if (x == " + q + ") y = 1 }"
	case Node, Java:
		return "var x = " + q + "; if (x == " + q + ") { y = [x]; }"
	}
	return "x = " + q + "\ny = [x, " + q + "]\nz = x == " + q + "\n"
}

func TestTablesAreSorted(t *testing.T) {
	for _, lang := range []Lang{Python, Node, Perl, Ruby, PHP, Lua, Awk, R} {
		l := table(lang)
		for i := 1; i < len(l); i++ {
			if l[i-1].name >= l[i].name {
				t.Errorf("%v: %q stands after %q", lang, l[i].name, l[i-1].name)
			}
		}
	}
}
