package repo

import (
	"io/fs"
	"syscall"
)

// changeTime returns when a file's inode last changed, if the system says so.
func changeTime(fi fs.FileInfo) (stamp, bool) {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return stamp{}, false
	}
	return stamp{uint32(st.Ctim.Sec), uint32(st.Ctim.Nsec)}, true
}
