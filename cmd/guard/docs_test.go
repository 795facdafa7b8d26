package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/cobra"
	"mvdan.cc/sh/v3/syntax"
)

// docs are the pages in Markdown.
func docs(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 5 {
		t.Fatalf("pages %v, %v", pages, err)
	}
	return append(pages, "../../README.md")
}

// codeBlocks returns the code blocks of a page that are marked as lang.
func codeBlocks(t *testing.T, page, lang string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i, part := range strings.Split("\n"+string(text), "\n```") {
		if code, ok := strings.CutPrefix(part, lang+"\n"); ok && i%2 == 1 {
			out = append(out, code)
		}
	}
	return out
}

// shop is the project that README.md shows, and a home beside it.
type shop struct{ dir, home, root string }

func newShop(t *testing.T) shop {
	t.Helper()
	root := t.TempDir()
	s := shop{root: root, dir: filepath.Join(root, "shop"), home: filepath.Join(root, "home")}
	for name, text := range map[string]string{".env": "RAILWAY_TOKEN=abc\n", ".env.example": "RAILWAY_TOKEN=\n", "README.md": "# shop\n"} {
		write(t, filepath.Join(s.dir, name), []byte(text))
	}
	if err := os.Mkdir(s.home, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("git", "init", "-q", s.dir).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}
	return s
}

// run has a shell carry out a line in the shop. It returns all that is printed,
// with the place that README.md has for the shop, and the exit status.
func (s shop) run(t *testing.T, line string, env ...string) (string, int) {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", strings.ReplaceAll(line, "go run ./cmd/guard", "guard"))
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GUARD_TEST_ROOT="+s.root, "HOME="+s.home, "NO_COLOR=1", "GIT_CONFIG_GLOBAL=/dev/null")
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.ReplaceAll(string(out), s.dir, "/home/ana/shop"), cmd.ProcessState.ExitCode()
}

