package analysis

import (
	"net/url"
	"strings"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis/statement"
)

// requestedSQL judges the statements that a request hands to a store: as its whole
// body, or as the parameter query or sql of its address.
func (c *call) requestedSQL(u value.Text) {
	texts := append([]value.Text{c.req.body}, parameters(string(u))...)
	for _, part := range c.req.parts {
		texts = append(texts, parameters("?"+string(part))...)
	}
	for _, t := range texts {
		if !changesStore(string(t)) {
			continue
		}
		stmts, _, err := statement.SQL(t, statement.Generic)
		target := []value.Text{hostTarget(hostOf(string(u))) + "/"}
		for _, s := range stmts {
			c.it.emit(rules.Action{Op: rules.Statement, Text: value.Known(s.Text), Verb: s.Verb, Clauses: s.Clauses, Opaque: !s.Known || err != nil, Target: target})
		}
	}
}

// parameters are the values of query and sql in an address.
func parameters(u string) []value.Text {
	_, query, ok := strings.Cut(u, "?")
	if !ok || !value.Text(query).Known() {
		return nil
	}
	v, err := url.ParseQuery(query)
	if err != nil {
		return nil
	}
	var out []value.Text
	for _, name := range []string{"query", "sql"} {
		for _, s := range v[name] {
			out = append(out, value.Known(s))
		}
	}
	return out
}

// changesStore reports whether a text begins as a statement that takes something away.
func changesStore(s string) bool {
	words := strings.Fields(s)
	if len(words) < 3 {
		return false
	}
	switch strings.ToUpper(words[0] + " " + words[1]) {
	case "DROP TABLE", "DROP DATABASE", "DROP SCHEMA", "DROP KEYSPACE", "DROP INDEX", "DROP VIEW", "DROP MEASUREMENT",
		"DROP USER", "DROP BUCKET", "TRUNCATE TABLE", "DELETE FROM", "ALTER TABLE", "ALTER USER":
		return true
	}
	return false
}
