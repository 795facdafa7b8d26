package shim

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"guard/internal/early"
	"guard/rules"
	"guard/shim/analysis"
	"guard/shim/supervise"
)

// HandoverCommand is the hidden subcommand under which guard goes on to judge
// what outlives a shell; see [ServeHandover].
const HandoverCommand = "__supervise"

// RunOptions say what is run under the run-time layer.
type RunOptions struct {
	Level supervise.Level // which the supervisor knows
	Path  string          // of the program
	Argv  []string        // with its name
	// Environ is its environment.
	Environ []string `json:"-"`
	Text    string   // the command, for the log
	// Allowed are the actions on files that the text layer has seen and allowed:
	// it knows more of what the command itself has made than system calls show.
	Allowed []rules.Action
	// Agent: the program is an agent, which may use its own state directory.
	Agent bool
}

// legacy is what the process that takes over has to know.
type legacy struct {
	Dir     string
	Start   time.Time
	Options RunOptions
}

// Supervisor judges what a program and its tree really do, by the same policy.
type Supervisor struct {
	layer *supervise.Supervisor
	judge *runtimeJudge
	level supervise.Level
}

// Supervisor makes what the run-time layer needs before it is known whether, and
// what, it is to run; see [supervise.New].
func (l *Loaded) Supervisor(loc Locations, w *analysis.Host, level supervise.Level) *Supervisor {
	j := newRuntimeJudge(l, w, time.Now())
	return &Supervisor{judge: j, level: level, layer: supervise.New(supervise.Config{
		Level: level, Judge: j, Guarded: loc.guarded(l.Log), Strict: l.Strict, Handover: []string{"guard", HandoverCommand},
		State: func() ([]byte, error) { return json.Marshal(legacy{w.Dir(), j.start, j.opt}) },
	})}
}

// Run runs a program with its whole tree. It uses up this process; the error is
// [supervise.ErrUnsupported] or [supervise.ErrBusy] where the layer cannot work,
// and nothing was run then.
func (s *Supervisor) Run(o RunOptions) (supervise.Status, error) {
	o.Level, o.Allowed = s.level, seen(o.Allowed)
	s.judge.serve(o)
	return s.layer.Run(o.Path, o.Argv, o.Environ)
}

// exclude runs f while the judge of the tree rests: both ask the same policy.
func (s *Supervisor) exclude(f func()) {
	s.judge.mu.Lock()
	defer s.judge.mu.Unlock()
	f()
}

// ServeHandover is the life of the process that judges what outlived a shell; it
// returns an exit status.
func ServeHandover(loc Locations) int {
	early.Restore()
	return supervise.ServeHandover(func(state []byte) (supervise.Judge, error) {
		var s legacy
		if err := json.Unmarshal(state, &s); err != nil {
			return nil, fmt.Errorf("take over: %w", err)
		}
		w, err := analysis.NewHost(s.Dir, os.Environ())
		if err != nil {
			return nil, err
		}
		l, err := Load(loc, w)
		if err != nil {
			return nil, err
		}
		j := newRuntimeJudge(l, w, s.Start)
		j.serve(s.Options)
		return j, nil
	})
}

// RuntimeLevel is the level of the run-time layer that the policy states or, where it
// states none, the usual one here.
func (l *Loaded) RuntimeLevel() supervise.Level {
	if l.Level == "" {
		return l.usual
	}
	return l.StatedLevel()
}

// StatedLevel is the level that the policy states, or off.
func (l *Loaded) StatedLevel() supervise.Level {
	var level supervise.Level
	if l.Level != "" && level.UnmarshalText([]byte(l.Level)) != nil {
		return supervise.LevelFull
	}
	return level
}

