package starter_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guard/rules"
	"guard/rules/packs"
	"guard/rules/programs"
	"guard/rules/starter"
	"guard/shim"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/virtual"
)

// parse reads a starter policy as a user's.
func parse(t *testing.T, name string) *rules.Layer {
	t.Helper()
	text, err := starter.Text(name)
	if err != nil {
		t.Fatal(err)
	}
	l, warn, err := rules.ParseLayer(name+".toml", text, rules.User, programs.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range warn {
		t.Errorf("warning: %s", w)
	}
	return l
}

// builtin is the built-in layer that goes with l.
func builtin(t *testing.T, l *rules.Layer) *rules.Layer {
	t.Helper()
	b, err := packs.Layer(programs.Builtin(), l.Packs, l.Drop)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestExamples runs the examples of each starter's rules by the code of guard test.
func TestExamples(t *testing.T) {
	for _, name := range starter.Names() {
		t.Run(name, func(t *testing.T) {
			l := parse(t, name)
			for i := range l.Rules {
				if r := &l.Rules[i]; len(r.Test.Hit) == 0 || len(r.Test.Miss) == 0 {
					t.Errorf("rule %s has no examples both ways", r.ID)
				}
			}
			ran, failed := shim.TestRules(programs.Builtin(), l, builtin(t, l))
			for _, f := range failed {
				t.Error(f)
			}
			if ran < 10 {
				t.Errorf("%d examples ran", ran)
			}
		})
	}
}

// TestFiles holds that every file of the directory is offered, and no other.
func TestFiles(t *testing.T) {
	files, err := filepath.Glob("*.toml")
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, f := range files {
		have = append(have, strings.TrimSuffix(f, ".toml"))
	}
	want := starter.Names()
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("files %v, names %v", have, want)
	}
	if _, err := starter.Text("../../go"); err == nil || !strings.Contains(err.Error(), "there are laptop, ci, production, locked-down") {
		t.Errorf("an unknown name: %v", err)
	}
}

// TestVerdicts judges commands by each whole policy, built-in rules included:
// what a starter says that it does is what it does.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		starter string
		verdict rules.Decision
		rule    string
		command string
	}{
		{"laptop", rules.Allow, "", "git status && go test ./..."},
		{"laptop", rules.Allow, "", "npm install left-pad"},
		{"laptop", rules.Deny, "secrets.dotenv", "cat .env"},
		{"laptop", rules.Deny, "mine.private", "cat ~/Documents/taxes.ods"},
		{"laptop", rules.Ask, "mine.dotfiles", "git config --global user.name ana"},
		{"ci", rules.Allow, "", "npm ci && npm test"},
		{"ci", rules.Deny, "ci.publish", "npm publish"},
		{"ci", rules.Deny, "ci.runner-variables", "env"},
		{"ci", rules.Ask, "supply-chain.foreign-source", "pip install git+https://github.com/a/b"},
		{"production", rules.Allow, "", "kubectl --context acme-live get pods"},
		{"production", rules.Deny, "live.cluster", "kubectl --context acme-live apply -f k8s.yaml"},
		{"production", rules.Deny, "live.data", "psql -h db.acme.example -d shop -c 'update users set name = 1 where id = 2'"},
		{"production", rules.Ask, "live.shell", "ssh web1.live.acme.example uptime"},
		{"locked-down", rules.Allow, "", "cd src && for f in *.py; do grep -n main $f; done | sort"},
		{"locked-down", rules.Allow, "", "echo done; git add -A; git commit -m x; go test ./..."},
		{"locked-down", rules.Allow, "", "curl -s http://localhost:8080/health"},
		{"locked-down", rules.Deny, "policy.default", "curl -s https://example.com"},
		{"locked-down", rules.Deny, "policy.default", "python3 src/app.py"},
		{"locked-down", rules.Deny, "policy.default", "git push"},
		{"locked-down", rules.Deny, "policy.default", "find . -name '*.py' -exec python3 {} +"},
		{"locked-down", rules.Deny, "policy.default", "sudo ls"},
		{"locked-down", rules.Deny, "policy.default", "bash -c 'ls'"},
		{"locked-down", rules.Deny, "policy.default", "$tool --all"},
		{"locked-down", rules.Deny, "secrets.dotenv", "cat .env"},
		{"locked-down", rules.Deny, "git.reset-hard", "git reset --hard"},
	} {
		l := parse(t, c.starter)
		w := virtual.New()
		p := rules.New(w.Context(), programs.Builtin(), l, builtin(t, l))
		a := analysis.Analyzer{World: w, Table: p.Table(), Protected: p.Protected}
		res := a.Analyze(analysis.Source{Text: c.command, Shell: dialect.Bash})
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		v := p.Evaluate(res.Actions)
		found := c.rule == ""
		for _, f := range v.Findings {
			found = found || f.Rule == c.rule
		}
		if v.Decision != c.verdict || !found {
			t.Errorf("%s: %s: %s, want %s by %q; %+v", c.starter, c.command, v.Decision, c.verdict, c.rule, v.Findings)
		}
	}
}

// TestStated holds what the comments and README.md say of the starters.
func TestStated(t *testing.T) {
	for _, name := range starter.Names() {
		l := parse(t, name)
		if l.Mode == nil || *l.Mode != rules.Enforce {
			t.Errorf("%s does not state that it enforces", name)
		}
		if want := map[string]string{"ci": "full", "locked-down": "off"}[name]; l.Level != want {
			t.Errorf("%s: run-time level %q, want %q", name, l.Level, want)
		}
		if len(l.Exceptions) > 0 || len(l.Drop) > 0 || l.LogFailOK || l.AllowTTY != nil {
			t.Errorf("%s loosens the built-in rules", name)
		}
		text, err := os.ReadFile(name + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "#:schema ") {
			t.Errorf("%s does not begin with the hint for editors", name)
		}
	}
	if d := parse(t, "locked-down").Default; d == nil || *d != rules.Deny {
		t.Error("locked-down denies by default")
	}
}

// TestLevel holds that a level can be stated in each policy, whatever it said.
func TestLevel(t *testing.T) {
	for _, name := range starter.Names() {
		text, err := starter.Text(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := starter.StatesLevel(text), parse(t, name).Level != ""; got != want {
			t.Errorf("%s states a level: %v, want %v", name, got, want)
		}
		for _, level := range []string{"off", "exec", "write", "full"} {
			l, warn, err := rules.ParseLayer(name+".toml", starter.WithLevel(text, level), rules.User, programs.Builtin())
			if err != nil || len(warn) > 0 {
				t.Fatalf("%s at %s: %v, %v", name, level, err, warn)
			}
			if l.Level != level || len(l.Rules) != len(parse(t, name).Rules) {
				t.Errorf("%s at %s: level %q, %d rules", name, level, l.Level, len(l.Rules))
			}
		}
	}
}
