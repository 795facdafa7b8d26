package shim

import (
	"io"
	"os"
	"runtime"
	"time"
)

// systemTemps adds the system's own temporary directories, and says whether paths
// differ by case.
func systemTemps(temps []string) ([]string, bool) {
	if runtime.GOOS == "darwin" {
		return append(temps, "/private/tmp", "/private/var/tmp", "/private/var/folders", "/var/folders"), true
	}
	return temps, false
}

func today() string { return time.Now().UTC().Format(time.DateOnly) }

func readFull(f *os.File, b []byte) (int, error) { return io.ReadFull(f, b) }
