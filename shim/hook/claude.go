package hook

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"guard/rules"
	"guard/rules/value"
)

// claudeMessage is Claude Code's PreToolUse input.
type claudeMessage struct {
	SessionID string          `json:"session_id"`
	Cwd       string          `json:"cwd"`
	Event     string          `json:"hook_event_name"`
	Tool      string          `json:"tool_name"`
	ToolUseID string          `json:"tool_use_id"`
	Input     json.RawMessage `json:"tool_input"`
}

// claudeInput holds the fields of the tools that guard knows.
type claudeInput struct {
	Command      string `json:"command"`
	FilePath     string `json:"file_path"`
	NotebookPath string `json:"notebook_path"`
	Path         string `json:"path"`
	Glob         string `json:"glob"`
	URL          string `json:"url"`
	WS           struct {
		URL string `json:"url"`
	} `json:"ws"`
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
	c := Call{Agent: "claude", Session: m.SessionID, ToolCall: m.ToolUseID, Tool: m.Tool, Cwd: m.Cwd, Text: m.Tool}
	if err := m.judged(&c); err != nil {
		return Call{}, fmt.Errorf("read hook message: %w", err)
	}
	return c, nil
}

// judged puts into c what is to be judged of the tool's input.
func (m claudeMessage) judged(c *Call) error {
	switch m.Tool {
	case "Bash", "Monitor", "Read", "NotebookRead", "Write", "Edit", "MultiEdit", "NotebookEdit", "Grep", "WebFetch":
	default:
		return m.unknown(c)
	}
	var in claudeInput
	if err := json.Unmarshal(m.Input, &in); err != nil {
		return fmt.Errorf("tool_input of %s: %w", m.Tool, err)
	}
	if in.FilePath == "" {
		in.FilePath = in.NotebookPath
	}
	switch m.Tool {
	case "Bash", "Monitor":
		switch {
		case in.Command != "":
			c.Shell, c.Text = true, in.Command
		case in.WS.URL != "":
			m.fetch(c, in.WS.URL)
			if rest, ok := strings.CutPrefix(in.WS.URL, "ws"); ok { // it begins as a GET
				c.Actions[0].URL = value.Known("http" + rest)
			}
		default:
			return fmt.Errorf("%s without a command", m.Tool)
		}
	case "Read", "NotebookRead":
		return m.file(c, in.FilePath, rules.Action{Op: rules.Read})
	case "Write", "Edit", "MultiEdit", "NotebookEdit":
		return m.file(c, in.FilePath, rules.Action{Op: rules.Write, How: rules.Overwrite})
	case "Grep":
		m.grep(c, in)
	case "WebFetch":
		if in.URL == "" {
			return errors.New("WebFetch without a URL")
		}
		m.fetch(c, in.URL)
	}
	return nil
}

// absolute is a path as the tool takes it.
func (m claudeMessage) absolute(p string) string {
	if !path.IsAbs(p) {
		p = path.Join(m.Cwd, p)
	}
	return path.Clean(p)
}

// file adds what is done to a file.
func (m claudeMessage) file(c *Call, p string, a rules.Action) error {
	if p == "" {
		return fmt.Errorf("%s without a path", m.Tool)
	}
	a.Path = value.Known(m.absolute(p))
	c.Text += " " + m.absolute(p)
	c.Actions = append(c.Actions, a)
	return nil
}

// fetch adds a request.
func (m claudeMessage) fetch(c *Call, url string) {
	c.Text += " " + url
	c.Actions = append(c.Actions, rules.Action{Op: rules.Request, Method: "GET", URL: value.Known(url)})
}

// grep says a search as the program that does the same.
func (m claudeMessage) grep(c *Call, in claudeInput) {
	where := m.absolute(in.Path)
	c.Text += " " + where
	c.Argv = []string{"grep", "-r"}
	if in.Glob != "" {
		for _, g := range rules.ExpandBraces(in.Glob) {
			c.Argv = append(c.Argv, "--include="+g[strings.LastIndexByte(g, '/')+1:])
		}
	}
	c.Argv = append(c.Argv, "-e", "x", "--", where)
}

// unknown adds a call of a tool that guard does not know, another server's
// perhaps. It is taken to read the files that its input names: those that stand,
// alone or in a list, under a key that speaks of a file.
func (m claudeMessage) unknown(c *Call) error {
	c.Actions = []rules.Action{{Op: rules.Call, Text: value.Known(m.Tool)}}
	var fields map[string]any
	if err := json.Unmarshal(m.Input, &fields); err != nil {
		return fmt.Errorf("tool_input of %s: %w", m.Tool, err)
	}
	var files []string
	for key, v := range fields {
		key = strings.ToLower(key)
		if !strings.Contains(key, "path") && !strings.Contains(key, "file") && !strings.Contains(key, "uri") {
			continue
		}
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, x := range list {
			s, _ := x.(string)
			s = strings.TrimPrefix(s, "file://")
			if s != "" && !strings.ContainsAny(s, "\n\x00") && !strings.Contains(s, "://") {
				files = append(files, s)
			}
		}
	}
	slices.Sort(files)
	for _, f := range files {
		if err := m.file(c, f, rules.Action{Op: rules.Read}); err != nil {
			return err
		}
	}
	return nil
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
