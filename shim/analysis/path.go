package analysis

import (
	"io/fs"
	"path"
	"strings"

	"guard/rules"
	"guard/rules/value"
)

// abs makes a path absolute and clean, as far as it is known. An unknown part
// that may hold dots stops ".." behind it from being resolved.
func (it *interp) abs(t value.Text) value.Text { return absIn(it.st.dir, t) }

func absIn(dir, t value.Text) value.Text {
	s := string(t)
	if s == "" {
		return dir
	}
	if s[0] != '/' {
		if s[0] == 0 && t.Prefix() == "" && !relative(t) {
			return cleanText(t) // may be absolute by itself
		}
		s = string(dir) + "/" + s
	}
	return cleanText(value.Text(s))
}

// relative reports whether the unknown part that t begins with is no way from /.
func relative(t value.Text) bool {
	switch t[:2] {
	case value.Name, value.Digits, value.Star, value.Below:
		return true
	}
	return false
}

func cleanText(t value.Text) value.Text {
	if t.Known() {
		return value.Text(path.Clean(string(t)))
	}
	s := string(t)
	rooted := s[0] == '/'
	var out []string
	for _, c := range strings.Split(s, "/") {
		switch {
		case c == "" || c == ".":
		case c == ".." && len(out) > 0 && out[len(out)-1] != ".." && !mayClimb(out[len(out)-1]):
			out = out[:len(out)-1]
		case c == ".." && len(out) == 0 && rooted:
		default:
			out = append(out, c)
		}
	}
	r := strings.Join(out, "/")
	if rooted {
		r = "/" + r
	}
	return value.Text(r)
}

// mayClimb reports whether a component has a part that may hold slashes.
func mayClimb(c string) bool {
	return strings.Contains(c, string(value.Any)) || strings.Contains(c, string(value.Below)) || strings.Contains(c, string(value.Many)) || strings.Contains(c, string(value.Net)) || strings.Contains(c, string(value.All))
}

// real resolves symbolic links, magic directories and what this command has made
// of the path.
func (it *interp) real(p value.Text) value.Text {
	if !p.Known() {
		return p
	}
	s := it.magic(string(p))
	for range 16 {
		f, ok := it.st.files[s]
		if !ok || f.alias == "" || f.alias == s {
			break
		}
		s = f.alias
	}
	return value.Text(it.links(s, 0))
}

// magic replaces /proc/self/cwd and /proc/self/root.
func (it *interp) magic(s string) string {
	if !strings.HasPrefix(s, "/proc/") {
		return s
	}
	parts := strings.SplitN(s, "/", 6) // "", proc, PID, cwd|root|task, rest…
	if len(parts) < 4 {
		return s
	}
	rest := ""
	if len(parts) > 4 {
		rest = "/" + strings.Join(parts[4:], "/")
	}
	switch parts[3] {
	case "cwd":
		return path.Clean(string(it.st.dir) + rest)
	case "root":
		return path.Clean("/" + rest)
	case "task":
		if len(parts) == 6 {
			return it.magic("/proc/self/" + parts[5])
		}
	}
	return s
}

// links resolves the symbolic links of a known path, those of this command
// included. What does not exist stays as it is.
func (it *interp) links(s string, depth int) string {
	if depth > 20 || s == "/" || s == "" {
		return s
	}
	out := "/"
	rest := strings.Split(strings.TrimPrefix(s, "/"), "/")
	for i, c := range rest {
		next := path.Join(out, c)
		if f, ok := it.st.files[next]; ok && f.alias != "" && f.alias != next && i < len(rest)-1 {
			return it.links(path.Join(append([]string{f.alias}, rest[i+1:]...)...), depth+1)
		}
		fi, err := it.w.Lstat(next)
		if err != nil {
			return path.Join(append([]string{next}, rest[i+1:]...)...)
		}
		if fi.Mode()&fs.ModeSymlink != 0 {
			to, err := it.w.Readlink(next)
			if err != nil {
				return path.Join(append([]string{next}, rest[i+1:]...)...)
			}
			if !path.IsAbs(to) {
				to = path.Join(out, to)
			}
			return it.links(path.Join(append([]string{to}, rest[i+1:]...)...), depth+1)
		}
		out = next
	}
	return out
}

// exists says whether a path is there, after what this command has done.
func (it *interp) exists(p value.Text) rules.Tri { return it.existsAt(p, 0) }

// existsAt is exists behind a number of files that stand for others: what was
// moved below its own old name leads on forever.
func (it *interp) existsAt(p value.Text, depth int) rules.Tri {
	if !p.Known() || depth > 20 {
		return rules.Unknown
	}
	s := string(p)
	if f, ok := it.st.files[s]; ok {
		return rules.Is(!f.absent)
	}
	if _, err := it.w.Lstat(s); err == nil {
		return rules.True
	}
	for d := path.Dir(s); d != "/" && d != "."; d = path.Dir(d) {
		if f, ok := it.st.files[d]; ok && f.alias != "" {
			return it.existsAt(value.Text(f.alias+s[len(d):]), depth+1)
		}
	}
	return rules.False
}

// isDir reports whether p is a directory for sure.
func (it *interp) isDir(p value.Text) bool {
	if f, ok := it.st.files[string(p)]; ok && f.fresh {
		return true
	}
	if !p.Known() {
		return false
	}
	fi, err := it.w.Lstat(it.links(string(p), 0))
	return err == nil && fi.IsDir()
}

// names lists a directory, with what this command has made and removed there.
func (it *interp) names(dir value.Text, budget *int) ([]string, bool) {
	real := string(it.real(dir))
	entries, err := it.w.ReadDir(real)
	if err != nil {
		entries = nil
	}
	if *budget -= len(entries); *budget < 0 {
		return nil, false
	}
	seen := map[string]bool{}
	var out []string
	prefix := strings.TrimSuffix(string(dir), "/") + "/"
	for _, e := range entries {
		seen[e.Name()] = true
		if f, ok := it.st.files[prefix+e.Name()]; ok && f.absent {
			continue
		}
		out = append(out, e.Name())
	}
	for p, f := range it.st.files {
		if n, ok := strings.CutPrefix(p, prefix); ok && n != "" && !strings.Contains(n, "/") && !f.absent && !seen[n] {
			out = append(out, n)
		}
	}
	return out, true
}

func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// content is what a file holds, after what this command has done; false if that
// is not known. A protected file is never looked into.
func (it *interp) content(p value.Text, limit int) (value.Text, bool) {
	if !p.Known() {
		return "", false
	}
	s := string(p)
	for range 16 {
		f, ok := it.st.files[s]
		if !ok {
			break
		}
		if f.absent {
			return "", false
		}
		if f.known {
			return f.content, true
		}
		if f.alias == "" || f.alias == s {
			return "", false
		}
		s = f.alias
	}
	r := it.real(value.Text(s))
	if it.protected(r) || it.protected(value.Text(s)) {
		return it.trial, it.trial != "" && isDotenv(string(r))
	}
	data, err := it.w.ReadFile(string(r), limit)
	if err != nil || strings.IndexByte(string(data), 0) >= 0 {
		return "", false
	}
	return value.Text(data), true
}

// data is the content of a file that a command reads, for what it goes by then.
func (it *interp) data(p value.Text) (value.Text, bool) {
	if !it.st.files[string(p)].known {
		*it.peeked = true
	}
	return it.content(p, maxFileRead)
}

// Resolve returns path with its symbolic links resolved; what does not exist
// stays as it is.
func Resolve(w World, path string) string {
	it := interp{w: w, st: &state{}}
	return it.links(path, 0)
}
