package shim

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/analysis"
	"guard/shim/supervise"
)

// maxImages bounds the programs that are remembered by process.
const maxImages = 4096

// image is the program that a process runs, as it was started.
type image struct {
	exe     string // that the kernel loads: the interpreter of a script
	argv    []string
	dir     string
	loads   []string // files that its command line makes it load
	deletes []string // trees that it was allowed to delete
}

// sightless is the world without the content of files: what a script does is
// judged when it does it. It stands still while a command is looked at.
type sightless struct {
	*analysis.Host
	seen map[string]glimpse
}

// glimpse is what Lstat said.
type glimpse struct {
	info fs.FileInfo
	err  error
}

// ReadFile fails but for a file of variables, of which only the form counts.
func (s *sightless) ReadFile(path string, limit int) ([]byte, error) {
	if !strings.Contains(filepath.Base(path), ".env") {
		return nil, errors.New("not read")
	}
	return s.Host.ReadFile(path, limit)
}

// Lstat looks once.
func (s *sightless) Lstat(path string) (fs.FileInfo, error) {
	g, ok := s.seen[path]
	if !ok {
		g.info, g.err = s.Host.Lstat(path)
		if s.seen == nil {
			s.seen = make(map[string]glimpse)
		}
		s.seen[path] = g
	}
	return g.info, g.err
}

// protected is [rules.Policy.Protected], where most paths need no second look.
func (r *runtimeJudge) protected(path value.Text) bool {
	return r.concerns(path, ^rules.Ops(0)) && r.loaded.Policy.Protected(path)
}

// dull reports whether an action is on one file that no rule can be concerned with.
func (r *runtimeJudge) dull(a *rules.Action) bool {
	switch a.Op {
	case rules.Read, rules.Load, rules.Write, rules.Chmod:
		return !a.Recursive && !r.concerns(a.Path, a.Op.Set()) && (a.Real == "" || !r.concerns(a.Real, a.Op.Set()))
	}
	return false
}

// concerns reports whether a rule can be concerned with one of ops on path.
func (r *runtimeJudge) concerns(path value.Text, ops rules.Ops) bool {
	name := string(path)
	if !path.Known() || !filepath.IsAbs(name) || filepath.Clean(name) != name {
		return true
	}
	dir, base := filepath.Split(name)
	return r.interest.In(filepath.Clean(dir), base, ops)
}

// judgeExec decides about a program that is to be run.
func (r *runtimeJudge) judgeExec(e *supervise.Event) supervise.Answer {
	img := r.load(e)
	an, p := r.analyzer(img.dir), pipesOf(e.Proc.PID)
	if an == nil {
		return supervise.Refuse
	}
	if r.isGuard(e.Real) { // as a shell it judges its text, but cannot tell where that comes from
		rest := e.Argv[min(1, len(e.Argv)):]
		own, others := r.joined(an, append([]string{"bash"}, rest...), img.dir, p)
		own = slices.DeleteFunc(own, func(a rules.Action) bool { return !slices.Contains(a.Via, "download") })
		all := append(own, others...)
		return r.answerExec(e, img, append(all, r.execAction(e, append([]string{"guard"}, rest...))))
	}
	var all []rules.Action
	for _, name := range r.identities(e) {
		argv := append([]string{name}, e.Argv[min(1, len(e.Argv)):]...)
		actions, others := r.joined(an, argv, img.dir, p)
		all = append(all, others...)
		for _, a := range actions {
			switch {
			case a.Op == rules.Load && a.Path.Known():
				img.loads = append(img.loads, string(a.Path))
			case a.Op == rules.Delete && a.Recursive && a.Path.Known():
				img.deletes = append(img.deletes, string(a.Path))
				if a.Real != "" {
					img.deletes = append(img.deletes, string(a.Real))
				}
			}
			if r.foreseen(&a) || r.dull(&a) {
				continue
			}
			a.Via = append(chain(e.Proc), a.Via...)
			if a.Path.Known() {
				a.Created = r.madeHere(string(a.Path))
				if a.Created != "" && a.Op == rules.Delete {
					a.Loses = rules.False
				}
			}
			all = append(all, a)
		}
	}
	return r.answerExec(e, img, all)
}

func (r *runtimeJudge) answerExec(e *supervise.Event, img *image, actions []rules.Action) supervise.Answer {
	v := Settled(r.loaded.Policy.Evaluate(actions))
	step := len(v.Findings) > 0 && r.step(e)
	v.Findings = slices.DeleteFunc(v.Findings, func(f rules.Finding) bool {
		return step && rules.MatchID("git.*", f.Rule) || r.owns(e.Proc, img, &actions[f.Action], f.Rule)
	})
	v = Settled(v)
	if v.Applied != rules.Allow {
		img.loads, img.deletes = nil, nil
		r.refused(e, actions, v)
		return supervise.Refuse
	}
	if !r.passed(e, actions, v) {
		return supervise.Refuse
	}
	return supervise.Allow
}

