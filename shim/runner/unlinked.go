//go:build unix

package runner

import (
	"errors"
	"fmt"
	"os"
)

// unlinkedFile returns script as a file, open for reading, that has lost its
// name. It is made in /tmp, never where the environment says.
func unlinkedFile(script []byte) (*os.File, error) {
	w, err := os.CreateTemp("/tmp", "guard-script-")
	if err != nil {
		return nil, fmt.Errorf("keep script: %w", err)
	}
	defer w.Close()
	r, err := os.Open(w.Name())
	if rm := os.Remove(w.Name()); err != nil || rm != nil {
		return nil, fmt.Errorf("keep script: %w", errors.Join(err, rm))
	}
	if _, err := w.Write(script); err != nil {
		r.Close()
		return nil, fmt.Errorf("keep script: %w", err)
	}
	a, err := w.Stat()
	b, err2 := r.Stat()
	if err != nil || err2 != nil || !os.SameFile(a, b) {
		r.Close()
		return nil, errors.New("keep script: the temporary file was replaced")
	}
	return r, nil
}
