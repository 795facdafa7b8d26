package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// toolCall is one call that the scripted model asks the agent for.
type toolCall struct {
	tool  string
	input map[string]any
}

// toolResult is what the agent sent back for a call.
type toolResult struct {
	text   string
	failed bool
}

// model is a scripted model behind the Messages API: in each turn of the
// conversation it asks for the next call, and then ends. It keeps all it is sent.
type model struct {
	*httptest.Server
	calls []toolCall

	mu      sync.Mutex
	sent    []string           // the body of each request
	other   []string           // requests that are no part of the API that is played
	offered map[string]bool    // tools that the agent offers
	results map[int]toolResult // by the number of the call
}

// newModel starts a model on loopback that asks for the calls.
func newModel(t *testing.T, calls []toolCall) *model {
	m := &model{calls: calls, offered: map[string]bool{}, results: map[int]toolResult{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/messages", m.messages)
	mux.HandleFunc("POST /v1/messages/count_tokens", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"input_tokens":1}`)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.other = append(m.other, r.Method+" "+r.URL.Path)
		if r.Method != http.MethodHead {
			http.Error(w, `{"type":"error","error":{"type":"not_found_error","message":"not played"}}`, http.StatusNotFound)
		}
	})
	m.Server = httptest.NewServer(mux)
	t.Cleanup(m.Close)
	return m
}

// request is what the model reads of a request.
type request struct {
	Model    string
	Stream   bool
	Tools    []struct{ Name string }
	Messages []struct {
		Role    string
		Content json.RawMessage
	}
}

// block is one block of a message's content.
type block struct {
	Type, Text string
	ToolUseID  string `json:"tool_use_id"`
	Content    json.RawMessage
	IsError    bool `json:"is_error"`
}

// plain is the text of a content, which is a string or a list of blocks.
func plain(content json.RawMessage) string {
	var s string
	if json.Unmarshal(content, &s) == nil {
		return s
	}
	var list []block
	if json.Unmarshal(content, &list) != nil {
		return string(content)
	}
	var b strings.Builder
	for _, x := range list {
		b.WriteString(x.Text)
	}
	return b.String()
}

// messages answers one request for a message.
func (m *model) messages(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var req request
	if err == nil {
		err = json.Unmarshal(body, &req)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	next := m.take(string(body), req)
	content := map[string]any{"type": "text", "text": "Done."}
	stop := "end_turn"
	if next >= 0 {
		c := m.calls[next]
		content = map[string]any{"type": "tool_use", "id": callID(next), "name": c.tool, "input": c.input}
		stop = "tool_use"
	}
	id := fmt.Sprintf("msg_%d", next+1)
	if req.Stream {
		stream(w, id, req.Model, content, stop)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(message(id, req.Model, []any{content}, stop))
}

// callID is the id under which the call with this number is asked for.
func callID(n int) string { return fmt.Sprintf("toolu_%024d", n) }

// take keeps what a request says, and returns the number of the call to ask for,
// -1 if there is none left or the request is no part of the conversation.
func (m *model) take(body string, req request) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = append(m.sent, body)
	for _, t := range req.Tools {
		m.offered[t.Name] = true
	}
	done := 0
	for _, x := range req.Messages {
		var list []block
		if json.Unmarshal(x.Content, &list) != nil {
			continue
		}
		for _, b := range list {
			var n int
			if _, err := fmt.Sscanf(b.ToolUseID, "toolu_%d", &n); b.Type == "tool_result" && err == nil {
				m.results[n] = toolResult{plain(b.Content), b.IsError}
				done = max(done, n+1)
			}
		}
	}
	if len(req.Tools) == 0 || done >= len(m.calls) {
		return -1
	}
	return done
}

// message is a message of the model.
func message(id, model string, content []any, stop any) map[string]any {
	return map[string]any{
		"id": id, "type": "message", "role": "assistant", "model": model, "content": content,
		"stop_reason": stop, "stop_sequence": nil, "usage": map[string]int{"input_tokens": 1, "output_tokens": 1},
	}
}

// stream sends a message of one block as server-sent events.
func stream(w http.ResponseWriter, id, model string, content map[string]any, stop string) {
	w.Header().Set("Content-Type", "text/event-stream")
	event := func(kind string, data map[string]any) {
		data["type"] = kind
		text, err := json.Marshal(data)
		if err != nil {
			panic(err) // strings and numbers always marshal
		}
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", kind, text)
	}
	start, delta := map[string]any{"type": "text", "text": ""}, map[string]any{"type": "text_delta", "text": content["text"]}
	if content["type"] == "tool_use" {
		input, err := json.Marshal(content["input"])
		if err != nil {
			panic(err)
		}
		start = map[string]any{"type": "tool_use", "id": content["id"], "name": content["name"], "input": map[string]any{}}
		delta = map[string]any{"type": "input_json_delta", "partial_json": string(input)}
	}
	event("message_start", map[string]any{"message": message(id, model, []any{}, nil)})
	event("content_block_start", map[string]any{"index": 0, "content_block": start})
	event("content_block_delta", map[string]any{"index": 0, "delta": delta})
	event("content_block_stop", map[string]any{"index": 0})
	event("message_delta", map[string]any{"delta": map[string]any{"stop_reason": stop, "stop_sequence": nil}, "usage": map[string]int{"output_tokens": 1}})
	event("message_stop", map[string]any{})
}

// deadEnd is a proxy on loopback that leads nowhere and keeps what it was asked
// for, so that nothing that a test starts reaches the network.
type deadEnd struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newDeadEnd(t *testing.T) *deadEnd {
	d := &deadEnd{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.asked = append(d.asked, r.Method+" "+r.Host)
		http.Error(w, "this leads nowhere", http.StatusBadGateway)
	}))
	t.Cleanup(d.Close)
	return d
}
