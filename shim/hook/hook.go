// Package hook speaks the agents' tool-call protocols: it reads what an agent is
// about to do, and writes a refusal in the agent's own form.
package hook

import (
	"errors"

	"guard/rules"
)

// Call is one tool call of an agent.
type Call struct {
	Agent    string
	Session  string
	ToolCall string
	Tool     string
	Cwd      string         // absolute
	Shell    bool           // Text is shell text
	Text     string         // the command, or the call in a few words
	Argv     []string       // the program that does the same as the tool, if there is one
	Actions  []rules.Action // of any other tool
}

// Protocol is how one agent talks to its hooks.
type Protocol struct {
	Name string
	// Parse reads one message. An error means that the call must be refused.
	Parse func(message []byte) (Call, error)
	// Refuse writes a refusal for the standard output.
	Refuse func(reason string) []byte
}

// Find returns the protocol of an agent.
func Find(agent string) (Protocol, bool) {
	if agent == "claude" {
		return Protocol{Name: agent, Parse: parseClaude, Refuse: refuseClaude}, true
	}
	return Protocol{}, false
}

// Agents lists the agents that have a protocol here.
func Agents() []string { return []string{"claude"} }

// errEmpty is a hook that was called with nothing to judge.
var errEmpty = errors.New("the hook got no message")
