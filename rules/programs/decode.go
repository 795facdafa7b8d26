package programs

import (
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

// Compile turns entries into specs, sorted by name. An entry that is like another
// finds it among the entries or in base.
func Compile(entries []Entry, base *Table) ([]Spec, error) {
	c := compiler{base: base, entries: map[string]*Entry{}, done: map[string]*Spec{}}
	for i := range entries {
		for _, n := range strings.Fields(entries[i].Name) {
			if _, dup := c.entries[n]; dup {
				return nil, fmt.Errorf("program %s: described twice", n)
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
	entries map[string]*Entry
	done    map[string]*Spec
}

// program compiles a top-level entry once, following like.
func (c *compiler) program(e *Entry, depth int) (*Spec, error) {
	names := strings.Fields(e.Name)
	if len(names) == 0 {
		return nil, fmt.Errorf("program: name is missing")
	}
	if s, ok := c.done[names[0]]; ok {
		return s, nil
	}
	if depth > 8 {
		return nil, fmt.Errorf("program %s: like leads back to itself", names[0])
	}
	s := &Spec{}
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
			return nil, fmt.Errorf("program %s: like = %q: no such program", names[0], e.Like)
		}
		*s = *src
	}
	if err := compileInto(s, e, names[0]); err != nil {
		return nil, err
	}
	c.done[names[0]] = s
	return s, nil
}

// Outputs lists the words of the key output.
func Outputs() []string {
	return []string{"lines", "names", "fresh-file", "fresh-dir", "all", "digits", "toplevel", "stdin", "shell-init", "none"}
}

// Inputs lists the words of the key stdin; some take a parameter after a colon.
func Inputs() []string {
	return []string{"code", "shell", "sql", "mongo", "redis", "url", "mentions", "file-list", "args"}
}

// compileInto adds the keys of e to s.
func compileInto(s *Spec, e *Entry, path string) error {
	s.Names = strings.Fields(e.Name)
	if e.Note != "" {
		s.Note = e.Note
	}
	switch e.Output {
	case "":
	default:
		if !slices.Contains(Outputs(), e.Output) {
			return fmt.Errorf("program %s: output = %q: want one of %s", path, e.Output, strings.Join(Outputs(), ", "))
		}
		s.Output = e.Output
	}
	switch e.Recipes {
	case "":
	case "make", "npm", "just":
		s.Recipes = e.Recipes
	default:
		return fmt.Errorf("program %s: recipes = %q: want make, npm or just", path, e.Recipes)
	}
	switch e.Loses {
	case "":
	case "worktree", "paths", "untracked", "branch", "stash":
		s.Loses = e.Loses
	default:
		return fmt.Errorf("program %s: loses = %q: want worktree, paths, untracked, branch or stash", path, e.Loses)
	}
	if e.Args != "" {
		args, err := slots(e.Args)
		if err != nil {
			return fmt.Errorf("program %s: args: %w", path, err)
		}
		s.Args = args
	}
	s.Harmless = s.Harmless[:len(s.Harmless):len(s.Harmless)]
	for _, h := range strings.Fields(e.Harmless) {
		h, _, _ = strings.Cut(h, "|") // the first spelling stands for all
		s.Harmless = append(s.Harmless, h)
	}
	if e.Stdin != "" {
		s.Stdin = Effect(e.Stdin)
		if !slices.Contains(Inputs(), s.Stdin.Kind()) {
			return fmt.Errorf("program %s: stdin = %q: want one of %s", path, e.Stdin, strings.Join(Inputs(), ", "))
		}
	}
	if err := style(s, e.Style); err != nil {
		return fmt.Errorf("program %s: %w", path, err)
	}
	opts, err := options(e)
	if err != nil {
		return fmt.Errorf("program %s: %w", path, err)
	}
	s.Options = append(opts, s.Options...)
	keys := sortedKeys(e.Implies)
	sort.SliceStable(keys, func(i, j int) bool { // what asks for more options comes first
		return strings.Contains(keys[i], "+") && !strings.Contains(keys[j], "+")
	})
	for _, k := range keys {
		args, err := slots(e.Implies[k])
		if err != nil {
			return fmt.Errorf("program %s: implies.%q: %w", path, k, err)
		}
		s.Implies = append(s.Implies, Implied{Names: strings.Split(k, "|"), Args: args})
	}
	for i := range e.Sub {
		name := strings.Fields(e.Sub[i].Name)
		if len(name) == 0 {
			return fmt.Errorf("program %s: a sub has no name", path)
		}
		sub := Spec{Style: s.Style}
		if old := s.Sub(name[0]); old != nil {
			sub = *old
		}
		if err := compileInto(&sub, &e.Sub[i], path+" "+name[0]); err != nil {
			return err
		}
		s.Subs = append([]Spec{sub}, s.Subs...)
	}
	return nil
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
		return fmt.Errorf("style = %q: want gnu, posix, long, tar or none", word)
	}
	return nil
}

// slots reads a list of operand effects.
func slots(text string) ([]Slot, error) {
	var out []Slot
	for _, w := range strings.Fields(text) {
		w, repeat := strings.CutSuffix(w, "...")
		if !Effect(w).known() {
			return nil, fmt.Errorf("unknown effect %q", w)
		}
		out = append(out, Slot{Effect: Effect(w), Repeat: repeat})
	}
	return out, nil
}

// options collects flags and options with values, harmless ones included.
func options(e *Entry) ([]Option, error) {
	var out []Option
	seen := map[string]bool{}
	add := func(names, effect string, arity Arity) error {
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
				return fmt.Errorf("option %s: listed twice", n)
			}
			seen[n] = true
			o.Names = append(o.Names, n)
		}
		out = append(out, o)
		return nil
	}
	for _, k := range sortedKeys(e.Opt) {
		if !Effect(e.Opt[k]).knownAll() {
			return nil, fmt.Errorf("opt.%q: unknown effect %q", k, e.Opt[k])
		}
		if err := add(k, e.Opt[k], Value); err != nil {
			return nil, err
		}
	}
	for _, f := range strings.Fields(e.Flags) {
		if err := add(f, "value", NoValue); err != nil {
			return nil, err
		}
	}
	for _, f := range strings.Fields(e.Harmless) {
		if !seen[f] && strings.HasPrefix(f, "-") {
			if err := add(f, "value", NoValue); err != nil {
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
