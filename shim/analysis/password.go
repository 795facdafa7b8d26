package analysis

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"guard/rules"
	"guard/rules/value"
)

// passwordFor is the registry whose client takes what stands before it in a pipe as a
// password, as the last part of Via: aws ecr get-login-password | docker login
// --password-stdin HOST. It is empty if s is no such client.
func (it *interp) passwordFor(s *syntax.Stmt) string {
	c, name := it.plain(s)
	if c == nil || len(c.Args) < 2 || it.impostor(value.Text(name)) {
		return ""
	}
	sub := it.sub() // for the words alone: what runs in them is walked later
	var out []rules.Action
	sub.out = &out
	argv := make([]value.Text, len(c.Args))
	for i, w := range c.Args {
		argv[i] = sub.literal(w)
	}
	p := it.table.Parse(argv)
	if p.Program != name || p.Spec == nil || len(p.Args) != 1 || !p.Args[0].Text.Known() && p.Args[0].Text.FromNet() {
		return ""
	}
	for _, o := range p.Spec.Options {
		if _, given := p.Opt("--password-stdin"); given && slices.Contains(o.Names, "--password-stdin") {
			host := strings.TrimPrefix(p.Args[0].Text.String(), "https://")
			host, _, _ = strings.Cut(host, "/")
			return "password-stdin:" + host
		}
	}
	return ""
}

// plain is a command without redirections that is no function and no alias, and its
// name.
func (it *interp) plain(s *syntax.Stmt) (*syntax.CallExpr, string) {
	c, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(c.Args) == 0 || len(c.Assigns) > 0 || len(s.Redirs) > 0 {
		return nil, ""
	}
	name := c.Args[0].Lit()
	if _, fn := it.st.funcs[name]; fn || it.st.aliases[name] != "" || strings.Contains(name, "/") {
		return nil, ""
	}
	return c, name
}

// handOver says of the one program that s has run since mark that its output goes to
// a client as a password.
func (it *interp) handOver(s *syntax.Stmt, to string, mark int) {
	_, name := it.plain(s)
	if to == "" || name == "" || len(*it.out) != mark+1 {
		return
	}
	if a := &(*it.out)[mark]; a.Op == rules.Exec && a.Argv[0] == value.Text(name) {
		a.Via = append(a.Via[:len(a.Via):len(a.Via)], to)
	}
}
