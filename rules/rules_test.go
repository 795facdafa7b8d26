package rules_test

import (
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
	"pgregory.net/rapid"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
)

func layer(t testing.TB, auth rules.Authority, text string) *rules.Layer {
	t.Helper()
	l, _, err := rules.ParseLayer(auth.String()+".toml", []byte(text), auth, programs.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var ctx = rules.Context{Homes: []string{"/home/ana"}, Workspace: "/home/ana/shop", Temps: []string{"/tmp"}, User: "ana", Today: "2026-06-01"}

func policy(layers ...*rules.Layer) *rules.Policy {
	return rules.New(ctx, programs.Builtin(), layers...)
}

func words(s string) []value.Text {
	var out []value.Text
	for _, w := range strings.Fields(s) {
		out = append(out, value.Text(strings.ReplaceAll(w, "…", string(value.Any))))
	}
	return out
}

func exec(s string) rules.Action { return rules.Action{Op: rules.Exec, Argv: words(s)} }

func file(op rules.Op, p string) rules.Action {
	return rules.Action{Op: op, Path: value.Text(strings.ReplaceAll(p, "…", string(value.Any)))}
}

func TestZeroDenies(t *testing.T) {
	var d rules.Decision
	var v rules.Verdict
	if d != rules.Deny || v.Decision != rules.Deny || v.Applied != rules.Deny {
		t.Fatal("the zero value must deny")
	}
	if got := policy().Evaluate(nil); got.Decision != rules.Allow || got.Applied != rules.Allow {
		t.Fatalf("no actions: %v, want an explicit allow", got.Decision)
	}
}

const gitRules = `
[[rule]]
id = "git.reset-hard"
decision = "deny"
reason = "discards work"
command = ["git reset --hard"]
unless.loses = false
[[rule]]
id = "secrets.dotenv"
decision = "deny"
reason = "reveals secrets"
access = ["read", "overwrite", "delete"]
path = ["**/.env", "**/.env.*", "~/.ssh/id_*"]
unless.path = ["**/.env.{example,sample}", "**/*.pub"]
[[rule]]
id = "db.drop"
decision = "deny"
reason = "destroys data"
statement = ["DROP *", "DELETE without WHERE"]
unless.target = ["loopback/*_test"]
[[rule]]
id = "api.delete"
decision = "deny"
floor = true
reason = "deletes a volume"
request = ["POST https://backboard.railway.{app,com}/graphql/**"]
graphql = ["mutation *Delete"]
[[rule]]
id = "files.rm"
decision = "ask"
reason = "deletes a tree"
access = ["delete"]
path = ["/**"]
when.recursive = true
unless.path = ["<workspace>/*/**", "<tmp>/*/**"]
unless.created = "session"
`

func TestMatch(t *testing.T) {
	p := policy(layer(t, rules.User, gitRules))
	req := func(url string, ops ...string) rules.Action {
		return rules.Action{Op: rules.Request, Method: "POST", URL: value.Text(url), Operations: ops}
	}
	stmt := func(verb, text, target string, clauses ...string) rules.Action {
		return rules.Action{Op: rules.Statement, Verb: verb, Text: value.Text(text), Clauses: clauses, Target: []value.Text{value.Text(target)}}
	}
	tree := func(p string) rules.Action {
		return rules.Action{Op: rules.Delete, Path: value.Text(p), Recursive: true}
	}
	lossless := exec("git reset --hard")
	lossless.Loses = rules.False
	inTemp := exec("git reset --hard")
	inTemp.Path, inTemp.Loses = "/tmp/clone", rules.True
	elsewhere := inTemp
	elsewhere.Path = "/home/ana/other"
	unsure := inTemp
	unsure.Path = "/tmp/" + value.Any
	overwrite := file(rules.Write, "/x/.env")
	overwrite.How = rules.Overwrite
	appendTo := file(rules.Write, "/x/.env")
	appendTo.How = rules.Append
	link := file(rules.Read, "/x/notes")
	link.Real = "/x/.env"
	session := tree("/opt/x")
	session.Created = "session"
	for _, tt := range []struct {
		name string
		a    rules.Action
		rule string
		want rules.Decision
	}{
		{"exact", exec("git reset --hard"), "git.reset-hard", rules.Deny},
		{"nothing lost", lossless, "", rules.Allow},
		{"lost in a temporary directory", inTemp, "", rules.Allow},
		{"lost elsewhere", elsewhere, "git.reset-hard", rules.Deny},
		{"lost wherever", unsure, "git.reset-hard", rules.Deny},
		{"other flag", exec("git reset --soft HEAD~1"), "", rules.Allow},
		{"other program", exec("echo git reset --hard"), "", rules.Allow},
		{"unknown program", exec("… reset"), "shell.unresolved", rules.Ask},
		{"env file", file(rules.Read, "/x/.env"), "secrets.dotenv", rules.Deny},
		{"env variant", file(rules.Read, "/x/.env.local"), "secrets.dotenv", rules.Deny},
		{"example", file(rules.Read, "/x/.env.example"), "", rules.Allow},
		{"load is no read", file(rules.Load, "/x/.env"), "", rules.Allow},
		{"overwrite", overwrite, "secrets.dotenv", rules.Deny},
		{"append", appendTo, "", rules.Allow},
		{"behind a link", link, "secrets.dotenv", rules.Deny},
		{"home", file(rules.Read, "/home/ana/.ssh/id_rsa"), "secrets.dotenv", rules.Deny},
		{"public key", file(rules.Read, "/home/ana/.ssh/id_rsa.pub"), "", rules.Allow},
		{"maybe read", file(rules.Read, "/x/…"), "", rules.Allow},
		{"maybe delete", file(rules.Delete, "/x/…"), "shell.unresolved", rules.Ask},
		{"unknown with other end", file(rules.Delete, "/x/….log"), "shell.unresolved", rules.Ask}, // .env.log
		{"unknown that cannot be", file(rules.Delete, "/x/…/app.log"), "", rules.Allow},
		{"drop", stmt("DROP", "DROP TABLE t", "db.example/shop"), "db.drop", rules.Deny},
		{"drop in a test database", stmt("DROP", "DROP TABLE t", "loopback/shop_test"), "", rules.Allow},
		{"delete all", stmt("DELETE", "DELETE FROM t", "loopback/shop"), "db.drop", rules.Deny},
		{"delete some", stmt("DELETE", "DELETE FROM t WHERE id=1", "loopback/shop", "WHERE"), "", rules.Allow},
		{"volume", req("https://backboard.railway.com/graphql/v2", "mutation volumeDelete"), "api.delete", rules.Deny},
		{"scheme does not count", req("http://backboard.railway.app/graphql/v2", "mutation volumeDelete"), "api.delete", rules.Deny},
		{"query", req("https://backboard.railway.com/graphql/v2", "query me"), "", rules.Allow},
		{"other host", req("https://example.com/graphql/v2", "mutation volumeDelete"), "", rules.Allow},
		{"tree outside", tree("/opt/x"), "files.rm", rules.Ask},
		{"tree in the workspace", tree("/home/ana/shop/dist/x"), "", rules.Allow},
		{"tree in tmp", tree("/tmp/x"), "", rules.Allow},
		{"tmp itself", tree("/tmp"), "files.rm", rules.Ask},
		{"own tree", session, "", rules.Allow},
	} {
		v := p.Evaluate([]rules.Action{tt.a})
		rule := ""
		if len(v.Findings) > 0 {
			rule = v.Findings[0].Rule
		}
		if v.Decision != tt.want || rule != tt.rule {
			t.Errorf("%s: %v [%s], want %v [%s]", tt.name, v.Decision, rule, tt.want, tt.rule)
		}
	}
}

func TestAuthority(t *testing.T) {
	const deny = "[[rule]]\nid = \"a.b\"\ndecision = \"deny\"\nreason = \"r\"\ncommand = [\"frob\"]\n"
	const floor = deny + "floor = true\n"
	const lift = "[[exception]]\nrule = \"a.*\"\nreason = \"needed\"\n"
	const lock = "[policy]\nlock = [\"a.*\"]\n"
	for _, tt := range []struct {
		name   string
		layers []*rules.Layer
		want   rules.Decision
	}{
		{"built-in", []*rules.Layer{layer(t, rules.Builtin, deny)}, rules.Deny},
		{"user lifts built-in", []*rules.Layer{layer(t, rules.Builtin, deny), layer(t, rules.User, lift)}, rules.Allow},
		{"user does not lift a floor", []*rules.Layer{layer(t, rules.Builtin, floor), layer(t, rules.User, lift)}, rules.Deny},
		{"user does not lift what is locked", []*rules.Layer{layer(t, rules.Builtin, deny), layer(t, rules.User, lift), layer(t, rules.Managed, lock)}, rules.Deny},
		{"user does not lift managed", []*rules.Layer{layer(t, rules.Managed, deny), layer(t, rules.User, lift)}, rules.Deny},
		{"managed lifts a floor", []*rules.Layer{layer(t, rules.Builtin, floor), layer(t, rules.Managed, lift)}, rules.Allow},
		{"project lifts nothing", []*rules.Layer{layer(t, rules.Builtin, deny), layer(t, rules.Project, lift)}, rules.Deny},
		{"project tightens", []*rules.Layer{layer(t, rules.Project, deny)}, rules.Deny},
		{"expired", []*rules.Layer{layer(t, rules.Builtin, deny), layer(t, rules.User, lift+"expires = \"2026-05-31\"\n")}, rules.Deny},
		{"not expired", []*rules.Layer{layer(t, rules.Builtin, deny), layer(t, rules.User, lift+"expires = \"2026-06-01\"\n")}, rules.Allow},
		{"an agent is only a maybe", []*rules.Layer{layer(t, rules.Builtin, deny), layer(t, rules.User, lift+"when.agent = [\"claude\"]\n")}, rules.Deny},
	} {
		c := ctx
		c.Agent = "claude"
		if v := rules.New(c, programs.Builtin(), tt.layers...).Evaluate([]rules.Action{exec("frob x")}); v.Decision != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, v.Decision, tt.want)
		}
	}
}

