package schema_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/schema"
)

// compiled is the schema, which has itself to be one of draft 7.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := schema.Generate()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("policy.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("policy.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate compares TOML text with the schema.
func validate(s *jsonschema.Schema, text string) error {
	var table map[string]any
	if _, err := toml.Decode(text, &table); err != nil {
		return err
	}
	delete(table, "pack") // the header of a built-in pack
	data, err := json.Marshal(table)
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

// load has the loader read TOML text as managed policy, which may say all.
func load(text string) error {
	_, _, err := rules.ParseLayer("policy.toml", []byte(text), rules.Managed, programs.Builtin())
	return err
}

func TestGenerated(t *testing.T) {
	want, err := schema.Generate()
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../docs/policy.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Error("docs/policy.schema.json is not what the types give: run go generate ./rules/...")
	}
}

// TestFiles holds the schema against every policy that there is: packs, program
// tables, starters, and the examples of the documentation.
func TestFiles(t *testing.T) {
	s := compiled(t)
	texts := map[string]string{}
	for _, glob := range []string{"../packs/*.toml", "../programs/*.toml", "../starter/*.toml", "../../README.md", "../../docs/*.md", "../../man/*.5"} {
		files, err := filepath.Glob(glob)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files: %v", glob, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			examples(f, string(text), texts)
		}
	}
	for name, text := range texts {
		if err := validate(s, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(texts) < 50 {
		t.Errorf("only %d policies were found", len(texts))
	}
}

// examples collects the policies in a file: itself, or the blocks of a document.
func examples(name, text string, into map[string]string) {
	begin, end := "", ""
	switch filepath.Ext(name) {
	case ".md":
		begin, end = "\n```toml\n", "\n```"
	case ".5":
		begin, end = "\n.Bd -literal -offset indent\n", "\n.Ed"
	default:
		into[name] = text
		return
	}
	for _, part := range strings.Split(text, begin)[1:] {
		block, _, _ := strings.Cut(part, end)
		into[name+": "+block] = block
	}
}

// TestUnknownKeys adds a key that there is not to each table of the language:
// schema and loader both refuse it, and both take the table without it.
func TestUnknownKeys(t *testing.T) {
	s := compiled(t)
	rule := "[[rule]]\nid = \"a.b\"\nreason = \"r\"\ncommand = [\"x\"]\n"
	exception := "[[exception]]\nrule = \"a.b\"\nreason = \"r\"\n"
	for _, table := range []string{
		"", "[policy]\n", "[audit]\n", "[runtime]\n", rule, rule + "[rule.when]\n", rule + "[rule.unless]\n", rule + "[rule.test]\n",
		exception, exception + "[exception.when]\n", "[[program]]\nname = \"p\"\n", "[[program]]\nname = \"p\"\n[[program.sub]]\nname = \"s\"\n",
		"[policy.defaults]\n", "[policy.unresolved]\n",
	} {
		if err := errors.Join(validate(s, table), load(table)); err != nil {
			t.Errorf("%s\n%v", table, err)
		}
		wrong := table + "colour = \"deny\"\n"
		if validate(s, wrong) == nil {
			t.Errorf("the schema takes\n%s", wrong)
		}
		if load(wrong) == nil {
			t.Errorf("the loader takes\n%s", wrong)
		}
	}
}

// TestAgrees holds that schema and loader take and refuse the same values.
func TestAgrees(t *testing.T) {
	s := compiled(t)
	rule := func(rest string) string { return "[[rule]]\nid = \"a.b\"\nreason = \"r\"\n" + rest }
	lift := func(rest string) string { return "[[exception]]\nrule = \"a.b\"\nreason = \"r\"\n" + rest }
	for _, c := range []struct {
		good bool
		text string
	}{
		{true, "[policy]\nmode = 'observe'\ndefault = 'ask'\nversion = 3\npacks = ['all']\ninteractive = 'allow'"},
		{false, "[policy]\nmode = 'off'"},
		{false, "[policy]\ndefault = 'yes'"},
		{false, "[policy]\nversion = '3'"},
		{false, "[policy]\npacks = 'all'"},
		{true, "[policy.defaults]\nwrite = 'deny'\n[policy.unresolved]\nread = 'ask'"},
		{false, "[policy.defaults]\nwrite = 'never'"},
		{true, "[audit]\npath = '/x'\non_failure = 'allow'\n[runtime]\nlevel = 'write'\nrequire = true"},
		{false, "[audit]\non_failure = 'ignore'"},
		{false, "[runtime]\nlevel = 'strict'"},
		{false, "[runtime]\nrequire = 'yes'"},
		{true, "[shell]\nbash = '/bin/bash'"},
		{true, rule("command = ['x']\nfloor = true\nmode = 'observe'\ndecision = 'ask'\nrefs = ['R']")},
		{true, "[[rule]]\nid = 'a.b'\ndecision = 'allow'\ncommand = ['x']"},
		{true, "[[rule]]\nid = 'shell.unresolved'\nreason = 'r'"},
		{false, "[[rule]]\nreason = 'r'\ncommand = ['x']"},
		{false, "[[rule]]\nid = 'a.b'\ncommand = ['x']"},
		{false, "[[rule]]\nid = 'ab'\nreason = 'r'\ncommand = ['x']"},
		{false, "[[rule]]\nid = 'A.b'\nreason = 'r'\ncommand = ['x']"},
		{false, rule("")},
		{false, rule("command = 'x'")},
		{false, rule("command = ['x']\nfloor = 'yes'")},
		{true, rule("access = ['create', 'chmod']\npath = ['~/x', '<tmp>/y', '**/z', '{/a,/b}', '~']")},
		{false, rule("access = ['execute']\npath = ['/x']")},
		{false, rule("path = ['x/y']")},
		{true, rule("path = ['/x']\nwhen.exists = true\nwhen.created = 'session'\nunless.path = ['/x/y']")},
		{false, rule("path = ['/x']\nwhen.exists = 'yes'")},
		{false, rule("path = ['/x']\nwhen.created = 'today'")},
		{false, rule("path = ['/x']\nunless.path = ['y']")},
		{false, rule("path = ['/x']\nunless.cwd = ['y']")},
		{true, lift("approver = 'ana'\nexpires = '2026-12-31'\nwhen.branch = ['b']")},
		{true, rule("request = ['DELETE **', '* /x']\ngraphql = ['mutation x', '*Delete']\nconnect = ['*', 'h:1']\nstatement = ['DROP']\ncall = ['t']")},
		{false, rule("command = [' ']")},
		{false, rule("request = ['DELETE']")},
		{false, rule("graphql = ['volumeDelete']")},
		{false, rule("statement = ['']")},
		{false, rule("connect = ['h']")},
		{false, rule("call = ['']")},
		{false, lift("expires = 'tomorrow'")},
		{false, lift("expires = '2026-12-31T18:00:00Z'")},
		{false, lift("when.path = ['y']")},
		{false, "[[exception]]\nrule = 'a.b'"},
		{false, "[[exception]]\nreason = 'r'"},
		{true, "[[program]]\nname = 'p'\nstyle = 'long'\nstdin = 'code:python'\noutput = 'lines'\nrecipes = 'make'\nloses = 'paths'"},
		{false, "[[program]]\nargs = 'read'"},
		{false, "[[program]]\nname = 'p'\nstyle = 'bsd'"},
		{false, "[[program]]\nname = 'p'\nstdin = 'text'"},
		{false, "[[program]]\nname = 'p'\noutput = 'text'"},
		{false, "[[program]]\nname = 'p'\nloses = 'all'"},
		{false, "[[program]]\nname = 'p'\nrecipes = 'rake'"},
		{false, "[[program]]\nname = 'p'\n[program.opt]\n-c = 3"},
	} {
		if err := validate(s, c.text); (err == nil) != c.good {
			t.Errorf("the schema says %v of\n%s", err, c.text)
		}
		if err := load(c.text); (err == nil) != c.good {
			t.Errorf("the loader says %v of\n%s", err, c.text)
		}
	}
}
