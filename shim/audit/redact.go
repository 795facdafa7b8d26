package audit

import "strings"

// mark stands in place of a secret.
const mark = "‹redacted›"

// Redact replaces the secrets in s, which may be shell text, one argument, a
// header, a URL or JSON, by ‹redacted›: what is assigned to a name such as
// API_KEY, passwords in options, headers and URLs, tokens of well-known form,
// private keys, and long strings that look random. Expansions such as $TOKEN
// and digests in hex of 40 or 64 digits stay. It is a matter of judgement:
// Redact scans s from left to right and knows no shell grammar.
//
// Redact(Redact(s)) is Redact(s), and the result is at most 16 times as long as
// s. It takes time linear in the length of s.
func Redact(s string) string {
	// What is hidden changes how the text around it reads, so a text that was
	// changed is scanned again.
	for range maxScans {
		var x redactor
		t := x.text(s)
		if t == s {
			break
		}
		s = t
	}
	return s
}

// maxScans bounds how often Redact scans. Two are the rule; each further one
// needs a secret that the one before brought to light.
const maxScans = 8

// A redactor is what was learnt from the text so far.
type redactor struct {
	prog  program
	next  taking // how the next argument is to be read, in a list of arguments
	paths bool   // keep long strings that look random
	whole bool   // the text is one argument
}

// argument redacts s, the next argument of a program.
func (x *redactor) argument(s string) string {
	how := x.next
	x.whole = true
	x.next = takesNothing
	c := scan{redactor: x, s: s}
	switch {
	case how == takesSecret && !strings.HasPrefix(s, "-") && s != "":
		if expansion(s) {
			return s
		}
		return mark
	case how == takesPair && strings.Contains(s, ":"):
		c.pair(0)
		return c.result()
	}
	if n := atomEnd(s, 0); n == len(s) && n > 0 {
		x.next = x.takes(s, strings.TrimLeft(s, "-"))
	}
	return x.text(s)
}

func (x *redactor) text(s string) string {
	c := scan{redactor: x, s: s}
	for i := 0; i < len(s); {
		i = c.step(i)
	}
	return c.result()
}

// A scan is a redactor's way through one text. Its methods take the index that
// they start from and return the one to go on from.
type scan struct {
	*redactor
	s        string
	out      []byte // what s[:done] became
	done     int
	segEnd   int // the segment around the last atom ends here
	runEnd   int // so does the run of segments
	digest   bool
	unclosed [4]bool // there is no more closing quote of this sort
}

func (c *scan) result() string {
	if c.done == 0 {
		return c.s
	}
	return string(append(c.out, c.s[c.done:]...))
}

// hide replaces s[from:to].
func (c *scan) hide(from, to int) int {
	if from >= to || c.s[from:to] == mark {
		return max(from, to)
	}
	c.out = append(c.out, c.s[c.done:from]...)
	c.out = append(c.out, mark...)
	c.done = to
	return to
}

func (c *scan) step(i int) int {
	s := c.s
	switch b := s[i]; {
	case b == '-' && strings.HasPrefix(s[i:], "-----BEGIN "):
		return c.block(i)
	case b == ':' && strings.HasPrefix(s[i:], "://"):
		return c.userinfo(i + len("://"))
	case isAtom(b):
		return c.atom(i)
	case b == mark[0] && strings.HasPrefix(s[i:], mark):
		return i + len(mark)
	}
	return i + 1
}

// block hides what is inside a PEM block with a private key.
func (c *scan) block(i int) int {
	rest := c.s[i+len("-----BEGIN "):]
	label, _, ok := strings.Cut(rest[:min(len(rest), 64)], "-----")
	start := i + len("-----BEGIN ") + len(label) + len("-----")
	if !ok || !strings.Contains(label, "PRIVATE KEY") || strings.Trim(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ") != "" {
		return i + len("-----BEGIN ")
	}
	end := strings.Index(c.s[start:], "-----END ")
	if end < 0 {
		return c.hide(start, len(c.s))
	}
	c.hide(start, start+end)
	return start + end + len("-----END ")
}

