//go:build unix

package runner

import (
	"fmt"
	"os"
	"syscall"
)

// Exec replaces guard with the program at path: same process, same files,
// same directory, umask, limits and priorities. It returns only on failure.
//
// The soft limit on open files, which Go's runtime raises, is put back by
// [syscall.Exec]. Three things cannot be: file descriptors 0 to 2 that were
// closed are open on /dev/null; signals that guard inherited as ignored, other
// than SIGHUP and SIGINT, have their default action again; and of several
// environment variables with one name only the first is left.
func Exec(path string, argv, env []string) error {
	return fmt.Errorf("execute %s: %w", path, syscall.Exec(path, argv, env))
}

// ExecScript is [Exec] with a script as standard input. What was standard
// input is gone from the process. The script is a file that can be read and
// repositioned, as with "<", but on Linux not be changed by anyone.
func ExecScript(path string, argv, env []string, script []byte) error {
	f, err := scriptFile(script)
	if err != nil {
		return fmt.Errorf("execute %s: %w", path, err)
	}
	if err := moveToStdin(f); err != nil {
		return fmt.Errorf("execute %s: replace standard input: %w", path, err)
	}
	return Exec(path, argv, env)
}

// Spawn starts the program at path as a child, with guard's own files. A
// script that is not nil takes the place of standard input, as in
// [ExecScript].
func Spawn(path string, argv, env []string, script []byte) (*os.Process, error) {
	stdin := os.Stdin
	if script != nil {
		f, err := scriptFile(script)
		if err != nil {
			return nil, fmt.Errorf("start %s: %w", path, err)
		}
		defer f.Close()
		stdin = f
	}
	if env == nil {
		env = []string{}
	}
	p, err := os.StartProcess(path, argv, &os.ProcAttr{Env: env, Files: []*os.File{stdin, os.Stdout, os.Stderr}})
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return p, nil
}
