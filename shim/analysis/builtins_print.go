package analysis

import (
	"bytes"
	"strings"

	"guard/rules/value"
	"guard/shim/analysis/dialect"
	"guard/shim/analysis/filters"
)

// echo writes what the shell's own echo prints.
func (it *interp) echo(args []value.Text) {
	known := true
	for _, a := range args {
		known = known && a.Known()
	}
	dash := it.shell == dialect.Dash
	if known {
		if out, ok := filters.EchoBuiltin(strs(args), it.st.shopt["xpg_echo"], dash); ok {
			it.stdout.write(value.Known(string(out)))
			return
		}
	}
	newline, raw := true, true
	for len(args) > 0 && !dash {
		s := string(args[0])
		if len(s) < 2 || s[0] != '-' || strings.Trim(s[1:], "neE") != "" {
			break
		}
		newline = newline && !strings.Contains(s, "n")
		raw = raw && !strings.Contains(s, "e")
		args = args[1:]
	}
	t := value.Text(strings.Join(strs(args), " "))
	if !raw && strings.Contains(string(t), "\\") {
		t = value.Any
	}
	if newline {
		t += "\n"
	}
	it.stdout.write(t)
}

func (it *interp) printf(args []value.Text) result {
	dest := ""
	if len(args) > 1 && args[0] == "-v" {
		dest, args = string(args[1]), args[2:]
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	out := it.formatted(args)
	if dest != "" && isName(dest) {
		it.set(dest, out)
		return success
	}
	if name, idx, ok := strings.Cut(dest, "["); ok && isName(name) {
		if x := it.parseArith(strings.TrimSuffix(idx, "]")); x != nil {
			it.setElem(name, x, out, false)
		}
		return success
	}
	if raw, ok := it.rawFormat(args); ok {
		it.stdout.writeBytes(raw)
	} else {
		it.stdout.write(out)
	}
	return success
}

// rawFormat is the output of printf, when it holds NUL.
func (it *interp) rawFormat(args []value.Text) ([]byte, bool) {
	for _, a := range args {
		if !a.Known() {
			return nil, false
		}
	}
	if len(args) == 0 || !strings.Contains(string(args[0]), "\\") || it.shell == dialect.Dash {
		return nil, false
	}
	raw, _, ok := filters.Printf(strs(args), filters.Bash, filters.Limits{})
	return raw, ok && bytes.IndexByte(raw, 0) >= 0
}

// formatted is the output of printf.
func (it *interp) formatted(args []value.Text) value.Text {
	if len(args) == 0 {
		return ""
	}
	known := true
	for _, a := range args {
		known = known && a.Known()
	}
	if known {
		fl := filters.Bash
		if it.shell == dialect.Dash {
			fl = filters.Dash
		}
		if out, _, ok := filters.Printf(strs(args), fl, filters.Limits{}); ok {
			return value.Known(string(out))
		}
		return value.Any
	}
	return formatUnknown(args[0], args[1:])
}

// formatUnknown formats %s and %b of unknown arguments; anything else is unknown.
func formatUnknown(format value.Text, args []value.Text) value.Text {
	if !format.Known() {
		return value.Any
	}
	var b strings.Builder
	f := ansiC(string(format))
	for round := 0; round == 0 || len(args) > 0; round++ {
		used := false
		for i := 0; i < len(f); i++ {
			if f[i] != '%' || i+1 == len(f) {
				b.WriteByte(f[i])
				continue
			}
			i++
			switch f[i] {
			case '%':
				b.WriteByte('%')
			case 's', 'b':
				used = true
				if len(args) > 0 {
					b.WriteString(string(args[0]))
					args = args[1:]
				}
			case 'd', 'i', 'u':
				used = true
				b.WriteString(string(value.Digits))
				if len(args) > 0 {
					args = args[1:]
				}
			default:
				return value.Any
			}
		}
		if !used || round > maxWords {
			break
		}
	}
	return value.Text(b.String())
}
