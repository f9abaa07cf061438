package df

import (
	"anabranch.dev/exec"
	"anabranch.dev/spill"
)

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
	// ErrDiskFull means that temporary files need more space than the disk has or
	// [Disk] allows.
	ErrDiskFull = spill.ErrDiskFull
	// ErrDuplicateKey means that two rows of the table of a [Lookup] have equal keys.
	ErrDuplicateKey = exec.ErrDuplicateKey
	// ErrTooLarge means that one row is larger than the memory budget.
	ErrTooLarge = spill.ErrTooLarge
	// ErrNotPortable means that a plan cannot run on a cluster: see [On].
	ErrNotPortable = exec.ErrNotPortable
	// ErrCorrupt means that a file does not hold what was written to it: the error
	// names file and offset.
	ErrCorrupt = spill.ErrCorrupt
	// ErrRowType means that a file of [Save] holds rows of another type.
	ErrRowType = exec.ErrRowType
	// ErrNotSorted means that a stream given to [MergeSorted] is not in order.
	ErrNotSorted = exec.ErrNotSorted
	// ErrLineTooLong means that a line is longer than [MaxLine].
	ErrLineTooLong = exec.ErrLineTooLong
	// ErrViews means that rows which are valid for the length of a call only
	// would be kept: see [View].
	ErrViews = exec.ErrViews
	// ErrTwoWriters means that a run would write the same file twice.
	ErrTwoWriters = exec.ErrTwoWriters
)
