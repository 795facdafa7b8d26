package analysis

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis/inline"
)

// The usual ways to load a file of variables take its lines from a substitution:
// export $(grep -v '^#' .env | xargs). What the filters in it do to lines is tried
// on a sample: if assignments come out as they went in, the shell takes them in
// without showing any.

const sampleNote = "#KOLD=old"

var sampleSet = [...]string{"K_ONE=v1:/@%+=,.-~", "KTWO=https://u:p@h.example:80/d?x=1", "k3=-X9"}

func sampleFile() value.Text {
	return value.Text(sampleNote + "\n" + sampleSet[0] + "\n\nexport " + sampleSet[1] + "\n" + sampleSet[2] + "\n")
}

// isDotenv reports whether a file holds variables, by its name.
func isDotenv(p string) bool {
	base := path.Base(p)
	return base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env")
}

// takesIn reports whether a word is a substitution that passes on the assignments of
// files of variables as they are. With notes, comments may come out too.
func (it *interp) takesIn(w *syntax.Word, notes bool) bool {
	stmts := substituted(w)
	if stmts == nil || it.st.opts["xtrace"] || it.st.opts["verbose"] || !quiet(stmts) {
		return false
	}
	sub := it.sub()
	var out []rules.Action
	sub.out, sub.trial = &out, sampleFile()
	buf := &buffer{}
	sub.stdout, sub.stderr = buf, nil
	if len(stmts) == 1 && stmts[0].Cmd == nil { // $(<file)
		sub.redirect(stmts[0], false)
		buf.write(sub.stdin.asText())
	} else {
		sub.stmts(stmts)
	}
	read := false
	for _, a := range out {
		switch a.Op {
		case rules.Exec:
			if !it.sieves(a.Argv) {
				return false
			}
		case rules.Read:
			if !it.protected(a.Path) && !it.protected(a.Real) {
				continue
			}
			if read = true; !isDotenv(string(a.Path)) || a.Real != "" && !isDotenv(string(a.Real)) {
				return false
			}
		default:
			return false
		}
	}
	data := buf.stream()
	t := data.asText()
	if !read || !t.Known() {
		return false
	}
	for _, word := range strings.Fields(string(t)) {
		if !slices.Contains(sampleSet[:], word) && word != "export" && !(notes && word == sampleNote) {
			return false
		}
	}
	return true
}

// substituted are the commands of a word that is a substitution and no more.
func substituted(w *syntax.Word) []*syntax.Stmt {
	if w == nil || len(w.Parts) != 1 {
		return nil
	}
	part := w.Parts[0]
	if q, ok := part.(*syntax.DblQuoted); ok && len(q.Parts) == 1 {
		part = q.Parts[0]
	}
	switch p := part.(type) {
	case *syntax.CmdSubst:
		return p.Stmts
	case *syntax.ProcSubst:
		if p.Op == syntax.CmdIn {
			return p.Stmts
		}
	}
	return nil
}

// quiet reports whether commands write nowhere but to their output.
func quiet(stmts []*syntax.Stmt) bool {
	ok := true
	for _, s := range stmts {
		syntax.Walk(s, func(n syntax.Node) bool {
			if r, is := n.(*syntax.Redirect); is {
				ok = ok && (r.Op == syntax.RdrIn || r.Op == syntax.RdrOut && r.Word.Lit() == "/dev/null")
			}
			return true
		})
	}
	return ok
}

// sieves reports whether all that a program does is to choose lines, or with sed to
// put export before them or take it away: what else it might do to some line, the
// sample need not show.
func (it *interp) sieves(argv []value.Text) bool {
	p := it.table.Parse(argv)
	switch lang, _ := inline.LangOf(p.Program); {
	case p.Spec == nil:
		return false
	case lang == inline.Sed:
		return sedSieves(argv[1:])
	case p.Program == "cat":
		return len(p.Opts) == 0
	case p.Spec.Stdin == "args":
		return len(p.Args) == 0 && onlyOpts(p.Opts, "-0", "-r", "-n", "-L", `-d\n`)
	}
	return p.Spec.Output == "lines" && onlyOpts(p.Opts, "-v", "-E", "-F", "-G", "-P", "-i", "-h", "-e", "-n")
}

// onlyOpts reports whether options are among those named; -n only with a value, and
// -dX only with that one.
func onlyOpts(opts []programs.Opt, names ...string) bool {
	for _, o := range opts {
		if !slices.Contains(names, o.Name) && !slices.Contains(names, o.Name+string(o.Value)) || o.Name == "-n" && !o.Has {
			return false
		}
	}
	return true
}

// sedStep matches the steps of sed that leave assignments whole.
var sedStep = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:-[Ere]+|(?:\s*(?:/[^/;]*/d|s/\^/export /|s/\^export \*?//|s/ ?#\.\*\$?//g?)\s*(?:;|$))+)$`)
})

// sedSieves reports whether the arguments of sed are such steps, and files.
func sedSieves(args []value.Text) bool {
	for i, w := range args {
		if !sedStep().MatchString(string(w)) && (i == 0 || strings.HasPrefix(string(w), "-") || strings.HasPrefix(string(args[i-1]), "-")) {
			return false
		}
	}
	return true
}

// takenIn turns what was read since mark into what is loaded.
func (it *interp) takenIn(mark int) {
	for i := mark; i < len(*it.out); i++ {
		a := &(*it.out)[i]
		if a.Op == rules.Read && (it.protected(a.Path) || it.protected(a.Real)) {
			a.Op = rules.Load
			it.st.loaded = append(it.st.loaded, i)
			it.replaces(a.Path)
		}
	}
}

// loader walks a command that takes variables in from a substitution; false if it
// is none.
func (it *interp) loader(words []*syntax.Word) (result, bool) {
	name := words[0].Lit()
	if len(words) < 2 {
		return unsure, false
	}
	switch name {
	case "eval", "source", ".":
		if len(words) != 2 || !it.takesIn(words[1], true) {
			return unsure, false
		}
	case "env":
		if len(words) < 3 || strings.ContainsAny(words[2].Lit(), "-=") || words[2].Lit() == "" || !it.takesIn(words[1], false) {
			return unsure, false
		}
	default:
		return unsure, false
	}
	if _, fn := it.st.funcs[name]; fn || it.st.aliases[name] != "" {
		return unsure, false
	}
	mark := len(*it.out)
	it.fields(words[1:2])
	it.takenIn(mark) // what env sets goes no further, which need not be known
	if name != "env" {
		return unsure, true
	}
	sub := it.sub()
	sub.via = append(it.via[:len(it.via):len(it.via)], name)
	sub.st.funcs = map[string]*function{}
	r := sub.runProgram(sub.fields(words[2:]), words[2:])
	it.keepFiles(sub.st)
	return r, true
}
