package statement

// runs reports whether w opens a statement that may stand in a block without a
// separator before it.
func runs(w string) bool {
	switch w {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "TRUNCATE", "DROP", "ALTER", "CREATE", "EXECUTE",
		"EXEC", "WITH", "CALL", "GRANT", "REVOKE", "COPY", "VALUES", "TABLE", "DECLARE", "REFRESH", "BACKUP", "RESTORE", "SHUTDOWN":
		return true
	}
	return false
}

// verb reports whether w opens a statement of some dialect.
func verb(w string) bool {
	if runs(w) {
		return true
	}
	switch w {
	case "ABORT", "ANALYZE", "ANALYSE", "ATTACH", "BATCH", "BEGIN", "CACHE", "CHECKPOINT", "CLOSE", "CLUSTER", "COMMENT",
		"COMMIT", "DBCC", "DEALLOCATE", "DENY", "DESC", "DESCRIBE", "DETACH", "DISCARD", "DO", "END", "EXCHANGE",
		"EXPLAIN", "EXPORT", "FETCH", "FLASHBACK", "FLUSH", "GET", "HANDLER", "IMPORT", "INSTALL", "KILL", "LISTEN", "LIST",
		"LOAD", "LOCK", "MSCK", "NOTIFY", "OPTIMIZE", "PRAGMA", "PREPARE", "PURGE", "PUT", "REASSIGN",
		"RECONFIGURE", "REFRESH", "REINDEX", "RELEASE", "REMOVE", "RENAME", "REPAIR", "RESET", "ROLLBACK", "SAVEPOINT",
		"SECURITY", "SET", "SHOW", "START", "STOP", "SYSTEM", "UNCACHE", "UNDROP", "UNLISTEN", "UNLOAD", "UNLOCK", "UPSERT",
		"USE", "VACUUM":
		return true
	}
	return false
}

// keyword reports whether w is written in upper case where it is no name.
func keyword(w string) bool {
	if verb(w) {
		return true
	}
	switch w {
	case "ADD", "ALL", "ALLOW", "AND", "ANY", "AS", "ASC", "ASYNC", "ATOMIC", "BETWEEN", "BY", "CASCADE", "CASE", "CHECK",
		"COLLATE", "COLUMN", "COLUMNS", "CONCURRENTLY", "CONFLICT", "CONSTRAINT", "CROSS", "CURRENT", "CURSOR", "DATABASE",
		"DATABASES", "DEFAULT", "DISTINCT", "DUMPFILE", "DUPLICATE", "ELSE", "ESCAPE", "EVENT", "EXCEPT", "EXCEPTION", "EXISTS",
		"EXTENSION", "FALSE", "FILTERING", "FINAL", "FOR", "FORCE", "FOREIGN", "FROM", "FULL", "FUNCTION", "GLOBAL",
		"GROUP", "HAVING", "IF", "ILIKE", "IMMEDIATE", "IN", "INDEX", "INFILE", "INNER", "INTERSECT", "INTO", "IS", "ISOLATION",
		"JOIN", "KEY", "KEYSPACE", "LANGUAGE", "LEFT", "LIKE", "LIMIT", "LOCAL", "LOOP", "MATCHED", "MATERIALIZED",
		"NATURAL", "NOT", "NULL", "OF", "OFFSET", "ON", "ONLY", "OPTION", "OR", "ORDER", "OUTER", "OUTFILE", "OVERWRITE",
		"OWNED", "OWNER", "PARTITION", "PRIMARY", "PRIVILEGES", "PROCEDURE", "PROGRAM", "PUBLICATION", "RECURSIVE",
		"REFERENCES", "RESTART", "RESTRICT", "RETURNING", "RIGHT", "ROLE", "ROWS", "RULE", "SCHEMA", "SCHEMAS", "SEQUENCE",
		"SLOT", "SOME", "SOURCE", "STAGE", "STDIN", "STDOUT", "SUBSCRIPTION", "TABLES", "TABLESPACE", "TARGET", "TASK",
		"TEMP", "TEMPORARY", "THEN", "TO", "TOP", "TRANSACTION", "TRIGGER", "TRUE", "TYPE", "UNION", "UNIQUE", "UNLOGGED", "USER",
		"USING", "VIEW", "WAREHOUSE", "WHEN", "WHERE", "WHILE", "WINDOW", "WORK":
		return true
	}
	return false
}
