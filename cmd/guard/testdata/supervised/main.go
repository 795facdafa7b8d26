// Command supervised is guard as a shell, as the command shell beside it, that
// also goes on to judge what outlives it.
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
	loc := shim.Locations{Etc: filepath.Join(root, "etc"), Home: filepath.Join(root, "home"), UID: os.Getuid()}
	if text, err := os.ReadFile(filepath.Join(root, "usual")); err == nil {
		if err := loc.Level.UnmarshalText(text); err != nil {
			panic(err)
		}
	}
	if len(os.Args) == 2 && os.Args[1] == shim.HandoverCommand {
		os.Exit(shim.ServeHandover(loc))
	}
	status, err := shim.Main(os.Args, loc)
	if err != nil {
		panic(err)
	}
	os.Exit(status)
}
