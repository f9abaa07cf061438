package frame

import (
	"errors"
	"fmt"
	"io"
)

// ErrCorrupt is what every [CorruptError] is.
var ErrCorrupt = errors.New("corrupt")

// ErrTooLarge is returned for what no block, or no file, can hold.
var ErrTooLarge = errors.New("too large")

// A CorruptError says which block is not as it was written.
type CorruptError struct {
	File   string // "" where it is not known
	Offset int64  // of the block in the file; negative where it is not known
	Reason string
}

func (e *CorruptError) Error() string {
	s := "block"
	if e.File != "" {
		s = e.File + ": block"
	}
	if e.Offset >= 0 {
		s = fmt.Sprintf("%s at byte %d", s, e.Offset)
	}
	return s + " is corrupt: " + e.Reason
}

func (e *CorruptError) Unwrap() error { return ErrCorrupt }

// Locate fills in file and offset where err is a [CorruptError] that does not
// know them. Other errors are returned as they are.
func Locate(err error, file string, offset int64) error {
	c, ok := errors.AsType[*CorruptError](err)
	if !ok || c.Offset >= 0 {
		return err
	}
	return &CorruptError{File: file, Offset: offset, Reason: c.Reason}
}

func corrupt(format string, args ...any) error {
	return &CorruptError{Offset: -1, Reason: fmt.Sprintf(format, args...)}
}

// readError tells a missing end from a device that fails.
func readError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return corrupt("the file ends in it")
	}
	return err
}
