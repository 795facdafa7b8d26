package analysis

import (
	"net/url"
	"regexp"
	"strings"
	"sync"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis/statement"
)

// targets works out what the command addresses: hosts, databases, contexts.
func (c *call) targets() {
	take := func(e programs.Effect, t value.Text) {
		switch e.Kind() {
		case "target":
			switch k := e.Param(); k {
			case "host":
				c.host = t
			case "database":
				c.db = t
				c.dsn(t, true)
			case "file": // a database that is a file
				c.db = t
				if c.it.exists(c.abs(t)) == rules.False {
					c.tgt = append(c.tgt, "absent/"+t)
				}
			default:
				c.tgt = append(c.tgt, value.Text(k+"/")+t)
			}
		case "host":
			c.tgt = append(c.tgt, hostTarget(hostName(string(t))))
		case "dsn":
			c.dsn(t, false)
		}
	}
	for _, o := range c.p.Opts {
		take(o.Effect, o.Value)
	}
	for _, a := range c.p.Args {
		take(a.Effect, a.Text)
	}
	c.setTargets(take)
}

// setTargets takes what the command's own text puts into the variables by which
// the program is told what to address. What is inherited does not count: it must
// not loosen a rule.
func (c *call) setTargets(take func(programs.Effect, value.Text)) {
	if c.p.Spec == nil {
		return
	}
	host, db := c.host, c.db
	for _, o := range c.it.table.Lookup(c.p.Program).Options {
		for _, n := range o.Names {
			name, ok := strings.CutPrefix(n, "$")
			if !ok {
				continue
			}
			v := c.it.st.vars.at(name)
			if len(v.alts) != 1 || v.alts[0] == "" || !v.exported || v.unset {
				continue
			}
			if old, ok := c.it.w.Getenv(name); !ok || value.Known(old) != v.alts[0] {
				take(o.Effect, v.alts[0])
			}
		}
	}
	if c.host != host || c.db != db {
		c.tgt = append(c.tgt, hostTarget(string(c.host))+"/"+c.db)
	}
}

// hostName is HOST of USER@HOST:PORT.
func hostName(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	return s
}

// dsn takes host and database from a connection string. With maybe, t may just
// as well be a plain name.
func (c *call) dsn(t value.Text, maybe bool) {
	s := string(t)
	switch {
	case strings.Contains(s, "://"):
		u, err := url.Parse(strings.ReplaceAll(s, "\x00", "_"))
		if err != nil {
			c.host, c.db = value.Any, value.Any
			return
		}
		c.host, c.db = value.Text(u.Hostname()), value.Text(strings.TrimPrefix(u.Path, "/"))
		if h := u.Query().Get("host"); h != "" && c.host == "" {
			c.host = value.Text(h)
		} else if h != "" && h != string(c.host) {
			c.host = value.Any
		}
		if c.host == "" {
			c.host = "localhost"
		}
	case strings.Contains(s, "=") && strings.ContainsAny(s, " =") && (strings.Contains(s, "host=") || strings.Contains(s, "dbname=")):
		for _, kv := range strings.Fields(s) {
			switch k, v, _ := strings.Cut(kv, "="); k {
			case "host", "hostaddr":
				c.host = value.Text(v)
			case "dbname":
				c.db = value.Text(v)
			}
		}
	case !maybe:
		c.db = t
	case !t.Known():
		if c.host == "" {
			c.host = value.Any
		}
	}
}

// target is host/database as rules name them.
func (c *call) target() []value.Text {
	host, db := c.host, c.db
	get := func(names ...string) value.Text {
		for _, n := range names {
			if v, ok := c.it.get(n); ok && v != "" {
				return v
			}
		}
		return ""
	}
	if host == "" {
		host = get("PGHOST", "MYSQL_HOST")
	}
	if db == "" {
		db = get("PGDATABASE")
	}
	h := value.Text("loopback")
	if host != "" && !strings.HasPrefix(string(host), "/") {
		h = hostTarget(string(host))
	}
	for _, v := range c.it.via {
		if v == "ssh" || v == "docker" || v == "kubectl" { // loopback is not this machine
			if h == "loopback" {
				h = value.Text(v)
			}
		}
	}
	if c.attached { // it may be another file
		db = value.Any
	}
	var out []value.Text
	for _, t := range c.tgt {
		if !c.attached || !strings.HasPrefix(string(t), "absent/") {
			out = append(out, t)
		}
	}
	return append(out, h+"/"+db)
}