func TestModes(t *testing.T) {
	const deny = "[[rule]]\nid = \"a.b\"\ndecision = \"deny\"\nreason = \"r\"\ncommand = [\"frob\"]\n"
	observe := layer(t, rules.User, "[policy]\nmode = \"observe\"\n")
	for _, tt := range []struct {
		name   string
		layers []*rules.Layer
		want   rules.Decision
	}{
		{"observe lets it run", []*rules.Layer{layer(t, rules.Builtin, deny), observe}, rules.Allow},
		{"but not past a floor", []*rules.Layer{layer(t, rules.Builtin, deny+"floor = true\n"), observe}, rules.Deny},
		{"the strictest mode holds", []*rules.Layer{layer(t, rules.Builtin, deny), observe, layer(t, rules.Managed, "[policy]\nmode = \"enforce\"\n")}, rules.Deny},
		{"one rule observes", []*rules.Layer{layer(t, rules.Builtin, deny+"mode = \"observe\"\n")}, rules.Allow},
		{"a project cannot observe", []*rules.Layer{layer(t, rules.Builtin, deny), layer(t, rules.Project, "[policy]\nmode = \"observe\"\n")}, rules.Deny},
	} {
		v := policy(tt.layers...).Evaluate([]rules.Action{exec("frob")})
		if v.Applied != tt.want || v.Decision != rules.Deny {
			t.Errorf("%s: applied %v, decision %v", tt.name, v.Applied, v.Decision)
		}
	}
}

