package body

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"guard/rules/value"
)

// seeds adds the documents of the table to a corpus.
func seeds(f *testing.F) {
	for _, r := range table() {
		f.Add(r.body)
		var v struct{ Query string }
		if json.Unmarshal([]byte(r.body), &v) == nil && v.Query != "" {
			f.Add(v.Query)
		}
	}
}

// escaped writes s as a JSON string in which every character is an escape.
func escaped(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, `\u%04x`, u)
	}
	return `"` + b.String() + `"`
}

// However a document is encoded, its operations are the same.
func FuzzEncoding(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, doc string) {
		if len(doc) > 5000 || !utf8.ValidString(doc) || strings.Contains(doc, "\x00") || strings.Contains(doc, "\\") {
			return
		}
		for _, r := range doc {
			if r >= 0x10000 || r == utf8.RuneError || r < ' ' && r != '\n' {
				return // surrogate pairs and control characters stand in no name
			}
		}
		plain, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		want := show(GraphQL(value.Text(`{"query":`+string(plain)+`}`), asJSON))
		for name, got := range map[string]string{
			"escaped": show(GraphQL(value.Text(`{"\u0071uery":`+escaped(doc)+`}`), asJSON)),
			"batch":   show(GraphQL(value.Text("[\n{\"variables\":{}, \"query\" : "+string(plain)+"}]"), "")),
			"form":    show(GraphQL(value.Text("a=1&query="+url.QueryEscape(doc)), asForm)),
			"url":     show(GraphQLFromURL(value.Text("https://h/p?query=" + url.QueryEscape(doc)))),
		} {
			if got != want {
				t.Fatalf("%s %q: %s, want %s", name, doc, got, want)
			}
		}
	})
}

// A mutation at the end of any text is found, or something is not known.
func FuzzMutationIsSeen(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 5000 {
			return
		}
		s = string(value.Known(s))
		quoted := strings.NewReplacer("\\", `\\`, "\"", `\"`, "\n", `\n`).Replace(s)
		for _, body := range []string{s + "\nmutation Zz { zz }", `{"query":"` + quoted + `\nmutation Zz { zz }"}`, `{"x":"` + quoted + `","query":"mutation Zz { zz }"}`} {
			for _, contentType := range []string{asJSON, asRaw} {
				if body[0] != '{' && contentType == asJSON {
					continue
				}
				ops, ok := GraphQL(value.Text(body), contentType)
				if !ok || !slices.ContainsFunc(ops, func(op Operation) bool { return !op.Known || slices.Contains(op.Fields, "zz") }) {
					t.Fatalf("%s %q: %s", contentType, body, show(ops, ok))
				}
			}
		}
	})
}

// White space, commas and comments between tokens change nothing, and neither
// does what stands in strings.
func TestIgnoredTokens(t *testing.T) {
	tokens := []string{"mutation", "M", "(", "$id", ":", "ID", "!", ")", "{", "x", ":", "volumeDelete", "(", "id", ":", "$id",
		"s", ":", `"STRING"`, ")", "{", "id", "}", "...", "F", "...", "on", "Mutation", "{", "b", "}", "}", "fragment", "F", "on", "Mutation", "{", "c", "}"}
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		text := rapid.StringMatching(`[a-z{} ()#:.]*`).Draw(t, "string")
		for _, tok := range tokens {
			b.WriteString(strings.ReplaceAll(tok, "STRING", text))
			b.WriteString(rapid.SampledFrom([]string{" ", ",", "\n", "\t, ", " # mutation { no }\n", "\r\n"}).Draw(t, "space"))
		}
		body, _ := json.Marshal(map[string]string{"query": b.String(), "operationName": text})
		if got := show(GraphQL(value.Text(body), asJSON)); got != "mutation M{volumeDelete,c,b}" {
			t.Fatalf("%s: %s", body, got)
		}
	})
}
