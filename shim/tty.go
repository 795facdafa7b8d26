package shim

import "github.com/mattn/go-isatty"

func isTerminal(fd int) bool { return isatty.IsTerminal(uintptr(fd)) }
