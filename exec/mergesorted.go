package exec

import (
	"fmt"
	"sync"

	"anabranch.dev/spill"
)

// MergeSorted is the body of a breaker that puts inputs, each of which is in an
// order already, together in that order; rows that are equal in it come in the
// order of the inputs. An input that is not in order is [ErrNotSorted].
//
// The inputs of a run are read one after the other, so their rows are kept, as
// those of [Sort] are.
func MergeSorted[T any](order spill.Order[T], inputs int) Body {
	return func(r *Run) (any, error) {
		s, err := newSorter(r, order)
		if err != nil {
			return nil, err
		}
		m := &merging[T]{sorting: sorting[T]{run: r, sorter: s}, order: order, left: inputs}
		m.mu.ends = make([][]morselEnds[T], inputs)
		return m, nil
	}
}

// merging is a sort that looks whether its inputs are in order.
type merging[T any] struct {
	sorting[T]
	order spill.Order[T]
	left  int // inputs that are not finished
	mu    struct {
		sync.Mutex
		ends [][]morselEnds[T] // of each input
	}
}

// morselEnds are the first and the last row of a morsel.
type morselEnds[T any] struct {
	seq         uint64
	first, last T
}

type mergeLocal[T any] struct {
	m     *merging[T]
	w     *Worker
	input int
	sort  Local
	add   func([]T) error
	begun bool
	at    morselEnds[T]
	ends  []morselEnds[T]
}

func (m *merging[T]) Open(w *Worker, input int) (Local, error) {
	l, err := m.sorting.Open(w, input)
	if err != nil {
		return nil, err
	}
	return &mergeLocal[T]{m: m, w: w, input: input, sort: l, add: pushOf[T](l.Pipe())}, nil
}

func (l *mergeLocal[T]) Pipe() Pipe { return Pipe{Push: l.push, Mark: l.mark, Reads: true} }

func (l *mergeLocal[T]) push(rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	if !l.begun {
		l.begun, l.at = true, morselEnds[T]{seq: l.w.seq, first: rows[0], last: rows[0]}
	}
	if i := l.m.falls(l.at.last, rows); i >= 0 {
		return l.w.Fail(i, l.m.notSorted(l.input))
	}
	l.at.last = rows[len(rows)-1]
	return l.add(rows)
}

// falls returns the first row that comes before the one before it, or -1.
func (m *merging[T]) falls(last T, rows []T) int {
	for i := range rows {
		if m.order.Compare(last, rows[i]) > 0 {
			return i
		}
		last = rows[i]
	}
	return -1
}

func (m *merging[T]) notSorted(input int) error {
	return fmt.Errorf("%w: a row of input %d comes before the one before it; Sort it first", ErrNotSorted, input+1)
}

func (l *mergeLocal[T]) mark(m Mark) error {
	if m.Kind == MorselEnd && l.begun {
		l.ends = append(l.ends, l.at)
		l.begun, l.at = false, morselEnds[T]{}
	}
	return nil
}

func (l *mergeLocal[T]) Commit() error {
	m := l.m
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.ends[l.input] = append(m.mu.ends[l.input], l.ends...)
	return l.sort.Commit()
}

func (m *merging[T]) Finish(r *Run, input int) (Then, error) {
	ends := inOrder(m.mu.ends[input], func(e *morselEnds[T]) uint64 { return e.seq })
	m.mu.ends[input] = nil
	for i := 1; i < len(ends); i++ {
		if m.order.Compare(ends[i-1].last, ends[i].first) > 0 {
			return Then{}, m.notSorted(input)
		}
	}
	if m.left--; m.left > 0 {
		return Then{}, nil
	}
	return m.sorting.Finish(r, input)
}
