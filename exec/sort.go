package exec

import (
	"context"
	"io"

	"anabranch.dev/internal/plan"
	"anabranch.dev/spill"
)

// Sort is the body of a breaker that gives all rows out in an order. Rows that are
// equal in it stay in the order of the input.
//
// Each worker fills a part of a [spill.Sorter], which keeps rows in memory while
// the budget allows it and writes sorted runs to disk when it does not. What comes
// out is ranges of keys, each put in order by the worker that reads it.
//
//go:noinline
func Sort[T any](order spill.Order[T]) Body {
	return func(r *Run) (any, error) {
		s, err := newSorter(r, order)
		if err != nil {
			return nil, err
		}
		return &sorting[T]{run: r, sorter: s}, nil
	}
}

// newSorter makes a sorter that shares the run's budget, disk and workers.
func newSorter[T any](r *Run, order spill.Order[T]) (*spill.Sorter[T], error) {
	return spill.NewSorter(order, sorterConfig(r))
}

func sorterConfig(r *Run) spill.Config {
	return spill.Config{
		Memory: r.memory.live, TempDir: r.tempDir, Space: r.space, FS: r.fs, Workers: r.workers,
		Budget: func() spill.Memory { return r.memory.Holder() },
	}
}

type sorting[T any] struct {
	run    *Run
	sorter *spill.Sorter[T]
}

func (s *sorting[T]) Open(w *Worker, input int) (Local, error) {
	return &sortLocal[T]{w: w, input: uint64(input) << inputShift, part: s.sorter.Filler()}, nil
}

// inputShift is where the number of an input stands in the places of its rows,
// above that of the morsel.
const inputShift = 48

type sortLocal[T any] struct {
	w     *Worker
	input uint64
	part  *spill.Filler[T]
}

func (l *sortLocal[T]) Pipe() Pipe {
	return Pipe{Push: l.push, Mark: func(Mark) error { return nil }, Reads: true}
}

func (l *sortLocal[T]) push(rows []T) error { return l.part.Add(l.input|l.w.seq, rows) }

func (l *sortLocal[T]) Commit() error {
	l.w.run.rest(l.w.op.node, l.part)
	return nil
}

func (s *sorting[T]) Finish(r *Run, _ int) (Then, error) {
	sorted, err := s.sorter.Sort(r.Each)
	if err != nil {
		return Then{}, err
	}
	r.memory.offer(&idle{held: sorted.Held, spill: r.spilling(sorted.Spill)})
	return Then{Out: &sortedSource[T]{rows: s.sorter.Stats().Rows, sorted: sorted}}, nil
}

// spilling has what the operator that is being finished holds written to disk by
// whoever is short of memory. An error is the operator's, and ends the run.
func (r *Run) spilling(spill func() (int64, error)) func() int64 {
	return r.spillingOf(r.op.node, spill)
}

func (r *Run) spillingOf(n *plan.Node, spill func() (int64, error)) func() int64 {
	return func() int64 {
		freed, err := spill()
		if err != nil {
			r.fail(nodeError(n, err), 0)
		}
		return freed
	}
}

func (s *sorting[T]) keeps() error         { return nil }
func (s *sorting[T]) effort() float64      { return sortEffort }
func (s *sorting[T]) spilled() spill.Stats { return s.sorter.Stats() }

func (s *sorting[T]) Close() error { return s.sorter.Close() }

// rest offers the memory of rows that a worker has added to a sorter of an operator, and
// that wait for those of other workers and inputs, to whoever is short of it.
func (r *Run) rest(n *plan.Node, f interface {
	Rest()
	Held() int64
	Spill() (freed int64, err error)
}) {
	f.Rest()
	r.memory.offer(&idle{held: f.Held, spill: r.spillingOf(n, f.Spill)})
}

// sortedSource gives out one range of the order per morsel.
type sortedSource[T any] struct {
	rows   int64
	sorted *spill.Sorted[T]
}

func (s *sortedSource[T]) Size() (rows, bytes int64) { return s.rows, -1 }
func (s *sortedSource[T]) parts() int64              { return int64(s.sorted.Parts()) }
func (s *sortedSource[T]) Close() error              { return nil }

func (s *sortedSource[T]) Next(context.Context) (Morsel, error) {
	part, ok := s.sorted.Next()
	if !ok {
		return Morsel{}, io.EOF
	}
	return Morsel{Part: part}, nil
}

func (s *sortedSource[T]) Read(w *Worker, m Morsel, down Pipe) error {
	return m.Part.(spill.Part[T]).Read(scratch[T](w, BatchRows[T]()), pushOf[T](down))
}
