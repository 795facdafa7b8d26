package shim

import (
	"syscall"
	"time"
)

// changed is when a file's content, name or mode last changed.
func changed(st *syscall.Stat_t) time.Time { return time.Unix(st.Ctim.Unix()) }
