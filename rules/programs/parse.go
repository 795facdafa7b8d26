package programs

import (
	"strings"

	"guard/rules/value"
)

// Parsed is a command line as its program reads it.
type Parsed struct {
	Program  string // canonical name
	Root     *Spec  // of the program; nil for an unknown one
	Spec     *Spec  // of the innermost subcommand; nil for an unknown program
	Subs     []string
	Opts     []Opt
	Args     []Arg
	Harmless bool // an option makes it change and show nothing
	Vague    bool // an unknown word stands where a subcommand is wanted
	Open     bool // a word may stand for several words, options among them
	Implied  bool // an option changed what the operands mean
}

// Opt is an option as given, under its canonical spelling.
type Opt struct {
	Name   string
	Value  value.Text
	Has    bool   // a value was given
	Effect Effect // of the value
	Index  int    // of the word that holds the value, or else the option
}

// Arg is an operand.
type Arg struct {
	Text   value.Text
	Effect Effect
	Index  int
}

// off reports whether the option was given only to switch it off.
func (o Opt) off() bool {
	return o.Has && (o.Value == "false" || o.Value == "no" || o.Value == "0" || o.Value == "never" || o.Value == "none")
}

// Opt returns the first option called name (canonical) that is not switched off.
func (p *Parsed) Opt(name string) (Opt, bool) {
	for _, o := range p.Opts {
		if o.Name == name && !o.off() {
			return o, true
		}
	}
	return Opt{}, false
}

// Listed reports whether the table knows an option of the program or its subcommand.
func (p *Parsed) Listed(name string) bool {
	return p.Spec != nil && (p.Root.option(name) != nil || p.Spec.option(name) != nil)
}

// Parse reads argv as the program of its first word does. It never fails: what
// the table does not know is taken as a flag or an operand.
func (t *Table) Parse(argv []value.Text) *Parsed {
	p := &Parsed{}
	if len(argv) == 0 {
		return p
	}
	base := string(argv[0])
	if i := strings.LastIndexByte(base, '/'); i >= 0 && i < len(base)-1 {
		base = base[i+1:]
	}
	p.Program = base
	spec := t.Lookup(base)
	if spec != nil {
		p.Program = spec.Names[0]
	}
	r := reader{p: p, argv: argv}
	if spec != nil {
		r.chain = []*Spec{spec}
	}
	r.read()
	return p
}

// reader walks the words of one command line.
type reader struct {
	p     *Parsed
	argv  []value.Text
	chain []*Spec // program, subcommand, its subcommand …
	i     int
	done  bool // options have ended
}

// spec is the innermost description, or an empty one.
func (r *reader) spec() *Spec {
	if len(r.chain) == 0 {
		return &Spec{}
	}
	return r.chain[len(r.chain)-1]
}

func (r *reader) read() {
	for r.i = 1; r.i < len(r.argv); r.i++ {
		w := r.argv[r.i]
		if w.Splits() {
			r.p.Open = true
		}
		switch {
		case !r.done && w == "--" && r.spec().Style != None:
			r.done = true
			r.p.Opts = append(r.p.Opts, Opt{Name: "--", Index: r.i})
		case !r.done && len(w) > 1 && w[0] == '-' && r.spec().Style != None:
			r.option(string(w))
		case !r.done && len(w) > 1 && w[0] == '+' && w.Known() && r.spec().option("+o") != nil:
			r.plus(string(w))
		case r.spec().Style == Tar && r.i == 1 && w.Known() && !strings.ContainsAny(string(w), "/."):
			r.bundle("-" + string(w))
		default:
			if r.operand(w) {
				r.finish()
				return
			}
		}
	}
	r.finish()
}

// plus takes a word of options that begin with a plus sign, as shells have them:
// one a letter.
func (r *reader) plus(w string) {
	at := r.i
	for _, letter := range w[1:] {
		o := Opt{Name: "+" + string(letter), Index: at}
		if s := r.spec().option(o.Name); s != nil && s.Arg == Value && r.i+1 < len(r.argv) {
			r.i++
			o.Value, o.Has, o.Effect, o.Index = r.argv[r.i], true, s.Effect, r.i
		}
		r.p.Opts = append(r.p.Opts, o)
	}
}

// operand takes one operand; true when it and the rest are settled.
func (r *reader) operand(w value.Text) bool {
	s := r.spec()
	if len(r.p.Args) == 0 && len(s.Subs) > 0 {
		if sub := s.Sub(string(w)); sub != nil {
			r.chain = append(r.chain, sub)
			r.p.Subs = append(r.p.Subs, sub.Names[0])
			return false
		}
		if !w.Known() {
			r.p.Vague = true
		}
	}
	if o, v, ok := r.keyValue(w); ok {
		r.p.Opts = append(r.p.Opts, Opt{Name: o.Names[0], Value: v, Has: true, Effect: o.Effect, Index: r.i})
		return false
	}
	r.p.Args = append(r.p.Args, Arg{Text: w, Index: r.i})
	if s.Style == POSIX {
		args := r.args()
		if e := slotFor(args, r.p.Args, len(r.p.Args)-1); e != "env" {
			r.done = true
		}
	}
	return false
}

