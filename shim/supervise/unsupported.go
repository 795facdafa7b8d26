//go:build !linux || (!amd64 && !arm64)

package supervise

import (
	"fmt"
	"runtime"
)

func unsupported() error {
	return fmt.Errorf("supervise on %s/%s: %w", runtime.GOOS, runtime.GOARCH, ErrUnsupported)
}

// Supervisor supervises nothing on this system.
type Supervisor struct{}

// New returns a supervisor that cannot run anything.
func New(Config) *Supervisor { return new(Supervisor) }

// Run returns [ErrUnsupported]: only Linux on amd64 and arm64 can supervise.
func (*Supervisor) Run(string, []string, []string) (Status, error) { return Status{}, unsupported() }

// Run returns [ErrUnsupported], too.
func Run(string, []string, []string, Config) (Status, error) { return Status{}, unsupported() }

// DefaultLevel is [LevelOff].
func DefaultLevel() Level { return LevelOff }

// Probe reports that supervision is unsupported on this system.
func Probe() Report { return Report{Reason: unsupported().Error(), UID: -1, Yama: -1} }

// Inside reports false: nothing is supervised on this system.
func Inside() bool { return false }

// ServeHandover returns 125: there is nothing to take over on this system.
func ServeHandover(func([]byte) (Judge, error)) int { return 125 }
