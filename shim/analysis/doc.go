// Package analysis is the abstract shell: it walks the syntax tree of a command
// with an environment of abstract values and the real environment, directory and
// file system, and says what the command would do, as a list of [rules.Action].
// It executes nothing and changes nothing.
package analysis
