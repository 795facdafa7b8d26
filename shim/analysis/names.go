package analysis

import (
	"regexp"
	"strings"
	"sync"

	"guard/rules"
	"guard/rules/value"
)

// namesOnly reports whether a program prints nothing of each line but the name of the
// variable in it: cut -d= -f1 and its like, with which files of variables are compared.
func (c *call) namesOnly() bool {
	only := func(names ...string) bool { // no other options
		for _, o := range c.p.Opts {
			known := false
			for _, n := range names {
				known = known || o.Name == n
			}
			if !known {
				return false
			}
		}
		return true
	}
	value := func(name string) string {
		o, ok := c.p.Opt(name)
		if ok && string(c.argv[o.Index]) == name+"=" {
			return "="
		}
		return string(o.Value)
	}
	first := ""
	if len(c.p.Args) > 0 {
		first = string(c.p.Args[0].Text)
	}
	switch c.p.Program {
	case "cut":
		return only("-d", "-f", "-s") && value("-d") == "=" && value("-f") == "1"
	case "awk", "gawk", "mawk":
		return only("-F") && value("-F") == "=" && namesProgram().MatchString(first)
	case "sed":
		return only("-E", "-r") && namesScript().MatchString(first)
	case "grep", "egrep":
		return c.has("-o") && only("-o", "-E", "-h", "-n") && namesOf().MatchString(first)
	}
	return false
}

var (
	namesProgram = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(!?/\^#/ *|NF *)?\{ *print +\$1 *;? *\}$`) })
	namesScript  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^s([/|,#])=\.\*\$?[/|,#][^\\&/|,#]*[/|,#]g?$`) })
	namesOf      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\^(\[[A-Za-z0-9_-]+\][*+]?)+=?$`) })
	assignment   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\s*(export\s+)?[A-Za-z_][A-Za-z0-9_.]*\s*=`) })
)

// plainVariables reports whether each line of a file is empty, a comment or a variable
// with its whole value, so that what stands before = is a name.
func (it *interp) plainVariables(p value.Text) bool {
	if _, changed := it.st.files[string(p)]; changed || !p.Known() {
		return false
	}
	data, err := it.w.ReadFile(string(it.real(p)), maxFileRead)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' && !strings.Contains(line, "=") {
			continue
		}
		if !assignment().MatchString(line) || strings.Count(line, `"`)%2+strings.Count(line, "'")%2 > 0 || strings.HasSuffix(line, `\`) {
			return false
		}
	}
	return true
}

// nameless takes the files of variables of which only names are printed for files that
// are loaded.
func (c *call) nameless() {
	if !c.namesOnly() {
		return
	}
	for i, a := range c.p.Args {
		p := c.abs(a.Text)
		if a.Effect.Kind() != "code" && isDotenv(string(p)) && isDotenv(string(c.it.real(p))) && c.it.plainVariables(p) {
			c.p.Args[i].Effect = "value"
			c.file(rules.Load, a.Text, false)
		}
	}
}
