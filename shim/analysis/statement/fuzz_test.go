package statement

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guard/rules/value"
)

// outline is what must not change with comments and white space.
func outline(text string, d Dialect) (string, bool) {
	stmts, side, err := SQL(value.Text(text), d)
	return show(stmts, side), err == nil
}

// pieces are tokens that are joined at will; joining them with a space, a
// comment or a line's end means the same to every server.
func pieces() []string {
	return []string{
		"DROP", "TABLE", "DELETE", "FROM", "t", "WHERE", "1", "=", "id", "OR", "AND", "NOT", "(", ")", ";", ",",
		"'a;b'", "\"q\"", "SELECT", "WITH", "x", "AS", "UPDATE", "SET", "EXPLAIN", "ANALYZE", "BEGIN", "END", "IF",
		"EXISTS", "THEN", "TRUNCATE", "ALTER", "COLUMN", "CASCADE", "PREPARE", "EXECUTE", "'DROP TABLE x'", "CREATE",
		"FUNCTION", "LIMIT", "CASE", "WHEN", "IS", "NULL", "LIKE", "'%'", "MERGE", "INTO", "VALUES", "COPY", "TO", "PROGRAM",
		"IMMEDIATE", "||", "pg_read_file", "true",
	}
}

// Comments and white space between tokens change neither verbs nor clauses.
func TestCommentsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom(pieces()), 1, 30).Draw(t, "words")
		d := rapid.SampledFrom([]Dialect{Generic, Postgres, MySQL, SQLite, DuckDB, ClickHouse, BigQuery, SQLServer, Oracle}).Draw(t, "dialect")
		var b strings.Builder
		for _, w := range words {
			b.WriteString(w)
			b.WriteString(rapid.SampledFrom([]string{" ", "  ", "\t", " \n ", " /* DROP TABLE y; */ ", " -- it's ; DROP\n", "\r\n"}).Draw(t, "space"))
		}
		want, _ := outline(strings.Join(words, " "), d)
		if got, _ := outline(b.String(), d); got != want {
			t.Fatalf("%q:\n%s\n%q:\n%s", strings.Join(words, " "), want, b.String(), got)
		}
	})
}

// What is quoted does not run, and does not hide what follows.
func FuzzQuotedIsData(f *testing.F) {
	for _, s := range []string{"DROP TABLE x", "'; DROP TABLE x; --", "\\'; DROP", "/* x", "$$", "a\x00b", "\"", "`", "\n\\! ls", "🙂'"} {
		f.Add(s, uint8(1))
	}
	f.Fuzz(func(t *testing.T, s string, n uint8) {
		if len(s) > 10000 {
			return
		}
		d := []Dialect{Postgres, MySQL, SQLite, BigQuery, Oracle, SQLServer}[n%6]
		s = strings.ReplaceAll(s, "\x00", "")
		quoted := strings.ReplaceAll(s, "'", "''")
		switch d {
		case BigQuery:
			quoted = strings.ReplaceAll(strings.ReplaceAll(s, "\\", "\\\\"), "'", "\\'")
		case MySQL:
			quoted = strings.ReplaceAll(strings.ReplaceAll(s, "\\", "\\\\"), "'", "''")
		}
		text := "SELECT 'x" + quoted + "'; TRUNCATE t"
		if got, ok := outline(text, d); got != "SELECT TRUNCATE" || !ok {
			t.Fatalf("dialect %d %q: %s", d, text, got)
		}
	})
}

// Spans lie in the text, the answer is the same each time, and an error never
// comes without an unknown statement.
func FuzzSQL(f *testing.F) {
	for _, r := range sqlTable() {
		f.Add(r.text, uint8(r.dialect))
	}
	f.Fuzz(func(t *testing.T, s string, n uint8) {
		if len(s) > 10000 {
			return
		}
		d := Dialect(n % uint8(Spark+1))
		stmts, _, err := SQL(value.Text(s), d)
		for _, st := range stmts {
			if st.From < 0 || st.To < st.From || st.To > len(s) {
				t.Fatalf("%q: span %d..%d", s, st.From, st.To)
			}
			if len(st.Text) > maxText+len("…")+1 {
				t.Fatalf("%q: %d bytes of text", s, len(st.Text))
			}
		}
		if err != nil {
			if n := len(stmts); n == 0 || stmts[n-1].Known {
				t.Fatalf("%q: %v without an unknown statement", s, err)
			}
		}
		again, _, _ := SQL(value.Text(s), d)
		if show(stmts, nil) != show(again, nil) {
			t.Fatalf("%q: two answers", s)
		}
	})
}

// Prefixing a call to text of balanced JavaScript never loses the call.
func FuzzMongo(f *testing.F) {
	for _, s := range []string{"", "db.x.find({a: /b/})", "`a${b}c`", "// x", "/* y */", "'", "a / b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 10000 {
			return
		}
		stmts := Mongo(value.Text("db.dropDatabase();\n" + s))
		if len(stmts) == 0 || stmts[0].Verb != "dropDatabase" && stmts[0].Verb != "" {
			t.Fatalf("%q: %s", s, show(stmts, nil))
		}
		for _, st := range append(stmts, RedisScript(value.Text(s))...) {
			if st.From < 0 || st.To < st.From {
				t.Fatalf("%q: span %d..%d", s, st.From, st.To)
			}
		}
		RedisLua(value.Text(s))
	})
}
