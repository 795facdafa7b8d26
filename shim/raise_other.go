//go:build !linux || (!amd64 && !arm64)

package shim

import "guard/shim/supervise"

// finish returns the exit status of the supervised program.
func finish(s supervise.Status) int { return s.Code() }