// keyValue matches an operand of the form key=value: by the longest key that fits.
func (r *reader) keyValue(w value.Text) (*Option, value.Text, bool) {
	var best *Option
	long := 0
	for _, s := range r.chain {
		for i := range s.Options {
			if o := &s.Options[i]; o.Arg == KeyValue {
				for _, n := range o.Names {
					if len(n) > long && strings.HasPrefix(string(w), n) {
						best, long = o, len(n)
					}
				}
			}
		}
	}
	return best, w[long:], best != nil
}

// find looks an option up, innermost description first, with abbreviations.
func (r *reader) find(name string) *Option {
	for i := len(r.chain) - 1; i >= 0; i-- {
		if o := r.chain[i].option(name); o != nil {
			return o
		}
	}
	if !strings.HasPrefix(name, "--") || len(name) < 3 || !value.Text(name).Known() {
		return nil
	}
	for i := len(r.chain) - 1; i >= 0; i-- {
		if o := abbreviated(r.chain[i], name); o != nil {
			return o
		}
	}
	return nil
}

// abbreviated finds the one option of s that name is a beginning of.
func abbreviated(s *Spec, name string) *Option {
	var found *Option
	for i := range s.Options {
		for _, n := range s.Options[i].Names {
			if strings.HasPrefix(n, name) {
				if found != nil && found != &s.Options[i] {
					return nil
				}
				found = &s.Options[i]
			}
		}
	}
	return found
}

func (r *reader) option(w string) {
	if r.spec().Style == Long || strings.HasPrefix(w, "--") {
		r.long(w)
		return
	}
	if len(r.chain) == 0 {
		name, v, has := strings.Cut(w, "=")
		r.add(nil, name, value.Text(v), has)
		return
	}
	if o := r.find(w); o != nil { // single-dash words such as -exec, and plain -x
		r.take(o, "", false)
		return
	}
	r.bundle(w)
}

// bundle reads short options written in one word.
func (r *reader) bundle(w string) {
	if name, v, ok := strings.Cut(w, "="); ok && len(name) > 2 {
		if o := r.find(name); o != nil {
			r.take(o, value.Text(v), true)
			return
		}
	}
	for j := 1; j < len(w); j++ {
		if w[j] == 0 {
			r.p.Open = true
			return
		}
		name := "-" + w[j:j+1]
		o := r.find(name)
		rest := w[j+1:]
		switch {
		case o == nil:
			r.add(nil, name, "", false)
			if r.spec().Rest != "" && rest != "" {
				r.add(nil, name, value.Text(rest), true)
			}
		case o.Arg == NoValue:
			r.add(o, name, "", false)
		case rest != "":
			r.add(o, name, value.Text(strings.TrimPrefix(rest, "=")), true)
			return
		default:
			r.take(o, "", false)
			if r.spec().Style != Tar {
				return
			}
		}
	}
}

// long reads --name, --name=value, --name value, and in the long style -name.
func (r *reader) long(w string) {
	name, v, has := strings.Cut(w, "=")
	o := r.find(name)
	if o == nil && r.spec().Style == Long {
		if strings.HasPrefix(name, "--") {
			o = r.find(name[1:])
		} else {
			o = r.find("-" + name)
		}
	}
	if o == nil {
		r.add(nil, name, value.Text(v), has)
		return
	}
	r.take(o, value.Text(v), has)
}

// take adds option o, with its value from the next word where it wants one.
func (r *reader) take(o *Option, v value.Text, has bool) {
	if !has && o.Arg == Value && r.i+1 < len(r.argv) {
		if o.Effect.Kind() == "run" { // -exec COMMAND …: the rest, up to ; is the command's
			r.add(o, o.Names[0], r.argv[r.i+1], true)
			r.skipCommand()
			return
		}
		r.i++
		v, has = r.argv[r.i], true
	}
	if first, more, ok := strings.Cut(string(o.Effect), " "); ok { // several values
		r.add(o, o.Names[0], v, has)
		r.p.Opts[len(r.p.Opts)-1].Effect = Effect(first)
		for _, e := range strings.Fields(more) {
			e, all := strings.CutSuffix(e, "...") // of any number, up to an option
			for again := true; again && r.i+1 < len(r.argv); again = all {
				if next := r.argv[r.i+1]; all && (next == "@" || strings.HasPrefix(string(next), "-")) { // zip ends a list with @
					break
				}
				r.i++
				r.p.Opts = append(r.p.Opts, Opt{Name: o.Names[0], Value: r.argv[r.i], Has: true, Effect: Effect(e), Index: r.i})
			}
		}
		return
	}
	r.add(o, o.Names[0], v, has)
}

