package inline

import "testing"

// TestContents holds that what a file holds is known where a program writes the whole
// of it, and only there.
func TestContents(t *testing.T) {
	for _, row := range []struct {
		lang      Lang
		src, want string // of the last text; "-" is none
	}{
		{Python, `open('x', 'w').write('a')`, "a"},
		{Python, "with open('x', 'w') as f:\n    f.write('a')\n    f.write('b')", "ab"},
		{Python, `open('x', 'a').write('a')`, "-"},
		{Python, `open('x', 'w').write(input())`, "-"},
		{Python, `from pathlib import Path; Path('x').write_text('a')`, "a"},
		{Python, `import sys; open(sys.stdin.read(), 'w').write('a')`, "-"},
		{Node, `require('fs').writeFileSync('x', 'a')`, "a"},
		{Node, `require('fs').writeFileSync('x', process.argv.join())`, "-"},
		{PHP, `file_put_contents('x', 'a');`, "a"},
		{Ruby, `File.write('x', 'a')`, "a"},
	} {
		got := "-"
		for _, e := range Analyze(row.lang, row.src, nil, Limits{}).Effects {
			if e.Kind == Content && e.Arg == "x" {
				got = string(e.Body)
			}
		}
		if got != row.want {
			t.Errorf("%v: %s: %q, want %q", row.lang, row.src, got, row.want)
		}
	}
}
