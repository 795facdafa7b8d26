//go:build linux && (amd64 || arm64)

package supervise

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// inode identifies a file whatever its name.
type inode struct{ dev, ino uint64 }

// protected knows files by identity, and guard's own also by path. It does not
// change after start.
type protected struct {
	paths   map[inode]string
	guarded []string // clean paths, as given and as resolved
	own     map[inode]bool
	proc    string // "/proc/PID" of the supervisor
}

func newProtected(paths, guarded []string) *protected {
	p := &protected{
		paths: make(map[inode]string, len(paths)+len(guarded)),
		own:   make(map[inode]bool, len(guarded)),
		proc:  "/proc/" + strconv.Itoa(os.Getpid()),
	}
	for _, name := range paths {
		if id, ok := identify(name); ok {
			p.paths[id] = filepath.Clean(name)
		}
	}
	for _, name := range guarded {
		name = filepath.Clean(name)
		p.guarded = append(p.guarded, name)
		if real, err := filepath.EvalSymlinks(name); err == nil && real != name {
			p.guarded = append(p.guarded, real)
		}
		if id, ok := identify(name); ok {
			p.own[id] = true
		}
	}
	return p
}

func identify(name string) (inode, bool) {
	var st unix.Stat_t
	if err := unix.Stat(name, &st); err != nil {
		return inode{}, false
	}
	return inode{uint64(st.Dev), st.Ino}, true
}

// same returns the protected path that f is, or "".
func (p *protected) same(f *file) string {
	if !f.exists {
		return ""
	}
	return p.paths[inode{uint64(f.stat.Dev), f.stat.Ino}]
}

// below returns a protected path under the directory f, or "": moving or
// covering f takes that path along.
func (p *protected) below(f *file) string {
	for _, name := range p.paths {
		if name != f.real && within(f.real, name) {
			return name
		}
	}
	return ""
}

// forbids reports whether op on f would touch guard itself.
func (p *protected) forbids(f *file, op Op) bool {
	if rest, ok := strings.CutPrefix(f.real, p.proc); ok && (rest == "" || rest[0] == '/') {
		return op.changes() || op == OpRead && strings.HasSuffix(rest, "/mem")
	}
	if !op.changes() {
		return false
	}
	if f.exists && p.own[inode{uint64(f.stat.Dev), f.stat.Ino}] {
		return true
	}
	for _, own := range p.guarded {
		if within(own, f.real) || within(own, f.named) {
			return true
		}
		// Moving or covering a directory above moves what is in it.
		if (op == OpRename || op == OpMount) && within(f.real, own) {
			return true
		}
	}
	return false
}

// within reports whether name is dir or lies below it.
func within(dir, name string) bool {
	rest, ok := strings.CutPrefix(name, dir)
	return ok && (rest == "" || rest[0] == '/' || dir == "/")
}

// rooted remembers whether any process of the tree may see other files under a
// name than the supervisor does. Until then no process needs to be asked.
type rooted struct {
	moved *atomic.Bool
	root  inode
	mount string
}

func newRooted(moved *atomic.Bool) rooted {
	root, _ := identify("/")
	mount, _ := os.Readlink("/proc/self/ns/mnt")
	return rooted{moved: moved, root: root, mount: mount}
}

// foreign reports whether thread tid has another root or mount namespace, or
// may have: unknown counts as yes.
func (r rooted) foreign(tid int) bool {
	if !r.moved.Load() {
		return false
	}
	dir := "/proc/" + strconv.Itoa(tid)
	root, ok := identify(dir + "/root")
	if !ok || root != r.root {
		return true
	}
	mount, err := os.Readlink(dir + "/ns/mnt")
	return err != nil || mount != r.mount
}