// statements takes SQL or another store's commands.
func (c *call) statements(e programs.Effect, t value.Text, i int) {
	it := c.it
	c.prints = true
	if p := e.Param(); p != "" {
		c.dialect = p
	}
	switch e.Kind() {
	case "sql":
		c.sql(t)
	case "sql-file":
		if t == "-" {
			c.sql(it.stdin.asText())
			return
		}
		p := c.abs(t)
		if s, ok := it.devFd(p); ok {
			c.sql(s.asText())
			return
		}
		c.apply("load", t, i)
		if text, ok := it.content(p, maxScript); ok {
			c.sql(text)
		}
	case "redis":
		var args []value.Text
		for _, a := range c.p.Args {
			if a.Index >= i {
				args = append(args, a.Text)
			}
		}
		c.emitStatements(statement.Redis(args))
	case "mongo":
		c.emitStatements(statement.Mongo(t))
		c.unread(t) // the shell reads files as well
	}
}

// dialectNamed is the dialect of SQL with the name that program tables use.
func dialectNamed(name string) statement.Dialect {
	names := [...]string{"", "postgres", "mysql", "sqlite", "duckdb", "clickhouse", "cassandra", "bigquery", "snowflake", "sqlserver", "oracle", "spark"}
	for i, n := range names {
		if n == name {
			return statement.Dialect(i)
		}
	}
	return statement.Generic
}

// sql emits the statements of a text, and what the client does beside them.
func (c *call) sql(t value.Text) {
	it := c.it
	stmts, side, err := statement.SQL(t, dialectNamed(c.dialect))
	for _, s := range side {
		c.attached = c.attached || s.Kind == "attach"
	}
	c.emitStatements(stmts)
	if err != nil {
		it.emit(rules.Action{Op: rules.Statement, Text: value.Any, Opaque: true, Target: c.target(), Why: err.Error()})
	}
	for _, s := range side {
		switch s.Kind {
		case "shell":
			sub := it.sub()
			sub.shellText("sh", value.Text(s.Arg), "sh", nil, origin{parent: &it.org, nested: true, span: it.span}, c.p.Program)
		case "read", "attach":
			c.file(rules.Read, value.Text(s.Arg), false)
		case "write":
			c.writeTo("write", value.Text(s.Arg))
		case "connect":
			c.dsn(value.Text(s.Arg), true)
		}
	}
}

func (c *call) emitStatements(stmts []statement.Statement) {
	for _, s := range stmts {
		target := c.target()
		if name, ok := droppedDatabase(s); ok && s.Known {
			was := c.db
			if c.db = value.Known(name); !strings.ContainsAny(name, "_-") {
				c.db = value.Any // test and dev alone are names that others share
			}
			target = c.target()
			c.db = was
		}
		c.it.emit(rules.Action{Op: rules.Statement, Text: value.Known(s.Text), Verb: s.Verb, Clauses: s.Clauses, Opaque: !s.Known, Target: target})
	}
}

// dropDatabase matches a statement that drops one database, whichever it is sent to.
var dropDatabase = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?i)^drop\\s+database\\s+(?:if\\s+exists\\s+)?[\"`]?([a-z_][a-z0-9_-]*)[\"`]?\\s*(?:with\\s*\\(\\s*force\\s*\\))?\\s*;?\\s*$")
})

// droppedDatabase is the database that a statement drops.
func droppedDatabase(s statement.Statement) (string, bool) {
	m := dropDatabase().FindStringSubmatch(strings.TrimSpace(s.Text))
	if m == nil {
		return "", false
	}
	return m[1], true
}

