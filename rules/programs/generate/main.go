// Command generate compiles the program tables (*.toml) of the current
// directory into the static Go values of table_gen.go.
package main

import (
	"fmt"
	"os"

	"guard/rules/programs/tablegen"
)

func main() {
	src, err := tablegen.Generate(".")
	if err == nil {
		err = os.WriteFile("table_gen.go", src, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
