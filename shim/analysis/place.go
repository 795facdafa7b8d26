package analysis

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
)

// somewhere is the directory in which a program, or what it has installed, is: one
// absolute path, of which no more is known. What stands there is as trusted as the
// program that says so.
const somewhere = "/" + value.Name + "/" + value.Below

// placing reports whether an option makes the program print where it is.
func (c *call) placing() bool {
	for _, o := range c.p.Opts {
		if o.Effect == "place" {
			return true
		}
	}
	return false
}

// placeKnown reports whether what the program prints is one place, and not one that
// the command itself has led it to by a variable named after it: GOPATH, NPM_CONFIG_PREFIX.
func (c *call) placeKnown() bool {
	if len(c.p.Args) > len(c.p.Spec.Args) {
		return false
	}
	program := strings.ToUpper(strings.TrimRight(c.p.Program, "0123456789."))
	for n, v := range c.it.st.vars.all() {
		if strings.HasPrefix(n, "__") || !strings.Contains(strings.ToUpper(n), program) || v.unset {
			continue
		}
		if old, ok := c.it.w.Getenv(n); !ok || len(v.alts) != 1 || v.alts[0] != value.Known(old) {
			return false
		}
	}
	return true
}

// placed is the name of a program or script that stands in a place, unless the
// command itself has written there, or made a file of that name.
func (it *interp) placed(p value.Text) (value.Text, bool) {
	rest, ok := strings.CutPrefix(string(p), string(somewhere)+"/")
	if !ok || !value.Text(rest).Known() || strings.Contains(rest, "..") {
		return "", false
	}
	base := path.Base(rest)
	for f, made := range it.st.files {
		if path.Base(f) == base && !made.absent {
			return "", false
		}
	}
	for _, a := range *it.out {
		if a.Op == rules.Write && strings.HasPrefix(string(a.Path), string(somewhere)) {
			return "", false
		}
	}
	return value.Text(base), base != "." && base != "/"
}

// runPlaced runs a program of a place by its name. What it does with files that it
// is given is not known, even if the tables know a program of that name.
func (it *interp) runPlaced(base value.Text, argv []value.Text, words []*syntax.Word) result {
	argv = append([]value.Text{base}, argv[1:]...)
	it.unknownOperands(argv)
	return it.program(argv, words)
}
