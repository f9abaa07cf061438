package exec

import (
	"context"
	"io"
	"sync"

	"anabranch.dev/internal/stamp"
)

// Accumulate says how rows of type T are folded into an accumulator A. It is
// [anabranch.dev/df/agg.Def] without its result: see there. Exactly one of Add,
// AddAt and AddAll is set; [Fold] alone knows AddAll, which takes whole batches.
type Accumulate[T, A any] struct {
	Init   func(a *A)
	Add    func(a *A, v T)
	AddAt  func(a *A, v T, at stamp.Stamp)
	AddAll func(a *A, rows []T)
	Merge  func(dst, src *A)
	Size   func(a *A) int
}

// Fold is the body of a breaker that folds all rows into one accumulator, and
// gives out what result makes of it.
func Fold[T, A, R any](acc Accumulate[T, A], result func(*A) R) Body {
	return func(*Run) (any, error) { return &fold[T, A, R]{acc: acc, result: result}, nil }
}

type fold[T, A, R any] struct {
	acc    Accumulate[T, A]
	result func(*A) R
	mu     struct {
		sync.Mutex
		total *A
		held  int64
	}
	memory *Budget
}

type foldLocal[T, A, R any] struct {
	f    *fold[T, A, R]
	w    *Worker
	a    *A
	held int64 // bytes taken from the budget
	row  uint64
}

func (f *fold[T, A, R]) fresh() *A {
	a := new(A)
	if f.acc.Init != nil {
		f.acc.Init(a)
	}
	return a
}

func (f *fold[T, A, R]) Open(w *Worker, _ int) (Local, error) {
	return &foldLocal[T, A, R]{f: f, w: w, a: f.fresh()}, nil
}

func (l *foldLocal[T, A, R]) Pipe() Pipe {
	return Pipe{Push: l.push, Mark: func(Mark) error {
		l.row = 0
		return nil
	}}
}

func (l *foldLocal[T, A, R]) push(rows []T) error {
	switch acc := &l.f.acc; {
	case acc.AddAll != nil:
		acc.AddAll(l.a, rows)
	case acc.Add != nil:
		foldKernel(l.a, rows, acc.Add)
	default:
		foldAtKernel(l.a, rows, l.w.Stamp(l.row), acc.AddAt)
		l.row += uint64(len(rows))
	}
	return l.reserve()
}

func (l *foldLocal[T, A, R]) reserve() error {
	if l.f.acc.Size == nil {
		return nil
	}
	size := int64(l.f.acc.Size(l.a))
	grew := size - l.held
	l.held = size
	if m := l.w.run.memory; !m.Add(grew) {
		return m.exceeded()
	}
	return nil
}

func foldKernel[T, A any](a *A, rows []T, add func(*A, T)) {
	for i := range rows {
		add(a, rows[i])
	}
}

func foldAtKernel[T, A any](a *A, rows []T, at stamp.Stamp, add func(*A, T, stamp.Stamp)) {
	for i := range rows {
		add(a, rows[i], at)
		at.Row++
	}
}

func (l *foldLocal[T, A, R]) Commit() error {
	f := l.f
	f.mu.Lock()
	defer f.mu.Unlock()
	f.memory = l.w.run.memory
	f.mu.held += l.held
	if f.mu.total == nil {
		f.mu.total = l.a
		return nil
	}
	f.acc.Merge(f.mu.total, l.a)
	return nil
}

func (f *fold[T, A, R]) Finish(*Run, int) (Then, error) {
	return Then{Out: &rowsOnce[R]{rows: []R{f.result(f.taken())}}}, nil
}

// taken is the accumulator of all rows.
func (f *fold[T, A, R]) taken() *A {
	if f.mu.total == nil {
		f.mu.total = f.fresh()
	}
	return f.mu.total
}

func (f *fold[T, A, R]) Close() error {
	if f.memory != nil {
		f.memory.Add(-f.mu.held)
	}
	return nil
}

// rowsOnce gives out a few rows that nobody else holds.
type rowsOnce[T any] struct {
	rows  []T
	given bool
}

func (s *rowsOnce[T]) Size() (rows, bytes int64) {
	return int64(len(s.rows)), int64(len(s.rows) * SizeOf[T]())
}
func (s *rowsOnce[T]) Close() error { return nil }

func (s *rowsOnce[T]) Next(context.Context) (Morsel, error) {
	if s.given {
		return Morsel{}, io.EOF
	}
	s.given = true
	return Morsel{}, nil
}

func (s *rowsOnce[T]) Read(_ *Worker, _ Morsel, down Pipe) error {
	return pushAll(pushOf[T](down), s.rows)
}

// FoldMany is [Fold] for a result of several rows.
func FoldMany[T, A, R any](acc Accumulate[T, A], result func(*A) []R) Body {
	return func(*Run) (any, error) { return &foldMany[T, A, R]{fold[T, A, []R]{acc: acc, result: result}}, nil }
}

type foldMany[T, A, R any] struct{ fold[T, A, []R] }

func (f *foldMany[T, A, R]) Finish(*Run, int) (Then, error) {
	return Then{Out: &rowsOnce[R]{rows: f.result(f.taken())}}, nil
}
