package rules

import (
	"iter"
	"sort"
	"strings"

	"guard/rules/programs"
)

// Index says which rules can concern an action, so that the others are not
// looked at. It is sorted by key and can be static.
type Index []IndexEntry

// IndexEntry lists rules under a key: a program's canonical name, "?" for command
// patterns whose program is a glob, "*" for every rule about commands, and ":op" for
// the other operations.
type IndexEntry struct {
	Key   string
	Rules []int32
}

// BuildIndex makes the index of rules. The table gives programs their canonical
// names.
func BuildIndex(rules []Rule, table *programs.Table) Index {
	m := map[string][]int32{}
	for i := range rules {
		for _, k := range rules[i].keys(table) {
			if l := m[k]; len(l) == 0 || l[len(l)-1] != int32(i) {
				m[k] = append(l, int32(i))
			}
		}
	}
	out := make(Index, 0, len(m))
	for k, l := range m {
		out = append(out, IndexEntry{k, l})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out
}

// keys lists where a rule stands in the index.
func (r *Rule) keys(table *programs.Table) []string {
	var out []string
	for _, c := range r.Command {
		prog, _, _ := strings.Cut(c, " ")
		out = append(out, "*")
		if strings.ContainsAny(prog, "*?[{") {
			out = append(out, "?")
			continue
		}
		if s := table.Lookup(prog); s != nil {
			prog = s.Names[0]
		}
		out = append(out, prog)
	}
	if len(r.Path) > 0 || len(r.Access) > 0 {
		for op := Read; op <= Mount; op++ {
			if r.concerns(op) {
				out = append(out, ":"+op.String())
			}
		}
	}
	if len(r.Request) > 0 || len(r.GraphQL) > 0 {
		out = append(out, ":request")
	}
	if len(r.Statement) > 0 {
		out = append(out, ":statement")
	}
	if len(r.Connect) > 0 {
		out = append(out, ":connect")
	}
	if len(r.Call) > 0 {
		out = append(out, ":call")
	}
	return out
}

// concerns reports whether the access words of r name a file operation.
func (r *Rule) concerns(op Op) bool {
	if len(r.Access) == 0 {
		return op == Read || op == Write || op == Delete
	}
	for _, w := range r.Access {
		if w == op.String() || op == Write && (w == "create" || w == "append" || w == "overwrite") {
			return true
		}
	}
	return false
}

func (x Index) list(key string) []int32 {
	i := sort.Search(len(x), func(i int) bool { return x[i].Key >= key })
	if i < len(x) && x[i].Key == key {
		return x[i].Rules
	}
	return nil
}

// candidates yields the rules of l that can concern a.
func (l *Layer) candidates(a *Action, table *programs.Table) iter.Seq[*Rule] {
	return func(yield func(*Rule) bool) {
		each := func(key string) bool {
			for _, i := range l.Index.list(key) {
				if !yield(&l.Rules[i]) {
					return false
				}
			}
			return true
		}
		if a.Op != Exec {
			each(":" + a.Op.String())
			return
		}
		if len(a.Argv) == 0 || !a.Argv[0].Known() {
			each("*")
			return
		}
		base := string(a.Argv[0])
		if i := strings.LastIndexByte(base, '/'); i >= 0 && i < len(base)-1 {
			base = base[i+1:]
		}
		if s := table.Lookup(base); s != nil {
			base = s.Names[0]
		}
		if each(base) {
			each("?")
		}
	}
}
