// Package runner becomes, or starts, the real shell.
package runner

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrNoShell says that no real shell was found; guard's exit status is then 127.
var ErrNoShell = errors.New("no real shell")

// Locations says where the real shells are. The zero value is the one for use;
// nothing in it may come from the environment.
type Locations struct {
	// Managed maps shell names to absolute paths, as managed policy states
	// them. A name that it holds is looked for nowhere else.
	Managed map[string]string
	// Real is the directory into which an installation moved the shells that
	// guard replaces. Empty: /usr/lib/guard/real.
	Real string
	// Dirs are the directories searched after Real. Nil: the fixed list.
	Dirs []string
	// Self is the file of guard itself. Empty: the running executable.
	Self string
}

// dirs returns the directories to search, in order.
func (loc Locations) dirs() []string {
	real := loc.Real
	if real == "" {
		real = "/usr/lib/guard/real"
	}
	rest := loc.Dirs
	if rest == nil {
		rest = []string{
			"/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/opt/local/bin",
			"/usr/pkg/bin", "/run/current-system/sw/bin", "/nix/var/nix/profiles/default/bin",
		}
	}
	return append([]string{real}, rest...)
}

// Find returns the path of the real shell called name. A file that is guard
// itself, by whatever link or as a copy, is passed over. The error wraps
// [ErrNoShell], or says why guard cannot tell what it is itself.
func Find(name string, loc Locations) (string, error) {
	self, err := loc.self()
	if err != nil {
		return "", fmt.Errorf("find shell %s: %w", name, err)
	}
	if managed, ok := loc.Managed[name]; ok {
		if !filepath.IsAbs(managed) {
			return "", fmt.Errorf("find shell %s: managed path %q is not absolute: %w", name, managed, ErrNoShell)
		}
		if err := self.usable(managed); err != nil {
			return "", fmt.Errorf("find shell %s: managed path %q: %w: %w", name, managed, err, ErrNoShell)
		}
		return managed, nil
	}
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
		return "", fmt.Errorf("find shell %q: %w", name, ErrNoShell)
	}
	for _, dir := range loc.dirs() {
		path := filepath.Join(dir, name)
		if self.usable(path) == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("find shell %s: %w", name, ErrNoShell)
}

// Program returns the base name of the program at path with symbolic links
// resolved: "dash" for a /bin/sh that is a link to dash; "" if path names nothing.
func Program(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	return filepath.Base(real)
}

// executable is a program's file.
type executable struct {
	path string
	info os.FileInfo
}

func (loc Locations) self() (executable, error) {
	path := loc.Self
	switch {
	case path != "":
	case runtime.GOOS == "linux":
		path = "/proc/self/exe" // holds when the file was replaced or removed
	default:
		var err error
		if path, err = os.Executable(); err != nil {
			return executable{}, err
		}
	}
	info, err := os.Stat(path)
	return executable{path, info}, err
}

// usable returns nil if path is a program other than self.
func (self executable) usable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0:
		return errors.New("not executable")
	case os.SameFile(info, self.info):
		return errors.New("is guard itself")
	case info.Size() != self.info.Size():
		return nil
	}
	same, err := sameContent(path, self.path)
	switch {
	case err != nil:
		return err
	case same:
		return errors.New("is a copy of guard")
	}
	return nil
}

// sameContent reports whether two files of one size hold the same bytes.
func sameContent(a, b string) (bool, error) {
	f, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer f.Close()
	g, err := os.Open(b)
	if err != nil {
		return false, err
	}
	defer g.Close()
	x, y := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(f, x)
		m, err2 := io.ReadFull(g, y)
		switch {
		case !bytes.Equal(x[:n], y[:m]):
			return false, nil
		case err == nil && err2 == nil:
		case isEnd(err) && isEnd(err2):
			return true, nil
		default:
			return false, errors.Join(err, err2)
		}
	}
}

func isEnd(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }
