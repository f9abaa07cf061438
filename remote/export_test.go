package remote

// For tests that are users of the package.
var (
	CheckLeaks     = checkLeaks
	ChildProcesses = childProcesses
)
