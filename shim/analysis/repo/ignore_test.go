package repo

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// ignoreTree makes a repository with every path of up to three of a few names.
func ignoreTree(t testing.TB) (f *fixture, paths []string) {
	f = newFixture(t)
	for _, dir := range []string{"a", "b", "ab", "a/a", "a/b", "b/a", "ab/ba", "a/a/a", "a/b/[x]"} {
		for _, file := range []string{"x", "ax", "x.a", "!x", "#x", "x ", "a*"} {
			f.write(filepath.Join(dir, file), "", file, "")
		}
	}
	err := filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		if d.Name() == ".git" {
			return fs.SkipDir
		}
		if rel, _ := filepath.Rel(f.dir, path); rel != "." {
			paths = append(paths, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f, paths
}

// sameIgnored compares the answers for all paths with git check-ignore's.
func (f *fixture) sameIgnored(t interface{ Fatalf(string, ...any) }, paths []string) {
	out, err := f.try(strings.Join(paths, "\x00"), "check-ignore", "-z", "--stdin")
	if err != nil && out != "" {
		t.Fatalf("git check-ignore: %v: %s", err, out)
	}
	var want, got []string
	if err == nil {
		want = strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	}
	r := f.open()
	for _, p := range paths {
		switch s := r.Status(f.path(p)); s {
		case Ignored:
			got = append(got, p)
		case Untracked:
		default:
			t.Fatalf("%s: %v", p, s)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("ignored (-git +repo):\n%s", diff)
	}
}

func TestIgnoreAgainstGit(t *testing.T) {
	f, paths := ignoreTree(t)
	for _, rules := range []string{
		"x", "/x", "x/", "a/", "/a/", "a/x", "a/*", "a/**", "**/x", "**/a/x", "a/**/x", "**", "*", "/*", "/**",
		"*\n!a\n!a/x", "*\n!*/\n!x.a", "a/*\n!a/b/\n!a/x", "!x\nx", "x\n!x", "a\n!a/x",
		"# x\nx.a", `\#x`, `\!x`, "!x ", "x   ", `x\ `, `x\  `, "x\t", "\ufeffx", "x\r\nax\r\n", "x\r",
		"[ab]", "[!a]x", "[^a]x", "[a-b]*", "[]x]", "[", "a[", "[a", "[]", "[[:alpha:]]", "[[:bogus:]]", "[[:alpha:]x]*",
		`[\a]`, `[a\-b]`, "[--x]", "[[a]", "[a-", "[a-]", `\[x\]`, "[[]x]", "[x-]", "[[:]x]", "[[:alpha:",
		"?", "??", "a?x", "a/?", "a*x", "*x*", "*.a", "x.*", "a**x", "a**/x", "**a", "a/**b/x", "a/b**/x", "a***/x", "***",
		"a/*/x", "*/x", "*/*/x", "**/**/x", "**/a/**/x", "a/**/**/x", "/**/x", "a/**/", `**\/x`, `a\/x`, `\a`, `\`, `a\`, `x\\`,
		"/", "//", "!", "!/", "a//x", "/a//", "./x", "a/./x", "../x", `a\*`, "a[*]", "a*/**", "\x00x", "x\x00y", "a b", "é",
	} {
		f.write(".gitignore", rules+"\n")
		t.Run(rules, func(t *testing.T) { f.sameIgnored(t, paths) })
	}
}

func TestIgnoreRandom(t *testing.T) {
	f, paths := ignoreTree(t)
	piece := rapid.SampledFrom([]string{"a", "b", "x", "*", "**", "?", "/", "/", "**/", "/**", "[ab]", "[!x]", "[a-b", "]", "\\", "!", ".", " "})
	line := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(t, "pieces"), "")
	})
	lines := rapid.SliceOfN(line, 0, 5)
	rapid.Check(t, func(t *rapid.T) {
		for _, dir := range []string{"", "a", "a/b"} {
			f.write(filepath.Join(dir, ".gitignore"), strings.Join(lines.Draw(t, "rules"), "\n")+"\n")
		}
		f.sameIgnored(t, paths)
	})
}

// TestIgnoreClasses compares every named class with git, byte by byte.
func TestIgnoreClasses(t *testing.T) {
	f := newFixture(t)
	var paths []string
	for c := 1; c < 256; c++ {
		if c != '/' {
			paths = append(paths, "x"+string([]byte{byte(c)}))
			f.write(paths[len(paths)-1], "")
		}
	}
	for class := range strings.FieldsSeq("alnum alpha blank cntrl digit graph lower print punct space upper xdigit ascii") {
		f.write(".gitignore", "x[[:"+class+":]]\n")
		f.sameIgnored(t, paths)
	}
}

// TestIgnoreCase compares with git where names match in either case.
func TestIgnoreCase(t *testing.T) {
	f := newFixture(t)
	f.git("config", "core.ignoreCase", "true")
	f.write("Foo.O", "", "D/Bar", "", "baz", "")
	for _, rules := range []string{"*.o", "FOO*", "d/bar", "/d/B*", "[B]az", "[A-C]az", "[[:upper:]]*", "D/"} {
		f.write(".gitignore", rules+"\n")
		f.sameIgnored(t, []string{"Foo.O", "D", "D/Bar", "baz"})
	}
}

// TestUserRules holds that the user's files count only where Home says.
func TestUserRules(t *testing.T) {
	f := newFixture(t)
	f.write("x", "", "y", "", "z", "")
	home := f.at(filepath.Join(filepath.Dir(f.dir), "home"))
	home.write(".config/git/ignore", "x\n", "other", "y\n")
	t.Setenv("HOME", home.dir)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home.dir, ".config"))
	ask := func(o Options) string {
		r, err := o.Open(f.dir)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join([]string{r.Status(f.path("x")).String(), r.Status(f.path("y")).String(), r.Status(f.path("z")).String()}, " ")
	}
	for _, step := range []struct{ file, text, want string }{
		{"none", "", "ignored untracked untracked"},
		{".config/git/config", "[core]\nexcludesFile = ~/other\n", "untracked ignored untracked"},
		{".gitconfig", "[include]\npath = more\n", "untracked ignored untracked"},
		{"more", "[core]\n\texcludesfile = \"~/third\" ; comment\n", "untracked untracked untracked"},
		{"third", "z", "untracked untracked ignored"},
		{"more", "[include]\npath = more\n", "unknown unknown unknown"},
	} {
		home.write(step.file, step.text)
		if got := ask(Options{Home: home.dir}); got != step.want {
			t.Errorf("after %s: %s, want %s", step.file, got, step.want)
		}
		if got := ask(Options{}); got != "untracked untracked untracked" {
			t.Errorf("without Home: %s", got)
		}
	}
}

// TestGlobTime holds that no pattern takes exponential time.
func TestGlobTime(t *testing.T) {
	b := budget{left: time.Minute}
	defer b.begin()()
	start := time.Now()
	for _, piece := range []string{"*a", "**/a/", "*a/", "[a]*", "?*", "**/"} {
		pattern := strings.Repeat(piece, 200) + "b"
		for _, text := range []string{strings.Repeat("a", 2000), strings.Repeat("a/", 1000)} {
			g := glob{pattern: pattern, text: text, path: true, budget: &b}
			if g.match(0, 0) || g.err != nil {
				t.Errorf("%.20s… matches, %v", pattern, g.err)
			}
		}
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("took %v", d)
	}
}

// FuzzGlob holds what every match must keep: a text matches itself with its
// special bytes escaped, and an added "*" at the end loses no match.
func FuzzGlob(f *testing.F) {
	f.Add("a*b", "axb")
	f.Add("**/[a-z]?", "x/yz")
	f.Add(`[[:alpha:]-\]]`, "]")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 200 || len(text) > 200 || strings.Contains(pattern, "\x00") || strings.Contains(text, "\x00") {
			return
		}
		b := budget{left: time.Minute}
		defer b.begin()()
		match := func(pattern, text string, path bool) bool {
			g := glob{pattern: pattern, text: text, path: path, budget: &b}
			return g.match(0, 0)
		}
		var quoted strings.Builder
		for i := range len(text) {
			if isSpecial(text[i]) {
				quoted.WriteByte('\\')
			}
			quoted.WriteByte(text[i])
		}
		if !match(quoted.String(), text, true) {
			t.Errorf("%q does not match itself", text)
		}
		if match(pattern, text, true) && !match(pattern, text, false) && !strings.Contains(pattern, "**") {
			t.Errorf("%q matches %q only as a path", pattern, text)
		}
		if !strings.HasSuffix(pattern, `\`) && match(pattern, text, false) && !match(pattern+"*", text, false) {
			t.Errorf("%q matches %q, with a star it does not", pattern, text)
		}
	})
}

func TestUnreadableIgnoreFile(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	f := newFixture(t)
	f.write(".gitignore", "x\n", "x", "")
	os.Chmod(f.path(".gitignore"), 0)
	if got := f.open().Status(f.path("x")); got != Untracked {
		t.Errorf("%v", got)
	}
}
