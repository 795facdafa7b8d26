package statement

import (
	"strings"

	"guard/rules/value"
)

// Mongo returns what mongosh JavaScript would do: each call of a method that
// reads or changes data, with the clause "WHERE" where its filter leaves
// something out. Calls that reach outside (load, require) are statements of
// which nothing but the name is known.
func Mongo(text value.Text) []Statement {
	src := string(text)
	if len(src) > maxInput {
		return []Statement{unknown(0, len(src))}
	}
	return mongo(src, 0)
}

func mongo(src string, depth int) []Statement {
	toks, ok := lexScript(src, false)
	p := &mongoParser{src: src, toks: toks, depth: depth}
	for i := 0; i < len(toks); i++ {
		if len(p.out) >= maxStatements {
			ok = false
			break
		}
		p.token(i)
	}
	if !ok || depth >= maxDepth {
		p.out = append(p.out, unknown(0, len(src)))
	}
	return p.out
}

type mongoParser struct {
	src   string
	toks  []scriptToken
	out   []Statement
	depth int
}

func (p *mongoParser) is(i int, op string) bool {
	return i >= 0 && i < len(p.toks) && p.toks[i].kind == sOp && p.toks[i].text == op
}

// push adds a statement that reaches from token i to token j.
func (p *mongoParser) push(verb string, i, j int, known bool, clauses ...string) {
	j = min(j, len(p.toks)-1)
	from := p.chain(i)
	st := Statement{Verb: verb, From: p.toks[from].from, To: p.toks[j].to, Known: known, Clauses: clauses}
	st.Text = p.render(from, j)
	p.out = append(p.out, st)
}

// chain returns the index at which the member chain that ends at token i begins.
func (p *mongoParser) chain(i int) int {
	for n := 0; i > 0 && n < 16; n++ {
		switch {
		case p.is(i-1, ".") || p.is(i-1, "?."):
			i--
		case p.toks[i].kind == sOp && (p.toks[i].text == "." || p.toks[i].text == "?.") && p.toks[i-1].kind == sName:
			i--
		case p.is(i, "[") && p.toks[i-1].kind == sName:
			i--
		default:
			return i
		}
	}
	return i
}

