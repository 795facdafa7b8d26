package programs

import "embed"

//go:generate go run guard/rules/programs/generate

// Sources holds the built-in tables as they are written.
//
//go:embed *.toml
var Sources embed.FS

// compiled holds the built-in tables as [Compact] writes them.
//
//go:embed table.bin
var compiled string
