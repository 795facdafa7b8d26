// Package body tells which GraphQL operations a request's body or URL holds. It
// reads JSON, batches, forms and plain documents, and text that nearly is one of
// these; what it cannot read for certain it reports as not known.
package body

import (
	"slices"
	"strings"

	"guard/rules/value"
)

// Operation is one GraphQL operation of a request.
type Operation struct {
	// Kind is "query", "mutation" or "subscription", or empty where it is not
	// known.
	Kind string
	// Name is the operation's own name, often empty.
	Name string
	// Fields lists the root fields, without aliases, each once and in order;
	// fields in fragments are among them.
	Fields []string
	// Known is false when the operation may have other root fields or be of
	// another kind, or when the request may hold further operations.
	Known bool
}

// Field is a name and a value of a form.
type Field struct{ Name, Value value.Text }

// The limits. What lies beyond them is not known.
const (
	maxBody       = 1 << 20 // bytes
	maxOperations = 1000
	maxTokens     = 50000   // of one document
	maxDepth      = 200     // of nested JSON
	maxFields     = 200     // of one operation or form
	maxSteps      = 1 << 20 // of a search in text that is not well formed
)

// GraphQL returns every operation that a request's body holds, whichever of
// them operationName would select. contentType is the value of the request's
// Content-Type header, or empty; a body that plainly is of another type is read
// as that type. isGraphQL is false only for a body that no server would take
// for GraphQL; where it is true there is at least one operation.
func GraphQL(body value.Text, contentType string) (ops []Operation, isGraphQL bool) {
	text := strings.TrimPrefix(string(body), "\ufeff")
	trimmed := strings.TrimSpace(text)
	contentType = strings.ToLower(contentType)
	r := &request{}
	switch {
	case len(text) > maxBody:
		r.unknown()
	case trimmed == "":
	case trimmed[0] == 0:
		r.unknown()
	case strings.HasPrefix(contentType, "multipart/"):
		r.fields(multipart(text))
	case strings.HasPrefix(contentType, "application/graphql") && !strings.Contains(contentType, "json"):
		r.document(text, true)
		if trimmed[0] == '{' {
			(&scanner{src: trimmed, request: r}).body()
		}
	case trimmed[0] == '{', trimmed[0] == '[':
		r.object(trimmed)
	case strings.Contains(contentType, "json"):
		r.broken(trimmed)
	case strings.HasPrefix(trimmed, "--") && strings.Contains(trimmed, "form-data"):
		r.fields(multipart(text))
	case opensDocument(trimmed):
		r.document(text, true)
	default:
		r.fields(form(text))
	}
	return r.result()
}

// GraphQLFields returns the operations in the fields of a form that has been
// taken apart: "query", or "operations" of a multipart request.
func GraphQLFields(fields []Field) (ops []Operation, isGraphQL bool) {
	r := &request{}
	r.fields(fields)
	return r.result()
}

// GraphQLFromURL returns the operations in the query of a URL.
func GraphQLFromURL(url value.Text) (ops []Operation, isGraphQL bool) {
	s := string(url)
	if len(s) > maxBody {
		return []Operation{{}}, true
	}
	s, _, _ = strings.Cut(s, "#")
	_, query, ok := strings.Cut(s, "?")
	if !ok {
		return nil, false
	}
	return GraphQLFields(form(query))
}

// request gathers the operations of one request.
type request struct {
	ops    []Operation
	open   bool // further operations may stand somewhere
	graph  bool
	maybes []string // operation names without a document
}

// unknown notes that operations may stand where nothing can be read.
func (r *request) unknown() { r.graph, r.open = true, true }

// add adds an operation.
func (r *request) add(op Operation) {
	r.graph = true
	for i := max(0, len(r.ops)-20); i < len(r.ops); i++ {
		if o := &r.ops[i]; o.Kind == op.Kind && o.Name == op.Name && slices.Equal(o.Fields, op.Fields) {
			o.Known = o.Known && op.Known
			return
		}
	}
	if len(r.ops) >= maxOperations {
		r.open = true
		return
	}
	r.ops = append(r.ops, op)
}

// result returns what has been gathered.
func (r *request) result() ([]Operation, bool) {
	if r.graph && len(r.ops) == 0 {
		op := Operation{}
		if len(r.maybes) == 1 {
			op.Name = r.maybes[0]
		}
		return []Operation{op}, true
	}
	if r.open {
		for i := range r.ops {
			r.ops[i].Known = false
		}
	}
	return r.ops, r.graph
}

// object reads JSON, or what looks like it: a document in short form, too, opens
// with a brace.
func (r *request) object(text string) {
	s := &scanner{src: text, request: r}
	if s.body() {
		return
	}
	r.open = r.open || len(r.ops) > 0
	inner := strings.TrimLeft(text[1:], " \t\r\n,")
	if inner != "" && (letter(inner[0]) || inner[0] == '.' || inner[0] == '#') {
		before := len(r.ops)
		r.document(text, false)
		if len(r.ops) > before {
			return
		}
	}
	r.broken(text)
}

// broken reads text that is meant to be JSON and is not.
func (r *request) broken(text string) {
	if ops := tolerant(unescape(text)); len(ops) > 0 {
		for _, op := range ops {
			r.add(op)
		}
		r.open = true
		return
	}
	if strings.Contains(text, "\x00") || strings.Contains(text, "query") || strings.Contains(text, "mutation") ||
		strings.Contains(text, "persistedQuery") || strings.Contains(text, "\\u") {
		r.unknown()
	}
}

// opensDocument reports whether text opens as a GraphQL document does.
func opensDocument(text string) bool {
	for text != "" && text[0] == '#' {
		_, text, _ = strings.Cut(text, "\n")
		text = strings.TrimLeft(text, " \t\r\n,\ufeff")
	}
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "\"\"\"") {
		return true
	}
	n := 0
	for n < len(text) && letter(text[n]) {
		n++
	}
	switch text[:n] {
	case "query":
		return n < len(text) && text[n] != '='
	case "mutation", "subscription", "fragment":
		return true
	}
	return false
}

// letter reports whether c may be part of a GraphQL name.
func letter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
