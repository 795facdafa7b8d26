package tomlfmt_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guard/rules/tomlfmt"
)

func TestNotUTF8(t *testing.T) {
	if out, err := tomlfmt.Format([]byte("\xff\xfe")); err == nil {
		t.Errorf("formatted to %q", out)
	}
}

func TestForms(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"only blank lines", "\n \n\t\n", ""},
		{"spacing", "a=1\n  b   =   'x'  \n", "a = 1\nb = 'x'\n"},
		{"no newline at the end", "a=1", "a = 1\n"},
		{"carriage returns", "a=1\r\n\r\n\r\nb=2\r\n", "a = 1\n\nb = 2\n"},
		{"a mark at the beginning", "\ufeffa=1", "a = 1\n"},
		{"keys", "a . 'b c' .\"d\"= 1", "a.'b c'.\"d\" = 1\n"},
		{"comments stay", "#:schema x\n# one  \na=1#two\n", "#:schema x\n# one\na = 1 #two\n"},
		{"comments align", "a=1 # x\nlong='y'    # z\nb=2\n\nc=3  # w\n", "a = 1      # x\nlong = 'y' # z\nb = 2\n\nc = 3 # w\n"},
		{"tables", "a=1\n[ t ]\n\n\nb=1\n[[ r . x ]] # c\nd=1\n[[r2]]\n", "a = 1\n\n[t]\nb = 1\n[[r.x]] # c\nd = 1\n\n[[r2]]\n"},
		{"the comment above a table", "a=1\n# about t\n[t]\nb=1\n", "a = 1\n\n# about t\n[t]\nb = 1\n"},
		{"a comment by itself", "# head\n\n\n[t]\n", "# head\n\n[t]\n"},
		{"array on a line", "a=[ 1,2 , ]\n", "a = [1, 2]\n"},
		{"array on lines", "a=[1, # one\n 2,3,\n\n\n# rest\n  4]\n", "a = [\n  1, # one\n  2, 3,\n\n  # rest\n  4,\n]\n"},
		{"comma on the next line", "a=[1 # one\n,2\n]\n", "a = [\n  1, # one\n  2,\n]\n"},
		{"nested", "a=[[1,\n2],[3]]\n", "a = [[\n  1,\n  2,\n], [3]]\n"},
		{"empty array on lines", "a=[\n\n]\n", "a = []\n"},
		{"inline tables", "a={}\nb={x=1,y.z = [ 1 ]}\n", "a = {}\nb = { x = 1, y.z = [1] }\n"},
		{"strings keep all", "a=\"x # y = [ \\\" \"\nb='''\n  x #\r\n ''y'''''\nc=\"\"\"q\\\"\"\"\"\n", "a = \"x # y = [ \\\" \"\nb = '''\n  x #\r\n ''y'''''\nc = \"\"\"q\\\"\"\"\"\n"},
		{"dates", "a = 2026-01-02 03:04:05 # c\n", "a = 2026-01-02 03:04:05 # c\n"},
	} {
		got, err := tomlfmt.Format([]byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		check(t, c.in)
	}
}

