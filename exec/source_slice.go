package exec

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
)

// morselRows is how many rows of n a morsel has: enough morsels to keep many
// workers busy to the end, and never so few rows that handing one out counts.
func morselRows(n int64) int64 { return min(max(n/128, maxBatchRows), 64<<10) }

// span is a morsel of numbered rows.
type span struct{ from, to int64 }

// spans gives out n numbered rows in morsels.
type spans struct{ next, n int64 }

func (s *spans) Next(context.Context) (Morsel, error) {
	if s.next >= s.n {
		return Morsel{}, io.EOF
	}
	p := span{s.next, min(s.next+morselRows(s.n), s.n)}
	s.next = p.to
	return Morsel{Part: p}, nil
}

func (s *spans) Close() error { return nil }
func (s *spans) inMemory()    {}

// Describe names a morsel in errors.
func (s *spans) Describe(m Morsel) string {
	p := m.Part.(span)
	if p.to-p.from == s.n {
		return fmt.Sprintf("%d elements", s.n)
	}
	return fmt.Sprintf("elements %d to %d", p.from+1, p.to)
}

// sliceSource pushes the elements of a slice that belongs to the user: copies, where
// who gets a batch may overwrite it.
type sliceSource[T any] struct {
	spans
	rows []T
}

// FromSlice is the body of a source of the elements of rows.
func FromSlice[T any](rows []T) Body {
	return func(*Run) (any, error) {
		return &sliceSource[T]{spans{n: int64(len(rows))}, rows}, nil
	}
}

func (s *sliceSource[T]) Size() (rows, bytes int64) {
	return s.n, s.n * int64(SizeOf[T]())
}

func (s *sliceSource[T]) Read(w *Worker, m Morsel, down Pipe) error {
	push := pushOf[T](down)
	p := m.Part.(span)
	rows := s.rows[p.from:p.to]
	if down.Reads {
		for batch := range slices.Chunk(rows, BatchRows[T]()) {
			if err := push(batch); err != nil {
				return err
			}
		}
		return nil
	}
	buf := scratch[T](w, BatchRows[T]())
	for len(rows) > 0 {
		n := copy(buf, rows)
		rows = rows[n:]
		if err := push(buf[:n]); err != nil {
			return err
		}
	}
	return nil
}

// scratch is a buffer of n rows that belongs to the worker until the end of the
// morsel.
func scratch[T any](w *Worker, n int) []T {
	if buf, ok := w.scratch.([]T); ok && len(buf) >= n {
		return buf[:n]
	}
	buf := make([]T, n)
	w.scratch = buf
	return buf
}

// Integer is any integer type.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

type rangeSource[N Integer] struct {
	spans
	from N
}

// Range is the body of a source of the numbers from, from+1, ... to-1.
func Range[N Integer](from, to N) Body {
	return func(*Run) (any, error) {
		n := int64(0)
		if from < to {
			n = int64(min(uint64(to)-uint64(from), math.MaxInt64)) // no run gets to the end of more
		}
		return &rangeSource[N]{spans{n: n}, from}, nil
	}
}

func (s *rangeSource[N]) Size() (rows, bytes int64) { return s.n, s.n * int64(SizeOf[N]()) }

func (s *rangeSource[N]) Read(w *Worker, m Morsel, down Pipe) error {
	push := pushOf[N](down)
	p := m.Part.(span)
	buf := scratch[N](w, BatchRows[N]())
	for p.from < p.to {
		n := min(int64(len(buf)), p.to-p.from)
		fillRange(buf[:n], s.from+N(p.from))
		p.from += n
		if err := push(buf[:n]); err != nil {
			return err
		}
	}
	return nil
}

func fillRange[N Integer](dst []N, first N) {
	for i := range dst {
		dst[i] = first + N(i)
	}
}
