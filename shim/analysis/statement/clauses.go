package statement

import "slices"

// maxWheres bounds how many conditions one statement may have.
const maxWheres = 16

// clauses returns the clauses at the own level of the statement whose verb
// stands at at. It is not sure when an unknown part may make a WHERE void.
func (m *matcher) clauses(at, hi int) (out []string, sure bool) {
	sure = true
	filters, void, wheres := false, false, 0
	verb := m.toks[at].text
	add := func(c string) {
		if c != "" && !slices.Contains(out, c) && len(out) < 64 {
			out = append(out, c)
		}
	}
	for i := at + 1; i < hi; i = m.next(i) {
		if m.is(i, "(") && i == at+1 {
			m.options(verb, i, add)
		}
		if m.toks[i].kind != tWord || m.is(i-1, ".") {
			continue
		}
		if m.toks[i].text == "WHERE" {
			if wheres++; wheres > maxWheres {
				return slices.DeleteFunc(out, func(c string) bool { return c == "WHERE" }), false
			}
			switch m.condition(i+1, hi) {
			case filter, never:
				filters = true
				add("WHERE")
			case maybe:
				sure = false
				void = true
			default:
				void = true
			}
			continue
		}
		add(m.clause(verb, at, i))
	}
	if filters && void {
		out = slices.DeleteFunc(out, func(c string) bool { return c == "WHERE" })
	}
	return out, sure
}

// options adds what stands in parentheses after the verb, as in VACUUM (FULL).
func (m *matcher) options(verb string, i int, add func(string)) {
	switch verb {
	case "VACUUM", "REINDEX", "CLUSTER", "EXPLAIN":
		for j := i + 1; j < int(m.match[i]); j++ {
			if m.word(j, "FULL", "CONCURRENTLY", "ANALYZE") {
				add(m.toks[j].text)
			}
		}
	}
}

// clause returns the clause that the word at i opens, if it opens one.
func (m *matcher) clause(verb string, at, i int) string {
	w := m.toks[i].text
	next := ""
	if i+1 < len(m.toks) && m.toks[i+1].kind == tWord {
		next = m.toks[i+1].text
	}
	switch w {
	case "LIMIT", "RETURNING", "CASCADE", "RESTRICT", "PURGE", "OVERWRITE", "CONCURRENTLY", "HAVING", "USING",
		"FORCE", "JOIN", "VALUES", "TOP", "FETCH", "FULL", "ANALYZE", "INFILE", "LOCAL", "GLOBAL", "PERMANENTLY",
		"SYNC", "ASYNC", "FINAL", "NOWAIT", "FROM", "TO", "STDIN", "STDOUT":
		return w
	case "IF":
		switch {
		case next == "EXISTS":
			return "IF EXISTS"
		case next == "NOT" && m.word(i+2, "EXISTS"):
			return "IF NOT EXISTS"
		case verb == "DELETE" || verb == "UPDATE":
			return "IF"
		}
	case "OR":
		if next == "REPLACE" {
			return "OR REPLACE"
		}
	case "INTO":
		if next == "OUTFILE" || next == "DUMPFILE" {
			return "INTO " + next
		}
		return "INTO"
	case "PROGRAM":
		if verb == "COPY" {
			return w
		}
	case "ORDER", "GROUP":
		if next == "BY" {
			return w + " BY"
		}
	case "ON":
		if next == "CLUSTER" || next == "CONFLICT" || next == "DUPLICATE" {
			return "ON " + next
		}
	case "RESTART":
		return "RESTART IDENTITY"
	case "WITH":
		if next == "GRANT" || next == "ADMIN" {
			return "WITH " + next + " OPTION"
		}
	case "ALL":
		if verb == "GRANT" || verb == "REVOKE" || verb == "DENY" {
			return "ALL"
		}
	case "OWNED", "OWNER":
		return w
	}
	if verb == "MERGE" && m.word(i-1, "THEN") && (w == "DELETE" || w == "UPDATE" || w == "INSERT") {
		return w
	}
	if verb == "ALTER" {
		return m.alteration(at, i, w, next)
	}
	return ""
}

// alteration returns what the word at i does to the object of ALTER.
func (m *matcher) alteration(at, i int, w, next string) string {
	if m.word(i-1, "ON", "AFTER", "BEFORE", "OR") {
		return ""
	}
	switch w {
	case "DELETE", "UPDATE", "RENAME":
		return w
	case "TRUNCATE", "DETACH", "DISCARD", "CLEAR", "REPLACE", "EXCHANGE", "COALESCE", "REORGANIZE", "FREEZE":
		if next != "" {
			return w + " " + next
		}
	case "DROP":
		switch next {
		case "COLUMN", "COLUMNS", "PARTITION", "CONSTRAINT", "INDEX", "KEY", "CHECK", "DEFAULT", "IDENTITY", "EXPRESSION",
			"PART", "DETACHED", "PROJECTION", "ATTRIBUTE", "VALUE", "TABLE", "STATISTICS", "FILE", "FILEGROUP", "TAG",
			"CLUSTERING", "POLICY", "MEMBER", "SUBPARTITION", "ROW", "MASKING", "PERIOD", "DATAFILE", "TEMPFILE", "LOGFILE":
			return "DROP " + next
		case "PRIMARY", "FOREIGN":
			return "DROP " + next + " KEY"
		case "NOT":
			return "DROP NOT NULL"
		}
		if m.word(at+1, "TABLE", "FOREIGN", "ONLY") {
			return "DROP COLUMN"
		}
		return "DROP"
	case "SET":
		if next == "UNUSED" {
			return "SET UNUSED"
		}
	}
	return ""
}

// calls adds the functions in [lo, hi) that end something on the server.
func (m *matcher) calls(out []string, lo, hi int) []string {
	for i := lo; i+1 < hi; i++ {
		if m.toks[i].kind != tWord && m.toks[i].kind != tQuoted || !m.is(i+1, "(") {
			continue
		}
		name := upper(m.toks[i])
		switch name {
		case "PG_TERMINATE_BACKEND", "PG_CANCEL_BACKEND", "PG_DROP_REPLICATION_SLOT", "PG_RELOAD_CONF",
			"PG_PROMOTE", "PG_SWITCH_WAL", "PG_REPLICATION_ORIGIN_DROP", "PG_REPLICATION_SLOT_ADVANCE", "PG_ROTATE_LOGFILE",
			"LO_UNLINK", "LO_TRUNCATE", "LOWRITE", "LO_PUT", "SET_CONFIG", "SETVAL", "PG_FILE_UNLINK", "PG_FILE_RENAME",
			"DROP_CHUNKS", "DROPGEOMETRYTABLE", "DROPGEOMETRYCOLUMN", "CITUS_DROP_ALL_SHARDS", "CRDB_INTERNAL.FORCE_PANIC",
			"SYSTEM$ABORT_SESSION", "SYSTEM$CANCEL_ALL_QUERIES":
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}
