package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// timeFormat is RFC 3339 with all nine digits, so that lines sort as text.
const timeFormat = "2006-01-02T15:04:05.000000000Z07:00"

// encoder appends members of a JSON object in the order of the calls.
type encoder struct{ b []byte }

func (e *encoder) key(name string) {
	e.b = append(e.b, ',', '"')
	e.b = append(e.b, name...)
	e.b = append(e.b, '"', ':')
}

func (e *encoder) text(name, value string, limit int) {
	if value == "" {
		return
	}
	e.key(name)
	e.b, _ = appendQuoted(e.b, value, limit)
}

func (e *encoder) number(name string, value int64) {
	if value == 0 {
		return
	}
	e.key(name)
	e.b = strconv.AppendInt(e.b, value, 10)
}

// appendBody appends the members of r from kind on, without the hash. The key
// is called only if the command is not logged verbatim.
func appendBody(b []byte, r *Record, key func() ([]byte, error)) ([]byte, error) {
	switch r.Kind {
	case Decision, Lifecycle, Outcome, Checkpoint:
	default:
		return nil, fmt.Errorf("unknown kind %q", r.Kind)
	}
	e := encoder{b}
	e.text("kind", string(r.Kind), maxField)
	e.text("user", r.User, maxField)
	e.key("uid")
	e.b = strconv.AppendInt(e.b, int64(r.UID), 10)
	e.text("host", r.Host, maxField)
	e.text("agent", r.Agent, maxField)
	e.text("agent_version", r.AgentVersion, maxField)
	e.text("session", r.Session, maxField)
	e.text("tool_call", r.ToolCall, maxField)
	e.text("cwd", r.Cwd, maxPath)
	e.text("remote", Redact(clip(r.Remote, maxField)), maxField)
	e.text("commit", r.Commit, maxField)
	e.text("branch", r.Branch, maxField)
	if r.Dirty {
		e.b = append(e.b, `,"dirty":true`...)
	}
	if err := e.command(r.Command, key); err != nil {
		return nil, err
	}
	e.text("script_sha256", r.ScriptSHA256, maxDigest)
	if err := e.list("actions", r.Actions); err != nil {
		return nil, err
	}
	if err := e.list("findings", r.Findings); err != nil {
		return nil, err
	}
	e.text("verdict", r.Verdict, maxField)
	e.text("would", r.Would, maxField)
	e.text("mode", r.Mode, maxField)
	e.text("layer", r.Layer, maxField)
	e.text("level", r.Level, maxField)
	e.text("degraded", r.Degraded, maxField)
	e.layers(r.Layers)
	e.text("exception", r.Exception, maxField)
	e.text("approval", r.Approval, maxField)
	e.number("of", int64(r.Of))
	if r.Status != nil {
		e.key("status")
		e.b = strconv.AppendInt(e.b, int64(*r.Status), 10)
	}
	e.text("note", Redact(clip(r.Note, maxField)), maxField)
	e.repair(r.Repair)
	return e.b, nil
}

// command appends the command as it may be shown, and its digest.
func (e *encoder) command(command string, key func() ([]byte, error)) error {
	if command == "" {
		return nil
	}
	head := clip(command, 2*maxCommand)
	shown := Redact(head)
	verbatim := len(head) == len(command) && shown == command
	e.key("command")
	var cut bool
	e.b, cut = appendQuoted(e.b, shown, maxCommand)
	cut = cut || len(head) < len(command)
	if cut {
		e.number("command_bytes", int64(len(command)))
	}
	if verbatim && !cut {
		sum := sha256.Sum256([]byte(command))
		e.text("command_sha256", hex.EncodeToString(sum[:]), maxDigest)
		return nil
	}
	k, err := key()
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(command))
	e.text("command_hmac", hex.EncodeToString(mac.Sum(nil)), maxDigest)
	return nil
}

func (e *encoder) list(name string, raw []byte) error {
	if len(raw) == 0 {
		return nil
	}
	l, err := redactList(raw)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	e.key(name)
	e.b = append(e.b, l.shown...)
	if l.cut {
		e.number(name+"_total", int64(l.total))
		e.text(name+"_sha256", l.sha256, maxDigest)
	}
	return nil
}

func (e *encoder) layers(layers []Layer) {
	if len(layers) == 0 {
		return
	}
	e.key("layers")
	for i, l := range layers[:min(len(layers), maxLayers)] {
		sep := byte(',')
		if i == 0 {
			sep = '['
		}
		e.b = append(e.b, sep, '{')
		e.b = append(e.b, `"name":`...)
		e.b, _ = appendQuoted(e.b, l.Name, maxDigest)
		e.text("version", l.Version, maxDigest)
		e.text("digest", l.Digest, maxDigest)
		e.b = append(e.b, '}')
	}
	e.b = append(e.b, ']')
	if len(layers) > maxLayers {
		e.number("layers_total", int64(len(layers)))
	}
}

func (e *encoder) repair(r *Repair) {
	if r == nil {
		return
	}
	e.key("repair")
	e.b = append(e.b, `{"reason":`...)
	e.b, _ = appendQuoted(e.b, r.Reason, maxDigest)
	e.number("bytes", int64(r.Bytes))
	e.text("sha256", r.SHA256, maxDigest)
	e.b = append(e.b, '}')
}

// appendQuoted appends s as a JSON string of at most limit bytes between the
// quotes and says whether it had to cut. It escapes everything that a terminal
// could act on or that could reorder the line for its reader. As in all JSON,
// bytes that are no UTF-8 become U+FFFD.
func appendQuoted(b []byte, s string, limit int) ([]byte, bool) {
	const hexdigits = "0123456789abcdef"
	const room = len(`\u0000`) + len("…")
	b = append(b, '"')
	start := len(b)
	for i := 0; i < len(s); {
		if len(b)-start > limit-room {
			return append(b, `…"`...), true
		}
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			switch {
			case invisible(r) || r == utf8.RuneError && n == 1:
				b = append(b, '\\', 'u', hexdigits[r>>12&15], hexdigits[r>>8&15], hexdigits[r>>4&15], hexdigits[r&15])
			default:
				b = append(b, s[i:i+n]...)
			}
			i += n
			continue
		}
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hexdigits[c>>4], hexdigits[c&15])
		default:
			b = append(b, c)
		}
		i++
	}
	return append(b, '"'), false
}

// invisible reports whether r is a control character above ASCII, a line
// separator, a zero-width or a bidirectional control character.
func invisible(r rune) bool {
	switch {
	case r >= 0x80 && r < 0xa0, r == 0xad, r == 0x61c, r == 0xfeff,
		r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e,
		r >= 0x2060 && r <= 0x206f:
		return true
	}
	return false
}

// clip cuts s to at most n bytes, at white space if there is some near, so that
// no half of a secret is left at the end, where nothing would know it for one.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[:n]
	if i := strings.LastIndexAny(s[n/2:], " \t\n"); i >= 0 {
		return s[:n/2+i+1]
	}
	return s[:n/2]
}
