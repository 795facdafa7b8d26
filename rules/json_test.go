package rules

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guard/rules/value"
)

// TestActionJSON proves that the hand-written JSON is that of encoding/json, and
// that nothing is lost on the way back.
func TestActionJSON(t *testing.T) {
	word := rapid.StringMatching(`[ -~é\x00-\x1f"\\<>&\x{2028}]{0,6}`)
	words := rapid.SliceOfN(word, 1, 3)
	tri := rapid.SampledFrom([]Tri{Unknown, False, True})
	rapid.Check(t, func(t *rapid.T) {
		a := Action{
			Op: Op(rapid.IntRange(0, int(numOps)-1).Draw(t, "op")), Argv: fromStrings(words.Draw(t, "argv")),
			Path: value.Text(word.Draw(t, "path")), Real: value.Text(word.Draw(t, "real")), URL: value.Text(word.Draw(t, "url")),
			Program: value.Text(word.Draw(t, "program")), Text: value.Text(word.Draw(t, "text")), Cwd: value.Text(word.Draw(t, "cwd")),
			Recursive: rapid.Bool().Draw(t, "recursive"), Opaque: rapid.Bool().Draw(t, "opaque"),
			How: How(rapid.IntRange(0, 3).Draw(t, "how")), Method: word.Draw(t, "method"), Operations: words.Draw(t, "operations"),
			Verb: word.Draw(t, "verb"), Clauses: words.Draw(t, "clauses"), Target: fromStrings(words.Draw(t, "target")),
			Branch: word.Draw(t, "branch"), Span: [2]int{rapid.Int().Draw(t, "from"), rapid.Int().Draw(t, "to")},
			Via: words.Draw(t, "via"), Why: word.Draw(t, "why"), Exists: tri.Draw(t, "exists"), Tracked: tri.Draw(t, "tracked"),
			Loses: tri.Draw(t, "loses"), Loss: word.Draw(t, "loss"), Created: word.Draw(t, "created"),
		}
		have := string(AppendActions(nil, []Action{a}))
		var want, got any
		standard, err := json.Marshal([]jsonAction{reflected(&a)})
		if err != nil {
			t.Fatal(err)
		}
		if json.Unmarshal(standard, &want) != nil || json.Unmarshal([]byte(have), &got) != nil {
			t.Fatalf("no JSON: %s", have)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("(-encoding/json +ours):\n%s", d)
		}
		var back []Action
		if err := json.Unmarshal([]byte(have), &back); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]Action{a}, back); d != "" {
			t.Fatalf("(-written +read):\n%s", d)
		}
	})
}

// reflected is a as encoding/json would write it.
func reflected(a *Action) jsonAction {
	strs := func(ts []value.Text) (out []string) {
		for _, t := range ts {
			out = append(out, string(t))
		}
		return out
	}
	known := func(t Tri) *Tri {
		if t == Unknown {
			return nil
		}
		return &t
	}
	return jsonAction{
		Op: a.Op, Argv: strs(a.Argv), Path: string(a.Path), Recursive: a.Recursive, Method: a.Method,
		URL: string(a.URL), Text: string(a.Text), Target: strs(a.Target), Span: a.Span, Via: a.Via, Known: a.Known(),
		Program: string(a.Program), Real: string(a.Real), How: a.How.String(), Operations: a.Operations,
		Opaque: a.Opaque, Verb: a.Verb, Clauses: a.Clauses, Cwd: string(a.Cwd), Branch: a.Branch, Why: a.Why,
		Exists: known(a.Exists), Tracked: known(a.Tracked), Loses: known(a.Loses), Loss: a.Loss, Created: a.Created,
	}
}

// TestFindingJSON does the same for findings, with every field set.
func TestFindingJSON(t *testing.T) {
	type plain Finding // without the method
	for _, f := range []Finding{
		{},
		{Rule: "a.b", Decision: Ask, Reason: "r", Instead: "i", Advice: "<a>", Action: 3, Layer: "l", Span: [2]int{1, 2},
			Via: []string{"sudo"}, Became: "é", Loss: "x", About: "c.d", Exception: "e"},
	} {
		want, err := json.Marshal(plain(f))
		if err != nil {
			t.Fatal(err)
		}
		if have, err := json.Marshal(f); err != nil || string(have) != string(want) {
			t.Errorf("have %s, %v\nwant %s", have, err, want)
		}
	}
	if have := string(AppendFindings(nil, nil)); have != "null" {
		t.Errorf("no findings are %s", have)
	}
}
