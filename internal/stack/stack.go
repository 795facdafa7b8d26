// Package stack gives the main goroutine room before anything is on its stack.
//
// It grows there once, instead of again and again, with all that is on it moved
// each time, while packages are initialised and the analysis goes deeper: some
// percent of a shell's start. The package imports nothing, so that it is among
// the first to be initialised.
package stack

var _ = room(len("made when the package is initialised"))

//go:noinline
func room(n int) byte {
	if n < 0 { // never: the size of the frame is what counts
		var frame [30 << 10]byte
		return frame[-n]
	}
	return 0
}
