package repo

import "strings"

// withoutCredentials removes what may be secret from a remote's URL: user
// name, password and query of an http URL, the password of any other. A path
// or an scp-like address is returned as it is.
func withoutCredentials(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	web := strings.HasPrefix(strings.ToLower(scheme), "http")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, tail := rest[:end], rest[end:]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		user, _, _ := strings.Cut(host[:at], ":")
		host = host[at+1:]
		if !web {
			host = user + "@" + host
		}
	}
	if web {
		if cut := strings.IndexAny(tail, "?#"); cut >= 0 {
			tail = tail[:cut]
		}
	}
	return scheme + "://" + host + tail
}
