//go:build linux && (amd64 || arm64)

package shim

import "guard/shim/supervise"

// Finish ends this process as the supervised program ended: by the same signal,
// or with the status that is returned.
func Finish(s supervise.Status) int {
	s.Raise()
	return s.Code()
}
