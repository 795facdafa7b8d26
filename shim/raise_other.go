//go:build !linux || (!amd64 && !arm64)

package shim

import "guard/shim/supervise"

// Finish returns the exit status of the supervised program.
func Finish(s supervise.Status) int { return s.Code() }
