package filters

import (
	"bytes"
	"strconv"
	"strings"
)

// sed interprets a script without files, processes and the l command.
func sed(c *call) bool {
	opts, operands, ok := c.options("nEre:uz", "quiet=n silent=n regexp-extended=E expression=e unbuffered=u null-data=z")
	if !ok {
		return false
	}
	p := sedParser{call: c}
	var scripts []string
	e := sedRun{call: c, separator: '\n'}
	for _, o := range opts {
		switch o.letter {
		case 'n':
			e.silent = true
		case 'E', 'r':
			p.extended = true
		case 'e':
			scripts = append(scripts, o.value)
		case 'z':
			e.separator = 0
		}
	}
	if scripts == nil {
		if len(operands) == 0 {
			return false
		}
		scripts, operands = operands[:1], operands[1:]
	}
	p.src = strings.Join(scripts, "\n")
	if strings.HasPrefix(p.src, "#n\n") || p.src == "#n" {
		e.silent = true
	}
	if !ascii(p.src) || !p.parse() {
		return false
	}
	data, ok := c.input(operands)
	if !ok || !ascii(bytes.ReplaceAll(data, []byte{0}, nil)) || e.separator == '\n' && !ascii(data) {
		return false
	}
	if len(operands) > 1 && !c.terminated(operands) {
		return false
	}
	e.commands = p.commands
	e.lines, e.complete = splitLines(data, e.separator)
	return e.certain() && e.run() && !c.over
}

// certain refuses commands whose handling of a missing last newline, or of another separator, is not followed here.
func (e *sedRun) certain() bool {
	for _, k := range e.commands {
		if !e.complete && strings.IndexByte("xghGHq", k.name) >= 0 || e.separator == 0 && strings.IndexByte("PDNGH", k.name) >= 0 {
			return false
		}
	}
	return true
}

// terminated reports whether every file ends in a newline: sed adds the ones that are missing between files.
func (c *call) terminated(operands []string) bool {
	c.drained = false
	files, ok := c.inputs(operands)
	for _, f := range files {
		if len(f.data) > 0 && f.data[len(f.data)-1] != '\n' {
			return false
		}
	}
	return ok
}

// A sedCommand is one command with its addresses.
type sedCommand struct {
	first, second *sedAddress
	negate        bool
	name          byte
	text          []byte    // a, i, c
	label         string    // :, b, t, T
	target        int       // where b, t, T and a "{" that is passed over go
	substitute    *sedSubst // s
	table         [256]byte // y
	status        int       // q, Q
}

// A sedAddress selects lines.
type sedAddress struct {
	kind    byte // 'n' number, '$', '/' expression, '~' first~step, '+' a count of lines as second
	n, step int
	pattern *pattern // nil: the last one used
}

// A sedSubst is an s command.
type sedSubst struct {
	pattern *pattern // nil: the last one used
	parts   []sedPart
	all     bool
	print   bool
	nth     int
}

// A sedPart is a piece of a replacement: text, what a group matched, or a change of case.
type sedPart struct {
	text  string
	group int // -1: text
	fold  byte
}

// A sedRun is the state of one run.
type sedRun struct {
	*call
	commands  []sedCommand
	silent    bool
	separator byte
	lines     [][]byte
	complete  bool // the last line is terminated
	at        int  // lines read
	pattern   []byte
	hold      []byte
	queue     [][]byte // what a left for the end of the cycle
	changed   bool     // s succeeded since the last line or t
	missing   bool     // the last line written lacks its end
	last      *pattern
	state     []sedState
}

// A sedState is where a range is.
type sedState struct {
	active  bool
	started bool // it was active
	end     int
}

func (e *sedRun) run() bool {
	e.state = make([]sedState, len(e.commands))
	for i, k := range e.commands {
		zero := k.first != nil && k.first.kind == 'n' && k.first.n == 0
		e.state[i] = sedState{active: zero, started: zero}
	}
	restart := false
	for restart || e.at < len(e.lines) {
		if !restart {
			e.read()
		}
		restart = false
		next, ok := e.cycle()
		if !ok || !e.step(1+len(e.pattern)/16) {
			return false
		}
		if (next == sedEnd || next == sedQuit) && !e.silent {
			e.output(e.pattern)
		}
		if next == sedExit {
			return true
		}
		e.flush()
		if next == sedQuit {
			return true
		}
		restart = next == sedAgain
	}
	return true
}

// read takes the next line into the pattern space.
func (e *sedRun) read() {
	e.pattern = append(e.pattern[:0], e.lines[e.at]...)
	e.at++
	e.changed = false
}

// output writes a line, terminated as its input was.
func (e *sedRun) output(line []byte) {
	e.finish()
	e.write(line...)
	if e.at == len(e.lines) && !e.complete {
		e.missing = true
		return
	}
	e.write(e.separator)
}

// finish ends a line that lacks its end before more is written.
func (e *sedRun) finish() {
	if e.missing {
		e.write(e.separator)
		e.missing = false
	}
}

func (e *sedRun) flush() {
	for _, text := range e.queue {
		e.finish()
		e.write(text...)
	}
	e.queue = nil
}

// A sedNext says how a cycle ends.
type sedNext uint8

