package inline

import "strings"

// modified interprets a statement of Perl or Ruby that a modifier follows:
// print for @list, open(…) if $x. It reports whether there was a loop.
func (p *interp) modified(start int) (val, bool) {
	i := start
	defer func() { p.rec.spend((i - start) / 8) }()
	for ; i < len(p.toks)-1; i++ {
		t := p.tok(i)
		if t.k == tOp {
			c := p.src[t.from]
			if c == ';' || c == '}' || c == ')' {
				return val{}, false
			}
			if m := int(t.m); m > i {
				i = m
			}
			continue
		}
		if t.nl && i > start && p.lang == Ruby && p.paren == 0 {
			return val{}, false
		}
		if t.k != tIdent || i == start {
			continue
		}
		switch p.word(i) {
		case "if", "unless", "while", "until":
			if p.inline == 0 {
				p.inline = 2
			}
			return val{}, false
		case "do":
			if p.lang == Ruby {
				return val{}, false
			}
		case "for", "foreach":
			if p.lang != Perl {
				continue
			}
			p.i = i + 1
			seq := p.expr(0)
			if p.is(p.i, ",") {
				l := seq.alts()
				if seq.k == vList {
					l = seq.l
				}
				for p.is(p.i, ",") && p.rec.step() {
					p.i++
					l = append(l, p.expr(pAssign))
				}
				seq = list(l...)
			}
			end := p.i
			p.each(seq, func(e val) {
				p.i = start
				p.bindTopic(e)
				p.expr(0)
			})
			p.i = end
			return unk(), true
		}
	}
	return val{}, false
}

// topical reports whether the function name stands here without arguments and
// takes its default then.
func (p *interp) topical(name string) bool {
	switch name {
	case "shift", "pop", "unlink", "rmdir", "lc", "uc", "chr", "ord", "eval", "chomp", "require", "readpipe", "print", "say":
		return !p.is(p.i, "(") && !p.is(p.i, "=>") && !p.is(p.i, "{") && !p.startsArgument() && !p.is(p.i-2, "->") && !p.is(p.i-2, "{")
	}
	return false
}

func (p *interp) bindTopic(e val) {
	if _, ok := p.lookup("$_"); ok {
		p.bindUp("$_", e)
		return
	}
	p.bind("$_", e)
}

// forEach interprets for my $x (list) { … } of Perl and foreach of PHP.
func (p *interp) forEach() bool {
	start := p.i
	i := start + 1
	if p.lang == PHP {
		if !p.is(i, "(") {
			return false
		}
		m := int(p.tok(i).m)
		as := p.find(i+1, "as", ";")
		if as < 0 {
			return false
		}
		p.i = i + 1
		seq := p.expr(0)
		target := as + 1
		if k := p.find2(as, m, "=>"); k > 0 {
			target = k + 1
			if seq.k == vDict {
				var vals []val
				for n := 1; n < len(seq.l); n += 2 {
					vals = append(vals, seq.l[n])
				}
				seq = list(vals...)
			}
		}
		if seq.k == vRef && isEnvRef(seq.s) {
			seq = val{k: vEnv}
		}
		p.loopBody(m+1, seq, func(e val) { p.target(target, m, e) })
		return true
	}
	if p.is(i, "my") || p.is(i, "our") || p.is(i, "state") {
		i++
	}
	name := "$_"
	if p.tok(i).k == tVar {
		name = p.varName(i)
		i++
	}
	if !p.is(i, "(") {
		if p.lang == Perl && p.tok(i).k == tWords {
			p.i = i
			seq := p.primary()
			p.loopBody(p.i, seq, func(e val) { p.bindTopicNamed(name, e) })
			return true
		}
		p.i = i
		return true
	}
	m := int(p.tok(i).m)
	if p.find(i+1, ";", "{") > 0 {
		if p.is(m+1, "{") {
			p.repeat(i, int(p.tok(m+1).m))
			return true
		}
		p.i = i
		return true
	}
	p.i = i
	l, _ := p.items(m)
	seq := list(l...)
	if len(l) == 1 && l[0].k != vStr && l[0].k != vNum {
		seq = l[0]
	}
	p.loopBody(m+1, seq, func(e val) { p.bindTopicNamed(name, e) })
	return true
}

func (p *interp) bindTopicNamed(name string, e val) {
	if _, ok := p.lookup(name); ok {
		p.bindUp(name, e)
		return
	}
	p.bind(name, e)
}

// perlVar evaluates the variable name; a subscript that follows makes it an
// element of the array or hash of that name.
func (p *interp) perlVar(name string) val {
	if name[0] == '$' && !p.tok(p.i).sp {
		other := ""
		switch {
		case p.is(p.i, "["):
			other = "@" + name[1:]
		case p.is(p.i, "{"):
			other = "%" + name[1:]
		}
		if other != "" {
			if isEnvRef(other) {
				return ref(other)
			}
			if v, ok := p.lookup(other); ok {
				return v
			}
			return unk()
		}
	}
	if isEnvRef(name) {
		return val{k: vEnv}
	}
	if v, ok := p.lookup(name); ok {
		return v
	}
	if name == "$0" || name == "$^X" {
		return anyStr()
	}
	return unk()
}

