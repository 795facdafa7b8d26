package analysis_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/virtual"
)

// TestFindAgainstFind compares the files that guard believes find finds with those
// that it does find: none may be missing, and none too much that is sure.
func TestFindAgainstFind(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"a.txt", "b.md", ".env", "src/a.py", "src/a.pyc", "src/old/b.py", "src/__pycache__/a.pyc", "node_modules/x/i.js", "node_modules/x/y/z.md", ".git/HEAD", ".git/objects/aa/bb", "build/out.o"} {
		write(t, filepath.Join(dir, f))
	}
	for _, d := range []string{"empty", "nest/empty"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a.txt", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	w, err := analysis.NewHost(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := analysis.Analyzer{World: w, Table: programs.Builtin()}
	for _, expr := range []string{
		"", ".", "src", ". src", "absent", "a.txt",
		`. -name '*.md'`, `. -iname 'A.*'`, `. -name .env`, `. ! -name '*.py'`, `. -not -not -name '*.py'`, `src -name a.py -o -name b.py`,
		`. -path './src/*'`, `. -ipath './SRC/*'`, `. -wholename './src/a*'`, `. -type d`, `. -type f,l`, `. -type l`, `. -xtype f`, `. -xtype l`,
		`. \( -name '*.py' -o -name '*.pyc' \)`, `. \( -name x -o -type f \) -name '*.md'`, `. ! \( -name '*.py' -o -type d \)`, `. ! \( ! -name .env \)`,
		`. -path ./node_modules -prune -o -name '*.md' -print`, `. -name .git -prune -o -print`, `. -name .git -prune -o -type f`, `. -name .git -prune`,
		`. -name .git -prune -o -name node_modules -prune -o -type f -print`, `. -type d -name node_modules -prune -o -type f -name '*.md' -print`,
		`. -depth -name .git -prune -o -print`, `. -maxdepth 1`, `. -maxdepth 2 -name '*.py'`, `. -mindepth 2 -type f`, `. -mindepth 1 -maxdepth 1 -type d`,
		`. -regex '.*\.py'`, `. -regex './src/.*\.\(py\|pyc\)'`, `. -iregex '.*/A\.PY'`, `. -regextype posix-extended -regex '.*\.(py|md)'`, `. -regex '.*/[a-b]\.py.?'`, `. -regex 'a.txt'`,
		`. -empty`, `. -type d -empty`, `. -empty -o -name '*.md'`, `. -false -o -name '*.md'`, `. -true -name '*.md'`, `. -name '*.md' -a -type f`,
		`. -name '*.py' , -name '*.md'`, `. -name '*.py' -print , -name '*.md' -print`, `. -print -name '*.md'`, `. -newer a.txt`, `. -size -1k -name '*.md'`, `. -user root -o -name '*.md'`,
		`. -name '*.md' -o -name '*.py' -print`, `. -type f ! -exec test -e {} \; -print`, `. -exec false {} \; -o -name '*.md' -print`, `src/.. -maxdepth 1 -name '*.md'`,
	} {
		out, _ := exec.Command("sh", "-c", "cd '"+dir+"' && find "+expr).Output()
		real := strings.Fields(string(out))
		res := a.Analyze(analysis.Source{Text: "find " + expr + " | xargs -I{} marker {}", Shell: dialect.Bash})
		var may []string
		for _, act := range res.Actions {
			if act.Op != rules.Exec || len(act.Argv) != 2 || act.Argv[0] != "marker" || act.Argv[1] == "{}" {
				continue
			}
			f := string(act.Argv[1].Occurring())
			may = append(may, f)
			if act.Argv[1].Known() && !slices.Contains(real, f) {
				t.Errorf("find %s: does not find %s", expr, f)
			}
		}
		for _, f := range real {
			if !slices.Contains(may, f) {
				t.Errorf("find %s: finds %s too", expr, f)
			}
		}
	}
}

