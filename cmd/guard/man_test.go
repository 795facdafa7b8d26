package main

import (
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"guard/rules"
	"guard/rules/programs"
)

// manPage returns the lines of a page.
func manPage(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile("../../man/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

// manCommands splits guard.1 into the part of each command: the words of its
// header, and its lines.
func manCommands(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	name := ""
	for _, line := range manPage(t, "guard.1") {
		if rest, ok := strings.CutPrefix(line, ".It Cm "); ok {
			words := strings.Fields(rest)
			name = words[0]
			for _, w := range words[1:] {
				if strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" || w == "completion" {
					break
				}
				name += " " + w
			}
		}
		if strings.HasPrefix(line, ".Sh ") || line == ".Pp" {
			name = ""
		}
		if name != "" {
			out[name] = append(out[name], line)
		}
	}
	return out
}

// manFlags returns the options that lines of mdoc name, as they are typed.
func manFlags(lines []string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`\bFl (-?[a-z][a-z-]*)((?: , -?[a-z][a-z-]*)*)`).FindAllStringSubmatch(strings.Join(lines, "\n"), -1) {
		for _, f := range append([]string{m[1]}, strings.Split(m[2], " , ")...) {
			if f != "" {
				out = append(out, "-"+f)
			}
		}
	}
	return out
}

// flagNames are the spellings of a command's own options.
func flagNames(cmd *cobra.Command) []string {
	var out []string
	cmd.InitDefaultHelpFlag()
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		out = append(out, "--"+f.Name)
		if f.Shorthand != "" {
			out = append(out, "-"+f.Shorthand)
		}
	})
	return out
}

// TestManCommands holds that guard.1 describes every command with every option
// of it, and no other.
func TestManCommands(t *testing.T) {
	root := newCLI(testPlaces(t.TempDir())).root
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("bash")
	parts := manCommands(t)
	described := map[string]bool{}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
		name := strings.TrimPrefix(cmd.CommandPath(), "guard ")
		if cmd == root || cmd.Hidden {
			return
		}
		part, ok := parts[name]
		if !ok { // bash of completion stands in the header of completion
			part = parts[strings.TrimSuffix(name, " "+cmd.Name())]
			if len(part) == 0 || !slices.Contains(strings.Fields(part[0]), cmd.Name()) {
				t.Errorf("guard.1 does not describe guard %s", name)
				return
			}
		}
		described[name] = true
		have, want := manFlags(part), flagNames(cmd)
		for _, f := range want {
			if f != "--help" && f != "-h" && !slices.Contains(have, f) {
				t.Errorf("guard.1 does not describe guard %s %s", name, f)
			}
		}
		for _, f := range have {
			if !slices.Contains(want, f) && !slices.ContainsFunc(cmd.Commands(), func(c *cobra.Command) bool { return slices.Contains(flagNames(c), f) }) {
				t.Errorf("guard.1 describes guard %s %s, which there is not", name, f)
			}
		}
	}
	walk(root)
	for name := range parts {
		if !described[name] {
			t.Errorf("guard.1 describes guard %s, which there is not", name)
		}
	}
}

// policyKeys collects the keys of a table by the section of guard-policy.5 that
// describes them.
func policyKeys(section string, typ reflect.Type, into map[string][]string) {
	sections := map[string]string{
		"policy": "The policy table", "rule": "Rules", "exception": "Exceptions", "program": "Programs",
		"when": "Conditions", "unless": "Conditions",
	}
	for i := 0; i < typ.NumField(); i++ {
		f := typ.Field(i)
		key := f.Tag.Get("toml")
		at := f.Type
		if at.Kind() == reflect.Slice {
			at = at.Elem()
		}
		next, ok := sections[key]
		switch {
		case !ok && section == "":
			next = "Shell, audit and runtime tables"
		case !ok:
			next = section
		}
		if section != "" || at.Kind() != reflect.Struct { // else it is the table of a section
			if section == "" {
				into[next] = append(into[next], key)
			} else {
				into[section] = append(into[section], key)
			}
		}
		if at.Kind() == reflect.Struct && at != typ { // the subs of a program have its keys
			policyKeys(next, at, into)
		}
	}
}

// TestManPolicy holds that guard-policy.5 describes every key of the language, in
// the section where it belongs, and no other.
func TestManPolicy(t *testing.T) {
	want := map[string][]string{}
	policyKeys("", reflect.TypeFor[rules.File](), want)
	have := map[string][]string{}
	section := ""
	for _, line := range manPage(t, "guard-policy.5") {
		if s, ok := strings.CutPrefix(line, ".Ss "); ok {
			section = s
		}
		if keys, ok := strings.CutPrefix(line, ".It Ic "); ok {
			have[section] = append(have[section], strings.Split(keys, " , ")...)
		}
	}
	if len(want) != 6 {
		t.Errorf("%d sections, want 6: %v", len(want), want)
	}
	for s, keys := range want {
		for _, k := range keys {
			if !slices.Contains(have[s], k) {
				t.Errorf("guard-policy.5 does not describe %s in %q", k, s)
			}
		}
	}
	for s, keys := range have {
		for _, k := range keys {
			if !slices.Contains(want[s], k) {
				t.Errorf("guard-policy.5 describes %s in %q, which there is not", k, s)
			}
		}
	}
}

// TestManWords holds that guard-policy.5 lists the words that a key of a program
// may have.
func TestManWords(t *testing.T) {
	words := map[string][]string{"output": programs.Outputs(), "stdin": programs.Inputs()}
	key, listed := "", map[string][]string{}
	for _, line := range manPage(t, "guard-policy.5") {
		if k, ok := strings.CutPrefix(line, ".It Ic "); ok {
			key = k
		}
		if list, ok := strings.CutPrefix(line, ".Cm "); ok {
			for _, w := range strings.Fields(list) {
				if w != "," && w != "." {
					listed[key] = append(listed[key], w)
				}
			}
		}
	}
	for key, want := range words {
		have := listed[key]
		slices.Sort(have)
		slices.Sort(want)
		if !slices.Equal(have, want) {
			t.Errorf("guard-policy.5 lists for %s\n%v, want\n%v", key, have, want)
		}
	}
}

// TestManLint has mandoc examine the pages. That it knows no other page that a
// page points to is no fault of the page.
func TestManLint(t *testing.T) {
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("there is no mandoc")
	}
	for _, page := range []string{"guard.1", "guard-policy.5"} {
		out, err := exec.Command(mandoc, "-Tlint", "../../man/"+page).CombinedOutput()
		for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			if line != "" && !strings.Contains(line, "mandoc.db") && !strings.Contains(line, "referenced manual not found") {
				t.Error(line)
			}
		}
		if err != nil && len(out) == 0 {
			t.Error(err)
		}
	}
}

// TestManExamples holds that the policies in guard-policy.5 are ones, and that
// what their examples say is so.
func TestManExamples(t *testing.T) {
	blocks := strings.Split(strings.Join(manPage(t, "guard-policy.5"), "\n"), ".Bd -literal")
	for _, b := range blocks[1:] {
		b, _, _ = strings.Cut(b, "\n.Ed")
		_, text, _ := strings.Cut(b, "\n")
		file := t.TempDir() + "/policy.toml"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := testFiles([]string{file}); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
	if len(blocks) < 4 {
		t.Errorf("%d examples; were some not found?", len(blocks)-1)
	}
}
