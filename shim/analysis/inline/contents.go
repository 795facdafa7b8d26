package inline

import "strings"

// A file that a program writes whole may be run by the command that follows it.

// wholeWrites are the calls that write a text to a file, path first.
var wholeWrites = map[string]bool{
	"fs.writeFile": true, "writeFileSync": true, "writeFile": true, "file_put_contents": true, "File.write": true, "IO.write": true,
}

// contents records what a call leaves in a file, where that is known.
func (p *interp) contents(name string, c *cx) {
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case wholeWrites[name] && len(c.pos) > 1:
		p.holds(c.pos[0], c.pos[1], false, *c)
	case (name == "Path.write_text" || name == "Path.write_bytes") && c.recv != nil && len(c.pos) > 0:
		p.holds(str(c.recv.s), c.pos[0], false, *c)
	case last == "write" && c.recv != nil && c.recv.k == vObj && c.recv.typ == "file" && len(c.pos) > 0:
		if _, begun := p.texts[c.recv.s]; begun {
			p.holds(str(c.recv.s), c.pos[0], true, *c)
		}
	}
}

// holds records that the file at path holds text, after what was written to it before.
func (p *interp) holds(path, text val, more bool, at cx) {
	if !path.known() || !text.known() || text.k != vStr || len(text.s) > maxText {
		return
	}
	if p.texts == nil {
		p.texts = map[string]string{}
	}
	whole := text.s
	if more {
		whole = p.texts[path.s] + whole
	}
	if len(whole) > maxText {
		return
	}
	p.texts[path.s] = whole
	p.emit(Effect{Kind: Content, Arg: plain(path.s, false), Body: plain(whole, false)}, at)
}
