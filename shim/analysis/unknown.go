package analysis

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis/inline"
)

// unknown judges a program that is in no table by what it is given: files that its
// words name, commands for options that take one by their name, and texts that look
// like code, as operands or on its standard input.
func (c *call) unknown() {
	c.it.unknownOperands(c.argv)
	c.unknownOutput()
	for i, w := range c.argv[1:] {
		s := string(w)
		if !w.Known() || !strings.ContainsAny(s, " \t\n(") {
			continue
		}
		name, text := string(c.argv[i]), s
		if strings.HasPrefix(s, "--") {
			name, text, _ = strings.Cut(s, "=")
		}
		switch {
		case !takesCommand(name):
			if k, _, ok := strings.Cut(s, "="); ok && !strings.Contains(k, " ") {
				c.settings(w)
			}
		case c.it.startsProgram(text):
			c.command(value.Text(text))
		default:
			c.mentions(value.Text(text), "")
		}
		c.unread(w)
	}
	if i := slices.Index(c.argv, "--"); i > 0 && i+1 < len(c.argv) && c.it.startsProgram(string(c.argv[i+1])) {
		c.run(i+1, false)
	}
	for _, w := range c.argv[1:] {
		for _, t := range candidates(w) {
			if p := c.abs(t); p.Known() && c.it.justMade(p) {
				if text, ok := c.it.content(p, maxScript); ok {
					c.unread(text)
					c.settings(text)
				}
			}
		}
	}
	if in := c.it.stdin; in.known() && in.path == "" {
		c.it.without(func() { c.unread(in.text) })
	}
}

// unknownOutput records writes to what by its place is an output: the value of an
// option named so, and the last operand behind one that names a file or address.
func (c *call) unknownOutput() {
	source, last := false, value.Text("")
	for i, w := range c.argv[1:] {
		name, v, ok := strings.Cut(string(w), "=")
		switch {
		case strings.HasPrefix(name, "-") && ok && namesOutput(name):
			c.it.write(c.abs(value.Text(v)), rules.HowUnknown)
		case strings.HasPrefix(name, "-"):
		case namesOutput(string(c.argv[i])):
			c.it.write(c.abs(w), rules.HowUnknown)
		default:
			source = source || strings.ContainsAny(string(last), "/:")
			last = w
		}
	}
	if source && last.Known() && !strings.HasPrefix(string(last), "/dev/") { // which many only look at
		c.it.write(c.abs(last), rules.HowUnknown)
	}
}

// namesOutput reports whether the value of an option is a file that is written, by
// its name.
func namesOutput(option string) bool {
	name := strings.ToLower(strings.TrimLeft(option, "-"))
	return name != option && (name == "o" || strings.HasPrefix(name, "out") || strings.HasSuffix(name, "out") || strings.HasSuffix(name, "output") || strings.HasSuffix(name, "logfile"))
}

