package inline

// nodeImport interprets the forms of import of JavaScript.
func (p *interp) nodeImport() bool {
	start := p.i
	if p.is(p.i+1, "(") || p.is(p.i+1, ".") || p.is(p.i, "from") {
		return false
	}
	i := p.i + 1
	if p.is(i, "type") && !p.is(i+1, "from") && !p.is(i+1, ",") {
		i++
	}
	from := i
	for i < len(p.toks)-1 && p.tok(i).k != tStr && i < from+400 {
		i++
	}
	if p.tok(i).k != tStr {
		p.i++
		return true
	}
	module := p.decode(i)
	p.i = i + 1
	p.require(module, p.spanOf(start))
	name := ref(moduleName(module.text()))
	for j := from; j < i; j++ {
		switch {
		case p.is(j, "*") && p.is(j+1, "as"):
			p.bind(p.word(j+2), name)
			j += 2
		case p.is(j, "{"):
			m := int(p.tok(j).m)
			for j++; j < m; j++ {
				if p.tok(j).k != tIdent {
					continue
				}
				member, as := p.word(j), p.word(j)
				if p.is(j+1, "as") {
					as = p.word(j + 2)
					j += 2
				}
				v := p.attr(name, member, ".")
				if member == "default" {
					v = name
				}
				p.bind(as, v)
			}
		case p.tok(j).k == tIdent && !p.is(j, "from"):
			p.bind(p.word(j), name)
		}
	}
	return true
}
