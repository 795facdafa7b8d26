package statement

import (
	"strconv"
	"strings"

	"guard/rules/value"
)

// Redis returns what one Redis command, given as words, would do. A script of
// EVAL is read too; what its redis.call runs follows as statements of its own.
// From and To are 0.
func Redis(args []value.Text) []Statement {
	for len(args) > 1 && strings.Trim(string(args[0]), "0123456789") == "" {
		args = args[1:] // how often redis-cli repeats the command
	}
	if len(args) == 0 {
		return nil
	}
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = string(a)
	}
	if name := strings.ToLower(words[0]); name == "--eval" || !args[0].Known() {
		st := Statement{Text: redisText(words)}
		if name == "--eval" {
			st.Verb = "EVAL"
		}
		return []Statement{st}
	}
	words[0] = strings.ToUpper(words[0])
	st := Statement{Verb: words[0], Known: true}
	switch words[0] {
	case "CONFIG", "SCRIPT", "CLUSTER", "ACL", "CLIENT", "FUNCTION", "DEBUG", "MEMORY", "MODULE", "LATENCY", "SLOWLOG",
		"SENTINEL", "XGROUP", "OBJECT", "COMMAND", "PUBSUB":
		if len(words) > 1 {
			st.Known = args[1].Known()
			words[1] = strings.ToUpper(words[1])
			st.Clauses = append(st.Clauses, words[1])
		}
	case "FLUSHALL", "FLUSHDB", "SHUTDOWN", "RESTORE", "MIGRATE", "FAILOVER":
		for i, w := range words[1:] {
			switch u := strings.ToUpper(w); u {
			case "ASYNC", "SYNC", "SAVE", "NOSAVE", "NOW", "FORCE", "ABORT", "REPLACE", "COPY":
				words[i+1] = u
				st.Clauses = append(st.Clauses, u)
			}
		}
	case "EVALSHA", "EVALSHA_RO", "FCALL", "FCALL_RO":
		st.Known = false
	}
	st.Text = redisText(words)
	out := []Statement{st}
	if (st.Verb == "EVAL" || st.Verb == "EVAL_RO") && len(args) > 1 {
		out = append(out, RedisLua(args[1])...)
		for i := range out {
			out[i].From, out[i].To = 0, 0
		}
	}
	return out
}

// redisText joins words on one line.
func redisText(words []string) string {
	var b strings.Builder
	for i, w := range words {
		w = strings.Join(strings.Fields(w), " ")
		if len(w) > maxString {
			w = shorten(w[:len(w)-1] + " ")
		}
		if b.Len()+len(w) > maxText {
			b.WriteString(" …")
			break
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// RedisScript returns what lines for redis-cli would do: commands as they are
// typed, or the protocol that its pipe mode takes.
func RedisScript(text value.Text) []Statement {
	src := string(text)
	if len(src) > maxInput {
		return []Statement{unknown(0, len(src))}
	}
	var out []Statement
	for pos := 0; pos < len(src); {
		if len(out) >= maxStatements {
			return append(out, unknown(pos, len(src)))
		}
		from, line := pos, src[pos:]
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line = line[:i]
		}
		pos += len(line) + 1
		var args []value.Text
		if n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "*"))); err == nil && line != "" && line[0] == '*' {
			args, pos = respArgs(src, pos, n)
		} else {
			var closed bool
			if args, closed = redisWords(line); !closed {
				out = append(out, unknown(from, from+len(line)))
				continue
			}
		}
		for _, st := range Redis(args) {
			st.From, st.To = from, min(pos, len(src))
			if st.To > from && src[st.To-1] == '\n' || st.To > from+len(line) && line != "" && line[0] != '*' {
				st.To--
			}
			out = append(out, st)
		}
	}
	return out
}

// respArgs reads n bulk strings of the Redis protocol from pos on.
func respArgs(src string, pos, n int) ([]value.Text, int) {
	var args []value.Text
	for ; n > 0 && pos < len(src) && src[pos] == '$'; n-- {
		head, _, _ := strings.Cut(src[pos+1:], "\n")
		size, err := strconv.Atoi(strings.TrimSpace(head))
		pos += len(head) + 2
		if err != nil || size < 0 || size > len(src)-min(pos, len(src)) {
			return append(args, value.Any), len(src)
		}
		args = append(args, value.Text(src[pos:pos+size]))
		pos += size
		for pos < len(src) && (src[pos] == '\r' || src[pos] == '\n') {
			pos++
		}
	}
	return args, min(pos, len(src))
}

// redisWords cuts a line as redis-cli does: at white space, with escapes in
// double quotation marks.
func redisWords(s string) (out []value.Text, closed bool) {
	for i := 0; i < len(s); {
		if s[i] > 0 && s[i] <= ' ' {
			i++
			continue
		}
		var b strings.Builder
		var q byte
		for ; i < len(s) && (q != 0 || s[i] == 0 || s[i] > ' '); i++ {
			switch c := s[i]; {
			case c == 0 && i+1 < len(s):
				b.WriteString(s[i : i+2])
				i++
			case q == '"' && c == '\\' && i+1 < len(s):
				e, n := unescape(s[i:])
				b.WriteString(e)
				i += n - 1
			case q == '\'' && c == '\\' && i+1 < len(s) && s[i+1] == '\'':
				b.WriteByte('\'')
				i++
			case q != 0 && c == q:
				q = 0
			case q == 0 && (c == '"' || c == '\''):
				q = c
			default:
				b.WriteByte(c)
			}
		}
		if q != 0 {
			return out, false
		}
		out = append(out, value.Text(b.String()))
	}
	return out, true
}

// RedisLua returns the commands that a Lua script for Redis calls. A call whose
// command is not a constant is unknown.
func RedisLua(text value.Text) []Statement {
	toks, ok := lexScript(string(text), true)
	var out []Statement
	if !ok {
		out = append(out, unknown(0, len(text)))
	}
	for i := 0; i < len(toks) && len(out) < maxStatements; i++ {
		if toks[i].kind == sGap {
			out = append(out, unknown(toks[i].from, toks[i].to))
		}
		if toks[i].kind != sName || toks[i].text != "redis" && toks[i].text != "server" {
			continue
		}
		name, j := member(toks, i+1)
		switch name {
		case "call", "pcall", "acl_check_cmd":
		case "":
			if i == 0 || toks[i-1].text != "." {
				out = append(out, unknown(toks[i].from, toks[i].to))
			}
			continue
		default: // log, sha1hex, status_reply …
			continue
		}
		if j < len(toks) && toks[j].text == "(" && toks[j].kind == sOp {
			j++
		} else if j >= len(toks) || toks[j].kind != sString {
			out = append(out, unknown(toks[i].from, toks[j-1].to))
			continue
		}
		args := luaArgs(toks, j)
		sts := Redis(args)
		if len(sts) == 0 {
			sts = []Statement{{}}
		}
		for _, st := range sts {
			st.From, st.To = toks[i].from, toks[min(j, len(toks)-1)].to
			out = append(out, st)
		}
	}
	return out
}

// luaArgs reads constant arguments; one that is not constant is unknown.
func luaArgs(toks []scriptToken, j int) []value.Text {
	var args []value.Text
	for j < len(toks) && !(toks[j].kind == sOp && toks[j].text == ")") && len(args) < 100 {
		s, k, known := foldScript(toks, j, "..")
		if !known {
			s = string(value.Any)
		}
		args = append(args, value.Text(s))
		if k >= len(toks) || toks[k].text != "," {
			break
		}
		j = k + 1
	}
	return args
}
