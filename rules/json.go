package rules

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"guard/rules/value"
)

// The JSON of actions and findings is written by hand: each start of guard logs
// some, and the reflection of encoding/json costs more than all the rest of the
// log. Tests compare the two.

// AppendActions appends a JSON array of actions; null if there are none.
func AppendActions(b []byte, actions []Action) []byte {
	return appendArray(b, actions, func(b []byte, a *Action) []byte { return a.appendJSON(b) })
}

// AppendFindings appends a JSON array of findings; null if there are none.
func AppendFindings(b []byte, findings []Finding) []byte {
	return appendArray(b, findings, func(b []byte, f *Finding) []byte { return f.appendJSON(b) })
}

func appendArray[T any](b []byte, list []T, element func([]byte, *T) []byte) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = element(b, &list[i])
	}
	return append(b, ']')
}

// object appends the members of a JSON object in the order of the calls. Empty
// ones are left out.
type object struct{ b []byte }

func (o *object) key(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
}

func (o *object) text(name, s string) {
	if s != "" {
		o.key(name)
		o.b = appendString(o.b, s)
	}
}

func (o *object) flag(name string, v bool) {
	if v {
		o.key(name)
		o.b = append(o.b, "true"...)
	}
}

func (o *object) tri(name string, t Tri) {
	if t != Unknown {
		o.key(name)
		o.b = strconv.AppendBool(o.b, t == True)
	}
}

func (o *object) span(span [2]int) {
	o.key("span")
	o.b = append(o.b, '[')
	o.b = append(strconv.AppendInt(o.b, int64(span[0]), 10), ',')
	o.b = append(strconv.AppendInt(o.b, int64(span[1]), 10), ']')
}

// texts appends an array of strings.
func texts[S ~string](o *object, name string, list []S) {
	if len(list) > 0 {
		o.key(name)
		o.b = appendArray(o.b, list, func(b []byte, s *S) []byte { return appendString(b, string(*s)) })
	}
}

func (a *Action) appendJSON(b []byte) []byte {
	o := object{append(b, '{')}
	o.text("op", a.Op.String())
	texts(&o, "argv", a.Argv)
	o.text("path", string(a.Path))
	o.flag("recursive", a.Recursive)
	o.text("method", a.Method)
	o.text("url", string(a.URL))
	o.text("text", string(a.Text))
	texts(&o, "target", a.Target)
	o.span(a.Span)
	texts(&o, "via", a.Via)
	o.key("known")
	o.b = strconv.AppendBool(o.b, a.Known())
	o.text("program", string(a.Program))
	o.text("real", string(a.Real))
	o.text("how", a.How.String())
	texts(&o, "operations", a.Operations)
	o.flag("opaque", a.Opaque)
	o.text("verb", a.Verb)
	texts(&o, "clauses", a.Clauses)
	o.text("cwd", string(a.Cwd))
	o.text("branch", a.Branch)
	o.text("why", a.Why)
	o.tri("exists", a.Exists)
	o.tri("tracked", a.Tracked)
	o.tri("loses", a.Loses)
	o.text("loss", a.Loss)
	o.text("created", a.Created)
	return append(o.b, '}')
}

// MarshalJSON writes the finding as records and check hold it.
func (f Finding) MarshalJSON() ([]byte, error) { return f.appendJSON(nil), nil }

func (f *Finding) appendJSON(b []byte) []byte {
	o := object{append(b, '{')}
	o.key("rule")
	o.b = appendString(o.b, f.Rule)
	o.text("decision", f.Decision.String())
	o.key("reason")
	o.b = appendString(o.b, f.Reason)
	o.text("instead", f.Instead)
	o.text("advice", f.Advice)
	o.key("action")
	o.b = strconv.AppendInt(o.b, int64(f.Action), 10)
	o.key("layer")
	o.b = appendString(o.b, f.Layer)
	o.span(f.Span)
	texts(&o, "via", f.Via)
	o.text("became", f.Became)
	o.text("loss", f.Loss)
	o.text("about", f.About)
	o.text("exception", f.Exception)
	return append(o.b, '}')
}

// appendString appends s as a JSON string. A string that needs escapes is left
// to encoding/json.
func appendString(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c >= utf8.RuneSelf {
			quoted, _ := json.Marshal(s) // a string has a form always
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func fromStrings(ss []string) []value.Text {
	if ss == nil {
		return nil
	}
	out := make([]value.Text, len(ss))
	for i, s := range ss {
		out[i] = value.Text(s)
	}
	return out
}
