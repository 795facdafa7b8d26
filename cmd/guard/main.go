// Command guard is the guarded shell, and the tool around it: called as a shell
// it judges what it is asked to run and becomes the real one, or refuses; else it
// is a command line with subcommands.
package main

import (
	"errors"
	"fmt"
	"os"

	"guard/shim"
)

func main() { os.Exit(run(os.Args, shim.DefaultLocations())) }

// run is the whole program; tests give it other places.
func run(argv []string, loc shim.Locations) int {
	if len(argv) == 2 && argv[0] == "guard" && argv[1] == shim.HandoverCommand {
		return shim.ServeHandover(loc)
	}
	status, err := shim.Main(argv, loc)
	if !errors.Is(err, shim.ErrCLI) {
		return status
	}
	cli := newCLI(loc)
	cli.root.SetArgs(argv[min(1, len(argv)):])
	if err := cli.root.Execute(); err != nil {
		var s statusError
		if errors.As(err, &s) {
			return int(s)
		}
		fmt.Fprintf(os.Stderr, "guard: error: %v\n", err)
		return 2
	}
	return 0
}

// statusError is an exit status without a message.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("exit status %d", int(s)) }
