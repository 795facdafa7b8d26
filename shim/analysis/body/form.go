package body

import (
	"strings"

	"guard/rules/value"
)

// fields reads the fields of a form.
func (r *request) fields(fields []Field) {
	documents, persisted := 0, false
	for _, f := range fields {
		name, text := string(f.Name), string(f.Value)
		if len(text) > maxBody {
			r.unknown()
			continue
		}
		switch {
		case strings.Contains(name, "\x00"):
			r.open = true
			if name == string(value.Any) || name == string(value.Many) {
				persisted = true
			}
		case strings.EqualFold(name, "query"):
			documents++
			r.document(text, false)
		case strings.EqualFold(name, "operations"):
			if t := strings.TrimSpace(text); t != "" && t[0] == 0 {
				r.unknown()
			} else if t != "" && (t[0] == '{' || t[0] == '[') {
				r.object(t)
			}
		case strings.EqualFold(name, "operationName"):
			persisted = true
			r.maybes = append(r.maybes, f.Value.String())
		case strings.EqualFold(name, "extensions"):
			persisted = persisted || strings.Contains(unescape(text), "persistedQuery")
		case name == "" && strings.HasPrefix(strings.TrimSpace(text), "{"):
			r.object(strings.TrimSpace(text))
		}
	}
	if persisted && documents == 0 && len(r.ops) == 0 {
		r.unknown()
	}
}

// form takes a urlencoded text apart. An unknown part could hold the sign that
// separates fields: a field of unknown name stands for what it may add.
func form(text string) []Field {
	var out []Field
	for len(text) > 0 && len(out) < maxFields {
		var part string
		part, text, _ = strings.Cut(text, "&")
		name, val, _ := strings.Cut(part, "=")
		out = append(out, Field{value.Text(percent(name)), value.Text(percent(val))})
		if strings.Contains(part, string(value.Any)) || strings.Contains(part, string(value.Many)) {
			out = append(out, Field{Name: value.Any})
		}
	}
	if text != "" {
		out = append(out, Field{Name: value.Any})
	}
	return out
}

// percent decodes percent escapes and plus signs; what is no escape stays.
func percent(s string) string {
	if strings.IndexAny(s, "%+") < 0 {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '+':
			c = ' '
		case c == '%' && i+2 < len(s) && hex(s[i+1]) >= 0 && hex(s[i+2]) >= 0:
			c = byte(hex(s[i+1])<<4 | hex(s[i+2]))
			i += 2
			if c == 0 {
				c = ' ' // no unknown part may come of it
			}
		}
		b.WriteByte(c)
	}
	return strings.TrimSpace(b.String())
}

// hex returns the value of a hexadecimal digit, or -1.
func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// multipart takes a multipart body apart, at lines that repeat its first one.
func multipart(text string) []Field {
	text = strings.TrimLeft(strings.ReplaceAll(text, "\r\n", "\n"), " \t\n")
	boundary, rest, _ := strings.Cut(text, "\n")
	if !strings.HasPrefix(boundary, "--") || strings.Contains(boundary, "\x00") {
		return []Field{{Name: value.Any}}
	}
	var out []Field
	for _, part := range strings.SplitN(rest, strings.TrimRight(boundary, " \t"), maxFields) {
		head, val, ok := strings.Cut(strings.TrimPrefix(part, "\n"), "\n\n")
		if !ok {
			continue
		}
		_, name, _ := strings.Cut(head, "name=")
		if q := strings.TrimPrefix(name, "\""); q != name {
			name, _, _ = strings.Cut(q, "\"")
		} else if n := strings.IndexAny(name, "; \t\n"); n >= 0 {
			name = name[:n]
		}
		out = append(out, Field{value.Text(name), value.Text(strings.TrimSuffix(val, "\n"))})
	}
	return out
}
