package invoke

import "strings"

// isBashLong reports whether name is a long option of bash, without its dashes.
func isBashLong(name string) bool {
	switch name {
	case "debug", "debugger", "dump-po-strings", "dump-strings", "help", "init-file", "login",
		"noediting", "noprofile", "norc", "posix", "pretty-print", "rcfile", "restricted",
		"verbose", "version":
		return true
	}
	return false
}

// bashLong reads bash's long options, which stand before all others and may be
// written with a single dash.
func (s *scan) bashLong() error {
	for s.at < len(s.args) && strings.HasPrefix(s.args[s.at], "-") {
		arg := s.args[s.at]
		name := strings.TrimPrefix(arg[1:], "-")
		switch {
		case arg == "-" || arg == "--":
			return nil
		case !isBashLong(name):
			if strings.HasPrefix(arg, "--") {
				return s.usage("%s: invalid option", arg)
			}
			return nil
		case s.family == anySh && !anyShLong(arg):
			return s.unsupported("%s", arg)
		}
		s.at++
		switch name {
		case "help", "version":
			s.query = true
		case "rcfile", "init-file":
			if s.at == len(s.args) {
				return s.usage("%s: option requires an argument", name)
			}
			if name == "rcfile" {
				s.inv.RCFile = s.args[s.at]
			} else {
				s.inv.InitFile = s.args[s.at]
			}
			s.at++
		case "dump-strings", "dump-po-strings":
			s.inv.NoExec = s.family == bash
		case "norc":
			s.inv.NoRC = true
		case "noprofile":
			s.inv.NoProfile = true
		case "login", "posix", "restricted", "verbose":
			s.set(name, true)
		}
	}
	return nil
}

// anyShLong reports whether no sh takes more, or less, than this one argument
// for arg: busybox passes over long options that it does not know.
func anyShLong(arg string) bool {
	switch arg {
	case "--help", "--version", "--rcfile", "--init-file":
		return false
	}
	return strings.HasPrefix(arg, "--")
}

// long reads an argument of two dashes that stands among the short options.
func (s *scan) long(arg string) error {
	name := arg[2:]
	switch s.family {
	case dash:
		if s.busyboxLong(name) {
			return nil
		}
		return s.usage("0: Illegal option --")
	case zsh:
		return s.zshLong(name, arg[0] == '-')
	case ksh:
		switch {
		case arg[0] == '+':
		case name == "version" || name == "help" || name == "man":
			s.query = true
			return nil
		case isKshLong(strings.TrimPrefix(name, "no")):
			s.set(name, true)
			return nil
		}
		return s.unsupported("%s", arg)
	}
	return s.usage("--: invalid option")
}

// busyboxLong reads the one long option that busybox's sh knows; dash refuses it itself.
func (s *scan) busyboxLong(name string) bool {
	if name != "login" {
		return false
	}
	s.set("login", true)
	return true
}

func (s *scan) zshLong(name string, on bool) error {
	switch {
	case name == "version" || name == "help":
		s.query = true
		return nil
	case name == "emulate" && s.at > 1:
		return s.usage("--emulate: must precede other options")
	case name == "emulate" && s.at == len(s.args):
		return s.usage("--emulate: argument required")
	case name == "emulate":
		s.emulate = true
		s.inv.Posix = s.args[s.at] == "sh"
		s.at++
		return nil
	}
	return s.named(strings.ReplaceAll(name, "-", "_"), on)
}

// isKshLong reports whether ksh93 has the option as --NAME.
func isKshLong(name string) bool {
	switch name {
	case "allexport", "bgnice", "braceexpand", "clobber", "emacs", "errexit", "exec", "glob",
		"globstar", "gmacs", "ignoreeof", "interactive", "keyword", "letoctal", "log",
		"login_shell", "markdirs", "monitor", "multiline", "notify", "pipefail", "posix",
		"privileged", "rc", "restricted", "trackall", "unset", "verbose", "vi", "viraw", "xtrace":
		return true
	}
	return false
}

// named reads the name of an option as -o gives it.
func (s *scan) named(name string, on bool) error {
	if s.family == zsh { // case, underscores and a leading "no" are spelling
		name = strings.ToLower(strings.ReplaceAll(name, "_", ""))
		switch {
		case name == "exec" || name == "rcs":
			name, on = "no"+name, !on
		case strings.HasPrefix(name, "no") && !zshNegative(name):
			name, on = name[2:], !on
		}
	}
	if s.family == bash && letterOnly(name) {
		return s.usage("%s: invalid option name", name)
	}
	s.set(name, on)
	return nil
}

