package inline

import "strings"

// A file that a program writes may be run by the command that follows it.

// written records what a method of an open file adds to it.
func (p *interp) written(name string, c *cx) {
	f, text := c.recv, val{}
	switch last := name[strings.LastIndexByte(name, '.')+1:]; {
	case last == "write" && len(c.pos) > 0:
		text = c.pos[0]
	case last == "writelines" && len(c.pos) > 0:
		text = joinList(c.pos[0], str(""))
	case last == "puts" && p.lang == Ruby && len(c.pos) > 0:
		text = p.plus(joinList(list(c.pos...), str("\n")), str("\n"))
	case p.lang == PHP && (name == "fwrite" || name == "fputs") && len(c.pos) > 1:
		f, text = &c.pos[0], c.pos[1]
	case name == "print" && p.lang == Python && len(c.pos) > 0:
		to, _ := c.kwarg("file")
		f, text = &to, p.plus(joinList(list(c.pos...), str(" ")), str("\n"))
	}
	if f != nil && f.k == vObj && f.typ == "file" {
		p.holds(str(f.s), text, true, *c)
	}
}

// holds records that the file at path holds text, after what it held if more is set.
// Of several texts, any may be the one that it holds in the end, for what writes them
// need not be reached: it is taken to hold all.
func (p *interp) holds(path, text val, more bool, at cx) {
	if path.k == vObj {
		path = str(path.text())
	}
	if !path.known() || !text.known() || len(text.s) > maxText {
		return
	}
	kind, body := Content, text.s
	switch {
	case more:
		kind = Added
	case p.rec.held[path.s]:
		kind, body = Added, "\n"+body
	default:
		p.rec.held[path.s] = true
	}
	if n := len(p.rec.effects); more && n > 0 {
		if e := &p.rec.effects[n-1]; (e.Kind == Content || e.Kind == Added) && e.Arg == plain(path.s, false) {
			if len(e.Body)+len(body) <= maxText {
				e.Body += plain(body, false)
			}
			return
		}
	}
	p.emit(Effect{Kind: kind, Arg: plain(path.s, false), Body: plain(body, false)}, at)
}
