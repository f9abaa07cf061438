package exec

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"anabranch.dev/spill"
)

// gathered is what one morsel left in a buffer: rows in their order.
type gathered[T any] struct {
	seq  uint64
	rows []T
}

func (g *gathered[T]) number() uint64 { return g.seq }

// buffer keeps rows in input order until a later pipeline wants them. It ends a
// part of a plan whose consumers run one after the other, and it is the second
// input of a zip.
type buffer[T any] struct {
	run *Run
	why error // rows do not go to disk
	mu  struct {
		sync.Mutex
		parts []gathered[T]
		bytes int64
	}
	starts []int64 // number of the first row of each part
	n      int64
}

func newBuffer[T any](r *Run) Breaker { return &buffer[T]{run: r, why: errInMemory} }

// bufferLocal gathers one worker's rows.
type bufferLocal[T any] struct {
	b     *buffer[T]
	w     *Worker
	rows  []T
	parts []gathered[T]
	bytes int64 // taken from the budget
}

func (b *buffer[T]) Open(w *Worker, _ int) (Local, error) {
	return &bufferLocal[T]{b: b, w: w}, nil
}

func (l *bufferLocal[T]) Pipe() Pipe {
	return Pipe{Push: l.push, Mark: l.mark, Reads: true}
}

func (l *bufferLocal[T]) push(rows []T) error {
	before := cap(l.rows)
	l.rows = append(l.rows, rows...)
	if grew := int64(cap(l.rows)-before) * int64(SizeOf[T]()); grew > 0 {
		l.bytes += grew
		if m := l.b.run.memory; !m.Add(grew) {
			return m.exceeded(l.b.why)
		}
	}
	return nil
}

func (l *bufferLocal[T]) mark(m Mark) error {
	if m.Kind == MorselEnd && len(l.rows) > 0 {
		l.parts = append(l.parts, gathered[T]{m.Seq, l.rows})
		l.rows = nil
	}
	return nil
}

func (l *bufferLocal[T]) Commit() error {
	l.b.mu.Lock()
	defer l.b.mu.Unlock()
	l.b.mu.parts = append(l.b.mu.parts, l.parts...)
	l.b.mu.bytes += l.bytes
	return nil
}

func (b *buffer[T]) Finish(r *Run, _ int) (Then, error) {
	b.mu.parts = inOrder(b.mu.parts, (*gathered[T]).number)
	for _, p := range b.mu.parts {
		b.starts = append(b.starts, b.n)
		b.n += int64(len(p.rows))
	}
	return Then{}, nil
}

func (b *buffer[T]) keeps() error         { return errInMemory }
func (b *buffer[T]) effort() float64      { return bufferEffort }
func (b *buffer[T]) spilled() spill.Stats { return spill.Stats{} }

// Why what an operator keeps does not go to disk.
var (
	errInMemory = errors.New("rows that the plan uses again later are kept in memory")
	errZipped   = errors.New("Zip keeps the rows of its second input in memory")
	errFolded   = errors.New("the aggregate of a whole stream is kept in memory")
)

func (b *buffer[T]) Close() error {
	b.run.memory.Add(-b.mu.bytes)
	b.mu.parts = nil
	return nil
}

// replay returns a source of the rows, which may be called for several times.
func (b *buffer[T]) replay() Source { return &replaySource[T]{b: b} }

// at calls f with the rows numbered from from to before to, in pieces, and
// stops when there are no more.
func (b *buffer[T]) at(from, to int64, f func(rows []T)) {
	i, ok := slices.BinarySearch(b.starts, from)
	if !ok {
		i--
	}
	for ; i >= 0 && i < len(b.starts) && from < to; i++ {
		rows := b.mu.parts[i].rows
		lo := min(from-b.starts[i], int64(len(rows)))
		hi := min(to-b.starts[i], int64(len(rows)))
		if lo < hi {
			f(rows[lo:hi])
			from += hi - lo
		}
	}
}

type replaySource[T any] struct {
	b    *buffer[T]
	next int
}

func (s *replaySource[T]) Size() (rows, bytes int64) { return s.b.n, s.b.mu.bytes }
func (s *replaySource[T]) Close() error              { return nil }
func (s *replaySource[T]) inMemory()                 {}

func (s *replaySource[T]) Next(context.Context) (Morsel, error) {
	if s.next == len(s.b.mu.parts) {
		return Morsel{}, io.EOF
	}
	s.next++
	return Morsel{Part: s.next - 1}, nil
}

func (s *replaySource[T]) Read(w *Worker, m Morsel, down Pipe) error {
	push := pushOf[T](down)
	rows := s.b.mu.parts[m.Part.(int)].rows
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
