package inline

import (
	"strings"

	"guard/rules/value"
)

// doRequest reports an HTTP request. The first selector of the entry is
// "METHOD url": METHOD is "?" when an option or the body decides, a digit when
// an argument names it. Options are looked up in dictionaries and keywords.
func (p *interp) doRequest(e *entry, c *cx) val {
	method, sel, _ := strings.Cut(e.a0, " ")
	url, ok := c.pick(sel)
	if !ok && !c.unknown && e.ret != "http" {
		return unk()
	}
	if strings.HasPrefix(e.name, "?.") && !requestLike(url) {
		p.callbacks(&c.args)
		return unk()
	}
	if len(method) == 1 && isDigit(method[0]) {
		m, _ := c.pick(method)
		if method = ""; m.known() {
			method = m.s
		}
	}
	body := val{k: vNil}
	if e.a1 != "" {
		if b, ok := c.pick(e.a1); ok && b.k != vFn && (p.lang != Perl || b.k != vStr) {
			body = b
		}
	}
	o := options{p: p, c: c}
	if url.k == vDict {
		o.dicts = append(o.dicts, url)
		url = o.address()
	}
	for _, a := range c.pos {
		if a.k == vDict {
			o.dicts = append(o.dicts, a)
		}
	}
	if url.k == vObj && url.typ == "http" { // a request object made before
		if method == "?" || method == "" {
			method = first(url.l[min(1, len(url.l)):], str("")).s
		}
		if len(url.l) > 0 && body.k == vNil {
			body = url.l[0]
		}
		url = str(url.s)
	}
	if b, ok := o.get("json", "data", "body", "content", "form", "Content", "json_data", "payload", "query"); ok && (body.k == vNil || body.k == vDict) {
		body = b
	}
	if e.ret != "http" || p.lang != PHP {
		method = o.method(method, body)
	}
	if base := p.base(c, url); base.k == vStr {
		url = base
	}
	if e.ret == "http" || e.ret == "httpnew" {
		v := obj("http", url.text())
		v.l = []val{body, str(method)}
		return v
	}
	p.emitRequest(method, url, body, *c)
	p.callbacks(&c.args)
	return val{k: vUnk, typ: "response"}
}

// curlOption gives the transfer of PHP's curl_setopt its option.
func (p *interp) curlOption(c *cx, start int) {
	if len(c.pos) < 2 || c.pos[0].k != vObj || c.pos[0].typ != "http" {
		return
	}
	v := c.pos[0]
	v.l = append([]val(nil), v.l...)
	set := func(option, x val) {
		switch option.s {
		case "CURLOPT_URL":
			v.s = x.text()
		case "CURLOPT_POSTFIELDS":
			v.l[0] = x
		case "CURLOPT_CUSTOMREQUEST":
			v.l[1] = str(x.text())
		case "CURLOPT_POST":
			if v.l[1].s == "GET" || v.l[1].s == "?" {
				v.l[1] = str("POST")
			}
		}
	}
	if len(c.pos) > 2 {
		set(c.pos[1], c.pos[2])
	} else if o := c.pos[1]; o.k == vDict {
		for i := 0; i+1 < len(o.l); i += 2 {
			set(o.l[i], o.l[i+1])
		}
	}
	if p.tok(start+2).k == tVar {
		p.bindUp(p.varName(start+2), v)
	}
}

// requestLike reports whether a call with a common name, such as get, is a
// request: its first argument must look like an address.
func requestLike(v val) bool {
	for _, a := range v.alts() {
		if (a.k == vStr || a.k == vObj && a.typ == "URL") && isURL(a.s) || a.k == vObj && a.typ == "http" {
			return true
		}
	}
	return false
}