func TestDefaults(t *testing.T) {
	p := policy(layer(t, rules.User, "[policy]\ndefault = \"deny\"\n[[rule]]\nid = \"a.ls\"\ndecision = \"allow\"\ncommand = [\"ls\", \"git status\"]\n"))
	for cmd, want := range map[string]rules.Decision{"ls -l": rules.Allow, "git status": rules.Allow, "git push": rules.Deny, "cat x": rules.Deny} {
		if v := p.Evaluate([]rules.Action{exec(cmd)}); v.Decision != want {
			t.Errorf("%s: %v, want %v", cmd, v.Decision, want)
		}
	}
	if v := p.Evaluate([]rules.Action{file(rules.Read, "/x")}); v.Decision != rules.Allow {
		t.Error("default must not cover files")
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"[[rule]]\nid = \"a.b\"\nreason = \"r\"\ncommand = [\"x\"]\n\n[[rule]]\nid = \"a.c\"\ndecision = \"forbid\"\nreason = \"r\"\n\n[[rule]]\nid = \"a.d\"\n", "policy.toml:8:"},
		{"[[rule]]\nid = \"a.b\"\nreason = \"r\"\ncomand = [\"x\"]\n", "policy.toml:4: rule.comand: unknown key"},
		{"[[rule]]\nid = \"a.b\"\nreason = \"r\"\npath = [\"**/[x\"]\n", "policy.toml:4: rule.path: \"**/[x\": is no valid glob"},
		{"[[rule]]\nid = \"a.b\"\nreason = \"r\"\npath = [\"x\"]\n", "starts with"},
		{"[[rule]]\nid = \"a.b\"\nreason = \"r\"\ncommand=[\"x\"]\n[[rule]]\nid = \"a.b\"\nreason = \"r\"\ncommand=[\"x\"]\n", "policy.toml:6: rule.id: \"a.b\" stands twice, first at line 1"},
		{"[[rule]]\nreason = \"r\"\n", "id is missing"},
		{"[[rule]]\nid = \"a.b\"\ncommand=[\"x\"]\n", "must say why"},
		{"[[rule]]\nid = \"a.b\"\nreason = \"r\"\n", "matches nothing"},
		{"[[rule]]\nid = \"a.b\"\nreason = \"r\"\naccess = [\"peek\"]\n", "policy.toml:4: rule.access: \"peek\": want read"},
		{"[policy]\nmode = \"off\"\n", "want enforce or observe"},
		{"[policy.unresolved]\nfly = \"deny\"\n", "is no operation"},
		{"[[exception]]\nrule = \"a.b\"\n", "say why"},
		{"[[exception]]\nrule = \"a.b\"\nreason = \"r\"\nexpires = \"soon\"\n", "want a date"},
		{"[policy]\nname = \n", "policy.toml:2"},
	} {
		_, _, err := rules.ParseLayer("policy.toml", []byte(tt.text), rules.User, programs.Builtin())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q:\n got %v\nwant %s", tt.text, err, tt.want)
		}
	}
}

