package rules

import (
	"sort"
	"strings"

	"guard/rules/programs"
	"guard/rules/value"
)

// Authority is who stands behind a layer.
type Authority uint8

// The authorities, highest first.
const (
	Managed Authority = iota
	User
	Builtin
	Project
)

// String returns the word of a.
func (a Authority) String() string {
	switch a {
	case Managed:
		return "managed"
	case User:
		return "user"
	case Builtin:
		return "builtin"
	case Project:
	}
	return "project"
}

// Layer is the content of one policy file, or of the built-in packs.
type Layer struct {
	Name       string
	Authority  Authority
	Version    int
	Digest     string // SHA-256 of the source, hexadecimal
	Rules      []Rule
	Exceptions []Exception
	Mode       *Mode
	Default    *Decision         // for exec, request, statement, call
	Defaults   [numOps]*Decision // per operation
	Unresolved [numOps]*Decision // what a maybe means, per operation
	Lock       []string          // globs of rule ids that no lower layer lifts
	Packs      []string          // packs in force; nil says nothing
	Drop       []string          // packs dropped
	Shell      map[string]string // name of a shell to its real executable
	AllowTTY   *bool             // interactive shells without the run-time layer
	Level      string            // run-time layer
	Require    bool              // the level must be available
	Strict     bool              // files are opened on the programs' behalf
	LogPath    string            // of the audit log
	LogFailOK  bool              // run although the log cannot be written
	Programs   []programs.Spec   // added to the program table
	Index      Index             // of Rules
	Globs      *Globs            // of Rules; nil: not built yet
}

// Context is what the policy must know of where it is used. Everything in it
// comes from the system, never from the environment, but for Homes[1:].
type Context struct {
	Homes     []string // the passwd home first, then $HOME where it differs
	Workspace string   // root of the repository, or the starting directory
	Temps     []string // temporary directories
	Guard     []string // guard's own files: policy, log, binaries, shims
	User      string
	Host      string
	Agent     string // from the environment: never better than maybe
	Today     string // 2006-01-02, for exceptions that expire
	FoldCase  bool   // paths differ not by case
}

// Policy is a set of layers in one context.
type Policy struct {
	layers  []*Layer
	ctx     Context
	table   *programs.Table
	globs   map[string][]string
	parsed  map[string]*programs.Parsed
	guarded map[byte][]guardedGlob // see Protected
	last    struct {               // the command that was parsed last
		argv *value.Text
		n    int
		cmd  *programs.Parsed
	}
}

// New returns the policy of layers, whose order does not matter. The context
// fills the variables of path globs: ~, <workspace>, <tmp>, <guard>.
func New(ctx Context, table *programs.Table, layers ...*Layer) *Policy {
	p := &Policy{ctx: ctx, layers: append([]*Layer{}, layers...), globs: map[string][]string{}, parsed: map[string]*programs.Parsed{}}
	sort.SliceStable(p.layers, func(i, j int) bool { return p.layers[i].Authority < p.layers[j].Authority })
	p.table = table
	for i := len(p.layers) - 1; i >= 0; i-- {
		if l := p.layers[i]; l.Authority != Project {
			p.table = p.table.With(l.Programs)
		}
	}
	return p
}

// Table returns the program table with the policy's own entries.
func (p *Policy) Table() *programs.Table { return p.table }

// Context returns the context p was made for.
func (p *Policy) Context() Context { return p.ctx }

// Layers returns the layers, highest authority first.
func (p *Policy) Layers() []*Layer { return p.layers }

// Mode is the strictest mode that managed or user policy states, else Enforce.
func (p *Policy) Mode() Mode {
	stated, mode := false, Observe
	for _, l := range p.layers {
		if l.Mode != nil && (l.Authority == Managed || l.Authority == User) {
			stated = true
			mode = min(mode, *l.Mode)
		}
	}
	if !stated {
		return Enforce
	}
	return mode
}

// unresolved is what a maybe of an operation means: the highest authority that
// states it decides, lower ones may only tighten.
func (p *Policy) unresolved(op Op) Decision {
	d := Allow
	if op == Exec || op == Delete {
		d = Ask
	}
	stated := false
	for _, l := range p.layers {
		u := l.Unresolved[op]
		if u == nil {
			continue
		}
		switch {
		case !stated && l.Authority != Project:
			d, stated = *u, true
		case *u < d:
			d = *u
		}
	}
	return d
}

// patterns returns the globs that a path pattern of a rule stands for, variables
// and braces expanded.
func (p *Policy) patterns(pat string) []string {
	if g, ok := p.globs[pat]; ok {
		return g
	}
	out := p.expand(pat)
	p.globs[pat] = out
	return out
}

// expand is patterns, for one time only.
func (p *Policy) expand(pat string) []string {
	out := expandBraces(pat)
	if strings.HasPrefix(pat, "~") || strings.HasPrefix(pat, "<") || strings.HasPrefix(pat, "{") {
		list := out
		out = nil
		for _, g := range list {
			out = append(out, p.variable(g)...)
		}
	}
	if p.ctx.FoldCase {
		for i := range out {
			out[i] = strings.ToLower(out[i])
		}
	}
	return out
}

