package repo

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ignores holds the rules that apply everywhere.
type ignores struct {
	loaded bool
	global [][]pattern // weakest first
	err    error
}

const (
	maxIgnoreFile = 1 << 20 // bytes
	maxPattern    = 4096    // bytes
)

// globalRules returns the rules of core.excludesFile and info/exclude.
func (r *Repo) globalRules() ([][]pattern, error) {
	if r.rules.loaded {
		return r.rules.global, r.rules.err
	}
	r.rules.loaded = true
	name, known := "", false
	if r.conf.excludeSet {
		name, known = r.expandHome(r.conf.excludes)
		if known && name != "" && !filepath.IsAbs(name) {
			name = filepath.Join(r.root, name)
		}
	} else if r.opts.Home != "" {
		name, known = filepath.Join(r.opts.Home, ".config/git/ignore"), true
	}
	var files []string
	if known && name != "" {
		files = append(files, name)
	}
	files = append(files, filepath.Join(r.common, "info/exclude"))
	for _, name := range files {
		fi, err := os.Stat(name)
		if err != nil || !fi.Mode().IsRegular() {
			continue // git does without, too
		}
		list, err := r.readRules(name, "")
		if err != nil {
			r.rules.global, r.rules.err = nil, err
			break
		}
		r.rules.global = append(r.rules.global, list)
	}
	return r.rules.global, r.rules.err
}

// rulesIn adds the rules of the .gitignore file in dir, "" or ending in a
// slash, to those of the directories above.
func (r *Repo) rulesIn(dir string, above [][]pattern) ([][]pattern, error) {
	name := filepath.Join(r.root, dir, ".gitignore")
	fi, err := os.Lstat(name)
	if err != nil || !fi.Mode().IsRegular() {
		return above, nil // git does not follow a symbolic link here
	}
	list, err := r.readRules(name, dir)
	if err != nil || len(list) == 0 {
		return above, err
	}
	return append(above[:len(above):len(above)], list), nil
}

// readRules reads one file of ignore rules.
func (r *Repo) readRules(name, base string) ([]pattern, error) {
	text, err := readBounded(name, maxIgnoreFile)
	if err != nil {
		if notExist(err) || os.IsPermission(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("read ignore rules: %w", err)
	}
	var list []pattern
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		if err := r.budget.step(2); err != nil {
			return nil, err
		}
		if body, ok := strings.CutSuffix(line, "\n"); ok {
			line = strings.TrimSuffix(body, "\r")
		}
		p, ok := parsePattern(line, base)
		if !ok {
			continue
		}
		if len(p.text) > maxPattern {
			return nil, fmt.Errorf("%w: %s: pattern too long", ErrFormat, name)
		}
		list = append(list, p)
	}
	return list, nil
}

// ignored reports whether the rules ignore name, whose parent directory is not
// ignored. The last pattern that matches decides.
func (r *Repo) ignored(rules [][]pattern, name string, isDir bool) (bool, error) {
	for i := len(rules) - 1; i >= 0; i-- {
		list := rules[i]
		for j := len(list) - 1; j >= 0; j-- {
			if err := r.budget.step(1); err != nil {
				return false, err
			}
			ok, err := r.match(&list[j], name, isDir)
			if err != nil {
				return false, err
			}
			if ok {
				return !list[j].negative, nil
			}
		}
	}
	return false, nil
}

// isListed reports whether git lists an untracked file of that type at all.
func isListed(mode fs.FileMode) bool {
	return mode.IsRegular() || mode&fs.ModeSymlink != 0
}
