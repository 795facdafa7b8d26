package statement

import (
	"strings"
	"testing"
	"time"

	"guard/rules/value"
)

func TestRedis(t *testing.T) {
	for _, tt := range []struct{ words, want string }{
		{"FLUSHALL", "FLUSHALL"},
		{"flushall|async", "FLUSHALL[ASYNC]"},
		{"flushdb", "FLUSHDB"},
		{"5|flushall", "FLUSHALL"},
		{"config|set|dir|/tmp", "CONFIG[SET]"},
		{"CONFIG|GET|*", "CONFIG[GET]"},
		{"shutdown|nosave", "SHUTDOWN[NOSAVE]"},
		{"debug|segfault", "DEBUG[SEGFAULT]"},
		{"script|flush", "SCRIPT[FLUSH]"},
		{"del|a|b", "DEL"},
		{"unlink|a", "UNLINK"},
		{"set|k|flushall", "SET"},
		{"get|‹a›", "GET"},
		{"‹a›|flushall", "?"},
		{"‹m›", "?"},
		{"config|‹a›", "CONFIG[…]?"},
		{"eval|redis.call('flushall')|0", "EVAL FLUSHALL"},
		{"eval|redis.pcall([[flushdb]])|0", "EVAL FLUSHDB"},
		{"eval|redis['call']('flush'..'all')|0", "EVAL FLUSHALL"},
		{"eval|return redis.call(KEYS[1])|0", "EVAL ?"},
		{"eval|-- redis.call('flushall')\nreturn 1|0", "EVAL"},
		{"eval|return 'redis.call(\"flushall\")'|0", "EVAL"},
		{"eval|local c = redis.call; c('flushall')|0", "EVAL ?"},
		{"eval|local r = redis; r.call('flushall')|0", "EVAL ?"},
		{"eval|redis.call('set', KEYS[1], ARGV[1])|1|a", "EVAL SET"},
		{"eval|redis.call 'flushall'|0", "EVAL FLUSHALL"},
		{"eval|‹a›|0", "EVAL ?"},
		{"evalsha|abc|0", "EVALSHA?"},
		{"--eval|f.lua", "EVAL?"},
	} {
		var args []value.Text
		for _, w := range strings.Split(string(gapped(tt.words)), "|") {
			args = append(args, value.Text(w))
		}
		if got := value.Text(show(Redis(args), nil)).String(); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.words, got, tt.want)
		}
	}
}

func TestRedisScript(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"SET a 1\nFLUSHALL\n", "SET FLUSHALL"},
		{"eval 'redis.call(\"flushall\")' 0", "EVAL FLUSHALL"},
		{`"\x46LUSHALL"`, "FLUSHALL"},
		{"set k 'FLUSHALL'", "SET"},
		{"*1\r\n$8\r\nFLUSHALL\r\n", "FLUSHALL"},
		{"*2\r\n$3\r\nGET\r\n$8\r\nFLUSHALL\r\nPING\r\n", "GET PING"},
		{"*1\r\n$99\r\nFLUSHALL", "?"},
		{"set k 'x\nflushall", "? FLUSHALL"},
		{"‹a›", "?"},
		{"", ""},
	} {
		text := gapped(tt.in)
		stmts := RedisScript(text)
		if got := show(stmts, nil); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.in, got, tt.want)
		}
		for _, s := range stmts {
			if s.From < 0 || s.To < s.From || s.To > len(text) {
				t.Errorf("%q: span %d..%d", tt.in, s.From, s.To)
			}
		}
	}
}

