package repo

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// commit is what the search for ancestors needs of a commit.
type commit struct {
	tree    oid
	parents []oid
	date    int64 // committer's clock, in seconds since 1970
}

// commit reads one commit.
func (s *store) commit(o oid) (commit, error) {
	k, data, err := s.object(o)
	if err != nil {
		return commit{}, fmt.Errorf("read commit %s: %w", o, err)
	}
	c, ok := parseCommit(data)
	if k != kindCommit || !ok {
		return commit{}, fmt.Errorf("%w: commit %s", ErrFormat, o)
	}
	return c, nil
}

// parseCommit reads a commit's header.
func parseCommit(data []byte) (c commit, ok bool) {
	for {
		line, rest, more := bytes.Cut(data, []byte("\n"))
		key, value, _ := strings.Cut(string(line), " ")
		switch key {
		case "tree":
			if c.tree, ok = parseOID(value); !ok {
				return c, false
			}
		case "parent":
			p, isOID := parseOID(value)
			if !isOID || len(c.parents) >= 1024 {
				return c, false
			}
			c.parents = append(c.parents, p)
		case "committer":
			_, when, _ := strings.Cut(value[strings.LastIndexByte(value, '>')+1:], " ")
			seconds, _, _ := strings.Cut(when, " ")
			date, err := strconv.ParseInt(seconds, 10, 64)
			c.date = date
			return c, err == nil && c.tree != oid{}
		}
		if !more || len(line) == 0 {
			return c, false
		}
		data = rest
	}
}
