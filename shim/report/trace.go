package report

import (
	"fmt"
	"io"
	"strings"

	"guard/rules"
)

// Trace lists everything that guard believes a command does, with the words of
// the source that it comes from.
func Trace(w io.Writer, source string, actions []rules.Action, v rules.Verdict) {
	for i := range actions {
		a := &actions[i]
		fmt.Fprintf(w, "%-9s %s", a.Op, Escape(target(a)))
		if s := span(source, a.Span); s != "" {
			fmt.Fprintf(w, "   # %s", Escape(s))
		}
		if len(a.Via) > 0 {
			fmt.Fprintf(w, "   via %s", Escape(strings.Join(a.Via, " > ")))
		}
		if a.Why != "" {
			fmt.Fprintf(w, "   (%s)", Escape(a.Why))
		}
		fmt.Fprintln(w)
		for _, f := range v.Findings {
			if f.Action == i {
				fmt.Fprintf(w, "          %s [%s]\n", f.Decision, f.Rule)
			}
		}
	}
	for _, f := range v.Lifted {
		fmt.Fprintf(w, "lifted    [%s] %s\n", f.Rule, Escape(f.Exception))
	}
}

// target is what the action is about, in one line.
func target(a *rules.Action) string {
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	for _, t := range a.Argv {
		s := t.String()
		if s == "" || strings.ContainsAny(s, " \t\n") {
			s = "'" + s + "'"
		}
		add(s)
	}
	add(a.Path.String())
	if a.Real != "" {
		add("-> " + a.Real.String())
	}
	if a.Recursive {
		add("(and below)")
	}
	add(a.How.String())
	add(a.Method)
	add(a.URL.String())
	add(strings.Join(a.Operations, ", "))
	add(a.Text.String())
	for _, t := range a.Target {
		add("@" + t.String())
	}
	if a.Loss != "" {
		add("loses " + a.Loss)
	}
	return strings.Join(parts, " ")
}

// span is the start of the words that an action comes from.
func span(source string, s [2]int) string {
	if s[0] < 0 || s[1] > len(source) || s[0] >= s[1] || s == [2]int{0, len(source)} {
		return ""
	}
	t := source[s[0]:s[1]]
	if len(t) > 60 {
		t = t[:57] + "…"
	}
	return t
}
