//go:build !linux

package audit

func bootID() string { return "" }

func monotonic() int64 { return 0 }
