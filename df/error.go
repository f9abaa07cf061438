package df

import "anabranch.dev/exec"

// Error is how a run fails. It names the operator, its label, the place in the
// program that asked for it, and where known the input and the row.
type Error = exec.Error

// PanicError is a panic in a function of the program, as the cause of an
// [Error].
type PanicError = exec.PanicError

// Errors that a program can act on, to be found with [errors.Is].
var (
	// ErrMemory means that the run needs more than its memory budget.
	ErrMemory = exec.ErrMemory
	// ErrLineTooLong means that a line is longer than [MaxLine].
	ErrLineTooLong = exec.ErrLineTooLong
	// ErrViews means that rows which are valid for the length of a call only
	// would be kept: see [View].
	ErrViews = exec.ErrViews
	// ErrTwoWriters means that a run would write the same file twice.
	ErrTwoWriters = exec.ErrTwoWriters
)