// guarded lists guard's own files that nobody in a tree may change. The log is
// not among them: a guard in the tree appends to it, which the judge decides on.
func (l Locations) guarded(log string) []string {
	var out []string
	for _, p := range l.own(log) {
		if p != "" && filepath.IsAbs(p) && !within(p, log) && !within(p, l.Log()) && !within(filepath.Dir(l.Log()), p) {
			out = append(out, p)
		}
	}
	return out
}

// within reports whether path is dir or lies below it.
func within(dir, path string) bool {
	return path == dir || dir == "/" || len(path) > len(dir) && path[:len(dir)] == dir && path[len(dir)] == '/'
}

// Settled is a verdict without what only the run of the command can show: the
// run-time layer judges that when it happens.
func Settled(v rules.Verdict) rules.Verdict {
	v.Findings = slices.DeleteFunc(slices.Clone(v.Findings), func(f rules.Finding) bool { return f.About != "" })
	v.Decision, v.Applied = rules.Allow, rules.Allow
	for i := range v.Findings {
		f := &v.Findings[i]
		v.Decision = min(v.Decision, f.Decision)
		if !f.Observed() {
			v.Applied = min(v.Applied, f.Decision)
		}
	}
	return v
}

// seen keeps the actions on files that are fully known.
func seen(actions []rules.Action) []rules.Action {
	var out []rules.Action
	for _, a := range actions {
		switch a.Op {
		case rules.Load, rules.Write, rules.Delete, rules.Chmod:
			if a.Path != "" && a.Path.Known() && a.Real.Known() {
				out = append(out, rules.Action{Op: a.Op, Path: a.Path, Real: a.Real, Recursive: a.Recursive})
			}
		}
	}
	return out
}

// Unavailable reports whether err means that the layer cannot work here.
func Unavailable(err error) bool {
	return errors.Is(err, supervise.ErrUnsupported) || errors.Is(err, supervise.ErrBusy)
}

// runtimeJudge asks the policy about what the processes of a tree are about to do.
type runtimeJudge struct {
	loaded   *Loaded
	world    *analysis.Host
	opt      RunOptions
	start    time.Time // what changed since is not trusted to be what its name says
	guard    os.FileInfo
	logDir   string
	interest *rules.Interest // may be asked without mu

	mu       sync.Mutex // of all below, and of the policy's caches
	images   map[int]*image
	created  map[string]bool // what this tree has made
	told     map[string]bool // what was reported
	loads    map[string]bool // what the text layer saw the shell load
	allowed  map[string]bool // operation and path that the text layer allowed
	pipes    pipes
	sittings map[int]*sitting // of interactive shells
}

func newRuntimeJudge(l *Loaded, w *analysis.Host, start time.Time) *runtimeJudge {
	r := &runtimeJudge{
		loaded: l, world: w, start: start, logDir: filepath.Dir(l.Log),
		images: map[int]*image{}, sittings: map[int]*sitting{}, pipes: pipes{map[string]bool{}, map[string][]reader{}},
		created: map[string]bool{}, told: map[string]bool{}, loads: map[string]bool{}, allowed: map[string]bool{},
	}
	r.guard, _ = os.Stat("/proc/self/exe")
	return r
}

// serve tells the judge what is run.
func (r *runtimeJudge) serve(o RunOptions) {
	r.opt = o
	r.permit(o.Allowed)
}

// permit takes in what the text layer has seen and allowed, until [runtimeJudge.revoke].
func (r *runtimeJudge) permit(actions []rules.Action) { r.mark(actions, true) }

// revoke takes that back: what was allowed then may be something else now.
func (r *runtimeJudge) revoke(actions []rules.Action) { r.mark(actions, false) }

func (r *runtimeJudge) mark(actions []rules.Action, yes bool) {
	for _, a := range actions {
		for _, p := range []string{string(a.Path), string(a.Real)} {
			set, key := r.allowed, allowKey(a.Op, a.Recursive, p)
			if a.Op == rules.Load {
				set, key = r.loads, p
			}
			switch {
			case p == "":
			case yes:
				set[key] = true
			default:
				delete(set, key)
			}
		}
	}
}

