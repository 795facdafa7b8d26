package repo

import (
	"fmt"
	"path/filepath"
	"strings"
)

// config is what the package needs of git's configuration.
type config struct {
	excludes   string // core.excludesFile as written, "" if unset
	excludeSet bool
	worktree   string // core.worktree
	bare       bool
	perTree    bool // bare and worktree come from config.worktree
	fileMode   bool // core.fileMode: the executable bit means something
	ignoreCase bool
	origin     string // first remote.origin.url
}

// maxConfig bounds one configuration file, in bytes.
const maxConfig = 1 << 20

// readConfig reads the system's, the user's and the repository's configuration.
func (r *Repo) readConfig() (*config, error) {
	c := &config{fileMode: true}
	var outer []string
	if r.opts.System != "" {
		outer = append(outer, r.opts.System)
	}
	if home := r.opts.Home; home != "" {
		outer = append(outer, filepath.Join(home, ".config/git/config"), filepath.Join(home, ".gitconfig"))
	}
	for _, name := range outer {
		if err := r.readConfigFile(name, c, 0, c.setShared); err != nil {
			return nil, err
		}
	}
	format := "0"
	extensions := map[string]string{}
	local := func(section, sub, key, value string) {
		c.setShared(section, sub, key, value)
		c.setLocal(section, sub, key, value)
		switch {
		case section == "core" && sub == "" && key == "repositoryformatversion":
			format = value
		case section == "extensions" && sub == "":
			extensions[key] = strings.ToLower(value)
		}
	}
	if err := r.readConfigFile(filepath.Join(r.common, "config"), c, 0, local); err != nil {
		return nil, err
	}
	if format != "0" && format != "1" {
		return nil, fmt.Errorf("%w: repository format version %q", ErrFormat, format)
	}
	for key, value := range extensions {
		switch {
		case key == "noop", key == "preciousobjects", key == "partialclone", key == "worktreeconfig",
			key == "relativeworktrees", key == "refstorage" && value == "files", key == "objectformat" && value == "sha1":
		default:
			return nil, fmt.Errorf("%w: extensions.%s=%s", ErrFormat, key, value)
		}
	}
	if on, ok := extensions["worktreeconfig"]; ok && isTrue(on) {
		own := func(section, sub, key, value string) {
			c.setShared(section, sub, key, value)
			c.setLocal(section, sub, key, value)
			if section == "core" && (key == "worktree" || key == "bare") {
				c.perTree = true
			}
		}
		if err := r.readConfigFile(filepath.Join(r.dir, "config.worktree"), c, 0, own); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// readConfigFile calls set for each variable of a file; a file that is not
// there has none. Unconditional includes are followed, conditional ones not.
func (r *Repo) readConfigFile(name string, c *config, depth int, set func(section, sub, key, value string)) error {
	if err := r.budget.check(); err != nil {
		return err
	}
	text, err := readBounded(name, maxConfig)
	if err != nil {
		if notExist(err) {
			return nil
		}
		return fmt.Errorf("read configuration: %w", err)
	}
	var failed error
	err = parseConfig(string(text), func(section, sub, key, value string) {
		if section != "include" || sub != "" || key != "path" {
			set(section, sub, key, value)
			return
		}
		if failed != nil || value == "" {
			return
		}
		if depth >= 10 {
			failed = fmt.Errorf("%w: includes nest too deeply", ErrFormat)
			return
		}
		if to, ok := r.expandHome(value); ok {
			if !filepath.IsAbs(to) {
				to = filepath.Join(filepath.Dir(name), to)
			}
			// Only shared settings count from an included file.
			failed = r.readConfigFile(to, c, depth+1, c.setShared)
		}
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// setShared takes a variable that may stand in any configuration file.
func (c *config) setShared(section, sub, key, value string) {
	switch {
	case section == "core" && sub == "":
		switch key {
		case "excludesfile":
			c.excludes, c.excludeSet = value, true
		case "filemode":
			c.fileMode = isTrue(value)
		case "ignorecase":
			c.ignoreCase = isTrue(value)
		}
	case section == "remote" && sub == "origin" && key == "url" && c.origin == "":
		c.origin = value
	}
}

// setLocal takes a variable that only the repository's own file may set.
func (c *config) setLocal(section, sub, key, value string) {
	if section != "core" || sub != "" {
		return
	}
	switch key {
	case "worktree":
		c.worktree = value
	case "bare":
		c.bare = isTrue(value)
	}
}

// expandHome expands a leading "~/". It reports false for a home it does not know.
func (r *Repo) expandHome(path string) (string, bool) {
	if !strings.HasPrefix(path, "~") && !strings.HasPrefix(path, "%(") {
		return path, true
	}
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok || r.opts.Home == "" {
		return "", false
	}
	return filepath.Join(r.opts.Home, rest), true
}

// isTrue reads a git boolean; a value that is none is false.
func isTrue(value string) bool {
	switch strings.ToLower(value) {
	case "true", "yes", "on":
		return true
	case "", "false", "no", "off":
		return false
	}
	return strings.Trim(value, "0123456789") == "" && strings.Trim(value, "0") != ""
}
