package dialect

import "testing"

func TestComplete(t *testing.T) {
	for _, test := range []struct {
		text string
		want bool
	}{
		{"echo a\n", true},
		{"\n", true},
		{"# a comment\n", true},
		{"echo a \\\n", false},
		{"echo a \\\\\n", true},
		{"echo a \\\nb\n", true},
		{"echo 'a\n", false},
		{"echo \"a\nb\"\n", true},
		{"cat <<E\n", false},
		{"cat <<E\nif x\n", false},
		{"cat <<E\na\nE\n", true},
		{"cat <<'E' | sort\na\n", false},
		{"cat <<-E\n\ta\n\tE\n", true},
		{"if true; then\n", false},
		{"if true; then echo; fi\n", true},
		{"for i in 1 2\n", false},
		{"for i in 1 2; do\necho\n", false},
		{"for i in 1 2; do\necho\ndone\n", true},
		{"f() {\n", false},
		{"f()\n", false},
		{"f() {\n:\n}\n", true},
		{"case x in\n", false},
		{"case x in a) ;;\n", false},
		{"case x in a) ;; esac\n", true},
		{"a |\n", false},
		{"a &&\n", false},
		{"( a\n", false},
		{"{ a;\n", false},
		{"x=$(a\n", false},
		{"x=`a\n", false},
		{"[[ a &&\n", false},
		{"echo $((1 +\n", false},
		{"a=(1\n", false},
		{"fi\n", true}, // rejected at once
		{"echo )\n", true},
	} {
		if got := Complete(Bash, test.text, Options{}); got != test.want {
			t.Errorf("%q: %v, want %v", test.text, got, test.want)
		}
	}
}
