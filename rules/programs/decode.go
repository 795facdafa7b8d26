package programs

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"
)

// Entry is a program as a table writes it; docs/programs.md says what each key
// means.
type Entry struct {
	Name     string            `toml:"name"`
	Args     string            `toml:"args"`
	Flags    string            `toml:"flags"`
	Harmless string            `toml:"harmless"`
	Style    string            `toml:"style"`
	Stdin    string            `toml:"stdin"`
	Output   string            `toml:"output"`
	Loses    string            `toml:"loses"`
	Recipes  string            `toml:"recipes"`
	Like     string            `toml:"like"`
	Note     string            `toml:"note"`
	Opt      map[string]string `toml:"opt"`
	Implies  map[string]string `toml:"implies"`
	Sub      []Entry           `toml:"sub"`
}

// Decode reads the [[program]] entries of one TOML text. The error names the
// program and the key.
func Decode(text string) ([]Entry, error) {
	var file struct {
		Program []Entry `toml:"program"`
	}
	md, err := toml.Decode(text, &file)
	if err != nil {
		return nil, fmt.Errorf("read program table: %w", err)
	}
	if u := md.Undecoded(); len(u) > 0 {
		return nil, fmt.Errorf("read program table: unknown key %q: an entry has name, args, flags, harmless, style, stdin, output, loses, recipes, like, note, opt, implies and sub", u[0].String())
	}
	return file.Program, nil
}

// Error is a fault in an entry: where it is and what is allowed there.
type Error struct {
	Entry   int    // which of the entries, from 0
	Program string // its first name, with those of subcommands
	Key     string // with sub. before it in a subcommand
	Msg     string
}

// Error gives program: key: message.
func (e *Error) Error() string {
	s := strings.TrimRight("program "+e.Program, " ")
	if e.Key != "" {
		s += ": " + e.Key
	}
	return s + ": " + e.Msg
}

// Compile turns entries into specs, sorted by name. An entry that is like another
// finds it among the entries or in base. An error is an [*Error].
func Compile(entries []Entry, base *Table) ([]Spec, error) {
	c := compiler{base: base, all: entries, entries: map[string]*Entry{}, done: map[string]*Spec{}}
	for i := range entries {
		for _, n := range strings.Fields(entries[i].Name) {
			if _, dup := c.entries[n]; dup {
				return nil, &Error{Entry: i, Program: n, Key: "name", Msg: fmt.Sprintf("%q is described twice: make one entry of the two", n)}
			}
			c.entries[n] = &entries[i]
		}
	}
	var out []Spec
	for i := range entries {
		s, err := c.program(&entries[i], 0)
		if err != nil {
			return nil, err
		}
		out = append(out, *s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Names[0] < out[j].Names[0] })
	return out, nil
}

type compiler struct {
	base    *Table
	all     []Entry
	entries map[string]*Entry
	done    map[string]*Spec
}

// program compiles a top-level entry once, following like.
func (c *compiler) program(e *Entry, depth int) (*Spec, error) {
	names := strings.Fields(e.Name)
	fault := func(key, msg string) error {
		err := &Error{Key: key, Msg: msg}
		for i := range c.all {
			if &c.all[i] == e {
				err.Entry = i
			}
		}
		if len(names) > 0 {
			err.Program = names[0]
		}
		return err
	}
	if len(names) == 0 {
		return nil, fault("name", "is missing: say which program is meant")
	}
	if s, ok := c.done[names[0]]; ok {
		return s, nil
	}
	if depth > 8 {
		return nil, fault("like", "leads back to "+names[0]+": name a program that is described by itself")
	}
	s := &Spec{}
	if c.base != nil && e.Like == "" {
		s.Rest = "unknown" // a policy may describe a part of a program alone
	}
	if e.Like != "" {
		var src *Spec
		if le, ok := c.entries[e.Like]; ok && le != e {
			var err error
			if src, err = c.program(le, depth+1); err != nil {
				return nil, err
			}
		} else if c.base != nil {
			src = c.base.Lookup(e.Like)
		}
		if src == nil {
			return nil, fault("like", fmt.Sprintf("%q: no such program: guard programs lists those that are known", e.Like))
		}
		*s = *src
	}
	if f := compileInto(s, e); f != nil {
		return nil, fault(f.key, f.msg)
	}
	c.done[names[0]] = s
	return s, nil
}

// Outputs lists the words of the key output.
func Outputs() []string {
	return []string{"lines", "names", "fresh-file", "fresh-dir", "all", "digits", "name", "date", "realpath", "toplevel", "commits", "place", "programs", "stdin", "shell-init", "saved", "loaded", "none"}
}

// Inputs lists the words of the key stdin; some take a parameter after a colon.
func Inputs() []string {
	return []string{"code", "shell", "sql", "mongo", "redis", "url", "mentions", "wire", "file-list", "args"}
}

// fault is what is wrong with a key of an entry.
type fault struct{ key, msg string }

