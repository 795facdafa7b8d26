package statement

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"guard/rules/value"
)

// show writes statements as the tables below do: VERB[clauses], with a ? where
// something is unknown, then the effects as kind(arg).
func show(stmts []Statement, side []Effect) string {
	var out []string
	for _, s := range stmts {
		t := s.Verb
		if len(s.Clauses) > 0 {
			t += "[" + strings.Join(s.Clauses, ",") + "]"
		}
		if !s.Known {
			t += "?"
		}
		out = append(out, t)
	}
	for _, e := range side {
		out = append(out, e.Kind+"("+value.Text(e.Arg).String()+")")
	}
	return strings.Join(out, " ")
}

// gapped puts unknown parts where a table has ‹a›, ‹m›, ‹n› or ‹d›.
func gapped(s string) value.Text {
	return value.Text(strings.NewReplacer("‹a›", "\x00a", "‹m›", "\x00m", "‹n›", "\x00n", "‹d›", "\x00d").Replace(s))
}

func TestSQL(t *testing.T) {
	for _, tt := range sqlTable() {
		stmts, side, err := SQL(gapped(tt.text), tt.dialect)
		if got := show(stmts, side); got != tt.want {
			t.Errorf("%d %q:\n got %s\nwant %s", tt.dialect, tt.text, got, tt.want)
		}
		if err != nil != tt.fails {
			t.Errorf("%q: error %v", tt.text, err)
		}
		for _, s := range stmts {
			if s.From < 0 || s.To < s.From || s.To > len(gapped(tt.text)) {
				t.Errorf("%q: span %d..%d of %s", tt.text, s.From, s.To, s.Verb)
			}
		}
	}
}

func TestSQLText(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"drop   table\n users ;", "DROP TABLE users"},
		{"Drop Table /* now */ If Exists \"My Table\" -- x", `DROP TABLE IF EXISTS "My Table"`},
		{"select count ( * ) from a . b where x in(1,2)", "SELECT count(*) FROM a.b WHERE x IN (1, 2)"},
		{"select 'drop table x'", "SELECT 'drop table x'"},
		{"select '" + strings.Repeat("é", 40) + "'", "SELECT '" + strings.Repeat("é", 17) + "…'"},
		{"select \"delete\" from t", `SELECT "delete" FROM t`},
		{"select a::int, b[1] from t", "SELECT a::int, b[1] FROM t"},
		{"insert into t(a) values('x')", "INSERT INTO t(a) VALUES ('x')"},
		{"drop table \x00a", "DROP TABLE \x00a"},
		{"update t set user.delete=1", "UPDATE t SET USER.delete = 1"},
	} {
		stmts, _, err := SQL(value.Text(tt.in), Postgres)
		if err != nil || len(stmts) != 1 {
			t.Fatalf("%q: %v %v", tt.in, stmts, err)
		}
		if stmts[0].Text != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, stmts[0].Text, tt.want)
		}
	}
}

func TestSQLSpans(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{" SELECT 1; DROP TABLE x ;", []string{"SELECT 1", "DROP TABLE x"}},
		{"DO $$BEGIN DELETE FROM t; END$$", []string{"DO $$BEGIN DELETE FROM t; END$$", "DELETE FROM t", "END"}},
		{"EXECUTE IMMEDIATE 'DROP TABLE x'", []string{"EXECUTE IMMEDIATE 'DROP TABLE x'", "DROP TABLE x"}},
		{"EXECUTE IMMEDIATE 'DROP TABLE ''x'''", []string{"EXECUTE IMMEDIATE 'DROP TABLE ''x'''", "'DROP TABLE ''x'''"}},
		{"WITH d AS (DELETE FROM t) SELECT 1", []string{"WITH d AS (DELETE FROM t) SELECT 1", "DELETE FROM t"}},
	} {
		stmts, _, _ := SQL(value.Text(tt.in), Postgres)
		var got []string
		for _, s := range stmts {
			got = append(got, tt.in[s.From:s.To])
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q", tt.in, got)
		}
	}
}

func TestSQLLimits(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		err  error
	}{
		"large":     {strings.Repeat(" ", maxInput) + "DROP TABLE x", ErrLarge},
		"many":      {strings.Repeat("DROP TABLE x;", maxStatements+1), ErrMany},
		"string":    {"SELECT 'x; DROP TABLE t", ErrUnterminated},
		"comment":   {"SELECT /* /* */ 1", ErrUnterminated},
		"dollar":    {"DO $x$ DROP TABLE t; $$", ErrUnterminated},
		"recursion": {nest("DROP TABLE x", 12), ErrDeep},
	} {
		stmts, _, err := SQL(value.Text(tt.text), Postgres)
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: error %v", name, err)
		}
		if n := len(stmts); n == 0 || stmts[n-1].Known || stmts[n-1].Verb != "" {
			t.Errorf("%s: does not end with an unknown statement", name)
		}
	}
}

// nest wraps SQL in n levels of EXECUTE IMMEDIATE.
func nest(sql string, n int) string {
	for ; n > 0; n-- {
		tag := "$" + strings.Repeat("t", n) + "$"
		sql = "EXECUTE IMMEDIATE " + tag + sql + tag
	}
	return sql
}

// Hostile input of the full size must not take more than linear time.
func TestSQLTime(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, maxInput/8/len(s)) }
	for name, text := range map[string]string{
		"parentheses": fill("("), "groups": fill("(DELETE x "), "closing": fill(")"), "with": fill("(WITH x AS "),
		"explain": fill("EXPLAIN ANALYZE "), "prepare": fill("PREPARE a AS "), "where": "DELETE FROM t" + fill(" WHERE a"),
		"not": "DELETE FROM t WHERE " + fill("NOT "), "or": "DELETE FROM t WHERE " + fill("a IS NULL OR "),
		"case": "DELETE FROM t WHERE CASE " + fill(" WHERE "), "nested": "DELETE FROM t WHERE " + fill("(NOT "),
		"begin": fill("BEGIN "), "then": fill("IF x THEN "), "alter": "ALTER TABLE t " + fill("DELETE "),
		"comments": fill("/*"), "exec": fill("/*!"), "create": fill("CREATE FUNCTION BEGIN;"), "quotes": fill("''"),
		"backslash": fill("\\g "), "concat": "EXECUTE IMMEDIATE " + fill("'a'||"), "format": "EXECUTE IMMEDIATE " + fill("format("),
		"dollar": fill("$a"), "read": fill("read_csv('a',"), "dblink": fill("dblink('"), "dblinks": fill("dblink('a',"),
		"copy": fill("COPY t FROM STDIN;\n"), "delims": fill("DELIMITER x\n"), "if": fill("IF "), "go": fill("GO\n"), "spaces": fill(" ") + "\n",
	} {
		for _, d := range []Dialect{Generic, MySQL, SQLServer, SQLite, Oracle} {
			start := time.Now()
			SQL(value.Text(text), d)
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s in dialect %d took %v", name, d, took)
			}
		}
	}
}
