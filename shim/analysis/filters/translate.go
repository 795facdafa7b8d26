package filters

import (
	"fmt"
	"regexp"
	"strings"
)

// A dialect says how an expression is written and what is wanted of it.
type dialect struct {
	extended bool // ERE, else BRE
	sed, awk bool // with that program's escapes
	fold     bool // ignoring case
	groups   bool // what the groups matched is wanted
	line     bool // matching whole lines
}

// A translator turns a POSIX expression into Go's syntax.
type translator struct {
	dialect
	src       string
	i         int
	out       []byte
	atom      int  // where the last atom starts in out, -1 when there is nothing to repeat
	start     bool // at the start of an alternative
	anchored  bool // behind the anchor at its start
	open      []openGroup
	groups    int
	ambiguous bool // which group matched what may differ from POSIX
}

type openGroup struct {
	out, src int // where it starts
	nested   bool
}

func (t *translator) translate() bool {
	if t.src == "" {
		return true
	}
	for t.i < len(t.src) {
		if !t.item() {
			return false
		}
	}
	return len(t.open) == 0 && !t.start
}

// item translates one item. In BRE the escaped characters are the operators that in ERE stand bare.
func (t *translator) item() bool {
	b := t.src[t.i]
	escaped := b == '\\'
	if escaped {
		if t.i+1 == len(t.src) {
			return false
		}
		b = t.src[t.i+1]
		if strings.IndexByte("(){}|+?", b) < 0 || t.extended {
			return t.escape(b)
		}
	}
	if strings.IndexByte("(){}|+?", b) >= 0 && escaped == t.extended {
		t.i++
		return t.literal(b)
	}
	if t.i++; escaped {
		t.i++
	}
	switch b {
	case '(':
		return t.openGroup()
	case ')':
		return t.closeGroup()
	case '|':
		return t.alternative()
	case '+', '?':
		return t.repeat(string(b))
	case '{':
		return t.interval()
	case '}':
		return false
	case '*':
		if t.start || t.anchored {
			return !t.extended && t.literal('*')
		}
		return t.repeat("*")
	case '.':
		return t.emit(`(?s:.)`)
	case '[':
		return t.bracket()
	case '^':
		if !t.extended && !t.start {
			return t.literal('^')
		}
		if !t.start {
			return false
		}
		t.emit("^")
		t.atom, t.anchored = -1, true
		return true
	case '$':
		return t.dollar()
	}
	return t.literal(b)
}

// emit appends an atom.
func (t *translator) emit(s string) bool {
	t.atom = len(t.out)
	t.out = append(t.out, s...)
	t.start, t.anchored = false, false
	return true
}

func (t *translator) literal(b byte) bool {
	if t.fold && isAlpha(b) {
		return t.emit("[" + string(toLower(b)) + string(toUpper(b)) + "]")
	}
	return t.emit(regexp.QuoteMeta(string(rune(b))))
}

func (t *translator) dollar() bool {
	rest := t.src[t.i:]
	end := rest == "" || !t.extended && (strings.HasPrefix(rest, `\)`) || strings.HasPrefix(rest, `\|`)) ||
		t.extended && (rest[0] == ')' || rest[0] == '|')
	if !end {
		return !t.extended && t.literal('$')
	}
	t.emit("$")
	t.atom = -1
	return true
}

func (t *translator) openGroup() bool {
	if len(t.open) > 0 {
		t.ambiguous = true
	}
	if len(t.open) >= 50 {
		return false
	}
	t.open = append(t.open, openGroup{out: len(t.out), src: t.i})
	if t.dialect.groups {
		t.out = append(t.out, '(')
	} else {
		t.out = append(t.out, "(?:"...)
	}
	t.groups++
	t.start, t.anchored, t.atom = true, false, -1
	return true
}

func (t *translator) closeGroup() bool {
	if len(t.open) == 0 || t.start {
		return false
	}
	g := t.open[len(t.open)-1]
	t.open = t.open[:len(t.open)-1]
	end := t.i - 1
	if !t.extended {
		end--
	}
	if body := t.src[g.src:end]; strings.Contains(body, "|") && !distinctWords(body, t.extended) {
		t.ambiguous = true
	}
	t.out = append(t.out, ')')
	t.atom, t.start, t.anchored = g.out, false, false
	return true
}

// distinctWords reports whether body is an alternative of plain words, none the beginning of another: then at most one
// can match at a place.
func distinctWords(body string, extended bool) bool {
	bar := "|"
	if !extended {
		bar = `\|`
	}
	words := strings.Split(body, bar)
	for i, w := range words {
		for j := 0; j < len(w); j++ {
			if !isAlnum(w[j]) {
				return false
			}
		}
		for j, v := range words {
			if i != j && strings.HasPrefix(strings.ToLower(v), strings.ToLower(w)) {
				return false
			}
		}
	}
	return true
}

func (t *translator) alternative() bool {
	if t.start {
		return false
	}
	if len(t.open) == 0 {
		t.ambiguous = true
	}
	t.out = append(t.out, '|')
	t.start, t.anchored, t.atom = true, false, -1
	return true
}

func (t *translator) repeat(operator string) bool {
	if t.atom < 0 {
		return false
	}
	if t.out[t.atom] == '(' && t.out[len(t.out)-1] == ')' && string(t.out[t.atom:]) != `(?s:.)` {
		t.ambiguous = true
	}
	atom := string(t.out[t.atom:])
	t.out = append(t.out[:t.atom], "(?:"+atom+")"+operator...)
	t.atom = -1
	return true
}

func (t *translator) interval() bool {
	end := "}"
	if !t.extended {
		end = `\}`
	}
	body, _, found := strings.Cut(t.src[t.i:], end)
	if !found || t.awk {
		return false
	}
	t.i += len(body) + len(end)
	low, high, ranged := strings.Cut(body, ",")
	from, ok := number("0" + low)
	if !ok || from > 255 || body == "" || body == "," {
		return false
	}
	if high != "" {
		to, ok := number(high)
		if !ok || to > 255 || to < from {
			return false
		}
		return t.repeat(fmt.Sprintf("{%d,%d}", from, to))
	}
	if ranged {
		return t.repeat(fmt.Sprintf("{%d,}", from))
	}
	return t.repeat(fmt.Sprintf("{%d}", from))
}

// escape translates an escape that is no operator; b is behind the backslash.
func (t *translator) escape(b byte) bool {
	before := t.i
	t.i += 2
	if !isAlnum(b) && strings.IndexByte("`'<>", b) < 0 {
		return isPrint(b) && t.literal(b)
	}
	if t.sed || t.awk {
		if e := simpleEscape(b); e != 0 && b != 'b' && (b != 'a' || t.sed) {
			return t.literal(e)
		}
	}
	if t.awk {
		return false
	}
	switch b {
	case 'w':
		return t.emit(`[0-9A-Za-z_]`)
	case 'W':
		return t.emit(`[^0-9A-Za-z_]`)
	case 's':
		return t.emit(`[\t-\r ]`)
	case 'S':
		return t.emit(`[^\t-\r ]`)
	case 'b', 'B':
		t.emit(`\` + string(b))
		t.atom = -1
		return true
	case '<':
		if t.i < len(t.src) && isAlnum(t.src[t.i]) {
			return t.boundary()
		}
	case '>':
		if before > 0 && isAlnum(t.src[before-1]) && (before < 2 || t.src[before-2] != '\\') {
			return t.boundary()
		}
	}
	return false
}

// boundary is an edge of a word, next to a literal letter that says which.
func (t *translator) boundary() bool {
	t.emit(`\b`)
	t.atom = -1
	return true
}