// check holds what must be true of every text: that it is formatted once and for
// all, says the same, and keeps its comments in order. Texts that are no TOML are
// refused.
func check(t failer, text string) {
	t.Helper()
	var want map[string]any
	if _, err := toml.Decode(text, &want); err != nil {
		var pe toml.ParseError
		if _, err := tomlfmt.Format([]byte(text)); !errors.As(err, &pe) {
			t.Fatalf("%q: %v, want an error of the parser", text, err)
		}
		return
	}
	once, err := tomlfmt.Format([]byte(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	twice, err := tomlfmt.Format(once)
	if err != nil || string(once) != string(twice) {
		t.Fatalf("%q\nonce:\n%s\ntwice:\n%s\n%v", text, once, twice, err)
	}
	var have map[string]any
	if _, err := toml.Decode(string(once), &have); err != nil || !reflect.DeepEqual(want, have) {
		t.Fatalf("%q\nbecame:\n%s\nwhich says something else: %v", text, once, err)
	}
	if strings.Contains(text, "§") { // comments are marked so that strings do not hold them
		if a, b := marks(text), marks(string(once)); !reflect.DeepEqual(a, b) {
			t.Fatalf("%q\nbecame:\n%s\ncomments %q, then %q", text, once, a, b)
		}
	}
}

// marks lists the marked comments of a text in order.
func marks(text string) []string {
	var out []string
	for _, p := range strings.Split(text, "#§")[1:] {
		end := strings.IndexAny(p+"\n", "\r\n")
		out = append(out, strings.TrimSpace(p[:end]))
	}
	return out
}

// document makes texts of every shape, with marked comments and odd spacing.
func document(t *rapid.T) string {
	n := 0
	space := func() string { return rapid.SampledFrom([]string{"", " ", "\t", "  "}).Draw(t, "space") }
	remark := func() string {
		n++
		return rapid.SampledFrom([]string{"", "", fmt.Sprintf("#§%d x = [ ", n)}).Draw(t, "comment")
	}
	end := func() string { return rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end") }
	var value func(depth int) string
	value = func(depth int) string {
		kinds := 9
		if depth > 2 {
			kinds = 7
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return rapid.SampledFrom([]string{"1", "-7", "true", "1.5", "2026-01-02", "2026-01-02T03:04:05Z", "0x1F"}).Draw(t, "scalar")
		case 1, 2:
			return fmt.Sprintf("%q", rapid.StringOf(rapid.SampledFrom([]rune(`ab #="'[],{}`))).Draw(t, "basic"))
		case 3:
			return "'" + rapid.StringOf(rapid.SampledFrom([]rune(`ab #="[],\`))).Draw(t, "literal") + "'"
		case 4:
			return "'''" + rapid.StringOf(rapid.SampledFrom([]rune("ab #\n\"[]\\"))).Draw(t, "long") + "'''"
		case 5:
			return "\"\"\"" + rapid.StringOf(rapid.SampledFrom([]rune("ab #\n'[]"))).Draw(t, "long") + "\\\"\"\"\""
		case 6:
			return "[]"
		case 7:
			s := "["
			for i := rapid.IntRange(0, 4).Draw(t, "elements"); i > 0; i-- {
				for k := rapid.IntRange(0, 2).Draw(t, "lines"); k > 0; k-- {
					s += space() + remark() + end()
				}
				s += space() + value(depth+1) + space()
				if rapid.Bool().Draw(t, "late comma") {
					s += remark() + end()
				}
				s += ","
			}
			if rapid.Bool().Draw(t, "last line") {
				s += remark() + end()
			}
			return s + space() + "]"
		}
		s := "{"
		for i := rapid.IntRange(0, 3).Draw(t, "fields"); i > 0; i-- {
			s += fmt.Sprintf("%sk%d%s=%s%s%s", space(), i, space(), space(), value(depth+1), space())
			if i > 1 {
				s += ","
			}
		}
		return s + "}"
	}
	s := ""
	for i := rapid.IntRange(0, 12).Draw(t, "items"); i > 0; i-- {
		n++
		switch rapid.IntRange(0, 6).Draw(t, "item") {
		case 0:
			s += space()
		case 1:
			s += space() + remark()
		case 2:
			s += fmt.Sprintf("%s[%st%d%s]%s%s", space(), space(), n, space(), space(), remark())
		case 3:
			s += fmt.Sprintf("[[r%s.%s'x %d']]%s", space(), space(), n, remark())
		default:
			s += fmt.Sprintf("%sk%d%s=%s%s%s%s", space(), n, space(), space(), value(0), space(), remark())
		}
		s += end()
	}
	return s
}

// TestProperties holds check for made-up texts.
func TestProperties(t *testing.T) {
	valid, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		all++
		s := document(t)
		var v map[string]any
		if _, err := toml.Decode(s, &v); err == nil {
			valid++
		}
		check(t, s)
	})
	if valid < all/2 {
		t.Errorf("only %d of %d texts were TOML", valid, all)
	}
}

// failer is what tests of all kinds have.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// TestFiles holds check for the files of this project, and that the starters have
// the canonical form.
func TestFiles(t *testing.T) {
	seen := 0
	for _, glob := range []string{"../packs/*.toml", "../programs/*.toml", "../starter/*.toml"} {
		files, err := filepath.Glob(glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			check(t, string(text))
			seen++
			if !strings.Contains(glob, "starter") {
				continue
			}
			if got, err := tomlfmt.Format(text); err != nil || string(got) != string(text) {
				t.Errorf("%s is not formatted: run guard policy fmt -w on it: %v\n%s", f, err, cmp.Diff(string(text), string(got)))
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d files were found", seen)
	}
}

// FuzzFormat holds check for edited texts.
func FuzzFormat(f *testing.F) {
	for _, s := range []string{"a=[1, # x\n2]\n", "[[r]]\nx.y='''a\n'''\n[r.t]\n", "a={b=[{c=1}],d=\"\\\"\"}", "# x\r\n\r\n[a]\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "nan") || !utf8.ValidString(s) { // nan is not equal to itself
			t.Skip()
		}
		check(t, strings.ReplaceAll(s, "§", ""))
	})
}
