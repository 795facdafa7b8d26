package inline

import (
	"strings"
	"testing"

	"guard/rules/value"
)

// show renders the effects of a result in one line, in order of discovery.
func show(r Result) string {
	var out []string
	for _, e := range r.Effects {
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
	}
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
