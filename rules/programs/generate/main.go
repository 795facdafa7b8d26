// Command generate compiles the program tables (*.toml) of the current
// directory into table.bin.
package main

import (
	"fmt"
	"os"

	"guard/rules/programs/tablegen"
)

func main() {
	table, err := tablegen.Generate(".")
	if err == nil {
		err = os.WriteFile("table.bin", table, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
