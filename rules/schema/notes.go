package schema

import (
	"strings"

	"guard/rules/programs"
)

// note is what the types do not say of a key.
type note struct {
	text    string
	enum    []string // the words that it may be; for a table, its keys
	pattern string
}

// limit adds what a string may be to its schema.
func (n note) limit(s object) object {
	if len(n.enum) > 0 {
		return object{"enum": n.enum}
	}
	if n.pattern != "" {
		s["pattern"] = n.pattern
	}
	return s
}

// notes describes every key of the language; a list or table of tables is
// described once, whatever it stands in.
func notes() map[string]note {
	ops := []string{"exec", "read", "load", "write", "delete", "chmod", "mount", "connect", "request", "statement", "call"}
	paths := `^(/|~$|~/|\*|\{|<workspace>|<tmp>|<guard>)`
	date := `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`
	return map[string]note{
		"policy":             {text: "what the policy is called, and how it decides"},
		"policy.name":        {text: "the name, as it stands in the log"},
		"policy.version":     {text: "a number that grows with each change; it stands in the log"},
		"policy.owner":       {text: "who answers for the policy"},
		"policy.description": {text: "what the policy is for"},
		"policy.mode":        {text: "enforce refuses; observe records what would be refused, and runs it"},
		"policy.default":     {text: "programs, requests, statements and calls that no rule matches"},
		"policy.defaults":    {text: "the default of single operations", enum: ops},
		"policy.unresolved":  {text: "what a rule that only may match means, by operation", enum: ops},
		"policy.packs":       {text: "built-in packs besides the recommended ones; recommended and all are names too"},
		"policy.drop":        {text: "packs that are not wanted; managed policy, or the user's where there is no managed one"},
		"policy.lock":        {text: "globs of rule ids that no layer below lifts; managed policy only"},
		"policy.interactive": {text: "allow lets interactive shells run without the run-time layer"},

		"rule":           {text: "a rule: what it matches, what is decided, and why"},
		"rule.id":        {text: "topic.name, never used again for something else", pattern: `^[a-z0-9_-]*\.[a-z0-9._-]*$`},
		"rule.decision":  {text: "deny (the default), ask or allow"},
		"rule.reason":    {text: "why, as the refusal says it; required unless the rule allows"},
		"rule.instead":   {text: "a command that passes"},
		"rule.advice":    {text: "what else to do"},
		"rule.floor":     {text: "refuse in observe mode too; only managed policy lifts the rule"},
		"rule.mode":      {text: "observe: only record what this rule would refuse"},
		"rule.command":   {text: "commands: program, subcommands, options in any spelling, operands as globs", pattern: `\S`},
		"rule.access":    {text: "what happens to a file; read, write and delete by default", enum: []string{"read", "load", "write", "create", "append", "overwrite", "delete", "chmod", "mount"}},
		"rule.path":      {text: "path globs that begin with /, ~/, **/, <workspace>, <tmp> or <guard>", pattern: paths},
		"rule.request":   {text: "HTTP requests: METHOD URL-GLOB", pattern: `[ /.:*]`},
		"rule.graphql":   {text: "GraphQL operations, such as: mutation *Delete", pattern: `[ *]`},
		"rule.statement": {text: "statements for a data store, such as: DROP *", pattern: `\S`},
		"rule.connect":   {text: "addresses: host:port", pattern: `[:*]`},
		"rule.call":      {text: "tools of an agent, by name", pattern: `\S`},
		"rule.when":      {text: "conditions, all of which must hold"},
		"rule.unless":    {text: "conditions, each of which excepts by itself"},
		"rule.refs":      {text: "entries of frameworks that the rule serves"},
		"rule.test":      {text: "examples, which guard test runs in a fixed virtual project"},
		"rule.test.hit":  {text: "commands that the rule must find"},
		"rule.test.miss": {text: "commands that the rule must not find"},

		"conditions.path":      {text: "globs of the path", pattern: paths},
		"conditions.command":   {text: "commands, written as in a rule"},
		"conditions.program":   {text: "globs of the executable that acts"},
		"conditions.via":       {text: "what led there, such as sudo or xargs"},
		"conditions.target":    {text: "what is addressed: loopback, HOST, HOST/DATABASE, context/NAME, profile/NAME …"},
		"conditions.cwd":       {text: "globs of the directory in which it happens", pattern: paths},
		"conditions.branch":    {text: "the branch that is checked out"},
		"conditions.agent":     {text: "the agent, which is never sure"},
		"conditions.user":      {text: "the user"},
		"conditions.host":      {text: "the machine"},
		"conditions.created":   {text: "session: made by this very session", enum: []string{"session"}},
		"conditions.exists":    {text: "the path exists"},
		"conditions.tracked":   {text: "the path is in git, and not modified"},
		"conditions.loses":     {text: "something is lost for good"},
		"conditions.recursive": {text: "everything below the path is meant too"},

		"exception":          {text: "lifts a rule; managed policy any, the user's those that are neither floor nor locked"},
		"exception.rule":     {text: "a rule id, or a glob of ids"},
		"exception.reason":   {text: "why it is lifted"},
		"exception.approver": {text: "who agreed"},
		"exception.expires":  {text: "the last day (UTC) on which it holds, such as 2026-12-31", pattern: date},
		"exception.when":     {text: "conditions under which it holds"},

		"program":          {text: "what a program does with its arguments; docs/programs.md has the words"},
		"program.name":     {text: "the program, and other names for it"},
		"program.args":     {text: "the effects on its operands, in order; ... repeats"},
		"program.flags":    {text: "options without a value"},
		"program.harmless": {text: "options under which the program changes and shows nothing"},
		"program.style":    {text: "how options are written", enum: []string{"gnu", "posix", "long", "tar", "none"}},
		"program.stdin":    {text: "what the program takes its standard input for", pattern: "^(" + strings.Join(programs.Inputs(), "|") + ")(:|$)"},
		"program.output":   {text: "what the program prints", enum: programs.Outputs()},
		"program.loses":    {text: "what the condition loses asks about", enum: []string{"worktree", "paths", "untracked", "branch", "stash", "stashes", "tree", "stages", "keeps", "restores"}},
		"program.recipes":  {text: "whose recipes the program runs", enum: []string{"make", "npm", "just"}},
		"program.like":     {text: "a program from which the entry begins"},
		"program.note":     {text: "one sentence for people"},
		"program.opt":      {text: "options with a value, and the effect on it"},
		"program.implies":  {text: "options that give the operands other effects"},
		"program.sub":      {text: "subcommands, which have the same keys"},

		"shell":            {text: "the real shells: name = executable; managed policy only"},
		"audit":            {text: "the decision log"},
		"audit.path":       {text: "the file of the log"},
		"audit.on_failure": {text: "refuse, or allow, where the log cannot be written", enum: []string{"refuse", "allow"}},
		"runtime":          {text: "the run-time layer"},
		"runtime.level":    {text: "what is judged when it happens", enum: []string{"off", "exec", "write", "full"}},
		"runtime.require":  {text: "run nothing where the level cannot be had"},
		"runtime.strict":   {text: "open files on the programs' behalf, so that none can be exchanged after it was judged"},
	}
}
