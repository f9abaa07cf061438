package exec

import (
	"context"
	"fmt"
	"io"
	"iter"
	"time"
)

// seqPatience is how long elements of a slow sequence wait for a batch to fill.
const seqPatience = 10 * time.Millisecond

// seqBatch is a morsel of a sequence: it has been read already.
type seqBatch[T any] struct {
	rows  []T
	err   error // after the rows
	first int64 // number of the first row, from 0
}

// seqSource reads a sequence, which can only be done by one goroutine at a
// time, and deals its elements to the workers in batches.
type seqSource[T any] struct {
	start func() (next func() (seqBatch[T], bool), stop func())
	next  func() (seqBatch[T], bool)
	stop  func()
	ended bool
	given int64 // rows
}

// FromSeq is the body of a source of the elements of seq. An error ends the run.
func FromSeq[T any](seq iter.Seq2[T, error]) Body {
	return func(*Run) (any, error) {
		return &seqSource[T]{start: func() (func() (seqBatch[T], bool), func()) {
			return iter.Pull(batched(seq))
		}}, nil
	}
}

// batched gathers elements into batches: small ones at first, so that whoever
// wants few is not kept waiting, and whatever is there when time is up. A panic
// of the sequence becomes the error of its last batch, with the stack of where
// it happened.
func batched[T any](seq iter.Seq2[T, error]) iter.Seq[seqBatch[T]] {
	return func(yield func(seqBatch[T]) bool) {
		left := false // nobody wants more
		var rows []T
		err := guarded(func() error {
			limit := 1
			asked := time.Now()
			for v, err := range seq {
				if err != nil {
					return err
				}
				rows = append(rows, v)
				n := len(rows)
				if n < limit && (n&(n-1) != 0 && n%64 != 0 || time.Since(asked) < seqPatience) {
					continue
				}
				if left = !yield(seqBatch[T]{rows: rows}); left {
					return nil
				}
				limit = min(limit*2, BatchRows[T]())
				rows = make([]T, 0, limit)
				asked = time.Now()
			}
			return nil
		})
		switch {
		case left && err != nil:
			panic(err) // in the goroutine that has left
		case !left && (err != nil || len(rows) > 0):
			yield(seqBatch[T]{rows: rows, err: err})
		}
	}
}

func (s *seqSource[T]) Size() (rows, bytes int64) { return -1, -1 }

func (s *seqSource[T]) Next(context.Context) (Morsel, error) {
	if s.ended {
		return Morsel{}, io.EOF
	}
	if s.next == nil {
		s.next, s.stop = s.start()
	}
	s.ended = true // unless the user's function returns
	b, ok := s.next()
	if !ok {
		return Morsel{}, io.EOF
	}
	s.ended = b.err != nil
	b.first = s.given
	s.given += int64(len(b.rows))
	return Morsel{Part: b}, nil
}

func (s *seqSource[T]) Read(w *Worker, m Morsel, down Pipe) error {
	b := m.Part.(seqBatch[T])
	if len(b.rows) > 0 { // the batch is the worker's own: no copy
		if err := pushOf[T](down)(b.rows); err != nil {
			return err
		}
	}
	if b.err != nil {
		return w.failRow(int64(len(b.rows))+1, b.err)
	}
	return nil
}

// Describe names a morsel in errors.
func (s *seqSource[T]) Describe(m Morsel) string {
	return fmt.Sprintf("elements %d and on", m.Part.(seqBatch[T]).first+1)
}

func (s *seqSource[T]) Close() error {
	if s.stop != nil {
		s.stop()
	}
	return nil
}

// splitSource reads each of the user's splits with the user's function.
type splitSource[S, T any] struct {
	splits []S
	next   int
	read   func(context.Context, S) iter.Seq2[T, error]
}

// Splits is the body of a source whose morsels are the user's.
func Splits[S, T any](splits []S, read func(context.Context, S) iter.Seq2[T, error]) Body {
	return func(*Run) (any, error) {
		return &splitSource[S, T]{splits: splits, read: read}, nil
	}
}

func (s *splitSource[S, T]) Size() (rows, bytes int64) { return -1, -1 }
func (s *splitSource[S, T]) Close() error              { return nil }

func (s *splitSource[S, T]) Next(context.Context) (Morsel, error) {
	if s.next == len(s.splits) {
		return Morsel{}, io.EOF
	}
	s.next++
	return Morsel{Part: s.next - 1}, nil
}

// Describe names a morsel in errors.
func (s *splitSource[S, T]) Describe(m Morsel) string {
	i := m.Part.(int)
	return fmt.Sprintf("split %d (%.80s)", i+1, fmt.Sprint(s.splits[i]))
}

func (s *splitSource[S, T]) Read(w *Worker, m Morsel, down Pipe) error {
	push := pushOf[T](down)
	buf := scratch[T](w, BatchRows[T]())
	n, pushed := 0, int64(0)
	for v, err := range s.read(w.run.ctx, s.splits[m.Part.(int)]) {
		if err != nil {
			if n > 0 {
				if err := push(buf[:n]); err != nil {
					return err
				}
			}
			return w.failRow(pushed+int64(n)+1, err)
		}
		buf[n] = v
		if n++; n < len(buf) {
			continue
		}
		if err := push(buf); err != nil {
			return err
		}
		pushed += int64(n)
		n = 0
	}
	if n == 0 {
		return nil
	}
	return push(buf[:n])
}
