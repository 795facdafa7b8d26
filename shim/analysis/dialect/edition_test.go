package dialect

import (
	"reflect"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
	"pgregory.net/rapid"
)

// checkPositions compares each literal of the trees with the original text at
// its position.
func checkPositions(t interface{ Errorf(string, ...any) }, text string, p Parse) {
	for _, f := range p.Files {
		syntax.Walk(f, func(n syntax.Node) bool {
			l, ok := n.(*syntax.Lit)
			if !ok || !l.Pos().IsValid() {
				return true
			}
			lo, hi := from(l), to(l)
			if lo > hi || hi > len(text) {
				t.Errorf("%q: %q is at [%d,%d)", text, l.Value, lo, hi)
				return true
			}
			if at := text[lo:hi]; !strings.ContainsAny(at, "\\\n") && at != l.Value {
				t.Errorf("%q: %q is at [%d,%d), where the text has %q", text, l.Value, lo, hi, at)
			}
			if line := 1 + strings.Count(text[:lo], "\n"); int(l.Pos().Line()) != line {
				t.Errorf("%q: %q is on line %d, not %d", text, l.Value, line, l.Pos().Line())
			}
			return true
		})
	}
}

// Bridged texts keep the positions of the original.
func TestPositions(t *testing.T) {
	for _, text := range []string{
		"r1 $(r3 <<'X'\nbody\nX) b; r2 c",
		"r1 $((r2 a); (r3 b)) c\nr2 d",
		"((r2 a); (r3 b)); r1 c",
		"r1 \xff b; r2 c\r\nr3 d#\r\n",
		"r2 b && !(r1 a) | r3 c",
		"let a=1&r2 b; r3 c",
		"r1 $(r3 \"a\"#b; r2 c\n) d",
	} {
		p := ParseText(Bash, text, Options{}, Limits{})
		if p.Err != nil {
			t.Errorf("%q: %v", text, p.Err)
		}
		checkPositions(t, text, p)
	}
	p := ParseText(Dash, "r1 &>f r2 a\nr3 b", Options{}, Limits{})
	checkPositions(t, "r1 &>f r2 a\nr3 b", p)
}

// A ! that was made blank negates the whole pipeline, and nothing but it.
func TestNegated(t *testing.T) {
	p := ParseText(Bash, "!(r1 a) | r2 && r3", Options{}, Limits{})
	q := ParseText(Bash, "! (r1 a) | r2 && r3", Options{}, Limits{})
	if p.Err != nil || q.Err != nil {
		t.Fatal(p.Err, q.Err)
	}
	var negated [2]int
	for i, f := range []*syntax.File{p.Files[0], q.Files[0]} {
		syntax.Walk(f, func(n syntax.Node) bool {
			if s, ok := n.(*syntax.Stmt); ok && s.Negated {
				negated[i]++
			}
			return true
		})
	}
	if negated != [2]int{1, 1} || !sameTree(reflect.ValueOf(p.Files[0].Stmts), reflect.ValueOf(q.Files[0].Stmts)) {
		t.Errorf("negated %v; trees differ:\n%s\n%s", negated, show(p), show(q))
	}
}

// An edited offset maps back to where it came from.
func TestOriginal(t *testing.T) {
	r := &reading{src: "abcdef", stand: newStandIns("abcdef")}
	r.edits = []edit{{4, 1, "XY"}, {2, 0, " "}, {6, 0, "\nZ\n"}}
	e := r.edition()
	if got := string(e.text); got != "ab cdXYf\nZ\n" {
		t.Fatalf("edited text is %q", got)
	}
	want := []int{0, 1, 2, 2, 3, 4, 5, 5, 6, 6, 6, 6}
	for i, w := range want {
		if got := e.original(i); got != w {
			t.Errorf("original(%d) = %d, want %d", i, got, w)
		}
	}
}

func TestMerge(t *testing.T) {
	got := merge([]Span{{5, 9}, {1, 2}, {2, 3}, {6, 7}})
	if want := []Span{{1, 3}, {5, 9}}; !reflect.DeepEqual(got, want) {
		t.Errorf("merge = %v, want %v", got, want)
	}
}

// Errors are placed in the original text.
func TestErrorPosition(t *testing.T) {
	p := ParseText(Bash, "r1\r\nr2 )", Options{}, Limits{})
	if p.Err == nil || p.Err.Line != 2 || p.Err.Col != 4 || p.Err.Offset != 7 {
		t.Errorf("error is %+v", p.Err)
	}
	p = ParseText(Bash, "r1 $((a); (b)); r2 )", Options{}, Limits{})
	if p.Err == nil || p.Err.Offset != 19 {
		t.Errorf("error is %+v", p.Err)
	}
}

// One reading is enough for sh where bash and dash agree.
func TestReadings(t *testing.T) {
	for text, want := range map[string]int{
		"r1 a; r2 \"$x\"": 1, "find . -exec r1 {} \\;": 1, "r1 {a,b}": 2, "r1 $'a'": 2,
		"((r1))": 2, "r1 &>f": 2, "[[ -f a ]] && r1": 2, "a=(1 2)": 1, "r1 ${a/b/c}": 1,
	} {
		if p := ParseText(Sh, text, Options{}, Limits{}); p.Err != nil || len(p.Files) != want || len(p.Shells) != want {
			t.Errorf("ParseText(sh, %q) has %d files (%v), want %d", text, len(p.Files), p.Err, want)
		}
	}
}

// Any text, for any shell: no panic, spans within the text, and files or an
// error.
func TestAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(fragments), rapid.StringN(0, 3, 6)), 0, 20).Draw(t, "text"), "")
		sh := Shell(rapid.IntRange(int(Bash), int(Ash)).Draw(t, "shell"))
		p := ParseText(sh, text, Options{}, Limits{})
		if (p.Err == nil) != (len(p.Files) > 0) || len(p.Files) != len(p.Shells) {
			t.Fatalf("error %v with %d files", p.Err, len(p.Files))
		}
		for _, s := range p.Opaque {
			if s.From < 0 || s.From > s.To || s.To > len(text) {
				t.Fatalf("span %v of %d bytes", s, len(text))
			}
		}
	})
}
