package rules_test

import (
	"testing"

	"guard/rules"
	"guard/rules/programs"
)

// ruleAB is a good rule of six lines, after which a wrong one begins at line 7.
const ruleAB = "[[rule]]\nid = 'a.b'\nreason = 'r'\ncommand = ['x']\npath = ['/x']\n\n"

// ruleAD is a good rule that comes after the wrong one.
const ruleAD = "\n\n[[rule]]\nid = 'a.d'\nreason = 'r'\ncommand = ['x']\npath = ['/x']\nfloor = true\n"

// ruleAC is a rule from line 7 on with more lines, from line 10 on.
func ruleAC(more string) string {
	return ruleAB + "[[rule]]\nid = 'a.c'\nreason = 'r'\n" + more + ruleAD
}

// TestErrorTexts holds the whole text of each error: file, line, key, and what
// to do.
func TestErrorTexts(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		// What is no TOML.
		{
			"[policy]\nname = = 'x'",
			`p.toml:2: policy.name: expected value but found '=' instead`,
		},
		{
			"[policy\nname = 'x'",
			`p.toml:2: expected '.' or ']' to end table name, but got '\n' instead`,
		},
		{
			"[policy]\nname = 'x",
			`p.toml:2: policy.name: unexpected EOF; expected "'"`,
		},
		{
			"[policy]\nname = 'x'\nname = 'y'",
			`p.toml:3: policy.name: stands twice: keep one of them`,
		},
		{
			"[policy]\nname = 'x'\n[policy]\nversion = 1",
			`p.toml:3: policy: stands twice: keep one of them`,
		},

		// Keys that there are not.
		{
			"name = 'x'",
			`p.toml:1: name: unknown key: a policy has [policy], [[rule]], [[exception]], [[program]], [shell], [audit] and [runtime]`,
		},
		{
			"[polcy]\nname = 'x'",
			`p.toml:1: polcy: unknown key: a policy has [policy], [[rule]], [[exception]], [[program]], [shell], [audit] and [runtime]`,
		},
		{
			"[policy]\nmodes = 'observe'",
			`p.toml:2: policy.modes: unknown key: policy has name, version, owner, description, mode, default, defaults, unresolved, packs, drop, lock and interactive`,
		},
		{
			ruleAC("comand = ['x']"),
			`p.toml:10: rule.comand: unknown key: rule has id, decision, reason, instead, advice, floor, mode, command, access, path, request, graphql, statement, connect, call, when, unless, refs and test`,
		},
		{
			ruleAC("command = ['x']\nwhen.branches = ['main']"),
			`p.toml:11: rule.when.branches: unknown key: rule.when has path, command, program, via, target, cwd, branch, agent, user, host, created, exists, tracked, loses and recursive`,
		},
		{
			ruleAC("command = ['x']\n[rule.unless]\npaths = ['/x']"),
			`p.toml:12: rule.unless.paths: unknown key: rule.unless has path, command, program, via, target, cwd, branch, agent, user, host, created, exists, tracked, loses and recursive`,
		},
		{
			ruleAC("command = ['x']\n[rule.test]\nhits = ['x']"),
			`p.toml:12: rule.test.hits: unknown key: rule.test has hit and miss`,
		},
		{
			"[[exception]]\nid = 'a.b'\nreason = 'r'",
			`p.toml:2: exception.id: unknown key: exception has rule, reason, approver, expires and when`,
		},
		{
			"[audit]\nfile = '/x'",
			`p.toml:2: audit.file: unknown key: audit has path and on_failure`,
		},
		{
			"[runtime]\nlevels = 'full'",
			`p.toml:2: runtime.levels: unknown key: runtime has level, require and strict`,
		},
		{
			"[[program]]\nname = 'p'\narguments = 'read'",
			`p.toml:3: program.arguments: unknown key: program has name, args, flags, harmless, style, stdin, output, loses, recipes, like, note, opt, implies and sub`,
		},
		{
			"[[program]]\nname = 'p'\n[[program.sub]]\nname = 's'\nflag = '-q'",
			`p.toml:5: program.sub.flag: unknown key: program.sub has name, args, flags, harmless, style, stdin, output, loses, recipes, like, note, opt, implies and sub`,
		},

		// Values of another type.
		{
			"[policy]\nversion = 'seven'",
			`p.toml:2: policy.version: is the text "seven": want a whole number, without quotes`,
		},
		{
			"[policy]\nname = 7",
			`p.toml:2: policy.name: is 7: want text in quotes`,
		},
		{
			"[policy]\npacks = 'recommended'",
			`p.toml:2: policy.packs: is the text "recommended": want a list, such as ["one", "two"]`,
		},
		{
			"[[policy]]\nname = 'x'",
			`p.toml:1: policy: is a list: want a table, under [policy]`,
		},
		{
			"[rule]\nid = 'a.b'",
			`p.toml:1: rule: is a table: want entries, each under [[rule]]`,
		},
		{
			ruleAC("command = 'x'"),
			`p.toml:10: rule.command: is the text "x": want a list, such as ["one", "two"]`,
		},
		{
			ruleAC("command = ['x', 3]"),
			`p.toml:10: rule.command: is 3: want text in quotes`,
		},
		{
			ruleAC("command = ['x']\nfloor = 'yes'"),
			`p.toml:11: rule.floor: is the text "yes": want true or false, without quotes`,
		},
		{
			ruleAC("command = ['x']\n[rule.test]\nhit = 'x'"),
			`p.toml:12: rule.test.hit: is the text "x": want a list, such as ["one", "two"]`,
		},
		{
			ruleAC("path = ['/x']\nwhen.exists = 'yes'"),
			`p.toml:11: rule.when.exists: is the text "yes": want true or false, without quotes`,
		},
		{
			"[[exception]]\nrule = 'a.b'\nreason = 'r'\nexpires = 2026-12-31",
			`p.toml:4: exception.expires: is a date without quotes: want text in quotes`,
		},
		{
			"[runtime]\nrequire = 'yes'",
			`p.toml:2: runtime.require: is the text "yes": want true or false, without quotes`,
		},
		{
			"[shell]\nbash = ['/bin/bash']",
			`p.toml:2: shell.bash: is a list: want text in quotes`,
		},

		// Words that there are not.
		{
			"[policy]\nmode = 'watch'",
			`p.toml:2: policy.mode: "watch" is no mode: want enforce or observe`,
		},
		{
			"[policy]\ndefault = 'block'",
			`p.toml:2: policy.default: "block" is no decision: want deny, ask or allow`,
		},
		{
			"[policy.defaults]\nexecute = 'ask'",
			`p.toml:2: policy.defaults.execute: "execute" is no operation: want one of exec, read, load, write, delete, chmod, mount, connect, request, statement, call`,
		},
		{
			"[policy]\ndefaults.exec = 'never'",
			`p.toml:2: policy.defaults.exec: "never" is no decision: want deny, ask or allow`,
		},
		{
			"[policy.unresolved]\nrun = 'ask'",
			`p.toml:2: policy.unresolved.run: "run" is no operation: want one of exec, read, load, write, delete, chmod, mount, connect, request, statement, call`,
		},
		{
			ruleAC("decision = 'forbid'\ncommand = ['x']"),
			`p.toml:10: rule.decision: "forbid" is no decision: want deny, ask or allow`,
		},
		{
			ruleAC("access = ['exec']\npath = ['/x']"),
			`p.toml:10: rule.access: "exec": want read, load, write, create, append, overwrite, delete, chmod or mount`,
		},
		{
			ruleAC("path = ['/x']\nwhen.created = 'today'"),
			`p.toml:11: rule.when.created: "today": want session`,
		},
		{
			"[audit]\non_failure = 'ignore'",
			`p.toml:2: audit.on_failure: "ignore": want refuse or allow`,
		},
		{
			"[runtime]\nlevel = 'strict'",
			`p.toml:2: runtime.level: "strict": want off, exec, write or full`,
		},

		// Rules that say too little, or what cannot be.
		{
			ruleAB + "[[rule]]\ndecision = 'deny'",
			`p.toml:7: rule: id is missing: a rule is called topic.name`,
		},
		{
			ruleAB + "[[rule]]\nid = 'ab'\nreason = 'r'\ncommand = ['x']",
			`p.toml:8: rule.id: "ab": want topic.name in small letters, digits, - and _`,
		},
		{
			ruleAB + "[[rule]]\nid = 'a.c'\ncommand = ['x']",
			`p.toml:7: rule.reason: is missing: rule a.c must say why it refuses`,
		},
		{
			ruleAC(""),
			`p.toml:8: rule.id: rule a.c matches nothing: give command, access, path, request, graphql, statement, connect or call`,
		},
		{
			ruleAB + ruleAB,
			`p.toml:8: rule.id: "a.b" stands twice, first at line 1: give one of them another id`,
		},
		{
			ruleAC("command = ['']"),
			`p.toml:10: rule.command: "": is empty, and matches nothing: write what is meant, or take it out`,
		},
		{
			ruleAC("path = ['secrets/*']"),
			`p.toml:10: rule.path: "secrets/*": a path starts with /, ~/, **/, <workspace>, <tmp> or <guard>`,
		},
		{
			ruleAC("command = ['ls {a,b}', 'ls [a-']"),
			`p.toml:10: rule.command: "ls [a-": [a- is no valid glob: close each [ and {, and write \ before one that is meant as it is`,
		},
		{
			ruleAC("command = ['ls']\nunless.command = ['ls {a']"),
			`p.toml:11: rule.unless.command: "ls {a": {a is no valid glob: close each [ and {, and write \ before one that is meant as it is`,
		},
		{
			ruleAC("path = ['/x/[a']"),
			`p.toml:10: rule.path: "/x/[a": is no valid glob: close each [ and {, and write \ before one that is meant as it is`,
		},
		{
			ruleAC("path = ['/x']\nunless.path = ['y']"),
			`p.toml:11: rule.unless.path: "y": a path starts with /, ~/, **/, <workspace>, <tmp> or <guard>`,
		},
		{
			ruleAC("path = ['/x']\n[rule.when]\ncwd = ['y']"),
			`p.toml:12: rule.when.cwd: "y": a path starts with /, ~/, **/, <workspace>, <tmp> or <guard>`,
		},
		{
			ruleAC("request = ['DELETE']"),
			`p.toml:10: rule.request: "DELETE": want METHOD URL, such as "DELETE api.example.com/**"; * is any method`,
		},
		{
			ruleAC("graphql = ['volumeDelete']"),
			`p.toml:10: rule.graphql: "volumeDelete": want the kind and the name, such as "mutation volumeDelete"`,
		},
		{
			ruleAC("connect = ['db.example']"),
			`p.toml:10: rule.connect: "db.example": want HOST:PORT; HOST:* is any port`,
		},

		// A list over several lines: the line of the element.
		{
			ruleAC("path = [\n  '/x',\n  # '/y/{a' is next\n  '/y/{a',\n]"),
			`p.toml:13: rule.path: "/y/{a": is no valid glob: close each [ and {, and write \ before one that is meant as it is`,
		},
		{
			ruleAC("command = [\n  'x',\n]\nwhen.cwd = [ # where\n  \"/x\",\n  \"y\",\n]"),
			`p.toml:15: rule.when.cwd: "y": a path starts with /, ~/, **/, <workspace>, <tmp> or <guard>`,
		},

		// Exceptions.
		{
			"[[exception]]\nreason = 'r'",
			`p.toml:1: exception.rule: is missing: name the rule that is lifted`,
		},
		{
			"[[exception]]\nrule = 'a.b'",
			`p.toml:1: exception.reason: is missing: say why a.b is lifted`,
		},
		{
			"[[exception]]\nrule = 'a.b'\nreason = 'r'\n\n[[exception]]\nrule = 'a.c'\nreason = 'r'\nexpires = 'soon'",
			`p.toml:8: exception.expires: "soon": want a date such as 2026-12-31, the last day on which it holds`,
		},
		{
			"[[exception]]\nrule = 'a.b'\nreason = 'r'\nexpires = '2026-12-31T18:00:00Z'",
			`p.toml:4: exception.expires: "2026-12-31T18:00:00Z": want a date such as 2026-12-31, the last day on which it holds`,
		},
		{
			"[[exception]]\nrule = 'a.b'\nreason = 'r'\nexpires = '2026-12-312'",
			`p.toml:4: exception.expires: "2026-12-312": want a date such as 2026-12-31, the last day on which it holds`,
		},
		{
			"[[exception]]\nrule = 'a.b'\nreason = 'r'\nexpires = '2026-02-30'",
			`p.toml:4: exception.expires: "2026-02-30": want a date such as 2026-12-31, the last day on which it holds`,
		},
		{
			"[[exception]]\nrule = 'a.b'\nreason = 'r'\nexpires = '2026-1-1'",
			`p.toml:4: exception.expires: "2026-1-1": want a date such as 2026-12-31, the last day on which it holds`,
		},
		{
			"[[exception]]\nrule = 'a.b'\nreason = 'r'\nwhen.path = ['x']",
			`p.toml:4: exception.when.path: "x": a path starts with /, ~/, **/, <workspace>, <tmp> or <guard>`,
		},

		// Programs.
		{
			"[[program]]\nname = 'p'\n\n[[program]]\nargs = 'read'",
			`p.toml:4: program.name: is missing: say which program is meant`,
		},
		{
			"[[program]]\nname = 'p'\nargs = 'read'\n\n[[program]]\nname = 'q'\nargs = 'reed'",
			`p.toml:7: program.args: "reed" is no effect: want read, load, write, delete, run, value or another word of docs/programs.md`,
		},
		{
			"[[program]]\nname = 'p'\n\n[[program]]\nname = 'q'\n[program.opt]\n'-c|--config' = 'look'",
			`p.toml:7: program.opt.-c|--config: "look" is no effect: want read, load, write, delete, run, value or another word of docs/programs.md`,
		},
		{
			"[[program]]\nname = 'p'\n\n[[program]]\nname = 'q p'",
			`p.toml:5: program.name: "p" is described twice: make one entry of the two`,
		},
		{
			"[[program]]\nname = 'p'\n[[program.sub]]\nname = 'a b'\n[[program.sub]]\nname = 'b'",
			`p.toml:3: program.sub: "b" is described twice: make one entry of the two`,
		},
		{
			"[[program]]\nname = 'p'\nlike = 'nope'",
			`p.toml:3: program.like: "nope": no such program: guard programs lists those that are known`,
		},
		{
			"[[program]]\nname = 'p'\nlike = 'q'\n\n[[program]]\nname = 'q'\nlike = 'p'",
			`p.toml:7: program.like: leads back to q: name a program that is described by itself`,
		},
		{
			"[[program]]\nname = 'p'\nstyle = 'bsd'",
			`p.toml:3: program.style: "bsd": want gnu, posix, long, tar or none`,
		},
		{
			"[[program]]\nname = 'p'\nflags = '-q|--quiet -q'",
			`p.toml:3: program.flags: option -q is listed twice: keep one of them`,
		},
		{
			"[[program]]\nname = 'p'\n[[program.sub]]\nargs = 'read'",
			`p.toml:3: program.sub: name is missing: say which subcommand is meant`,
		},
		{
			"[[program]]\nname = 'p'\n[[program.sub]]\nname = 's'\nargs = 'reed'",
			`p.toml:5: program.sub.args: of s: "reed" is no effect: want read, load, write, delete, run, value or another word of docs/programs.md`,
		},
	} {
		_, _, err := rules.ParseLayer("p.toml", []byte(tt.text), rules.Managed, programs.Builtin())
		if err == nil {
			t.Errorf("%q is taken\nwant %s", tt.text, tt.want)
		} else if err.Error() != tt.want {
			t.Errorf("%q:\n got %s\nwant %s", tt.text, err, tt.want)
		}
	}
}
