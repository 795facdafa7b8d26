//go:build linux

package supervise

import "golang.org/x/sys/unix"

// On arm64 no call number has the bit that marks x32, so the comparison with
// x32Bit passes them all.
const (
	nativeArch = unix.AUDIT_ARCH_AARCH64
	x32Bit     = 0x40000000
)

// olderCalls is empty: arm64 never had the calls that the *at family replaced.
func olderCalls() []call { return nil }
