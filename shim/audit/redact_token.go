package audit

import (
	"math"
	"strings"
)

// tokenForm is a well-known form of a secret: a prefix and at least min bytes
// of letters and digits, or of those, '_' and '-' if loose.
type tokenForm struct {
	prefix string
	min    int
	loose  bool
}

// tokenForms are sorted by their first byte.
var tokenForms = [...]tokenForm{
	{"AGE-SECRET-KEY-", 20, true},
	{"AIza", 30, true},
	{"AKIA", 16, false},
	{"ASIA", 16, false},
	{"PMAK-", 20, true},
	{"SG.", 16, true},
	{"dckr_pat_", 16, true},
	{"dop_v1_", 32, false},
	{"figd_", 20, true},
	{"gho_", 20, false},
	{"ghp_", 20, false},
	{"ghr_", 20, false},
	{"ghs_", 20, false},
	{"ghu_", 20, false},
	{"github_pat_", 20, true},
	{"glpat-", 16, true},
	{"glrt-", 16, true},
	{"glsa_", 20, true},
	{"gsk_", 20, false},
	{"hf_", 30, false},
	{"hvs.", 20, true},
	{"lin_api_", 20, false},
	{"npm_", 30, false},
	{"nvapi-", 20, true},
	{"pypi-", 16, true},
	{"rk_live_", 10, false},
	{"rnd_", 20, false},
	{"sbp_", 20, false},
	{"shpat_", 20, false},
	{"sk-", 20, true},
	{"sk_live_", 10, false},
	{"sk_test_", 10, false},
	{"tskey-", 16, true},
	{"whsec_", 16, false},
	{"xapp-", 16, true},
	{"xai-", 20, false},
	{"xoxa-", 10, true},
	{"xoxb-", 10, true},
	{"xoxe-", 10, true},
	{"xoxp-", 10, true},
	{"xoxr-", 10, true},
	{"xoxs-", 10, true},
	{"ya29.", 20, true},
}

// tokenEnd returns the end of the well-known token that starts at i, or 0.
func tokenEnd(s string, i int) int {
	switch s[i] {
	case 'A', 'P', 'S', 'd', 'f', 'g', 'h', 'l', 'n', 'p', 'r', 's', 't', 'w', 'x', 'y':
	case 'e':
		return jwtEnd(s, i)
	default:
		return 0
	}
	for k := range tokenForms {
		f := &tokenForms[k]
		if f.prefix[0] != s[i] || !strings.HasPrefix(s[i:], f.prefix) {
			continue
		}
		from := i + len(f.prefix)
		end, digit := from, false
		for end < len(s) && (isAlnum(s[end]) || f.loose && (s[end] == '_' || s[end] == '-' || s[end] == '.' && f.prefix[len(f.prefix)-1] == '.')) {
			digit = digit || s[end] <= '9' && s[end] >= '0'
			if !digit && end-from > 64 {
				break
			}
			end++
		}
		if end-from >= f.min && (digit || strings.HasPrefix(f.prefix, "A") && f.min == 16 && upper(s[from:end])) {
			return end
		}
	}
	return 0
}

// jwtEnd returns the end of the JSON Web Token that starts at i, or 0. The last
// of its three parts may be empty.
func jwtEnd(s string, i int) int {
	if !strings.HasPrefix(s[i:], "eyJ") {
		return 0
	}
	end, dots, length := i, 0, 0
	for ; end < len(s); end++ {
		if s[end] == '.' && dots < 4 {
			if length < 8 {
				break
			}
			dots, length = dots+1, 0
		} else if isAtom(s[end]) {
			length++
		} else {
			break
		}
	}
	if dots < 2 {
		return 0
	}
	return end
}

