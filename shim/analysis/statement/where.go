package statement

import (
	"strconv"
	"strings"
)

// truth is what a condition does to the rows it is asked about.
type truth uint8

const (
	filter truth = iota // depends on the row
	always              // lets every row pass
	never               // lets no row pass
	fixed               // always or never, by the server's own rules
	maybe               // an unknown part decides
)

// condition returns what the condition that begins at lo does.
func (m *matcher) condition(lo, hi int) truth {
	end := m.find(lo, hi, "RETURNING", "LIMIT", "ORDER", "GROUP", "HAVING", "UNION", "EXCEPT", "INTERSECT", "FETCH",
		"OFFSET", "OPTION", "SETTINGS", "FORMAT", "WINDOW", "QUALIFY", "ALLOW", "IF", "WHERE", "WHEN", "DELETE", "UPDATE", "FOR")
	if end < 0 || m.inCase(lo, end) {
		end = hi
	}
	return m.or(lo, end, 0)
}

// inCase reports whether token i stands inside a CASE that began after lo.
func (m *matcher) inCase(lo, i int) bool {
	level := 0
	for j := lo; j < i; j = m.next(j) {
		switch {
		case m.word(j, "CASE"):
			level++
		case m.word(j, "END"):
			level--
		}
	}
	return level > 0
}

// split calls f for the parts of [lo, hi) between the words or operators.
func (m *matcher) split(lo, hi int, word, op string, f func(lo, hi int)) {
	start, cases, between := lo, 0, false
	for i := lo; i < hi; i = m.next(i) {
		switch {
		case m.word(i, "CASE"):
			cases++
		case m.word(i, "END"):
			cases--
		case cases > 0:
		case m.word(i, "BETWEEN"):
			between = true
		case m.word(i, word) && word == "AND" && between:
			between = false
		case m.word(i, word), op != "" && m.is(i, op):
			f(start, i)
			start = i + 1
		}
	}
	f(start, hi)
}

// or reads alternatives.
func (m *matcher) or(lo, hi, level int) truth {
	if level > maxNesting {
		return maybe
	}
	op := ""
	if m.t.bars {
		op = "||"
	}
	out, nulls := never, map[string]int{}
	m.split(lo, hi, "OR", op, func(lo, hi int) {
		if key, bit := m.nullTest(lo, hi); bit != 0 {
			if nulls[key] |= bit; nulls[key] == 3 {
				out = always
			}
		}
		out = either(out, m.and(lo, hi, level))
	})
	return out
}

// and reads conditions that must all hold.
func (m *matcher) and(lo, hi, level int) truth {
	op := ""
	if m.t.bars {
		op = "&&"
	}
	out := always
	m.split(lo, hi, "AND", op, func(lo, hi int) { out = both(out, m.not(lo, hi, level)) })
	return out
}

// either joins the answers of two alternatives.
func either(a, b truth) truth {
	return strongest(a, b, [...]truth{always, maybe, fixed, filter}, never)
}

// both joins the answers of two conditions that must hold together.
func both(a, b truth) truth { return strongest(a, b, [...]truth{never, filter, maybe, fixed}, always) }

// strongest returns the first of order that a or b is, else rest.
func strongest(a, b truth, order [4]truth, rest truth) truth {
	for _, t := range order {
		if a == t || b == t {
			return t
		}
	}
	return rest
}

func invert(t truth) truth {
	switch t {
	case always:
		return never
	case never:
		return always
	}
	return t
}

// not reads a condition and the negations before it.
func (m *matcher) not(lo, hi, level int) truth {
	flip := false
	for lo < hi && (m.word(lo, "NOT") || m.is(lo, "!")) {
		flip = !flip
		lo++
	}
	t := m.atom(lo, hi, level)
	if flip {
		return invert(t)
	}
	return t
}

