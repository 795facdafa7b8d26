//go:build linux

package supervise

import "golang.org/x/sys/unix"

const (
	nativeArch = unix.AUDIT_ARCH_X86_64
	x32Bit     = 0x40000000
)

// olderCalls are the calls that newer architectures do without.
func olderCalls() []call {
	const write = LevelWrite
	return []call{
		{nr: unix.SYS_OPEN, kind: kindOpen, level: write, path: 1, flags: 2, extra: 3, when: cond{2, opening, []uint32{writing}}},
		{nr: unix.SYS_CREAT, kind: kindOpen, level: write, path: 1, extra: 2},
		{nr: unix.SYS_UNLINK, kind: kindPath, op: OpDelete, level: write, path: 1, nofollow: true},
		{nr: unix.SYS_RMDIR, kind: kindPath, op: OpRmdir, level: write, path: 1, nofollow: true},
		{nr: unix.SYS_MKDIR, kind: kindPath, op: OpMkdir, level: write, path: 1, nofollow: true},
		{nr: unix.SYS_MKNOD, kind: kindPath, op: OpCreate, level: write, path: 1, nofollow: true},
		{nr: unix.SYS_RENAME, kind: kindPair, op: OpRename, level: write, path: 1, path2: 2, nofollow: true},
		{nr: unix.SYS_LINK, kind: kindPair, op: OpLink, level: write, path: 1, path2: 2, nofollow: true},
		{nr: unix.SYS_SYMLINK, kind: kindSymlink, op: OpSymlink, level: write, path: 1, path2: 2},
		{nr: unix.SYS_CHMOD, kind: kindPath, op: OpChmod, level: write, path: 1},
		{nr: unix.SYS_CHOWN, kind: kindPath, op: OpChown, level: write, path: 1},
		{nr: unix.SYS_LCHOWN, kind: kindPath, op: OpChown, level: write, path: 1, nofollow: true},
	}
}
