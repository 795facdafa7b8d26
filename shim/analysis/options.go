package analysis

import (
	"strings"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
)

// maxOptionFiles is how many files of options may name one another.
const maxOptionFiles = 4

// argDir is the directory of the operand at index i: each -C DIR before it leads
// on from the one before.
func (c *call) argDir(dir value.Text, i int) value.Text {
	for _, o := range c.p.Opts {
		if o.Effect == "dir-args" && o.Has && o.Index < i {
			dir = absIn(dir, o.Value)
		}
	}
	return dir
}

// archive takes the name of an archive: it is read where an option says that the
// operands are no files that go into it.
func (c *call) archive(t value.Text) {
	read := c.p.Implied
	for _, a := range c.p.Args {
		if isSource(a.Effect) || a.Effect == "list" {
			read = false
		}
	}
	if !read {
		c.writeTo("write", t)
		return
	}
	c.file(rules.Read, t, false)
}

// partOf is the part of a word that an effect concerns, as the effect's parameter
// says: "," up to the first comma and without quotes, "=" what stands behind the first equals sign,
// "file:" and "exec=" what stands behind that prefix, "/DIR" a path below that directory, "words" all, where commas stand for
// spaces. Without such a part there is no effect.
func partOf(e programs.Effect, t value.Text) (programs.Effect, value.Text, bool) {
	kind, param := programs.Effect(e.Kind()), e.Param()
	switch {
	case param == ",":
		name, _, _ := strings.Cut(string(t), ",")
		return kind, value.Text(strings.NewReplacer(`\`, "", `"`, "", "'", "").Replace(name)), true
	case param == "=":
		_, name, ok := strings.Cut(string(t), "=")
		return kind, value.Text(name), ok
	case strings.HasPrefix(param, "/"):
		return kind, value.Text(param) + "/" + t, true
	case param == "words" && kind == "command":
		words := strings.Split(string(t), ",")
		for i, w := range words {
			if strings.ContainsAny(w, " \t") {
				words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
			}
		}
		return kind, value.Text(strings.Join(words, " ")), true
	case len(param) > 1 && strings.ContainsAny(param[len(param)-1:], ":=") && kind != "at-file":
		name, ok := strings.CutPrefix(string(t), param)
		return kind, value.Text(name), ok
	}
	return e, t, true
}

// databaseFile takes a database that is a file: it is opened for reading and
// writing, and made if it is absent.
func (c *call) databaseFile(t value.Text) {
	s := strings.TrimPrefix(string(t), "file:")
	if s == "" || s[0] == ':' || strings.Contains(s, "://") {
		return // in memory, or elsewhere
	}
	s, _, _ = strings.Cut(s, "?")
	p := c.abs(value.Text(s))
	if c.it.exists(p) == rules.False {
		c.writeTo("create", value.Text(s))
		return
	}
	c.file(rules.Read, value.Text(s), false)
	for _, a := range c.tgt {
		if a == "readonly/" || strings.HasPrefix(string(a), "readonly/") {
			return
		}
	}
	c.it.write(p, rules.HowUnknown)
}

// listed are the lines of the files that stand behind ::::, up to the next such
// mark.
func (c *call) listed(files []value.Text) []value.Text {
	var out []value.Text
	for _, f := range files {
		if strings.HasPrefix(string(f), ":::") {
			break
		}
		c.file(rules.Read, f, false)
		text, ok := c.it.content(c.abs(f), maxFileRead)
		if !ok {
			out = append(out, value.Any)
			continue
		}
		for _, l := range strings.Split(strings.TrimRight(string(text), "\n"), "\n") {
			out = append(out, value.Text(l))
		}
	}
	return out
}

// options takes a file of the program's own options: words, quoted as for a shell,
// or lines of the form NAME VALUE, NAME=VALUE or NAME: VALUE.
func (c *call) options(form string, t value.Text, i int) {
	c.file(rules.Read, t, false)
	if c.optionFiles >= maxOptionFiles {
		return
	}
	text, ok := c.it.content(c.abs(t), maxFileRead)
	if s, fd := c.it.devFd(c.abs(t)); fd {
		text, ok = s.asText(), true
	}
	if !ok {
		return
	}
	c.optionFiles++
	argv := []value.Text{c.argv[0]}
	if form == "lines" {
		for _, l := range strings.Split(string(text), "\n") {
			argv = append(argv, optionLine(strings.TrimSpace(l))...)
		}
	} else {
		argv = append(argv, quotedWords(string(text))...)
	}
	c.more(argv, i)
}

// more applies what further arguments do that argv holds behind the program's name.
func (c *call) more(argv []value.Text, i int) {
	p := c.it.table.Parse(argv)
	for _, o := range p.Opts {
		if o.Has && o.Effect.Kind() != "run" {
			c.apply(o.Effect, o.Value, i)
		}
	}
	for _, a := range p.Args {
		if a.Effect.Kind() != "run" && a.Effect.Kind() != "shell-rest" {
			c.apply(a.Effect, a.Text, i)
		}
	}
}

// arguments takes a variable whose words the program reads before those of the command
// line.
func (c *call) arguments(t value.Text, i int) {
	if c.optionFiles >= maxOptionFiles {
		return
	}
	c.optionFiles++
	words := quotedWords(string(t))
	if len(words) == 0 {
		return
	}
	argv := append([]value.Text{c.argv[0]}, words...)
	c.more(argv, i)
	c.it.emit(rules.Action{Op: rules.Exec, Argv: append(argv, c.argv[1:]...), Program: c.it.executable(c.argv[0]), Target: c.tgt})
}

// optionLine splits one line of a file of options.
func optionLine(l string) []value.Text {
	if l == "" || l[0] == '#' {
		return nil
	}
	end := strings.IndexAny(l, " \t=:")
	if end < 0 {
		end = len(l)
	}
	name, rest := l[:end], strings.TrimLeft(l[end:], " \t=:")
	if name[0] != '-' {
		name = "--" + name
	}
	out := []value.Text{value.Text(name)}
	if words := quotedWords(rest); len(words) > 0 && strings.HasPrefix(rest, `"`) {
		return append(out, words[0])
	}
	if rest != "" {
		out = append(out, value.Text(rest))
	}
	return out
}

// quotedWords splits text at white space that is neither quoted nor escaped.
func quotedWords(s string) []value.Text {
	var out []value.Text
	var word strings.Builder
	quote, in := byte(0), false
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case ch == '\\' && quote != '\'' && i+1 < len(s):
			i++
			word.WriteByte(s[i])
			in = true
		case quote != 0 && ch == quote:
			quote = 0
		case quote == 0 && (ch == '"' || ch == '\''):
			quote, in = ch, true
		case quote == 0 && (ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r'):
			if in {
				out = append(out, value.Text(word.String()))
				word.Reset()
			}
			in = false
		default:
			word.WriteByte(ch)
			in = true
		}
	}
	if in {
		out = append(out, value.Text(word.String()))
	}
	return out
}