// base puts the host of a connection in front of a path.
func (p *interp) base(c *cx, url val) val {
	if c.recv == nil || c.recv.k != vObj || c.recv.typ != "httpconn" {
		return val{}
	}
	path := url.text()
	if isURL(path) {
		return url
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	host := c.recv.s
	if !isURL(host) {
		host = "https://" + host
	}
	return str(strings.TrimSuffix(host, "/") + path)
}

// options looks up what a request is made of.
type options struct {
	p     *interp
	c     *cx
	dicts []val
}

func (o *options) get(names ...string) (val, bool) {
	for _, n := range names {
		if v, ok := o.c.kwarg(n); ok {
			return v, true
		}
		for _, d := range o.dicts {
			if v, ok := d.get(n); ok {
				return v, true
			}
		}
	}
	return val{}, false
}

// address puts the parts of an address together: url, or host and path.
func (o *options) address() val {
	if v, ok := o.get("url", "uri"); ok {
		if b, ok := o.get("baseURL"); ok {
			return concat(b, v)
		}
		return v
	}
	host, ok := o.get("hostname", "host")
	if !ok {
		return anyStr()
	}
	if path, ok := o.get("path"); ok {
		host = concat(host, path)
	}
	return concat(str("https://"), host)
}

// method decides the method of a request: what is stated, else what an option
// says, else POST for one with a body.
func (o *options) method(stated string, body val) string {
	if stated != "?" && stated != "" {
		return stated
	}
	if v, ok := o.get("method", "type"); ok {
		if v.known() {
			return v.s
		}
		return ""
	}
	switch {
	case stated == "":
		return ""
	case body.k != vNil && (o.p.lang == Python || o.p.lang == PHP):
		return "POST"
	}
	return "GET"
}

// doPipe reports open of Perl and Ruby: the path may hold a mode or a command.
func (p *interp) doPipe(e *entry, c *cx) val {
	if p.lang == Ruby {
		return p.rubyOpen(e, c)
	}
	if len(c.pos) < 2 {
		if c.unknown {
			p.emitPaths(Read, unk(), *c)
		}
		return unk()
	}
	mode := c.pos[1]
	if len(c.pos) == 2 {
		for _, a := range mode.alts() {
			p.perlOpen2(a, c)
		}
		return unk()
	}
	target := c.pos[2]
	if target.k == vObj && target.typ == "ref" || target.k == vRef && target.s == "scalar" {
		return unk()
	}
	for _, m := range mode.alts() {
		s := strings.TrimSpace(m.text())
		if i := strings.IndexByte(s, ':'); i >= 0 {
			s = strings.TrimSpace(s[:i])
		}
		switch {
		case s == "-|" || s == "|-":
			if len(c.pos) > 3 {
				p.emitExec(c.pos[2:], *c)
			} else {
				p.emitShell(target, *c)
			}
		case strings.HasPrefix(s, "+>") || s == ">":
			p.emitPaths(Write, target, *c)
		case s == ">>" || s == "+>>":
			p.emitPaths(Append, target, *c)
		case s == "+<":
			p.emitPaths(Read, target, *c)
			p.emitPaths(Write, target, *c)
		case strings.HasSuffix(s, "&") || strings.HasSuffix(s, "&="):
		case s == "<":
			p.emitPaths(Read, target, *c)
		default:
			p.emitPaths(Read, target, *c)
			p.emitPaths(Write, target, *c)
		}
	}
	return unk()
}

// perlOpen2 reports open with mode and path in one text.
func (p *interp) perlOpen2(v val, c *cx) {
	if v.k != vStr && v.k != vNum {
		p.emitPaths(Read, unk(), *c)
		return
	}
	s := strings.TrimSpace(v.text())
	switch {
	case strings.HasPrefix(s, "|"):
		p.emitShell(str(strings.TrimSpace(s[1:])), *c)
	case strings.HasSuffix(s, "|"):
		p.emitShell(str(strings.TrimSpace(s[:len(s)-1])), *c)
	case strings.Contains(s, "&") && strings.HasPrefix(s, ">"), s == "-", s == ">-":
	case strings.HasPrefix(s, ">>"):
		p.emitPaths(Append, str(strings.TrimSpace(s[2:])), *c)
	case strings.HasPrefix(s, "+<"), strings.HasPrefix(s, "+>"):
		p.emitPaths(Read, str(strings.TrimSpace(s[2:])), *c)
		p.emitPaths(Write, str(strings.TrimSpace(s[2:])), *c)
	case strings.HasPrefix(s, ">"):
		p.emitPaths(Write, str(strings.TrimSpace(s[1:])), *c)
	default:
		p.emitPaths(Read, str(strings.TrimSpace(strings.TrimPrefix(s, "<"))), *c)
	}
}

// rubyOpen reports Kernel#open and IO.read, which run "|command".
func (p *interp) rubyOpen(e *entry, c *cx) val {
	v, ok := c.pick(e.a0)
	if !ok {
		return unk()
	}
	for _, a := range v.alts() {
		if s := a.text(); a.k == vStr && strings.HasPrefix(s, "|") {
			p.emitShell(str(s[1:]), *c)
		} else if e.kind == Read && e.a1 == "" {
			p.emitPaths(Read, a, *c)
		} else {
			p.doOpen(e, c, a)
		}
	}
	return p.result(&entry{ret: "file"}, c, v)
}

// doConfig reports a dotenv-style load: from the option path, from a0, which
// may be a directory, else from .env.
func (p *interp) doConfig(c *cx, v val, ok bool) {
	for _, name := range [...]string{"path", "dotenv_path"} {
		if kw, found := c.kwarg(name); found {
			v, ok = kw, true
		}
		if d, found := first(c.pos, unk()).get(name); found {
			v, ok = d, true
		}
	}
	switch {
	case !ok, v.k == vDict, v.k == vNil, v.k == vRef, v.k == vFn:
		v = str(".env")
	case p.lang == PHP:
		v = joinPaths([]val{v, str(".env")}, false)
	case v.k == vUnk:
		v = str(string(value.Any))
	}
	p.emitPaths(Load, v, *c)
}
