package analysis

import (
	"regexp"
	"strings"
	"sync"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis/filters"
)

// shows reports whether an option says which names are listed.
func (c *call) shows(which string) bool {
	for _, o := range c.p.Opts {
		if o.Effect.Kind() == "list" && o.Effect.Param() == which {
			return true
		}
	}
	return false
}

// below lists what ls or git ls-files may print for a directory; with all, hidden
// names too, which are sure to be printed then.
func (it *interp) below(dir, shown value.Text, all bool) []value.Text {
	budget := maxEntries
	names, ok := it.names(dir, &budget)
	if !ok || !dir.Known() {
		return []value.Text{value.Any}
	}
	if len(names) == 0 && shown != "" {
		return []value.Text{shown}
	}
	var out []value.Text
	for _, n := range names {
		switch {
		case n[0] != '.':
			out = append(out, value.Known(n)+value.Maybe)
		case all:
			out = append(out, value.Known(n))
		}
	}
	return out
}

// untracked lists the files that git does not have, below the operands or the
// directory at hand.
func (c *call) untracked() []value.Text {
	r := c.it.repo(c.dir)
	if r == nil {
		return []value.Text{value.Any}
	}
	only, standard := c.shows("ignored"), c.shows("standard")
	var out []value.Text
	for _, f := range c.found() {
		p := strings.TrimSuffix(string(c.abs(f)), string(value.Maybe))
		if !value.Text(p).Known() || c.it.isDir(value.Text(p)) {
			continue
		}
		all, _ := r.Sweep(p, true)
		plain, _ := r.Sweep(p, false)
		if all == rules.True && (!standard || only != (plain == rules.True)) {
			out = append(out, value.Text(strings.TrimPrefix(strings.TrimSuffix(string(f), string(value.Maybe)), "./")))
		}
	}
	return append(out, value.Any)
}

// singleLine matches the programs for awk and sed that treat each line by itself.
var singleLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^((/[^/\n]+/ *)?\{ *print( +\$[0-9]+)? *\}|/[^/\n]+/( *!? *[pd])?|s(.)[^\n]*)$`)
})

// pureLines computes a filter for each line of a list by itself, where the filter
// does not look at more than one.
func (it *interp) pureLines(argv []string) bool {
	left := value.Text("") // what a filter leaves over is not what it was given to look for
	switch argv[0] {
	case "cut", "rev", "basename":
	case "awk", "gawk", "mawk", "sed":
		text := argv[len(argv)-1]
		if len(argv) != 2 && (len(argv) != 3 || argv[1] != "-n" || argv[0] != "sed") || !singleLine().MatchString(text) {
			return false
		}
		if strings.HasSuffix(text, "/d") {
			left = value.Maybe
		}
	case "grep", "egrep", "fgrep":
		for _, a := range argv[1:max(1, len(argv)-1)] {
			if !strings.HasPrefix(a, "-") || strings.Trim(a[1:], "EFGviwxe") != "" {
				return false
			}
			if strings.Contains(a, "v") {
				left = value.Maybe
			}
		}
	default:
		return false
	}
	var out []value.Text
	for _, l := range it.stdin.lines {
		name := value.Text(strings.ReplaceAll(string(l), string(value.Maybe), ""))
		if !name.Known() {
			out = append(out, value.Any)
			continue
		}
		got, _, ok := filters.Run(argv, []byte(name+"\n"), filters.Env{})
		if !ok {
			return false
		}
		for _, g := range strings.Split(strings.TrimSuffix(string(got), "\n"), "\n") {
			if g == "" {
				continue
			}
			sure := left
			if name != l {
				sure = value.Maybe
			}
			out = append(out, value.Text(g)+sure)
		}
	}
	it.stdout.writeLines(out)
	return true
}
