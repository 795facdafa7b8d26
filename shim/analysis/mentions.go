package analysis

import (
	"strings"

	"guard/rules"
	"guard/rules/value"
)

// maxMentions is how many words of one text are looked at.
const maxMentions = 512

// mentions judges a text in a language that guard does not read, by what is plain in
// it and by the files that it names: one that rules protect counts as read. how is the
// parameter of the effect: with write, any file outside of the directory at hand counts
// as written too, and with commands so it does, and simple commands are run.
func (c *call) mentions(t value.Text, how string) {
	c.unread(t)
	if how == "commands" {
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
			if how != "" && (word[0] == '/' || word[0] == '~') {
				c.it.write(p, rules.HowUnknown)
			}
		}
	}
}

// pieces judges the commands of a text whose simple commands read like those of a
// shell: as they stand between separators, and as they stand in blocks.
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
	for _, s := range splitAny(text, ";|\n") {
		c.piece(s)
		if in := splitAny(s, "{}()"); len(in) > 1 || len(in) == 1 && in[0] != s {
			for _, s := range in {
				c.piece(s)
			}
		}
	}
}

// piece judges one command of a text, behind the operator that calls it and the variable
// that it is assigned to.
func (c *call) piece(s string) {
	s = strings.TrimLeft(s, " \t&")
	if strings.HasPrefix(s, "$") {
		_, s, _ = strings.Cut(s, "=")
	}
	if s = strings.TrimSpace(s); c.it.startsProgram(s) && c.it.parse(s) != nil {
		c.command(value.Text(s))
	}
}

// splitAny splits s at each of chars.
func splitAny(s, chars string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(chars, r) })
}

// notOfPath reports whether r does not stand in the usual names of files.
func notOfPath(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r > 0x7f || strings.ContainsRune("./_-~+%", r))
}
