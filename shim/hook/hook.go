// Package hook speaks the agents' tool-call protocols: it reads what an agent is
// about to do, and writes a refusal in the agent's own form.
package hook

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"guard/rules"
	"guard/rules/value"
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

// claudeMessage is Claude Code's PreToolUse input.
type claudeMessage struct {
	SessionID string          `json:"session_id"`
	Cwd       string          `json:"cwd"`
	Event     string          `json:"hook_event_name"`
	Tool      string          `json:"tool_name"`
	ToolUseID string          `json:"tool_use_id"`
	Input     json.RawMessage `json:"tool_input"`
}

// claudeInput holds the fields of the tools that guard judges.
type claudeInput struct {
	Command      string `json:"command"`
	FilePath     string `json:"file_path"`
	NotebookPath string `json:"notebook_path"`
	Path         string `json:"path"`
	Glob         string `json:"glob"`
	URL          string `json:"url"`
}

func parseClaude(message []byte) (Call, error) {
	if len(strings.TrimSpace(string(message))) == 0 {
		return Call{}, errEmpty
	}
	var m claudeMessage
	if err := json.Unmarshal(message, &m); err != nil {
		return Call{}, fmt.Errorf("read hook message: %w", err)
	}
	if m.Event != "PreToolUse" {
		return Call{}, fmt.Errorf("read hook message: event %q: want PreToolUse", m.Event)
	}
	if m.Tool == "" || !path.IsAbs(m.Cwd) {
		return Call{}, errors.New("read hook message: tool_name or cwd is missing")
	}
	c := Call{Agent: "claude", Session: m.SessionID, ToolCall: m.ToolUseID, Tool: m.Tool, Cwd: m.Cwd}
	var in claudeInput
	if err := json.Unmarshal(m.Input, &in); err != nil {
		return Call{}, fmt.Errorf("read hook message: tool_input of %s: %w", m.Tool, err)
	}
	file := func(p string) (value.Text, error) {
		if p == "" {
			return "", fmt.Errorf("read hook message: %s without a path", m.Tool)
		}
		if !path.IsAbs(p) {
			p = path.Join(m.Cwd, p)
		}
		c.Text = m.Tool + " " + p
		return value.Known(path.Clean(p)), nil
	}
	var err error
	var p value.Text
	switch m.Tool {
	case "Bash":
		if in.Command == "" {
			return Call{}, errors.New("read hook message: Bash without a command")
		}
		c.Shell, c.Text = true, in.Command
	case "Read", "NotebookRead":
		if in.FilePath == "" {
			in.FilePath = in.NotebookPath
		}
		p, err = file(in.FilePath)
		c.Actions = []rules.Action{{Op: rules.Read, Path: p}}
	case "Write", "Edit", "MultiEdit", "NotebookEdit":
		if in.FilePath == "" {
			in.FilePath = in.NotebookPath
		}
		p, err = file(in.FilePath)
		c.Actions = []rules.Action{{Op: rules.Write, Path: p, How: rules.Overwrite}}
	case "Grep":
		if in.Path == "" {
			in.Path = m.Cwd
		}
		p, err = file(in.Path)
		c.Argv = []string{"grep", "-r"}
		if in.Glob != "" {
			for _, g := range rules.ExpandBraces(in.Glob) {
				c.Argv = append(c.Argv, "--include="+g[strings.LastIndexByte(g, '/')+1:])
			}
		}
		c.Argv = append(c.Argv, "-e", "x", "--", string(p))
	case "WebFetch":
		c.Text = "WebFetch " + in.URL
		c.Actions = []rules.Action{{Op: rules.Request, Method: "GET", URL: value.Known(in.URL)}}
	default:
		c.Text = m.Tool
		c.Actions = []rules.Action{{Op: rules.Call, Text: value.Known(m.Tool)}}
	}
	return c, err
}

// refuseClaude denies in JSON with exit status 0: any other status but 2 would
// let the call go on.
func refuseClaude(reason string) []byte {
	out, err := json.Marshal(map[string]any{"hookSpecificOutput": map[string]any{
		"hookEventName":            "PreToolUse",
		"permissionDecision":       "deny",
		"permissionDecisionReason": reason,
	}})
	if err != nil { // strings always marshal
		return []byte(`{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"guard failed"}}` + "\n")
	}
	return append(out, '\n')
}
