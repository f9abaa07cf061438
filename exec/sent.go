package exec

import (
	"context"
	"io"
)

// nothingSent is the rows of what has sent its rows elsewhere: there are none.
type nothingSent = struct{}

// SentRows is the Rows of what [Sent] gives out: none.
func SentRows() Rows { return RowsOf[nothingSent]() }

// Sent is the body of a breaker that sends its rows to other processes, and tells when
// it has: it gives none out, but what depends on them comes after it.
func Sent(send Body, done func() error) Body {
	return func(r *Run) (any, error) {
		stage, err := send(r)
		if err != nil {
			return nil, err
		}
		return &sent{stage.(Breaker), done}, nil
	}
}

type sent struct {
	Breaker
	done func() error
}

func (s *sent) Finish(r *Run, input int) (Then, error) {
	if _, err := s.Breaker.Finish(r, input); err != nil {
		return Then{}, err
	}
	return Then{Out: noRows{}}, s.done()
}

// After is the body of a breaker whose inputs are what [Sent] gives out, and whose rows
// are those of a source that is read when they have ended.
func After(inputs int, source Body) Body {
	return func(r *Run) (any, error) {
		stage, err := source(r)
		if err != nil {
			return nil, err
		}
		return &after{left: inputs, source: stage.(Source)}, nil
	}
}

type after struct {
	left   int
	source Source
}

func (a *after) Open(*Worker, int) (Local, error) { return rowsOf[nothingSent]{}.drain(), nil }
func (a *after) Close() error                     { return nil }

func (a *after) Finish(*Run, int) (Then, error) {
	if a.left--; a.left > 0 {
		return Then{}, nil
	}
	return Then{Out: a.source}, nil
}

// noRows is a source of nothing.
type noRows struct{}

func (noRows) Size() (rows, bytes int64)            { return 0, 0 }
func (noRows) Next(context.Context) (Morsel, error) { return Morsel{}, io.EOF }
func (noRows) Read(*Worker, Morsel, Pipe) error     { return nil }
func (noRows) Close() error                         { return nil }
