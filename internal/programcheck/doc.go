// Package programcheck compares what the program tables say of a command line
// with what the real program does. It runs the program under strace in a
// directory of its own, reads from the trace which of the files that the command
// line names were read, written, deleted or changed in mode, and asks the
// analysis the same question. docs/programs-checked.md holds the result.
package programcheck