// atom reads one condition.
func (m *matcher) atom(lo, hi, level int) truth {
	switch {
	case lo >= hi, m.open(lo, hi):
		return maybe
	case m.is(lo, "(") && m.next(lo) == hi && !m.word(lo+1, "SELECT", "WITH", "VALUES"):
		return m.or(lo+1, hi-1, level+1)
	case m.word(lo, "EXISTS") && m.is(lo+1, "(") && m.find(lo+2, hi-1, "FROM") < 0:
		return always
	case hi == lo+1 && m.constant(lo):
		return m.literal(lo)
	}
	if a, op, b := m.compare(lo, hi); op != "" {
		if m.same(lo, a, b, hi) {
			switch op {
			case "=", "==", "<=>", ">=", "<=", "LIKE", "IS":
				return always
			case "<>", "!=", "<", ">", "IS NOT":
				return never
			}
		}
		if m.matchAll(op, b, hi) {
			return always
		}
		if a == lo+1 && b == hi-1 {
			switch l, r := m.toks[lo], m.toks[b]; {
			case l.part && l.kind == tWord, r.part && r.kind == tWord:
				return maybe
			case m.constant(lo) && m.constant(b):
				return relation(l, op, r)
			}
		}
	}
	if m.columns(lo, hi) {
		return filter
	}
	for i := lo; i < hi; i++ {
		if m.toks[i].part {
			return maybe
		}
	}
	return fixed
}

// compare finds the comparison at the own level of [lo, hi): the left side ends
// at a, the right side begins at b.
func (m *matcher) compare(lo, hi int) (a int, op string, b int) {
	for i := lo; i < hi; i = m.next(i) {
		switch {
		case m.word(i, "LIKE", "ILIKE"):
			if m.word(i-1, "NOT") {
				return 0, "", 0
			}
			return i, "LIKE", i + 1
		case m.word(i, "IS") && m.word(i+1, "NOT") && !m.word(i+2, "DISTINCT"):
			return i, "IS NOT", i + 2
		case m.word(i, "IS") && m.word(i+1, "NOT") && m.word(i+3, "FROM"):
			return i, "IS", i + 4
		case m.word(i, "IS") && m.word(i+1, "DISTINCT") && m.word(i+2, "FROM"):
			return i, "IS NOT", i + 3
		case m.word(i, "IS"):
			return i, "IS", i + 1
		case m.word(i, "IN", "BETWEEN"):
			return 0, "", 0
		case m.toks[i].kind == tOp:
			switch op := m.toks[i].text; op {
			case "=", "==", "<=>", "<>", "!=", "<", ">", "<=", ">=":
				return i, op, i + 1
			}
		}
	}
	return 0, "", 0
}

// same reports whether both sides are the same known text.
func (m *matcher) same(lo, a, b, hi int) bool {
	if a-lo != hi-b || a == lo {
		return false
	}
	for i := 0; i < a-lo; i++ {
		l, r := m.toks[lo+i], m.toks[b+i]
		if l.text != r.text || l.part || r.part || l.open || l.kind == tOp != (r.kind == tOp) || (l.kind == tString) != (r.kind == tString) {
			return false
		}
	}
	return true
}

// matchAll reports whether the right side of LIKE matches every text.
func (m *matcher) matchAll(op string, b, hi int) bool {
	return op == "LIKE" && hi == b+1 && m.str(b) && m.toks[b].text != "" && strings.Trim(m.toks[b].text, "%") == ""
}

// nullTest recognises x IS NULL (bit 1) and x IS NOT NULL (bit 2).
func (m *matcher) nullTest(lo, hi int) (key string, bit int) {
	if hi-lo < 3 || hi-lo > 12 || !m.word(hi-1, "NULL") {
		return "", 0
	}
	end, bit := hi-2, 1
	if m.word(end, "NOT") {
		end, bit = end-1, 2
	}
	if !m.word(end, "IS") || end <= lo {
		return "", 0
	}
	for i := lo; i < end; i++ {
		key += m.toks[i].text + " "
	}
	return key, bit
}

// constant reports whether token i is a literal.
func (m *matcher) constant(i int) bool {
	return m.toks[i].kind == tString || m.toks[i].kind == tNumber || m.word(i, "TRUE", "FALSE", "NULL")
}

