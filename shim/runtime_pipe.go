package shim

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"guard/rules"
	"guard/shim/analysis"
)

// maxPipes bounds the pipes that are remembered.
const maxPipes = 4096

// pipes remembers which programs are joined by pipes, whatever has joined them, to see
// what reads text straight from the network.
type pipes struct {
	net     map[string]bool // pipes into which such text goes
	readers map[string][]reader
}

// reader is a program that reads from a pipe.
type reader struct {
	argv []string
	dir  string
	out  string // the pipe that it writes to, or ""
}

// pipesOf names the pipes that are the standard input and output of a process, or "".
func pipesOf(pid int) (p [2]string) {
	for fd := range p {
		name, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/fd/" + strconv.Itoa(fd))
		if err == nil && strings.HasPrefix(name, "pipe:") {
			p[fd] = name
		}
	}
	return p
}

// joined judges a program as what its pipes make of it: what it does with what comes in
// and, if text from the network goes out, what those do that wait for it.
func (r *runtimeJudge) joined(an *analysis.Analyzer, argv []string, dir string, p [2]string) (own, others []rules.Action) {
	in, out := p[0], p[1]
	res, sends := an.Piped(argv, r.pipes.net[in])
	if in != "" {
		r.pipes.wait(in, reader{argv, dir, out})
	}
	if sends && out != "" && out != in {
		others = r.sends(out, map[string]bool{})
	}
	return res.Actions, others
}

// sends marks a pipe as one that brings text from the network, and lists what its
// readers do with that. A refused program is asked for again, at other places.
func (r *runtimeJudge) sends(pipe string, seen map[string]bool) []rules.Action {
	if seen[pipe] {
		return nil
	}
	seen[pipe], r.pipes.net[pipe] = true, true
	var all []rules.Action
	for _, w := range r.pipes.readers[pipe] {
		an := r.analyzer(w.dir)
		if an == nil {
			continue
		}
		res, sends := an.Piped(w.argv, true)
		for _, a := range res.Actions {
			if slices.Contains(a.Via, "download") {
				all = append(all, a)
			}
		}
		if sends && w.out != "" {
			all = append(all, r.sends(w.out, seen)...)
		}
	}
	return all
}

// wait notes who reads from a pipe.
func (p *pipes) wait(pipe string, by reader) {
	if len(p.readers)+len(p.net) > maxPipes {
		clear(p.net)
		clear(p.readers)
	}
	if len(p.readers[pipe]) < maxPipes/64 {
		p.readers[pipe] = append(p.readers[pipe], by)
	}
}

// analyzer reads commands that are run in dir, or is nil if that is not known. What a
// script does is judged when it does it.
func (r *runtimeJudge) analyzer(dir string) *analysis.Analyzer {
	w, err := analysis.NewHost(dir, r.world.Environ())
	if err != nil || dir == "" {
		return nil
	}
	w.PasswdHome = r.world.PasswdHome
	return &analysis.Analyzer{World: &sightless{Host: w}, Table: r.loaded.Policy.Table(), Protected: r.protected}
}