const (
	sedEnd    sedNext = iota // print and go on
	sedDelete                // go on
	sedAgain                 // go on without reading
	sedQuit                  // print and stop
	sedExit                  // stop
)

// cycle runs the commands over one pattern space.
func (e *sedRun) cycle() (sedNext, bool) {
	for i := 0; i < len(e.commands); i++ {
		k := &e.commands[i]
		selected, ok := e.selects(k, &e.state[i])
		if !ok || !e.step(1) {
			return 0, false
		}
		if selected == k.negate {
			if k.name == '{' {
				i = k.target
			}
			continue
		}
		switch k.name {
		case 'b', 't', 'T':
			taken := k.name == 'b' || e.changed == (k.name == 't')
			if k.name != 'b' {
				e.changed = false
			}
			if taken {
				i = k.target
			}
		case 'c':
			if k.second == nil || k.negate || !e.state[i].active {
				e.finish()
				e.write(k.text...)
			}
			return sedDelete, k.second == nil || !k.negate
		case 'd':
			return sedDelete, true
		case 'D':
			line := bytes.IndexByte(e.pattern, '\n')
			if line < 0 {
				return sedDelete, true
			}
			e.pattern = e.pattern[line+1:]
			return sedAgain, e.step(len(e.pattern))
		case 'n', 'N':
			if e.at == len(e.lines) {
				return sedQuit, true
			}
			e.next(k.name)
		case 'q', 'Q':
			e.status = k.status
			if k.name == 'q' {
				return sedQuit, true
			}
			return sedExit, true
		default:
			if !e.simple(k) {
				return 0, false
			}
		}
		if e.over || len(e.pattern) > e.limit() || len(e.hold) > e.limit() {
			return 0, false
		}
	}
	return sedEnd, true
}

// next is n and N, where there is another line.
func (e *sedRun) next(name byte) {
	if name == 'n' {
		if !e.silent {
			e.output(e.pattern)
		}
		e.flush()
		e.pattern = append(e.pattern[:0], e.lines[e.at]...)
		e.at++
		return
	}
	e.flush()
	e.pattern = append(append(e.pattern, e.separator), e.lines[e.at]...)
	e.at++
	e.step(len(e.pattern) / 64)
}

// simple runs a command after which the next one follows.
func (e *sedRun) simple(k *sedCommand) bool {
	switch k.name {
	case '{', '}', ':':
	case 's':
		return e.substitute(k.substitute)
	case 'y':
		for i, b := range e.pattern {
			e.pattern[i] = k.table[b]
		}
		return e.step(len(e.pattern))
	case 'p':
		e.output(e.pattern)
	case 'P':
		line, _, found := bytes.Cut(e.pattern, []byte{'\n'})
		if !found {
			e.output(e.pattern)
			break
		}
		e.finish()
		e.write(line...)
		e.write('\n')
	case '=':
		e.finish()
		e.print(strconv.Itoa(e.at) + "\n")
	case 'a':
		e.queue = append(e.queue, k.text)
		return e.step(len(k.text)) && len(e.queue) < 10000
	case 'i':
		e.finish()
		e.write(k.text...)
	case 'g':
		e.pattern = append(e.pattern[:0], e.hold...)
	case 'G':
		e.pattern = append(append(e.pattern, e.separator), e.hold...)
	case 'h':
		e.hold = append(e.hold[:0], e.pattern...)
	case 'H':
		e.hold = append(append(e.hold, e.separator), e.pattern...)
	case 'x':
		e.pattern, e.hold = e.hold, e.pattern
	case 'z':
		e.pattern = e.pattern[:0]
	default:
		return false
	}
	return e.step((len(e.pattern) + len(e.hold)) / 64)
}

// selects reports whether the addresses of a command select the current line.
func (e *sedRun) selects(k *sedCommand, s *sedState) (selected, ok bool) {
	if k.first == nil {
		return true, true
	}
	if k.second == nil {
		return e.matches(k.first)
	}
	if s.active {
		switch k.second.kind {
		case '/', '$':
			end, ok := e.matches(k.second)
			s.active = !end
			return true, ok
		}
		s.active = e.at < s.end
		return true, e.at <= s.end
	}
	start, ok := e.matches(k.first)
	if !start || !ok {
		skipped := k.first.kind == 'n' && e.at > k.first.n && !s.started
		return false, ok && !skipped
	}
	s.started = true
	switch k.second.kind {
	case 'n':
		s.end = k.second.n
	case '+':
		s.end = e.at + k.second.n
	case '$':
		s.active = e.at < len(e.lines)
		return true, true
	default:
		s.active = true
		return true, true
	}
	s.active = e.at < s.end
	return true, true
}

func (e *sedRun) matches(a *sedAddress) (matched, ok bool) {
	switch a.kind {
	case 'n':
		return e.at == a.n, true
	case '$':
		return e.at == len(e.lines), true
	case '~':
		if a.step <= 0 {
			return e.at == a.n, true
		}
		return e.at >= a.n && (e.at-a.n)%a.step == 0, true
	}
	p := e.use(a.pattern)
	return p != nil && e.match(p, e.pattern), p != nil && !e.over
}

// use returns a pattern, or the last one used for an empty one.
func (e *sedRun) use(p *pattern) *pattern {
	if p != nil {
		e.last = p
	}
	return e.last
}
