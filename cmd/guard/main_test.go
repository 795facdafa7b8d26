package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"guard/shim"
)

// testPlaces are the places of guard below root, for a test's own copy of it.
func testPlaces(root string) shim.Locations {
	return shim.Locations{Etc: filepath.Join(root, "etc/guard"), Home: filepath.Join(root, "home"), UID: os.Getuid()}
}

// TestMain makes the test binary guard itself when a script calls it under the
// name of guard or of a shell. Its places are below the root that the script's
// environment names; the real guard looks at no such variable.
func TestMain(m *testing.M) {
	confined()
	guard := func() {
		root := os.Getenv("GUARD_TEST_ROOT")
		if root == "" {
			panic("a test that wanted the real " + os.Args[0] + " found guard in PATH: use realCommand")
		}
		os.Exit(run(os.Args, testPlaces(root)))
	}
	testscript.Main(m, map[string]func(){"guard": guard, "bash": guard, "sh": guard, "dash": guard, "zsh": guard})
}

// TestScripts runs what a user sees, from testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Condition: func(name string) (bool, error) {
			if name != "root" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return os.Getuid() == 0, nil
		},
		Setup: func(env *testscript.Env) error {
			root := filepath.Join(env.WorkDir, ".root")
			home := filepath.Join(root, "home")
			if err := os.MkdirAll(home, 0o755); err != nil {
				return err
			}
			env.Setenv("GUARD_TEST_ROOT", root)
			env.Setenv("HOME", home)
			env.Setenv("ROOT", root)
			env.Setenv("GIT_CONFIG_GLOBAL", "/dev/null")
			env.Setenv("NO_COLOR", "1")
			return nil
		},
	})
}
