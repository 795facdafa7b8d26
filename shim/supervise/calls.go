//go:build linux && (amd64 || arm64)

package supervise

import "golang.org/x/sys/unix"

// kind chooses who answers a system call.
type kind uint8

const (
	kindNone    kind = iota
	kindAbsent       // the filter answers ENOSYS
	kindRefused      // the filter answers EPERM
	kindExec
	kindOpen
	kindOpenat2
	kindPath    // one path
	kindFD      // one descriptor
	kindPair    // two paths
	kindSymlink // text, and a path
	kindPlain   // nothing to resolve
	kindConnect
	kindProcess // a process number
	kindPidfd   // a descriptor of a process
)

// call describes one system call: what it is, where its arguments stand, and
// from which level and under which condition it is notified.
type call struct {
	nr       uint32
	kind     kind
	op       Op
	level    Level
	dir      arg // descriptor that path is relative to; none: the working directory
	path     arg // also the descriptor of kindFD, the target of kindProcess
	dir2     arg
	path2    arg
	flags    arg // open flags, AT_ flags, a signal
	extra    arg // argv of an exec, mode of an open
	nofollow bool
	when     cond
}

func (c *call) action() uint32 {
	switch c.kind {
	case kindAbsent:
		return retAbsent
	case kindRefused:
		return retRefuse
	}
	return retNotify
}

const (
	writing    = unix.O_WRONLY | unix.O_RDWR | unix.O_CREAT | unix.O_TRUNC | (unix.O_TMPFILE &^ unix.O_DIRECTORY)
	namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWUSER | unix.CLONE_NEWPID
	fanFID     = unix.FAN_REPORT_FID | unix.FAN_REPORT_DIR_FID
	tiocLinux  = 0x541C
)

