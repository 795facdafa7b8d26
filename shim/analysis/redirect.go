package analysis

import (
	"maps"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
)

// redirect puts the redirections of s in force. The returned function settles
// what was written to files. With keep, they last (exec).
func (it *interp) redirect(s *syntax.Stmt, keep bool) func() {
	if !keep && it.st.fds != nil {
		fds := map[int]stream{}
		for k, v := range it.st.fds {
			fds[k] = v
		}
		it.st.fds = fds
	}
	var settle []func()
	for _, r := range s.Redirs {
		fd := -1
		if r.N != nil && r.N.Value != "" && r.N.Value[0] != '{' {
			fd = atoi(r.N.Value)
		} else if r.N != nil && len(r.N.Value) > 2 {
			it.set(r.N.Value[1:len(r.N.Value)-1], value.Digits) // {fd}<file
			fd = unknownFd
		}
		span := it.node(r)
		old := it.span
		it.span = span
		switch r.Op {
		case syntax.RdrIn:
			it.redirIn(max(fd, 0), it.target(r.Word))
		case syntax.RdrInOut:
			p := it.target(r.Word)
			it.redirIn(max(fd, 0), p)
			it.redirOut(p, rules.Append, false)
			if fd > 2 && isSocket(p) {
				it.keepOut(fd, &buffer{sink: func(s stream) { it.wireTo(p, s) }})
			}
		case syntax.RdrOut, syntax.RdrClob, syntax.AppOut, syntax.AppClob, syntax.RdrAll, syntax.RdrAllClob, syntax.AppAll, syntax.AppAllClob:
			if f := it.outTo(r, fd); f != nil {
				settle = append(settle, f)
			}
		case syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
			it.input(max(fd, 0), it.heredoc(r))
		case syntax.DplIn, syntax.DplOut:
			if f := it.duplicate(r, fd); f != nil {
				settle = append(settle, f)
			}
		default:
			it.opaque("guard does not know this kind of redirection", nil)
		}
		it.span = old
	}
	if keep {
		return func() {}
	}
	return func() {
		for i := len(settle) - 1; i >= 0; i-- {
			settle[i]()
		}
	}
}

// target expands the word of a redirection to an absolute path.
func (it *interp) target(w *syntax.Word) value.Text {
	f := it.field(w)
	if len(f) != 1 {
		return it.abs(it.literal(w))
	}
	return it.abs(f[0])
}

// heredoc is the text of a here-document or here-string.
func (it *interp) heredoc(r *syntax.Redirect) stream {
	if r.Op == syntax.WordHdoc {
		return stream{text: it.literal(r.Word) + "\n", set: true}
	}
	if r.Hdoc == nil {
		return stream{set: true}
	}
	quoted := false
	for _, p := range r.Word.Parts {
		l, ok := p.(*syntax.Lit)
		quoted = quoted || !ok || strings.IndexByte(l.Value, '\\') >= 0
	}
	var t value.Text
	if quoted {
		var b strings.Builder
		for _, p := range r.Hdoc.Parts {
			if l, ok := p.(*syntax.Lit); ok {
				b.WriteString(l.Value)
			}
		}
		t = it.gaps.literal(b.String())
	} else {
		var b builder
		it.parts(&b, r.Hdoc.Parts, true, true)
		t = it.joined(&b)
	}
	if r.Op == syntax.DashHdoc {
		lines := strings.Split(string(t), "\n")
		for i := range lines {
			lines[i] = strings.TrimLeft(lines[i], "\t")
		}
		t = value.Text(strings.Join(lines, "\n"))
	}
	return stream{text: t, set: true}
}

// input connects fd to data.
func (it *interp) input(fd int, s stream) {
	if fd == 0 {
		it.stdin = s
		return
	}
	if it.st.fds == nil {
		it.st.fds = map[int]stream{}
	}
	it.st.fds[fd] = s
}

// redirIn opens a file for reading on fd.
func (it *interp) redirIn(fd int, p value.Text) {
	if p == "/dev/stdin" || p == "/dev/fd/0" {
		return
	}
	if s, ok := it.devFd(p); ok {
		it.input(fd, s)
		return
	}
	if isSocket(p) {
		it.connect(p)
		it.input(fd, stream{text: value.Net, set: true})
		return
	}
	it.file(rules.Read, p, false)
	s := stream{text: value.Any, set: true, path: p}
	if t, ok := it.data(p); ok {
		s.text = t
	} else if p == "/dev/null" {
		s.text = ""
	}
	it.input(fd, s)
}

// devFd finds the data behind /dev/fd/N and process substitutions.
func (it *interp) devFd(p value.Text) (stream, bool) {
	n, ok := strings.CutPrefix(string(p), "/dev/fd/")
	if !ok {
		n, ok = strings.CutPrefix(string(p), "/proc/self/fd/")
	}
	if !ok {
		if p == "/dev/stdin" {
			return it.stdin, true
		}
		return stream{}, false
	}
	if n == "0" {
		return it.stdin, true
	}
	s, ok := it.st.fds[atoi(n)]
	return s, ok
}

// isSocket reports whether p stands for a connection in redirections.
func isSocket(p value.Text) bool {
	return strings.HasPrefix(string(p), "/dev/tcp/") || strings.HasPrefix(string(p), "/dev/udp/")
}

// connect records that a connection is opened through bash's /dev/tcp.
func (it *interp) connect(p value.Text) {
	parts := strings.Split(string(p), "/")
	if len(parts) >= 5 {
		addr := value.Text(parts[3] + ":" + parts[4])
		it.emit(rules.Action{Op: rules.Connect, URL: addr, Target: []value.Text{hostTarget(parts[3])}})
	}
}

