package analysis

import (
	"regexp"
	"strings"
	"sync"

	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis/statement"
)

// requestLine is the first line of an HTTP request.
var requestLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([A-Z]+) (\S+) HTTP/[0-9.]+\r?\n`)
})

// wire judges what is sent over a plain connection: an HTTP request, or the commands
// of a store that listens at the port.
func (c *call) wire(host, port, text value.Text) {
	if m := requestLine().FindStringSubmatch(string(text)); m != nil {
		_, body, has := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n\n")
		c.req = request{method: m[1], urls: []value.Text{"http://" + host + ":" + port + value.Text(m[2])}}
		if has && body != "" {
			c.req.body, c.req.hasBody = value.Text(body), true
		}
		c.request()
		return
	}
	switch port {
	case "6379", "6380", "6381", "7000", "11211": // Redis and memcached
		c.host = host
		c.emitStatements(statement.RedisScript(value.Text(strings.ReplaceAll(string(text), "\r", ""))))
	}
}

// wireOf judges the standard input of a program that sends it to where its operands
// say: HOST PORT, or an option with HOST:PORT.
func (c *call) wireOf(text value.Text) {
	for _, o := range c.p.Opts {
		if host, port, ok := strings.Cut(string(o.Value), ":"); ok && o.Effect.Kind() == "host" {
			port, _, _ = strings.Cut(port, ",")
			c.wire(value.Text(host), value.Text(port), text)
			return
		}
	}
	if len(c.p.Args) > 1 {
		c.wire(c.p.Args[0].Text, c.p.Args[1].Text, text)
	}
}

// wireTo judges what is written to /dev/tcp/HOST/PORT.
func (it *interp) wireTo(p value.Text, s stream) {
	if parts := strings.Split(string(p), "/"); len(parts) >= 5 && s.text.Prefix() != "" {
		c := &call{it: it, p: &programs.Parsed{}, dir: it.st.dir}
		c.wire(value.Text(parts[3]), value.Text(parts[4]), s.text)
	}
}