// foreseen reports whether an action need not be judged now: it will be when the
// system call is made, or the text layer knew more of it and has allowed it.
func (r *runtimeJudge) foreseen(a *rules.Action) bool {
	switch a.Op {
	case rules.Read, rules.Load:
		return r.opt.Level >= supervise.LevelFull
	case rules.Write, rules.Delete, rules.Chmod:
		if r.opt.Level >= supervise.LevelWrite && !a.Recursive {
			return true
		}
		path := string(a.Path)
		if !a.Path.Known() {
			return false
		}
		return r.allowed[allowKey(a.Op, a.Recursive, path)] ||
			r.allowed[allowKey(a.Op, false, path)] && kind(path) == syscall.S_IFREG // which has nothing below it
	}
	return false
}

func (r *runtimeJudge) execAction(e *supervise.Event, argv []string) rules.Action {
	a := rules.Action{Op: rules.Exec, Via: chain(e.Proc)}
	for _, w := range argv {
		a.Argv = append(a.Argv, value.Known(w))
	}
	if r.trusted(e.Real) {
		a.Program = value.Known(e.Real)
	}
	return a
}

// identities lists the names under which a program is to be judged: of the file
// that is run, of what that is a link to, and the one it is told to go by, which
// decides what a busybox does.
func (r *runtimeJudge) identities(e *supervise.Event) []string {
	names := []string{e.Path, e.Real}
	if len(e.Argv) > 0 {
		names = append(names, e.Argv[0])
	}
	var out []string
	seen := map[string]bool{}
	for _, n := range names {
		base := filepath.Base(strings.TrimPrefix(n, "-"))
		spec := r.loaded.Policy.Table().Lookup(base)
		if _, _, ok := r.loaded.Policy.Table().Dashed(base); ok && !seen[base] {
			seen[base] = true
			out = append(out, n)
		}
		if spec != nil && !seen[spec.Names[0]] {
			seen[spec.Names[0]] = true
			out = append(out, strings.TrimPrefix(n, "-"))
		}
	}
	if len(out) == 0 {
		out = append(out, e.Path)
	}
	return out
}

// load remembers the program that a process is about to run.
func (r *runtimeJudge) load(e *supervise.Event) *image {
	img := &image{exe: e.Real, argv: e.Argv}
	if e.Interp != "" {
		name, arg, _ := strings.Cut(e.Interp, " ")
		img.exe, img.argv = name, []string{name}
		if real, err := filepath.EvalSymlinks(name); err == nil {
			img.exe = real
		}
		if arg = strings.TrimSpace(arg); arg != "" {
			img.argv = append(img.argv, arg)
		}
		img.argv = append(append(img.argv, e.Path), e.Argv[min(1, len(e.Argv)):]...)
	}
	img.dir, _ = os.Readlink("/proc/" + strconv.Itoa(e.Proc.PID) + "/cwd")
	if len(r.images) >= maxImages {
		clear(r.images)
	}
	r.images[e.Proc.PID] = img
	return img
}

// imageOf finds what a process runs, or what the process did that forked it; nil
// if it is not known.
func (r *runtimeJudge) imageOf(p *supervise.Process) *image {
	for q := p; q != nil && q.Exe == p.Exe; q = q.Parent {
		if img := r.images[q.PID]; img != nil {
			if img.exe == p.Exe {
				return img
			}
			return nil
		}
		if q.Parent == nil && r.isRoot(q) {
			return &image{exe: q.Exe, argv: r.opt.Argv, dir: r.world.Dir()}
		}
	}
	return nil
}

// isRoot reports whether p still runs what guard has started.
func (r *runtimeJudge) isRoot(p *supervise.Process) bool {
	a, err := os.Stat("/proc/" + strconv.Itoa(p.PID) + "/exe")
	if err != nil {
		return false
	}
	b, err := os.Stat(r.opt.Path)
	return err == nil && os.SameFile(a, b)
}

// chain names the programs that led to what p does, outermost first.
func chain(p *supervise.Process) []string {
	var out []string
	for q := p; q != nil; q = q.Parent {
		name := filepath.Base(q.Exe)
		if name == "." {
			name = "?"
		}
		out = append(out, name)
	}
	slices.Reverse(out)
	return out
}

// maxStory bounds what is told of each process's command line, in bytes.
const maxStory = 160

// story says who acts, for the log: each process with its command line.
func story(p *supervise.Process) string {
	var parts []string
	for q := p; q != nil && len(parts) < 8; q = q.Parent {
		line := strings.Join(q.Argv, " ")
		if len(line) > maxStory {
			line = line[:maxStory] + "…"
		}
		parts = append(parts, strconv.Itoa(q.PID)+" "+q.Exe+": "+line)
	}
	return strings.Join(parts, " < ")
}