// compileInto adds the keys of e to s.
func compileInto(s *Spec, e *Entry) *fault {
	s.Names = strings.Fields(e.Name)
	if e.Note != "" {
		s.Note = e.Note
	}
	switch e.Output {
	case "":
	default:
		if !slices.Contains(Outputs(), e.Output) {
			return &fault{"output", fmt.Sprintf("%q: want one of %s", e.Output, strings.Join(Outputs(), ", "))}
		}
		s.Output = e.Output
	}
	switch e.Recipes {
	case "":
	case "make", "npm", "just":
		s.Recipes = e.Recipes
	default:
		return &fault{"recipes", fmt.Sprintf("%q: want make, npm or just", e.Recipes)}
	}
	switch e.Loses {
	case "":
	case "worktree", "paths", "untracked", "branch", "stash", "stashes", "tree", "stages", "keeps", "restores":
		s.Loses = e.Loses
	default:
		return &fault{"loses", fmt.Sprintf("%q: want worktree, paths, untracked, branch, stash, stashes, tree, stages, keeps or restores", e.Loses)}
	}
	if e.Args != "" {
		args, err := slots(e.Args)
		if err != nil {
			return &fault{"args", err.Error()}
		}
		s.Args = args
	} else if s.Args == nil && s.Rest != "" {
		s.Args = []Slot{{Effect: s.Rest, Repeat: true}}
	}
	s.Harmless = s.Harmless[:len(s.Harmless):len(s.Harmless)]
	for _, h := range strings.Fields(e.Harmless) {
		h, _, _ = strings.Cut(h, "|") // the first spelling stands for all
		s.Harmless = append(s.Harmless, h)
	}
	if e.Stdin != "" {
		s.Stdin = Effect(e.Stdin)
		if !slices.Contains(Inputs(), s.Stdin.Kind()) {
			return &fault{"stdin", fmt.Sprintf("%q: want one of %s", e.Stdin, strings.Join(Inputs(), ", "))}
		}
	}
	if err := style(s, e.Style); err != nil {
		return &fault{"style", err.Error()}
	}
	opts, bad := options(e)
	if bad != nil {
		return bad
	}
	s.Options = append(opts, s.Options...)
	keys := sortedKeys(e.Implies)
	sort.SliceStable(keys, func(i, j int) bool { // what asks for more options comes first
		return strings.Contains(keys[i], "+") && !strings.Contains(keys[j], "+")
	})
	for _, k := range keys {
		args, err := slots(e.Implies[k])
		if err != nil {
			return &fault{"implies." + k, err.Error()}
		}
		s.Implies = append(s.Implies, Implied{Names: strings.Split(k, "|"), Args: args})
	}
	seen := map[string]bool{}
	for _, e := range apart(e.Sub) {
		name := strings.Fields(e.Name)
		if len(name) == 0 {
			return &fault{"sub", "name is missing: say which subcommand is meant"}
		}
		for _, n := range name {
			if seen[n] {
				return &fault{"sub", fmt.Sprintf("%q is described twice: make one entry of the two", n)}
			}
			seen[n] = true
		}
		sub := Spec{Style: s.Style, Rest: s.Rest}
		if old := s.Sub(name[0]); old != nil {
			sub = *old
		}
		if f := compileInto(&sub, &e); f != nil {
			return &fault{"sub." + f.key, "of " + name[0] + ": " + f.msg}
		}
		s.Subs = append([]Spec{sub}, s.Subs...)
	}
	return nil
}

// apart splits subcommands that a comma tells apart: they have one description, but
// are not names of one command.
func apart(subs []Entry) []Entry {
	var out []Entry
	for _, e := range subs {
		for name := range strings.SplitSeq(e.Name, ",") {
			e.Name = name
			out = append(out, e)
		}
	}
	return out
}

func style(s *Spec, word string) error {
	switch word {
	case "":
		for _, a := range s.Args {
			if a.Effect.takesRest() || a.Effect == "run-first" {
				s.Style = POSIX
			}
		}
	case "gnu":
		s.Style = GNU
	case "posix":
		s.Style = POSIX
	case "long":
		s.Style = Long
	case "tar":
		s.Style = Tar
	case "none":
		s.Style = None
	default:
		return fmt.Errorf("%q: want gnu, posix, long, tar or none", word)
	}
	return nil
}

// noEffect says that a word is no effect.
func noEffect(w string) string {
	return fmt.Sprintf("%q is no effect: want read, load, write, delete, run, value or another word of docs/programs.md", w)
}

// slots reads a list of operand effects.
func slots(text string) ([]Slot, error) {
	var out []Slot
	for _, w := range strings.Fields(text) {
		w, repeat := strings.CutSuffix(w, "...")
		if !Effect(w).known() {
			return nil, errors.New(noEffect(w))
		}
		out = append(out, Slot{Effect: Effect(w), Repeat: repeat})
	}
	return out, nil
}

// options collects flags and options with values, harmless ones included.
func options(e *Entry) ([]Option, *fault) {
	var out []Option
	seen := map[string]bool{}
	add := func(key, names, effect string, arity Arity) *fault {
		o := Option{Effect: Effect(effect), Arg: arity}
		for _, n := range strings.Split(names, "|") {
			if t, ok := strings.CutSuffix(n, "?"); ok {
				n, o.Arg = t, Attached
			}
			if t, ok := strings.CutSuffix(n, "!"); ok {
				n, o.Arg = t, NoValue
			}
			if strings.HasSuffix(n, "=") {
				o.Arg = KeyValue
			}
			if t, ok := strings.CutSuffix(n, "*"); ok && t != "" && t[0] != '-' && t[0] != '$' {
				n, o.Arg = t, KeyValue
			}
			if seen[n] {
				return &fault{key, fmt.Sprintf("option %s is listed twice: keep one of them", n)}
			}
			seen[n] = true
			o.Names = append(o.Names, n)
		}
		out = append(out, o)
		return nil
	}
	for _, k := range sortedKeys(e.Opt) {
		if !Effect(e.Opt[k]).knownAll() {
			return nil, &fault{"opt." + k, noEffect(e.Opt[k])}
		}
		if err := add("opt."+k, k, e.Opt[k], Value); err != nil {
			return nil, err
		}
	}
	for _, f := range strings.Fields(e.Flags) {
		if err := add("flags", f, "value", NoValue); err != nil {
			return nil, err
		}
	}
	for _, f := range strings.Fields(e.Harmless) {
		if !seen[f] && strings.HasPrefix(f, "-") {
			if err := add("harmless", f, "value", NoValue); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
