package analysis

import (
	"path"
	"strings"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
)

// finds reports whether the program looks for files below its operands: it has
// filters in its table.
func (c *call) finds() bool {
	return c.p.Spec != nil && c.p.Spec.Output == "names" && c.p.Spec.HasFilters()
}

// found lists the files that find or fd would find. What is not sure to be found
// carries value.Maybe.
func (c *call) found() []value.Text { return c.foundIn(nil) }

// foundIn is found below roots, where they are given.
func (c *call) foundIn(roots []value.Text) []value.Text {
	given := roots != nil
	var filters []programs.Opt
	sure, named, or, not, group := true, false, false, false, false
	var bang []int
	for _, a := range c.p.Args {
		switch a.Effect.Kind() {
		case "list", "read-tree":
			switch a.Text {
			case "!":
				bang = append(bang, a.Index)
			case "(", ")", ",":
				group = true
			default:
				if !given {
					roots = append(roots, a.Text)
				}
			}
		case "filter":
			if a.Text != "" && a.Text != "." {
				filters = append(filters, programs.Opt{Effect: a.Effect, Value: a.Text})
			}
		}
	}
	for _, o := range c.p.Opts {
		switch o.Effect.Kind() {
		case "filter":
			if !o.Has && o.Effect.Param() == "or" || o.Value == "or" {
				or = true
				continue
			}
			if o.Effect.Param() == "not" {
				not = true
				continue
			}
			if not { // it is the next test that is negated
				o.Index, not = -1, false
			}
			filters = append(filters, o)
		}
	}
	for _, f := range filters {
		switch f.Effect.Param() {
		case "name", "iname", "path":
			named = named || f.Index >= 0 && strings.Trim(string(f.Value), "*?\x00amu") != ""
		case "type", "depth":
		default:
			sure = false
		}
	}
	for _, i := range bang {
		for k := range filters {
			if filters[k].Index == i+2 || filters[k].Index == i+1 {
				filters[k].Index = -1
			}
		}
	}
	if group && len(bang) > 0 {
		sure, filters = false, nil
	}
	sure = sure && named
	if len(roots) == 0 {
		roots = []value.Text{"."}
	}
	if or {
		for _, f := range filters {
			sure = sure && f.Effect.Param() != "type"
		}
	}
	var out []value.Text
	for _, r := range roots {
		w := walker{c: c, filters: filters, or: or, sure: sure, budget: maxEntries}
		w.root(r)
		out = append(out, w.out...)
	}
	return c.it.sample(out)
}

// maxSample is how many files of a long list stand for the rest.
const maxSample = 48

// sample shortens a long list of files to those that a rule may be interested in,
// and some of the others.
func (it *interp) sample(files []value.Text) []value.Text {
	if len(files) <= maxSample {
		return files
	}
	out := files[:0:0]
	rest := 0
	for _, f := range files {
		p := value.Text(strings.ReplaceAll(string(it.abs(f)), string(value.Maybe), ""))
		if rest < maxSample || it.protected(p) {
			out = append(out, f)
			rest++
		}
	}
	return out
}

// walker walks one tree.
type walker struct {
	c       *call
	filters []programs.Opt
	or      bool
	sure    bool
	budget  int
	out     []value.Text
}

func (w *walker) root(r value.Text) {
	p := w.c.abs(r)
	if !p.Known() {
		w.out = []value.Text{r + "/" + value.Any + w.suffix()}
		return
	}
	shown := strings.TrimSuffix(string(r), "/")
	if r == "/" {
		shown = ""
	}
	before := len(w.out)
	if r == "" {
		return
	}
	if !w.c.it.isDir(p) {
		w.sure = w.sure || len(w.filters) == 0
	}
	w.visit(shown, string(p), 0)
	if w.budget < 0 {
		if len(w.filters) == 0 { // the root itself is always found
			w.out = append(w.out[:before], r)
			before++
		}
		w.out = append(w.out[:before], value.Text(shown)+"/"+value.Any+w.suffix())
	}
}

// suffix is the literal end that every name must have.
func (w *walker) suffix() value.Text {
	if w.or {
		return ""
	}
	for _, f := range w.filters {
		if f.Effect.Param() == "name" && f.Index >= 0 && f.Value.Known() {
			s := string(f.Value)
			if i := strings.LastIndexAny(s, "*?]\\"); i >= 0 {
				return value.Text(s[i+1:])
			}
			return f.Value
		}
	}
	return ""
}

// visit looks at one file and, if it is a directory, at what is in it.
func (w *walker) visit(shown, p string, depth int) {
	it := w.c.it
	if it.exists(value.Text(p)) == rules.False {
		return
	}
	w.take(shown, p, it.isDir(value.Text(p)), depth)
}

func (w *walker) take(shown, p string, dir bool, depth int) {
	it := w.c.it
	if w.budget--; w.budget < 0 || len(w.out) > maxWords || !it.walk() {
		w.budget = -1
		return
	}
	if m := w.accept(shown, p, dir, depth); m != rules.No {
		t := value.Known(shown)
		if shown == "" {
			t = "/"
		}
		root := depth == 0 && len(w.filters) == 0 // is found whatever else is there
		if (m == rules.Maybe || !w.sure) && !root {
			t += value.Maybe
		}
		w.out = append(w.out, t)
	}
	if !dir || w.tooDeep(depth) {
		return
	}
	entries, err := it.w.ReadDir(p)
	if err != nil {
		entries = nil
	}
	prefix := strings.TrimSuffix(p, "/") + "/"
	seen := map[string]bool{}
	for _, e := range entries {
		child := prefix + e.Name()
		if f, ok := it.st.files[child]; ok {
			seen[child] = true
			if f.absent {
				continue
			}
		}
		w.take(shown+"/"+e.Name(), child, e.IsDir(), depth+1)
		if w.budget < 0 {
			return
		}
	}
	for f, made := range it.st.files {
		if n, ok := strings.CutPrefix(f, prefix); ok && n != "" && !strings.Contains(n, "/") && !made.absent && !seen[f] {
			w.take(shown+"/"+n, f, made.fresh, depth+1)
		}
	}
}

func (w *walker) tooDeep(depth int) bool {
	for _, f := range w.filters {
		if f.Effect.Param() == "depth" && depth >= atoi(string(f.Value)) {
			return true
		}
	}
	return false
}

// accept applies the filters to one file.
func (w *walker) accept(shown, p string, dir bool, depth int) rules.Match {
	all, some, tests := rules.Yes, rules.No, 0
	for _, f := range w.filters {
		var m rules.Match
		pat := string(f.Value)
		switch f.Effect.Param() {
		case "name", "iname":
			m = matchPattern(pat, value.Known(path.Base(p)), f.Effect.Param() == "iname")
		case "path":
			m = matchPattern(pat, value.Known(shown), false)
		case "type":
			m = rules.No
			if strings.Contains(pat, "d") && dir || strings.ContainsAny(pat, "fl") && !dir {
				m = rules.Yes
			}
		case "depth":
			continue
		default:
			m = rules.Maybe
		}
		if f.Index == -1 { // negated
			switch m {
			case rules.Yes:
				m = rules.No
			case rules.No:
				m = rules.Yes
			case rules.Maybe:
			}
		}
		tests++
		all = min(all, m)
		if (f.Effect.Param() != "type" || !w.or) && (f.Index >= 0 || !w.or) {
			some = max(some, m)
		}
	}
	if tests == 0 {
		return rules.Yes
	}
	if w.or {
		return some
	}
	return all
}
