package statement

// Dialect is the language of a data store as its usual client reads it.
type Dialect uint8

// The dialects. Generic is for a client that guard does not know.
const (
	Generic    Dialect = iota
	Postgres           // psql; CockroachDB, Redshift, TimescaleDB
	MySQL              // mysql, mariadb
	SQLite             // sqlite3
	DuckDB             // duckdb
	ClickHouse         // clickhouse-client
	Cassandra          // cqlsh
	BigQuery           // bq query
	Snowflake          // snowsql, snow sql
	SQLServer          // sqlcmd
	Oracle             // sqlplus
	Spark              // spark-sql, hive, beeline, databricks
)

// client is the family of commands that a client adds to SQL.
type client uint8

const (
	clientNone client = iota
	clientPsql
	clientMySQL
	clientDot  // sqlite3, duckdb
	clientBang // snowsql, beeline: lines that open with !
	clientSqlcmd
	clientSqlplus
)

// traits are the points in which dialects are lexed differently.
type traits struct {
	client    client
	backslash bool // a backslash escapes in every string
	hash      bool // # opens a comment
	dash      bool // -- opens a comment without white space after it
	cr        bool // a carriage return ends a -- comment
	nested    bool // /* */ nests
	exec      bool // /*! */ runs
	dollar    bool // $tag$ … $tag$ is a string
	backtick  bool // `x` is a name
	bracket   bool // [x] is a name
	dquote    bool // "x" is a string
	estring   bool // E'x' has backslash escapes
	triple    bool // '''x''' and """x""" are strings
	qquote    bool // q'[x]' is a string
	bars      bool // || is OR
	parens    bool // ; inside parentheses does not separate
	routine   bool // CREATE FUNCTION … BEGIN … END holds ; of its own
	loose     bool // statements need no separator
}

// traitsOf returns how a dialect is lexed.
func traitsOf(d Dialect) traits {
	t := traits{dash: true, routine: true}
	switch d {
	case Postgres:
		t.client, t.cr, t.nested, t.dollar, t.parens, t.estring = clientPsql, true, true, true, true, true
	case MySQL:
		t.client, t.dash, t.routine = clientMySQL, false, false
		t.backslash, t.hash, t.exec, t.backtick, t.dquote, t.bars = true, true, true, true, true, true
	case SQLite:
		t.client, t.backtick, t.bracket = clientDot, true, true
	case DuckDB:
		t.client, t.cr, t.nested, t.dollar, t.estring = clientDot, true, true, true, true
	case ClickHouse:
		t.backslash, t.hash, t.dollar, t.backtick = true, true, true, true
	case Cassandra:
		t.dollar = true
	case BigQuery:
		t.backslash, t.hash, t.backtick, t.dquote, t.triple = true, true, true, true, true
	case Snowflake:
		t.client, t.backslash, t.dollar = clientBang, true, true
	case SQLServer:
		t.client, t.nested, t.bracket, t.loose = clientSqlcmd, true, true, true
	case Oracle:
		t.client, t.qquote = clientSqlplus, true
	case Spark:
		t.client, t.backslash, t.backtick, t.dquote = clientBang, true, true, true
	default:
		t.client, t.cr, t.nested, t.dollar = clientPsql, true, true, true
		t.exec, t.backtick, t.estring = true, true, true
	}
	return t
}
