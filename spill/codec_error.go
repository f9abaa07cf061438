package spill

import (
	"errors"
	"fmt"
	"reflect"
)

// ErrMalformed is inside the error of a Decode that was given bytes which are not those of a value.
var ErrMalformed = errors.New("malformed bytes")

// ErrTooDeep is inside the error about a value that is nested more than 10,000 deep, or contains itself.
var ErrTooDeep = errors.New("nested more than 10000 deep, or in a circle")

// TypeError says which part of a type cannot be written.
type TypeError struct {
	Type   reflect.Type // that cannot be written
	Path   string       // where it is, as in "main.Job.Steps[].Done"
	Reason string
}

func (e *TypeError) Error() string { return e.Path + ": " + e.Reason }

// CodecError says where in a value writing or reading failed. Append panics with it; Decode returns it.
type CodecError struct {
	Path string // as in "main.Job.Steps[].Name"; of an Append, the type alone
	Err  error
}

func (e *CodecError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *CodecError) Unwrap() error { return e.Err }

// Causes of ErrMalformed.
var (
	errShort      = fmt.Errorf("%w: they end within the value", ErrMalformed)
	errLength     = fmt.Errorf("%w: a length without end", ErrMalformed)
	errFlag       = fmt.Errorf("%w: a flag that is neither 0 nor 1", ErrMalformed)
	errKeys       = fmt.Errorf("%w: a key occurs twice", ErrMalformed)
	errUnhashable = fmt.Errorf("%w: a key that cannot be one", ErrMalformed)
	errTime       = fmt.Errorf("%w: not a time", ErrMalformed)
	errTaken      = fmt.Errorf("%w: the codec took fewer or more bytes than there are", ErrMalformed)
	errDepth      = fmt.Errorf("%w: %w", ErrMalformed, ErrTooDeep)
)

// checkTaken checks how many bytes a codec of the user says that it took.
func checkTaken(n, of int) error {
	if n < 0 || n > of {
		return errTaken
	}
	return nil
}

// maxPath bounds the length of a path: what is nested deep has a long one.
const maxPath = 200

// within puts a part of the path in front of that of err.
func within(part string, err error) error {
	e, ok := err.(*CodecError)
	switch {
	case !ok:
		return &CodecError{part, err}
	case len(e.Path) < maxPath:
		return &CodecError{part + e.Path, e.Err}
	default:
		return err
	}
}