func TestMongo(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"db.dropDatabase()", "dropDatabase"},
		{"db.users.drop()", "drop"},
		{"db.users.deleteMany({})", "deleteMany"},
		{"db.users.deleteMany()", "deleteMany"},
		{"db.users.deleteMany({a: 1})", "deleteMany[WHERE]"},
		{"db.users.deleteMany({_id: {$exists: true}})", "deleteMany"},
		{"db.users.deleteMany({_id: {$ne: null}})", "deleteMany"},
		{"db.users.deleteMany({$and: [{}, {}]})", "deleteMany"},
		{"db.users.deleteMany({$or: [{a: 1}, {}]})", "deleteMany"},
		{"db.users.deleteMany({$or: [{a: 1}, {b: 2}]})", "deleteMany[WHERE]"},
		{"db.users.deleteMany({$where: 'true'})", "deleteMany"},
		{"db.users.deleteMany({...x})", "deleteMany?"},
		{"db.users.deleteMany(filter)", "deleteMany?"},
		{"db.users.bulkWrite([{deleteMany: {filter: {}}}])", "bulkWrite deleteMany"},
		{"db.users.bulkWrite([{deleteMany: {filter: {a: 1}, collation: {}}}])", "bulkWrite deleteMany[WHERE]"},
		{"db.users.bulkWrite([{deleteMany: x}])", "bulkWrite deleteMany?"},
		{"db.users.remove({})", "remove"},
		{"db.users.remove({a: 1}, true)", "remove[WHERE]"},
		{`db["x"]["drop"]()`, "drop"},
		{`db["x"]["dr" + "op"]()`, "drop"},
		{"db[`x`][`drop`]()", "drop"},
		{`db[a][b]()`, "?"},
		{`db[a].drop()`, "drop"},
		{"db.getSiblingDB('x').dropDatabase()", "dropDatabase"},
		{"db.getCollection('x').drop()", "drop"},
		{"db.runCommand({dropDatabase: 1})", "dropDatabase"},
		{"db.runCommand({'drop': 'users'})", "drop"},
		{"db.runCommand('dropDatabase')", "dropDatabase"},
		{"db.runCommand(cmd)", "?"},
		{"db.runCommand({[k]: 1})", "?"},
		{"db.adminCommand({shutdown: 1})", "shutdown"},
		{"db.runCommand({delete: 'u', deletes: [{q: {}, limit: 0}]})", "delete"},
		{"db.runCommand({delete: 'u', deletes: [{q: {a: 1}, limit: 0}]})", "delete[WHERE]"},
		{"db.runCommand({ping: 1})", "ping"},
		{"// db.dropDatabase()", ""},
		{"/* db.dropDatabase() */ db.users.find()", "find"},
		{"print('db.dropDatabase()')", ""},
		{"/db.dropDatabase()/.test('x')", ""},
		{"a / db.dropDatabase() / b", "dropDatabase"},
		{"`${db.dropDatabase()}`", "dropDatabase"},
		{"`a ${`b ${db.x.drop()}`} c`", "drop"},
		{"`db.dropDatabase()`", ""},
		{`db.drop\u0044atabase()`, "dropDatabase"},
		{`db["drop\x44atabase"]()`, "dropDatabase"},
		{"db?.dropDatabase?.()", "dropDatabase"},
		{"db . users\n. drop ( )", "drop"},
		{"const d = db.dropDatabase; d()", "dropDatabase?"},
		{"db.dropDatabase.call(db)", "dropDatabase"},
		{"const {dropDatabase} = db", "dropDatabase?"},
		{"eval('db.dropDatabase()')", "dropDatabase"},
		{"eval(x)", "eval?"},
		{"load('x.js')", "load?"},
		{"require('child_process').execSync('ls')", "require? execSync"},
		{"use prod\ndb.dropDatabase()", "use dropDatabase"},
		{"db.users.find({name: 'drop'})", "find[WHERE]"},
		{"db.users.insertOne({drop: 1})", "insertOne"},
		{"db.users.updateMany({}, {$set: {a: 1}})", "updateMany"},
		{"db.users.find().forEach(u => db.users.deleteOne({_id: u._id}))", "find deleteOne[WHERE]"},
		{"‹a›", "?"},
		{"db.‹a›()", "?"},
		{"db.users.deleteMany({id: '‹a›'})", "deleteMany[WHERE]"},
		{"db['‹a›']()", "?"},
		{"db.dropDatabase(", "dropDatabase ?"},
		{"'db.dropDatabase()", "?"},
		{"db.\u2003dropDatabase()", "dropDatabase"},
		{"x.return / db.dropDatabase() / 1", "dropDatabase"},
		{"return /db.dropDatabase()/", ""},
		{"db.runCommand({delete: 'u', deletes: d})", "delete?"},
		{"", ""},
	} {
		text := gapped(tt.in)
		stmts := Mongo(text)
		if got := show(stmts, nil); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.in, got, tt.want)
		}
		for _, s := range stmts {
			if s.From < 0 || s.To < s.From || s.To > len(text) {
				t.Errorf("%q: span %d..%d", tt.in, s.From, s.To)
			}
		}
	}
}

func TestMongoTime(t *testing.T) {
	for _, unit := range []string{"(", "db.drop(", "db[", "${", "`${", "{$or:[", "db.x.deleteMany({$and:[", "/", "a.", "eval('", "a+", "'a'+", "[['a'"} {
		text := value.Text("db.x.deleteMany(" + strings.Repeat(unit, maxInput/8/len(unit)))
		start := time.Now()
		Mongo(text)
		RedisLua(text)
		RedisScript(text)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%q took %v", unit, took)
		}
	}
}

func TestElasticHTTP(t *testing.T) {
	for _, tt := range []struct{ method, path, want string }{
		{"DELETE", "/index", "DELETE INDEX"},
		{"delete", "/_all", "DELETE INDEX"},
		{"DELETE", "//logs-*", "DELETE INDEX"},
		{"DELETE", "/%3Clogs-%7Bnow%2Fd%7D%3E", "DELETE INDEX"},
		{"DELETE", "/i/_doc/1", "DELETE DOCUMENT"},
		{"POST", "/i/_delete_by_query?refresh", "DELETE BY QUERY"},
		{"POST", "/i/%5fdelete_by_query", "DELETE BY QUERY"},
		{"POST", "/_all/_close", "CLOSE INDEX"},
		{"DELETE", "/_snapshot/repo", "DELETE REPOSITORY"},
		{"DELETE", "/_snapshot/repo/snap", "DELETE SNAPSHOT"},
		{"DELETE", "/_data_stream/x", "DELETE DATA STREAM"},
		{"DELETE", "/_search/scroll", "DELETE SEARCH"},
		{"DELETE", "/_ilm/policy/x", "DELETE ILM"},
		{"PUT", "/_cluster/settings", "PUT CLUSTER SETTINGS"},
		{"POST", "/_snapshot/r/s/_restore", "RESTORE SNAPSHOT"},
		{"POST", "/_bulk", "BULK"},
		{"PUT", "/index", "CREATE INDEX"},
		{"GET", "/index/_search", "READ"},
		{"POST", "/index/_search", "READ"},
		{"PUT", "/index/_doc/1", "WRITE DOCUMENT"},
		{"POST", "/index/_update_by_query", "UPDATE BY QUERY"},
	} {
		if got := ElasticHTTP(tt.method, tt.path); got != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.method, tt.path, got, tt.want)
		}
	}
}