// takesCommand reports whether the value of an option is a command, by its name.
func takesCommand(option string) bool {
	name := strings.ToLower(strings.TrimLeft(option, "-"))
	if name == option {
		return false
	}
	switch name {
	case "c", "e", "x", "pp":
		return true
	}
	for _, part := range []string{"exec", "cmd", "command", "run", "hook", "shell", "eval", "pager", "editor"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// startsProgram reports whether the first word of a text names a program that the
// tables know.
func (it *interp) startsProgram(text string) bool {
	words := strings.Fields(text)
	return len(words) > 0 && it.table.Lookup(words[0][strings.LastIndexByte(words[0], '/')+1:]) != nil
}

// command runs text in a shell of its own.
func (c *call) command(t value.Text) {
	sub := c.it.sub()
	sub.st.dir = c.dir
	sub.shellText("sh", t, "sh", nil, origin{parent: &c.it.org, nested: true, span: c.it.span}, c.p.Program)
}

// unread judges a text in a language that guard does not read by what most have in
// common: lines that hand a command to the shell, calls whose names tell what they
// do, and names of files in quotes.
func (c *call) unread(t value.Text) {
	c.escapes(t)
	if t.Known() && strings.ContainsAny(string(t), "'\"`") {
		c.foreign(inline.Generic, t, nil)
	}
}

// shellCall matches the usual calls that hand a text to the shell.
var shellCall = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:system|popen|shell_exec|passthru|exec)\s*\(\s*["']([^"'\n]+)["']`)
})

// escapedLines runs what the lines of a text hand to the shell.
func (c *call) escapedLines(t value.Text) {
	for _, l := range strings.SplitN(string(t), "\n", maxMentions) {
		if cmd, ok := c.it.escape(l); ok {
			c.command(value.Text(cmd))
		}
	}
}

// escapes runs what a text hands to the shell, by lines or usual calls.
func (c *call) escapes(t value.Text) {
	c.escapedLines(t)
	for _, m := range shellCall().FindAllStringSubmatch(string(t), maxMentions) {
		if c.it.startsProgram(m[1]) {
			c.command(value.Text(m[1]))
		}
	}
	for _, open := range []string{"write18{", "syscmd("} { // of TeX and m4
		rest := string(t)
		for n := 0; n < maxMentions; n++ {
			_, after, ok := strings.Cut(rest, open)
			if !ok {
				break
			}
			rest = after
			if end := strings.IndexAny(after, "})"); end >= 0 && c.it.startsProgram(strings.Trim(after[:end], "`'")) {
				c.command(value.Text(strings.Trim(after[:end], "`'")))
			}
		}
	}
}

// escape returns the command that a line of an interactive program hands to the
// shell: !CMD, shell CMD and their like.
func (it *interp) escape(line string) (string, bool) {
	line = strings.TrimLeft(line, " \t:.\\")
	if cmd, ok := strings.CutPrefix(line, "!"); ok {
		return strings.TrimLeft(cmd, "! \t"), !strings.HasPrefix(cmd, "=") && strings.TrimLeft(cmd, "! \t") != ""
	}
	word, cmd, ok := strings.Cut(line, " ")
	switch word {
	case "shell", "system", "host", "exec", "run-shell":
		return cmd, ok && it.startsProgram(cmd)
	}
	return "", false
}

// settingLine matches a setting that by its name holds a command, in the usual forms:
// NAME=CMD, NAME: CMD, "NAME": "CMD", NAME "CMD", and ^CMD.
var settingLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?im)(?:["']?[a-z_.-]*(?:exec|cmd|command|run|script|hook|action|shell|pager|post|pre|up|down|program|handler|text)[a-z_.-]*["']?(?:[ \t]*[:=][ \t]*(["']?)|[ \t]+(["']))|\^)(.+)`)
})

// settings runs the commands that a file of settings holds, which the command itself
// has written: those of the project are its own code.
func (c *call) settings(t value.Text) {
	for _, m := range settingLine().FindAllStringSubmatch(string(t), maxMentions) {
		cmd := m[3]
		if quote := m[1] + m[2]; quote != "" {
			cmd, _, _ = strings.Cut(cmd, quote)
		}
		if cmd = strings.TrimPrefix(strings.TrimRight(cmd, " \t]},;"), "exec "); c.it.startsProgram(cmd) {
			c.command(value.Text(cmd))
		}
	}
	inside := false // of a script in a file of logrotate
	for _, l := range strings.SplitN(string(t), "\n", maxMentions) {
		switch l = strings.TrimSpace(l); {
		case strings.HasSuffix(l, "rotate") || strings.HasSuffix(l, "action"):
			inside = true
		case l == "endscript":
			inside = false
		case inside && c.it.startsProgram(l):
			c.command(value.Text(l))
		}
	}
}

// justMade reports whether the content of a file comes from the command itself.
func (it *interp) justMade(p value.Text) bool {
	_, fd := it.devFd(p)
	return fd || it.st.files[string(p)].known
}