// TestReadmeSession runs what README.md shows at a prompt, in its order and in one
// project, and compares what is printed: it may be more than README.md shows.
func TestReadmeSession(t *testing.T) {
	differs := regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|last hash [0-9a-f]{64}`)
	s := newShop(t)
	ran := 0
	for _, block := range codeBlocks(t, "../../README.md", "console") {
		for _, entry := range strings.Split("\n"+strings.TrimSuffix(block, "\n"), "\n$ ")[1:] {
			ran++
			command, want, _ := strings.Cut(entry, "\n")
			got, status := s.run(t, command)
			got, want = differs.ReplaceAllString(got, "…"), differs.ReplaceAllString(want, "…")
			if got != want && !strings.HasPrefix(got, want+"\n") {
				t.Errorf("%s\n got: %s\nwant: %s", command, got, want)
			}
			if w := shownStatus(command, want); status != w {
				t.Errorf("%s: exit status %d, want %d", command, status, w)
			}
		}
	}
	if ran < 12 {
		t.Errorf("README.md shows %d commands; were some not found?", ran)
	}
}

// shownStatus is the exit status that goes with a command and what it prints.
func shownStatus(command, output string) int {
	refused := strings.HasPrefix(output, "guard: deny: ") || strings.HasPrefix(output, "guard: ask: ")
	switch {
	case refused && !strings.Contains(command, "guard check"):
		return 126
	case strings.HasPrefix(output, "guard: deny: "):
		return 1
	case strings.HasPrefix(output, "guard: ask: "):
		return 3
	}
	return 0
}

// TestReadmeAgent starts an agent as README.md says, below an installation for one
// user: what it hands to its shell is judged.
func TestReadmeAgent(t *testing.T) {
	s := newShop(t)
	shims := filepath.Join(s.home, ".local/lib/guard/bin")
	write(t, filepath.Join(s.root, "bin/AGENT"), []byte("#!/bin/sh\n$SHELL -c 'cat .env; touch ran'; bash -c 'cat .env.example'\n"))
	guard, err := exec.LookPath("guard")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		os.Chmod(filepath.Join(s.root, "bin/AGENT"), 0o755), os.MkdirAll(shims, 0o755), os.Symlink(guard, filepath.Join(shims, "bash")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	ran := 0
	for _, block := range codeBlocks(t, "../../README.md", "sh") {
		if strings.Contains(block, "AGENT") {
			ran++
			got, _ := s.run(t, block, "PATH="+s.root+"/bin:/usr/bin:/bin")
			if !strings.HasPrefix(got, "guard: deny: ") || !strings.HasSuffix(got, "\nRAILWAY_TOKEN=\n") {
				t.Errorf("%s\n%s", block, got)
			}
			if _, err := os.Stat(filepath.Join(s.dir, "ran")); err == nil {
				t.Errorf("%s: the refused command ran", block)
			}
		}
	}
	if ran != 1 {
		t.Errorf("README.md starts %d agents, want 1", ran)
	}
}

// TestDocPolicies holds that what a page shows as TOML is a policy, and that its
// examples pass.
func TestDocPolicies(t *testing.T) {
	ran := 0
	for _, page := range docs(t) {
		for i, text := range codeBlocks(t, page, "toml") {
			ran++
			file := filepath.Join(t.TempDir(), "policy.toml")
			write(t, file, []byte(text))
			if err := testFiles([]string{file}); err != nil {
				t.Errorf("%s: policy %d: %v\n%s", page, i+1, err, text)
			}
		}
	}
	if ran < 5 {
		t.Errorf("the pages show %d policies; were some not found?", ran)
	}
}

// TestOwnTool holds that the script which teaches guard a private tool does it as
// docs/programs.md says.
func TestOwnTool(t *testing.T) {
	script, err := txtar.ParseFile("testdata/script/private.txtar")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(script.Files, func(f txtar.File) bool { return f.Name == "policy.toml" })
	policy := codeBlocks(t, "../../docs/programs.md", "toml")[0] + "\n"
	if i < 0 || string(script.Files[i].Data) != policy {
		t.Errorf("private.txtar does not hold the policy of docs/programs.md:\n%s", policy)
	}
	if n := strings.Count(policy, "\n"); n != 10 {
		t.Errorf("the ten lines are %d", n)
	}
}

// TestDocLinks holds that the files which a page points to exist.
func TestDocLinks(t *testing.T) {
	links := 0
	for _, page := range docs(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllSubmatch(text, -1) {
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), string(m[1]))); err != nil {
				t.Errorf("%s points to %s: %v", page, m[1], err)
			}
		}
	}
	if links < 5 {
		t.Errorf("%d links; were some not found?", links)
	}
}

// TestDocCommands holds that the commands of guard which the pages, the manual, the
// starter policies and the help speak of exist, with the options that they have
// there.
func TestDocCommands(t *testing.T) {
	said := map[string]string{} // a command, to where it stands
	inline := regexp.MustCompile("`(guard [^`]+)`")
	prompt := regexp.MustCompile(`(?m)^\$ (.*guard .*)$`)
	starters, err := filepath.Glob("../../rules/starter/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range slices.Concat(docs(t), starters, []string{"../../man/guard.1", "../../man/guard-policy.5"}) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, re := range []*regexp.Regexp{inline, prompt} {
			for _, m := range re.FindAllSubmatch(text, -1) {
				said[string(m[1])] = page
			}
		}
	}
	root := newCLI(testPlaces(t.TempDir())).root
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("bash")
	walkCommands(root, func(cmd *cobra.Command) {
		for _, line := range strings.Split(cmd.Example, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				said[line] = "the help of " + cmd.CommandPath()
			}
		}
	})
	for line, where := range said {
		for _, args := range guardCalls(t, line) {
			if err := understood(root, args); err != nil {
				t.Errorf("%s: %s: %v", where, line, err)
			}
		}
	}
	if len(said) < 40 {
		t.Errorf("%d commands; were some not found?", len(said))
	}
}

// walkCommands visits cmd and all below it.
func walkCommands(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, sub := range cmd.Commands() {
		walkCommands(sub, visit)
	}
}

// guardCalls returns the arguments of each guard in a command line. What a synopsis
// has in brackets is taken as given.
func guardCalls(t *testing.T, line string) [][]string {
	t.Helper()
	line = strings.NewReplacer("[--level LEVEL] ", "--level LEVEL ", "…", "").Replace(line)
	file, err := syntax.NewParser().Parse(strings.NewReader(line), "")
	if err != nil {
		t.Errorf("%s: %v", line, err)
		return nil
	}
	var out [][]string
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok {
			return true
		}
		var words []string
		for _, w := range call.Args {
			text := w.Lit()
			if text == "" { // what is quoted is one operand, whatever it says
				text = "OPERAND"
			}
			words = append(words, text)
		}
		if i := slices.Index(words, "guard"); i >= 0 {
			out = append(out, words[i+1:])
		}
		return true
	})
	return out
}

// understood is nil if the arguments are those of a command that exists. The shell
// has options of its own.
func understood(root *cobra.Command, args []string) error {
	if len(args) > 0 && args[0] == "-c" {
		return nil
	}
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if cmd == root && len(rest) > 0 {
		return fmt.Errorf("there is no guard %s", rest[0])
	}
	cmd.InitDefaultHelpFlag()
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if rest = cmd.Flags().Args(); cmd.HasSubCommands() && len(rest) > 0 {
		return fmt.Errorf("there is no %s %s", cmd.CommandPath(), rest[0])
	}
	if len(rest) == 0 {
		return nil // a page may name the command alone
	}
	return cmd.ValidateArgs(rest)
}
