package audit

import "strings"

// secrecy is how sure a name is to be that of a secret.
type secrecy uint8

const (
	harmless secrecy = iota
	weak             // KEY, AUTH, PRIVATE: may also name a file or a method
	strong           // PASSWORD, TOKEN, SECRET, CREDENTIAL
)

// secretName judges the name of a variable, option, header or member.
func secretName(name string) secrecy {
	if len(name) < 3 || len(name) > 256 {
		return harmless
	}
	low := strings.ToLower(name)
	if strings.Contains(low, "public") || strings.Contains(low, "pubkey") || exempt(low) {
		return harmless
	}
	switch {
	case hasWord(low, "pass", "by com tres sur under", "eng ive thr age es port ed ing"),
		hasWord(low, "secret", "", "ary ari"), hasWord(low, "token", "", "iz"), hasWord(low, "credential", "", ""),
		low != "pwd" && low != "oldpwd" && hasWord(low, "pwd", "", ""):
		return strong
	case hasWord(low, "key", "mon tur hot don hoc whis", "b w m r ch s-per st"),
		hasWord(low, "auth", "", "ors or_ or- or=") && low != "author" && !strings.HasSuffix(low, "author"),
		hasWord(low, "private", "", ""):
		return weak
	}
	return harmless
}

// hasWord reports whether word is in low, neither after one of the prefixes nor
// before one of the suffixes that make another word of it.
func hasWord(low, word, before, after string) bool {
	for at := 0; ; {
		i := strings.Index(low[at:], word)
		if i < 0 {
			return false
		}
		i, at = at+i, at+i+len(word)
		other := false
		for p := range strings.FieldsSeq(before) {
			other = other || strings.HasSuffix(low[:i], p)
		}
		for p := range strings.FieldsSeq(after) {
			other = other || strings.HasPrefix(low[at:], p)
		}
		if !other {
			return true
		}
	}
}

// exempt reports whether the name is about a secret, but not of one.
func exempt(low string) bool {
	i := strings.LastIndexAny(low, "_-")
	switch low[i+1:] {
	case "file", "path", "dir", "url", "uri", "name", "sock", "stdin", "prompt", "command", "type", "expiry", "ttl", "length", "size", "algorithm":
		return i > 0
	case "id":
		return i > 0 && strings.Contains(low, "key")
	}
	return strings.HasPrefix(low, "no-") || strings.HasPrefix(low, "ask-") || strings.HasPrefix(low, "without-") || low == "nopass"
}

// bare reports whether an option's name is too common a word to be a secret's.
func bare(name string) bool {
	switch strings.ToLower(name) {
	case "key", "keys", "auth", "private", "sort-key", "sortkey", "private-key", "ssh-key", "tls-key", "auth-mode", "authenticationdatabase":
		return true
	}
	return false
}

// header reports whether name is that of a header that carries a secret.
func header(name string) bool {
	switch low := strings.ToLower(name); low {
	case "cookie", "set-cookie", "authorization", "proxy-authorization":
		return true
	default:
		return len(low) > 6 && strings.Contains(low, "-") && secretName(low) != harmless
	}
}

// scheme reports whether word is an authentication scheme, which may be shown.
func scheme(word string) bool {
	switch strings.ToLower(word) {
	case "bearer", "basic", "token", "digest", "negotiate", "apikey", "bot":
		return true
	}
	return false
}

// digestName reports whether name announces a digest of public data.
func digestName(name string) bool {
	low := strings.ToLower(name)
	return low == "h1" || low == "md5" || strings.HasPrefix(low, "sha")
}

// sri reports whether s starts like a subresource integrity digest.
func sri(s string) bool {
	return strings.HasPrefix(s, "sha256-") || strings.HasPrefix(s, "sha384-") || strings.HasPrefix(s, "sha512-")
}

// program is the last program seen whose short options matter.
type program uint8

const (
	otherProgram program = iota
	mysql
	sshpass
	redis
	container
	login
	mongo
	archiver
	ldap
	netrc
)

// learn notes the program called name, if it is one of those.
func (x *redactor) learn(name string) {
	switch name {
	case "mysql", "mysqldump", "mysqladmin", "mysqlimport", "mysqlshow", "mariadb", "mariadb-dump", "mycli":
		x.prog = mysql
	case "sshpass":
		x.prog = sshpass
	case "redis-cli", "valkey-cli":
		x.prog = redis
	case "docker", "podman", "nerdctl", "buildah", "kubectl", "docker-compose":
		x.prog = container
	case "login":
		if x.prog != netrc {
			x.prog = login
		}
	case "machine":
		x.prog = netrc
	case "mongo", "mongosh", "mongodump", "mongorestore":
		x.prog = mongo
	case "zip", "unzip", "7z", "7za", "rar", "unrar":
		x.prog = archiver
	case "ldapsearch", "ldapmodify", "ldapadd", "ldappasswd", "ldapwhoami":
		x.prog = ldap
	case "ssh", "scp", "curl", "wget", "mkdir", "cp", "nc", "nmap", "psql", "git", "ps", "patch", "tar", "rsync", "python", "python3", "node", "npm", "xh", "http", "https":
		if x.prog != netrc {
			x.prog = otherProgram
		}
	}
}

// taking is how an option reads its argument.
type taking uint8

const (
	takesNothing taking = iota
	takesSecret
	takesPair // user:password
)

// takes returns how the option word, which is name after dashes, reads the
// argument after it.
func (x *redactor) takes(word, name string) taking {
	if len(word) == len(name) {
		if x.prog == netrc && name == "password" {
			return takesSecret
		}
		return takesNothing
	}
	switch word {
	case "-u", "-U", "--user", "--proxy-user", "--auth", "--userpwd":
		if x.prog == container {
			return takesNothing
		}
		return takesPair
	case "-p":
		if x.prog == sshpass || x.prog == mongo || x.prog == login {
			return takesSecret
		}
	case "-P":
		if x.prog == archiver {
			return takesSecret
		}
	case "-a":
		if x.prog == redis {
			return takesSecret
		}
		if x.prog == otherProgram {
			return takesPair
		}
	case "-w":
		if x.prog == ldap {
			return takesSecret
		}
	}
	if len(name) < 3 {
		return takesNothing
	}
	switch secretName(name) {
	case strong:
		return takesSecret
	case weak:
		if !bare(name) && strings.HasSuffix(strings.ToLower(name), "key") {
			return takesSecret
		}
	}
	return takesNothing
}

// glued returns the index in word where a secret starts that is glued to its
// option, as in -pSECRET; 0 if there is none.
func (x *redactor) glued(word string) int {
	if len(word) < 2 || word[0] != '-' || word[1] == '-' {
		return 0
	}
	switch x.prog {
	case mysql, sshpass, archiver:
		if word[1] == 'p' && secretName(word[1:]) == harmless && word != "-port" && word != "-protocol" {
			return 2
		}
	case redis:
		if word[1] == 'a' {
			return 2
		}
	}
	return 0
}
