package inline

import "strings"

// sdk judges calls of libraries that do what a command-line program does: they count
// as that program with the words of the call.
func (p *interp) sdk(name string, c *cx) (val, bool) {
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch p.lang {
	case Python:
		if cmd, ok := strings.CutPrefix(name, "sh."); ok && cmd == last && p.find1(name) == nil && strings.Contains(p.src, "import ") {
			p.emitExec(append([]val{str(cmd)}, c.pos...), *c)
			return unk(), true
		}
		if words := flat(c.pos); name == "pty.spawn" && len(words) == 1 && strings.HasSuffix(words[0].s, "sh") && !strings.Contains(words[0].s, " ") {
			p.emitExec([]val{words[0], str("-i")}, *c) // a shell there talks to a terminal
			return unk(), true
		}
		if cmd, ok := strings.CutPrefix(name, "GitRepo.git."); ok && cmd == last {
			p.emitExec(append([]val{str("git"), str(kebab(cmd))}, c.pos...), *c)
			return unk(), true
		}
		if e := p.find1(name); e != nil && (e.ret == "aws" || e.ret == "awsresource") {
			v := p.perform(e, c)
			if at, ok := c.kwarg("endpoint_url"); ok && at.known() {
				v.l = []val{at}
			}
			return v, true
		}
		if c.recv != nil && c.recv.k == vObj && c.recv.typ == "aws" && strings.Contains(last, "_") && p.find1(name) == nil {
			service := c.recv.s
			if service == "s3" {
				service = "s3api"
			}
			p.awsCommand(service, kebab(last), c)
			return unk(), true
		}
		if c.recv != nil && c.recv.k == vObj && c.recv.typ == "awsresource" && p.find1(name) == nil {
			return p.awsResource(name, c), true
		}
	case Node:
		if op, ok := strings.CutSuffix(last, "Command"); ok && op != "" && strings.Contains(p.src, "@aws-sdk/client-") {
			_, service, _ := strings.Cut(p.src, "@aws-sdk/client-")
			end := strings.IndexFunc(service, func(r rune) bool { return !(r == '-' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9') })
			if service = service[:max(end, 0)]; service == "s3" {
				service = "s3api"
			}
			p.emitExec([]val{str("aws"), str(strings.ReplaceAll(service, "-", "")), str(kebab(op))}, *c)
			return unk(), true
		}
	}
	return val{}, false
}

// awsResource judges a call of boto3's resources. What a resource stands for is kept as
// the service and its class: "s3 Bucket".
func (p *interp) awsResource(name string, c *cx) val {
	path := strings.Split(name, ".")
	last := path[len(path)-1]
	service, class, _ := strings.Cut(c.recv.s, " ")
	if len(path) > 2 { // a collection: instances.filter()
		class = path[len(path)-2]
	}
	switch {
	case strings.HasPrefix(last, "delete_") || strings.HasPrefix(last, "terminate_"):
		class = ""
	case last == "delete" || last == "terminate":
	case last != "" && last[0] >= 'A' && last[0] <= 'Z':
		return val{k: vObj, typ: "awsresource", s: service + " " + last, l: c.recv.l}
	default:
		return val{k: vObj, typ: "awsresource", s: service + " " + class, l: c.recv.l}
	}
	if class != "" {
		last += "-" + kebab(class)
		if strings.HasPrefix(last, "terminate") {
			last = strings.TrimSuffix(last, "s") + "s"
		}
	}
	if service == "s3" {
		service = "s3api"
	}
	p.awsCommand(service, strings.ReplaceAll(kebab(last), "object-versions", "objects"), c)
	return unk()
}

// awsCommand is a call of the command-line client that does what c does, at the
// endpoint that its client was made for.
func (p *interp) awsCommand(service, command string, c *cx) {
	words := []val{str("aws"), str(service), str(command)}
	if len(c.recv.l) > 0 {
		words = append(words, str("--endpoint-url"), c.recv.l[0])
	}
	p.emitExec(append(words, awsOptions(c.kw)...), *c)
}

// awsOptions are the keywords of a call as options of the command-line client.
func awsOptions(kw []val) []val {
	var out []val
	for i := 0; i+1 < len(kw); i += 2 {
		name := "--" + kebab(kw[i].s)
		switch yes, known := kw[i+1].truth(); {
		case kw[i+1].k == vBool && known && yes:
			out = append(out, str(name))
		case kw[i+1].k == vBool && known:
			out = append(out, str("--no-"+name[2:]))
		case kw[i+1].known():
			out = append(out, str(name), kw[i+1])
		}
	}
	return out
}

// kebab writes delete_table and DeleteTable as delete-table.
func kebab(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '_':
			b.WriteByte('-')
		case r >= 'A' && r <= 'Z':
			inside := i > 0 && s[i-1] >= 'A' && s[i-1] <= 'Z'
			if i > 0 && (!inside || i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z') {
				b.WriteByte('-')
			}
			b.WriteRune(r - 'A' + 'a')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// fromNet reports whether v is what a request has answered, or a part of it.
func fromNet(v val) bool {
	switch {
	case v.k == vUnk:
		return v.typ == "response" || v.typ == "content" && strings.Contains(v.s, "://")
	case v.k == vObj:
		return v.typ == "file" && strings.Contains(v.s, "://")
	case v.k == vRef && len(v.l) > 0:
		return fromNet(v.l[0])
	}
	return false
}
