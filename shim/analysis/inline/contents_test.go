package inline

import (
	"strings"
	"testing"
)

// TestContents holds that what a program writes to a file is known, and what it adds.
func TestContents(t *testing.T) {
	for _, row := range []struct {
		lang      Lang
		src, want string // "+" stands before what is added; "-" is none
	}{
		{Python, `open('x', 'w').write('a')`, "a"},
		{Python, "with open('x', 'w') as f:\n    f.write('a')\n    f.write('b')", "ab"},
		{Python, `open('x', 'a').write('a')`, "+a"},
		{Python, `open('x', 'w').write(input())`, ""},
		{Python, `from pathlib import Path; Path('x').write_text('a')`, "a"},
		{Python, `import sys; open(sys.stdin.read(), 'w').write('a')`, "-"},
		{Python, `f = open('x', 'w'); f.writelines(['a', 'b']); print('c', 'd', file=f); print('e')`, "abc d\n"},
		{Node, `require('fs').writeFileSync('x', 'a')`, "a"},
		{Python, "f = open('x', 'w')\nfor s in ['a', 'b', 'b']:\n    f.write(s)", "abb"},
		{Node, `const fs = require('fs'); fs.writeFileSync('x', 'a'); fs.appendFileSync('x', 'b')`, "a+b"},
		{Node, `require('fs').writeFileSync('x', process.argv.join())`, "-"},
		{Node, `const fs = require('fs'); fs.writeFileSync('x', 'a'); if (process.argv[2]) fs.writeFileSync('x', 'b')`, "a+\nb"},
		{PHP, `file_put_contents('x', 'a');`, "a"},
		{Ruby, `File.write('x', 'a')`, "a"},
	} {
		got := "-"
		for _, e := range Analyze(row.lang, row.src, nil, Limits{}).Effects {
			if e.Arg != "x" {
				continue
			}
			switch e.Kind {
			case Content:
				got = string(e.Body)
			case Added:
				got = strings.TrimPrefix(got, "-") + "+" + string(e.Body)
			}
		}
		if got != row.want {
			t.Errorf("%v: %s: %q, want %q", row.lang, row.src, got, row.want)
		}
	}
}