// looksRandom reports whether a string of letters, digits and - _ + / is at
// least least bytes long and looks drawn at random rather than made of words:
// it changes often between small letters, capitals and digits. A hexadecimal
// string of 40 or 64 digits is taken for a digest, and a UUID for a name.
func looksRandom(s string, least int) bool {
	if len(s) < least {
		return false
	}
	var count [256]int
	var kinds [4]int // lower, upper, digit, other
	changes, segments, hex := 0, 1, true
	last, single := 3, false // single: the last byte is one capital alone
	for i := 0; i < len(s); i++ {
		b := s[i]
		count[b]++
		k := kindOf(b)
		kinds[k]++
		hex = hex && (k == 2 || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F')
		if k == 3 && b != '+' {
			segments++
		}
		if k != last && k != 3 && last != 3 && !(last == 1 && k == 0 && single) {
			changes++
		}
		single = k == 1 && last != 1
		last = k
	}
	bits := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	if hex {
		return len(s) != 40 && len(s) != 64 && kinds[2] > 0 && kinds[2] < len(s) && bits > 2.8
	}
	return kinds[2] >= 2 && kinds[0]+kinds[1] > 0 && bits > 3.3 &&
		len(s) >= 9*segments && 10*changes >= 3*len(s)
}

func kindOf(b byte) int {
	switch {
	case b >= 'a' && b <= 'z':
		return 0
	case b >= 'A' && b <= 'Z':
		return 1
	case b >= '0' && b <= '9':
		return 2
	}
	return 3
}

// mixed reports whether s has the letters and digits of a secret.
func mixed(s string) bool {
	return len(s) >= 8 && !pathLike(s) && !expansion(s) && strings.ContainsAny(s, "0123456789") &&
		strings.ContainsAny(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz") || s == mark
}

// pathLike reports whether s looks like the name of a file.
func pathLike(s string) bool {
	for _, p := range [...]string{"/", "./", "../", "~/", "file:"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	i := strings.LastIndexByte(s, '.')
	switch s[i+1:] {
	case "pem", "key", "crt", "json", "pub", "txt", "yml", "yaml", "gpg", "asc":
		return i >= 0
	}
	return false
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func upper(s string) bool { return s == strings.ToUpper(s) }

func isAlnum(b byte) bool { return kindOf(b) != 3 }

// isAtom reports whether b is part of an atom: a name, an option, a word.
func isAtom(b byte) bool { return isAlnum(b) || b == '_' || b == '-' }

func isSegment(b byte) bool { return isAtom(b) || b == '+' }

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// atomEnd returns the end of the atom at i; a PEM header starts a new one.
func atomEnd(s string, i int) int {
	for i < len(s) && isAtom(s[i]) && !(s[i] == '-' && strings.HasPrefix(s[i:], "-----BEGIN ")) {
		i++
	}
	return i
}

func segmentEnd(s string, i int) int {
	for i < len(s) && isSegment(s[i]) {
		i++
	}
	return i
}

// padded returns the end of the padding of base64 at end.
func padded(s string, end int) int {
	i := end
	for i < len(s) && s[i] == '=' && i < end+2 {
		i++
	}
	if i < len(s) && isSegment(s[i]) {
		return end
	}
	return i
}

// op is what stands between a name and what may be its value.
type op uint8

const (
	opNone op = iota
	opAssign
	opSpaced // an equals sign between spaces
	opColon
	opColonQuoted // the name or the value is in quotes
	opSpace
)

// operator returns the operator at i, after a name, and where the value starts.
func operator(s string, i int) (op, int) {
	k, q := quoteAt(s, i)
	at := i
	if q != 0 {
		at += k + 1
	}
	at = skipSpace(s, at)
	spaced := at > i
	n := 0
	for _, sign := range [...]string{"==", "=>", "=", "+=", ":=", "?=", ":-", ":+"} {
		if strings.HasPrefix(s[at:], sign) {
			n = len(sign)
			break
		}
	}
	switch {
	case n > 0 && !spaced:
		return opAssign, at + n
	case n > 0:
		return opSpaced, skipSpace(s, at+n)
	case at < len(s) && s[at] == ':' && !strings.HasPrefix(s[at:], "://") && (q != 0 || !spaced):
		at = skipSpace(s, at+1)
		if _, v := quoteAt(s, at); q != 0 || v != 0 {
			return opColonQuoted, at
		}
		return opColon, at
	case spaced && q == 0:
		return opSpace, at
	}
	return opNone, i
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}
