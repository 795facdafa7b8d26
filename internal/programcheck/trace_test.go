package programcheck

import (
	"fmt"
	"strings"
	"testing"

	"guard/rules"
	"guard/rules/programs"
	"guard/rules/value"
)

func TestEvents(t *testing.T) {
	for _, c := range []struct{ trace, want string }{
		{`7 openat(AT_FDCWD</w>, "a", O_RDONLY|O_CLOEXEC) = 3</w/a>`, "reads /w/a"},
		{`7 openat(AT_FDCWD</w>, "a", O_RDONLY) = -1 ENOENT (No such file or directory)`, ""},
		{`7 openat(4</w/d>, "a", O_WRONLY|O_CREAT, 0666) = 3</w/d/a>`, "writes /w/d/a"},
		{`7 open("/x/../y", O_RDWR) = 3`, "reads+writes /y"},
		{`7 openat(AT_FDCWD, "d", O_RDONLY|O_DIRECTORY) = 3</w/d>`, ""},
		{"7 chdir(\"d\") = 0\n7 unlink(\"a\") = 0", "deletes /w/d/a"},
		{"7 chdir(\"d\") = 0\n7 vfork() = 8\n8 unlink(\"a\") = 0\n9 unlink(\"b\") = 0", "deletes /w/d/a, deletes /w/b"},
		{`7 unlinkat(AT_FDCWD</w>, "d", AT_REMOVEDIR) = 0`, ""},
		{`7 rename("a, (\"b", "c") = 0`, `reads+deletes /w/a, ("b, writes /w/c`},
		{"7 rename(\"a\", <unfinished ...>\n8 unlink(\"b\") = 0\n7 <... rename resumed>\"c\") = 0", "deletes /w/b, reads+deletes /w/a, writes /w/c"},
		{`7 symlink("../a", "d/l") = 0`, "reads /w/a, writes /w/d/l"},
		{`7 fchownat(3</w/a>, "", 0, 0, AT_EMPTY_PATH) = 0`, "changes /w/a"},
		{`7 chmod("a", 0600)        = 0`, "changes /w/a"},
	} {
		var got []string
		for _, e := range Events(c.trace, "/w") {
			got = append(got, fmt.Sprint(e.Effect, " ", e.Path))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s\ngives %s\nwant  %s", c.trace, s, c.want)
		}
	}
}

// TestCompare shows that each kind of error in a table is seen.
func TestCompare(t *testing.T) {
	before := Files{"a": false, "b": false, "d": true, "d/x": false}
	for _, c := range []struct {
		line    string
		events  []Event
		actions []rules.Action
		after   Files
		want    string
	}{
		{"p a", []Event{{Reads, "/w/a"}}, []rules.Action{{Op: rules.Read, Path: "/w/a"}}, before, ""},
		{"p a", []Event{{Reads, "/w/a"}}, nil, before, "a: the program reads, the table nothing"},
		{"p a", nil, []rules.Action{{Op: rules.Load, Path: "/w/a"}}, before, "a: the program nothing, the table reads"},
		{"p a", []Event{{Reads | Writes, "/w/a"}}, []rules.Action{{Op: rules.Write, Path: "/w/a", How: rules.Overwrite}}, before, ""},
		{"p a", []Event{{Reads, "/w/a"}}, []rules.Action{{Op: rules.Write, Path: "/w/a", How: rules.Overwrite}}, before, "a: the program nothing, the table writes"},
		{"p a", []Event{{Deletes, "/w/a"}, {Writes, "/w/a"}}, []rules.Action{{Op: rules.Delete, Path: "/w/a"}}, before, "a: the program writes, the table deletes"},
		{"p d", []Event{{Reads, "/w/d/x"}}, []rules.Action{{Op: rules.Read, Path: "/w/d"}}, before, "d: the program reads, the table nothing"},
		{"p d", []Event{{Reads, "/w/d/x"}}, []rules.Action{{Op: rules.Read, Path: "/w/d", Recursive: true}}, before, ""},
		{"p new", []Event{{Writes, "/w/new"}}, nil, Files{"new": false}, "new: the program writes, the table nothing"},
		{"p -onew", []Event{{Writes, "/w/new"}}, nil, Files{"new": false}, "new: the program writes, the table nothing"},
		{"p new.b", []Event{{Writes, "/w/new"}}, nil, Files{"new": false}, ""},
		{"p lock", []Event{{opens, "/w/lock"}}, nil, Files{"lock": false}, "lock: the program writes, the table nothing"},
	} {
		argv := strings.Fields(c.line)
		words := make([]value.Text, len(argv))
		for i := range argv {
			words[i] = value.Known(argv[i])
		}
		var got []string
		for _, f := range Compare(argv, c.events, c.actions, programs.NewTable(nil).Parse(words), "/w", before, c.after) {
			if !f.Agrees() {
				got = append(got, f.String())
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s, %v:\ngives %s\nwant  %s", c.line, c.events, s, c.want)
		}
	}
}
