package exec

import "sync/atomic"

// Deliver is the body of a sink that gives every batch to f: in input order,
// one call at a time. An error of f ends the run; with [ErrStop], in peace. The
// batch belongs to f until it returns.
func Deliver[T any](f func(rows []T) error) Body {
	return func(r *Run) (any, error) { return &deliver[T]{f: f, turn: NewTurn(r)}, nil }
}

type deliver[T any] struct {
	f       func([]T) error
	each    func(T) error // instead of f
	turn    *Turn
	stopped atomic.Bool // f wants no more
}

func (d *deliver[T]) order() *Turn                   { return d.turn }
func (d *deliver[T]) Finish(*Run, int) (Then, error) { return Then{}, nil }
func (d *deliver[T]) Close() error                   { return nil }

func (d *deliver[T]) Open(w *Worker, _ int) (Local, error) {
	l := &deliverLocal[T]{d: d, w: w}
	return sinkLocal{newGate[T](w, d.turn, l, bottom)}, nil
}

// bottom is what a sink pushes into.
var bottom = Pipe{Mark: func(Mark) error { return nil }, Done: never}

// sinkLocal is a local part that is done with a row when it has been pushed.
type sinkLocal struct{ pipe Pipe }

func (l sinkLocal) Pipe() Pipe    { return l.pipe }
func (l sinkLocal) Commit() error { return nil }

type deliverLocal[T any] struct {
	d *deliver[T]
	w *Worker
}

func eachKernel[T any](rows []T, f func(T) error) (int, error) {
	for i := range rows {
		if err := f(rows[i]); err != nil {
			return i, err
		}
	}
	return 0, nil
}

func (l *deliverLocal[T]) inTurn(rows []T) error {
	if l.d.stopped.Load() {
		return nil
	}
	if l.d.each != nil {
		i, err := eachKernel(rows, l.d.each)
		return l.w.Fail(i, err)
	}
	err := l.d.f(rows)
	if err == ErrStop {
		l.d.stopped.Store(true)
		return nil
	}
	return err
}

func (l *deliverLocal[T]) after() error { return nil }
func (l *deliverLocal[T]) atEnd() error { return nil }
func (l *deliverLocal[T]) done() bool   { return l.d.stopped.Load() }

// ForEach is the body of a sink that calls f with every row, in input order,
// one call at a time.
func ForEach[T any](f func(T) error) Body {
	return func(r *Run) (any, error) { return &deliver[T]{each: f, turn: NewTurn(r)}, nil }
}
