package exec

import (
	"context"
	"io"
	"sync"

	"anabranch.dev/internal/groups"
	"anabranch.dev/internal/stamp"
)

// Accumulate says how rows of type T are folded into an accumulator A. It is
// [anabranch.dev/df/agg.Def] without its result: see there. Exactly one of Add,
// AddAt and AddAll is set, and AddBatch beside Add; [Fold] alone knows AddAll, which
// takes whole batches of rows of one group.
type Accumulate[T, A any] struct {
	Init     func(a *A)
	Add      func(a *A, v T)
	AddAt    func(a *A, v T, at stamp.Stamp)
	AddAll   func(a *A, rows []T)
	AddBatch func(to groups.Of[A], rows []T)
	Merge    func(dst, src *A)
	Size     func(a *A) int
}

// Fold is the body of a breaker that folds all rows into one accumulator, and
// gives out what result makes of it.
func Fold[T, A, R any](acc Accumulate[T, A], result func(*A) R) Body {
	return foldBody(acc, func(a any) Source { return once([]R{result(a.(*A))}) })
}

// FoldMany is [Fold] for a result of several rows.
func FoldMany[T, A, R any](acc Accumulate[T, A], result func(*A) []R) Body {
	return foldBody(acc, func(a any) Source { return once(result(a.(*A))) })
}

//go:noinline
func foldBody[T, A any](acc Accumulate[T, A], result func(any) Source) Body {
	f := fold{
		result: result,
		fresh: func() any {
			a := new(A)
			if acc.Init != nil {
				acc.Init(a)
			}
			return a
		},
		push:  func(l *foldLocal) any { return foldPush(l, l.a.(*A), &acc) },
		merge: func(dst, src any) { acc.Merge(dst.(*A), src.(*A)) },
	}
	if acc.Size != nil {
		f.size = func(a any) int { return acc.Size(a.(*A)) }
	}
	return func(r *Run) (any, error) { return &folding{fold: f, memory: r.memory}, nil }
}

// fold is what folding must know of the types of rows and accumulators, which are
// pointers here. The rest is compiled once, and not for every type.
type fold struct {
	fresh  func() any
	push   func(l *foldLocal) any // a func([]T) error
	merge  func(dst, src any)
	size   func(a any) int // nil: none
	result func(a any) Source
}

type folding struct {
	fold
	mu struct {
		sync.Mutex
		total any
		held  int64
	}
	memory *Budget
}

type foldLocal struct {
	f    *folding
	w    *Worker
	a    any
	held int64 // bytes taken from the budget
	row  uint64
}

func (f *folding) Open(w *Worker, _ int) (Local, error) {
	return &foldLocal{f: f, w: w, a: f.fresh()}, nil
}

func (l *foldLocal) Pipe() Pipe {
	return Pipe{Push: l.f.push(l), Reads: true, Mark: func(Mark) error {
		l.row = 0
		return nil
	}}
}

func foldPush[T, A any](l *foldLocal, a *A, acc *Accumulate[T, A]) func(rows []T) error {
	return func(rows []T) error {
		switch {
		case acc.AddAll != nil:
			acc.AddAll(a, rows)
		case acc.AddBatch != nil:
			groups.Same(a, rows, acc.AddBatch)
		case acc.Add != nil:
			foldKernel(a, rows, acc.Add)
		default:
			foldAtKernel(a, rows, l.w.Stamp(l.row), acc.AddAt)
			l.row += uint64(len(rows))
		}
		return l.reserve()
	}
}

func (l *foldLocal) reserve() error {
	if l.f.size == nil {
		return nil
	}
	size := int64(l.f.size(l.a))
	grew := size - l.held
	l.held = size
	if m := l.f.memory; !m.Add(grew) {
		return m.exceeded(errFolded)
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

func (l *foldLocal) Commit() error {
	f := l.f
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.held += l.held
	if f.mu.total == nil {
		f.mu.total = l.a
		return nil
	}
	f.merge(f.mu.total, l.a)
	return nil
}

func (f *folding) Finish(*Run, int) (Then, error) {
	if f.mu.total == nil {
		f.mu.total = f.fresh()
	}
	return Then{Out: f.result(f.mu.total)}, nil
}

func (f *folding) Close() error {
	f.memory.Add(-f.mu.held)
	return nil
}

// once is a source of a few rows that nobody else holds.
func once[T any](rows []T) Source {
	return &rowsOnce{len(rows), SizeOf[T](), func(down Pipe) error { return pushAll(pushOf[T](down), rows) }, false}
}

type rowsOnce struct {
	n     int
	size  int // of a row
	push  func(down Pipe) error
	given bool
}

func (s *rowsOnce) Size() (rows, bytes int64) { return int64(s.n), int64(s.n) * int64(s.size) }
func (s *rowsOnce) Close() error              { return nil }
func (s *rowsOnce) inMemory()                 {}

func (s *rowsOnce) Next(context.Context) (Morsel, error) {
	if s.given {
		return Morsel{}, io.EOF
	}
	s.given = true
	return Morsel{}, nil
}

func (s *rowsOnce) Read(_ *Worker, _ Morsel, down Pipe) error { return s.push(down) }
