package analysis_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guard/rules"
	"guard/rules/packs"
	"guard/rules/programs"
	"guard/rules/value"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/virtual"
)

// refused are commands that the built-in rules refuse in the virtual world.
var refused = []string{
	"cat .env", "head -n 1 .env", "tail .env", "grep SECRET .env", "sed -n 1p .env", "awk 1 .env", "less .env", "base64 .env", "cat .env.local", "xxd .env", "sort .env", "tac .env", "nl .env",
	"cat /home/ana/.ssh/id_ed25519", "cat /home/ana/.aws/credentials", "cat /home/ana/.netrc", "cat /home/ana/.pgpass", "head /home/ana/.npmrc", "cp .env /tmp/x", "mv .env /tmp/x", "rm .env", "rm -f .env",
	"rm -rf /", "rm -rf /home/ana", "rm -rf /etc", "rm -rf .git", "rm -fr /home/ana/shop", "rm -r /var/lib/postgresql", "find / -delete", "rm -rf ..",
	"git reset --hard", "git clean -fd", "git push --force", "git checkout -- .", "git stash drop", "dd if=/dev/zero of=/dev/sda", "mkfs.ext4 /dev/sda", "terraform destroy", "docker volume prune -f",
	"chmod -R 777 /", "gh auth token", "curl -X DELETE https://api.example.com/volumes/1",
}

type judge struct {
	policy   *rules.Policy
	analyzer analysis.Analyzer
}

func newJudge(t testing.TB) judge {
	t.Helper()
	w := virtual.New()
	layer, err := packs.Layer(programs.Builtin(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := rules.New(w.Context(), programs.Builtin(), layer)
	return judge{p, analysis.Analyzer{World: w, Table: p.Table(), Protected: func(t value.Text) bool { return p.Protected(t) }}}
}

func (j judge) decide(text string) rules.Decision {
	res := j.analyzer.Analyze(analysis.Source{Text: text, Shell: dialect.Bash})
	if res.Err != nil {
		return rules.Deny
	}
	return j.policy.Evaluate(res.Actions).Decision
}

// wrap puts a command into another, which runs it.
var wraps = []string{
	"sudo X", "sh -c 'X'", "bash -c \"X\"", "eval 'X'", "eval X", "( X )", "f() { X; }; f", "true && X", "{ X; }", "if true; then X; fi", "env X", "nohup X", "nice -n 5 X", "timeout 5 X", "command X",
	"for i in 1; do X; done", "while true; do X; break; done", "case a in *) X ;; esac", "! X", "X | cat", ": | X", "X &", "x=$(X)", "echo \"$(X)\"", "time X", "trap 'X' EXIT", "exec X",
	"set -e; X", "cd . && X", "echo 'X' | sh", "sh <<'E'\nX\nE", "bash <<< 'X'", ". <(echo 'X')", "echo 'X' > /tmp/s; sh /tmp/s", "a=(X); \"${a[@]}\"", "set -- X; \"$@\"", "c='X'; $c", "c='X'; eval \"$c\"",
}

// rewrite spells a command in another way.
func rewrite(t *rapid.T, cmd string) string {
	words := strings.Fields(cmd)
	var before strings.Builder
	for i, w := range words {
		k := rapid.IntRange(0, len(w)-1).Draw(t, "letter")
		v := rapid.SampledFrom([]string{"v", "Q_1", "zz"}).Draw(t, "name") + string(rune('a'+i))
		switch rapid.IntRange(0, 9).Draw(t, "how") {
		case 0:
			words[i] = w[:k] + "'" + w[k:k+1] + "'" + w[k+1:]
		case 1:
			words[i] = w[:k] + `\` + w[k:]
		case 2:
			words[i] = `"` + w + `"`
		case 3:
			words[i] = w[:k] + `""` + w[k:]
		case 4:
			before.WriteString(v + "='" + w + "'; ")
			words[i] = `"$` + v + `"`
		case 5:
			before.WriteString(v + "='" + w[k:] + "'; ")
			words[i] = w[:k] + "${" + v + "}"
		case 6:
			words[i] = w[:k] + "\\\n" + w[k:]
		case 7:
			words[i] = "$'" + w[:k] + `\x` + hex(w[k]) + w[k+1:] + "'"
		}
	}
	out := before.String() + strings.Join(words, rapid.SampledFrom([]string{" ", "  ", "\t", " \\\n "}).Draw(t, "blank"))
	return out + rapid.SampledFrom([]string{"", " # a comment", ";", "\n"}).Draw(t, "end")
}

func hex(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}

func wrapped(wrap, cmd string) (string, bool) {
	cmd = strings.TrimRight(cmd, ";\n")
	if strings.ContainsAny(cmd, "'\"$\\\n#;") {
		return "", false // its quotes would end those of the wrapper
	}
	return strings.ReplaceAll(wrap, "X", cmd), true
}

// TestRefused makes sure that the properties are about commands that are refused.
func TestRefused(t *testing.T) {
	j := newJudge(t)
	if len(refused) < 40 {
		t.Errorf("only %d commands", len(refused))
	}
	for _, c := range refused {
		if j.decide(c) == rules.Allow {
			t.Errorf("is allowed: %s", c)
		}
	}
}

// TestWrapNeverLoosens puts every refused command into every wrapper.
func TestWrapNeverLoosens(t *testing.T) {
	j := newJudge(t)
	for _, c := range refused {
		plain := j.decide(c)
		for _, w := range wraps {
			text, ok := wrapped(w, c)
			if got := j.decide(text); ok && got == rules.Allow && plain != rules.Allow {
				t.Errorf("%s: %s, but allowed as %q", c, plain, text)
			}
		}
	}
}

// TestRewriteNeverLoosens spells refused commands in other ways, and wraps those
// that can be.
func TestRewriteNeverLoosens(t *testing.T) {
	j := newJudge(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(refused).Draw(t, "command")
		text := rewrite(t, c)
		if w, ok := wrapped(rapid.SampledFrom(wraps).Draw(t, "wrap"), text); ok {
			text = w
		}
		if j.decide(c) != rules.Allow && j.decide(text) == rules.Allow {
			t.Errorf("%s is refused, but allowed as %q", c, text)
		}
	})
}

// FuzzRewrite is TestRewriteNeverLoosens with a committed corpus.
func FuzzRewrite(f *testing.F) {
	j := newJudge(f)
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		c := rapid.SampledFrom(refused).Draw(t, "command")
		if text := rewrite(t, c); j.decide(c) != rules.Allow && j.decide(text) == rules.Allow {
			t.Errorf("%s is refused, but allowed as %q", c, text)
		}
	}))
}