func write(t *testing.T, file string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// crowded is the virtual world with more files than guard looks at.
type crowded struct {
	*virtual.World
	at string // the directory that holds them
}

// crowd is one of many files.
type crowd struct {
	fs.DirEntry
	name string
}

func (c crowd) Name() string      { return c.name }
func (c crowd) IsDir() bool       { return false }
func (c crowd) Type() fs.FileMode { return 0 }

func (w crowded) ReadDir(p string) ([]fs.DirEntry, error) {
	list, err := w.World.ReadDir(p)
	if p != w.at || err != nil {
		return list, err
	}
	for i := range 9_000 {
		list = append(list, crowd{name: fmt.Sprintf("f%d.js", i)})
	}
	return list, nil
}

// TestFind judges searches by the built-in rules.
func TestFind(t *testing.T) {
	const shop = virtual.Workspace
	for _, row := range []struct {
		crowd, text string
		refuse      bool
	}{
		{"", `find . -name .git -prune -o -name '*~' -print0 | xargs -0 rm -f`, false},
		{"", `find . -path ./node_modules -prune -o -name '*.tmp' -exec rm {} \;`, false},
		{"", `find . -type d \( -name node_modules -o -name dist \) -prune -exec rm -rf {} +`, false},
		{"", `find . -regex '.*\.pyc' -delete`, false},
		{"", `find . -type d -empty -delete`, false},
		{"", `find . -type l -delete`, false},
		{"", `fd -e pyc -x rm`, false},
		{"", `fd '\.bak$' -X rm`, false},
		{"", `grep -r --include='*.json' --include='*.env' KEY .`, false},
		{"", `find . \( -name '*.py' -o -name '*.env' \) -exec grep -l KEY {} +`, false},
		{"", `find /tmp -user ana -atime +7 -delete`, false},
		{"", `find / -type d -empty -delete`, true},
		{"", `find . -delete`, true},
		{"", `find . -name x -prune -o -name .env -exec cat {} +`, true},
		{"", `find . \( -name x -o -name .env \) -exec cat {} +`, true},
		{"", `find . ! \( -name '*.md' -o -name '*.py' \) -name .env -exec cat {} +`, true},
		{"", `find . -name '.env*' -print0 | xargs -0 cat`, true},
		{"", `find . -regex '.*/\.env' -exec cat {} \;`, true},
		{"", `find . -name '*.md' , -name .env -delete`, true},
		{"", `find . -type d -empty -o -name .env -delete`, true},
		{"", `find . -path './.git/*' -delete`, true},
		{"", `fd -H '^\.env$' -x cat`, true},
		{"", `fd -u -e env -x cat`, true},
		{"", `grep -r --include='*.env' KEY .`, true},
		// The globs of other languages.
		{"", `python3 -c "import glob, os; [os.remove(f) for f in glob.glob('**/*.pyc', recursive=True)]"`, false},
		{"", `python3 -c "from pathlib import Path; [p.unlink() for p in Path('.').rglob('*.pyc')]"`, false},
		{"", `python3 -c "from pathlib import Path; [p.unlink() for p in Path('/tmp/x').iterdir()]"`, false},
		{"", "python3 - <<'E'\nimport os\nfor f in os.listdir('/tmp'):\n    os.remove(os.path.join('/tmp', f))\nE", false},
		{"", `ruby -e 'Dir["tmp/*.log"].each { |f| File.delete(f) }'`, false},
		{"", `node -e "for (const f of fs.readdirSync('dist')) fs.unlinkSync('dist/' + f)"`, false},
		{"", `perl -e 'unlink <*.bak>'`, false},
		{"", `python3 -c "import glob, os; [os.remove(f) for f in glob.glob('.e*')]"`, true},
		{"", `python3 -c "import os; [os.remove(f) for f in os.listdir('.')]"`, true},
		{"", `python3 -c "import glob, shutil; [shutil.rmtree(f) for f in glob.glob('/home/*')]"`, true},
		{"", `python3 -c "import glob, os; [os.remove(f + '/../.env') for f in glob.glob('*')]"`, true},
		{"", `ruby -e 'Dir.glob("**/*").each { |f| File.delete(f) }'`, true},
		{"", `perl -e 'unlink glob(".*")'`, true},
		// A huge directory hides neither the others nor what lies in it.
		{shop + "/node_modules/left-pad", `find . -name '*.pyc' -delete`, false},
		{shop + "/node_modules/left-pad", `find . -name .env -exec cat {} +`, true},
		{shop + "/data", `find . -name '*.pyc' -delete`, true},
		{shop + "/data", `find . -type f -name '*.sql' -exec wc -l {} +`, false},
		{"/tmp", `find /tmp -type f -mtime +7 -delete`, false},
		{"/tmp", `find /tmp -name 'build-*' -exec rm -rf {} +`, false},
		{"/tmp", `find /tmp -exec rm -rf {} +`, true},
		{"/srv/other", `find /srv/other -name '*.log' -delete`, true},
	} {
		j := newJudge(t)
		j.analyzer.World = crowded{j.analyzer.World.(*virtual.World), row.crowd}
		if got := j.decide(row.text) != rules.Allow; got != row.refuse {
			t.Errorf("%s (many files in %q)\nrefused: %t, want %t", row.text, row.crowd, got, row.refuse)
		}
	}
}

// TestPassing: only what surely lies below a temporary directory, and not in a
// workspace there, may go without a question.
func TestPassing(t *testing.T) {
	j := newJudge(t)
	for _, row := range []struct {
		path value.Text
		want rules.Decision
	}{
		{"/tmp/" + value.Below, rules.Allow},
		{"/tmp/x/" + value.Below + ".log", rules.Allow},
		{"/tmp/" + value.Any, rules.Ask},
		{"/tmp/" + value.Below + "/../../x", rules.Ask},
		{"/tmp" + value.Any, rules.Ask},
		{"/home/ana/" + value.Below, rules.Ask},
	} {
		v := j.policy.Evaluate([]rules.Action{{Op: rules.Delete, Path: row.path}})
		if v.Decision != row.want {
			t.Errorf("deletion of %s: %v, want %v", row.path, v.Decision, row.want)
		}
	}
}

// TestTells judges searches that only tell whether something is found: the names of
// variables are no secret, the values are.
func TestTells(t *testing.T) {
	j := newJudge(t)
	for _, text := range []string{
		`grep -q '^NEW_FLAG=' .env || echo 'NEW_FLAG=1' >> .env`,
		`grep -q NEW_FLAG .env && echo has`,
		`grep -q "DATABASE_URL" .env`,
		`grep -l DATABASE_URL .env .env.example`,
		`grep -L DATABASE_URL .env .env.example`,
		`grep -rl DATABASE_URL . --include='.env*'`,
		`grep -qE '^(API_KEY|TOKEN)=' .env`,
		`grep -qE 'API_KEY|AUTH_TOKEN' .env`,
		`grep -q 'API_KEY\|^TOKEN=' .env`,
		`grep -qs '^export DEBUG=' .env`,
		`grep -qi '^debug=' .env`,
		`if ! grep -q "^PORT=" .env; then echo "PORT=3000" >> .env; fi`,
		`for v in DATABASE_URL REDIS_URL SECRET_KEY; do grep -q "^$v=" .env && echo "$v set" || echo "$v missing"; done`,
		`rg -q DATABASE_URL .env`,
		`rg -l DATABASE_URL -g '.env*' --hidden`,
		`rg --files -g '.env*' --hidden`,
		`rg --files --hidden --no-ignore | grep env`,
		`git grep -l DATABASE_URL`,
		`ag -l API_KEY .env`,
		`grep -x -q '^DEBUG=' .env`,
	} {
		if got := j.decide(text); got != rules.Allow {
			t.Errorf("%s\nis refused", text)
		}
	}
	for _, text := range []string{
		`grep NEW_FLAG .env`,
		`grep -n NEW_FLAG .env`,
		`grep -o NEW_FLAG .env`,
		`grep '^NEW_FLAG=' .env`,
		`grep -i new .env`,
		`grep -q "^s1" ~/.vault-token`,
		`grep -c AKIA ~/.aws/credentials`,
		`grep -rl AKIA ~/.aws`,
		`grep -q BEGIN server.key`,
		`ln -s ~/.aws/credentials a.env; grep -q AKIA a.env`,
		`grep -c . .env`,
		`grep -vc "^#" .env`,
		`grep -q '^API_KEY=sk-a' .env`,
		`grep -q 'sk_live_abc' .env`,
		`for c in a b c; do grep -q "^API_KEY=$c" .env && echo $c; done`,
		`for c in a b c; do grep -q "x$c" .env && echo $c; done`,
		`grep -qi 'API_KEY' .env`,
		`grep -c '^API_KEY=a' .env`,
		`grep -q '=abc' .env`,
		`grep -q AKIA .env`,
		`for c in A B C; do grep -q "AKI$c" .env && echo $c; done`,
		`grep -qE '(AKIA|AKIB)' .env`,
		`grep -c '^MIIEpA' .env`,
		`grep -q 'ABC=' .env`,
		`grep -q -f pats.txt .env`,
		`grep -f .env -q x`,
		`grep -q -e '^A=' -e 'hunter' .env`,
		`grep -qz 'A' .env`,
		`grep -qP '^API_KEY=\w{20}$' .env`,
		`grep -l '^API_KEY=[a-m]' .env`,
		`x=$(frob); grep -q "$x" .env`,
		`grep --count=3 X .env`,
		`rg DATABASE_URL .env`,
		`rg -l --pre cat X .env`,
		`rg --passthru -N X .env`,
		`rg --json DATABASE_URL .env`,
		`rg -qS 'sk' .env`,
		`git grep -O'cat .env' -l X`,
		`git grep -n API_KEY -- .env --no-index`,
		`grep -rn DATABASE_URL . --include='.env*'`,
		`awk '/X/' .env`,
		`cat .env | grep -q X`,
		`grep -l API_KEY .env | xargs cat`,
		`cat $(grep -l API_KEY .env)`,
		`grep -lr foo build | xargs rm -f`,
		`rm $(grep -l API_KEY .env)`,
		`rg --files -g '.env*' --hidden | xargs cat`,
	} {
		if got := j.decide(text); got == rules.Allow {
			t.Errorf("%s\nis allowed", text)
		}
	}
}
