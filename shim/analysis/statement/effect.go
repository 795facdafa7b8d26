package statement

import "strings"

// effects notes what the tokens [lo, hi) reach outside the data store.
func (m *matcher) effects(lo, hi int) {
	if lo >= hi {
		return
	}
	if m.word(lo, "COPY") {
		m.copyEffects(lo+1, hi)
	}
	for i := lo; i < hi; i++ {
		tok := m.toks[i]
		if tok.kind != tWord && tok.kind != tQuoted {
			continue
		}
		if m.is(i+1, "(") && m.match[i+1] != 0 {
			m.call(i)
		}
		if tok.kind == tWord {
			m.keyword(lo, i)
		}
	}
}

// call notes the effect of the function at i.
func (m *matcher) call(i int) {
	kind, nth := "read", 0
	switch upper(m.toks[i]) {
	case "PG_READ_FILE", "PG_READ_BINARY_FILE", "PG_LS_DIR", "PG_STAT_FILE", "LO_IMPORT", "LOAD_FILE",
		"READ_CSV", "READ_CSV_AUTO", "READ_PARQUET", "PARQUET_SCAN", "READ_JSON", "READ_JSON_AUTO", "READ_JSON_OBJECTS",
		"READ_NDJSON", "READ_NDJSON_AUTO", "READ_TEXT", "READ_BLOB", "READ_XLSX", "SNIFF_CSV", "READFILE", "FSDIR",
		"LOAD_EXTENSION", "FILE", "BFILENAME":
	case "LO_EXPORT":
		kind, nth = "write", 1
	case "WRITEFILE", "PG_FILE_WRITE", "PG_FILE_UNLINK":
		kind = "write"
	case "SYS_EXEC", "SYS_EVAL", "EXECUTABLE", "EDIT":
		kind = "shell"
	case "DBLINK_CONNECT", "DBLINK_CONNECT_U":
		kind = "connect"
	case "DBLINK", "DBLINK_EXEC", "DBLINK_SEND_QUERY", "QUERY_TO_XML", "QUERY_TO_XMLSCHEMA", "DATABASE_TO_XML", "OPENQUERY",
		"XPATH_TABLE", "CURSOR_TO_XML", "TS_STAT", "TS_REWRITE":
		m.remote(i + 1)
		return
	default:
		return
	}
	lo, end := i+2, int(m.match[i+1])
	for ; nth > 0; nth-- {
		lo = m.comma(lo, end) + 1
	}
	hi, found := m.comma(lo, end), false
	if m.is(lo, "[") {
		hi = end
	}
	for j := lo; j < hi; j = m.next(j) {
		if m.str(j) {
			m.effect(kind, m.toks[j].text)
			found = true
		}
		if m.is(j, "]") {
			break
		}
	}
	if !found && lo < end {
		m.effect(kind, "\x00a")
	}
}

// remote reads the strings in the group at i that another session runs.
func (m *matcher) remote(i int) {
	for j := i + 1; j < int(m.match[i]); j = m.next(j) {
		if m.str(j) {
			end := m.comma(j, int(m.match[i]))
			m.nested(j, m.fold(j, end), true)
			j = end
		}
	}
}

// keyword notes the effect of the word at i in the statement at lo.
func (m *matcher) keyword(lo, i int) {
	arg := func(kind string, j int) {
		if m.str(j) {
			m.effect(kind, m.toks[j].text)
		}
	}
	switch m.toks[i].text {
	case "INFILE", "INPATH", "FILENAME", "SONAME", "BULK", "SOURCE", "INSTALL":
		arg("read", i+1)
	case "OUTFILE", "DUMPFILE", "DIRECTORY", "CAPTURE":
		arg("write", i+1)
	case "PROGRAM", "XP_CMDSHELL":
		arg("shell", i+1)
		if m.toks[i].text == "XP_CMDSHELL" && !m.str(i+1) && i == m.lastName(lo+1, i+1) && i > lo {
			m.effect("shell", "\x00a")
		}
	case "LOAD":
		if i == lo {
			arg("read", i+1)
		}
	case "ATTACH":
		j := i + 1
		for m.word(j, "DATABASE", "IF", "NOT", "EXISTS", "OR", "REPLACE") {
			j++
		}
		arg("attach", j)
	case "INTO":
		if m.word(lo, "VACUUM") {
			arg("write", i+1)
		}
	case "DATABASE":
		if m.word(lo, "EXPORT") {
			arg("write", i+1)
		} else if m.word(lo, "IMPORT") {
			arg("read", i+1)
		}
	case "DISK", "GENERAL_LOG_FILE", "SLOW_QUERY_LOG_FILE":
		if m.is(i+1, "=") {
			kind := "write"
			if m.word(lo, "RESTORE") {
				kind = "read"
			}
			arg(kind, i+2)
		}
	case "FROM", "JOIN":
		if m.str(i+1) && !m.word(lo, "PREPARE", "COPY") && (m.word(lo, "BULK", "IMPORT", "LOAD") ||
			m.t.estring && !m.t.parens && strings.ContainsAny(m.toks[i+1].text, "./*")) {
			m.effect("read", m.toks[i+1].text)
		}
	case "FILE":
		m.stage(lo, i)
	}
}

// stage notes the local file of Snowflake's PUT and GET, a URL without
// quotation marks.
func (m *matcher) stage(lo, i int) {
	rest := m.src[m.toks[i].from:]
	if !m.word(lo, "PUT", "GET") || len(rest) < 7 || !strings.EqualFold(rest[:7], "file://") {
		return
	}
	rest = rest[7:]
	if n := strings.IndexAny(rest, " \t\r\n;'"); n >= 0 {
		rest = rest[:n]
	}
	kind := "read"
	if m.word(lo, "GET") {
		kind = "write"
	}
	m.effect(kind, rest)
}

// copyEffects notes the file or command of COPY, whose word is before lo.
func (m *matcher) copyEffects(lo, hi int) {
	i := m.find(lo, hi, "FROM", "TO")
	if i < 0 || i+1 >= hi {
		return
	}
	kind := "write"
	if m.word(i, "FROM") {
		kind = "read"
	}
	switch next := m.toks[i+1]; {
	case m.word(i+1, "PROGRAM"):
		if m.str(i + 2) {
			m.effect("shell", m.toks[i+2].text)
		} else {
			m.effect("shell", "\x00a")
		}
	case m.word(i+1, "STDIN", "STDOUT", "PSTDIN", "PSTDOUT"):
	case next.kind == tString:
		m.file(kind, next.text)
	case m.toks[max(lo-1, 0)].text != "COPY":
		// \copy takes a file without quotation marks.
		rest := m.src[next.from:]
		if n := strings.IndexAny(rest, " \t\r\n;"); n >= 0 {
			rest = rest[:n]
		}
		m.file(kind, rest)
	}
}

// copyStdin reports whether the current statement is COPY … FROM STDIN.
func (l *lexer) copyStdin() bool {
	toks := l.toks[l.start:]
	if len(toks) < 4 || toks[0].kind != tWord || toks[0].text != "COPY" {
		return false
	}
	for i := 2; i < min(len(toks), 500); i++ {
		if toks[i].text == "STDIN" && toks[i-1].text == "FROM" {
			return true
		}
	}
	return false
}
