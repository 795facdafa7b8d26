package programcheck

import (
	"path"
	"strconv"
	"strings"
)

// Effect is a set of things that happen to a file.
type Effect uint8

// The things that happen to a file.
const (
	Reads   Effect = 1 << iota // its content, or it is linked to
	Writes                     // it is created, changed or replaced
	Deletes                    // it is gone under this name
	Changes                    // its mode or owner
	opens                      // it is created if absent, and else only opened
)

// String lists the set in words.
func (e Effect) String() string {
	var out []string
	for i, w := range []string{"reads", "writes", "deletes", "changes"} {
		if e&(1<<i) != 0 {
			out = append(out, w)
		}
	}
	if out == nil {
		return "nothing"
	}
	return strings.Join(out, "+")
}

// Event is one system call that succeeded, as far as it concerns a file.
type Event struct {
	Effect Effect
	Path   string // absolute
}

// tracer follows the working directories of the processes in a trace.
type tracer struct {
	dirs    map[int]string
	start   string
	pending map[int]string // calls that another process interrupted
	events  []Event
}

// Events reads the output of strace -f -y for a program started in dir.
func Events(trace, dir string) []Event {
	t := tracer{dirs: map[int]string{}, start: dir, pending: map[int]string{}}
	for _, line := range strings.Split(trace, "\n") {
		first, rest, ok := strings.Cut(line, " ")
		pid, err := strconv.Atoi(first)
		if !ok || err != nil {
			continue
		}
		t.line(pid, strings.TrimLeft(rest, " "))
	}
	return t.events
}

// line takes one line, joined with the beginning that it resumes.
func (t *tracer) line(pid int, s string) {
	if begin, ok := strings.CutSuffix(s, " <unfinished ...>"); ok {
		t.pending[pid] = begin
		return
	}
	if rest, ok := strings.CutPrefix(s, "<... "); ok {
		_, rest, ok = strings.Cut(rest, " resumed>")
		if !ok {
			return
		}
		s = t.pending[pid] + rest
		delete(t.pending, pid)
	}
	name, rest, ok := strings.Cut(s, "(")
	end := strings.LastIndex(rest, ") = ")
	if i := strings.LastIndex(rest, ")"); end < 0 && i >= 0 {
		if v, found := strings.CutPrefix(strings.TrimLeft(rest[i+1:], " "), "= "); found {
			rest, end = rest[:i]+") = "+v, i
		}
	}
	if !ok || end < 0 {
		return
	}
	result := strings.TrimLeft(rest[end+4:], " ")
	if strings.HasPrefix(result, "-") || strings.HasPrefix(result, "?") {
		return
	}
	t.call(pid, name, arguments(rest[:end]), result)
}

// arguments splits the argument list of a call at its top-level commas.
func arguments(s string) []string {
	var out []string
	depth, quoted, from := 0, false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case strings.IndexByte("({[", c) >= 0:
			depth++
		case strings.IndexByte(")}]", c) >= 0:
			depth--
		case c == ',' && depth == 0:
			out = append(out, strings.TrimSpace(s[from:i]))
			from = i + 1
		}
	}
	return append(out, strings.TrimSpace(s[from:]))
}

// cwd is the working directory of a process.
func (t *tracer) cwd(pid int) string {
	if d, ok := t.dirs[pid]; ok {
		return d
	}
	return t.start
}

// described is the path that strace writes behind a descriptor: 3</path>.
func described(s string) string {
	_, p, ok := strings.Cut(s, "<")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(strings.TrimSuffix(p, "(deleted)"), ">")
}

// resolve is the absolute path of a path argument below a directory descriptor;
// "" if there is none.
func (t *tracer) resolve(pid int, at, arg string) string {
	if arg == "NULL" || arg == `""` {
		return described(at)
	}
	p, err := strconv.Unquote(arg)
	if err != nil {
		return ""
	}
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	dir := t.cwd(pid)
	if d := described(at); d != "" && !strings.HasPrefix(at, "AT_FDCWD") {
		dir = d
	}
	return path.Join(dir, p)
}

func (t *tracer) add(e Effect, p string) {
	if p != "" {
		t.events = append(t.events, Event{e, p})
	}
}

// call takes one call that succeeded.
func (t *tracer) call(pid int, name string, args []string, result string) {
	args = append(args, "", "", "", "") // what is missing is empty
	at := func(dir, arg int) string {
		if dir < 0 {
			return t.resolve(pid, "", args[arg])
		}
		return t.resolve(pid, args[dir], args[arg])
	}
	switch name {
	case "chdir":
		t.dirs[pid] = at(-1, 0)
	case "fchdir":
		t.dirs[pid] = described(args[0])
	case "clone", "clone3", "fork", "vfork":
		number, _, _ := strings.Cut(result, " ")
		if child, err := strconv.Atoi(number); err == nil {
			t.dirs[child] = t.cwd(pid)
		}
	case "open":
		t.open(at(-1, 0), args[1])
	case "openat", "openat2":
		t.open(at(0, 1), args[2])
	case "creat", "truncate", "mknod":
		t.add(Writes, at(-1, 0))
	case "mknodat":
		t.add(Writes, at(0, 1))
	case "rename":
		t.add(Reads|Deletes, at(-1, 0))
		t.add(Writes, at(-1, 1))
	case "renameat", "renameat2":
		t.add(Reads|Deletes, at(0, 1))
		t.add(Writes, at(2, 3))
	case "unlink": // rmdir takes nothing away but the name of an empty directory
		t.add(Deletes, at(-1, 0))
	case "unlinkat":
		if !strings.Contains(args[2], "AT_REMOVEDIR") {
			t.add(Deletes, at(0, 1))
		}
	case "link":
		t.add(Reads, at(-1, 0))
		t.add(Writes, at(-1, 1))
	case "linkat":
		t.add(Reads, at(0, 1))
		t.add(Writes, at(2, 3))
	case "symlink":
		t.link(args[0], at(-1, 1))
	case "symlinkat":
		t.link(args[0], at(1, 2))
	case "chmod", "chown", "lchown", "setxattr", "lsetxattr", "removexattr":
		t.add(Changes, at(-1, 0))
	case "fchmodat", "fchmodat2", "fchownat":
		t.add(Changes, at(0, 1))
	}
}

// open takes an open with its flags.
func (t *tracer) open(p, flags string) {
	switch {
	case strings.Contains(flags, "O_PATH"), strings.Contains(flags, "O_DIRECTORY"):
	case strings.Contains(flags, "O_RDWR"):
		t.add(Reads|Writes, p)
	case strings.Contains(flags, "O_WRONLY"):
		t.add(Writes, p)
	case strings.Contains(flags, "O_CREAT"): // as programs open what they lock
		t.add(opens, p)
	default:
		t.add(Reads, p)
	}
}

// link takes a symbolic link, whose target is named from where the link is.
func (t *tracer) link(target, p string) {
	if s, err := strconv.Unquote(target); err == nil && !path.IsAbs(s) {
		t.add(Reads, path.Join(path.Dir(p), s))
	} else if err == nil {
		t.add(Reads, path.Clean(s))
	}
	t.add(Writes, p)
}