// letterOnly reports whether name is one that set takes for a letter or a long
// option, but that bash does not know as the name of an option.
func letterOnly(name string) bool {
	switch name {
	case "interactive", "login", "login_shell", "norcs", "restricted", "shinstdin", "stdin":
		return true
	}
	return false
}

// zshNegative reports whether the leading "no" belongs to the name used here.
func zshNegative(name string) bool {
	switch name {
	case "noexec", "norcs", "noglob", "noclobber", "nounset", "notify", "nomatch":
		return true
	}
	return false
}

// letter reads one option letter of arg.
func (s *scan) letter(c byte, on bool, arg string) error {
	switch {
	case c == 'c':
		if !on && (s.family == ksh || s.family == anySh) {
			return s.unsupported("%s", arg)
		}
		s.command = true
	case c == 'T' && (s.family == ksh || s.family == anySh): // takes a value in mksh
		return s.unsupported("%s", arg)
	case !on && (c == 's' && s.family == dash || (c == 's' || c == 'l') && s.family == anySh):
		return s.unsupported("%s", arg) // off in dash, on in busybox and bash
	case c == 'l' && s.family != zsh:
		s.set("login", s.family <= dash || on)
	case c == 's' && s.family <= anySh:
		s.stdin = true // +s too
	case c == 'D' && s.family == bash:
		s.inv.NoExec = true
	case c == 'b' && s.family == zsh:
		if s.emulate {
			return s.unsupported("-b with --emulate")
		}
		s.optBreak = true
	case strings.IndexByte(s.letters(), c) < 0:
		return s.badLetter(c, arg)
	default:
		s.set(s.letterName(c), on)
	}
	return nil
}

// letters returns the letters, other than c and o, that the shell knows as
// options without a value.
func (s *scan) letters() string {
	switch s.family {
	case bash:
		return "ilrsDabefhkmnptuvxBCEHPT"
	case anySh:
		return "ilrsDabefhkmnptuvxBCEHPIV"
	case dash:
		return "ilsabefmnpuvxCEIV"
	case ksh:
		return "silrDEabefhkmnptuvxBCGHUX"
	}
	return "0123456789abdefghijklmnpqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
}

func (s *scan) badLetter(c byte, arg string) error {
	switch s.family {
	case zsh:
		return s.usage("bad option: %c%c", arg[0], c)
	case dash:
		return s.usage("0: Illegal option -%c", c)
	case ksh:
		return s.usage("-%c: unknown option", c)
	}
	return s.usage("%c%c: invalid option", arg[0], c)
}

// letterName returns the long name of a letter, or the flag itself.
func (s *scan) letterName(c byte) string {
	switch c {
	case 'a':
		return "allexport"
	case 'e':
		return "errexit"
	case 'i':
		return "interactive"
	case 'l':
		return "login"
	case 'm':
		return "monitor"
	case 'n':
		return "noexec"
	case 'p':
		return "privileged"
	case 'r':
		return "restricted"
	case 's':
		return "stdin"
	case 'u':
		return "nounset"
	case 'v':
		return "verbose"
	case 'x':
		return "xtrace"
	}
	if s.family == zsh {
		if c == 'f' {
			return "norcs"
		}
		return "-" + string(c)
	}
	return letterNameSh(c, s.family)
}

// letterNameSh names the letters that zsh uses for something else.
func letterNameSh(c byte, f family) string {
	switch {
	case c == 'b':
		return "notify"
	case c == 'f':
		return "noglob"
	case c == 'C':
		return "noclobber"
	case f == dash && c == 'E':
		return "emacs"
	case f == dash && c == 'I':
		return "ignoreeof"
	case f == dash && c == 'V':
		return "vi"
	case c == 'h':
		return "hashall"
	case c == 'k':
		return "keyword"
	case f == bash && c == 't':
		return "onecmd"
	case f == bash && c == 'B':
		return "braceexpand"
	case f == bash && c == 'E':
		return "errtrace"
	case f == bash && c == 'H':
		return "histexpand"
	case f == bash && c == 'P':
		return "physical"
	case f == bash && c == 'T':
		return "functrace"
	}
	return "-" + string(c)
}

// set notes one option and what it means for the call.
func (s *scan) set(name string, on bool) {
	s.inv.Set = append(s.inv.Set, OptionSetting{name, on})
	switch name {
	case "interactive":
		s.inv.Interactive = on
	case "login", "login_shell":
		s.inv.Login = on
	case "noexec":
		s.inv.NoExec = on && (s.family == bash || s.family == zsh)
	case "norcs":
		s.inv.NoRC, s.inv.NoProfile = on, on
	case "posix":
		s.inv.Posix = on
	case "privileged":
		s.inv.Privileged = on
	case "restricted":
		s.inv.Restricted = s.inv.Restricted || on
	case "stdin", "shinstdin":
		s.stdin = on
	}
}
