package inline

import (
	"strings"

	"guard/rules/value"
)

// sedScript walks the commands of a sed script.
type sedScript struct {
	rec *recorder
	s   string
	i   int
	end int // the last closing square bracket
}

// runSed reports the files that a sed script reads and writes, and what it
// executes.
func runSed(r *recorder, src string) {
	s := &sedScript{rec: r, s: src, end: strings.LastIndexByte(src, ']')}
	for s.i < len(s.s) && r.step() {
		if !s.command() {
			r.fail("sed script not understood")
			return
		}
	}
}

func (s *sedScript) peek() byte {
	if s.i < len(s.s) {
		return s.s[s.i]
	}
	return 0
}

func (s *sedScript) blanks() {
	for s.i < len(s.s) && (s.s[s.i] == ' ' || s.s[s.i] == '\t') {
		s.i++
	}
}

// rest returns the text up to the end of the line and moves past it.
func (s *sedScript) rest() string {
	s.blanks()
	from := s.i
	if n := strings.IndexByte(s.s[s.i:], '\n'); n >= 0 {
		s.i += n
	} else {
		s.i = len(s.s)
	}
	return s.s[from:s.i]
}

func (s *sedScript) emit(kind Kind, arg string, from int) {
	if arg == "/dev/stdout" || arg == "/dev/stderr" || arg == "/dev/stdin" {
		return
	}
	e := Effect{Kind: kind, Arg: plain(arg, kind != Shell), From: from, To: s.i}
	if kind == Shell && arg == "" { // e alone runs the line that was read
		e.Arg, e.Opaque, e.Why = value.Any, true, "runs its input"
	}
	s.rec.add(e)
}

// command reads one command with its addresses.
func (s *sedScript) command() bool {
	for s.i < len(s.s) && strings.IndexByte(" \t\n;{}\r", s.s[s.i]) >= 0 {
		s.i++
	}
	if s.i >= len(s.s) {
		return true
	}
	if !s.addresses() {
		return false
	}
	from := s.i
	c := s.peek()
	s.i++
	switch c {
	case '#':
		s.rest()
	case 'r', 'R':
		s.emit(Read, s.rest(), from)
	case 'w', 'W':
		s.emit(Write, s.rest(), from)
	case 'e':
		s.emit(Shell, s.rest(), from)
	case 's':
		return s.substitute(from)
	case 'y':
		return s.upTo() && s.delimitedRest()
	case 'a', 'i', 'c':
		for { // text, and lines that a backslash continues
			line := s.rest()
			if !strings.HasSuffix(line, `\`) || s.i >= len(s.s) {
				return true
			}
			s.i++
		}
	case ':', 'b', 't', 'T', 'v':
		for s.i < len(s.s) && s.s[s.i] != '\n' && s.s[s.i] != ';' && s.s[s.i] != '}' {
			s.i++
		}
	case 'd', 'D', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x', 'z', '=', 'F', '{', '}', 0:
	case 'l', 'L', 'q', 'Q':
		s.blanks()
		for s.i < len(s.s) && isDigit(s.s[s.i]) {
			s.i++
		}
	default:
		return false
	}
	return true
}

// addresses passes over the addresses of a command.
func (s *sedScript) addresses() bool {
	for {
		s.blanks()
		switch c := s.peek(); {
		case isDigit(c), c == '$', c == '~', c == '+', c == ',', c == '!':
			s.i++
		case c == '/':
			if !s.upTo() {
				return false
			}
		case c == '\\':
			s.i++
			if !s.upTo() {
				return false
			}
		case c == 'I' || c == 'M':
			if s.i == 0 || s.s[s.i-1] != '/' {
				return true
			}
			s.i++
		default:
			return true
		}
	}
}

// upTo reads a delimiter and the text up to its next unescaped occurrence
// outside a bracket expression.
func (s *sedScript) upTo() bool {
	if s.i >= len(s.s) {
		return false
	}
	d := s.s[s.i]
	class := false
	for s.i++; s.i < len(s.s); s.i++ {
		switch c := s.s[s.i]; {
		case c == '\\':
			s.i++
		case c == d && !class:
			s.i++
			return true
		case c == '[' && d != '[':
			class = s.i < s.end
		case c == ']':
			class = false
		}
	}
	return false
}

// delimitedRest reads the second part of y or s and its delimiter.
func (s *sedScript) delimitedRest() bool {
	s.i--
	return s.upTo()
}

// substitute reads s/pattern/replacement/flags.
func (s *sedScript) substitute(from int) bool {
	if !s.upTo() || !s.delimitedRest() {
		return false
	}
	for s.i < len(s.s) {
		switch c := s.s[s.i]; c {
		case 'g', 'p', 'i', 'I', 'm', 'M', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			s.i++
		case 'e':
			s.i++
			s.emit(Shell, s.replacement(from), from)
		case 'w':
			s.i++
			s.emit(Write, s.rest(), from)
			return true
		default:
			return true
		}
	}
	return true
}

// replacement returns the replacement of the substitution at from, which
// flag e runs, with the parts that the input decides unknown.
func (s *sedScript) replacement(from int) string {
	text := s.s[from+1 : s.i]
	parts := strings.Split(text, text[:1])
	if len(parts) != 4 || strings.ContainsAny(parts[2], `\&`) {
		return string(value.Any)
	}
	return string(value.Any) + parts[2] + string(value.Any)
}
