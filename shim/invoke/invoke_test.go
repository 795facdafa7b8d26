package invoke

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A row of the table: the call, and what it means in one line as show writes it.
type row struct {
	argv string // words separated by blanks; T1, T2 are texts, s1 a script
	real string // what the first word is on this machine, "" the same
	want string
}

var rows = []row{
	// bash: the text is the first operand.
	{"bash -c T1", "", "text T1 $0=bash"},
	{"bash -c T1 a b", "", "text T1 $0=a b"},
	{"bash -lc T1 a b", "", "text T1 $0=a b +login login"},
	{"bash -c -l T1", "", "text T1 $0=bash +login login"},
	{"bash -l -c T1", "", "text T1 $0=bash +login login"},
	{"bash -login -c T1", "", "text T1 $0=bash +login login"},
	{"bash -cl T1", "", "text T1 $0=bash +login login"},
	{"bash -c -o pipefail T1", "", "text T1 $0=bash +pipefail"},
	{"bash -co pipefail T1", "", "text T1 $0=bash +pipefail"},
	{"bash -oc pipefail T1", "", "text T1 $0=bash +pipefail"},
	{"bash -eoc pipefail T1 n", "", "text T1 $0=n +errexit +pipefail"},
	{"bash -ooc errexit pipefail T1", "", "text T1 $0=bash +errexit +pipefail"},
	{"bash -o errexit +o errexit -c T1", "", "text T1 $0=bash +errexit -errexit"},
	{"bash -c -- T1", "", "text T1 $0=bash"},
	{"bash -c - T1 T2", "", "text T1 $0=T2"},
	{"bash -c T1 -- a", "", "text T1 $0=-- a"},
	{"bash -c T1 -c T2", "", "text T1 $0=-c T2"},
	{"bash +x -c T1", "", "text T1 $0=bash -xtrace"},
	{"bash +c T1 x", "", "text T1 $0=x"},
	{"bash + -c T1", "", "text T1 $0=bash"},
	{"bash --norc --noprofile -c T1", "", "text T1 $0=bash norc noprofile"},
	{"bash -norc -c T1", "", "text T1 $0=bash norc"},
	{"bash --rcfile s1 -c T1", "", "text T1 $0=bash rcfile=s1"},
	{"bash --init-file s1 -c T1", "", "text T1 $0=bash initfile=s1"},
	{"bash -O extglob -c T1", "", "text T1 $0=bash shopt+extglob"},
	{"bash +O extglob -cO nullglob T1", "", "text T1 $0=bash shopt-extglob shopt+nullglob"},
	{"bash --posix -c T1", "", "text T1 $0=bash +posix posix"},
	{"bash -o posix -c T1", "", "text T1 $0=bash +posix posix"},
	{"bash -r -c T1", "", "text T1 $0=bash +restricted restricted"},
	{"bash --restricted -c T1", "", "text T1 $0=bash +restricted restricted"},
	{"bash -p -c T1", "", "text T1 $0=bash +privileged privileged"},
	{"bash -pc T1 +p", "", "text T1 $0=+p +privileged privileged"},
	{"bash -i -c T1", "", "text T1 $0=bash +interactive interactive"},
	{"bash -i +i -c T1", "", "text T1 $0=bash +interactive -interactive"},
	{"bash -n -c T1", "", "text T1 $0=bash +noexec noexec"},
	{"bash -n +n -c T1", "", "text T1 $0=bash +noexec -noexec"},
	{"bash -D -c T1", "", "text T1 $0=bash noexec"},
	{"bash --dump-strings -c T1", "", "text T1 $0=bash noexec"},
	{"bash -sc T1 a b", "", "text T1 $0=a b"},
	{"bash -abefhkmtuvxBCEHPT -c T1", "", "text T1 $0=bash +allexport +notify +errexit +noglob +hashall +keyword +monitor +onecmd +nounset +verbose +xtrace +braceexpand +noclobber +errtrace +histexpand +physical +functrace"},
	{"bash -ce T1", "", "text T1 $0=bash +errexit"},
	{"bash --debugger -c T1", "", "text T1 $0=bash"},
	{"bash s1 a b", "", "script s1 $0=s1 a b"},
	{"bash -e s1 -c T1", "", "script s1 $0=s1 -c T1 +errexit"},
	{"bash -- s1", "", "script s1 $0=s1"},
	{"bash - s1 a", "", "script s1 $0=s1 a"},
	{"bash -i s1", "", "script s1 $0=s1 +interactive interactive"},
	{"bash --pretty-print s1", "", "script s1 $0=s1"},
	{"bash -- -c", "", "script -c $0=-c"},
	{"bash", "", "stdin $0=bash"},
	{"bash -", "", "stdin $0=bash"},
	{"bash -s a b", "", "stdin $0=bash a b"},
	{"bash +s a", "", "stdin $0=bash a"},
	{"bash -s -- -c T1", "", "stdin $0=bash -c T1"},
	{"bash --login", "", "stdin $0=bash +login login"},
	{"bash -o", "", "stdin $0=bash"},
	{"bash -i", "", "interactive $0=bash +interactive interactive"},
	{"bash --version -c T1", "", "query"},
	{"bash --help", "", "query"},
	{"bash -version", "", "query"},
	{"bash -c", "", "usage 2 bash: -c: option requires an argument"},
	{"bash -c --", "", "usage 2 bash: -c: option requires an argument"},
	{"bash -c --norc T1", "", "usage 2 bash: --: invalid option"},
	{"bash --nope -c T1", "", "usage 2 bash: --nope: invalid option"},
	{"bash --version --nope", "", "usage 2 bash: --nope: invalid option"},
	{"bash -Z -c T1", "", "usage 2 bash: -Z: invalid option"},
	{"bash -o stdin -c T1", "", "usage 2 bash: stdin: invalid option name"},
	{"bash --rcfile", "", "usage 2 bash: rcfile: option requires an argument"},
	{"-bash -c T1", "", "text T1 $0=-bash login"},
	{"/usr/local/lib/guard/bin/bash -c T1", "", "text T1 $0=/usr/local/lib/guard/bin/bash"},
	// dash: no long options; a text and standard input are both run.
	{"dash -c T1 a b", "", "text T1 $0=a b"},
	{"dash -lc T1", "", "text T1 $0=dash +login login"},
	{"dash -c -l T1", "", "text T1 $0=dash +login login"},
	{"dash +c T1 a", "", "text T1 $0=a"},
	{"dash -o errexit -c T1", "", "text T1 $0=dash +errexit"},
	{"dash -co errexit T1", "", "text T1 $0=dash +errexit"},
	{"dash -E -c T1", "", "text T1 $0=dash +emacs"},
	{"dash -p -c T1", "", "text T1 $0=dash +privileged privileged"},
	{"dash -c -- T1", "", "text T1 $0=dash"},
	{"dash + -c T1", "", "text T1 $0=dash"},
	{"dash -n -c T1", "", "text T1 $0=dash +noexec"},
	{"dash -e s1 a", "", "script s1 $0=s1 a +errexit"},
	{"dash - -c", "", "script -c $0=-c"},
	{"dash -s a", "", "stdin $0=dash a +stdin"},
	{"dash +s s1", "", "unsupported"},
	{"dash -o stdin a", "", "stdin $0=dash a +stdin"},
	{"dash", "", "stdin $0=dash"},
	{"dash -sc T1", "", "unsupported"},
	{"dash -o stdin -c T1", "", "unsupported"},
	{"dash -c", "", "usage 2 dash: 0: -c requires an argument"},
	{"dash --norc -c T1", "", "usage 2 dash: 0: Illegal option --"},
	{"dash -r -c T1", "", "usage 2 dash: 0: Illegal option -r"},
	// sh is what the machine makes of it.
	{"sh -c T1 a", "bash", "text T1 $0=a posix"},
	{"sh -posix -c T1", "bash", "text T1 $0=sh +posix posix"},
	{"sh -O extglob -c T1", "bash", "text T1 $0=sh shopt+extglob posix"},
	{"sh -c T1 a", "dash", "text T1 $0=a"},
	{"sh -lc T1", "dash", "text T1 $0=sh +login login"},
	{"sh -O extglob -c T1", "dash", "usage 2 sh: 0: Illegal option -O"},
	{"sh -sc T1", "bash", "text T1 $0=sh posix"},
	{"sh -sc T1", "dash", "unsupported"},
	{"sh -c T1 a", "busybox", "text T1 $0=a"},
	{"sh --login -c T1", "busybox", "text T1 $0=sh +login login"},
	{"sh --version", "busybox", "usage 2 sh: 0: Illegal option --"},
	{"sh -c T1 a", "zsh", "text T1 $0=a"},
	{"sh -b -c T1", "zsh", "unsupported"},
	{"sh -c T1", "?", "text T1 $0=sh posix"},
	{"sh -eo pipefail -c T1", "?", "text T1 $0=sh +errexit +pipefail posix"},
	{"sh --norc -c T1", "?", "text T1 $0=sh posix norc"},
	{"sh -oe pipefail -c T1", "?", "unsupported"},
	{"sh -posix -c T1", "?", "unsupported"},
	{"sh -sc T1", "?", "unsupported"},
	{"sh +s s1", "?", "unsupported"},
	{"sh --version", "?", "unsupported"},
	{"sh --rcfile s1 T1", "?", "unsupported"},
	{"sh -T T1 -c T2", "?", "unsupported"},
	{"sh + -c T1", "?", "unsupported"},
	// zsh: names attached, spelt in many ways; --version anywhere.
	{"zsh -c T1 a b", "", "text T1 $0=a b"},
	{"zsh -fc T1", "", "text T1 $0=zsh +norcs norc noprofile"},
	{"zsh -c -f T1", "", "text T1 $0=zsh +norcs norc noprofile"},
	{"zsh +c T1 a", "", "text T1 $0=a"},
	{"zsh -f -o extendedglob -c T1", "", "text T1 $0=zsh +norcs +extendedglob norc noprofile"},
	{"zsh -f -oextendedglob -c T1", "", "text T1 $0=zsh +norcs +extendedglob norc noprofile"},
	{"zsh -fco extended_glob T1", "", "text T1 $0=zsh +norcs +extendedglob norc noprofile"},
	{"zsh --no-rcs -c T1 a", "", "text T1 $0=a +norcs norc noprofile"},
	{"zsh +o rcs -c T1", "", "text T1 $0=zsh +norcs norc noprofile"},
	{"zsh --NoExtendedGlob -c T1", "", "text T1 $0=zsh -extendedglob"},
	{"zsh +-noexec -c T1", "", "text T1 $0=zsh -noexec"},
	{"zsh -f -o no_exec -c T1", "", "text T1 $0=zsh +norcs +noexec noexec norc noprofile"},
	{"zsh -f +o exec -c T1", "", "text T1 $0=zsh +norcs +noexec noexec norc noprofile"},
	{"zsh -fsc T1 a b", "", "text T1 $0=zsh a b +norcs +stdin norc noprofile"},
	{"zsh -o shin_stdin -c T1 a", "", "text T1 $0=zsh a +shinstdin"},
	{"zsh -c -- T1", "", "text T1 $0=zsh"},
	{"zsh -c -b -x", "", "text -x $0=zsh"},
	{"zsh --emulate sh -f -c T1", "", "text T1 $0=zsh +norcs posix norc noprofile"},
	{"zsh -1f -c T1", "", "text T1 $0=zsh +-1 +norcs norc noprofile"},
	{"zsh -l -c T1", "", "text T1 $0=zsh +login login"},
	{"zsh -f s1 a", "", "script s1 $0=s1 a +norcs norc noprofile"},
	{"zsh -fb -c", "", "script -c $0=-c +norcs norc noprofile"},
	{"zsh -f + s1", "", "script s1 $0=s1 +norcs norc noprofile"},
	{"zsh +- s1", "", "script s1 $0=s1"},
	{"zsh -fs a", "", "stdin $0=zsh a +norcs +stdin norc noprofile"},
	{"zsh -f", "", "stdin $0=zsh +norcs norc noprofile"},
	{"zsh -c --version T1", "", "query"},
	{"zsh -c", "", "usage 1 zsh: string expected after -c"},
	{"zsh -f -x-y", "", "usage 1 zsh: bad option: --"},
	{"zsh -f --emulate sh -c T1", "", "usage 1 zsh: --emulate: must precede other options"},
	{"zsh --emulate", "", "usage 1 zsh: --emulate: argument required"},
	{"zsh --emulate sh -b -c T1", "", "unsupported"},
	// ksh93 and mksh.
	{"ksh -c T1 a b", "", "text T1 $0=a b"},
	{"ksh -copipefail T1", "", "text T1 $0=ksh +pipefail"},
	{"ksh -o pipefail -c T1", "", "text T1 $0=ksh +pipefail"},
	{"ksh -c - T1", "", "text T1 $0=ksh"},
	{"ksh --errexit -c T1 a", "", "text T1 $0=a +errexit"},
	{"ksh + s1", "", "script s1 $0=s1"},
	{"ksh T1", "", "unsupported"},
	{"sh a", "?", "unsupported"},
	{"ksh s1 a", "", "script s1 $0=s1 a"},
	{"ksh -s a", "", "stdin $0=ksh a +stdin"},
	{"ksh --version", "", "query"},
	{"ksh +c T1", "", "unsupported"},
	{"ksh -sc T1", "", "unsupported"},
	{"ksh -o -c T1", "", "unsupported"},
	{"ksh --cmd -c T1", "", "unsupported"},
	{"ksh -c", "", "usage 2 ksh: -c requires argument"},
	{"mksh -c T1 a b", "", "text T1 $0=a b"},
	{"mksh -lc T1", "", "text T1 $0=mksh +login login"},
	{"mksh -opipefail -c T1", "", "text T1 $0=mksh +pipefail"},
	{"mksh -c -- T1", "", "text T1 $0=mksh"},
	{"mksh + s1", "", "script s1 $0=s1"},
	{"mksh -s a", "", "stdin $0=mksh a +stdin"},
	{"mksh -T - -c T1", "", "unsupported"},
	{"mksh -Z", "", "usage 1 mksh: -Z: unknown option"},
	{"mksh -o", "", "usage 1 mksh: -o: requires an argument"},
	// guard itself.
	{"guard -c T1 a", "", "text T1 $0=a"},
	{"guard -lc T1", "", "text T1 $0=bash +login login"},
	{"/usr/local/bin/guard --login -c T1", "", "text T1 $0=bash +login login"},
	{"guard -o pipefail -c T1", "", "text T1 $0=bash +pipefail"},
	{"guard +o pipefail -c T1", "", "text T1 $0=bash -pipefail"},
	{"guard -O extglob -c T1", "", "text T1 $0=bash shopt+extglob"},
	{"guard --norc -c T1", "", "text T1 $0=bash norc"},
	{"guard -- s1", "", "script s1 $0=s1"},
	{"guard -s", "", "stdin $0=bash"},
	{"guard -i", "", "interactive $0=bash +interactive interactive"},
	{"guard --help", "", "cli"},
	{"guard --version", "", "cli"},
	{"guard -h", "", "cli"},
	{"guard --nope", "", "cli"},
	{"guard", "", "cli"},
	{"guard check T1", "", "cli"},
	{"guard T1", "", "prefix T1 $0=bash"},
	{"wrap T1", "", "prefix T1 $0=bash"},
	{"guard s1", "", "cli"},
	{"busybox -c T1", "", "cli"},
	{"-guard", "", "stdin $0=-bash login"},
	{"-su -c T1", "", "text T1 $0=-bash login"},
}

