package invoke

import (
	"fmt"
	"path"
	"strings"
)

// family is a grammar of options.
type family uint8

const (
	bash  family = iota // one word at a time, long options first
	anySh               // sh of unknown make: bash's grammar where all agree
	dash                // dash, busybox sh: no long options but busybox's
	zsh                 // long and attached option names, --emulate
	ksh                 // ksh93, mksh: attached option names
)

// scan reads one shell's arguments.
type scan struct {
	inv      Invocation
	family   family
	args     []string // after argv[0]
	at       int      // the next argument to read
	command  bool     // -c was given
	stdin    bool     // -s was given
	emulate  bool     // zsh stands in for another shell
	optBreak bool     // zsh -b was given
	query    bool     // --version or --help was given
}

func parseShell(argv []string, name string, login bool, opt Options) (Invocation, error) {
	s := scan{family: familyOf(name, opt), args: argv[1:]}
	s.inv = Invocation{Name: name, Arg0: argv[0], Argv: argv, Login: login, TextIndex: -1}
	s.inv.Posix = name == "sh" && s.family <= anySh
	s.emulate = s.family == zsh && name != "zsh"
	if err := s.options(); err != nil {
		return Invocation{}, err
	}
	if err := s.operands(opt); err != nil {
		return Invocation{}, err
	}
	return s.inv, nil
}

// familyOf returns the grammar of the program behind name.
func familyOf(name string, opt Options) family {
	real := name
	if opt.Real != nil {
		if r := opt.Real(name); r != "" {
			real = strings.TrimSuffix(path.Base(r), "-static")
		}
	}
	switch {
	case real == "bash" || strings.HasPrefix(real, "bash-"):
		return bash
	case real == "dash" || real == "ash" || real == "busybox":
		return dash
	case real == "zsh" || strings.HasPrefix(real, "zsh-"):
		return zsh
	case strings.HasPrefix(real, "ksh") || strings.HasPrefix(real, "mksh"):
		return ksh
	}
	switch name {
	case "bash":
		return bash
	case "dash":
		return dash
	case "zsh":
		return zsh
	case "ksh", "mksh":
		return ksh
	}
	return anySh
}

// options reads up to the first operand.
func (s *scan) options() error {
	if s.family <= anySh {
		if err := s.bashLong(); err != nil || s.query {
			return err
		}
	}
	for s.at < len(s.args) && !s.optBreak && !s.query {
		arg := s.args[s.at]
		if arg == "" || arg[0] != '-' && arg[0] != '+' {
			return nil
		}
		s.at++
		if s.ends(arg) {
			return nil
		}
		if s.family == anySh && arg == "+" {
			return s.unsupported("%s", arg)
		}
		var err error
		if strings.HasPrefix(arg[1:], "-") {
			err = s.long(arg)
		} else {
			err = s.cluster(arg)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ends reports whether arg ends the options.
func (s *scan) ends(arg string) bool {
	switch arg {
	case "-", "--":
		return true
	case "+":
		return s.family == zsh || s.family == ksh
	case "+-":
		return s.family == zsh
	}
	return false
}

// cluster reads the letters of one argument such as -exo.
func (s *scan) cluster(arg string) error {
	on := arg[0] == '-'
	for i := 1; i < len(arg); i++ {
		c := arg[i]
		switch {
		case c == 'o':
			if attached := arg[i+1:]; attached != "" {
				switch s.family {
				case zsh, ksh:
					return s.named(attached, on)
				case anySh:
					return s.unsupported("%s: -o before other letters", arg)
				}
			}
			if err := s.nextNamed(arg, on); err != nil {
				return err
			}
		case c == 'O' && s.family <= anySh:
			if s.at < len(s.args) {
				s.inv.Shopt = append(s.inv.Shopt, OptionSetting{s.args[s.at], on})
				s.at++
			}
		case s.family == zsh && strings.IndexByte(" \t\n\v\f\r", c) >= 0:
			if strings.Trim(arg[i:], " \t\n\v\f\r") != "" {
				return s.usage("bad option string: '%s'", arg)
			}
			return nil
		default:
			if err := s.letter(c, on, arg); err != nil {
				return err
			}
		}
	}
	return nil
}

// nextNamed reads the name that -o in arg takes from the next argument.
func (s *scan) nextNamed(arg string, on bool) error {
	if s.at == len(s.args) {
		switch {
		case s.family == zsh:
			return s.usage("string expected after %s", arg)
		case s.family == ksh && s.inv.Name == "mksh":
			return s.usage("-o: requires an argument")
		}
		return nil // lists the options
	}
	name := s.args[s.at]
	if (s.family == ksh || s.family == anySh) && name != "" && (name[0] == '-' || name[0] == '+') {
		return s.unsupported("-o %s", name)
	}
	s.at++
	return s.named(name, on)
}

// operands sets what the call runs, from the options read and the operands.
func (s *scan) operands(opt Options) error {
	rest := s.args[s.at:]
	inv := &s.inv
	switch {
	case s.query:
		inv.Kind = Query
		return nil
	case s.command && s.stdin && s.family != bash && s.family != zsh:
		return s.unsupported("-c with -s: some shells also run standard input")
	case s.command && len(rest) == 0:
		return s.noText()
	case s.command:
		inv.Kind, inv.Text, inv.TextIndex = CommandText, rest[0], s.at+1
		rest = rest[1:]
		if len(rest) > 0 && !(s.stdin && s.family == zsh) {
			inv.Arg0, rest = rest[0], rest[1:]
		}
	case s.stdin || len(rest) == 0:
		inv.Kind = Stdin
		if inv.Interactive || opt.StdinTTY {
			inv.Kind = Interactive
		}
	case (s.family == ksh || s.family == anySh) && !opt.exists(rest[0]):
		return s.unsupported("no file %q: ksh93 runs such an operand as a command", rest[0])
	default:
		inv.Kind, inv.Script, inv.Arg0 = ScriptFile, rest[0], rest[0]
		rest = rest[1:]
	}
	inv.Args = rest
	inv.NoExec = inv.NoExec && !inv.Interactive && inv.Kind != Interactive
	return nil
}

// noText is the error of -c without a text.
func (s *scan) noText() error {
	switch s.family {
	case zsh:
		return s.usage("string expected after -c")
	case dash:
		return s.usage("0: -c requires an argument")
	case ksh:
		return s.usage("-c requires argument")
	}
	return s.usage("-c: option requires an argument")
}

func (s *scan) usage(format string, args ...any) error {
	if s.family == anySh { // some sh may well accept it
		return s.unsupported(format, args...)
	}
	e := &UsageError{Message: s.inv.Argv[0] + ": " + fmt.Sprintf(format, args...), Status: 2}
	if s.family == zsh || s.inv.Name == "mksh" {
		e.Status = 1
	}
	return e
}

func (s *scan) unsupported(format string, args ...any) error {
	return fmt.Errorf("read arguments of %s: %s: %w", s.inv.Name, fmt.Sprintf(format, args...), ErrUnsupported)
}