// actionGen draws actions that the rules above are interested in.
func actionGen() *rapid.Generator[rules.Action] {
	return rapid.Custom(func(t *rapid.T) rules.Action {
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			return exec(rapid.SampledFrom([]string{"git reset --hard", "git status", "… x", "git … --hard", "ls", "git reset …"}).Draw(t, "argv"))
		case 1:
			a := file(rapid.SampledFrom([]rules.Op{rules.Read, rules.Write, rules.Delete, rules.Load}).Draw(t, "op"),
				rapid.SampledFrom([]string{"/x/.env", "/x/.env.example", "/x/y", "/opt/z", "/tmp/q", "/x/…", "/…/.env"}).Draw(t, "path"))
			a.Recursive = rapid.Bool().Draw(t, "recursive")
			a.How = rapid.SampledFrom([]rules.How{rules.HowUnknown, rules.Create, rules.Append, rules.Overwrite}).Draw(t, "how")
			return a
		}
		return rules.Action{Op: rules.Statement, Verb: "DROP", Text: "DROP TABLE t",
			Target: []value.Text{rapid.SampledFrom([]value.Text{"loopback/a_test", "db/x", "loopback/" + value.Any}).Draw(t, "target")}}
	})
}

// TestOrder: neither the order of rules nor that of layers matters.
func TestOrder(t *testing.T) {
	entries := strings.Split(gitRules, "[[rule]]")[1:]
	rapid.Check(t, func(rt *rapid.T) {
		perm := rapid.Permutation(entries).Draw(rt, "order")
		a := policy(layer(t, rules.User, gitRules))
		cut := rapid.IntRange(0, len(perm)).Draw(rt, "cut")
		one := "[[rule]]" + strings.Join(perm[:cut], "[[rule]]")
		two := "[[rule]]" + strings.Join(perm[cut:], "[[rule]]")
		if cut == 0 {
			one = ""
		}
		if cut == len(perm) {
			two = ""
		}
		b := policy(layer(t, rules.User, two), layer(t, rules.User, one))
		acts := rapid.SliceOf(actionGen()).Draw(rt, "actions")
		va, vb := a.Evaluate(acts), b.Evaluate(acts)
		if va.Decision != vb.Decision || len(va.Findings) != len(vb.Findings) {
			rt.Fatalf("%v and %v", va.Decision, vb.Decision)
		}
	})
}

