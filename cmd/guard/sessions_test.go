package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"guard/rules"
	"guard/rules/packs"
	"guard/rules/programs"
	"guard/shim"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/virtual"
)

// TestSessions judges whole working sessions, command after command, in a real
// repository. A benign session meets no refusal and no question. In a session
// with an accident exactly the marked commands are refused, by the rules named
// there, and everything around them passes.
//
// A session is a txtar archive: the files are those of the repository (or, with
// ~/ or /, of the home directory or the machine), the comment holds the steps.
//
//	# a remark
//	@ have PATH…      the file exists, and is committed unless git ignores it
//	@ write PATH…     the file is written now; a PATH with a final / is a directory
//	@ remove PATH…    the file or tree goes away
//	@ git ARGS        git does something to the repository
//	@ cd DIR          later commands start there
//	@ env NAME=VALUE  later commands have it in their environment
//	! RULE…           the next command is refused, by one of these rules
//	$ COMMAND         a command of the session
//	> …               its next line
//
// The commands are only judged. What they would have done, as far as it matters
// to what follows, is done by the steps.
func TestSessions(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("the sessions need git:", err)
	}
	for _, kind := range []struct {
		name              string
		sessions, allowed int // the least number of each
	}{{"benign", 40, 15}, {"accident", 40, 4}} {
		files, err := filepath.Glob("testdata/sessions/" + kind.name + "/*.txt")
		if err != nil {
			t.Fatal(err)
		}
		if len(files) < kind.sessions {
			t.Errorf("%d %s sessions, want at least %d", len(files), kind.name, kind.sessions)
		}
		for _, file := range files {
			t.Run(kind.name+"/"+strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
				s := readSession(t, file)
				allowed, refused := s.play(t)
				if allowed < kind.allowed {
					t.Errorf("%d commands that pass, want at least %d", allowed, kind.allowed)
				}
				if (refused > 0) != (kind.name == "accident") {
					t.Errorf("%d commands marked as refused in a session of kind %s", refused, kind.name)
				}
			})
		}
	}
}

// session is one file of testdata/sessions.
type session struct {
	file  string
	files []txtar.File
	steps []step
}

// step is a command (verb "$") or a change of the world around it.
type step struct {
	line int
	verb string
	text string
	want []string // rules, one of which refuses the command
}

func readSession(t testing.TB, file string) session {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := session{file: file, files: archive.Files}
	var want []string
	for i, line := range strings.Split(string(archive.Comment), "\n") {
		mark, text, _ := strings.Cut(line, " ")
		switch mark {
		case "", "#":
		case "!":
			want = strings.Fields(text)
		case "$":
			s.steps = append(s.steps, step{i + 1, "$", text, want})
			want = nil
		case ">":
			if n := len(s.steps); n > 0 && s.steps[n-1].verb == "$" {
				s.steps[n-1].text += "\n" + text
			}
		case "@":
			verb, rest, _ := strings.Cut(text, " ")
			s.steps = append(s.steps, step{i + 1, verb, rest, nil})
		default:
			t.Fatalf("%s:%d: want a line that begins with #, @, !, $ or >", file, i+1)
		}
	}
	return s
}

