package shim

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"guard/rules"
	"guard/shim/analysis"
	"guard/shim/analysis/dialect"
	"guard/shim/report"
	"guard/shim/runner"
	"guard/shim/supervise"
)

const (
	// stdinPatience is how long a standard input may say nothing before it is taken
	// for one that somebody keeps open, to give a shell one command after another.
	stdinPatience = 100 * time.Millisecond
	// maxPast bounds the earlier commands of a session that are judged along with
	// each, for what they have set; in bytes.
	maxPast = 64 << 10
	// eachLine is how many lines of one command are each tried for its end; beyond,
	// the steps grow.
	eachLine = 32
	// tidyAfter is how many commands leave enough garbage to collect.
	tidyAfter = 64
)

// readScriptStdin reads the standard input to its end or, with patience, until it
// says nothing for a while: then it is open.
func readScriptStdin(patience bool) (data []byte, open bool, err error) {
	if !patience {
		data, err = io.ReadAll(io.LimitReader(os.Stdin, maxStdin+1))
		return data, false, err
	}
	buf := make([]byte, 32<<10)
	for len(data) <= maxStdin {
		ready := []unix.PollFd{{Fd: 0, Events: unix.POLLIN}}
		switch n, err := unix.Poll(ready, int(stdinPatience.Milliseconds())); {
		case err == unix.EINTR:
			continue
		case err != nil:
			return nil, false, err
		case n == 0:
			return data, true, nil
		}
		n, err := unix.Read(0, buf)
		switch {
		case err == unix.EINTR || err == unix.EAGAIN:
		case err != nil:
			return nil, false, err
		case n == 0:
			return data, false, nil
		default:
			data = append(data, buf[:n]...)
		}
	}
	return data, false, nil
}

// session is a shell whose standard input stays open. guard hands it one command
// after another, as they come, each judged before; the shell is its child.
type session struct {
	*shell
	in      io.Reader
	feed    io.WriteCloser
	past    string // commands that were passed on, the latest
	loads   string // those of all that took a file in
	pending string // what has come, and is no whole command yet
	judged  int
	reads   bool           // the last command may read what comes next
	seen    []rules.Action // what it was allowed to do
}

// session runs the real shell on a standard input that begins with data.
func (c *shell) session(data []byte) (int, error) {
	if c.level != supervise.LevelOff {
		if r := supervise.Probe(); !r.Supported {
			if c.loaded.Require {
				return fault(fmt.Errorf("no run-time layer: %s", r.Reason), "nothing was run: the policy requires it; see guard doctor"), nil
			}
			c.level, c.layer = supervise.LevelOff, nil
		}
	}
	if c.layer == nil {
		c.layer = c.loaded.Supervisor(c.loc, c.world, supervise.LevelOff)
	}
	in, feed, err := runner.FeedStdin()
	if err != nil {
		return fault(err, ""), nil
	}
	s := &session{shell: c, in: in, feed: feed, pending: string(data)}
	go s.relay()
	status, err := c.layer.Run(RunOptions{Path: c.real, Argv: c.inv.Argv, Environ: c.environ, Text: strings.Join(c.inv.Argv, " ")})
	if err != nil {
		return fault(err, "nothing was run"), nil
	}
	return Finish(status), nil
}

// relay passes commands on until there are no more, or nobody reads them.
func (s *session) relay() {
	defer s.feed.Close()
	buf := make([]byte, 32<<10)
	for {
		for {
			command, data, ok := s.next()
			if !ok {
				break
			}
			if data {
				if _, err := io.WriteString(s.feed, command); err != nil {
					return
				}
			} else if !s.pass(command) {
				return
			}
		}
		n, err := s.in.Read(buf)
		s.pending += string(buf[:n])
		if len(s.pending) > maxStdin && err == nil {
			err = io.ErrShortBuffer // too large a command is refused, and ends the session
		}
		if err != nil {
			if s.pending != "" {
				s.pass(s.pending)
			}
			return
		}
	}
}

// next takes a whole command from what is pending, or a line that is none and that the
// last command may be waiting for.
func (s *session) next() (command string, data, ok bool) {
	if s.reads {
		i := strings.IndexByte(s.pending, '\n')
		if i < 0 {
			return "", false, false
		}
		if line := s.pending[:i+1]; dialect.ParseText(s.dialect(), line, dialect.Options{}, dialect.DefaultLimits()).Err != nil {
			s.pending = s.pending[i+1:]
			return line, true, true
		}
	}
	step := 1
	for from, line := 0, 1; ; line++ {
		i := strings.IndexByte(s.pending[from:], '\n')
		if i < 0 {
			return "", false, false
		}
		from += i + 1
		last := strings.IndexByte(s.pending[from:], '\n') < 0
		if line > eachLine && line%step != 0 && !last {
			continue
		}
		if line > eachLine {
			step *= 2
		}
		if dialect.Complete(s.dialect(), s.pending[:from], dialect.Options{}) {
			command, s.pending = s.pending[:from], s.pending[from:]
			return command, false, true
		}
	}
}

// pass judges a command in the light of those before it, and hands it to the shell;
// in the place of a refused one goes a failure. It reports whether the shell reads on.
func (s *session) pass(command string) bool {
	text := command
	s.reads = false
	if command = strings.ReplaceAll(command, "\x00", ""); strings.Trim(command, " \t\n") != "" && !s.allowed(command) {
		text = "(exit 126)" + strings.Repeat("\n", max(strings.Count(command, "\n"), 1))
	} else if s.past += command; len(s.past) > maxPast+len(s.loads) {
		s.past = s.loads
	}
	if s.judged++; s.judged%tidyAfter == 0 {
		runtime.GC()
	}
	_, err := io.WriteString(s.feed, text)
	return err == nil
}

// allowed judges one command, and says and records what becomes of it.
func (s *session) allowed(command string) (yes bool) {
	s.layer.exclude(func() {
		defer func() {
			if fault := recover(); fault != nil {
				fmt.Fprintf(os.Stderr, "guard: error: internal fault: %v\n  = the command was not run\n", fault)
				yes = false
			}
		}()
		w, err := analysis.NewHost(s.world.Dir(), s.world.Environ()) // one that knows nothing of before
		if err != nil {
			fault(err, "the command was not run")
			return
		}
		w.PasswdHome = s.world.PasswdHome
		src := s.source(s.past + command)
		src.Stdin, src.Past = true, len(s.past)
		j := s.loaded.Judge(w, src, true)
		if s.supervised() {
			j.Verdict = Settled(j.Verdict)
		}
		if err := s.loaded.Append(s.loaded.Record(w, j, "text")); err != nil {
			fault(err, "the command was not run: a decision that cannot be recorded is not carried out")
			return
		}
		if yes = j.Verdict.Applied == rules.Allow; !yes {
			report.Refusal(os.Stderr, report.Options{Color: report.UseColor(os.Stderr)}, j.Text, j.Verdict)
			return
		}
		s.layer.judge.revoke(s.seen)
		s.seen = seen(j.Actions)
		s.layer.judge.permit(s.seen)
		a := analysis.Analyzer{World: w, Table: s.loaded.Policy.Table(), Protected: s.loaded.Policy.Protected}
		src.Text, src.Past = j.Text, 0
		s.reads = a.Reads(src)
		if slices.ContainsFunc(j.Actions, func(a rules.Action) bool { return a.Op == rules.Load }) {
			s.loads += command
		}
	})
	return yes
}
