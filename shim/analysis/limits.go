package analysis

// The limits of one analysis. Past each of them the result is unresolved.
const (
	maxSteps    = 60_000    // statements, words and loop rounds
	maxDepth    = 64        // nested texts, functions, substitutions
	maxRounds   = 512       // rounds of one loop
	maxMerged   = 3         // rounds more, of which all that variables may hold is kept
	maxAgain    = 8         // rounds after these, until one changes nothing
	maxChoices  = 12        // values of one variable that are tried
	maxActions  = 4_000     // actions of one command
	maxText     = 256 << 10 // bytes of one computed string
	maxScript   = 512 << 10 // bytes of a script file
	maxEntries  = 2_000     // directory entries looked at by one glob, or one find
	maxFound    = 8_000     // those looked at by a find in a repository, and by all finds of one command
	maxTests    = 256       // words of the expression of one find
	maxWords    = 4_096     // words of one expansion
	maxFileRead = 64 << 10  // bytes of a file whose content is computed with
)