// userinfo hides the password of a URL whose authority starts at i.
func (c *scan) userinfo(i int) int {
	s := c.s
	at, end := -1, i
	for ; end < len(s) && !isSpace(s[end]) && !strings.ContainsRune("/'\"`<>\\", rune(s[end])); end++ {
		if s[end] == '@' {
			at = end
		}
	}
	if at < 0 {
		return i
	}
	user, password, ok := strings.Cut(s[i:at], ":")
	switch {
	case ok && expansion(password), !ok && (expansion(user) || len(user) < 20):
		return i
	case ok:
		return c.hide(i+len(user)+1, at)
	}
	return c.hide(i, at)
}

// atom handles the atom that starts at i: a token, a name, an option, a word.
func (c *scan) atom(i int) int {
	s := c.s
	if end := tokenEnd(s, i); end > 0 {
		return c.hide(i, end)
	}
	if from, end := c.random(i); end > 0 {
		return c.hide(from, end)
	}
	end := atomEnd(s, i)
	word := s[i:end]
	name := strings.TrimLeft(word, "-")
	c.digest = digestName(name)
	if from := i + c.glued(word); from > i && (from < end || end < len(s) && (s[end] == '\'' || s[end] == '"')) {
		return c.value(from, strong, name)
	}
	c.learn(name)
	how := c.takes(word, name)
	op, at := operator(s, end)
	if at >= len(s) || op == opNone {
		return end
	}
	secret := secretName(name)
	dashed := len(name) < len(word)
	switch {
	case op == opAssign && how == takesPair:
		return c.pair(at)
	case op == opAssign && (secret == strong || secret == weak && !(dashed && bare(name))),
		op == opSpaced && secret == strong,
		op == opColonQuoted && secret != harmless:
		return c.value(at, secret, name)
	case op == opColon && header(name):
		return c.header(i, at)
	case op == opColon && secret != harmless && mixed(c.near(at)):
		return c.value(at, secret, name)
	case op != opSpace:
		return end
	case strings.EqualFold(name, "bearer"):
		return c.bearer(at)
	case how == takesPair:
		return c.pair(at)
	case how == takesSecret && s[at] != '-':
		return c.value(at, strong, name)
	case !dashed && secret == strong && s[at] == '\'', strings.EqualFold(name, "by") && s[at] == '\'':
		return c.value(at, strong, name)
	case !dashed && secret != harmless && looksRandom(s[at:segmentEnd(s, at)], 16):
		return c.value(at, strong, name)
	}
	return end
}

// near returns the start of the value at i.
func (c *scan) near(i int) string {
	near := scan{s: c.s[i:min(len(c.s), i+maxUser)]}
	return near.s[:near.wordEnd(0)]
}

// bearer hides the word at i, after "Bearer", unless it is plain prose.
func (c *scan) bearer(i int) int {
	end := c.wordEnd(i)
	word := c.s[i:end]
	if len(word) < 20 && !mixed(word) || expansion(word) {
		return i
	}
	return c.hide(i, end)
}

// random finds a long random string at the atom i, which starts a segment or a
// run of them: secrets in base64 may contain slashes, but so do paths.
func (c *scan) random(i int) (from, end int) {
	s := c.s
	for i < len(s) && s[i] == '-' {
		i++
	}
	if c.paths || sri(s[i:]) || c.digest && i > 0 && (s[i-1] == ':' || s[i-1] == '-' || s[i-1] == '=') {
		c.segEnd = max(c.segEnd, segmentEnd(s, i))
		c.runEnd = max(c.runEnd, c.segEnd)
		return 0, 0
	}
	if i >= c.segEnd {
		c.segEnd = segmentEnd(s, i)
		if looksRandom(s[i:c.segEnd], 32) {
			return i, padded(s, c.segEnd)
		}
	}
	if i >= c.runEnd {
		c.runEnd = c.segEnd
		short := c.segEnd-i < 32 // a longer segment is judged by itself
		for c.runEnd < len(s) && s[c.runEnd] == '/' {
			end := segmentEnd(s, c.runEnd+1)
			short = short && end-c.runEnd < 32
			c.runEnd = end
		}
		if short && c.runEnd > c.segEnd && (i == 0 || s[i-1] != '/' && s[i-1] != '.' && s[i-1] != '~') && looksRandom(s[i:c.runEnd], 32) {
			return i, padded(s, c.runEnd)
		}
	}
	return 0, 0
}
