// Command generate writes docs/coverage.md. It runs in rules/packs/coverage.
package main

import (
	"fmt"
	"os"

	"guard/rules/packs/coverage"
)

func main() {
	page, err := coverage.Page()
	if err == nil {
		err = os.WriteFile("../../../docs/coverage.md", []byte(page), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
