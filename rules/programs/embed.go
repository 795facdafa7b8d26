package programs

import "embed"

//go:generate go run guard/rules/programs/generate

// Sources holds the built-in tables as they are written.
//
//go:embed *.toml
var Sources embed.FS
