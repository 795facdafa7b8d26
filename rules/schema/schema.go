// Package schema writes the JSON Schema of the policy language from the Go types
// that policies are decoded into, for editors that know TOML.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"

	"guard/rules"
	"guard/rules/programs"
)

//go:generate go run guard/rules/schema/generate

// object is a schema, or a part of one.
type object map[string]any

// Generate returns the text of docs/policy.schema.json. It fails if a key of the
// language has no description, or a description no key.
func Generate() ([]byte, error) {
	w := writer{notes: notes(), definitions: object{}, used: map[string]bool{}}
	root := w.table("", reflect.TypeFor[rules.File]())
	var faults []string
	for key := range w.notes {
		if !w.used[key] {
			faults = append(faults, "there is no key "+key)
		}
	}
	faults = append(faults, w.missing...)
	if len(faults) > 0 {
		sort.Strings(faults)
		return nil, fmt.Errorf("describe keys: %s", strings.Join(faults, "; "))
	}
	require(root)
	w.definitions["program"].(object)["required"] = []string{"name"}
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "guard policy"
	root["description"] = "A policy file of guard, as guard-policy(5) describes it."
	root["definitions"] = w.definitions
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(root)
	return text.Bytes(), err
}

// writer turns types into schemas.
type writer struct {
	notes       map[string]note
	definitions object // the tables that stand in several places
	used        map[string]bool
	missing     []string
}

// table is the schema of a struct, whose keys have notes below prefix.
func (w *writer) table(prefix string, typ reflect.Type) object {
	properties := object{}
	for i := 0; i < typ.NumField(); i++ {
		f := typ.Field(i)
		key := f.Tag.Get("toml")
		full := strings.TrimPrefix(prefix+"."+key, ".")
		n, ok := w.notes[full]
		if !ok {
			w.missing = append(w.missing, "nothing describes "+full)
		}
		w.used[full] = true
		s := w.value(full, f.Type, n)
		if s["$ref"] != nil { // beside which draft 7 reads nothing
			s = object{"allOf": []object{s}}
		}
		s["description"] = n.text
		properties[key] = s
	}
	return object{"type": "object", "properties": properties, "additionalProperties": false}
}

// value is the schema of the value of one key.
func (w *writer) value(key string, typ reflect.Type, n note) object {
	switch typ {
	case reflect.TypeFor[rules.Decision](), reflect.TypeFor[*rules.Decision]():
		return object{"enum": words(rules.Deny, rules.Ask, rules.Allow)}
	case reflect.TypeFor[rules.Mode](), reflect.TypeFor[*rules.Mode]():
		return object{"enum": words(rules.Enforce, rules.Observe)}
	case reflect.TypeFor[rules.Tri]():
		return object{"type": "boolean"}
	case reflect.TypeFor[rules.Conditions]():
		return w.shared("conditions", typ)
	case reflect.TypeFor[programs.Entry]():
		return w.shared("program", typ)
	}
	switch typ.Kind() {
	case reflect.String:
		return n.limit(object{"type": "string"})
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": w.value(key, typ.Elem(), n)}
	case reflect.Map:
		s := object{"type": "object", "additionalProperties": w.value(key, typ.Elem(), note{})}
		if len(n.enum) > 0 {
			s["propertyNames"] = object{"enum": n.enum}
		}
		return s
	case reflect.Struct:
		return w.table(key, typ)
	}
	w.missing = append(w.missing, "no schema fits "+key+" of type "+typ.String())
	return object{}
}

// shared is a reference to a table that stands in several places.
func (w *writer) shared(name string, typ reflect.Type) object {
	if w.definitions[name] == nil {
		w.definitions[name] = object{} // the table may hold itself
		w.definitions[name] = w.table(name, typ)
	}
	return object{"$ref": "#/definitions/" + name}
}

// words are the words of values of an enumeration.
func words[T fmt.Stringer](values ...T) []string {
	var out []string
	for _, v := range values {
		out = append(out, v.String())
	}
	return out
}

// require states what a rule and an exception cannot be without.
func require(root object) {
	entry := func(name string) object {
		return root["properties"].(object)[name].(object)["items"].(object)
	}
	entry("exception")["required"] = []string{"rule", "reason"}
	rule := entry("rule")
	rule["required"] = []string{"id"}
	rule["if"] = object{"properties": object{"decision": object{"const": rules.Allow.String()}}, "required": []string{"decision"}}
	rule["else"] = object{"required": []string{"reason"}}
	matches := []object{{"properties": object{"id": object{"pattern": `^shell\.`}}}} // what guard itself decides
	for _, key := range []string{"command", "access", "path", "request", "graphql", "statement", "connect", "call"} {
		matches = append(matches, object{"required": []string{key}})
	}
	rule["anyOf"] = matches
}