// calls lists every system call that guard has an opinion on, except those
// that only older architectures have; the most frequent come first.
func calls() []call {
	const exec, write = LevelExec, LevelWrite
	list := []call{
		{nr: unix.SYS_OPENAT, kind: kindOpen, level: write, dir: 1, path: 2, flags: 3, extra: 4, when: cond{3, opening, []uint32{writing}}},
		{nr: unix.SYS_OPENAT2, kind: kindOpenat2, level: write, dir: 1, path: 2, flags: 3, extra: 4},
		{nr: unix.SYS_EXECVE, kind: kindExec, op: OpExec, level: exec, path: 1, extra: 2},
		{nr: unix.SYS_EXECVEAT, kind: kindExec, op: OpExec, level: exec, dir: 1, path: 2, extra: 3, flags: 5},

		{nr: unix.SYS_UNLINKAT, kind: kindPath, op: OpDelete, level: write, dir: 1, path: 2, flags: 3, nofollow: true},
		{nr: unix.SYS_MKDIRAT, kind: kindPath, op: OpMkdir, level: write, dir: 1, path: 2, nofollow: true},
		{nr: unix.SYS_MKNODAT, kind: kindPath, op: OpCreate, level: write, dir: 1, path: 2, nofollow: true},
		{nr: unix.SYS_RENAMEAT, kind: kindPair, op: OpRename, level: write, dir: 1, path: 2, dir2: 3, path2: 4, nofollow: true},
		{nr: unix.SYS_RENAMEAT2, kind: kindPair, op: OpRename, level: write, dir: 1, path: 2, dir2: 3, path2: 4, nofollow: true},
		{nr: unix.SYS_LINKAT, kind: kindPair, op: OpLink, level: write, dir: 1, path: 2, dir2: 3, path2: 4, flags: 5, nofollow: true},
		{nr: unix.SYS_SYMLINKAT, kind: kindSymlink, op: OpSymlink, level: write, path: 1, dir2: 2, path2: 3},
		{nr: unix.SYS_TRUNCATE, kind: kindPath, op: OpTruncate, level: write, path: 1},
		{nr: unix.SYS_FCHMOD, kind: kindFD, op: OpChmod, level: write, path: 1},
		{nr: unix.SYS_FCHMODAT, kind: kindPath, op: OpChmod, level: write, dir: 1, path: 2},
		{nr: unix.SYS_FCHMODAT2, kind: kindPath, op: OpChmod, level: write, dir: 1, path: 2, flags: 4},
		{nr: unix.SYS_FCHOWN, kind: kindFD, op: OpChown, level: write, path: 1},
		{nr: unix.SYS_FCHOWNAT, kind: kindPath, op: OpChown, level: write, dir: 1, path: 2, flags: 5},

		{nr: unix.SYS_CONNECT, kind: kindConnect, op: OpConnect, level: write, path: 1, extra: 2, flags: 3},

		// What changes where a path leads is seen at every level: the program
		// that an exec names depends on it.
		{nr: unix.SYS_CHROOT, kind: kindPath, op: OpChroot, level: exec, path: 1},
		{nr: unix.SYS_MOUNT, kind: kindPair, op: OpMount, level: exec, path: 1, path2: 2},
		{nr: unix.SYS_UMOUNT2, kind: kindPath, op: OpMount, level: exec, path: 1},
		{nr: unix.SYS_PIVOT_ROOT, kind: kindPair, op: OpMount, level: exec, path: 1, path2: 2},
		{nr: unix.SYS_MOVE_MOUNT, kind: kindPair, op: OpMount, level: exec, dir: 1, path: 2, dir2: 3, path2: 4, flags: 5},
		{nr: unix.SYS_OPEN_TREE, kind: kindPath, op: OpMount, level: exec, dir: 1, path: 2, flags: 3},
		{nr: unix.SYS_OPEN_TREE_ATTR, kind: kindPath, op: OpMount, level: exec, dir: 1, path: 2, flags: 3},
		{nr: unix.SYS_FSPICK, kind: kindPath, op: OpMount, level: exec, dir: 1, path: 2, flags: 3},
		{nr: unix.SYS_MOUNT_SETATTR, kind: kindPath, op: OpMount, level: exec, dir: 1, path: 2, flags: 3},
		{nr: unix.SYS_FSOPEN, kind: kindPlain, op: OpMount, level: exec},
		{nr: unix.SYS_FSMOUNT, kind: kindPlain, op: OpMount, level: exec},
		{nr: unix.SYS_SETNS, kind: kindPlain, op: OpNamespace, level: exec},
		{nr: unix.SYS_UNSHARE, kind: kindPlain, op: OpNamespace, level: exec, when: cond{1, anyBit, []uint32{namespaces}}},
		{nr: unix.SYS_CLONE, kind: kindPlain, op: OpNamespace, level: exec, when: cond{1, anyBit, []uint32{namespaces}}},

		{nr: unix.SYS_KILL, kind: kindProcess, op: OpKill, level: exec, path: 1, flags: 2, when: cond{2, noneOf, []uint32{0}}},
		{nr: unix.SYS_TKILL, kind: kindProcess, op: OpKill, level: exec, path: 1, flags: 2, when: cond{2, noneOf, []uint32{0, uint32(unix.SIGURG)}}},
		{nr: unix.SYS_TGKILL, kind: kindProcess, op: OpKill, level: exec, path: 1, flags: 3, when: cond{3, noneOf, []uint32{0, uint32(unix.SIGURG)}}},
		{nr: unix.SYS_RT_SIGQUEUEINFO, kind: kindProcess, op: OpKill, level: exec, path: 1, flags: 2},
		{nr: unix.SYS_RT_TGSIGQUEUEINFO, kind: kindProcess, op: OpKill, level: exec, path: 1, flags: 3},
		{nr: unix.SYS_PIDFD_SEND_SIGNAL, kind: kindPidfd, op: OpKill, level: exec, path: 1, flags: 2},
		{nr: unix.SYS_PIDFD_GETFD, kind: kindPidfd, op: OpPtrace, level: exec, path: 1},
		{nr: unix.SYS_PTRACE, kind: kindProcess, op: OpPtrace, level: exec, path: 2, when: cond{1, oneOf, []uint32{unix.PTRACE_ATTACH, unix.PTRACE_SEIZE}}},
		{nr: unix.SYS_PROCESS_VM_READV, kind: kindProcess, op: OpPtrace, level: exec, path: 1},
		{nr: unix.SYS_PROCESS_VM_WRITEV, kind: kindProcess, op: OpPtrace, level: exec, path: 1},
		{nr: unix.SYS_PRLIMIT64, kind: kindProcess, op: OpNone, level: exec, path: 1, when: cond{1, noneOf, []uint32{0}}},

		// Ways around: clone3 hides its flags in memory, io_uring opens files
		// without a system call, a handle names a file without a path, a page
		// of userfaultfd holds the supervisor while the caller rewrites it.
		{nr: unix.SYS_CLONE3, kind: kindAbsent, level: exec},
		{nr: unix.SYS_IO_URING_SETUP, kind: kindAbsent, level: write},
		{nr: unix.SYS_IO_URING_ENTER, kind: kindAbsent, level: write},
		{nr: unix.SYS_IO_URING_REGISTER, kind: kindAbsent, level: write},
		{nr: unix.SYS_USERFAULTFD, kind: kindAbsent, level: exec},
		{nr: unix.SYS_OPEN_BY_HANDLE_AT, kind: kindRefused, level: write},
		{nr: unix.SYS_FANOTIFY_INIT, kind: kindRefused, level: write, when: cond{1, noBit, []uint32{fanFID}}},
		{nr: unix.SYS_IOCTL, kind: kindRefused, level: exec, when: cond{2, oneOf, []uint32{unix.TIOCSTI, tiocLinux}}},
		{nr: unix.SYS_PRCTL, kind: kindRefused, level: exec, when: cond{1, oneOf, []uint32{unix.PR_SET_MM}}},
	}
	return append(list, olderCalls()...)
}

// unheard takes away the calls whose op names no file and that the judge does
// not care about, so that the kernel answers them.
func unheard(list []call, j Judge) []call {
	kept := list[:0]
	for _, c := range list {
		if c.kind == kindConnect && !j.Interested("", "", OpConnect) {
			continue
		}
		kept = append(kept, c)
	}
	return kept
}
