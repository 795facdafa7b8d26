// Command generate writes docs/policy.schema.json. It runs in rules/schema.
package main

import (
	"fmt"
	"os"

	"guard/rules/schema"
)

func main() {
	text, err := schema.Generate()
	if err == nil {
		err = os.WriteFile("../../docs/policy.schema.json", text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