// stdin judges what the program takes from its standard input.
func (c *call) stdin() {
	it := c.it
	if c.p.Spec == nil || c.p.Spec.Stdin == "" || !it.stdin.set {
		return
	}
	kind := c.p.Spec.Stdin.Kind()
	if c.ran && kind != "args" && !c.has("-s") {
		return
	}
	t := it.stdin.asText()
	org := origin{parent: &it.org, nested: true, span: it.span}
	switch kind {
	case "shell":
		shell := c.p.Program
		if !isShellName(shell) {
			shell = "sh"
		}
		if (it.stdin.path != "" || it.stdin.made) && !t.Known() && !t.FromNet() {
			return // an absent or protected file: its reading is judged
		}
		var params []value.Text
		for _, a := range c.p.Args {
			params = append(params, a.Text)
		}
		sub := it.sub()
		sub.st.dir = c.dir
		sub.stdin = stream{}
		c.ran = true
		sub.shellText(shell, t, value.Text(shell), params, org, c.p.Program)
		it.keepFiles(sub.st)
	case "code":
		if it.stdin.path != "" && !t.Known() && !t.FromNet() {
			return
		}
		if strings.Trim(string(t), "\x00am\n") == "" && t != "" {
			it.opaque("the program that runs is not known", nil)
			return
		}
		at := len(c.argv) // of the operand behind which the program's own arguments stand
		for _, a := range c.p.Args {
			if a.Text == "-" {
				at = a.Index
				break
			}
		}
		c.streamed = true
		it.without(func() { c.code(c.p.Spec.Stdin.Param(), t, at) })
	case "sql":
		c.dialect = c.p.Spec.Stdin.Param()
		c.sql(t)
	case "mentions":
		it.without(func() { c.mentions(t, c.p.Spec.Stdin.Param()) })
	case "wire":
		if t.Prefix() != "" {
			c.wireOf(t)
		}
	case "mongo":
		c.emitStatements(statement.Mongo(t))
	case "redis":
		c.emitStatements(statement.RedisScript(t))
	case "url":
		for _, l := range strings.Fields(string(t)) {
			c.req.urls = append(c.req.urls, value.Text(l))
		}
	case "file-list":
		c.fileList("-")
	case "args":
		if !c.ran && len(c.p.Spec.Args) > 0 && c.p.Spec.Args[0].Effect == "run-first" { // its lines are commands
			c.ran = true
			c.run(len(c.argv), true)
		}
	}
}

// without carries f out where the standard input has been read: what runs finds
// nothing more there.
func (it *interp) without(f func()) {
	in := it.stdin
	it.stdin = stream{set: true}
	f()
	it.stdin = in
}

// remote takes HOST:PATH operands.
func (c *call) remote(e programs.Effect, t value.Text) {
	s := string(t)
	colon := strings.IndexByte(s, ':')
	slash := strings.IndexByte(s, '/')
	if colon > 0 && (slash < 0 || colon < slash) || strings.Contains(s, "://") {
		c.net = true
		return
	}
	if e == "remote-sync" {
		c.file(rules.Delete, t, true)
		return
	}
	if e == "remote-dest" {
		c.writeTo("write", t)
		return
	}
	c.file(rules.Read, t, true)
}

// mount takes HOST:CONTAINER and type=bind,source=HOST,… .
func (c *call) mount(t value.Text) {
	src, dst := "", ""
	if strings.Contains(string(t), "=") && !strings.HasPrefix(string(t), "/") {
		for _, kv := range strings.Split(string(t), ",") {
			if k, v, ok := strings.Cut(kv, "="); ok && (k == "source" || k == "src") {
				src = v
			} else if ok && (k == "target" || k == "dst" || k == "destination") {
				dst = v
			}
		}
	} else {
		src, dst, _ = strings.Cut(string(t), ":")
		dst, _, _ = strings.Cut(dst, ":")
	}
	if src == "" || !strings.ContainsAny(src, "/.~") && value.Text(src).Known() {
		return // a named volume
	}
	p := c.abs(value.Text(src))
	c.it.file(rules.Mount, p, true)
	if p.Known() && c.it.exists(p) == rules.True && !c.it.isDir(p) && strings.HasPrefix(dst, "/") {
		c.mounted = append(c.mounted, [2]string{dst, string(p)})
	}
}

// setEnv takes NAME=VALUE for the command that follows.
func (c *call) setEnv(t value.Text) {
	if strings.Contains(string(t), "=") {
		c.env = append(c.env, t)
	}
}
