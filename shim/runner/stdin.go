//go:build unix

package runner

import "fmt"

// ReplaceStdin makes a script the standard input of this process, as [ExecScript]
// does, for a shell that is started as a child.
func ReplaceStdin(script []byte) error {
	f, err := scriptFile(script)
	if err != nil {
		return fmt.Errorf("replace standard input: %w", err)
	}
	if err := moveToStdin(f); err != nil {
		return fmt.Errorf("replace standard input: %w", err)
	}
	return nil
}
