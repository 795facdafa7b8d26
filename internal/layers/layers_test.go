// Package layers keeps the import table of docs/architecture.md true.
package layers

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// forbidden lists, by package, what its own files may not import.
var forbidden = map[string][]string{
	"rules":          {"os/exec", "net", "net/http", "mvdan.cc/sh/v3", "guard/shim"},
	"rules/value":    {"os", "os/exec", "net", "net/http", "guard"},
	"rules/programs": {"os/exec", "net", "net/http", "mvdan.cc/sh/v3", "guard/shim"},
	"rules/packs":    {"os/exec", "net", "net/http", "mvdan.cc/sh/v3", "guard/shim"},
	"rules/tomlfmt":  {"os", "os/exec", "net", "net/http", "guard"},
	"rules/schema":   {"os/exec", "net", "net/http", "mvdan.cc/sh/v3", "guard/shim"},
	"rules/starter":  {"os/exec", "net", "net/http", "mvdan.cc/sh/v3", "guard/shim"},
	"shim/analysis":  {"os/exec", "net", "net/http", "guard/shim/runner", "guard/shim/audit"},
	"shim/supervise": {"net", "net/http"},
	"shim/runner":    {"net", "net/http"},
	"shim/audit":     {"os/exec", "net", "net/http"},
	"shim/report":    {"os/exec"},
	"shim/hook":      {"os/exec", "net", "net/http"},
	"shim":           {"net", "net/http", "github.com/spf13/cobra"},
}

// lists finds the rule for a package: its own, or that of the package above.
func lists(pkg string) []string {
	for p := pkg; p != "."; p = filepath.Dir(p) {
		if l, ok := forbidden[p]; ok {
			return l
		}
	}
	return nil
}

func TestImports(t *testing.T) {
	root := "../.."
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	checked := 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, im := range f.Imports {
			name, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				return err
			}
			for _, bad := range lists(filepath.ToSlash(filepath.Dir(rel))) {
				if name == bad || bad != "net" && strings.HasPrefix(name, bad+"/") && !strings.HasPrefix(bad, "guard/shim") || name == bad {
					t.Errorf("%s imports %s, which %s may not", rel, name, filepath.Dir(rel))
				}
			}
			checked++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 100 {
		t.Fatalf("only %d imports were read", checked)
	}
}

func TestNoInit(t *testing.T) {
	err := filepath.WalkDir("../..", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") {
			return err
		}
		src, err := os.ReadFile(p)
		if err == nil && strings.Contains(string(src), "\nfunc init() {") {
			t.Errorf("%s has an init function", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