func allowKey(op rules.Op, recursive bool, path string) string {
	return fmt.Sprint(op, recursive, path)
}

// Protected lists the protected files that are also recognised by device and inode:
// those that rules name, and those at the top of the workspace and of the
// directory in which the tree starts.
func (r *runtimeJudge) Protected() []string {
	var out []string
	there := make(map[string]bool) // directories: most of these files have none
	for _, p := range r.interest.Literals(rules.Read.Set()) {
		if exist(filepath.Dir(p), there) && kind(p) == syscall.S_IFREG {
			out = append(out, p)
		}
	}
	dirs := []string{r.world.Dir()}
	if r.loaded.Root != "" && r.loaded.Root != dirs[0] {
		dirs = append(dirs, r.loaded.Root)
	}
	for _, dir := range dirs {
		entries, _ := r.world.ReadDir(dir)
		for _, e := range entries {
			if e.Type().IsRegular() && r.interest.In(dir, e.Name(), rules.Read.Set()) {
				out = append(out, filepath.Join(dir, e.Name()))
			}
		}
	}
	return out
}

// exist reports whether a directory is there, as far as its parents are, and keeps
// the answer.
func exist(dir string, known map[string]bool) bool {
	yes, ok := known[dir]
	if !ok {
		yes = dir == "/" || exist(filepath.Dir(dir), known) && kind(dir) != 0
		known[dir] = yes
	}
	return yes
}

// kind is the type in the mode of what is at path, a link not followed; 0 if
// nothing is there.
func kind(path string) uint32 {
	var st syscall.Stat_t
	if syscall.Lstat(path, &st) != nil {
		return 0
	}
	return uint32(st.Mode) & syscall.S_IFMT
}

// Prepare compiles what is of interest.
func (r *runtimeJudge) Prepare() { r.interest = r.loaded.Policy.Interest() }

// Interested reports whether a rule can be concerned with op on dir/base.
func (r *runtimeJudge) Interested(dir, base string, op supervise.Op) bool {
	if dir == "" {
		return op == supervise.OpConnect || op == supervise.OpPtrace
	}
	return r.interest.In(dir, base, concerned(op))
}

// concerned lists the operations of the policy that an event may be.
func concerned(op supervise.Op) rules.Ops {
	const all = ^rules.Ops(0)
	switch op {
	case supervise.OpRead:
		return rules.Read.Set() | rules.Load.Set()
	case supervise.OpWrite, supervise.OpTruncate:
		return rules.Write.Set()
	case supervise.OpDelete, supervise.OpRmdir:
		return rules.Delete.Set()
	case supervise.OpSymlink:
		return rules.Mount.Set() | rules.Write.Set()
	case supervise.OpMount:
		return rules.Mount.Set() | rules.Read.Set()
	case supervise.OpChmod, supervise.OpChown:
		return rules.Chmod.Set()
	case supervise.OpCreate, supervise.OpLink, supervise.OpRename, supervise.OpMkdir:
		return all
	}
	return 0
}

// Note keeps account of what this tree has made.
func (r *runtimeJudge) Note(op supervise.Op, real, real2 string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if op == supervise.OpRename {
		r.renamed(real, real2)
	} else {
		r.made(real)
	}
}

// Judge decides about one event.
func (r *runtimeJudge) Judge(e *supervise.Event) supervise.Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e.Op {
	case supervise.OpExec:
		return r.judgeExec(e)
	case supervise.OpPtrace:
		if r.isGuard(fmt.Sprintf("/proc/%d/exe", e.Target)) {
			return supervise.Refuse
		}
		return supervise.Allow
	case supervise.OpTyped:
		return r.judgeTyped(e)
	}
	return r.judgeFile(e)
}

// isGuard reports whether the file at path is this very program.
func (r *runtimeJudge) isGuard(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && r.guard != nil && os.SameFile(fi, r.guard)
}