// literal returns the truth of a literal.
func (m *matcher) literal(i int) truth {
	tok := m.toks[i]
	if tok.part {
		return maybe
	}
	switch strings.ToLower(tok.text) {
	case "false", "null", "f", "no", "n", "off", "":
		return never
	}
	if n, err := strconv.ParseFloat(tok.text, 64); err == nil && n == 0 {
		return never
	}
	return always
}

// relation compares two literals. What collation and conversion decide is
// fixed.
func relation(a token, op string, b token) truth {
	if a.part || b.part {
		return maybe
	}
	if a.kind == tWord && a.text == "NULL" || b.kind == tWord && b.text == "NULL" {
		return nullRelation(a.kind == b.kind && a.text == b.text, op)
	}
	x, errX := strconv.ParseFloat(a.text, 64)
	y, errY := strconv.ParseFloat(b.text, 64)
	if errX == nil && errY == nil && a.kind == tNumber && b.kind == tNumber {
		return numbers(x, op, y)
	}
	plain := a.kind == b.kind && !strings.EqualFold(strings.TrimSpace(a.text), strings.TrimSpace(b.text)) &&
		(errX != nil || errY != nil)
	switch op {
	case "=", "==", "<=>", "IS":
		if plain {
			return never
		}
	case "<>", "!=", "IS NOT":
		if plain {
			return always
		}
	}
	return fixed
}

// numbers compares two numbers.
func numbers(x float64, op string, y float64) truth {
	holds := false
	switch op {
	case "=", "==", "<=>", "IS":
		holds = x == y
	case "<>", "!=", "IS NOT":
		holds = x != y
	case "<":
		holds = x < y
	case ">":
		holds = x > y
	case "<=":
		holds = x <= y
	case ">=":
		holds = x >= y
	default:
		return fixed
	}
	if holds {
		return always
	}
	return never
}

// nullRelation compares with NULL.
func nullRelation(same bool, op string) truth {
	switch {
	case op == "IS" && same, op == "IS NOT" && !same, op == "<=>" && same:
		return always
	}
	return never
}

// columns reports whether [lo, hi) names a column.
func (m *matcher) columns(lo, hi int) bool {
	for i := lo; i < hi; i++ {
		switch m.toks[i].kind {
		case tQuoted:
			if !m.is(i+1, "(") {
				return true
			}
		case tWord:
			if m.column(i) {
				return true
			}
		}
	}
	return false
}

func (m *matcher) column(i int) bool {
	switch {
	case m.is(i+1, "("), m.is(i+1, "."), m.is(i-1, "::"), m.word(i-1, "AS", "COLLATE"):
		return false
	}
	switch m.toks[i].text {
	case "TRUE", "FALSE", "NULL", "AND", "OR", "NOT", "IS", "IN", "LIKE", "ILIKE", "BETWEEN", "CASE", "WHEN", "THEN",
		"ELSE", "END", "EXISTS", "DISTINCT", "FROM", "AS", "UNKNOWN", "SYMMETRIC", "ESCAPE", "SIMILAR", "REGEXP",
		"RLIKE", "GLOB", "DIV", "MOD", "XOR", "COLLATE", "ISNULL", "NOTNULL", "SELECT", "CURRENT_DATE", "CURRENT_TIME",
		"CURRENT_TIMESTAMP", "CURRENT_USER", "SESSION_USER", "LOCALTIME", "LOCALTIMESTAMP", "SYSDATE", "ANY", "SOME":
		return false
	case "DATE", "TIME", "TIMESTAMP", "INTERVAL", "BINARY", "BOOLEAN", "BOOL", "INT", "TEXT":
		return !m.str(i+1) && !m.constantAt(i+1)
	case "DAY", "DAYS", "HOUR", "HOURS", "MONTH", "MONTHS", "YEAR", "YEARS", "MINUTE", "MINUTES", "SECOND", "SECONDS", "WEEK":
		return !m.word(i-2, "INTERVAL")
	}
	return true
}

func (m *matcher) constantAt(i int) bool { return i < len(m.toks) && m.constant(i) }
