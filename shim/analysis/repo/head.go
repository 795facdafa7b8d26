package repo

import (
	"errors"
	"fmt"
	"strings"
)

// headState is where HEAD points.
type headState struct {
	branch string // full name of the reference, "" if detached
	commit oid    // zero if the branch has no commit yet
}

// readHead reads this work tree's HEAD.
func (r *Repo) readHead() (headState, error) {
	if r.confErr != nil {
		return headState{}, r.confErr
	}
	target, commit, err := r.readRef("HEAD")
	if err != nil {
		return headState{}, fmt.Errorf("read HEAD: %w", err)
	}
	if target == "" {
		return headState{commit: commit}, nil
	}
	commit, err = r.resolve(target)
	if err != nil && !errors.Is(err, errNoRef) {
		return headState{}, fmt.Errorf("read HEAD: %w", err)
	}
	return headState{branch: target, commit: commit}, nil
}

// Branch returns the current branch without "refs/heads/", or "" if HEAD is
// detached or cannot be read.
func (r *Repo) Branch() string {
	defer r.budget.begin()()
	h, err := r.head()
	if err != nil {
		return ""
	}
	name, ok := strings.CutPrefix(h.branch, "refs/heads/")
	if !ok {
		return ""
	}
	return name
}

// Commit returns the commit of HEAD in hexadecimal, or "" if there is none yet
// or HEAD cannot be read.
func (r *Repo) Commit() string {
	defer r.budget.begin()()
	h, err := r.head()
	if err != nil || h.commit == (oid{}) {
		return ""
	}
	return h.commit.String()
}

// DefaultBranch returns the branch that origin/HEAD names; without one, main
// or master, whichever exists here or at origin, in this order; else "".
func (r *Repo) DefaultBranch() string {
	if r.confErr != nil {
		return ""
	}
	defer r.budget.begin()()
	const remote = "refs/remotes/origin/"
	if target, _, err := r.readRef(remote + "HEAD"); err == nil && strings.HasPrefix(target, remote) {
		return strings.TrimPrefix(target, remote)
	}
	for _, name := range [...]string{"main", "master"} {
		for _, prefix := range [...]string{"refs/heads/", remote} {
			if _, err := r.resolve(prefix + name); err == nil {
				return name
			}
		}
	}
	return ""
}
