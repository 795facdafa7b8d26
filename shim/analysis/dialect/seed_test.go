package dialect

import (
	"os"
	"strconv"
)

// soups is how many random programs a shell is given, and seed which ones;
// DIALECT_SOUPS and DIALECT_SEED ask for others.
func soups(sh Shell) int {
	if sh == Bash {
		return int(fromEnv("DIALECT_SOUPS", 120))
	}
	return int(fromEnv("DIALECT_SOUPS", 30))
}
func seed() uint64 { return fromEnv("DIALECT_SEED", 1) }

// fromEnv returns the number in a variable, or def.
func fromEnv(name string, def uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 32); err == nil {
		return n
	}
	return def
}
