// Package value holds the abstract string: text of which guard may know all,
// parts, or nothing.
package value

import "strings"

// Text is a string in which an unknown part is written as two bytes: NUL and a
// kind. NUL cannot occur in a shell word, an argument, a path or an
// environment variable, so texts are joined with + and compared with ==.
type Text string

// The unknown parts. Each stands for every string of its kind.
const (
	Any    Text = "\x00a" // any string, the empty one included
	Many   Text = "\x00m" // any number of words, none included: an unquoted unknown
	Name   Text = "\x00n" // a non-empty name: no slash, no colon, no white space, no leading dash or dot
	Digits Text = "\x00d" // one or more decimal digits
	Star   Text = "\x00s" // a part of a name, as * in a glob stands for: no slash
	Below  Text = "\x00b" // behind a directory and a slash: a way down, none or more names but . and ..
	Net    Text = "\x00u" // any string, which comes from the network
	All    Text = "\x00l" // the names of everything of its kind that there is: docker ps -q
	Maybe  Text = "\x00p" // nothing, but the whole text may not occur at all
)

// gap is the byte that opens an unknown part.
const gap = '\x00'

// Known returns s as a text of which everything is known. NUL bytes, which no
// shell can hold, are dropped.
func Known(s string) Text {
	if strings.IndexByte(s, gap) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return Text(s)
}

// Known reports whether no part of t is unknown.
func (t Text) Known() bool { return strings.IndexByte(string(t), gap) < 0 }

// String shows t to a person; each unknown part is an ellipsis.
func (t Text) String() string {
	if t.Known() {
		return string(t)
	}
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		if t[i] == gap && i+1 < len(t) {
			b.WriteString("…")
			i++
			continue
		}
		b.WriteByte(t[i])
	}
	return b.String()
}

// Prefix returns the known text before the first unknown part.
func (t Text) Prefix() string {
	if i := strings.IndexByte(string(t), gap); i >= 0 {
		return string(t[:i])
	}
	return string(t)
}

// Suffix returns the known text after the last unknown part.
func (t Text) Suffix() string {
	if i := strings.LastIndexByte(string(t), gap); i >= 0 {
		return string(t[i+2:])
	}
	return string(t)
}

// Splits reports whether t may stand for other than exactly one word.
func (t Text) Splits() bool { return strings.Contains(string(t), string(Many)) }

// Descends reports whether no unknown part of a path may lead up again.
func (t Text) Descends() bool {
	for _, l := range t.Pieces() {
		switch l.Gap {
		case "":
			if strings.Contains(l.Text, "..") {
				return false
			}
		case Star, Below, Name, Digits, Maybe:
		default:
			return false
		}
	}
	return true
}

// Occurring is t without the doubt whether it occurs.
func (t Text) Occurring() Text { return Text(strings.ReplaceAll(string(t), string(Maybe), "")) }

// FromNet reports whether a part of t comes from the network.
func (t Text) FromNet() bool { return strings.Contains(string(t), string(Net)) }

// Lit is one piece of a text: a literal, or an unknown part of one kind.
type Lit struct {
	Text string // the literal; empty for an unknown part
	Gap  Text   // Any, Many, Name, Digits, Star, Below, Net, All or Maybe; empty for a literal
}

// Pieces cuts t into its literals and unknown parts, in order.
func (t Text) Pieces() []Lit {
	var out []Lit
	s := string(t)
	for s != "" {
		i := strings.IndexByte(s, gap)
		switch {
		case i < 0 || i+1 >= len(s):
			return append(out, Lit{Text: s})
		case i > 0:
			out = append(out, Lit{Text: s[:i]})
		}
		out = append(out, Lit{Gap: Text(s[i : i+2])})
		s = s[i+2:]
	}
	return out
}