// TestMoreActions: another action never loosens.
func TestMoreActions(t *testing.T) {
	p := policy(layer(t, rules.User, gitRules))
	rapid.Check(t, func(rt *rapid.T) {
		acts := rapid.SliceOf(actionGen()).Draw(rt, "actions")
		more := append(acts, actionGen().Draw(rt, "more"))
		if p.Evaluate(more).Decision > p.Evaluate(acts).Decision {
			rt.Fatal("more actions loosened the verdict")
		}
	})
}

// TestUnknown: making a part of a path unknown never turns a refusal of a delete
// into an allow.
func TestUnknown(t *testing.T) {
	p := policy(layer(t, rules.User, gitRules))
	rapid.Check(t, func(rt *rapid.T) {
		path := rapid.SampledFrom([]string{"/x/.env", "/a/b/.env.local", "/home/ana/.ssh/id_rsa"}).Draw(rt, "path")
		i := rapid.IntRange(0, len(path)).Draw(rt, "i")
		j := rapid.IntRange(i, len(path)).Draw(rt, "j")
		a := rules.Action{Op: rules.Delete, Path: value.Text(path[:i]) + value.Any + value.Text(path[j:])}
		if p.Evaluate([]rules.Action{a}).Decision == rules.Allow {
			rt.Fatalf("%s: allowed", a.Path)
		}
	})
}

// TestLowerAuthority: adding a project file never loosens.
func TestLowerAuthority(t *testing.T) {
	base := layer(t, rules.User, gitRules)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.SampledFrom([]string{
			"[[exception]]\nrule = \"*\"\nreason = \"x\"\n", "[policy]\nmode = \"observe\"\n", "[policy]\ndrop = [\"self\"]\n",
			"[[rule]]\nid = \"a.b\"\ndecision = \"allow\"\ncommand = [\"git\"]\n", "[policy.unresolved]\nexec = \"allow\"\ndelete = \"allow\"\n",
			"[policy]\ndefault = \"allow\"\n",
		}).Draw(rt, "project")
		acts := rapid.SliceOfN(actionGen(), 1, 5).Draw(rt, "actions")
		if policy(base, layer(t, rules.Project, text)).Evaluate(acts).Applied > policy(base).Evaluate(acts).Applied {
			rt.Fatalf("a project file loosened the verdict: %s", text)
		}
	})
}

