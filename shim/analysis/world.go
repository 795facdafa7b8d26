package analysis

import (
	"io/fs"

	"guard/rules"
)

// World is what analysis may look at. Every method only reads.
type World interface {
	Getenv(name string) (string, bool)
	Environ() []string // NAME=VALUE
	Dir() string       // working directory, absolute
	User() string
	UID() int
	Home(user string) (string, bool) // passwd home; "" is the own user
	Lstat(path string) (fs.FileInfo, error)
	Readlink(path string) (string, error)
	ReadDir(path string) ([]fs.DirEntry, error)
	ReadFile(path string, max int) ([]byte, error) // an error when larger than max
	Repo(path string) (Repo, bool)                 // the git repository that holds path
}

// Repo is what analysis asks of a git repository, as far as it can be known
// without running git.
type Repo interface {
	Root() string
	Branch() string
	DefaultBranch() string
	Clean(path string) (rules.Tri, string)               // path and all below is in the index and unmodified; what is not
	Discard(path string) (rules.Tri, string)             // something modified or staged at or below path would be lost
	Sweep(path string, ignored bool) (rules.Tri, string) // something untracked would be removed
	Ignored(path string) ([]string, bool)                // ignored files at or below path, and ignored directories for all in them; all, and not too many
	Branchless(name string) rules.Tri                    // deleting branch name loses commits
	Stashes() int
}
