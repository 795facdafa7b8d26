package shim

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/supervise"
)

// maxCreated bounds what is remembered of a tree, in entries.
const maxCreated = 1 << 16

// judgeFile decides about an event that names files or an address.
func (r *runtimeJudge) judgeFile(e *supervise.Event) supervise.Answer {
	if r.ownLog(e) {
		return supervise.Allow
	}
	actions := r.actions(e)
	v := Settled(r.loaded.Policy.Evaluate(actions))
	if v.Decision != rules.Allow {
		img := r.imageOf(e.Proc)
		for i := range actions {
			r.facts(&actions[i], img)
		}
		v = r.lift(Settled(r.loaded.Policy.Evaluate(actions)), actions, e, img)
	}
	if v.Applied != rules.Allow {
		r.refused(e, actions, v)
		if e.Op == supervise.OpRead && r.searches(e.Proc) {
			return supervise.Empty
		}
		return supervise.Refuse
	}
	if !r.passed(e, actions, v) {
		return supervise.Refuse
	}
	r.remember(e)
	return supervise.Allow
}

// actions says in the terms of the policy what an event is.
func (r *runtimeJudge) actions(e *supervise.Event) []rules.Action {
	base := rules.Action{Via: chain(e.Proc)}
	if r.trusted(e.Proc.Exe) {
		base.Program = value.Known(e.Proc.Exe)
	}
	var out []rules.Action
	add := func(op rules.Op, path, real string, how rules.How, exists rules.Tri) {
		a := base
		a.Op, a.Path, a.How, a.Exists = op, value.Known(path), how, exists
		if real != path && real != "" {
			a.Real = value.Known(real)
		}
		a.Created = r.madeHere(real)
		out = append(out, a)
		if e.Same != "" && e.Same != path && e.Same != real && path == e.Path {
			a.Path, a.Real = value.Known(e.Same), ""
			out = append(out, a)
		}
	}
	switch e.Op {
	case supervise.OpRead:
		add(rules.Read, e.Path, e.Real, 0, rules.True)
	case supervise.OpWrite:
		how := rules.Overwrite
		if e.Flags&syscall.O_APPEND != 0 {
			how = rules.Append
		}
		add(rules.Write, e.Path, e.Real, how, rules.True)
	case supervise.OpTruncate:
		add(rules.Write, e.Path, e.Real, rules.Overwrite, rules.True)
	case supervise.OpCreate, supervise.OpMkdir:
		add(rules.Write, e.Path, e.Real, rules.Create, rules.False)
	case supervise.OpDelete, supervise.OpRmdir:
		add(rules.Delete, e.Path, e.Real, 0, rules.True)
	case supervise.OpRename:
		add(rules.Read, e.Path, e.Real, 0, rules.True)
		add(rules.Delete, e.Path, e.Real, 0, rules.True)
		for i := range out[1:] {
			a := &out[1+i]
			if a.Op == rules.Delete { // it is elsewhere then
				a.Via, a.Loses = append(a.Via[:len(a.Via):len(a.Via)], "move"), rules.False
			}
		}
		r.replaced(e, add)
	case supervise.OpLink:
		add(rules.Read, e.Path, e.Real, 0, rules.True)
		add(rules.Mount, e.Path, e.Real, 0, rules.True)
		r.replaced(e, add)
	case supervise.OpSymlink:
		add(rules.Mount, e.Path, e.Real, 0, rules.Unknown)
		r.replaced(e, add)
	case supervise.OpChmod, supervise.OpChown:
		add(rules.Chmod, e.Path, e.Real, 0, rules.True)
	case supervise.OpMount:
		if fi, err := os.Stat(e.Real); err == nil && !fi.IsDir() || e.Same != "" {
			add(rules.Mount, e.Path, e.Real, 0, rules.True)
			add(rules.Read, e.Path, e.Real, 0, rules.True)
		}
	case supervise.OpConnect:
		kind, addr, _ := strings.Cut(e.Addr, " ")
		if kind == "unix" {
			if e.Path != "" {
				add(rules.Write, e.Path, e.Real, rules.Append, rules.True)
			}
			break
		}
		a := base
		a.Op, a.URL = rules.Connect, value.Known(addr)
		out = append(out, a)
	}
	return out
}

// replaced adds what the new name of a rename or link does.
func (r *runtimeJudge) replaced(e *supervise.Event, add func(rules.Op, string, string, rules.How, rules.Tri)) {
	how, exists := rules.Create, rules.False
	if fi, err := os.Lstat(e.Real2); err == nil {
		how, exists = rules.Overwrite, rules.True
		if fi.Mode()&os.ModeDevice != 0 { // what is written to one stays in it
			add(rules.Delete, e.Path2, e.Real2, 0, exists)
		}
	}
	add(rules.Write, e.Path2, e.Real2, how, exists)
}