// TestGlobAgrees: the matcher for unknown texts agrees with doublestar on known
// ones, and an unknown part that could be filled in to match is never a no.
func TestGlobAgrees(t *testing.T) {
	alphabet := rapid.SampledFrom([]string{"a", "b", "/", ".env", "x.y", "/"})
	tokens := rapid.SampledFrom([]string{"a", "b", "/", "*", "?", ".env", "**/", "[ab]", "x.y"})
	rapid.Check(t, func(rt *rapid.T) {
		glob := "/" + strings.Join(rapid.SliceOfN(tokens, 0, 6).Draw(rt, "glob"), "")
		path := "/" + strings.Join(rapid.SliceOfN(alphabet, 0, 6).Draw(rt, "path"), "")
		if !doublestar.ValidatePattern(glob) || strings.Contains(strings.ReplaceAll(glob, "/**/", "/"), "**") { // ** stands by itself
			return
		}
		want, err := doublestar.Match(glob, path)
		if err != nil {
			return
		}
		i := rapid.IntRange(0, len(path)).Draw(rt, "i")
		j := rapid.IntRange(i, len(path)).Draw(rt, "j")
		unknown := value.Text(path[:i]) + value.Any + value.Text(path[j:])
		l := layer(t, rules.User, "[[rule]]\nid = \"a.b\"\nreason = \"r\"\naccess = [\"delete\"]\npath = ['"+glob+"']\n")
		p := policy(l)
		if want && p.Evaluate([]rules.Action{{Op: rules.Delete, Path: unknown}}).Decision == rules.Allow {
			rt.Fatalf("glob %q matches %q, but not maybe %q", glob, path, unknown.String())
		}
		got := p.Evaluate([]rules.Action{{Op: rules.Delete, Path: value.Text(path)}}).Decision == rules.Deny
		if got != want {
			rt.Fatalf("glob %q, path %q: %v, doublestar says %v", glob, path, got, want)
		}
	})
}

func TestActionJSON(t *testing.T) {
	a := rules.Action{Op: rules.Write, Path: "/x/" + value.Any, How: rules.Append, Span: [2]int{3, 9}, Via: []string{"sudo"}, Exists: rules.True,
		Argv: words("a b"), URL: "http://x/", Method: "PUT", Text: "t", Target: words("h"), Recursive: true, Loses: rules.False}
	b, err := a.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var back rules.Action
	if err := back.UnmarshalJSON(b); err != nil {
		t.Fatal(err)
	}
	b2, err := back.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != string(b2) {
		t.Fatalf("not the same after a round trip:\n%s\n%s", b, b2)
	}
	for _, key := range []string{`"op":"write"`, `"argv":`, `"path":`, `"recursive":true`, `"method":"PUT"`, `"url":`, `"text":"t"`, `"target":`, `"span":[3,9]`, `"via":["sudo"]`, `"known":false`} {
		if !strings.Contains(string(b), key) {
			t.Errorf("%s is missing in %s", key, b)
		}
	}
}

// TestLosesInWorkspace: a workspace in a temporary directory is no less a workspace.
func TestLosesInWorkspace(t *testing.T) {
	c := ctx
	c.Workspace = "/tmp/shop"
	p := rules.New(c, programs.Builtin(), layer(t, rules.User, gitRules))
	for _, tt := range []struct {
		tree value.Text
		want rules.Decision
	}{{"/tmp/shop", rules.Deny}, {"/tmp/shop/vendor/x", rules.Deny}, {"/tmp/other", rules.Allow}, {"/tmp", rules.Allow}} {
		a := exec("git reset --hard")
		a.Path, a.Loses = tt.tree, rules.True
		if got := p.Evaluate([]rules.Action{a}).Decision; got != tt.want {
			t.Errorf("in %s: %v, want %v", tt.tree, got, tt.want)
		}
	}
}
