package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"guard/rules"
	"guard/shim"
	"guard/shim/audit"
	"guard/shim/runner"
	"guard/shim/supervise"
)

func (c *cli) doctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "say what guard can do on this machine, and prove it by trying",
		Long: `doctor examines the policy, the log and the real shells, probes what this kernel
and container permit, and has a search in a directory of its own refused for real.
The exit status is 1 if something that the policy wants does not hold.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if !c.examine(os.Stdout) {
				return statusError(1)
			}
			return nil
		},
	}
}

// finding prints one line of the examination.
func finding(w io.Writer, ok bool, what, format string, args ...any) bool {
	mark := "ok  "
	if !ok {
		mark = "FAIL"
	}
	fmt.Fprintf(w, "%s  %-12s %s\n", mark, what, fmt.Sprintf(format, args...))
	return ok
}

// examine prints everything, and reports whether all of it is well.
func (c *cli) examine(w io.Writer) bool {
	l, _, err := c.load("", os.Environ())
	if err != nil {
		return finding(w, false, "policy", "%v", err)
	}
	good := c.examinePolicy(w, l)
	good = examineLog(w, l) && good
	good = c.examineShells(w, l) && good
	r := supervise.Probe()
	good = examineKernel(w, l, r) && good
	if r.Supported && !r.Inside {
		good = c.trial(w, l.Policy.Mode()) && good
	}
	return good
}

func (c *cli) examinePolicy(w io.Writer, l *shim.Loaded) bool {
	var names []string
	for _, x := range l.Policy.Layers() {
		names = append(names, fmt.Sprintf("%s (%s, %d rules)", x.Name, x.Authority, len(x.Rules)))
	}
	good := finding(w, true, "policy", "%s; mode %s", strings.Join(names, ", "), l.Policy.Mode())
	for _, warning := range l.Warnings {
		good = finding(w, false, "policy", "%s", warning) && good
	}
	if _, err := os.Stat(filepath.Join(c.loc.Etc, "policy.toml")); errors.Is(err, fs.ErrNotExist) {
		finding(w, true, "authority", "no managed policy: what this user can write, an agent of this user may reach another way")
	}
	return good
}

func examineLog(w io.Writer, l *shim.Loaded) bool {
	if _, err := os.Lstat(l.Log); errors.Is(err, fs.ErrNotExist) {
		return finding(w, true, "log", "%s: nothing was run yet", l.Log)
	}
	report, err := audit.Verify(l.Log)
	if err != nil {
		return finding(w, false, "log", "%s: %v", l.Log, err)
	}
	return finding(w, report.OK(), "log", "%s: %s", l.Log, count(report.Records, "record"))
}

func (c *cli) examineShells(w io.Writer, l *shim.Loaded) bool {
	loc := c.loc.Shell
	if len(l.Shells) > 0 {
		loc.Managed = l.Shells
	}
	var found []string
	for _, name := range []string{"bash", "sh", "zsh", "dash", "ksh", "mksh"} {
		if p, err := runner.Find(name, loc); err == nil {
			found = append(found, name+" = "+p)
		}
	}
	return finding(w, len(found) > 0, "shells", "%s", strings.Join(found, ", "))
}

// examineKernel says what the run-time layer can do here, and what it will.
func examineKernel(w io.Writer, l *shim.Loaded, r supervise.Report) bool {
	where := "Linux " + r.Kernel
	if r.Container != "" {
		where += " in " + r.Container
	}
	if !r.Supported {
		reason := r.Reason
		if r.Inside {
			reason = "an outer guard judges this process already"
		}
		good := !l.Require && l.StatedLevel() == supervise.LevelOff || r.Inside
		return finding(w, good, "run time", "text only: %s", reason)
	}
	finding(w, true, "kernel", "%s: killable wait %s, injection %s, wake-up %s, openat2 %s, Landlock ABI %d, Yama scope %d",
		where, word(r.WaitKillable), word(r.AddFD), word(r.SyncWakeUp), word(r.Openat2), r.Landlock, r.Yama)
	if r.UID != 0 {
		finding(w, true, "setuid", "under the run-time layer sudo, ping and other setuid programs fail: it needs no_new_privs")
	}
	if l.RuntimeLevel() == supervise.LevelOff {
		why := "no policy states [runtime] level"
		if l.Level != "" {
			why = "the policy states"
		}
		return finding(w, true, "run time", "works here; shells use the text layer alone, as %s; guard run uses full", why)
	}
	how := ""
	if l.Strict {
		how = ", strict"
	}
	why := "which the policy states"
	switch {
	case l.Level != "":
	case r.UID == 0:
		why = "as you are root and no policy states another"
	default:
		why = "as this is a container and no policy states another"
	}
	return finding(w, r.AddFD || !l.Strict, "run time", "level %s%s, %s", l.RuntimeLevel(), how, why)
}

func word(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// trial has this program refuse a read for real: a search through a directory
// that holds a secret must not show it, and must show the rest.
func (c *cli) trial(w io.Writer, mode rules.Mode) bool {
	grep, err := exec.LookPath("grep")
	if err != nil {
		return finding(w, true, "trial", "skipped: there is no grep")
	}
	dir, err := os.MkdirTemp("", "guard-doctor-")
	if err != nil {
		return finding(w, false, "trial", "%v", err)
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{".env": "KEY=secret\n", "plain": "KEY=open\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return finding(w, false, "trial", "%v", err)
		}
	}
	cmd := exec.Command("/proc/self/exe", "run", "--level", "full", "--", grep, "-r", "KEY", ".")
	cmd.Args[0], cmd.Dir = "guard", dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case strings.Contains(string(out), "secret") && mode == rules.Observe:
		return finding(w, true, "trial", "a search read .env: mode observe only records it")
	case strings.Contains(string(out), "secret"):
		return finding(w, false, "trial", "a search read .env: the policy in force lets it")
	case err != nil || !strings.Contains(string(out), "open"):
		return finding(w, false, "trial", "a search failed: %v %s", err, strings.TrimSpace(stderr.String()))
	}
	return finding(w, true, "trial", "a search found what it may, and was refused .env, which the log now tells: %s", strings.SplitN(stderr.String(), "\n", 2)[0])
}
