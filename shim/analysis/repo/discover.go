package repo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// nearest returns the deepest existing directory at or above path, with
// symbolic links resolved.
func nearest(path string) (string, error) {
	for at := path; ; at = filepath.Dir(at) {
		resolved, err := filepath.EvalSymlinks(at)
		if err == nil {
			fi, err := os.Stat(resolved)
			if err == nil && fi.IsDir() {
				return resolved, nil
			}
		} else if !notExist(err) {
			return "", err
		}
		if at == filepath.Dir(at) {
			return "", ErrNone
		}
	}
}

// gitDirAt returns the work tree and git directory of a repository whose top
// is exactly at. A bare repository has the work tree "". Both results are ""
// if there is no repository at this level.
func gitDirAt(at string) (root, dir string, err error) {
	dot := filepath.Join(at, ".git")
	fi, err := os.Stat(dot)
	switch {
	case err == nil && fi.Mode().IsRegular():
		dir, err := followGitFile(dot)
		if err != nil {
			return "", "", err
		}
		return at, dir, nil
	case err == nil && fi.IsDir() && isGitDir(dot):
		resolved, err := filepath.EvalSymlinks(dot)
		if err != nil {
			return "", "", err
		}
		return at, resolved, nil
	case err != nil && !notExist(err):
		return "", "", err
	}
	if isGitDir(at) {
		return "", at, nil
	}
	return "", "", nil
}

// followGitFile returns the git directory that a .git file names.
func followGitFile(name string) (string, error) {
	text, err := readBounded(name, 1<<16)
	if err != nil {
		return "", err
	}
	to, ok := strings.CutPrefix(string(text), "gitdir: ")
	to = strings.TrimRight(to, "\r\n")
	if !ok || to == "" {
		return "", fmt.Errorf("%w: %s", ErrFormat, name)
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(name), to)
	}
	if !isGitDir(to) {
		return "", fmt.Errorf("%w: %s names no git directory", ErrFormat, name)
	}
	return filepath.EvalSymlinks(to)
}

// isGitDir reports whether git would take dir for a git directory.
func isGitDir(dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, "HEAD")); err != nil {
		return false
	}
	common := commonDir(dir)
	return isDir(filepath.Join(common, "objects")) && isDir(filepath.Join(common, "refs"))
}

func isDir(name string) bool {
	fi, err := os.Stat(name)
	return err == nil && fi.IsDir()
}

// commonDir returns the directory that holds a git directory's objects and
// branches: another one for a linked work tree, else dir itself.
func commonDir(dir string) string {
	text, err := readBounded(filepath.Join(dir, "commondir"), 1<<16)
	to := strings.TrimRight(string(text), "\r\n")
	if err != nil || to == "" {
		return dir
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(dir, to)
	}
	return filepath.Clean(to)
}

// isNested reports whether dir is the top of a repository of its own, as far
// as git respects such a border. Doubt counts as a repository.
func isNested(dir string) bool {
	root, _, err := gitDirAt(dir)
	return err != nil || root != ""
}