// words turns the source of a row into arguments.
func words(src string) []string {
	argv := strings.Fields(src)
	for i, w := range argv {
		if text, ok := texts[w]; ok {
			argv[i] = text
		}
	}
	return argv
}

// texts says which text ran, and with which parameters.
var texts = map[string]string{
	"T1": `printf '{%s}' T1 "$0" "$@"`,
	"T2": `printf '{%s}' T2 "$0" "$@"`,
}

func back(word string) string {
	for name, text := range texts {
		if word == text {
			return name
		}
	}
	return word
}

func parse(src, real string) (Invocation, error) {
	opt := Options{Exists: func(p string) bool { return p == "s1" }}
	opt.Real = func(name string) string {
		switch real {
		case "":
			return "/usr/bin/" + name
		case "?":
			return ""
		}
		return "/usr/bin/" + real
	}
	return Parse(words(src), opt)
}

// show writes an invocation in one line.
func show(inv Invocation, err error) string {
	if u := (*UsageError)(nil); errors.As(err, &u) {
		return strings.TrimSpace("usage " + string(rune('0'+u.Status)) + " " + u.Message)
	}
	if errors.Is(err, ErrUnsupported) {
		return "unsupported"
	}
	if err != nil {
		return "error " + err.Error()
	}
	var b strings.Builder
	add := func(s string, on bool) {
		if on {
			b.WriteString(s)
		}
	}
	switch inv.Kind {
	case CommandText:
		b.WriteString("text " + back(inv.Text))
	case PrefixText:
		b.WriteString("prefix " + back(inv.Text))
	case ScriptFile:
		b.WriteString("script " + inv.Script)
	case Stdin:
		b.WriteString("stdin")
	case Interactive, Query, CLI:
		b.WriteString(inv.Kind.String())
	}
	add(" $0="+back(inv.Arg0), inv.Kind != Query && inv.Kind != CLI)
	if inv.Kind != CLI {
		for _, a := range inv.Args {
			b.WriteString(" " + back(a))
		}
	}
	if inv.Kind == Query {
		return b.String()
	}
	sign := map[bool]string{true: "+", false: "-"}
	for _, o := range inv.Set {
		b.WriteString(" " + sign[o.On] + o.Name)
	}
	for _, o := range inv.Shopt {
		b.WriteString(" shopt" + sign[o.On] + o.Name)
	}
	add(" login", inv.Login)
	add(" interactive", inv.Interactive)
	add(" posix", inv.Posix)
	add(" noexec", inv.NoExec)
	add(" restricted", inv.Restricted)
	add(" privileged", inv.Privileged)
	add(" rcfile="+inv.RCFile, inv.RCFile != "")
	add(" initfile="+inv.InitFile, inv.InitFile != "")
	add(" norc", inv.NoRC)
	add(" noprofile", inv.NoProfile)
	return b.String()
}

func TestParse(t *testing.T) {
	for _, r := range rows {
		inv, err := parse(r.argv, r.real)
		if got := show(inv, err); got != r.want {
			t.Errorf("%s (%s)\n got %s\nwant %s", r.argv, r.real, got, r.want)
		}
		if err != nil {
			continue
		}
		switch inv.Kind {
		case CommandText, PrefixText:
			if inv.Argv[inv.TextIndex] != inv.Text {
				t.Errorf("%s: Argv[%d] = %q, not the text", r.argv, inv.TextIndex, inv.Argv[inv.TextIndex])
			}
		default:
			if inv.TextIndex != -1 {
				t.Errorf("%s: TextIndex = %d", r.argv, inv.TextIndex)
			}
		}
	}
}

func TestParseArgv(t *testing.T) {
	tests := []struct{ called, want string }{
		{"bash -c T1 a", "bash -c T1 a"},
		{"-bash", "-bash"},
		{"-su", "-bash"},
		{"-guard -c T1", "-bash -c T1"},
		{"/opt/guard -lc T1 x", "bash -lc T1 x"},
		{"guard T1", "bash -c T1"},
		{"guard log", "guard log"},
		{"/x/sh -e s1", "/x/sh -e s1"},
	}
	for _, tt := range tests {
		inv, err := parse(tt.called, "?")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(words(tt.want), inv.Argv); diff != "" {
			t.Errorf("%s: %s", tt.called, diff)
		}
	}
}