// perlDo interprets do { … } and do FILE.
func (p *interp) perlDo() val {
	start := p.i
	p.i++
	if p.is(p.i, "{") {
		m := int(p.tok(p.i).m)
		p.i++
		if p.depth >= p.rec.limits.Depth {
			p.rec.fail("program nests too deeply")
			return unk()
		}
		p.depth++
		paren := p.paren
		p.paren = 0
		v := p.bodyValue(m)
		p.paren = paren
		p.depth--
		p.i = min(m+1, len(p.toks)-1)
		return v
	}
	v := p.expr(pMatch)
	p.emitPaths(Load, v, p.spanOf(start))
	return unk()
}

// perlMap interprets map { … } list, grep and sort.
func (p *interp) perlMap(w string) val {
	paren := p.is(p.i+1, "(")
	p.i++
	end := 0
	if paren {
		end = int(p.tok(p.i).m)
		p.i++
	}
	open := p.i
	m := int(p.tok(open).m)
	p.i = min(m+1, len(p.toks)-1)
	if p.is(p.i, ",") {
		p.i++
	}
	a := p.bareArguments()
	after := p.i
	if paren {
		after = min(end+1, len(p.toks)-1)
	}
	seq := list(flat(a.pos)...)
	for _, v := range a.pos {
		switch {
		case v.k == vEnv || v.k == vRef && isEnvRef(v.s):
			seq = v
		case v.k != vList && v.k != vStr && v.k != vNum:
			if _, ok := elems(v); !ok {
				seq = unk()
			}
		}
	}
	var out []val
	old, had := p.lookup("$_")
	p.each(seq, func(e val) {
		p.bindTopic(e)
		p.i = open + 1
		block, par := p.block, p.paren
		p.paren = 0
		v := p.bodyValue(m)
		p.block, p.paren = block, par
		out = append(out, v)
	})
	if had {
		p.bindUp("$_", old)
	}
	p.i = after
	for _, v := range out {
		if v.k == vEnv {
			return v
		}
	}
	if w != "map" {
		return seq
	}
	if _, ok := elems(seq); !ok {
		return obj2("Glob", out)
	}
	return list(out...)
}

// perlHandle interprets <FH>, <> and <*.c>.
func (p *interp) perlHandle(i int) val {
	t := p.tok(i)
	name := p.src[t.a:t.b]
	at := p.spanOf(i)
	switch {
	case name == "" || name == "<" || name == "ARGV":
		if v, ok := p.lookup("@ARGV"); ok {
			p.emitPaths(Read, v, at)
		}
		return unk()
	case strings.TrimLeft(name, "$") == "" || strings.ContainsAny(name, "*?./~{") || strings.Contains(name, " "):
		return p.glob(p.decode(i), at)
	}
	return unk()
}

// perlUse interprets use and no.
func (p *interp) perlUse() bool {
	i := p.i + 1
	switch {
	case p.is(i, "lib"), p.is(i, "constant"):
		if p.is(i, "constant") && p.tok(i+1).k == tIdent && (p.is(i+2, "=>") || p.is(i+2, ",")) {
			p.i = i + 3
			p.bind(p.word(i+1), p.expr(pAssign))
			return true
		}
	case p.is(i, "Dotenv"), p.is(i, "Env::Dotenv"):
		p.emitPaths(Load, str(".env"), p.spanOf(p.i))
	}
	p.skipLine()
	return true
}

// match interprets left =~ pattern; a transliteration of a known text is done,
// any other change makes the variable unknown.
func (p *interp) match(start, op int, left val) val {
	t := p.tok(p.i)
	if t.k != tRegex || p.lang != Perl {
		p.expr(pMatch + 1)
		return unk()
	}
	text := p.src[t.from:t.to]
	switch {
	case strings.HasPrefix(text, "tr"), strings.HasPrefix(text, "y") && t.b > t.a:
		v := mapKnown(left, func(s string) val { return transliterate(s, text) })
		p.i++
		p.assignTarget(start, op, v)
		return v
	case strings.HasPrefix(text, "s") && !isIdent(text[1]) || strings.HasPrefix(text, "s "):
		p.primary()
		p.assignTarget(start, op, anyStr())
		return anyStr()
	}
	p.i++
	return unk()
}

// assignTarget assigns v to the variable in $x, (my $x = …) or ($x = …).
func (p *interp) assignTarget(start, end int, v val) {
	for start < end && (p.is(start, "(") || p.is(start, "my") || p.is(start, "our")) {
		start++
	}
	if start < end && p.tok(start).k == tVar {
		p.assign(start, start+1, v)
	}
}

// transliterate applies tr/a/b/ or y/a/b/ without flags.
func transliterate(s, op string) val {
	op = strings.TrimPrefix(strings.TrimPrefix(op, "tr"), "y")
	if op == "" {
		return anyStr()
	}
	parts := strings.Split(op[1:], op[:1])
	if closer(op[0]) != op[0] || len(parts) != 3 || strings.Contains(op, `\`) || parts[2] != "" && parts[2] != "r" {
		return anyStr()
	}
	from, to := charRange(parts[0]), charRange(parts[1])
	if to == "" {
		to = from
	}
	return str(strings.Map(func(r rune) rune {
		if n := strings.IndexRune(from, r); n >= 0 {
			return rune(to[min(n, len(to)-1)])
		}
		return r
	}, s))
}

// charRange expands a-z.
func charRange(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if i+2 < len(s) && s[i+1] == '-' && s[i] < s[i+2] {
			for c := int(s[i]); c <= int(s[i+2]); c++ {
				b.WriteByte(byte(c))
			}
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
