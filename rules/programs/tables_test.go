package programs_test

import (
	"os"
	"testing"

	"guard/rules/programs/tablegen"
)

// TestGenerated proves the compiled tables equal to the TOML.
func TestGenerated(t *testing.T) {
	want, err := tablegen.Generate(".")
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("table_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(have) {
		t.Fatal("table_gen.go is not what the tables give: run go generate ./rules/...")
	}
}