// quoted judges the names of protected files that stand in quotes in a program text:
// they are read, and those outside of the directory at hand may be written too.
func (c *call) quoted(s string) {
	for n := 0; n < maxMentions; n++ {
		i := strings.IndexAny(s, "'\"`")
		if i < 0 {
			return
		}
		end := strings.IndexByte(s[i+1:], s[i])
		if end < 0 {
			return
		}
		word := strings.TrimLeft(s[i+1:i+1+end], " ") // s" FILE" of Forth
		if s = s[i+1:]; word == "" || strings.ContainsAny(word, " \t\n") {
			continue
		}
		s = s[end+1:]
		if p := c.inlinePath(value.Known(word)); c.it.protected(p) || c.it.protected(c.it.real(p)) {
			c.it.file(rules.Read, p, false)
			if word[0] == '/' || word[0] == '~' {
				c.it.write(p, rules.HowUnknown)
			}
		}
	}
}

// unknownOperands records reads of operands and option values that name an
// existing or protected file: what an unknown program does with them is unknown, but
// for the key that an option takes.
func (it *interp) unknownOperands(argv []value.Text) {
	option := ""
	for _, w := range argv[min(1, len(argv)):] {
		name, _, own := strings.Cut(string(w), "=")
		if own {
			option = name
		}
		for _, t := range candidates(w) {
			p := it.abs(t)
			if !p.Known() {
				continue
			}
			r := it.real(p)
			op := rules.Read
			if namesKey(option) && isKey(string(p)) && isKey(string(r)) {
				op = rules.Load
			}
			if it.protected(p) || it.protected(r) || it.exists(p) == rules.True && !it.isDir(p) {
				it.file(op, p, false)
			}
		}
		if option = ""; !own {
			option = name
		}
	}
}

// namesKey reports whether the value of an option is a key that the program uses, by
// its name: --ssl-keyfile, --private-key.
func namesKey(option string) bool {
	name := strings.ToLower(strings.TrimLeft(option, "-"))
	for _, file := range []string{"file", "path", "pem"} {
		name = strings.TrimRight(strings.TrimSuffix(name, file), "-_")
	}
	return strings.HasPrefix(option, "-") && strings.HasSuffix(name, "key")
}

// isKey reports whether a file is the private key of a machine or user, by its name.
func isKey(p string) bool {
	switch path.Ext(p) {
	case ".key", ".pem", ".p12", ".pfx":
		return true
	}
	return strings.HasPrefix(path.Base(p), "id_") && path.Base(path.Dir(p)) == ".ssh"
}

// keyValues records reads of the files that a text of the form KEY=VALUE KEY=VALUE
// names: arguments of a module, where a command might stand.
func (c *call) keyValues(t value.Text) {
	words := quotedWords(string(t))
	for _, w := range words {
		if i := strings.IndexByte(string(w), '='); i <= 0 || !isName(string(w[:i])) {
			return
		}
	}
	c.it.unknownOperands(append([]value.Text{""}, words...))
}

// candidates are the file names that a word may carry.
func candidates(w value.Text) []value.Text {
	s := string(w)
	out := []value.Text{w}
	if strings.HasPrefix(s, "-") {
		out = nil
		if len(s) > 2 && s[1] != '-' {
			out = append(out, value.Text(s[2:]))
		}
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '=', '@', ':', ',', '<', '!', '|':
			if i+1 < len(s) {
				out = append(out, value.Text(s[i+1:]))
			}
			if i > 0 && s[0] != '-' {
				out = append(out, value.Text(s[:i]))
			}
		}
		if len(out) > 16 {
			return out
		}
	}
	pieces := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("=@:,<!|", r) })
	for _, p := range pieces[min(len(pieces), 1):] { // those between two of these
		out = append(out, value.Text(p))
	}
	return out
}
