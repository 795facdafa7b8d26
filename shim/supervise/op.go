package supervise

import "fmt"

// Op is the kind of an event. The zero Op is none of them.
type Op uint8

const (
	OpNone Op = iota
	OpExec
	OpRead
	OpWrite    // an open for writing of what exists
	OpCreate   // open, mknod
	OpTruncate // an open with O_TRUNC, or truncate
	OpDelete
	OpRmdir
	OpRename
	OpLink
	OpSymlink // Path is what the link points to
	OpMkdir
	OpChmod
	OpChown
	OpMount     // mount, umount, pivot_root, move_mount, …
	OpChroot    // chroot
	OpNamespace // a new mount or user namespace, or joining one
	OpConnect
	OpPtrace
	OpKill
	OpTyped // what was typed into an interactive shell
)

// String returns the name in lower case, such as exec.
func (o Op) String() string {
	switch o {
	case OpNone:
		return "none"
	case OpExec:
		return "exec"
	case OpRead:
		return "read"
	case OpWrite:
		return "write"
	case OpCreate:
		return "create"
	case OpTruncate:
		return "truncate"
	case OpDelete:
		return "delete"
	case OpRmdir:
		return "rmdir"
	case OpRename:
		return "rename"
	case OpLink:
		return "link"
	case OpSymlink:
		return "symlink"
	case OpMkdir:
		return "mkdir"
	case OpChmod:
		return "chmod"
	case OpChown:
		return "chown"
	case OpMount:
		return "mount"
	case OpChroot:
		return "chroot"
	case OpNamespace:
		return "namespace"
	case OpConnect:
		return "connect"
	case OpPtrace:
		return "ptrace"
	case OpKill:
		return "kill"
	case OpTyped:
		return "typed"
	}
	return fmt.Sprintf("op(%d)", uint8(o))
}

// fresh is what becomes of the new name of a rename or link.
func (o Op) fresh() Op {
	if o == OpLink || o == OpSymlink {
		return OpCreate
	}
	return o
}

// changes reports whether the op alters the file that it names.
func (o Op) changes() bool {
	switch o {
	case OpNone, OpExec, OpRead, OpSymlink, OpChroot, OpNamespace, OpConnect, OpPtrace, OpKill, OpTyped:
		return false
	}
	return true
}
