package programcheck

import (
	"fmt"
	"path"
	"sort"
	"strings"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
)

// Files lists what a directory holds: path below it to whether that is a
// directory.
type Files map[string]bool

// Comparison is what was found for one file that the command line names.
type Comparison struct {
	File  string
	Real  Effect
	Table Effect
	Maybe Effect // what the table leaves open
}

// Agrees reports whether program and table say the same.
func (c Comparison) Agrees() bool { return (c.Real^c.Table)&^c.Maybe == 0 }

// String says what does not agree.
func (c Comparison) String() string {
	return fmt.Sprintf("%s: the program %v, the table %v", c.File, c.Real&^c.Maybe, c.Table&^c.Maybe)
}

// settle gives each file below dir its effects. Reading back or deleting what the
// program made itself does not count, nor does a deletion that only makes room for
// a new file of the same name.
func settle(events []Event, dir string, before, after Files) map[string]Effect {
	out := map[string]Effect{}
	for _, e := range events {
		rel, ok := strings.CutPrefix(e.Path, dir+"/")
		if !ok {
			continue
		}
		effect := e.Effect
		isDir, existed := before[rel]
		if isDir {
			effect &^= Writes
			if effect&Deletes == 0 {
				effect &^= Reads // opened to be listed
			}
		}
		if !existed && effect&opens != 0 {
			effect |= Writes
		}
		if effect &^= opens; !existed {
			effect &= Writes
		}
		out[rel] |= effect
	}
	for rel, e := range out {
		_, existed := before[rel]
		_, exists := after[rel]
		if exists && e&Deletes != 0 {
			e = e&^Deletes | Writes
		}
		if e&Writes != 0 {
			e &^= Changes
		}
		if !existed && !exists {
			e = 0
		}
		if existed && !exists {
			e &^= Writes | Changes
		}
		out[rel] = e
	}
	return out
}

// claim is what the analysis says of a path.
type claim struct {
	effect Effect
	maybe  Effect
	path   string
	tree   bool
}

// claims turns actions into effects on files below dir.
func claims(actions []rules.Action, dir string, before Files) []claim {
	var out []claim
	for i := range actions {
		a := &actions[i]
		rel, ok := strings.CutPrefix(string(a.Path), dir+"/")
		if string(a.Path) == dir {
			rel, ok = ".", true
		}
		if !ok {
			continue
		}
		c := claim{path: rel, tree: a.Recursive}
		_, existed := before[rel]
		switch a.Op {
		case rules.Read, rules.Load, rules.Mount:
			c.effect = Reads
		case rules.Write:
			c.effect, c.maybe = Writes, Reads // to change it, it may have to be read
			if a.How == rules.HowUnknown || a.How == rules.Create && existed {
				c.maybe |= Writes | Changes
			}
		case rules.Delete:
			c.effect, c.maybe = Deletes, Reads
		case rules.Chmod:
			c.effect = Changes
		default:
			continue
		}
		out = append(out, c)
	}
	return out
}

// digested lists the operands of which the table says that only sums, counts or
// kinds are shown.
func digested(p *programs.Parsed, dir string) []claim {
	var out []claim
	take := func(e programs.Effect, t value.Text) {
		if e != "digest" {
			return
		}
		s := string(t)
		if !path.IsAbs(s) {
			s = path.Join(dir, s)
		}
		if rel, ok := strings.CutPrefix(path.Clean(s), dir+"/"); ok {
			out = append(out, claim{path: rel, maybe: Reads, tree: true})
		}
	}
	for _, a := range p.Args {
		take(a.Effect, a.Text)
	}
	for _, o := range p.Opts {
		take(o.Effect, o.Value)
	}
	return out
}

// Compare sets what happened against what the table says, for each file below dir
// that a word of argv names.
func Compare(argv []string, events []Event, actions []rules.Action, p *programs.Parsed, dir string, before, after Files) []Comparison {
	real := settle(events, dir, before, after)
	said := append(claims(actions, dir, before), digested(p, dir)...)
	files := map[string]bool{}
	for f := range before {
		files[f] = true
	}
	for f := range real {
		files[f] = true
	}
	for _, c := range said {
		files[c.path] = true
	}
	var out []Comparison
	for f := range files {
		if !named(argv, f) {
			continue
		}
		c := Comparison{File: f}
		_, existed := before[f]
		_, touched := real[f]
		for g, e := range real {
			if below(g, f) {
				if _, old := before[g]; before[f] && !old {
					continue // a new file in a directory: the line does not name it
				}
				c.Real |= e
			}
		}
		for _, s := range said {
			if s.path == f && before[f] && !s.tree {
				continue // said of the directory itself, which holds no content
			}
			if below(s.path, f) || s.tree && below(f, s.path) {
				c.Table |= s.effect
				c.Maybe |= s.maybe
			}
		}
		if before[f] {
			c.Maybe |= Writes // of new files below it
		}
		if !existed && !touched && c.Table&Writes == 0 {
			continue // said of a file that is not there
		}
		out = append(out, c)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].File < out[j].File })
	return out
}

// below reports whether p is dir or in it.
func below(p, dir string) bool {
	return p == dir || dir == "." || strings.HasPrefix(p, dir+"/")
}

// named reports whether a word holds the name of the file as a name of its own:
// nothing that belongs to a longer name stands behind it.
func named(argv []string, file string) bool {
	for _, w := range argv[1:] {
		for from := 0; ; {
			i := strings.Index(w[from:], file)
			if i < 0 {
				break
			}
			i += from
			from = i + len(file)
			if (i == 0 || w[i-1] != '.' && w[i-1] != '_') && ends(w[from:]) {
				return true
			}
		}
	}
	return false
}

// ends reports whether a file's name may end before rest.
func ends(rest string) bool {
	rest = strings.TrimPrefix(rest, "/")
	if rest == "" || rest == "." {
		return true
	}
	c := rest[0]
	return !(c == '.' || c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
}
