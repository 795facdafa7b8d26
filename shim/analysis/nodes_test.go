package analysis

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guard/rules/programs"
	"guard/shim/analysis/dialect"
)

// TestEveryNodeHasACase reads the parser's own source: every type that is a
// command, word part, loop, arithmetic or test expression there has its case in
// this package.
func TestEveryNodeHasACase(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "mvdan.cc/sh/v3").Output()
	if err != nil {
		t.Skip("the module's source is not at hand")
	}
	markers := []string{"commandNode", "wordPartNode", "loopNode", "arithmExprNode", "testExprNode"}
	var nodes []string
	eachFile(t, filepath.Join(strings.TrimSpace(string(dir)), "syntax"), func(f *ast.File) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || !slices.Contains(markers, fn.Name.Name) {
				continue
			}
			if star, ok := fn.Recv.List[0].Type.(*ast.StarExpr); ok {
				nodes = append(nodes, star.X.(*ast.Ident).Name)
			}
		}
	})
	if len(nodes) < 30 {
		t.Fatalf("only %d node types found: %q", len(nodes), nodes)
	}
	cases := map[string]bool{}
	eachFile(t, ".", func(f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			c, ok := n.(*ast.CaseClause)
			if !ok {
				return true
			}
			for _, e := range c.List {
				if star, ok := e.(*ast.StarExpr); ok {
					if sel, ok := star.X.(*ast.SelectorExpr); ok {
						cases[sel.Sel.Name] = true
					}
				}
			}
			return true
		})
	})
	for _, n := range nodes {
		if !cases[n] {
			t.Errorf("no case *syntax.%s in this package", n)
		}
	}
}

func eachFile(t *testing.T, dir string, visit func(*ast.File)) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		visit(f)
	}
}

// constructs hold a command X in every construct of the shell.
var constructs = []string{
	"X", "X; :", ": && X", "false || X", "false && X", ": || X", ": | X", "X | :", ": |& X", "! X", "X &", "{ X; }", "( X )", "(( 1 )); X",
	"if X; then :; fi", "if :; then X; fi", "if rx; then :; else X; fi", "if false; then :; elif X; then :; fi", "if false; then X; fi",
	"while X; do break; done", "while :; do X; break; done", "until X; do break; done", "until rx; do X; done",
	"for i in 1; do X; done", "for i in $(X); do :; done", "for ((i=0;i<1;i++)); do X; done", "for ((i=$(X);i<1;i++)); do :; done", "for ((i=0;i<$(X);i++)); do :; done",
	"select i in 1; do X; done", "case a in a) X ;; esac", "case a in b) X ;; esac", "case $(X) in a) ;; esac", "case a in $(X)) ;; esac",
	"f() { X; }; f", "function f { X; }; f", "f() ( X ); f", "f() { X; } >out; f", "time X", "coproc X", "coproc N { X; }", "eval 'X'", "eval eval X",
	"[[ -n $(X) ]]", "[[ $(X) == a ]]", "[[ a == $(X) ]]", "[[ a =~ $(X) ]]", "[[ a && $(X) ]]", "[[ ! ( -z $(X) ) ]]", "[ -n \"$(X)\" ]",
	"$(X)", "\"$(X)\"", "`X`", "\"`X`\"", "rx $(X)", "rx \"a$(X)b\"", "x=$(X)", "x=$(X) rx", "a=($(X))", "a[$(X)]=1", "a=([$(X)]=1)", "export x=$(X)", "declare x=$(X)", "local x=$(X)",
	"rx <(X)", "rx >(X)", "rx < <(X)", "rx > >(X)", "rx <<< $(X)", "rx <<E\n$(X)\nE", "rx <<-E\n\t`X`\n\tE", "rx > $(X)", "rx 2> \"$(X)\"", "rx {a,$(X)}",
	"rx ${x:-$(X)}", "rx \"${x:-$(X)}\"", "rx ${x-$(X)}", "rx ${x:=$(X)}", "x=1; rx ${x:+$(X)}", "x=a; rx ${x#$(X)}", "x=a; rx ${x%%$(X)}", "x=a; rx ${x/$(X)/b}", "x=a; rx ${x/a/$(X)}",
	"x=abc; rx ${x:$(X)}", "x=abc; rx ${x:0:$(X)}", "a=(1); rx ${a[$(X)]}", "a=(1); rx \"${a[@]:$(X)}\"", "x=a; rx ${x^^$(X)}", "rx ${x:?$(X)}",
	"rx $(( $(X) ))", "rx $((1 + $(X)))", "(( $(X) ))", "(( x = $(X) ))", "(( 1 ? $(X) : 2 ))", "(( 0 ? $(X) : 2 ))", "(( -($(X)) ))", "let x=$(X)", "rx $[ $(X) ]", "x='a[$(X)]'; rx $((x))",
	"trap X EXIT", "trap 'X' INT", "trap X DEBUG; :", "set -- X; \"$@\"", "c='X'; $c", "c=X; eval \"$c\"", "command X", "exec X", "builtin eval X", ". <(echo X)", "echo X > f; . ./f",
	"shopt -s expand_aliases\nalias q='X'\nq", "x='$(X)'; rx \"${x@P}\"", "PS4='$(X)'; set -x; rx", "PROMPT_COMMAND=X", "mapfile -C X a <<< q", "complete -C X y", "bind -x '\"a\": X'", "compgen -C X",
	"read -r c <<< X; $c", "printf -v c %s X; $c", "echo X | while read -r c; do $c; done", "r=X; declare -n n=r; $n", "r=X; n=r; ${!n}", "a=(X); \"${a[0]}\"", "declare -A m=([k]=X); ${m[k]}", "IFS=,; set -- X,a; $1",
	"return 2>/dev/null; X", "break; X", "f() { return; }; f; X", "for i in 1; do continue; done; X", "(exit); X", "exit | :; X", "rx && exit; X", "rx || return; X", "exit & X", "f() { exit; }; (f); X",
}

// TestConstructs finds a command in every construct.
func TestConstructs(t *testing.T) {
	for _, c := range constructs {
		text := strings.ReplaceAll(c, "X", "danger9")
		w, err := NewHost(t.TempDir(), []string{"PATH=/nonexistent"})
		if err != nil {
			t.Fatal(err)
		}
		a := Analyzer{World: w, Table: programs.NewTable(nil)}
		res := a.Analyze(Source{Text: text, Shell: dialect.Bash})
		if res.Err != nil {
			t.Errorf("does not parse: %q: %s", text, res.Err.Message)
			continue
		}
		missed, _ := compare([][]string{{"danger9"}}, res.Actions)
		if len(missed) > 0 && !strings.Contains(describe(res.Actions), `["danger9"`) {
			t.Errorf("not seen: %q%s", text, describe(res.Actions))
		}
	}
}
