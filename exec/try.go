package exec

import (
	"bytes"
	"errors"

	"anabranch.dev/spill"
)

// Tried is what became of a row of type T: a U, or a failure.
type Tried[T, U any] struct {
	Out    U
	Failed *Failed[T] // nil when all went well
}

// Failed is a row for which a function returned an error. Where it is written, to disk or
// to other processes, its error is a text from then on.
type Failed[T any] struct {
	Row T
	Err error
}

// failedBytes is what is written of a Failed.
type failedBytes[T any] struct {
	Row  T
	Some bool
	Text string
}

// AppendBinary implements [encoding.BinaryAppender].
func (f Failed[T]) AppendBinary(b []byte) ([]byte, error) {
	c, err := spill.CodecFor[failedBytes[T]]()
	if err != nil {
		return b, err
	}
	v := failedBytes[T]{Row: f.Row, Some: f.Err != nil}
	if v.Some {
		v.Text = f.Err.Error()
	}
	return c.Append(b, v), nil
}

// UnmarshalBinary implements [encoding.BinaryUnmarshaler].
func (f *Failed[T]) UnmarshalBinary(b []byte) error {
	v, err := leased[failedBytes[T]](bytes.Clone(b)) // the row may point into it
	if err != nil {
		return err
	}
	if f.Row, f.Err = v.Row, nil; v.Some {
		f.Err = errors.New(v.Text)
	}
	return nil
}

// Try is the body of a step that applies f to every row and keeps both
// outcomes. Only failures cost an allocation.
func Try[T, U any](f func(T) (U, error)) Body {
	return MapBatch(func(dst []Tried[T, U], rows []T) []Tried[T, U] { return tryKernel(dst, rows, f) })
}

func tryKernel[T, U any](dst []Tried[T, U], rows []T, f func(T) (U, error)) []Tried[T, U] {
	for i := range rows {
		u, err := f(rows[i])
		t := Tried[T, U]{Out: u}
		if err != nil {
			t.Failed = &Failed[T]{rows[i], err}
		}
		dst = append(dst, t)
	}
	return dst
}

// Successes is the body of a step that passes on what went well.
func Successes[T, U any]() Body { return MapBatch(successKernel[T, U]) }

func successKernel[T, U any](dst []U, rows []Tried[T, U]) []U {
	for i := range rows {
		if rows[i].Failed == nil {
			dst = append(dst, rows[i].Out)
		}
	}
	return dst
}

// Failures is the body of a step that passes on what did not.
func Failures[T, U any]() Body { return MapBatch(failureKernel[T, U]) }

func failureKernel[T, U any](dst []Failed[T], rows []Tried[T, U]) []Failed[T] {
	for i := range rows {
		if rows[i].Failed != nil {
			dst = append(dst, *rows[i].Failed)
		}
	}
	return dst
}
