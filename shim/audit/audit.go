// Package audit keeps guard's decision log: one JSON line for each decision,
// each chained to the one before by a SHA-256 hash, with secrets redacted.
//
// A log is a few files in one directory, all of mode 0600:
//
//	audit.jsonl      the records being written
//	audit.jsonl.N    rotated records; .1 is the oldest
//	audit.head       number and hash of the last record; also the lock
//	audit.key        32 random bytes, the key of command_hmac
//
// The hash of a record is the SHA-256 of its line without the hash member,
// which is always the last one, and without the newline. The line names the
// hash of the record before, so each hash covers all the records up to it:
//
//	sed 's/,"hash":"[0-9a-f]*"}$/}/' | tr -d '\n' | sha256sum
//
// The chain shows any edited, removed, moved or inserted byte before the last
// record, and audit.head shows records that were cut off at the end. Someone
// who can write to the directory can still make up a whole new chain: to keep
// the log from the agent itself, another user has to write it, or its last
// hash has to be kept elsewhere.
package audit

import (
	"encoding/json"
	"errors"
	"time"
)

// The bounds of a record, in bytes of its encoded form.
const (
	// MaxLine bounds a line with its newline: the limits below add up to less.
	MaxLine = 256 << 10

	maxCommand = 32 << 10
	maxList    = 60 << 10 // actions, findings
	maxItems   = 512      // actions, findings
	maxPath    = 8 << 10
	maxField   = 1 << 10
	maxDigest  = 256
	maxLayers  = 32
)

// The errors that a caller may want to tell apart with [errors.Is].
var (
	// ErrUnsafe says that somebody else could have written the log: a file or
	// its directory is a symbolic link, is not of the expected type, belongs
	// to another user or is writable by group or others.
	ErrUnsafe = errors.New("unsafe")
	// ErrLocked says that another process kept the log locked for too long.
	ErrLocked = errors.New("locked")
	// ErrCorrupt says that the place to continue from cannot be found.
	ErrCorrupt = errors.New("corrupt")
)

// Kind is what a record is about.
type Kind string

// The kinds of records.
const (
	Decision   Kind = "decision"   // a command was judged
	Lifecycle  Kind = "lifecycle"  // guard was installed, changed, repaired …
	Outcome    Kind = "outcome"    // a judged command ended
	Checkpoint Kind = "checkpoint" // the chain was confirmed elsewhere
)

// A Layer is a layer of the policy that took part in a decision.
type Layer struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Digest  string `json:"digest,omitempty"` // SHA-256 of its text, in hex
}

// A Repair says, in a lifecycle record, what [Log.Append] found wrong with the
// end of the log before it went on.
type Repair struct {
	// Reason is "torn" for bytes at the end that are no record of the chain,
	// as a crash in the middle of a write leaves them; "head" for a missing or
	// unreadable audit.head; "lost" for a log that no longer ends in the record
	// that audit.head names. After "lost" the chain goes on from audit.head, so
	// that [Verify] fails there.
	Reason string `json:"reason"`
	// Bytes and SHA256 identify the bytes between the last good record and the
	// repair, newline included; they stay in the log.
	Bytes  int    `json:"bytes,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}

// A Record is one line of the log. The zero value of a field means that it is
// not known or does not apply, and leaves it out, but for uid.
//
// [Log.Append] sets Seq, Time, Boot, Mono, Prev and Hash.
type Record struct {
	Seq  uint64    `json:"seq"`  // counts from 1
	Prev string    `json:"prev"` // hash of the record before; 64 zeros in the first
	Time time.Time `json:"time"` // UTC, in nanoseconds
	Boot string    `json:"boot"` // the kernel's boot id; Linux only
	Mono int64     `json:"mono"` // nanoseconds since boot, sleep included; Linux only
	Kind Kind      `json:"kind"`

	User         string `json:"user"`
	UID          int    `json:"uid"`
	Host         string `json:"host"`
	Agent        string `json:"agent"`
	AgentVersion string `json:"agent_version"`
	Session      string `json:"session"`
	ToolCall     string `json:"tool_call"`

	Cwd    string `json:"cwd"`
	Remote string `json:"remote"`
	Commit string `json:"commit"`
	Branch string `json:"branch"`
	Dirty  bool   `json:"dirty"`

	// Command is the text that was judged. Append takes it as it was given and
	// writes it redacted, cut at 32 KiB.
	Command string `json:"command"`
	// CommandBytes is the length of the whole command, if it was cut.
	CommandBytes int `json:"command_bytes"`
	// CommandSHA256 is the digest of a command that is logged verbatim. One
	// that was redacted or cut has CommandHMAC instead, the HMAC-SHA-256 under
	// audit.key: a plain digest would let a reader of the log try out short
	// secrets. Append sets them.
	CommandSHA256 string `json:"command_sha256"`
	CommandHMAC   string `json:"command_hmac"`
	ScriptSHA256  string `json:"script_sha256"` // of the script file, in hex

	// Actions and Findings are JSON arrays. Append redacts the strings in them
	// and keeps the first 512 elements or 60 KiB; of a longer list it writes
	// the number of elements and the SHA-256 of the whole redacted list.
	Actions        json.RawMessage `json:"actions"`
	ActionsTotal   int             `json:"actions_total"`
	ActionsSHA256  string          `json:"actions_sha256"`
	Findings       json.RawMessage `json:"findings"`
	FindingsTotal  int             `json:"findings_total"`
	FindingsSHA256 string          `json:"findings_sha256"`

	Verdict  string `json:"verdict"`  // allow, ask, deny: what was done
	Would    string `json:"would"`    // what enforcing would have done, if observing
	Mode     string `json:"mode"`     // enforce, observe
	Layer    string `json:"layer"`    // text, hook, runtime
	Level    string `json:"level"`    // of the run-time layer
	Degraded string `json:"degraded"` // which protection was missing

	Layers    []Layer `json:"layers"`    // of the policy
	Exception string  `json:"exception"` // the exception that lifted a rule
	Approval  string  `json:"approval"`  // the approval that was used

	Of     uint64  `json:"of"`     // outcome: the Seq of the decision
	Status *int    `json:"status"` // outcome: the exit status
	Note   string  `json:"note"`   // what happened, for people
	Repair *Repair `json:"repair"`

	Hash string `json:"hash"` // SHA-256 of the line without this member

	// File and Err are set by [Read] and [Last]: the file that the record is
	// in, and why the line could not be decoded.
	File string `json:"-"`
	Err  error  `json:"-"`
}
