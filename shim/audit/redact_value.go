package audit

import "strings"

// value hides the value that starts at i, of the name or option called name.
func (c *scan) value(i int, secret secrecy, name string) int {
	s := c.s
	if k, q := quoteAt(s, i); q != 0 {
		from := i + k + 1
		if to, next := c.closing(from, k, q); to >= 0 {
			inside := s[from:to]
			if next < len(s) && glues(s[next]) {
				next = c.wordEnd(next)
				return c.hide(i, next)
			}
			if keeps(inside, secret, name) {
				return from
			}
			c.hide(from, to)
			return next
		}
	}
	if s[i] == '$' && i+1 < len(s) && (s[i+1] == '\'' || s[i+1] == '"') {
		return c.hide(i, c.wordEnd(i))
	}
	if substitution(s[i:]) {
		return i
	}
	end := c.wordEnd(i)
	if keeps(s[i:end], secret, name) {
		return i
	}
	return c.hide(i, end)
}

// keeps reports whether a value is shown although its name is that of a secret.
func keeps(value string, secret secrecy, name string) bool {
	switch {
	case value == "" || expansion(value):
		return true
	case secret == weak && len(value) < 256 && pathLike(value) && !looksRandom(value, 24):
		return true
	case len(value) <= 7 && (strings.HasSuffix(name, "okens") || strings.HasSuffix(name, "OKENS")):
		return digits(value)
	}
	return false
}

// expansion reports whether value is what the shell will put there: it has no
// text of its own, or starts with a substitution, which is scanned by itself.
func expansion(value string) bool {
	if substitution(value) {
		return true
	}
	for value != "" {
		if value[0] != '$' {
			return false
		}
		n := 1
		for n < len(value) && (isAlnum(value[n]) || value[n] == '_') {
			n++
		}
		if n == 1 {
			return false
		}
		value = value[n:]
	}
	return true
}

// substitution reports whether s starts with one whose inside is scanned.
func substitution(s string) bool {
	return strings.HasPrefix(s, "$(") || strings.HasPrefix(s, "${") || strings.HasPrefix(s, "`")
}

// pair hides what follows the colon of user:password at i.
func (c *scan) pair(i int) int {
	s := c.s
	k, q := quoteAt(s, i)
	if q != 0 {
		i += k + 1
	}
	user, rest, ok := strings.Cut(s[i:min(len(s), i+maxUser)], ":")
	from := i + len(user) + 1
	if !ok || strings.ContainsAny(user, " \t\n;&|<>()'\"`") || substitution(rest) || strings.HasPrefix(rest, "//") {
		return i
	}
	end := -1
	if q != 0 {
		end, _ = c.closing(from, k, q)
	}
	if end < 0 {
		end = c.wordEnd(from)
	}
	password := s[from:end]
	if expansion(password) || digits(user) && digits(password) {
		return i
	}
	return c.hide(from, end)
}

// maxUser bounds a user name, and how far ahead of a value to look.
const maxUser = 256

// header hides the value at i of the header whose name starts at start. A
// quote before the name tells where the header ends.
func (c *scan) header(start, i int) int {
	s := c.s
	for i+1 < len(s) && s[i] == '\\' && s[i+1] == ' ' {
		i += 2
	}
	end := -1
	if start == 0 && c.whole {
		end = len(s)
	} else if start > 0 && (s[start-1] == '"' || s[start-1] == '\'') {
		k := 0
		for k < start-1 && s[start-2-k] == '\\' {
			k++
		}
		end, _ = c.closing(i, k, s[start-1])
	}
	quoted := end >= 0
	if !quoted && substitution(s[i:]) {
		return i
	}
	if !quoted {
		end = c.wordEnd(i)
	}
	word := i
	for word < end && isAlnum(s[word]) {
		word++
	}
	if scheme(s[i:word]) && word < len(s) && (s[word] == ' ' || s[word] == '\\') {
		for i = word; i < len(s) && (s[i] == ' ' || s[i] == '\\'); {
			i++
		}
		if !quoted && !substitution(s[i:]) {
			end = c.wordEnd(i)
		}
	}
	if i >= end || expansion(s[i:end]) {
		return i
	}
	c.hide(i, end)
	for !quoted && strings.HasPrefix(s[end:], "; ") {
		from := end + 2
		to := from
		for to < len(s) && (isAlnum(s[to]) || s[to] == '_') {
			to++
		}
		if to == from || to >= len(s) || s[to] != '=' {
			break
		}
		end = c.wordEnd(to + 1)
		c.hide(to+1, end)
	}
	return end
}

// quoteAt returns the quote at i and the number of backslashes before it, as in
// JSON inside of a quoted word; q is 0 if there is none.
func quoteAt(s string, i int) (k int, q byte) {
	for i+k < len(s) && s[i+k] == '\\' && k < 8 {
		k++
	}
	if i+k < len(s) && (s[i+k] == '"' || s[i+k] == '\'') {
		return k, s[i+k]
	}
	return 0, 0
}

// closing returns where the text in quotes that starts at i ends, and where
// what follows the closing quote starts; -1 if it does not end. The opening
// quote q stands after k backslashes.
func (c *scan) closing(i, k int, q byte) (to, next int) {
	s := c.s
	sort := 0
	if q == '\'' {
		sort = 1
	}
	if k > 0 {
		sort += 2
	}
	for slashes := 0; !c.unclosed[sort] && i < len(s); i++ {
		switch {
		case s[i] == '\\':
			slashes++
			continue
		case s[i] == q && k > 0 && slashes > 0:
			return max(i-slashes, i-k), i + 1
		case s[i] == q && k == 0 && (slashes%2 == 0 || q == '\''):
			return i, i + 1
		}
		slashes = 0
	}
	c.unclosed[sort] = true
	return -1, -1
}

// wordEnd returns the end of the unquoted value that starts at i. A quote
// inside a word goes on to its closing quote; one that ends a word was opened
// before the value.
func (c *scan) wordEnd(i int) int {
	s := c.s
	for i < len(s) {
		b := s[i]
		switch {
		case isSpace(b) || strings.IndexByte(";&|<>()`}", b) >= 0:
			return i
		case b == '\\' && i+1 < len(s):
			if s[i+1] == '"' || s[i+1] == '\'' {
				return i
			}
			i += 2
			continue
		case b == '"' || b == '\'':
			if i+1 >= len(s) || !glues(s[i+1]) {
				return i
			}
			_, next := c.closing(i+1, 0, b)
			if next < 0 {
				return i
			}
			i = next
			continue
		case b == '$' && i+1 < len(s) && s[i+1] == '{':
			n := strings.IndexByte(s[i:min(len(s), i+256)], '}')
			i += max(n, 1)
		}
		i++
	}
	return len(s)
}

// glues reports whether a word goes on with b after a quote.
func glues(b byte) bool {
	return !isSpace(b) && strings.IndexByte(";&|<>()`},]:\"'\\", b) < 0
}