// play sets the stage, judges the commands in order, and counts them.
func (s session) play(t *testing.T) (allowed, refused int) {
	w := newStage(t)
	w.build(s)
	table := programs.Builtin()
	builtin, err := packs.Layer(table, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := virtual.New().Context()
	for _, p := range s.steps {
		if p.verb != "$" {
			w.change(p)
			continue
		}
		ctx.Workspace = w.workspace()
		loaded := shim.Loaded{Policy: rules.New(ctx, table, builtin)}
		j := loaded.Judge(w, analysis.Source{Text: p.text, Shell: dialect.Bash}, true)
		found := func(f rules.Finding) bool { return f.Decision != rules.Allow }
		i := slices.IndexFunc(j.Verdict.Findings, found)
		switch {
		case len(p.want) == 0 && j.Verdict.Decision != rules.Allow:
			t.Errorf("%s:%d: %v by %s, should pass: %s", s.file, p.line, j.Verdict.Decision, ruleIDs(j.Verdict), p.text)
		case len(p.want) > 0 && j.Verdict.Decision == rules.Allow:
			t.Errorf("%s:%d: passes, should be refused by %v: %s", s.file, p.line, p.want, p.text)
		case len(p.want) > 0 && i >= 0 && !slices.Contains(p.want, j.Verdict.Findings[i].Rule):
			t.Errorf("%s:%d: refused by %s, should be by %v: %s", s.file, p.line, ruleIDs(j.Verdict), p.want, p.text)
		}
		if len(p.want) > 0 {
			refused++
		} else {
			allowed++
		}
	}
	return allowed, refused
}

func ruleIDs(v rules.Verdict) string {
	var ids []string
	for _, f := range v.Findings {
		if f.About != "" {
			f.Rule += " about " + f.About
		}
		ids = append(ids, fmt.Sprintf("%s (%s)", f.Rule, f.Became))
	}
	return strings.Join(ids, ", ")
}

// stage is the world of a session: the file system below root, which appears as
// the machine of ana with a repository in her home directory.
type stage struct {
	*analysis.Host
	t    *testing.T
	root string // of the file system
	dir  string // where commands start
	env  []string
	n    int // files written
}

func newStage(t *testing.T) *stage {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &stage{t: t, root: root, dir: virtual.Workspace, env: virtual.New().Environ()}
	if w.Host, err = analysis.NewHost(w.dir, nil); err != nil {
		t.Fatal(err)
	}
	w.PasswdHome = w.real(virtual.Home)
	return w
}

// Everything that analysis asks is answered from below root.

func (w *stage) real(p string) string                       { return filepath.Join(w.root, p) }
func (w *stage) Dir() string                                { return w.dir }
func (w *stage) Environ() []string                          { return w.env }
func (w *stage) User() string                               { return virtual.User }
func (w *stage) UID() int                                   { return 1000 }
func (w *stage) Home(user string) (string, bool)            { return virtual.New().Home(user) }
func (w *stage) Lstat(p string) (fs.FileInfo, error)        { return w.Host.Lstat(w.real(p)) }
func (w *stage) Readlink(p string) (string, error)          { return w.Host.Readlink(w.real(p)) }
func (w *stage) ReadDir(p string) ([]fs.DirEntry, error)    { return w.Host.ReadDir(w.real(p)) }
func (w *stage) ReadFile(p string, max int) ([]byte, error) { return w.Host.ReadFile(w.real(p), max) }

func (w *stage) Getenv(name string) (string, bool) {
	for _, e := range slices.Backward(w.env) {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v, true
		}
	}
	return "", false
}

func (w *stage) Repo(p string) (analysis.Repo, bool) {
	r, ok := w.Host.Repo(w.real(p))
	if !ok {
		return nil, false
	}
	return stagedRepo{r, w}, true
}

// stagedRepo speaks of paths as they appear on the stage.
type stagedRepo struct {
	analysis.Repo
	w *stage
}

func (r stagedRepo) Root() string                       { return strings.TrimPrefix(r.Repo.Root(), r.w.root) }
func (r stagedRepo) Clean(p string) (rules.Tri, string) { return r.Repo.Clean(r.w.real(p)) }
func (r stagedRepo) Discard(p string) (rules.Tri, string) {
	return r.Repo.Discard(r.w.real(p))
}
func (r stagedRepo) Sweep(p string, ignored bool) (rules.Tri, string) {
	return r.Repo.Sweep(r.w.real(p), ignored)
}

// workspace is the root of the repository that holds the starting directory.
func (w *stage) workspace() string {
	for d := w.dir; d != "/"; d = filepath.Dir(d) {
		if _, err := w.Lstat(filepath.Join(d, ".git")); err == nil {
			return d
		}
	}
	return w.dir
}

