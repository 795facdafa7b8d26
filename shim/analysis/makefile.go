package analysis

import (
	"strings"

	"guard/rules"
	"guard/rules/value"
)

// makeFunctions judges the functions of make that open files by themselves:
// $(file >PATH,TEXT), $(file >>PATH,TEXT) and $(file <PATH).
func (c *call) makeFunctions(text string) {
	for _, open := range []string{"$(file", "${file"} {
		rest := text
		for {
			_, after, ok := strings.Cut(rest, open)
			if !ok {
				break
			}
			rest = after
			arg := strings.TrimLeft(after, " \t")
			op := arg[:len(arg)-len(strings.TrimLeft(arg, "<>"))]
			end := strings.IndexAny(arg, ",)}")
			if op == "" || end < 0 {
				continue
			}
			p := c.inlinePath(value.Known(strings.TrimSpace(arg[len(op):end])))
			switch op {
			case "<":
				c.it.file(rules.Read, p, false)
			case ">>":
				c.it.write(p, rules.Append)
			default:
				c.it.write(p, rules.Overwrite)
			}
		}
	}
}
