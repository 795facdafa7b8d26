package analysis

import (
	"net/url"
	"strings"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis/body"
)

// request collects what a client's options say of an HTTP request.
type request struct {
	method  string
	urls    []value.Text
	body    value.Text
	parts   []value.Text
	hasBody bool
	upload  bool
	ctype   string
}

// http takes one option or operand of an HTTP client.
func (c *call) http(e programs.Effect, t value.Text, i int) {
	switch e.Kind() {
	case "url":
		c.req.urls = append(c.req.urls, t)
	case "method":
		if m := e.Param(); m != "" {
			c.req.method = m
		} else {
			c.req.method = strings.ToUpper(string(t))
		}
	case "header":
		if f, ok := strings.CutPrefix(string(t), "@"); ok {
			c.file(rules.Read, value.Text(f), false)
		}
		if name, v, ok := strings.Cut(string(t), ":"); ok {
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "content-type":
				c.req.ctype = strings.TrimSpace(v)
			case "x-http-method-override", "x-method-override", "x-http-method":
				c.req.method = strings.ToUpper(strings.TrimSpace(v))
			}
		}
	case "body":
		c.addBody(t)
	case "body-at":
		s := string(t)
		if name, rest, ok := strings.Cut(s, "@"); ok && !strings.ContainsAny(name, "={\"' ") && e.Param() == "encode" && name != "" {
			c.bodyFile(value.Text(rest))
		} else if f, ok := strings.CutPrefix(s, "@"); ok {
			c.bodyFile(value.Text(f))
		} else {
			c.addBody(t)
		}
	case "form":
		c.form(t)
	case "at-file":
		s := string(t)
		if e.Param() == "url" {
			for _, scheme := range []string{"file://", "fileb://"} {
				if f, ok := strings.CutPrefix(s, scheme); ok {
					c.file(rules.Read, value.Text(f), false)
				}
			}
			return
		}
		if marks := e.Param(); marks != "" { // NAME=@FILE, and other marks
			if _, v, ok := strings.Cut(s, "="); ok {
				s = v
			}
			if s != "" && strings.IndexByte(marks, s[0]) >= 0 {
				c.file(rules.Read, value.Text(s[1:]), false)
			}
			return
		}
		if k := strings.IndexByte(s, '@'); k >= 0 && !strings.ContainsAny(s[:k], "/ ") {
			c.file(rules.Read, value.Text(s[k+1:]), false)
		}
	case "request":
		c.items2(i)
	}
}

func (c *call) addBody(t value.Text) {
	c.req.hasBody = true
	c.req.parts = append(c.req.parts, t)
	if c.req.body != "" {
		c.req.body += "&"
	}
	c.req.body += t
}

// bodyFile reads the body from a file or the standard input.
func (c *call) bodyFile(f value.Text) {
	it := c.it
	if f == "-" || f == "/dev/stdin" {
		c.addBody(it.stdin.asText())
		return
	}
	p := c.abs(f)
	if s, ok := it.devFd(p); ok {
		c.addBody(s.asText())
		return
	}
	c.file(rules.Read, f, false)
	if t, ok := it.content(p, maxFileRead); ok {
		c.addBody(t)
	} else {
		c.addBody(value.Any)
	}
}

// form takes name=value, name=@file, name=<file, with several files after commas.
func (c *call) form(t value.Text) {
	c.req.hasBody = true
	name, v, ok := strings.Cut(string(t), "=")
	if !ok {
		return
	}
	if v != "" && (v[0] == '@' || v[0] == '<') {
		files, _, _ := strings.Cut(v[1:], ";")
		for _, f := range strings.Split(files, ",") {
			f = strings.Trim(f, `"`)
			if f == "-" {
				c.addBody(value.Text(name) + "=" + c.it.stdin.asText())
				continue
			}
			c.file(rules.Read, value.Text(f), false)
			if text, ok := c.it.content(c.abs(value.Text(f)), maxFileRead); ok {
				c.addBody(text)
			}
		}
		return
	}
	c.req.parts = append(c.req.parts, value.Text(v))
	c.addBody(t)
}

