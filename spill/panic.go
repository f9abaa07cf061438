package spill

import (
	"fmt"
	"runtime/debug"
)

// PanicError is a panic in a function of the user, as an error.
type PanicError struct {
	Value any    // what it panicked with
	Stack []byte // where
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n\n%s", e.Value, e.Stack) }

// Unwrap returns the value when it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// guarded runs f in a goroutine of a sorter, and makes an error of a panic in it.
func guarded(f func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *CodecError: // of a value that cannot be written
			err = v
		case *PanicError: // passed on from another goroutine
			err = v
		default:
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}