// facts fills in what it costs more to know, and only a refusal needs.
func (r *runtimeJudge) facts(a *rules.Action, img *image) {
	real := string(a.Path)
	if a.Real != "" {
		real = string(a.Real)
	}
	if a.Op == rules.Read && r.loadsFile(img, string(a.Path), real) {
		a.Op = rules.Load
	}
	if a.Created != "" && a.Op == rules.Delete {
		a.Loses = rules.False
	}
	if a.Created != "" || a.URL != "" || a.Loses != rules.Unknown {
		return
	}
	repo, ok := r.world.Repo(filepath.Dir(real))
	if !ok {
		return
	}
	switch clean, loss := repo.Clean(real); clean {
	case rules.True:
		a.Tracked, a.Loses = rules.True, rules.False
	case rules.False:
		a.Tracked, a.Loses, a.Loss = rules.False, rules.True, loss
	case rules.Unknown:
	}
}

// lift takes out of a verdict what speaks against a program's use of its own
// files, and what a judged command covers.
func (r *runtimeJudge) lift(v rules.Verdict, actions []rules.Action, e *supervise.Event, img *image) rules.Verdict {
	kept := v.Findings[:0]
	for _, f := range v.Findings {
		a := &actions[f.Action]
		if !r.covered(a, img) && !r.owns(e.Proc, img, a, f.Rule) && !ownMemory(e) {
			kept = append(kept, f)
		}
	}
	v.Findings = kept
	return Settled(v)
}

// ownMemory reports whether a process reads its own memory, or that of what it has
// started, as a debugger does.
func ownMemory(e *supervise.Event) bool {
	rest, ok := strings.CutPrefix(e.Real, "/proc/")
	if !ok || e.Op != supervise.OpRead || filepath.Base(rest) != "mem" {
		return false
	}
	pid, _, _ := strings.Cut(rest, "/")
	for range 64 {
		if pid == strconv.Itoa(e.Proc.PID) {
			return true
		}
		status, _ := os.ReadFile("/proc/" + pid + "/status")
		_, after, _ := strings.Cut(string(status), "\nPPid:\t")
		if pid, _, ok = strings.Cut(after, "\n"); !ok || pid == "0" {
			return false
		}
	}
	return false
}

// covered reports whether an action is part of what was judged as a whole.
func (r *runtimeJudge) covered(a *rules.Action, img *image) bool {
	for _, p := range []string{string(a.Path), string(a.Real)} {
		if p != "" && r.allowed[allowKey(a.Op, false, p)] {
			return true
		}
		if a.Op != rules.Delete || p == "" || img == nil {
			continue
		}
		for _, d := range img.deletes {
			if within(d, p) {
				return true
			}
		}
	}
	return false
}

// ownLog reports whether a guard of the tree writes to its log. Who traces it
// could write anything.
func (r *runtimeJudge) ownLog(e *supervise.Event) bool {
	switch e.Op {
	case supervise.OpWrite, supervise.OpCreate, supervise.OpMkdir, supervise.OpRename, supervise.OpChmod, supervise.OpDelete, supervise.OpLink:
	default:
		return false
	}
	if !within(r.logDir, e.Real) || e.Path2 != "" && !within(r.logDir, e.Real2) {
		return false
	}
	proc := fmt.Sprintf("/proc/%d/", e.Proc.PID)
	status, err := os.ReadFile(proc + "status")
	return err == nil && strings.Contains(string(status), "\nTracerPid:\t0\n") && r.isGuard(proc+"exe")
}

// madeHere is "session" for what this tree has made.
func (r *runtimeJudge) madeHere(path string) string {
	for d := path; len(d) > 1; d = filepath.Dir(d) {
		if r.created[d] {
			return "session"
		}
	}
	return ""
}

// remember notes what an event that was allowed makes.
func (r *runtimeJudge) remember(e *supervise.Event) {
	switch e.Op {
	case supervise.OpCreate, supervise.OpMkdir:
		if _, err := os.Lstat(e.Real); err != nil {
			r.made(e.Real)
		}
	case supervise.OpRename:
		r.renamed(e.Real, e.Real2)
	}
}

// made remembers that path is the work of this tree.
func (r *runtimeJudge) made(path string) {
	if len(r.created) > maxCreated {
		clear(r.created)
	}
	r.created[strings.Clone(path)] = true
}

// renamed carries over what is known of where a file was.
func (r *runtimeJudge) renamed(from, to string) {
	if r.madeHere(from) != "" {
		r.made(to)
		return
	}
	for d := to; len(d) > 1; d = filepath.Dir(d) {
		delete(r.created, d) // now it holds something older
	}
}
