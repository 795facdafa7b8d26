// Package shim is the enforcement point: a shell invocation comes in, and is
// either authorised, and becomes the real shell, or refused.
package shim

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"syscall"

	"guard/rules"
	"guard/rules/packs"
	"guard/rules/programs"
	"guard/shim/analysis"
	"guard/shim/runner"
	"guard/shim/supervise"
)

// Locations says where guard finds what it trusts. Nothing in it comes from the
// environment. Tests hand their own to [Main].
type Locations struct {
	Etc   string // managed policy: policy.toml and policy.d below it
	Home  string // passwd home of the user; "" if there is none
	State string // directory of the log, for a user without home
	UID   int
	User  string // name of the user, or the number
	Shell runner.Locations
	Level supervise.Level // of the run-time layer, where no policy states one
}

// DefaultLocations returns the places of the contract in docs/architecture.md for the user that runs
// guard.
func DefaultLocations() Locations {
	loc := Locations{Etc: "/etc/guard", UID: os.Getuid()}
	loc.User = strconv.Itoa(loc.UID)
	if name, home := account(loc.User); filepath.IsAbs(home) {
		loc.User, loc.Home = name, home
	}
	if loc.Home == "" || loc.Home == "/" || loc.Home == "/nonexistent" {
		loc.Home, loc.State = "", fmt.Sprintf("/var/log/guard/%d", loc.UID)
		if os.MkdirAll(loc.State, 0o700) != nil {
			loc.State = fmt.Sprintf("%s/guard-%d", "/tmp", loc.UID)
		}
	}
	loc.Level = supervise.DefaultLevel()
	return loc
}

// account returns the name and the home of the user with this id. Where
// /etc/passwd has it, that is read without package os, whose files are prepared
// to be waited for: a noticeable part of a shell's start.
func account(uid string) (name, home string) {
	if fd, err := syscall.Open("/etc/passwd", syscall.O_RDONLY|syscall.O_CLOEXEC, 0); err == nil {
		defer syscall.Close(fd)
		buf := make([]byte, 4<<10)
		n, err := syscall.Read(fd, buf)
		for line := range strings.Lines(string(buf[:max(n, 0)])) {
			f := strings.Split(strings.TrimSuffix(line, "\n"), ":")
			if err == nil && len(f) == 7 && f[2] == uid && strings.HasSuffix(line, "\n") {
				return f[0], f[5]
			}
		}
	}
	if u, err := user.LookupId(uid); err == nil {
		return u.Username, u.HomeDir
	}
	return "", ""
}

// UserPolicy is the path of the user's policy, "" if there can be none.
func (l Locations) UserPolicy() string {
	if l.Home == "" {
		return ""
	}
	return filepath.Join(l.Home, ".config/guard/policy.toml")
}

// Log is the path of the decision log where managed policy says nothing else.
func (l Locations) Log() string {
	if l.Home == "" {
		return filepath.Join(l.State, "audit.jsonl")
	}
	return filepath.Join(l.Home, ".local/state/guard/audit.jsonl")
}

// own lists the files of guard itself, for the rules that protect them.
func (l Locations) own(log string) []string {
	out := []string{l.Etc, "/usr/lib/guard", "/usr/local/lib/guard", filepath.Dir(log)}
	if l.Home != "" {
		out = append(out, filepath.Dir(l.UserPolicy()), filepath.Dir(l.Log()), filepath.Join(l.Home, ".local/lib/guard"))
	}
	if exe, err := os.Executable(); err == nil {
		out = append(out, exe)
		if runtime.GOOS != "linux" { // where it is the name that guard was called by
			if r, err := filepath.EvalSymlinks(exe); err == nil && r != exe {
				out = append(out, r)
			}
		}
	}
	for _, b := range []string{"/usr/local/bin/guard", "/usr/bin/guard", filepath.Join(l.Home, ".local/bin/guard")} {
		out = append(out, b)
	}
	return out
}

// Loaded is a policy with what comes with it.
type Loaded struct {
	Policy   *rules.Policy
	Warnings []string
	Log      string // path of the log
	LogFail  bool   // run although the log cannot be written
	Shells   map[string]string
	TTY      bool            // interactive shells are allowed without the run-time layer
	Level    string          // of the run-time layer, as the policy states it
	usual    supervise.Level // where it states none
	Require  bool
	Strict   bool   // the run-time layer opens files on the programs' behalf
	Root     string // of the repository, or the starting directory
	Repo     bool   // there is a repository
}

