// Package report shows a verdict to people: one greppable line, then the source
// with a caret, then what to do.
package report

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"
	"github.com/mattn/go-isatty"

	"guard/rules"
)

// maxFindings is how many findings a refusal shows before it only counts.
const maxFindings = 5

// maxLine is how many columns of a source line are shown.
const maxLine = 160

// Options say how a report looks.
type Options struct {
	Color bool
}

// UseColor reports whether colour goes to f: it is a terminal, and NO_COLOR is
// not set.
func UseColor(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// Refusal writes why a command is refused. Its first line has the form
// "guard: DECISION: REASON [rule.id]" and never changes.
func Refusal(w io.Writer, o Options, source string, v rules.Verdict) {
	p := printer{w: w, o: o}
	shown := map[string]bool{}
	n := 0
	for _, f := range v.Findings {
		key := fmt.Sprint(f.Rule, f.Span)
		if shown[key] || f.Decision == rules.Allow {
			continue
		}
		shown[key] = true
		if n++; n <= maxFindings {
			p.finding(source, f)
		}
	}
	if n > maxFindings {
		fmt.Fprintf(w, "guard: and %d more\n", n-maxFindings)
	}
}

type printer struct {
	w io.Writer
	o Options
}

func (p printer) paint(s string, attr ...color.Attribute) string {
	if !p.o.Color {
		return s
	}
	c := color.New(attr...)
	c.EnableColor()
	return c.Sprint(s)
}

func (p printer) finding(source string, f rules.Finding) {
	fmt.Fprintf(p.w, "guard: %s: %s [%s]\n", p.paint(f.Decision.String(), color.FgRed, color.Bold), Escape(f.Reason), f.Rule)
	p.source(source, f)
	if len(f.Via) > 0 {
		p.note("via", strings.Join(f.Via, " > "))
	}
	if f.Loss != "" {
		p.note("loses", f.Loss)
	}
	if f.About != "" {
		p.note("may be", f.About)
	}
	if f.Instead != "" {
		p.note("instead", f.Instead)
	}
	if f.Advice != "" {
		p.note("advice", f.Advice)
	}
	if f.Decision == rules.Ask {
		p.note("ask", "a person has to run this, or lift the rule in guard's policy")
	}
	id := f.Rule
	if f.About != "" {
		id = f.About
	}
	p.note("more", "guard explain "+id)
}

func (p printer) note(key, text string) {
	fmt.Fprintf(p.w, "  = %s: %s\n", key, Escape(text))
}

// source shows the line of f with a caret under what matters.
func (p printer) source(source string, f rules.Finding) {
	if source == "" {
		return
	}
	from, to := min(max(f.Span[0], 0), len(source)), min(max(f.Span[1], 0), len(source))
	start := strings.LastIndexByte(source[:from], '\n') + 1
	end := len(source)
	if i := strings.IndexByte(source[from:], '\n'); i >= 0 {
		end = from + i
	}
	to = min(max(to, from), end)
	n := strings.Count(source[:start], "\n") + 1
	before, mid, after := Escape(source[start:from]), Escape(source[from:to]), Escape(source[to:end])
	if k := utf8.RuneCountInString(before); k > maxLine/2 {
		before = "…" + string([]rune(before)[k-maxLine/2:])
	}
	if k := utf8.RuneCountInString(mid); k > maxLine {
		mid = string([]rune(mid)[:maxLine]) + "…"
	}
	if k := utf8.RuneCountInString(after); k > maxLine/2 {
		after = string([]rune(after)[:maxLine/2]) + "…"
	}
	num := fmt.Sprint(n)
	pad := strings.Repeat(" ", len(num))
	fmt.Fprintf(p.w, "%s |\n%s | %s%s%s\n", pad, num, before, mid, after)
	carets := max(width(mid), 1)
	note := ""
	if f.Became != "" && f.Became != source[from:to] {
		note = " " + Escape(f.Became)
		if f.Action >= 0 {
			note = " this is " + Escape(f.Became)
		}
		if utf8.RuneCountInString(note) > maxLine {
			note = string([]rune(note)[:maxLine]) + "…"
		}
	}
	fmt.Fprintf(p.w, "%s | %s%s%s\n", pad, strings.Repeat(" ", width(before)), p.paint(strings.Repeat("^", carets), color.FgRed, color.Bold), note)
}

// width counts the columns of s; wide characters take two.
func width(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0x1f300 && r <= 0x1faff) {
			n++
		}
	}
	return n
}

// Escape shows control characters, and characters that hide or reorder text, as
// escapes; a tab is one space.
func Escape(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\t':
			b.WriteByte(' ')
		case r == utf8.RuneError:
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				fmt.Fprintf(&b, "\\x%02x", s[i])
				continue
			}
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, "\\x%02x", r)
		case r >= 0x80 && r < 0xa0, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff, r == 0x2028, r == 0x2029:
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
