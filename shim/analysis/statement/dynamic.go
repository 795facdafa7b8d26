package statement

import (
	"strings"

	"guard/rules/value"
)

// prepare reads PREPARE name AS statement and PREPARE name FROM 'text'.
func (m *matcher) prepare(st Statement, at, hi int) {
	m.push(st)
	if i := m.find(at+1, hi, "AS"); i >= 0 && i+1 < hi {
		m.name(at + 1)
		m.within(i+1, hi)
		return
	}
	if i := m.find(at+1, hi, "FROM"); i >= 0 && m.str(i+1) {
		m.name(at + 1)
		m.dynamic(i+1, hi)
	}
}

// within reads a statement that another one holds at its end.
func (m *matcher) within(lo, hi int) {
	if m.level >= maxNesting {
		m.hidden = true
		return
	}
	m.level++
	m.unit(lo, hi)
	m.level--
}

// name notes that a statement's name has been given.
func (m *matcher) name(i int) { m.prepared[upper(m.toks[i])] = true }

// execute reads EXECUTE in its forms.
func (m *matcher) execute(st Statement, at, hi int) {
	i := at + 1
	immediate := m.word(i, "IMMEDIATE")
	if immediate {
		i++
	}
	end := m.find(i, hi, "USING", "INTO")
	if end < 0 {
		end = hi
	}
	arg := m.lastName(i, end)
	switch {
	case i >= end:
		m.push(st)
	case immediate, m.str(i), m.is(i, "("), m.is(arg+1, "(") && arg+1 < end && m.word(arg, "FORMAT", "CONCAT", "QUOTE_IDENT"),
		m.is(arg+1, "||") || m.is(arg+1, "+"), m.block && !m.t.loose:
		m.push(st)
		m.dynamic(i, end)
	case m.word(arg, "SP_EXECUTESQL", "SP_SQLEXEC", "SP_PREPEXEC", "SP_EXECUTE_EXTERNAL_SCRIPT"):
		m.push(st)
		for arg++; arg < end && !m.str(arg); arg++ {
		}
		m.dynamic(arg, end)
	default:
		st.Known = st.Known && (st.Verb == "EXEC" || m.t.loose || m.t.client == clientSqlplus ||
			m.word(i, "AS", "PROCEDURE", "FUNCTION", "TASK") || m.prepared[upper(m.toks[i])])
		m.push(st)
	}
}

// lastName returns the index of the last part of the qualified name at i.
func (m *matcher) lastName(i, hi int) int {
	for i+2 < hi && m.is(i+1, ".") {
		i += 2
	}
	return i
}

// do reads DO: a block of PostgreSQL, or MySQL's DO expression.
func (m *matcher) do(st Statement, at, hi int) {
	body, lang := -1, "PLPGSQL"
	for i := at + 1; i < hi && i < at+5; i++ {
		switch {
		case m.word(i, "LANGUAGE") && i+1 < hi:
			i++
			lang = upper(m.toks[i])
		case m.str(i):
			body = i
		default:
			m.push(st) // an expression
			return
		}
	}
	plain := lang == "PLPGSQL" || lang == "SQL"
	st.Known = st.Known && plain
	m.push(st)
	if body >= 0 && plain {
		m.nested(body, value.Text(m.toks[body].text), true)
	}
}

// dynamic reads what the expression [lo, hi) yields as statements.
func (m *matcher) dynamic(lo, hi int) {
	for lo < hi && m.is(lo, "(") && int(m.match[lo]) > lo {
		lo, hi = lo+1, min(hi, int(m.match[lo]))
	}
	if c := m.comma(lo, hi); c < hi {
		hi = c
	}
	if lo >= hi {
		m.hidden = true
		return
	}
	m.nested(lo, m.fold(lo, hi), false)
}

// comma returns the index of the first comma at the own level, or hi.
func (m *matcher) comma(lo, hi int) int {
	for i := lo; i < hi; i = m.next(i) {
		if m.is(i, ",") {
			return i
		}
	}
	return hi
}

// nested reads a text that token i holds.
func (m *matcher) nested(i int, text value.Text, block bool) {
	tok := m.toks[i]
	from, to := m.pl.span(tok.from, tok.to)
	pl := place{base: from + tok.skip, from: from, to: to, exact: m.pl.exact && tok.raw && string(text) == tok.text}
	t := m.t
	t.client, t.parens = clientNone, false
	m.script.read(string(text), t, pl, block)
}

// fold joins the constant strings of [lo, hi); what is not constant becomes an
// unknown part.
func (m *matcher) fold(lo, hi int) value.Text {
	var b strings.Builder
	for i := lo; i < hi; {
		if m.is(i, "||") || m.is(i, "+") {
			i++
			continue
		}
		j := i
		for j < hi && !m.is(j, "||") && !m.is(j, "+") && (j == i || !m.str(j)) {
			j = m.next(j)
		}
		b.WriteString(string(m.operand(i, min(j, hi))))
		i = j
	}
	return value.Text(b.String())
}

// operand returns the text of one part of a concatenation.
func (m *matcher) operand(lo, hi int) value.Text {
	switch {
	case m.str(lo):
		return value.Text(m.toks[lo].text)
	case !m.is(lo+1, "(") || lo+2 >= hi:
		return value.Any
	}
	first, end := lo+2, m.comma(lo+2, int(m.match[lo+1]))
	switch m.toks[lo].text {
	case "QUOTE_IDENT", "QUOTENAME":
		return value.Name
	case "FORMAT":
		f := string(m.fold(first, end))
		f = strings.ReplaceAll(f, "%I", string(value.Name))
		f = strings.ReplaceAll(f, "%L", "'"+string(value.Any)+"'")
		return value.Text(strings.ReplaceAll(f, "%s", string(value.Any)))
	case "CONCAT":
		out := m.fold(first, end)
		for end < int(m.match[lo+1]) {
			first, end = end+1, m.comma(end+1, int(m.match[lo+1]))
			out += m.fold(first, end)
		}
		return out
	}
	return value.Any
}
