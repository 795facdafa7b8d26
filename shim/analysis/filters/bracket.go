package filters

import (
	"fmt"
	"strings"
)

// bracket translates a bracket expression; t.i is behind its "[".
func (t *translator) bracket() bool {
	var set [128]bool
	negate := false
	if t.i < len(t.src) && t.src[t.i] == '^' {
		negate = true
		t.i++
	}
	for first := true; ; first = false {
		if t.i >= len(t.src) {
			return false
		}
		b := t.src[t.i]
		if b == ']' && !first {
			t.i++
			break
		}
		if b == '[' && t.i+1 < len(t.src) && strings.IndexByte(":.=", t.src[t.i+1]) >= 0 {
			if !t.class(&set) {
				return false
			}
			continue
		}
		from, ok := t.bracketByte()
		if !ok {
			return false
		}
		to := from
		if t.i+1 < len(t.src) && t.src[t.i] == '-' && t.src[t.i+1] != ']' {
			t.i++
			if t.src[t.i] == '[' || t.src[t.i] == '-' {
				return false
			}
			if to, ok = t.bracketByte(); !ok || to < from {
				return false
			}
		}
		for c := int(from); c <= int(to); c++ {
			set[c] = true
		}
	}
	if t.fold {
		for b := byte('a'); b <= 'z'; b++ {
			either := set[b] || set[toUpper(b)]
			set[b], set[toUpper(b)] = either, either
		}
	}
	return t.emitSet(set, negate)
}

// class reads [:name:] at t.i.
func (t *translator) class(set *[128]bool) bool {
	name, _, found := strings.Cut(t.src[t.i+2:], ":]")
	if !found || t.src[t.i+1] != ':' {
		return false
	}
	test := classTest(name)
	if test == nil {
		return false
	}
	for b := range set {
		if test(byte(b)) {
			set[b] = true
		}
	}
	t.i += len(name) + 4
	return t.i >= len(t.src) || t.src[t.i] != '-' || t.i+1 < len(t.src) && t.src[t.i+1] == ']'
}

// bracketByte reads one character; only sed and awk have escapes in brackets.
func (t *translator) bracketByte() (byte, bool) {
	b := t.src[t.i]
	t.i++
	if b != '\\' || !t.sed && !t.awk {
		return b, true
	}
	if t.i == len(t.src) {
		return 0, false
	}
	next := t.src[t.i]
	if t.sed {
		switch {
		case next == 'b' || next == 'a' || strings.IndexByte("cdox", next) >= 0:
			return 0, false
		case next == '\\' || !isAlpha(next) || simpleEscape(next) == 0:
			return b, true
		}
		t.i++
		return simpleEscape(next), true
	}
	t.i++
	if e := simpleEscape(next); e != 0 && next != 'a' && next != 'b' {
		return e, true
	}
	return next, !isAlnum(next)
}

func (t *translator) emitSet(set [128]bool, negate bool) bool {
	var b strings.Builder
	b.WriteByte('[')
	for i := 0; i < len(set); i++ {
		if set[i] == negate {
			continue
		}
		j := i
		for j+1 < len(set) && set[j+1] != negate {
			j++
		}
		fmt.Fprintf(&b, `\x%02x-\x%02x`, i, j)
		i = j
	}
	if b.Len() == 1 {
		return false
	}
	b.WriteByte(']')
	return t.emit(b.String())
}
