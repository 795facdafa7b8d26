package invoke

import (
	"slices"
	"strings"
	"testing"
)

// FuzzParse holds, for arguments separated by line ends, that what is run is
// an argument; that the real shell gets the arguments unchanged; and that a
// call that is accepted for an sh of unknown make runs the same text in every
// sh that accepts it.
func FuzzParse(f *testing.F) {
	for _, r := range rows {
		f.Add(strings.Join(words(r.argv)[1:], "\n"))
	}
	as := func(real string) Options {
		return Options{
			Real:   func(string) string { return real },
			Exists: func(p string) bool { return p == "s1" },
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		args := strings.Split(src, "\n")
		for _, name := range []string{"bash", "dash", "zsh", "ksh", "mksh", "sh", "guard", "-sh"} {
			argv := append([]string{name}, args...)
			inv, err := Parse(argv, as(""))
			if err != nil || inv.Kind == PrefixText {
				continue
			}
			if !slices.Equal(inv.Argv[1:], args) {
				t.Errorf("%q: the real shell gets %q", argv, inv.Argv)
			}
			if inv.Kind == CommandText && inv.Argv[inv.TextIndex] != inv.Text {
				t.Errorf("%q: text %q is not at %d", argv, inv.Text, inv.TextIndex)
			}
		}
		argv := append([]string{"sh"}, args...)
		any, err := Parse(argv, as(""))
		if err != nil {
			return
		}
		for _, real := range []string{"bash", "dash", "ksh93", "mksh"} {
			inv, err := Parse(argv, as(real))
			if err == nil && (inv.Kind != any.Kind || inv.Text != any.Text || inv.Script != any.Script) {
				t.Errorf("%q: %v %q%q, but as %s %v %q%q", argv,
					any.Kind, any.Text, any.Script, real, inv.Kind, inv.Text, inv.Script)
			}
		}
	})
}
