package filters

import (
	"regexp"
	"strconv"
	"strings"
)

// A grepper is what grep was asked for.
type grepper struct {
	*call
	invert, only, count, quiet, names, number, list bool
	most                                            int // selected lines a file, -1 for all
	pattern                                         *pattern
	files                                           []input
}

// grep selects lines.
func grep(c *call) bool {
	kept := c.args[:0:0]
	for i, a := range c.args {
		if a == "--" {
			kept = append(kept, c.args[i:]...)
			break
		}
		if a != "--color" && a != "--color=auto" && a != "--color=never" {
			kept = append(kept, a)
		}
	}
	c.args = kept
	opts, operands, ok := c.options("EFGHace:hilm:noqsvxy",
		"extended-regexp=E fixed-strings=F basic-regexp=G with-filename=H text=a count=c regexp=e no-filename=h "+
			"ignore-case=i files-with-matches=l max-count=m line-number=n only-matching=o quiet=q silent=q "+
			"no-messages=s invert-match=v line-regexp=x")
	if !ok {
		return false
	}
	g := grepper{call: c, most: -1}
	var patterns []string
	var d dialect
	var header byte
	var kind byte
	switch c.name {
	case "egrep":
		kind = 'E'
	case "fgrep":
		kind = 'F'
	}
	for _, o := range opts {
		switch o.letter {
		case 'E', 'F', 'G':
			if kind != 0 && kind != o.letter {
				return false // the last, or an error
			}
			kind = o.letter
		case 'H', 'h':
			header = o.letter
		case 'c':
			g.count = true
		case 'e':
			patterns = append(patterns, o.value)
		case 'i', 'y':
			d.fold = true
		case 'l':
			g.list = true
		case 'm':
			if g.most, ok = number(o.value); !ok || g.most == 0 {
				return false
			}
		case 'n':
			g.number = true
		case 'o':
			g.only = true
		case 'q':
			g.quiet = true
		case 'v':
			g.invert = true
		case 'x':
			d.line = true
		}
	}
	if patterns == nil {
		if len(operands) == 0 {
			return false
		}
		patterns, operands = operands[:1], operands[1:]
	}
	d.extended = kind == 'E'
	if g.pattern, ok = c.grepPattern(patterns, d, kind == 'F'); !ok {
		return false
	}
	if g.files, ok = c.inputs(operands); !ok {
		return false
	}
	g.names = header == 'H' || header == 0 && len(g.files) > 1
	return g.run()
}

// grepPattern joins all patterns, one a line, into one expression.
func (c *call) grepPattern(patterns []string, d dialect, fixed bool) (*pattern, bool) {
	var parts []string
	for _, src := range strings.Split(strings.Join(patterns, "\n"), "\n") {
		if len(src) > maxPattern || !ascii(src) {
			return nil, false
		}
		if fixed {
			src = regexp.QuoteMeta(src)
			if d.fold {
				src = "(?i:" + src + ")"
			}
			parts = append(parts, src)
			continue
		}
		t := translator{dialect: d, src: src, atom: -1, start: true}
		if !t.translate() {
			return nil, false
		}
		parts = append(parts, string(t.out))
	}
	text := "(?:" + strings.Join(parts, ")|(?:") + ")"
	if d.line {
		text = "^(?:" + text + ")$"
	}
	return c.compileGo(text, 0, false)
}

func (g *grepper) run() bool {
	g.status = 1
	for _, f := range g.files {
		if !ascii(f.data) {
			return false
		}
		if f.name == "-" {
			f.name = "(standard input)"
		}
		found := g.file(f)
		if g.over {
			return false
		}
		if found > 0 {
			g.status = 0
		}
		switch {
		case g.quiet:
		case g.list:
			if found > 0 {
				g.print(f.name + "\n")
			}
		case g.count:
			if g.names {
				g.print(f.name + ":")
			}
			g.print(strconv.Itoa(found) + "\n")
		}
	}
	return true
}

// file prints the selected lines of one file and returns how many there were.
func (g *grepper) file(f input) (found int) {
	silent := g.quiet || g.list || g.count
	lines, _ := splitLines(f.data, '\n')
	for i, l := range lines {
		if g.match(g.pattern, l) == g.invert {
			if g.over {
				return found
			}
			continue
		}
		if found == g.most {
			break
		}
		found++
		prefix := ""
		if g.names {
			prefix = f.name + ":"
		}
		if g.number {
			prefix += strconv.Itoa(i+1) + ":"
		}
		switch {
		case silent:
		case g.only && g.invert:
		case g.only:
			for _, m := range g.findAll(g.pattern, l) {
				if m[0] < m[1] {
					g.print(prefix + string(l[m[0]:m[1]]) + "\n")
				}
			}
		default:
			g.print(prefix + string(l) + "\n")
		}
	}
	return found
}