// items2 takes [METHOD] URL [ITEM…], as httpie and xh have them.
func (c *call) items2(i int) {
	var rest []value.Text
	for _, a := range c.p.Args {
		if a.Index >= i {
			rest = append(rest, a.Text)
		}
	}
	if len(rest) > 1 && strings.Trim(string(rest[0]), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == "" && !strings.Contains(string(rest[0]), ".") && rest[0] != "localhost" {
		c.req.method = strings.ToUpper(string(rest[0]))
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return
	}
	c.req.urls = append(c.req.urls, rest[0])
	for _, item := range rest[1:] {
		s := string(item)
		switch {
		case strings.HasPrefix(s, "@"):
			c.bodyFile(item[1:])
		case strings.Contains(s, ":=@"), strings.Contains(s, "=@"):
			_, f, _ := strings.Cut(s, "=@")
			c.bodyFile(value.Text(f))
		case strings.Contains(s, "@") && !strings.Contains(s, "="):
			_, f, _ := strings.Cut(s, "@")
			c.file(rules.Read, value.Text(f), false)
			c.req.hasBody = true
		case strings.Contains(s, "=="): // query parameter
		case strings.Contains(s, "="):
			name, v, _ := strings.Cut(s, "=")
			c.addBody(value.Text(strings.TrimSuffix(name, ":")) + "=" + value.Text(v))
		}
	}
}

// request emits one action for each address.
func (c *call) request() {
	it := c.it
	if len(c.req.urls) == 0 {
		return
	}
	c.net = true
	if !c.req.hasBody && it.stdin.set && c.p.Spec != nil && c.p.Spec.Stdin == "body" {
		c.addBody(it.stdin.asText())
	}
	method := c.req.method
	if method == "" {
		switch {
		case c.req.upload:
			method = "PUT"
		case c.req.hasBody:
			method = "POST"
		default:
			method = "GET"
		}
	}
	for _, u := range c.req.urls {
		for _, v := range urlGlob(u) {
			a := rules.Action{Op: rules.Request, Method: method, URL: normalURL(v)}
			if !value.Text(method).Known() {
				a.Method = ""
			}
			host := hostOf(string(a.URL))
			a.Target = append(a.Target, hostTarget(host))
			c.graphQL(&a)
			it.emit(a)
			c.requestedSQL(a.URL)
			if scheme, rest, ok := strings.Cut(string(v), ":"); ok && strings.EqualFold(scheme, "file") {
				v = value.Text("file:" + rest)
			}
			if f, ok := strings.CutPrefix(string(v), "file://"); ok {
				if plain, err := url.PathUnescape(f); err == nil {
					f = plain
				}
				it.file(rules.Read, value.Text(strings.TrimPrefix(f, "localhost")), false)
			} else if f, ok := strings.CutPrefix(string(v), "file:"); ok {
				c.file(rules.Read, value.Text(f), false)
			}
			c.save(a.URL)
		}
	}
}

// save writes what is fetched to a file with the last part of its address as name,
// where an option or the table says that the program does so.
func (c *call) save(u value.Text) {
	saves := c.p.Spec != nil && c.p.Spec.Output == "saved" && !c.saved && !c.has("--spider")
	for _, o := range c.p.Opts {
		saves = saves || o.Effect == "save"
	}
	s, _, _ := strings.Cut(string(u), "?")
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
	}
	i := strings.LastIndexByte(s, '/')
	if name := s[i+1:]; saves && i >= 0 && name != "" {
		c.put(absIn(c.outDir, value.Text(name)), rules.Overwrite, "")
	}
}

// graphQL fills in the operations that body and address carry.
func (c *call) graphQL(a *rules.Action) {
	texts := append([]value.Text{c.req.body}, c.req.parts...)
	for i, t := range texts {
		if t == "" || i > 0 && len(texts) == 2 {
			continue
		}
		ops, is := body.GraphQL(t, c.req.ctype)
		if is {
			addOperations(a, ops)
		}
		if !t.Known() && strings.Trim(string(t), "\x00amu&") == "" {
			a.Opaque = true
		}
	}
	urls := []value.Text{a.URL}
	for _, t := range c.req.parts { // curl -G puts them there
		urls = append(urls, "http://localhost/?"+t)
	}
	for _, u := range urls {
		if ops, is := body.GraphQLFromURL(u); is {
			addOperations(a, ops)
		}
	}
}

func addOperations(a *rules.Action, ops []body.Operation) {
	for _, o := range ops {
		if !o.Known {
			a.Opaque = true
		}
		for _, f := range o.Fields {
			a.Operations = append(a.Operations, o.Kind+" "+f)
		}
	}
}

// urlGlob writes out curl's {a,b} alternatives; ranges stay as they are.
func urlGlob(u value.Text) []value.Text {
	s := string(u)
	i := strings.IndexByte(s, '{')
	if i < 0 {
		return []value.Text{u}
	}
	j := strings.IndexByte(s[i:], '}')
	if j < 0 {
		return []value.Text{u}
	}
	var out []value.Text
	for _, alt := range strings.Split(s[i+1:i+j], ",") {
		out = append(out, urlGlob(value.Text(s[:i]+alt+s[i+j+1:]))...)
		if len(out) > 32 {
			break
		}
	}
	return out
}

// normalURL gives a URL its scheme, drops userinfo, default port and dots, and
// lowers the host's case.
func normalURL(u value.Text) value.Text {
	s := strings.TrimSpace(string(u))
	scheme := "http://"
	if i := strings.Index(s, "://"); i >= 0 {
		scheme, s = strings.ToLower(s[:i+3]), s[i+3:]
	}
	i := strings.IndexAny(s, "/?#")
	host, rest := s, ""
	if i >= 0 {
		host, rest = s[:i], s[i:]
	}
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for _, port := range []string{":443", ":80"} {
		host = strings.TrimSuffix(host, port)
	}
	host = strings.TrimSuffix(host, ".")
	if strings.HasPrefix(host, ":") { // httpie's localhost shorthand
		host = "localhost" + host
	}
	p, query, hasQuery := strings.Cut(rest, "?")
	if strings.Contains(p, "%") {
		if d, err := url.PathUnescape(p); err == nil && !strings.Contains(d, "\x00") {
			p = d
		}
	}
	if strings.Contains(p, "./") || strings.Contains(p, "//") {
		p = string(cleanText(value.Text(p)))
	}
	if hasQuery {
		p += "?" + query
	}
	return value.Text(scheme + host + p)
}

// hostOf is the host of a normal URL, with its port.
func hostOf(u string) string {
	if i := strings.Index(u, "://"); i >= 0 {
		u = u[i+3:]
	}
	if i := strings.IndexAny(u, "/?#"); i >= 0 {
		u = u[:i]
	}
	return u
}

// hostTarget names a host for rules: loopback, or itself.
func hostTarget(host string) value.Text {
	h := host
	if strings.HasPrefix(h, "[") {
		h, _, _ = strings.Cut(h[1:], "]")
	} else if i := strings.LastIndexByte(h, ':'); i >= 0 && strings.Count(h, ":") == 1 {
		h = h[:i]
	}
	switch {
	case h == "localhost", strings.HasSuffix(h, ".localhost"), h == "::1", h == "0.0.0.0", h == "ip6-localhost":
		return "loopback"
	case strings.HasPrefix(h, "127.") && strings.Trim(h, "0123456789.") == "":
		return "loopback"
	}
	return value.Text(h)
}
