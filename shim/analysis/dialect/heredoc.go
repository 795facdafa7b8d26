package dialect

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// heredoc is a here-document of the tree.
type heredoc struct {
	redir *syntax.Redirect
	subst syntax.Node // the substitution that it is in, or nil
}

// checkHeredocs compares the extent of each here-document with what a shell
// takes, which reads whole lines and knows nothing yet of what they contain.
func (r *reading) checkHeredocs(docs []heredoc, quotes map[int]int) {
	slices.SortFunc(docs, func(a, b heredoc) int { return int(a.redir.OpPos.Offset()) - int(b.redir.OpPos.Offset()) })
	next := map[int]int{} // where the next body starts that belongs to a line, by the end of the line
	line := -1            // the end of the line that the one before is in
	for _, d := range docs {
		if off := to(d.redir.Word); off > line {
			line = r.lineEnd(off, quotes)
		}
		start, ok := next[line]
		if !ok {
			start = line + 1
		}
		end, ok := r.checkHeredoc(d, start)
		if !ok {
			r.opaque = append(r.opaque, Span{min(start, len(r.src)), len(r.src)})
			return
		}
		next[line] = end
	}
}

// lineEnd returns the offset of the end of the line that off is in, past
// escaped line ends and quoted ones.
func (r *reading) lineEnd(off int, quotes map[int]int) int {
	for off < len(r.src) {
		if end, ok := quotes[off]; ok && end > off {
			off = end
			continue
		}
		switch r.src[off] {
		case '\\':
			off++
		case '\n':
			return off
		}
		off++
	}
	return len(r.src)
}

// checkHeredoc reports whether the body that starts at start ends where the
// tree says, and where the text goes on.
func (r *reading) checkHeredoc(d heredoc, start int) (next int, ok bool) {
	delim, quoted, ok := literal(d.redir.Word)
	if !ok || strings.Contains(delim, "\n") {
		return 0, false
	}
	tabs := d.redir.Op == syntax.DashHdoc
	empty := true
	for at := start; at < len(r.src); empty = false {
		line, end := logicalLine(r.src, at, quoted, tabs)
		if line == delim {
			return end + 1, r.endsAt(d.redir, end, empty)
		}
		if d.subst != nil && strings.HasPrefix(line, delim) && strings.Contains(line[len(delim):], ")") {
			cut := at + strings.Index(r.src[at:end], delim) + len(delim)
			return cut, slices.Contains(r.splits, cut) && r.endsAt(d.redir, cut, empty)
		}
		at = end + 1
	}
	// Cut off by the end of the text.
	return len(r.src), r.edited(len(r.src)) && r.endsAt(d.redir, len(r.src), empty)
}

// endsAt reports whether the tree has the line of the delimiter end at end.
func (r *reading) endsAt(redir *syntax.Redirect, end int, empty bool) bool {
	if redir.Hdoc == nil {
		return empty
	}
	return to(redir.Hdoc) == end
}

// logicalLine returns the line at off as the shell compares it with a
// delimiter, and the offset of its end.
func logicalLine(src string, off int, quoted, tabs bool) (line string, end int) {
	for {
		part, _, more := strings.Cut(src[off:], "\n")
		end = off + len(part)
		if tabs && line == "" {
			part = strings.TrimLeft(part, "\t")
		}
		if quoted || !more || !oddBackslashes(part) {
			return line + part, end
		}
		line += part[:len(part)-1]
		off = end + 1
	}
}
