package inline

import (
	"strings"

	"guard/rules/value"
)

// doOpen reports what a mode as of fopen does to the path v.
func (p *interp) doOpen(e *entry, c *cx, v val) {
	m, ok := c.pick(e.a1)
	if v.k == vFn && len(c.pos) > 1 { // Julia: open(f, path, mode)
		v = c.pos[1]
		m, ok = c.arg(2, "")
	}
	if !ok && p.lang != Lua && c.recv == nil {
		if kw, found := c.kwarg("mode"); found {
			m, ok = kw, true
		}
	}
	if !ok || c.unknown || m.k == vDict || m.k == vFn {
		p.emitPaths(Read, v, *c)
		return
	}
	for _, a := range m.alts() {
		switch mode := a.text(); {
		case a.k == vNum:
			p.openFlags(a.n, v, c)
		case !a.known():
			p.emitPaths(Read, v, *c)
			p.emitPaths(Write, v, *c)
		case strings.ContainsAny(mode, "w"):
			p.emitPaths(Write, v, *c)
			p.holds(v, str(""), false, *c)
		case strings.ContainsAny(mode, "a"):
			p.emitPaths(Append, v, *c)
		case strings.ContainsAny(mode, "xc") && p.lang != Ruby:
			p.emitPaths(Create, v, *c)
		default:
			p.emitPaths(Read, v, *c)
			if strings.Contains(mode, "+") {
				p.emitPaths(Write, v, *c)
			}
		}
	}
}

func (p *interp) openFlags(n int64, v val, c *cx) {
	switch {
	case n&0o2000 != 0:
		p.emitPaths(Append, v, *c)
	case n&0o1000 != 0:
		p.emitPaths(Write, v, *c)
	case n&0o300 == 0o300:
		p.emitPaths(Create, v, *c)
	case n&3 != 0:
		p.emitPaths(Write, v, *c)
	default:
		p.emitPaths(Read, v, *c)
	}
}

// doOpenFD reports what flags as of open(2), given by name, do.
func (p *interp) doOpenFD(e *entry, c *cx, v val) {
	text := p.src
	if c.from >= 0 && c.to <= len(p.src) && c.from < c.to && p.span == nil {
		text = p.src[c.from:c.to]
	}
	m, _ := c.pick(e.a1)
	switch {
	case m.k == vNum:
		p.openFlags(m.n, v, c)
	case strings.Contains(text, "O_TRUNC"):
		p.emitPaths(Write, v, *c)
	case strings.Contains(text, "O_APPEND"):
		p.emitPaths(Append, v, *c)
	case strings.Contains(text, "O_EXCL"):
		p.emitPaths(Create, v, *c)
	case strings.Contains(text, "O_WRONLY"):
		p.emitPaths(Write, v, *c)
	default:
		p.emitPaths(Read, v, *c)
		if !strings.Contains(text, "O_RDONLY") {
			p.emitPaths(Write, v, *c)
		}
	}
}

// glob returns the names that the pattern v matches.
func (p *interp) glob(v val, at cx) val {
	var out []val
	for _, a := range flat([]val{v}) {
		for _, a := range a.alts() {
			s := a.text()
			if !strings.ContainsAny(s, "*?[{") {
				out = append(out, str(s))
				continue
			}
			dir := s[:strings.IndexAny(s, "*?[{")]
			dir = dir[:strings.LastIndexByte(dir, '/')+1]
			p.emitPaths(List, str(dir), at)
			out = append(append(out, p.matches(s)...), str(globText(s)))
		}
	}
	return obj2("Glob", out)
}

// matches lists the files that a pattern is known to match.
func (p *interp) matches(pattern string) []val {
	if p.rec.limits.Glob == nil || !value.Text(pattern).Known() {
		return nil
	}
	if pattern[0] != '/' && p.cwd != "" {
		return nil
	}
	var out []val
	for _, f := range p.rec.limits.Glob(pattern) {
		if out = append(out, str(f)); len(out) == maxAlts/2 {
			break
		}
	}
	return out
}

// globText turns the wildcards of a pattern into unknown parts.
func globText(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '*', '?':
			if strings.HasPrefix(s[i:], "**") {
				b.WriteString(string(value.Below))
				if i++; strings.HasPrefix(s[i+1:], "/") { // matches no directory, too
					i++
				}
				continue
			}
			if !strings.HasSuffix(b.String(), string(value.Star)) {
				b.WriteString(string(value.Star))
			}
		case '[', '{':
			n := strings.IndexByte(s[i:], closer(s[i]))
			switch {
			case n < 0:
				b.WriteByte(s[i])
				continue
			case s[i] == '[':
				b.WriteString(string(value.Star))
			default:
				b.WriteString(string(value.Any))
			}
			i += n
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// require reports the module or script v that is loaded.
func (p *interp) require(v val, at cx) {
	for _, a := range v.alts() {
		s := a.text()
		switch {
		case s == "dotenv/config" || s == "dotenv/load":
			p.emitPaths(Load, str(".env"), at)
		case a.k == vStr && (strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || strings.HasPrefix(s, "/") || strings.HasPrefix(s, home) || strings.HasPrefix(s, "\x00") && len(s) > 2 || s == "." || isURL(s) || strings.HasPrefix(s, "file:")):
			p.emitPaths(Load, a, at)
		case a.k == vStr && strings.HasPrefix(s, "data:"):
			_, text, _ := strings.Cut(s, ",")
			p.evalText(str(text), at)
		}
	}
}