// skipCommand moves past the words of a command that an option starts.
func (r *reader) skipCommand() {
	r.p.Opts[len(r.p.Opts)-1].Index = r.i + 1
	for r.i++; r.i < len(r.argv); r.i++ {
		if w := r.argv[r.i]; w == ";" || w == "+" && r.argv[r.i-1] == "{}" {
			return
		}
	}
}

func (r *reader) add(o *Option, name string, v value.Text, has bool) {
	opt := Opt{Name: name, Value: v, Has: has, Index: r.i}
	if o == nil {
		opt.Effect = r.spec().Rest
	} else {
		opt.Name, opt.Effect = o.Names[0], o.Effect
		if o.Arg == NoValue && !has {
			opt.Value = value.Text(o.Effect.Param())
		}
	}
	r.p.Opts = append(r.p.Opts, opt)
}

// given reports whether all the options are there that name joins with +; NAME=VALUE
// asks for the value as well, !NAME that the option is not there.
func (r *reader) given(s *Spec, name string) bool {
	for _, n := range strings.Split(name, "+") {
		n, want, exact := strings.Cut(n, "=")
		n, absent := strings.CutPrefix(n, "!")
		if o := s.option(n); o != nil {
			n = o.Names[0]
		}
		if o, ok := r.p.Opt(n); ok == absent || exact && string(o.Value) != want {
			return false
		}
	}
	return true
}

// args returns the operand slots in force: those that an option implies, else the
// innermost description's.
func (r *reader) args() []Slot {
	r.p.Implied = false
	for i := len(r.chain) - 1; i >= 0; i-- {
		for _, im := range r.chain[i].Implies {
			for _, n := range im.Names {
				if r.given(r.chain[i], n) {
					r.p.Implied = true
					return im.Args
				}
			}
		}
	}
	return r.spec().Args
}

// finish assigns effects to the operands and settles what is harmless.
func (r *reader) finish() {
	p := r.p
	if len(r.chain) > 0 {
		p.Root, p.Spec = r.chain[0], r.spec()
	}
	args := r.args()
	for i := range p.Args {
		p.Args[i].Effect = slotFor(args, p.Args, i)
	}
	for _, s := range r.chain {
		for _, h := range s.Harmless {
			if last, is := strings.CutSuffix(h, "$"); is {
				p.Harmless = p.Harmless || r.endsIn(last)
				continue
			}
			if !strings.HasPrefix(h, "-") {
				p.Harmless = p.Harmless || len(p.Args) > 0 && string(p.Args[0].Text) == h
				continue
			}
			if o := s.option(h); o != nil {
				h = o.Names[0]
			}
			name, v, _ := strings.Cut(h, "=")
			_, undone := p.Opt("+" + name[1:])
			if o, ok := p.Opt(name); ok && !undone && (v == "" || string(o.Value) == v) {
				p.Harmless = true
			}
		}
	}
	if _, help := p.Opt("--help"); help {
		p.Harmless = true // what every program of any manners takes so
	}
	if len(r.argv) == 2 && r.argv[1] == "--version" {
		p.Harmless = true
	}
}

// endsIn reports whether the last word is an operand of that name, and stands right
// behind other operands.
func (r *reader) endsIn(word string) bool {
	n := len(r.p.Args)
	if n < 2 || string(r.p.Args[n-1].Text) != word || r.p.Args[n-1].Index != len(r.argv)-1 {
		return false
	}
	return n <= 3 && r.p.Args[0].Index == len(r.argv)-n
}

// slotFor returns the effect of operand i: leading slots, then the repeated one,
// the last operands take the slots behind it.
func slotFor(args []Slot, all []Arg, i int) Effect {
	rep := -1
	for k := range args {
		if args[k].Repeat {
			rep = k
			break
		}
	}
	if len(args) > 0 && args[0].Repeat && args[0].Effect == "env" { // assignments come first
		n := 0
		for n < len(all) && assignment(string(all[n].Text)) {
			n++
		}
		if i < n {
			return "env"
		}
		return slotFor(args[1:], all[n:], i-n)
	}
	for k := 0; k < len(args) && k <= i; k++ {
		if args[k].Effect.takesRest() {
			if k == i {
				return args[k].Effect
			}
			return "rest"
		}
	}
	if rep < 0 {
		if i < len(args) {
			return args[i].Effect
		}
		return "value"
	}
	trail := len(args) - rep - 1
	switch {
	case i < rep:
		return args[i].Effect
	case len(all)-rep > trail && i >= len(all)-trail:
		return args[rep+1+i-(len(all)-trail)].Effect
	case len(all) <= trail:
		return "value" // too few operands: the program complains
	default:
		return args[rep].Effect
	}
}

// assignment reports whether w has the form NAME=VALUE, of which env takes more names
// than the shell: BASH_FUNC_f%%=…
func assignment(w string) bool {
	i := strings.IndexByte(w, '=')
	if i <= 0 {
		return false
	}
	for j := 0; j < i; j++ {
		c := w[j]
		if c != '_' && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (j == 0 || (c < '0' || c > '9') && strings.IndexByte("%().-", c) < 0) {
			return false
		}
	}
	return true
}
