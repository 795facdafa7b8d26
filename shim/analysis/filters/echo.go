package filters

import "strings"

// echo is /bin/echo.
func echo(c *call) bool {
	if len(c.args) == 1 && strings.HasPrefix(c.args[0], "--") && len(c.args[0]) > 2 {
		return false // --help, --version
	}
	out, ok := echoText(c.args, false, escapeEcho)
	return ok && c.write(out...)
}

// EchoBuiltin computes what the echo of bash prints, or that of dash when dash is set. xpgEcho is bash's option of
// that name: escapes are read without -e. ok is false when versions of the shell disagree.
func EchoBuiltin(args []string, xpgEcho, dash bool) (out []byte, ok bool) {
	if !dash {
		return echoText(args, xpgEcho, escapeBashEcho)
	}
	newline := true
	if len(args) > 0 && args[0] == "-n" {
		newline, args = false, args[1:]
	}
	return echoWords(args, newline, true, escapeDash)
}

// echoText reads echo's options: words of n, e and E only.
func echoText(args []string, expand bool, k escapeKind) ([]byte, bool) {
	newline := true
	for len(args) > 0 {
		letters, found := strings.CutPrefix(args[0], "-")
		if !found || letters == "" || strings.Trim(letters, "neE") != "" {
			break
		}
		for i := 0; i < len(letters); i++ {
			switch letters[i] {
			case 'n':
				newline = false
			case 'e':
				expand = true
			case 'E':
				expand = false
			}
		}
		args = args[1:]
	}
	return echoWords(args, newline, expand, k)
}

func echoWords(args []string, newline, expand bool, k escapeKind) ([]byte, bool) {
	var out []byte
	for i, a := range args {
		if i > 0 {
			out = append(out, ' ')
		}
		if !expand {
			out = append(out, a...)
			continue
		}
		text, stop, ok := escapes(a, k)
		if !ok {
			return nil, false
		}
		out = append(out, text...)
		if stop {
			return out, true
		}
	}
	if newline {
		out = append(out, '\n')
	}
	return out, true
}