// roots returns what a leading ~ or <name> of g stands for, and what follows it.
func (p *Policy) roots(g string) (roots []string, rest string, ok bool) {
	switch {
	case g == "~" || strings.HasPrefix(g, "~/"):
		return p.ctx.Homes, g[1:], true
	case strings.HasPrefix(g, "<workspace>"):
		return []string{p.ctx.Workspace}, g[len("<workspace>"):], true
	case strings.HasPrefix(g, "<tmp>"):
		return p.ctx.Temps, g[len("<tmp>"):], true
	case strings.HasPrefix(g, "<guard>"):
		return p.ctx.Guard, g[len("<guard>"):], true
	}
	return nil, g, false
}

// variable replaces a leading ~ or <name>.
func (p *Policy) variable(g string) []string {
	roots, rest, ok := p.roots(g)
	if !ok {
		return []string{g}
	}
	var out []string
	for _, r := range roots {
		if r = strings.TrimSuffix(r, "/"); r != "" {
			out = append(out, escapeGlob(r)+rest)
		}
	}
	return out
}

// escapeGlob quotes the characters of a literal path that a glob would read.
func escapeGlob(s string) string {
	if !strings.ContainsAny(s, "*?[]{}\\") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if strings.IndexByte("*?[]{}\\", s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// matchPath compares a path with any of a rule's path patterns.
func (p *Policy) matchPath(pats []string, path value.Text) Match {
	if p.ctx.FoldCase {
		path = value.Text(strings.ToLower(string(path)))
	}
	best := No
	for _, pat := range pats {
		if p.plain(pat) {
			if best = best.or(matchGlob(pat, path)); best == Yes {
				return Yes
			}
			continue
		}
		for _, g := range p.patterns(pat) {
			if best = best.or(matchGlob(g, path)); best == Yes {
				return Yes
			}
		}
	}
	return best
}

// plain reports whether a pattern is its only expansion.
func (p *Policy) plain(pat string) bool {
	return pat != "" && pat[0] != '~' && pat[0] != '<' && strings.IndexByte(pat, '{') < 0 && !p.ctx.FoldCase
}

// Protected reports whether a rule that refuses may be interested in path,
// whatever is done with it. The analysis asks this of words that an unknown
// program is given, and of every file that find walks over.
func (p *Policy) Protected(path value.Text) bool {
	if p.guarded == nil {
		p.guarded = p.guardedGlobs()
	}
	if p.ctx.FoldCase {
		path = value.Text(strings.ToLower(string(path)))
	}
	s := string(path)
	if s == "" {
		return false
	}
	for _, list := range [][]guardedGlob{p.guarded[s[len(s)-1]], p.guarded[0]} {
		for i := range list {
			g := &list[i]
			if strings.HasSuffix(s, g.suffix) && strings.HasPrefix(s, g.prefix) && strings.Contains(s, g.inner) && matchGlob(g.glob, path) == Yes && p.matchPath(g.unless, path) != Yes {
				return true
			}
		}
	}
	return false
}

// guardedGlob is a path glob of a rule about reading, with its literal ends and
// the longest literal in it.
type guardedGlob struct {
	glob, prefix, suffix, inner string
	unless                      []string
}

// guardedGlobs sorts the globs of all rules about reading by the last byte of
// their literal end; those without one are under 0.
func (p *Policy) guardedGlobs() map[byte][]guardedGlob {
	out := map[byte][]guardedGlob{}
	for _, l := range p.layers {
		for i := range l.Rules {
			r := &l.Rules[i]
			if r.Decision == Allow || len(r.Path) == 0 || !r.reads() {
				continue
			}
			for _, pat := range r.Path {
				for _, glob := range p.patterns(pat) {
					g := guardedGlob{glob: glob, unless: r.Unless.Path}
					if k := strings.IndexAny(glob, "*?[{\\"); k >= 0 {
						g.prefix = strings.TrimSuffix(glob[:k], "/")
					} else {
						g.prefix = glob
					}
					g.suffix = glob[strings.LastIndexAny(glob, "*?[]{}\\")+1:]
					key := byte(0)
					if g.suffix != "" {
						key = g.suffix[len(g.suffix)-1]
					}
					if strings.HasPrefix(g.suffix, "/") {
						g.suffix = g.suffix[1:] // **/x also matches x
					}
					if !strings.ContainsAny(glob, "[{\\") {
						for _, lit := range strings.FieldsFunc(glob, func(r rune) bool { return strings.ContainsRune("*?/", r) }) {
							if len(lit) > len(g.inner) {
								g.inner = lit
							}
						}
					}
					out[key] = append(out[key], g)
				}
			}
		}
	}
	return out
}

// reads reports whether r judges reading.
func (r *Rule) reads() bool {
	if len(r.Access) == 0 {
		return true
	}
	for _, a := range r.Access {
		if a == "read" {
			return true
		}
	}
	return false
}

// MatchID reports whether a glob of rule ids matches id.
func MatchID(glob, id string) bool { return matchLoose(glob, value.Text(id)) == Yes }
