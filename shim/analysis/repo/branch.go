package repo

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
)

// BranchState says what deleting a branch would do to its commits. The zero
// value is not known.
type BranchState uint8

const (
	// BranchUnknown: the answer could not be found within the budget, or the
	// repository cannot be read.
	BranchUnknown BranchState = iota
	// BranchUnmerged: no other reference was found that holds the commits.
	BranchUnmerged
	// BranchMerged: HEAD, a remote-tracking branch or another local branch
	// holds all commits of the branch.
	BranchMerged
	// BranchMissing: there is no such branch.
	BranchMissing
)

func (s BranchState) String() string {
	switch s {
	case BranchUnmerged:
		return "unmerged"
	case BranchMerged:
		return "merged"
	case BranchMissing:
		return "missing"
	}
	return "unknown"
}

// BranchState answers whether deleting the local branch name (without
// "refs/heads/") loses commits. Branches in also are deleted by the same
// command and hold nothing.
func (r *Repo) BranchState(name string, also ...string) BranchState {
	if r.confErr != nil || strings.HasPrefix(name, "-") || strings.Contains(name, "@{") {
		return BranchUnknown
	}
	defer r.budget.begin()()
	target, err := r.resolve("refs/heads/" + name)
	switch {
	case errors.Is(err, errNoRef):
		return BranchMissing
	case err != nil:
		return BranchUnknown
	}
	tips, err := r.tipsWithout(append([]string{name}, also...))
	if err != nil {
		return BranchUnknown
	}
	return r.search(target, tips)
}

// tipsWithout returns the commits that stay referenced when the local branches
// in gone are deleted.
func (r *Repo) tipsWithout(gone []string) ([]oid, error) {
	var tips []oid
	for _, prefix := range [...]string{"refs/heads/", "refs/remotes/"} {
		refs, err := r.refsBelow(prefix)
		if err != nil {
			return nil, err
		}
		if prefix == "refs/heads/" {
			for _, name := range gone {
				delete(refs, prefix+name)
			}
		}
		for _, o := range refs {
			tips = append(tips, o)
		}
	}
	h, err := r.head()
	if err != nil {
		return nil, err
	}
	held := h.commit != oid{}
	for _, name := range gone {
		held = held && h.branch != "refs/heads/"+name
	}
	if held {
		tips = append(tips, h.commit)
	}
	return tips, nil
}

// Stashes returns the number of stash entries. An error means that it is not
// known.
func (r *Repo) Stashes() (int, error) {
	if r.confErr != nil {
		return 0, r.confErr
	}
	defer r.budget.begin()()
	_, err := r.resolve("refs/stash")
	if errors.Is(err, errNoRef) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	log, err := readBounded(filepath.Join(r.common, "logs/refs/stash"), maxPackedRefs)
	if err != nil {
		return 0, err
	}
	return max(1, bytes.Count(log, []byte("\n"))), nil
}
