package statement

import "strings"

// unit reads what stands between two separators.
func (m *matcher) unit(lo, hi int) {
	for lo < hi && m.is(lo, "(") && int(m.match[lo]) < hi && int(m.match[lo]) > lo && m.next(lo) >= hi {
		lo, hi = lo+1, int(m.match[lo])
	}
	for lo < hi && (m.is(lo, ";") || m.is(lo, ")") || m.is(lo, "(") && !m.word(lo+1, "SELECT", "VALUES", "TABLE")) {
		lo++ // a group that is not closed, or is closed too early
	}
	switch {
	case lo >= hi:
		return
	case m.toks[lo].kind == tData:
		m.rows(lo)
		return
	}
	routine := m.routine(lo, hi)
	if !routine {
		for i := lo; i < hi; i++ {
			if m.is(i, ";") && !m.t.parens {
				m.unit(lo, i)
				lo = i + 1
			}
		}
		if lo >= hi {
			return
		}
		if m.t.loose {
			m.loose(lo, hi)
			return
		}
	}
	m.piece(lo, hi)
}

// loose splits a batch whose statements need no separator.
func (m *matcher) loose(lo, hi int) {
	start := lo
	for i := m.next(lo); i < hi; i = m.next(i) {
		if m.opens(start, i) {
			m.piece(start, i)
			start = i
		}
	}
	m.piece(start, hi)
}

// opens reports whether the word at i opens a statement after the one at start.
func (m *matcher) opens(start, i int) bool {
	if m.toks[i].kind != tWord || m.word(i-1, "ON", "FOR", "AFTER", "OF", "INSTEAD", "OR", "THEN", "BEFORE", "AS") || m.is(i-1, ",") || m.is(i-1, ".") {
		return false
	}
	switch m.toks[i].text {
	case "SELECT":
		return !m.word(start, "INSERT", "CREATE", "SELECT", "WITH", "MERGE", "ALTER", "EXPLAIN", "REPLACE")
	case "DROP", "DELETE", "UPDATE", "INSERT", "TRUNCATE", "MERGE", "ALTER", "CREATE", "EXEC", "EXECUTE",
		"BACKUP", "RESTORE", "SHUTDOWN", "KILL", "USE", "GRANT", "REVOKE", "DENY", "IF", "WHILE", "BEGIN":
		if m.word(start, "CREATE", "ALTER", "GRANT", "REVOKE", "DENY", "MERGE", "WITH", "DROP") {
			return m.word(i+1, "TABLE", "DATABASE", "FROM", "INTO", "SCHEMA", "VIEW", "PROCEDURE", "INDEX") ||
				m.word(i, "EXEC", "EXECUTE", "USE", "SHUTDOWN", "TRUNCATE") && !m.word(start, "GRANT", "REVOKE", "DENY")
		}
		return true
	}
	return false
}

// piece reads one statement, or a procedural block's beginning and what it
// runs.
func (m *matcher) piece(lo, hi int) {
	if !m.control(lo) {
		m.statement(lo, hi)
		return
	}
	start := lo
	cut := func(end int) {
		for start < end && (m.control(start) || m.is(start, "<") || m.is(start, ">")) {
			switch {
			case m.word(start, "IF", "ELSIF", "ELSEIF", "WHILE", "FOR", "FOREACH", "WHEN", "CASE", "RETURN", "OPEN", "PERFORM", "UNTIL"):
				i := start + 1
				for i < end && !(m.toks[i].kind == tWord && runs(m.toks[i].text) && !m.is(i+1, "(")) {
					i = m.next(i)
				}
				m.effects(start, min(i, end))
				start = i
			default:
				start++
			}
		}
		if start < end {
			m.statement(start, end)
		}
		start = end
	}
	for i := lo; i < hi; i = m.next(i) {
		if m.word(i, "THEN", "ELSE", "LOOP", "DO", "BEGIN", "REPEAT") && i+1 < hi &&
			m.toks[i+1].kind == tWord && (verb(m.toks[i+1].text) || m.toks[i+1].open || m.control(i+1)) {
			cut(i)
			start = i + 1
		}
	}
	cut(hi)
}

// control reports whether the token at i opens a procedural construct.
func (m *matcher) control(i int) bool {
	if i >= len(m.toks) || m.toks[i].kind != tWord {
		return m.is(i, "<") && m.is(i+1, "<")
	}
	switch m.toks[i].text {
	case "BEGIN":
		n := i + 1
		return n < len(m.toks) && m.toks[n].kind != tEnd && !m.word(n, "TRANSACTION", "WORK", "TRAN", "ISOLATION",
			"READ", "DEFERRED", "DEFERRABLE", "IMMEDIATE", "EXCLUSIVE", "CONCURRENT")
	case "NOT", "ATOMIC":
		return m.word(i-1, "BEGIN", "NOT")
	case "IF", "ELSIF", "ELSEIF", "ELSE", "WHILE", "FOR", "FOREACH", "LOOP", "REPEAT", "CASE", "WHEN", "THEN",
		"EXCEPTION", "RETURN", "OPEN", "PERFORM", "UNTIL", "TRY":
		return true
	case "DECLARE":
		return m.block
	}
	return false
}