// Load reads the layers that are in force in directory dir. Any fault in managed
// or user policy is an error; a faulty project file only tightens less, and is a
// warning.
func Load(l Locations, w analysis.World) (*Loaded, error) {
	table := programs.Builtin()
	out := &Loaded{Log: l.Log(), Shells: map[string]string{}, usual: l.Level}
	var layers []*rules.Layer
	managed, err := managedFiles(l.Etc)
	if err != nil {
		return nil, err
	}
	for _, f := range managed {
		layer, err := readLayer(f, rules.Managed, 0, table, out)
		if err != nil {
			return nil, err
		}
		if layer != nil {
			layers = append(layers, layer)
		}
	}
	hasManaged := len(layers) > 0
	if p := l.UserPolicy(); p != "" {
		layer, err := readLayer(p, rules.User, l.UID, table, out)
		if err != nil {
			return nil, err
		}
		if layer != nil {
			layers = append(layers, layer)
		}
	}
	var add, drop []string
	for _, x := range layers {
		add = append(add, x.Packs...)
		if x.Authority == rules.Managed || !hasManaged {
			drop = append(drop, x.Drop...)
		}
		if x.LogPath != "" && x.Authority == rules.Managed {
			out.Log = strings.ReplaceAll(x.LogPath, "<uid>", strconv.Itoa(l.UID))
		}
		if x.Authority == rules.Managed || !hasManaged {
			out.LogFail = out.LogFail || x.LogFailOK
			out.TTY = out.TTY || x.AllowTTY != nil && *x.AllowTTY
		}
		for n, p := range x.Shell {
			out.Shells[n] = p
		}
		out.Level, out.Require, out.Strict = strictest(out.Level, x.Level), out.Require || x.Require, out.Strict || x.Strict
	}
	builtin, err := packs.Layer(table, add, drop)
	if err != nil {
		return nil, fmt.Errorf("load policy: packs: %w", err)
	}
	layers = append(layers, builtin)
	root, project, repo := workspace(w)
	out.Root, out.Repo = root, repo
	if project != "" {
		layer, err := readLayer(project, rules.Project, -1, table, out)
		if err != nil {
			out.Warnings = append(out.Warnings, err.Error()+" (the project file is ignored)")
		} else if layer != nil {
			layers = append(layers, layer)
		}
	}
	for _, x := range layers {
		out.Warnings = append(out.Warnings, UnknownRules(x, layers...)...)
	}
	out.Policy = rules.New(l.context(w, out), table, layers...)
	return out, nil
}

// UnknownRules warns of each exception and lock of a layer that no rule of any
// layer or pack answers to.
func UnknownRules(l *rules.Layer, all ...*rules.Layer) []string {
	var warn []string
	answers := func(list []rules.Rule, id string) bool {
		return slices.ContainsFunc(list, func(r rules.Rule) bool { return rules.MatchID(id, r.ID) })
	}
	say := func(key, id string) {
		known := slices.ContainsFunc(all, func(x *rules.Layer) bool { return answers(x.Rules, id) }) ||
			slices.ContainsFunc(packs.All(), func(p packs.Pack) bool { return answers(p.Rules(), id) })
		if !known {
			warn = append(warn, fmt.Sprintf("%s: %s: no rule is called %q: guard rules lists them", l.Name, key, id))
		}
	}
	for _, e := range l.Exceptions {
		say("exception.rule", e.Rule)
	}
	for _, id := range l.Lock {
		say("policy.lock", id)
	}
	return warn
}

// strictest is the stronger of two levels of the run-time layer.
func strictest(a, b string) string {
	rank := func(s string) int { return strings.Index("-off-exec-write-full", "-"+s) }
	if a == "" || b != "" && rank(b) > rank(a) {
		return b
	}
	return a
}

// context is what rules are expanded with.
func (l Locations) context(w analysis.World, out *Loaded) rules.Context {
	ctx := rules.Context{Workspace: out.Root, Temps: []string{"/tmp", "/var/tmp"}, Guard: l.own(out.Log), User: l.User}
	if l.Home != "" {
		ctx.Homes = append(ctx.Homes, l.Home)
	}
	if h, ok := w.Getenv("HOME"); ok && filepath.IsAbs(h) && filepath.Clean(h) != l.Home {
		ctx.Homes = append(ctx.Homes, filepath.Clean(h))
	}
	for _, h := range ctx.Homes {
		if h == ctx.Workspace {
			ctx.Workspace = ""
		}
	}
	ctx.Temps = append(ctx.Temps, "/run/user/"+strconv.Itoa(l.UID), "/dev/shm")
	ctx.Temps, ctx.FoldCase = systemTemps(ctx.Temps)
	if host, err := os.Hostname(); err == nil {
		ctx.Host = host
	}
	ctx.Agent = Agent(w)
	ctx.Today = today()
	return ctx
}

