// Command shell is guard as a shell whose places are in the directory root beside
// the binary, for the transparency table. The real guard looks at no such thing.
package main

import (
	"os"
	"path/filepath"

	"guard/shim"
)

func main() {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	root := filepath.Join(filepath.Dir(exe), "root")
	status, err := shim.Main(os.Args, shim.Locations{Etc: filepath.Join(root, "etc"), Home: filepath.Join(root, "home"), UID: os.Getuid()})
	if err != nil {
		panic(err)
	}
	os.Exit(status)
}