func TestParseWorld(t *testing.T) {
	tty := Options{StdinTTY: true}
	for _, argv := range [][]string{{"bash"}, {"dash", "-s"}, {"zsh", "-l"}, {"-bash"}} {
		inv, err := Parse(argv, tty)
		if err != nil || inv.Kind != Interactive {
			t.Errorf("%v on a terminal: %v, %v", argv, inv.Kind, err)
		}
	}
	if inv, _ := Parse([]string{"bash", "-c", "x"}, tty); inv.Kind != CommandText {
		t.Errorf("bash -c on a terminal: %v", inv.Kind)
	}
	exists := Options{Exists: func(string) bool { return true }}
	if inv, _ := Parse([]string{"guard", "a file"}, exists); inv.Kind != CLI {
		t.Errorf("guard 'a file': %v", inv.Kind)
	}
	if inv, err := Parse(nil, Options{}); err != nil || inv.Kind != CLI {
		t.Errorf("no arguments: %v, %v", inv.Kind, err)
	}
	called := []string{"guard", "-c", "x"}
	if _, err := Parse(called, Options{}); err != nil || called[0] != "guard" {
		t.Errorf("Parse changed its argument to %q, %v", called, err)
	}
}

func TestCandidates(t *testing.T) {
	tests := []struct {
		argv string
		want []string
	}{
		{"bash x", []string{"x", "/a/x", "./x", "/b/x"}},
		{"bash ./x", []string{"./x"}},
		{"ksh s1", []string{"s1"}},
		{"dash x", []string{"x"}},
		{"bash -s x", nil},
	}
	for _, tt := range tests {
		inv, err := parse(tt.argv, "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, inv.Candidates("/a::/b")); diff != "" {
			t.Errorf("%s: %s", tt.argv, diff)
		}
	}
}