// render writes the tokens from i to j on one line.
func (p *mongoParser) render(i, j int) string {
	var b strings.Builder
	for ; i <= j; i++ {
		t := p.toks[i]
		s := p.src[t.from:min(t.to, len(p.src))]
		switch t.kind {
		case sString, sTemplate:
			s = shorten(strings.Join(strings.Fields(s), " "))
		case sName:
			s = t.text
		}
		if b.Len()+len(s) > maxText {
			return b.String() + "…"
		}
		b.WriteString(s)
		if t.kind == sOp && (t.text == "," || t.text == ":") {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// token looks at token i for the beginning of a call.
func (p *mongoParser) token(i int) {
	t := p.toks[i]
	switch {
	case t.kind == sGap:
		p.out = append(p.out, unknown(t.from, t.to))
	case p.is(i, "[") && i > 0 && p.takes(i-1) && t.match > 0:
		name, j := member(p.toks, i)
		switch {
		case name != "":
			p.named(name, i, j)
		case p.is(t.match+1, "("):
			p.push("", i, t.match+1, false)
		}
	case t.kind == sName && (p.is(i-1, ".") || p.is(i-1, "?.")):
		p.named(t.text, i, i+1)
	case t.kind == sName:
		p.plain(i)
	}
}

// takes reports whether a bracket after token i takes a member.
func (p *mongoParser) takes(i int) bool {
	t := p.toks[i]
	return t.kind == sName && t.text != "return" && t.text != "in" && t.text != "of" || t.kind == sString ||
		t.kind == sOp && (t.text == ")" || t.text == "]" || t.text == "?.")
}

// plain looks at a name that is no member.
func (p *mongoParser) plain(i int) {
	name := p.toks[i].text
	call := p.is(i+1, "(")
	switch name {
	case "load", "cat", "removeFile", "run", "runProgram", "require", "import", "ls", "passwordPrompt", "copyDbPath",
		"resetDbpath", "hostname", "rawMongoProgramOutput", "quit", "exit":
		if call && name != "quit" && name != "exit" && name != "hostname" && name != "passwordPrompt" {
			p.push(name, i, p.toks[i+1].match, false)
		}
		return
	case "eval", "Function":
		if !call {
			p.push(name, i, i, false)
			return
		}
		p.eval(i)
		return
	case "process", "globalThis", "Reflect", "child_process", "module":
		p.push(name, i, i+2, false)
		return
	case "use", "show":
		if i+1 < len(p.toks) && p.toks[i+1].kind == sName {
			p.push(name, i, i+1, true)
		}
		return
	}
	if name == "deleteMany" && p.is(i+1, ":") {
		p.bulk(name, i)
		return
	}
	if destructive(name) && name != "drop" && name != "remove" && !p.is(i+1, ":") {
		p.push(name, i, i, false)
	}
}

// bulk adds a deletion {deleteMany: {filter: …}} of bulkWrite.
func (p *mongoParser) bulk(name string, i int) {
	end := i + 2
	if p.is(end, "{") {
		end = p.toks[end].match
	}
	for j := i + 3; j < min(end, i+3+maxFold); j++ {
		if p.toks[j].text == "filter" && p.is(j+1, ":") {
			p.filtered(name, i, j+2, end)
			return
		}
	}
	p.push(name, i, max(i, end), false)
}

// eval reads the text that eval or Function is given.
func (p *mongoParser) eval(i int) {
	end := p.toks[i+1].match
	s, j, known := foldScript(p.toks, i+2, "+")
	if !known || j != end || p.depth >= maxDepth {
		p.push("eval", i, end, false)
		return
	}
	for _, st := range mongo(s, p.depth+1) {
		st.From, st.To = p.toks[i].from, p.toks[end].to
		p.out = append(p.out, st)
	}
}

// named looks at the member name at token i; after is the index behind it.
func (p *mongoParser) named(name string, i, after int) {
	if p.is(after, "?.") {
		after++
	}
	if !p.is(after, "(") {
		if next, k := member(p.toks, after); (next == "call" || next == "apply") && p.is(k, "(") && destructive(name) {
			p.push(name, i, p.toks[k].match, name != "deleteMany" && name != "remove")
		} else if destructive(name) && !(name == "drop" || name == "remove") || name == "drop" && next == "bind" {
			p.push(name, i, after-1, false)
		}
		return
	}
	end := p.toks[after].match
	if end == 0 {
		end = len(p.toks) - 1
	}
	if name == "constructor" {
		p.push(name, i, end, false)
		return
	}
	if !operation(name) {
		return
	}
	switch name {
	case "runCommand", "adminCommand", "_adminCommand", "runReadCommand", "_runCommand":
		p.command(i, after, end)
	case "deleteMany", "deleteOne", "remove", "updateMany", "updateOne", "update", "replaceOne", "findOneAndDelete",
		"findOneAndUpdate", "findOneAndReplace", "find", "findOne":
		p.filtered(name, i, after+1, end)
	default:
		p.push(name, i, end, true)
	}
}

// filtered adds a call whose first argument, at j, is a filter.
func (p *mongoParser) filtered(name string, i, j, end int) {
	switch p.filter(j, end, 0) {
	case filter, never:
		p.push(name, i, end, true, "WHERE")
	case maybe:
		p.push(name, i, end, false)
	default:
		p.push(name, i, end, true)
	}
}

// command adds the command in runCommand({name: …}) or runCommand("name").
func (p *mongoParser) command(i, open, end int) {
	j := open + 1
	if p.is(j, "{") {
		j++
	}
	verb, k, known := "", j, false
	switch {
	case j >= len(p.toks):
	case p.toks[j].kind == sName && p.is(j+1, ":"):
		verb, known = p.toks[j].text, true
	case p.is(j, "["):
		verb, k, known = foldScript(p.toks, j+1, "+")
		known = known && p.is(k, "]")
	case p.toks[j].kind == sString:
		verb, k, known = foldScript(p.toks, j, "+")
		if p.is(j+1, ":") {
			verb, known = p.toks[j].text, !strings.Contains(p.toks[j].text, "\x00")
		}
	}
	if !known {
		p.push("", i, end, false)
		return
	}
	if verb != "delete" && verb != "update" && verb != "findAndModify" {
		p.push(verb, i, end, true)
		return
	}
	where, seen := filter, false
	if end > j+10*maxFold {
		where, end = maybe, j
	}
	for k := j; k < end; k++ {
		if t := p.toks[k].text; (t == "q" || t == "query") && p.is(k+1, ":") {
			seen = true
			where = either(where, p.filter(k+2, end, 0))
		}
	}
	switch {
	case !seen, where == maybe, where == fixed:
		p.push(verb, i, end, false)
	case where == always:
		p.push(verb, i, end, true)
	default:
		p.push(verb, i, end, true, "WHERE")
	}
}
