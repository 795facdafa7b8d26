// Package tablegen compiles program tables ahead, so that the start of guard
// decodes no TOML.
package tablegen

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"guard/rules/programs"
)

// Generate returns the content of table.bin for the tables in dir. Errors name
// the file.
func Generate(dir string) ([]byte, error) {
	specs, err := Specs(dir)
	if err != nil {
		return nil, err
	}
	return programs.Compact(specs), nil
}

// Specs reads the tables in dir.
func Specs(dir string) ([]programs.Spec, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.toml"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	var entries []programs.Entry
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		es, err := programs.Decode(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		entries = append(entries, es...)
	}
	specs, err := programs.Compile(entries, nil)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, s := range specs {
		for _, n := range s.Names {
			if seen[n] {
				return nil, fmt.Errorf("program %s: described twice", n)
			}
			seen[n] = true
		}
	}
	return specs, nil
}