// outTo opens a file for writing and collects what is written to it.
func (it *interp) outTo(r *syntax.Redirect, fd int) func() {
	p := it.target(r.Word)
	app := r.Op == syntax.AppOut || r.Op == syntax.AppAll || r.Op == syntax.AppClob || r.Op == syntax.AppAllClob
	both := r.Op == syntax.RdrAll || r.Op == syntax.AppAll || r.Op == syntax.RdrAllClob || r.Op == syntax.AppAllClob
	how := rules.Overwrite
	if app {
		how = rules.Append
	} else if it.st.opts["noclobber"] && r.Op == syntax.RdrOut {
		how = rules.Create
	}
	if isSocket(p) {
		it.connect(p)
		it.input(max(fd, 1), stream{text: value.Net, set: true})
		buf := &buffer{sink: func(s stream) { it.wireTo(p, s) }}
		switch {
		case fd > 2:
			it.keepOut(fd, buf)
		case fd == 1 || fd < 0:
			it.stdout = buf
			return func() { buf.sink(buf.stream()) }
		}
		return nil
	}
	buf := &buffer{}
	outer := it.stdout
	if fd == 1 || fd < 0 {
		it.stdout = buf
		if both {
			it.stderr = buf
		}
	} else if fd == 2 {
		it.stderr = buf
	}
	switch p {
	case "/dev/stdout", "/dev/fd/1":
		it.stdout = outer
		return nil
	case "/dev/null", "/dev/stderr", "/dev/fd/2", "/dev/tty":
		return nil
	}
	if sink, ok := it.sinkOf(p); ok {
		if fd > 2 {
			buf.sink = sink
			it.keepOut(fd, buf)
		}
		return func() { sink(buf.stream()) }
	}
	created := it.redirOut(p, how, true)
	if fd > 2 {
		it.keepOut(fd, buf)
		return func() { it.forget(p) }
	}
	if how == rules.Create && !created && it.exists(p) != rules.False {
		return func() { it.forget(p) } // noclobber: it may not be written
	}
	return func() {
		if fd > 2 {
			return
		}
		st := buf.stream()
		it.wrote(p, st.asText(), app, created)
	}
}

// redirOut records that a file is opened for writing; true if it is new.
func (it *interp) redirOut(p value.Text, how rules.How, track bool) bool {
	ex := it.exists(p)
	if how == rules.Overwrite && ex == rules.False {
		how = rules.Create
	}
	it.write(p, how)
	if track && p.Known() {
		if f, ok := it.st.files[string(p)]; !ok || f.absent {
			it.st.files[string(p)] = file{created: ex == rules.False}
		}
	}
	return ex == rules.False
}

// wrote remembers the content t of a file that was written or, if app is set, added to.
func (it *interp) wrote(p, t value.Text, app, created bool) {
	if !p.Known() {
		return
	}
	f := it.st.files[string(p)]
	f.absent = false
	f.created = f.created || created
	if app {
		old, ok := it.content(p, maxFileRead)
		if !ok && !created {
			f.known, f.alias = false, ""
			it.st.files[string(p)] = f
			return
		}
		t = old + t
	}
	f.content, f.known, f.alias = t, len(t) <= maxText, ""
	it.st.files[string(p)] = f
}

// duplicate carries out n<&m and n>&m, where m may also be a file.
func (it *interp) duplicate(r *syntax.Redirect, fd int) func() {
	t := it.literal(r.Word)
	n := string(t)
	switch {
	case n == "-":
		return nil
	case n != "" && strings.Trim(strings.TrimSuffix(n, "-"), "0123456789") == "":
		m := atoi(strings.TrimSuffix(n, "-"))
		if r.Op == syntax.DplIn {
			switch s, ok := it.st.fds[m]; {
			case ok:
				it.input(max(fd, 0), s)
			case m == 0 && fd > 0:
				it.input(fd, it.stdin)
			}
			return nil
		}
		return it.copyOut(max(fd, 1), it.outOf(m))
	case r.Op == syntax.DplOut && (fd < 0 || fd == 1) && t.Known():
		q := *r
		q.Op = syntax.RdrAll
		return it.outTo(&q, -1)
	case r.Op == syntax.DplIn:
		it.input(max(fd, 0), stream{text: value.Any, set: true})
	case !t.Known() && fd <= 1: // to wherever
		for _, b := range it.outs {
			if b != nil && b.sink != nil {
				return it.copyOut(1, b)
			}
		}
		it.stdout.write(value.Any)
		it.stdout = &buffer{}
	}
	return nil
}

// outOf is what descriptor m writes to.
func (it *interp) outOf(m int) *buffer {
	switch m {
	case 1:
		return it.stdout
	case 2:
		return it.stderr
	}
	return it.outs[m]
}

// copyOut makes descriptor fd write to a buffer. The function that it returns, if
// any, lets the commands behind it read.
func (it *interp) copyOut(fd int, to *buffer) func() {
	switch fd {
	case 1:
		if to == nil {
			to = &buffer{}
		}
		it.stdout = to
	case 2:
		it.stderr = to
	default:
		it.keepOut(fd, to)
	}
	if to == nil || to.sink == nil {
		return nil
	}
	return func() { to.sink(to.stream()) }
}

// keepOut lets descriptor fd, which is neither 1 nor 2, write to b.
func (it *interp) keepOut(fd int, b *buffer) {
	outs := maps.Clone(it.outs)
	if outs == nil {
		outs = map[int]*buffer{}
	}
	outs[fd] = b
	it.outs = outs
}

// forget marks what a file holds as not known.
func (it *interp) forget(p value.Text) {
	if p.Known() {
		f := it.st.files[string(p)]
		f.content, f.known, f.alias = "", false, ""
		it.st.files[string(p)] = f
	}
}
