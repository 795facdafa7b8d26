package analysis

import (
	"strings"

	"guard/rules"
	"guard/rules/value"
)

// formed is what a program prints of which the form is known; false if that is not
// the case.
func (c *call) formed(kind string) (value.Text, bool) {
	if c.placing() {
		kind = "place"
	}
	switch kind {
	case "place":
		return somewhere, c.placeKnown()
	case "digits":
		return value.Digits, true
	case "name": // more options may print more
		one := len(c.p.Opts) == 1 && (c.has("-m") || c.has("-s") || c.has("-r") || c.has("-n"))
		return value.Name, len(c.p.Args) == 0 && (len(c.p.Opts) == 0 || one)
	case "date":
		return c.date()
	case "realpath":
		return c.canonical()
	case "toplevel":
		return c.revision()
	case "commits":
		return value.Name, c.commits()
	}
	return "", false
}

// commits reports whether git prints nothing but names of commits.
func (c *call) commits() bool {
	format, given := c.p.Opt("--format")
	if !given {
		format, given = c.p.Opt("--pretty")
	}
	if given {
		f := strings.TrimPrefix(strings.TrimPrefix(string(format.Value), "t"), "format:")
		return (f == "%H" || f == "%h") && !c.has("-p") && !c.has("--raw") && !c.has("--name-only") && !c.has("--stat")
	}
	return c.p.Spec.Names[0] != "log" && !c.has("--objects") && !c.has("--count") && !c.has("--left-right")
}

// date is what date prints in the format that is given.
func (c *call) date() (value.Text, bool) {
	if len(c.p.Args) != 1 || !c.p.Args[0].Text.Known() || !strings.HasPrefix(string(c.p.Args[0].Text), "+") {
		return "", false
	}
	var b strings.Builder
	f := string(c.p.Args[0].Text[1:])
	for i := 0; i < len(f); i++ {
		if f[i] != '%' {
			b.WriteByte(f[i])
			continue
		}
		for i++; i < len(f) && strings.IndexByte("-0123456789", f[i]) >= 0; i++ {
		}
		if i == len(f) {
			return "", false
		}
		const d = string(value.Digits)
		switch c := f[i]; {
		case strings.IndexByte("sYmdHMSjyuwVUWNCGgI", c) >= 0:
			b.WriteString(d)
		case c == 'F':
			b.WriteString(d + "-" + d + "-" + d)
		case c == 'T':
			b.WriteString(d + ":" + d + ":" + d)
		case c == 'R':
			b.WriteString(d + ":" + d)
		case c == 'D':
			b.WriteString(d + "/" + d + "/" + d)
		case strings.IndexByte("aAbBhpZ", c) >= 0:
			b.WriteString(string(value.Name))
		default:
			return "", false
		}
	}
	return value.Text(b.String()), true
}

// canonical is what readlink -f and realpath print.
func (c *call) canonical() (value.Text, bool) {
	for _, o := range c.p.Opts {
		switch o.Name {
		case "-f", "-e", "-m", "-n", "-q", "-E", "-P":
		default:
			return "", false
		}
	}
	if len(c.p.Args) != 1 || c.p.Program == "readlink" && !c.has("-f") && !c.has("-e") && !c.has("-m") {
		return "", false
	}
	p := c.it.real(c.abs(c.p.Args[0].Text))
	if !p.Known() || c.has("-e") && c.it.exists(p) != rules.True {
		return "", false
	}
	return p, true
}

// revision is what git rev-parse prints.
func (c *call) revision() (value.Text, bool) {
	r := c.it.repo(c.dir)
	if r == nil {
		return "", false
	}
	head := len(c.p.Args) == 1 && c.p.Args[0].Text == "HEAD"
	switch {
	case len(c.p.Args) == 0 && c.has("--show-toplevel"):
		return value.Known(r.Root()), true
	case len(c.p.Args) == 0 && len(c.p.Opts) == 1 && (c.has("--git-dir") || c.has("--absolute-git-dir") || c.has("--git-common-dir")):
		dir := value.Text(r.Root() + "/.git")
		return dir, c.it.isDir(dir)
	case head && c.has("--abbrev-ref") && r.Branch() != "":
		return value.Known(r.Branch()), true
	case head && len(c.p.Opts) == 0, c.has("--short"):
		return value.Name, true
	}
	return "", false
}
