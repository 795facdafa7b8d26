// Command generate compiles the packs (*.toml) of the current directory into the
// static Go values of packs_gen.go.
package main

import (
	"fmt"
	"os"

	"guard/rules/packs/packgen"
)

func main() {
	src, err := packgen.Generate(".")
	if err == nil {
		err = os.WriteFile("packs_gen.go", src, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
