package body

import (
	"strings"
	"testing"
	"time"

	"guard/rules/value"
)

// show writes operations as the tables do: KIND NAME{fields}, with a ? where
// something is unknown; "-" is no GraphQL.
func show(ops []Operation, isGraphQL bool) string {
	if !isGraphQL {
		return "-"
	}
	var out []string
	for _, op := range ops {
		s := op.Kind
		if op.Name != "" {
			s += " " + op.Name
		}
		s += "{" + strings.Join(op.Fields, ",") + "}"
		if !op.Known {
			s += "?"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// gapped puts unknown parts where a table has ‹a›, ‹m›, ‹n› or ‹d›.
func gapped(s string) value.Text {
	return value.Text(strings.NewReplacer("‹a›", "\x00a", "‹m›", "\x00m", "‹n›", "\x00n", "‹d›", "\x00d").Replace(s))
}

const (
	asJSON = "application/json"
	asRaw  = "application/graphql"
	asForm = "application/x-www-form-urlencoded"
)

type row struct{ body, contentType, want string }

func table() []row {
	return []row{
		// JSON.
		{`{"query":"mutation { volumeDelete(volumeId: \"x\") }"}`, asJSON, "mutation{volumeDelete}"},
		{`{"query":"mutation { volumeDelete(volumeId: \"x\") }"}`, "", "mutation{volumeDelete}"},
		{`{"query":"mutation { volumeDelete(volumeId: \"x\") }"}`, asForm, "mutation{volumeDelete}"},
		{`{"query":"{ me { id } }"}`, asJSON, "query{me}"},
		{`{"query":"query Q { me { id } projects { name } }"}`, asJSON, "query Q{me,projects}"},
		{`{"query":"mutation M($id: String!) { volumeDelete(volumeId: $id) }","variables":{"id":"x"}}`, asJSON, "mutation M{volumeDelete}"},
		{`{"query":"\u006dutation { volume\u0044elete }"}`, asJSON, "mutation{volumeDelete}"},
		{`{"\u0071uery":"mutation { a }"}`, asJSON, "mutation{a}"},
		{`{"query":"mutation {\n a\n}"}`, asJSON, "mutation{a}"},
		{`{"query":"{ a }","query":"mutation { b }"}`, asJSON, "query{a} mutation{b}"},
		{`{"query":"mutation { b }","query":"{ a }"}`, asJSON, "mutation{b} query{a}"},
		{`[{"query":"{ a }"},{"query":"mutation { b }"}]`, asJSON, "query{a} mutation{b}"},
		{`{"variables":{"query":"mutation { b }"},"query":"{ a }"}`, asJSON, "query{a}"},
		{`{"filter":{"query":"mutation { b }"}}`, asJSON, "-"},
		{`{"query":{"match_all":{}}}`, asJSON, "-"},
		{`{"query":"SELECT 1"}`, asJSON, "-"},
		{`{"name":"mutation { a }"}`, asJSON, "-"},
		{`{"query":"query A { a } mutation B { b }","operationName":"A"}`, asJSON, "query A{a} mutation B{b}"},
		{`{"query":"subscription S { s }"}`, asJSON, "subscription S{s}"},
		{"\ufeff" + `{"query":"mutation { b }"}`, asJSON, "mutation{b}"},
		{`{}`, asJSON, "-"},
		{`[]`, asJSON, "-"},
		{``, asJSON, "-"},
		{`[1,"mutation { a }"]`, asJSON, "-"},
		{`{"id":1,"tags":["a",{"b":null}],"n":-1.5e3}`, asJSON, "-"},
		// Aliases, fragments, directives.
		{`{"query":"mutation { ok: volumeDelete(id: 1) { id } }"}`, asJSON, "mutation{volumeDelete}"},
		{`{"query":"mutation { ...F } fragment F on Mutation { volumeDelete(id: 1) }"}`, asJSON, "mutation{volumeDelete}"},
		{`{"query":"mutation { ... on Mutation { volumeDelete(id: 1) } }"}`, asJSON, "mutation{volumeDelete}"},
		{`{"query":"mutation { ... { a ...F } } fragment F on M { b ...G } fragment G on M { c ...F }"}`, asJSON, "mutation{a,b,c}"},
		{`{"query":"mutation { ...Missing }"}`, asJSON, "mutation{}?"},
		{`{"query":"mutation { a @skip(if: true) b @include(if: $x) }"}`, asJSON, "mutation{a,b}"},
		{`{"query":"query { node { volumeDelete } }"}`, asJSON, "query{node}"},
		{`{"query":"{ a(x: \"mutation { b }\") }"}`, asJSON, "query{a}"},
		{`{"query":"{ a # mutation { b }\n c }"}`, asJSON, "query{a,c}"},
		{`{"query":"# {\nmutation { b }"}`, asJSON, "mutation{b}"},
		{`{"query":"{ a(x: \"\"\"} mutation { b }\"\"\") }"}`, asJSON, "query{a}"},
		{`{"query":"{ a, a, b }"}`, asJSON, "query{a,b}"},
		{`{"query":"{ __schema { types { name } } }"}`, asJSON, "query{__schema}"},
		// Persisted documents.
		{`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}`, asJSON, "{}?"},
		{`{"operationName":"Del","variables":{}}`, asJSON, " Del{}?"},
		{`{"documentId":"abc"}`, asJSON, "{}?"},
		{`{"query":"{ a }","extensions":{"persistedQuery":{}}}`, asJSON, "query{a}"},
		{`{"extensions":{"other":1}}`, asJSON, "-"},
		// Plain documents.
		{`mutation { volumeDelete(id: 1) }`, asRaw, "mutation{volumeDelete}"},
		{`{ me { id } }`, asRaw, "query{me}"},
		{`{ me { id } }`, "", "query{me}"},
		{`mutation M { a }`, "", "mutation M{a}"},
		{`nonsense`, asRaw, "{}?"},
		{"# note\nmutation { a }", "", "mutation{a}"},
		{`hello world`, "text/plain", "-"},
		// Forms.
		{`query=mutation+%7B+volumeDelete+%7D`, asForm, "mutation{volumeDelete}"},
		{`a=1&query={me}&b=2`, asForm, "query{me}"},
		{`a=1&b=2`, asForm, "-"},
		{`query=%7Bme%7D&query=mutation%7Bb%7D`, asForm, "query{me} mutation{b}"},
		{`q%75ery=mutation%7Bb%7D`, asForm, "mutation{b}"},
		{`extensions={"persistedQuery":{}}`, asForm, "{}?"},
		{`query=shoes`, asForm, "-"},
		{"--X\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{\"query\":\"mutation { up }\"}\r\n--X\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--X--", "multipart/form-data; boundary=X", "mutation{up}"},
		{"--X\nContent-Disposition: form-data; name=query\n\nmutation { up }\n--X--", "", "mutation{up}"},
		// Unknown parts.
		{`‹a›`, asJSON, "{}?"},
		{`{"query":"‹a›"}`, asJSON, "{}?"},
		{`{"query":‹a›}`, asJSON, "{}?"},
		{`{"query":"mutation { volumeDelete(id: \"‹a›\") }"}`, asJSON, "mutation{volumeDelete}"},
		{`{"query":"mutation { volumeDelete(id: ‹d›) }"}`, asJSON, "mutation{volumeDelete}"},
		{`{"query":"mutation { volumeDelete(id: ‹a›) }"}`, asJSON, "mutation{volumeDelete}?"},
		{`{"query":"mutation { ‹n› }"}`, asJSON, "mutation{}?"},
		{`{"query":"mutation { volume‹n›(id: 1) }"}`, asJSON, "mutation{}?"},
		{`{"query":"{ a } ‹a›"}`, asJSON, "query{a}?"},
		{`{"query":"query ‹n› { a }"}`, asJSON, "query{a}"},
		{`{"query":"{ a(x: \"\"\"‹a›\"\"\") }"}`, asJSON, "query{a}"},
		{`{"query":"{ a # ‹a›\n }"}`, asJSON, "query{a}?"},
		{`{"query":"mutation($id: ID!) { del(id: $id) }","variables":{"id":"‹a›"}}`, asJSON, "mutation{del}"},
		{`{"query":"{ a }","variables":{"n":‹d›}}`, asJSON, "query{a}"},
		{`{"query":"{ a }","variables":‹a›}`, asJSON, "query{a}?"},
		{`{"query":"{ a }","‹a›":1}`, asJSON, "query{a}?"},
		{`{"name":"‹a›"}`, asJSON, "-"},
		{`query={me}&x=‹a›`, asForm, "query{me}?"},
		// What nearly parses.
		{`{'query': 'mutation { volumeDelete(id: 1) { id } }'}`, asJSON, "mutation{volumeDelete}?"},
		{`{"query":"mutation { volumeDelete(id: 1) }",}`, asJSON, "mutation{volumeDelete}?"},
		{`{"query":"mutation { volumeDelete(id: 1) "}`, asJSON, "mutation{volumeDelete}?"},
		{`{"query":"mutation { volumeDelete(id: 1"}`, asJSON, "mutation{volumeDelete}?"},
		{`{query: "mutation { volumeDelete(id: 1) }"}`, asJSON, "mutation{volumeDelete}?"},
		{`mutation { volumeDelete(id: 'x') { id } }`, asRaw, "mutation{volumeDelete}?"},
		{`mutation { ok: volumeDelete(id: %) ...F } fragment F on M { b }`, asRaw, "mutation{volumeDelete,b}?"},
		{`mutation M($a: [Int!) { ... on M { volumeDelete } }`, asRaw, "mutation M{volumeDelete}?"},
		{`{"query":"mutation { volume\uZZZZ volumeDelete( }"}`, asJSON, "mutation{volumeuZZZZ,volumeDelete}?"},
		{"{\"query\":\"mutation {\n volumeDelete(id: 1) }\"}", asJSON, "mutation{volumeDelete}?"},
		{`"{\"query\":\"mutation { volumeDelete }\"}"`, asJSON, "mutation{volumeDelete}?"},
		{`{"query":"{ a } type X { y: Int }"}`, asJSON, "query{a}?"},
	}
}

func TestGraphQL(t *testing.T) {
	for _, tt := range table() {
		if got := show(GraphQL(gapped(tt.body), tt.contentType)); got != tt.want {
			t.Errorf("%s %q:\n got %s\nwant %s", tt.contentType, tt.body, got, tt.want)
		}
	}
}

func TestGraphQLFromURL(t *testing.T) {
	for _, tt := range []struct{ url, want string }{
		{"https://x/graphql?query=mutation%20%7B%20a%20%7D", "mutation{a}"},
		{"https://x/graphql?query={a}&operationName=Q#query=mutation{b}", "query{a}"},
		{"https://x/graphql?extensions=%7B%22persistedQuery%22%3A%7B%7D%7D", "{}?"},
		{"https://x/search?query=shoes", "-"},
		{"https://x/", "-"},
		{"https://x/?a=‹a›", "{}?"},
		{"https://x/?query=‹a›", "{}?"},
		{"https://x/?query={a}&v=‹a›", "query{a}?"},
		{"https://x/?query=%00a%7Ba%7D", "-"},
	} {
		if got := show(GraphQLFromURL(gapped(tt.url))); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.url, got, tt.want)
		}
	}
}

func TestGraphQLFields(t *testing.T) {
	got := show(GraphQLFields([]Field{{"map", "{}"}, {"operations", `{"query":"mutation { up }"}`}, {"query", "{ a }"}}))
	if got != "mutation{up} query{a}" {
		t.Error(got)
	}
	if got := show(GraphQLFields([]Field{{"operations", value.Any}})); got != "{}?" {
		t.Error(got)
	}
	if got := show(GraphQLFields(nil)); got != "-" {
		t.Error(got)
	}
}

func TestLimits(t *testing.T) {
	deep := strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1)
	var many strings.Builder
	var ops strings.Builder
	for i := range maxOperations + 1 {
		name := strings.Repeat("x", i%maxFields+1) + strings.Repeat("y", i/maxFields)
		if i <= maxFields {
			many.WriteString(" " + name + "z")
		}
		ops.WriteString("query " + name + " { a } ")
	}
	for name, text := range map[string]string{
		"large":      `{"query":"{ a }","x":"` + strings.Repeat("x", maxBody) + `"}`,
		"deep":       `{"query":"{ a }","x":` + deep + `}`,
		"operations": `{"query":"` + ops.String() + `"}`,
		"fields":     `{"query":"{` + many.String() + `}"}`,
		"tokens":     `{"query":"{ ` + strings.Repeat("a ", maxTokens) + `}"}`,
		"nested":     `{"query":"` + strings.Repeat("{ a ", 5000) + strings.Repeat("}", 5000) + `"}`,
	} {
		ops, ok := GraphQL(value.Text(text), asJSON)
		if !ok || len(ops) == 0 {
			t.Errorf("%s: nothing found", name)
		}
		for _, op := range ops {
			if op.Known {
				t.Errorf("%s: known", name)
				break
			}
		}
	}
}

func TestTime(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, maxBody/8/len(s)) }
	for _, s := range []string{
		"{", "[", "mutation{", "mutation ", "query(", "...F ", "{...{", `\"`, `"`, `"""`, "a:", "fragment F on X{...F ", "#", "\\u",
		"{a(", "mutation{x{...", "\\\\", "&query=", "--\n\n", `{"a":`,
	} {
		for _, text := range []string{fill(s), `{"query":"` + fill(s), `{"query":"mutation {` + strings.ReplaceAll(fill(s), `"`, `\"`) + `"}`} {
			for _, ct := range []string{asJSON, asRaw, asForm, "multipart/form-data"} {
				start := time.Now()
				GraphQL(value.Text(text), ct)
				if took := time.Since(start); took > 10*time.Second {
					t.Errorf("%.30q as %s took %v", text, ct, took)
				}
			}
		}
	}
}
