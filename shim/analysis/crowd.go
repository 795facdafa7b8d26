package analysis

import (
	"path"
	"strings"

	"guard/rules/value"
)

// crowded reports whether so much was recorded that what repeats is no longer
// followed one by one.
func (it *interp) crowded() bool { return len(*it.out) > maxActions/2 }

// each calls do for every word until it returns false, for the rest of a long list
// once for those that are alike.
func (it *interp) each(words []value.Text, do func(value.Text) bool) {
	for k, w := range words {
		if k > 0 && it.crowded() {
			for _, r := range it.rest(words[k:]) {
				if !do(r) {
					return
				}
			}
			return
		}
		if !do(w) {
			return
		}
	}
}

// rest stands for the words of a long list that are not looked at one by one: one
// word for all that are alike, but for those that a rule may be interested in.
func (it *interp) rest(words []value.Text) []value.Text {
	var out []value.Text
	seen := map[value.Text]bool{}
	for _, w := range words {
		if w.Known() && !it.protected(it.abs(w)) {
			w = alike(string(w))
		}
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

// alike is a word of which not the numbers are known or, if it has none, not the
// name of the file without its extension.
func alike(w string) value.Text {
	var b strings.Builder
	digits := false
	for i := 0; i < len(w); i++ {
		if w[i] < '0' || w[i] > '9' {
			b.WriteByte(w[i])
		} else if i == 0 || w[i-1] < '0' || w[i-1] > '9' {
			b.WriteString(string(value.Digits))
			digits = true
		}
	}
	if digits {
		return value.Text(b.String())
	}
	dir, name := path.Split(w)
	ext := path.Ext(name)
	if ext == "" || len(ext) == len(name) || strings.ContainsAny(name, " \t\n*?[\\") || name[0] == '-' || name[0] == '.' {
		return value.Text(w)
	}
	return value.Text(dir) + value.Name + value.Text(ext)
}
