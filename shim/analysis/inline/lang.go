package inline

import "strings"

// Lang is a programming language.
type Lang uint8

// The languages. Generic stands for one without an entry of its own.
const (
	Generic Lang = iota
	Python
	Node // JavaScript and TypeScript under node, deno, bun and tsx
	Perl
	Ruby
	PHP
	Lua
	Awk
	Sed
	Jq
	R
	Julia
	Octave
	Tcl
	Elixir
	Erlang
	Java // also Groovy, Kotlin and Scala
	Go
	Vim
	Lisp // Emacs Lisp, Guile and other Lisps
	Gdb
)

// String returns the usual lower-case name of the language.
func (l Lang) String() string {
	names := [...]string{"generic", "python", "node", "perl", "ruby", "php", "lua", "awk", "sed", "jq", "r", "julia",
		"octave", "tcl", "elixir", "erlang", "java", "go", "vim", "lisp", "gdb"}
	if int(l) < len(names) {
		return names[l]
	}
	return "invalid"
}

// LangOf returns the language that the program interprets, named by its path
// or its base name, with or without a version: python3.12, /usr/bin/gawk.
func LangOf(program string) (Lang, bool) {
	name := program[strings.LastIndexByte(program, '/')+1:]
	name = strings.ToLower(name)
	if l, ok := langOfName(name); ok {
		return l, true
	}
	name = strings.TrimSuffix(name, ".exe")
	name = strings.TrimRight(name, "0123456789.-tdm")
	if l, ok := langOfName(name); ok {
		return l, true
	}
	// The cut may have taken letters that belong to the name: luajit, gdb.
	return langOfName(strings.TrimRight(program[strings.LastIndexByte(program, '/')+1:], "0123456789.-"))
}

func langOfName(name string) (Lang, bool) {
	switch name {
	case "python", "python2", "python3", "pypy", "pypy3", "ipython", "ipython3", "micropython", "jython", "graalpy", "py":
		return Python, true
	case "node", "nodejs", "deno", "bun", "tsx", "ts-node", "qjs", "d8", "babel-node", "electron", "zx", "osascript-js":
		return Node, true
	case "perl", "perl5", "perl6", "raku", "cperl":
		return Perl, true
	case "ruby", "jruby", "irb", "truffleruby", "mruby", "rbx":
		return Ruby, true
	case "php", "php-cgi", "php-cli", "hhvm":
		return PHP, true
	case "lua", "luajit", "texlua", "luau", "lune", "nlua":
		return Lua, true
	case "awk", "gawk", "mawk", "nawk", "original-awk", "goawk", "bwk", "igawk":
		return Awk, true
	case "sed", "gsed", "ssed", "minised":
		return Sed, true
	case "jq", "gojq", "jaq", "yq":
		return Jq, true
	case "r", "rscript", "littler":
		return R, true
	case "julia":
		return Julia, true
	case "octave", "octave-cli", "matlab":
		return Octave, true
	case "tclsh", "wish", "expect", "jimsh":
		return Tcl, true
	case "elixir", "iex":
		return Elixir, true
	case "erl", "escript":
		return Erlang, true
	case "jshell", "java", "groovy", "groovysh", "kotlin", "kotlinc", "scala", "scala-cli":
		return Java, true
	case "go", "yaegi", "gomacro", "gorun":
		return Go, true
	case "vim", "vi", "nvim", "ex", "view", "gvim", "rvim", "vimdiff":
		return Vim, true
	case "emacs", "emacsclient", "guile", "sbcl", "racket", "clojure", "bb", "scheme", "clisp":
		return Lisp, true
	case "gdb", "lldb":
		return Gdb, true
	case "crystal", "nim", "swift", "dart", "ocaml", "ghci", "runghc", "pwsh", "powershell", "bc", "gnuplot", "maxima", "sage":
		return Generic, true
	}
	return Generic, false
}

// CompilesWhole reports whether the program, named as for [LangOf], compiles a
// text as CPython does: all of it before any of it runs.
func CompilesWhole(program string) bool {
	name := program[strings.LastIndexByte(program, '/')+1:]
	switch strings.TrimRight(name, "0123456789.") {
	case "python", "pypy":
		return true
	}
	return false
}

// LangOfShebang returns the language of a script from its first line, which
// starts with #!, seeing through env and its options.
func LangOfShebang(line string) (Lang, bool) {
	line, ok := strings.CutPrefix(line, "#!")
	if !ok {
		return Generic, false
	}
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	words := strings.Fields(line)
	if len(words) == 0 {
		return Generic, false
	}
	if !strings.HasSuffix("/"+words[0], "/env") {
		return LangOf(words[0])
	}
	for _, w := range words[1:] {
		if strings.HasPrefix(w, "-S") && len(w) > 2 {
			return LangOf(w[2:])
		}
		if !strings.HasPrefix(w, "-") && strings.IndexByte(w, '=') < 0 {
			return LangOf(w)
		}
	}
	return Generic, false
}
