package inline

// awkCalls are the functions of Awk that have effects.
var awkCalls = [...]entry{
	{"print", doPrint, None, "", "", ""},
	{"readfile", doPath, Read, "0", "", "content"},
	{"system", doShell, None, "0", "", ""},
}
