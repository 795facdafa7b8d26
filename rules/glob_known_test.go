package rules

import (
	"testing"

	"github.com/bmatcuk/doublestar/v4"
	"pgregory.net/rapid"

	"guard/rules/value"
)

// TestKnownAsDoublestar: on a clean path that is known, the short cuts answer as
// doublestar does.
func TestKnownAsDoublestar(t *testing.T) {
	glob := rapid.StringMatching(`(\*\*/|/)?([ab.]|\*|\?|\*\*/|/|\[ab\]|\\a){0,7}(/\*\*)?`)
	text := rapid.StringMatching(`(/[ab.]{1,2}){1,4}`)
	rapid.Check(t, func(t *rapid.T) {
		g, s := glob.Draw(t, "glob"), text.Draw(t, "text")
		want := No
		if ok, err := doublestar.Match(g, s); ok || err != nil {
			want = Yes
		}
		if got := matchGlob(g, value.Known(s)); got != want {
			t.Fatalf("%q on %q: %v, want %v", g, s, got, want)
		}
	})
}