// rows reads the lines after COPY … FROM STDIN: rows, unless COPY failed.
func (m *matcher) rows(i int) {
	tok := m.toks[i]
	from, to := m.pl.span(tok.from, tok.to)
	r := &result{}
	sub := &script{result: r, prepared: map[string]bool{}, depth: m.script.depth}
	t := m.t
	t.client = clientNone
	sub.read(m.src[tok.from:tok.to], t, place{base: from, from: from, to: to, exact: m.pl.exact}, true)
	for _, st := range r.stmts {
		st.Known = false
		m.push(st)
	}
}

// statement reads one statement and those inside it.
func (m *matcher) statement(lo, hi int) {
	head := m.toks[lo]
	at := lo
	if head.kind == tWord && head.text == "WITH" {
		if i := m.main(lo+1, hi); i >= 0 {
			at = i
		}
	}
	from, to := m.span(lo, hi)
	st := Statement{From: from, To: to, Known: !m.open(lo, hi)}
	if head.kind != tWord || head.open || head.part {
		if m.block && st.Known && !head.part {
			m.effects(lo, hi)
			return
		}
		st.Text, st.Known = m.render(lo, hi), st.Known && !head.part
		m.push(st)
		m.inner(lo, hi)
		return
	}
	st.Verb = m.toks[at].text
	if m.block && !verb(st.Verb) && st.Known {
		m.effects(lo, hi)
		m.inner(lo, hi)
		return
	}
	st.Text = m.render(lo, hi)
	var sure bool
	st.Clauses, sure = m.clauses(at, hi)
	st.Known = st.Known && sure
	if m.level == 0 {
		st.Clauses = m.calls(st.Clauses, lo, hi)
		m.effects(lo, hi)
	}
	m.special(st, lo, at, hi)
}

// special adds st and what the statement at [at, hi) runs besides.
func (m *matcher) special(st Statement, lo, at, hi int) {
	switch st.Verb {
	case "EXPLAIN", "DESCRIBE", "DESC":
		st.Verb = "EXPLAIN"
		m.push(st)
		m.explain(at+1, hi)
		return
	case "ANALYZE", "ANALYSE":
		m.push(st)
		if i := m.find(at+1, hi, "SELECT", "DELETE", "UPDATE", "INSERT", "REPLACE", "WITH"); i >= 0 {
			m.within(i, hi)
		}
		return
	case "PREPARE":
		m.prepare(st, at, hi)
		return
	case "EXECUTE", "EXEC":
		m.execute(st, at, hi)
		return
	case "DO":
		m.do(st, at, hi)
		return
	case "CREATE", "ALTER":
		m.push(st)
		if !m.routine(at, hi) {
			m.alterRows(at, hi)
			m.inner(at, hi)
		}
		return
	}
	m.push(st)
	m.inner(lo, hi)
}

// alterRows reports ClickHouse's ALTER TABLE t DELETE WHERE … as what it is.
func (m *matcher) alterRows(at, hi int) {
	if !m.word(at, "ALTER") || !m.word(at+1, "TABLE") {
		return
	}
	for i := at + 3; i < hi; i = m.next(i) {
		if m.word(i, "DELETE", "UPDATE") && !m.word(i-1, "ON", "AFTER", "BEFORE", "OR") && !m.is(i-1, ".") {
			m.statement(i, hi)
			return
		}
	}
}

// main returns the index of the verb that follows the list of WITH, or -1.
func (m *matcher) main(lo, hi int) int {
	late := -1
	for i := lo; i < hi; i = m.next(i) {
		if !m.word(i, "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "VALUES", "TABLE", "FROM", "CREATE") {
			continue
		}
		switch {
		case m.is(i-1, ")"):
			return i
		case late < 0 && !m.is(i-1, ",") && !m.word(i-1, "WITH", "RECURSIVE"):
			late = i // after SEARCH or CYCLE, or a list without parentheses
		}
	}
	return late
}

// inner reads the statements that change data and stand in parentheses.
func (m *matcher) inner(lo, hi int) {
	if m.level >= maxNesting {
		m.hidden = true
		return
	}
	for i := lo; i < hi; i++ {
		end := int(m.match[i])
		if end == 0 || i+1 >= end {
			continue
		}
		w := i + 1
		if m.word(w, "WITH") {
			w = max(m.main(w+1, end), w)
		}
		if m.word(w, "DELETE", "UPDATE", "INSERT", "MERGE") && w+1 < end && !m.is(w+1, "(") && !m.is(w+1, ",") && m.toks[w+1].kind != tOp {
			m.level++
			m.unit(i+1, end)
			m.level--
			i = end
		}
	}
}

// explain reads what EXPLAIN explains, if that is run.
func (m *matcher) explain(i, hi int) {
	run := false
	if m.is(i, "(") {
		end := int(m.match[i])
		for j := i + 1; j < end; j++ {
			if m.word(j, "ANALYZE", "ANALYSE") {
				off := m.word(j+1, "OFF", "FALSE") || j+1 < end && m.toks[j+1].text == "0" ||
					m.str(j+1) && strings.EqualFold(m.toks[j+1].text, "off") || m.str(j+1) && strings.EqualFold(m.toks[j+1].text, "false")
				run = !off
			}
		}
		if end > i && !m.word(i+1, "SELECT", "WITH") {
			i = end + 1
		}
	}
	for i < hi && m.toks[i].kind != tEnd && !(m.toks[i].kind == tWord && runs(m.toks[i].text) && m.toks[i].text != "ANALYZE") {
		run = run || m.word(i, "ANALYZE", "ANALYSE")
		i = m.next(i)
	}
	if run && i < hi {
		m.within(i, hi)
	}
}