// machine is what every stage has; ignored is the default .gitignore.
const (
	machine = `/bin/bash /usr/bin/python3 /usr/bin/git /usr/local/bin/guard /dev/null /dev/sda /dev/sdb /etc/passwd /etc/hosts /etc/fstab /tmp/ /var/tmp/
		/var/log/syslog /var/lib/postgresql/data/base ~/.bashrc ~/.profile ~/.ssh/id_ed25519 ~/.ssh/id_ed25519.pub ~/.ssh/id_rsa
		~/.ssh/config ~/.ssh/known_hosts ~/.aws/credentials ~/.aws/config ~/.npmrc ~/.kube/config ~/.docker/config.json ~/.netrc ~/.pgpass
		~/.config/gh/hosts.yml ~/.config/guard/policy.toml ~/.local/state/guard/audit.jsonl ~/.cache/pip/x ~/Documents/letter.odt ~/photos/a.jpg`
	ignored = ".env\n.env.*\n!.env.example\nnode_modules/\ndist/\nbuild/\nout/\ntarget/\n.next/\n.venv/\n__pycache__/\n*.pyc\n*.log\n*.db\n*.sqlite3\ncoverage/\nvendor/\ntmp/\n.terraform/\n*.tfstate*\n"
)

// build makes the files of the session and commits those of the repository.
func (w *stage) build(s session) {
	w.write(strings.Fields(machine)...)
	w.put("~/.gitconfig", []byte("[user]\n\tname = Ana\n\temail = ana@example.com\n"))
	w.put(".gitignore", []byte(ignored))
	w.write("README.md")
	for _, f := range s.files {
		w.put(f.Name, f.Data)
	}
	for _, p := range s.steps {
		if p.verb == "have" {
			w.write(strings.Fields(p.text)...)
		}
	}
	for _, args := range []string{
		"init -q -b main", "add -A", "commit -q -m start", "remote add origin git@github.com:ana/shop.git",
		"update-ref refs/remotes/origin/main main", "symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/main",
	} {
		w.git(args)
	}
}

// change applies a step that is no command.
func (w *stage) change(p step) {
	switch p.verb {
	case "have": // done by build
	case "write":
		w.write(strings.Fields(p.text)...)
	case "remove":
		for _, f := range strings.Fields(p.text) {
			if err := os.RemoveAll(w.real(w.abs(f))); err != nil {
				w.t.Fatal(err)
			}
		}
	case "git":
		w.git(p.text)
	case "cd":
		w.dir = w.abs(p.text)
	case "env":
		w.env = append(w.env, p.text)
	default:
		w.t.Fatalf("line %d: unknown step %q", p.line, p.verb)
	}
}

// abs is the place of a path of the session on the stage.
func (w *stage) abs(p string) string {
	switch rest, home := strings.CutPrefix(p, "~"); {
	case home:
		return filepath.Join(virtual.Home, rest)
	case filepath.IsAbs(p):
		return filepath.Clean(p)
	}
	return filepath.Join(virtual.Workspace, p)
}

// write gives each file a content that it has not had before.
func (w *stage) write(paths ...string) {
	for _, p := range paths {
		w.n++
		if strings.HasSuffix(p, "/") {
			if err := os.MkdirAll(w.real(w.abs(p)), 0o755); err != nil {
				w.t.Fatal(err)
			}
			continue
		}
		w.put(p, fmt.Appendf(nil, "version %d\n", w.n))
	}
}

func (w *stage) put(p string, data []byte) {
	real := w.real(w.abs(p))
	if err := os.MkdirAll(filepath.Dir(real), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(real, data, 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *stage) git(args string) {
	cmd := exec.Command("git", strings.Fields(args)...)
	cmd.Dir = w.real(w.dir)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ana", "GIT_AUTHOR_EMAIL=ana@example.com", "GIT_COMMITTER_NAME=Ana", "GIT_COMMITTER_EMAIL=ana@example.com", "GIT_EDITOR=true")
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("git %s: %v\n%s", args, err, out)
	}
}
