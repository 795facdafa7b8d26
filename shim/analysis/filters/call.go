package filters

import (
	"bytes"
	"strconv"
	"strings"
)

// A call is one run of one program: what it was given, what it has written, and what is left of its limits.
type call struct {
	name    string
	args    []string // without the program's name
	stdin   []byte
	drained bool // standard input was read to its end
	env     Env

	out    []byte
	status int
	steps  int  // left
	over   bool // a limit was passed: the call has no answer
}

func newCall(name string, args []string, stdin []byte, env Env) *call {
	c := &call{name: name, args: args, stdin: stdin, env: env, steps: env.Steps}
	if c.steps <= 0 {
		c.steps = defaultSteps
	}
	return c
}

// limit is the largest size of anything, in bytes.
func (c *call) limit() int {
	if c.env.Bytes > 0 {
		return c.env.Bytes
	}
	return defaultBytes
}

// step spends n units of work and reports whether there were that many.
func (c *call) step(n int) bool {
	if n < 0 || n > c.steps {
		c.over = true
		return false
	}
	c.steps -= n
	return !c.over
}

// fits reports whether n more bytes can still be written.
func (c *call) fits(n int) bool {
	if n < 0 || len(c.out)+n > c.limit() {
		c.over = true
	}
	return !c.over
}

// write appends to the output, and reports false past the limit.
func (c *call) write(b ...byte) bool {
	if c.fits(len(b)) {
		c.out = append(c.out, b...)
	}
	return !c.over
}

// print is write for strings.
func (c *call) print(s string) bool {
	if c.fits(len(s)) {
		c.out = append(c.out, s...)
	}
	return !c.over
}

// An input is one file that a program reads.
type input struct {
	name string // as given, "-" for standard input
	data []byte
}

// inputs reads the operands, or standard input when there are none.
func (c *call) inputs(operands []string) ([]input, bool) {
	if len(operands) == 0 {
		operands = []string{"-"}
	}
	files := make([]input, 0, len(operands))
	total := 0
	for _, name := range operands {
		data, ok := c.readFile(name)
		total += len(data)
		if !ok || total > c.limit() {
			return nil, false
		}
		files = append(files, input{name, data})
	}
	return files, true
}

// readFile reads one operand. Reading standard input again by another name would depend on what it is: unknown.
func (c *call) readFile(name string) ([]byte, bool) {
	switch name {
	case "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0":
		if c.drained {
			return nil, false
		}
		c.drained = true
		return c.stdin, true
	case "-":
		if c.drained {
			return nil, true
		}
		c.drained = true
		return c.stdin, true
	case "/dev/null":
		return nil, true
	}
	if c.env.ReadFile == nil || name == "" {
		return nil, false
	}
	data, ok := c.env.ReadFile(name)
	return data, ok && len(data) <= c.limit()
}

// input reads all operands as one stream.
func (c *call) input(operands []string) ([]byte, bool) {
	files, ok := c.inputs(operands)
	if !ok {
		return nil, false
	}
	if len(files) == 1 {
		return files[0].data, true
	}
	var all []byte
	for _, f := range files {
		all = append(all, f.data...)
	}
	return all, true
}

// one reads at most one operand.
func (c *call) one(operands []string) ([]byte, bool) {
	if len(operands) > 1 {
		return nil, false
	}
	return c.input(operands)
}

// An option is one option of a command line, by its letter.
type option struct {
	letter byte
	value  string
}

// options splits the arguments as GNU getopt does. short lists the letters, each followed by ":" when it takes a
// value; a leading "+" ends the options at the first operand. long lists "name=letter", names unabbreviated; the
// letter there may be one that short gives after a "|", where it is no short option. Anything else is not ok.
func (c *call) options(short, long string) (opts []option, operands []string, ok bool) {
	short, stop := strings.CutPrefix(short, "+")
	letters, hidden, _ := strings.Cut(short, "|")
	for i := 0; i < len(c.args); i++ {
		a := c.args[i]
		if a == "--" {
			return opts, append(operands, c.args[i+1:]...), true
		}
		if len(a) < 2 || a[0] != '-' {
			if stop {
				return opts, append(operands, c.args[i:]...), true
			}
			operands = append(operands, a)
			continue
		}
		if a[1] == '-' {
			name, value, given := strings.Cut(a[2:], "=")
			letter := longLetter(long, name)
			takes := takesValue(letters, letter) || takesValue(hidden, letter)
			if letter == 0 || (given && !takes) {
				return nil, nil, false
			}
			if takes && !given {
				if i++; i >= len(c.args) {
					return nil, nil, false
				}
				value = c.args[i]
			}
			opts = append(opts, option{letter, value})
			continue
		}
		for j := 1; j < len(a); j++ {
			if a[j] == ':' || strings.IndexByte(letters, a[j]) < 0 {
				return nil, nil, false
			}
			if !takesValue(letters, a[j]) {
				opts = append(opts, option{a[j], ""})
				continue
			}
			value := a[j+1:]
			if value == "" {
				if i++; i >= len(c.args) {
					return nil, nil, false
				}
				value = c.args[i]
			}
			opts = append(opts, option{a[j], value})
			break
		}
	}
	return opts, operands, true
}

func longLetter(long, name string) byte {
	for _, l := range strings.Fields(long) {
		if len(l) == len(name)+2 && strings.HasPrefix(l, name) && l[len(name)] == '=' {
			return l[len(l)-1]
		}
	}
	return 0
}

func takesValue(letters string, letter byte) bool {
	i := strings.IndexByte(letters, letter)
	return i >= 0 && i+1 < len(letters) && letters[i+1] == ':'
}

// number reads a plain decimal count of at most nine digits.
func number(s string) (int, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// integer reads a decimal integer of at most 18 digits with an optional sign.
func integer(s string) (int64, bool) {
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || digits == "" || len(digits) > 18 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// splitLines cuts data into lines without their terminator; complete is false when the last one had none.
func splitLines(data []byte, terminator byte) (lines [][]byte, complete bool) {
	if len(data) == 0 {
		return nil, true
	}
	complete = data[len(data)-1] == terminator
	if complete {
		data = data[:len(data)-1]
	}
	return bytes.Split(data, []byte{terminator}), complete
}

// ascii reports whether all of s are ASCII characters other than NUL: text that every locale and version of a program
// sees alike.
func ascii[T string | []byte](s T) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == 0 || s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }
func isOctal(b byte) bool { return '0' <= b && b <= '7' }
func isLower(b byte) bool { return 'a' <= b && b <= 'z' }
func isUpper(b byte) bool { return 'A' <= b && b <= 'Z' }
func isAlpha(b byte) bool { return isLower(b) || isUpper(b) }
func isAlnum(b byte) bool { return isAlpha(b) || isDigit(b) }
func isBlank(b byte) bool { return b == ' ' || b == '\t' }
func isSpace(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' }
func isPrint(b byte) bool { return ' ' <= b && b <= '~' }

func toUpper(b byte) byte {
	if isLower(b) {
		return b - 'a' + 'A'
	}
	return b
}

func toLower(b byte) byte {
	if isUpper(b) {
		return b - 'A' + 'a'
	}
	return b
}

// hexValue returns the value of a hexadecimal digit, -1 for anything else.
func hexValue(b byte) int {
	switch {
	case isDigit(b):
		return int(b - '0')
	case 'a' <= b && b <= 'f':
		return int(b-'a') + 10
	case 'A' <= b && b <= 'F':
		return int(b-'A') + 10
	}
	return -1
}
