//go:build linux && (amd64 || arm64)

package supervise

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// inode identifies a file whatever its name.
type inode struct{ dev, ino uint64 }

// protected knows files by identity, and guard's own also by path.
//
// A file is seldom looked up by identity: one of a single name, on a file system
// that is mounted once, is what its path says. So these are only found out about
// when something has several names, or gets another one.
type protected struct {
	list    func() []string
	once    sync.Once
	paths   map[inode]string
	always  atomic.Bool   // names tell nothing any more
	counts  sync.Map      // device to whether its file system counts the names of a file
	counter atomic.Uint64 // the last of those that do
	guarded []string      // clean paths, as given and as resolved
	own     map[inode]bool
	proc    string // "/proc/PID" of the supervisor
}

func newProtected(list func() []string, guarded []string) *protected {
	p := &protected{list: list, own: make(map[inode]bool, len(guarded)), proc: "/proc/" + strconv.Itoa(os.Getpid())}
	for _, name := range guarded {
		name = filepath.Clean(name)
		p.guarded = append(p.guarded, name)
		real, id, ok := locate(name)
		if !ok {
			continue
		}
		if real != name {
			p.guarded = append(p.guarded, real)
		}
		p.own[id] = true
	}
	if mounts, err := readAll("/proc/self/mountinfo"); err != nil || twice(mounts) {
		p.suspect()
	}
	return p
}

// known returns the protected paths by identity.
func (p *protected) known() map[inode]string {
	p.once.Do(func() {
		names := p.list()
		p.paths = make(map[inode]string, len(names))
		for _, name := range names {
			if id, ok := identify(name); ok {
				p.paths[id] = filepath.Clean(name)
			}
		}
	})
	return p.paths
}

// suspect has every file looked up by identity from now on.
func (p *protected) suspect() {
	if !p.always.Load() {
		p.known() // while the names still lead there
		p.always.Store(true)
	}
}

// twice reports whether some part of a file system is mounted in two places, or
// may be. Mounts are those of mountinfo, see proc(5).
func twice(mounts string) bool {
	roots := map[string][]string{} // of the mounts of a device
	for line := range strings.Lines(mounts) {
		f := strings.Fields(line)
		if len(f) < 5 {
			return true
		}
		for _, r := range roots[f[2]] {
			if within(r, f[3]) || within(f[3], r) {
				return true
			}
		}
		roots[f[2]] = append(roots[f[2]], f[3])
	}
	return false
}

// readAll is os.ReadFile for files of /proc, without what that does for others.
func readAll(name string) (string, error) {
	fd, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer closeFD(fd)
	var text strings.Builder
	var b [4096]byte
	for {
		n, err := unix.Read(fd, b[:])
		switch {
		case err == unix.EINTR:
		case err != nil || n == 0:
			return text.String(), err
		default:
			text.Write(b[:n])
		}
	}
}

func identify(name string) (inode, bool) {
	var st unix.Stat_t
	if err := unix.Stat(name, &st); err != nil {
		return inode{}, false
	}
	return inode{uint64(st.Dev), st.Ino}, true
}

// locate is identify, with the path that name leads to.
func locate(name string) (real string, id inode, ok bool) {
	fd, err := unix.Open(name, pathOnly, 0)
	if err != nil {
		return "", id, false
	}
	defer closeFD(fd)
	var st unix.Stat_t
	real, err = os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	if e := fstat(fd, &st); e != 0 || err != nil {
		return "", id, false
	}
	return real, inode{uint64(st.Dev), st.Ino}, true
}

// same returns the protected path that op on f is about, or "".
func (p *protected) same(f *file, op Op) string {
	if !f.exists {
		return ""
	}
	moves := op == OpRename || op == OpLink || op == OpMount
	if !moves && !p.always.Load() && (f.stat.Nlink == 1 && p.counted(f) || f.stat.Mode&unix.S_IFMT == unix.S_IFDIR) {
		return ""
	}
	name := p.known()[inode{uint64(f.stat.Dev), f.stat.Ino}]
	if name == "" && (op == OpRename || op == OpMount) {
		name = p.below(f)
	}
	if name != "" && op.changes() { // another name may be all that is left
		p.suspect()
	}
	return name
}

// counted reports whether the file system of f is one that is known to count the
// names of a file. Those of networks and of user space need not.
func (p *protected) counted(f *file) bool {
	dev := uint64(f.stat.Dev)
	if dev == p.counter.Load() {
		return true
	}
	if yes, ok := p.counts.Load(dev); ok {
		return yes.(bool)
	}
	var st unix.Statfs_t
	yes := false
	if unix.Statfs(f.real, &st) == nil {
		switch st.Type {
		case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.RAMFS_MAGIC,
			unix.OVERLAYFS_SUPER_MAGIC, unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.DEVPTS_SUPER_MAGIC, unix.SQUASHFS_MAGIC:
			yes = true
		}
	}
	p.counts.Store(dev, yes)
	if yes {
		p.counter.Store(dev)
	}
	return yes
}

// below returns a protected path under the directory f, or "": moving or
// covering f takes that path along.
func (p *protected) below(f *file) string {
	for _, name := range p.known() {
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
