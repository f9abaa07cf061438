package exec

import (
	"errors"
	"fmt"
	"runtime/debug"

	"anabranch.dev/internal/plan"
	"anabranch.dev/spill"
)

// Error is how a run fails: which operator, the user's name for it, where in
// the user's program it was asked for, on what input, and why.
type Error struct {
	Op    string    // the verb, as in "map"
	Label string    // the user's label, or empty
	Site  plan.Site // where the user asked for the operator
	Input string    // what was being read, as in "a.log, bytes 0 to 1048576"; or empty
	Row   int64     // which row to reach the operator of that input, from 1; 0 when not known
	Err   error     // why
}

// Error gives all of it in one line.
func (e *Error) Error() string {
	n := plan.Node{Op: e.Op, Label: e.Label, Site: e.Site}
	s := n.String() + ": "
	switch {
	case e.Row > 0 && e.Input != "":
		s += fmt.Sprintf("row %d of %s: ", e.Row, e.Input)
	case e.Row > 0:
		s += fmt.Sprintf("row %d: ", e.Row)
	case e.Input != "":
		s += e.Input + ": "
	}
	return s + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// PanicError is a panic in a function of the user, as an error.
type PanicError = spill.PanicError

// Errors that a caller can act on.
var (
	// ErrDuplicateKey means that two rows have the same key where each is to have its own.
	ErrDuplicateKey = errors.New("duplicate key")
	// ErrMemory means that the run needs more memory than its budget.
	ErrMemory = errors.New("memory budget exceeded")
	// ErrViews means that rows which are valid for the length of a call only
	// would be kept.
	ErrViews = errors.New("rows that hold Views would be kept")
	// ErrRowType means that a saved stream holds rows of another type than is
	// asked for.
	ErrRowType = errors.New("other type of rows")
	// ErrNotSorted means that an input that was to be merged is not in order.
	ErrNotSorted = errors.New("input is not sorted")
	// ErrTwoWriters means that two operators of a run would write one file.
	ErrTwoWriters = errors.New("the file has two writers")
	// ErrNotPortable means that a plan cannot run in other processes.
	ErrNotPortable = errors.New("not portable to other processes")
)

// nodeError wraps err with what is known of the operator, unless it is wrapped
// already.
func nodeError(n *plan.Node, err error) error {
	if _, named := err.(*Error); named { // not one further down, of a run within a run
		return err
	}
	return &Error{Op: n.Op, Label: n.Label, Site: n.Site, Err: err}
}

// errGoexit is why a run fails when a function of the user ends its goroutine,
// as the Fatal of a test does.
var errGoexit = errors.New("a function called runtime.Goexit, as Fatal of a test does; return an error instead")

// A RowError is what a function of the library panics with when a row is not as it must be,
// and it has no error to return: the run fails with Err, as if the function had returned that.
type RowError struct{ Err error }

// panicError makes an error of what recover returned.
func panicError(v any) error {
	if r, ok := v.(RowError); ok {
		return r.Err
	}
	if p, ok := v.(*PanicError); ok { // passed on from another goroutine
		return p
	}
	return &PanicError{Value: v, Stack: debug.Stack()}
}
