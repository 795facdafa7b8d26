package filters

import (
	"fmt"
	"strings"
	"time"
)

// date formats a fixed moment (-d @SECONDS), or the given one, in universal time.
func date(c *call) bool {
	opts, operands, ok := c.options("ud:I", "utc=u universal=u date=d iso-8601=I")
	if !ok || len(operands) > 1 {
		return false
	}
	now, utc, format := c.env.Now, false, ""
	for _, o := range opts {
		switch o.letter {
		case 'u':
			utc = true
		case 'I':
			format = "%F"
		case 'd':
			seconds, found := strings.CutPrefix(o.value, "@")
			n, ok := integer(seconds)
			if !found || !ok || n < 0 || n > 1<<37 {
				return false
			}
			now = time.Unix(n, 0)
		}
	}
	if len(operands) == 1 {
		var found bool
		if format, found = strings.CutPrefix(operands[0], "+"); !found || len(opts) > 0 && opts[len(opts)-1].letter == 'I' {
			return false
		}
	} else if format == "" {
		return false // the form without a format depends on the locale
	}
	if now.IsZero() || !utc && format != "%s" {
		return false
	}
	out, ok := strftime(format, now.UTC())
	return ok && c.print(out+"\n")
}

// strftime knows the conversions that no locale changes.
func strftime(format string, t time.Time) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		if i++; i >= len(format) {
			return "", false
		}
		s, ok := timePart(format[i], t)
		if !ok {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String(), true
}

func timePart(letter byte, t time.Time) (string, bool) {
	layout := ""
	switch letter {
	case 'Y':
		layout = "2006"
	case 'm':
		layout = "01"
	case 'd':
		layout = "02"
	case 'H':
		layout = "15"
	case 'I':
		layout = "03"
	case 'M':
		layout = "04"
	case 'S':
		layout = "05"
	case 'y':
		layout = "06"
	case 'F':
		layout = "2006-01-02"
	case 'T':
		layout = "15:04:05"
	case 'R':
		layout = "15:04"
	case 'D':
		layout = "01/02/06"
	case 'e':
		layout = "_2"
	case 'j':
		return fmt.Sprintf("%03d", t.YearDay()), true
	case 'u':
		return fmt.Sprint((int(t.Weekday())+6)%7 + 1), true
	case 'w':
		return fmt.Sprint(int(t.Weekday())), true
	case 's':
		return fmt.Sprint(t.Unix()), true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	case '%':
		return "%", true
	case 'Z':
		return "UTC", true
	case 'z':
		return "+0000", true
	default:
		return "", false
	}
	return t.Format(layout), true
}