// Agent names the agent that the environment claims to be, or "".
func Agent(w analysis.World) string {
	for _, m := range [...][2]string{
		{"CLAUDECODE", "claude"}, {"CODEX_THREAD_ID", "codex"}, {"CODEX_SESSION_ID", "codex"}, {"GEMINI_CLI", "gemini"},
		{"QWEN_CODE", "qwen"}, {"OPENCODE", "opencode"}, {"COPILOT_CLI", "copilot"}, {"CLINE_ACTIVE", "cline"}, {"CURSOR_AGENT", "cursor"},
	} {
		if v, ok := w.Getenv(m[0]); ok && v != "" {
			return m[1]
		}
	}
	return ""
}

// managedFiles lists the files of managed policy, in order of their names.
func managedFiles(etc string) ([]string, error) {
	var out []string
	main := filepath.Join(etc, "policy.toml")
	if _, err := os.Lstat(main); err == nil {
		out = append(out, main)
	} else if !absent(err) {
		return nil, fmt.Errorf("read managed policy: %w", err)
	}
	dir := filepath.Join(etc, "policy.d")
	entries, err := os.ReadDir(dir)
	if err != nil && !absent(err) {
		return nil, fmt.Errorf("read managed policy: %w", err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".toml") {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	sort.Strings(out)
	return out, nil
}

// absent reports whether there is no such file. Package errors would look for
// methods in the error that it does not have, which takes longer than the search.
func absent(err error) bool {
	p, ok := err.(*fs.PathError)
	return ok && (p.Err == syscall.ENOENT || p.Err == syscall.ENOTDIR)
}

// readLayer reads one policy file; nil if there is none. owner is the uid that
// must own it beside root, or -1 if anybody may.
func readLayer(path string, auth rules.Authority, owner int, table *programs.Table, out *Loaded) (*rules.Layer, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil && absent(err) {
		if to, e := os.Readlink(path); e == nil {
			return nil, fmt.Errorf("read %s policy: %s is a link to %s, which does not exist: remove the link or mend it", auth, path, to)
		}
		return nil, nil
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("read %s policy: %w: let uid %d read it", auth, err, os.Getuid())
	}
	if err != nil {
		return nil, fmt.Errorf("read %s policy: %w", auth, err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read %s policy: %w", auth, err)
	}
	if !fi.Mode().IsRegular() || fi.Size() > 4<<20 {
		return nil, fmt.Errorf("read %s policy: %s: want a regular file of at most 4 MiB", auth, path)
	}
	if owner >= 0 {
		if err := safe(path, fi, owner); err != nil {
			return nil, fmt.Errorf("read %s policy: %w", auth, err)
		}
		dir, err := os.Stat(filepath.Dir(path))
		if err == nil {
			err = safe(filepath.Dir(path), dir, owner)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s policy: %w", auth, err)
		}
	}
	text := make([]byte, fi.Size())
	if _, err := readFull(f, text); err != nil {
		return nil, fmt.Errorf("read %s policy: %w", auth, err)
	}
	layer, warn, err := rules.ParseLayer(path, text, auth, table)
	if err != nil {
		return nil, err
	}
	if auth != rules.Project { // whose packs do not count
		if err := packs.Check(path, text, layer); err != nil {
			return nil, err
		}
	}
	out.Warnings = append(out.Warnings, warn...)
	return layer, nil
}

// safe refuses a file that somebody else than owner or root could have written.
func safe(path string, fi os.FileInfo, owner int) error {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if int(st.Uid) != owner && st.Uid != 0 {
		return fmt.Errorf("%s belongs to uid %d: chown it to %d or root", path, st.Uid, owner)
	}
	if fi.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s can be written by others: chmod go-w %s", path, path)
	}
	return nil
}

// workspace finds the root of the repository that holds the starting directory,
// and the project file. Outside a repository the directory itself is the
// workspace.
func workspace(w analysis.World) (root, project string, found bool) {
	dir := w.Dir()
	root = dir
	for d := dir; ; d = filepath.Dir(d) {
		if project == "" {
			if fi, err := w.Lstat(filepath.Join(d, ".guard.toml")); err == nil && fi.Mode().IsRegular() {
				project = filepath.Join(d, ".guard.toml")
			}
		}
		if _, err := w.Lstat(filepath.Join(d, ".git")); err == nil {
			root, found = d, true
			break
		}
		if d == "/" || d == "." {
			break
		}
	}
	if !found && project != "" && filepath.Dir(project) != dir {
		project = "" // only up to the root of a repository
	}
	if root == "/" {
		root = ""
	}
	return root, project, found
}
