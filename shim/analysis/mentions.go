package analysis

import (
	"strings"

	"guard/rules"
	"guard/rules/value"
)

// maxMentions is how many words of one text are looked at.
const maxMentions = 512

// mentions judges a text in a language that guard does not read, by what is plain in
// it and by the files that it names: one that rules protect counts as read and, with
// write, any file outside of the directory at hand as written too.
func (c *call) mentions(t value.Text, write bool) {
	c.unread(t)
	if c.p.Program == "pwsh" {
		c.pieces(t)
	}
	n := 0
	for _, piece := range t.Pieces() {
		for _, word := range strings.FieldsFunc(piece.Text, notOfPath) {
			if n++; n > maxMentions {
				c.it.opaque("the text names more files than can be followed", nil)
				return
			}
			if word = strings.TrimRight(word, "."); !strings.ContainsAny(word, "./") {
				continue
			}
			p := c.inlinePath(value.Text(word))
			if c.it.protected(p) || c.it.protected(c.it.real(p)) {
				c.it.file(rules.Read, p, false)
			}
			if write && (word[0] == '/' || word[0] == '~') {
				c.it.write(p, rules.HowUnknown)
			}
		}
	}
}

// pieces judges the commands of a text whose simple commands read like those of a
// shell.
func (c *call) pieces(t value.Text) {
	text := string(t)
	for {
		from := strings.Index(text, "<#") // a comment of PowerShell
		end := strings.Index(text, "#>")
		if from < 0 || end < from {
			break
		}
		text = text[:from] + text[end+2:]
	}
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";|\n", r) }) {
		if c.it.startsProgram(s) && c.it.parse(s) != nil {
			c.command(value.Text(strings.TrimSpace(s)))
		}
	}
}

// notOfPath reports whether r does not stand in the usual names of files.
func notOfPath(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r > 0x7f || strings.ContainsRune("./_-~+%", r))
}
