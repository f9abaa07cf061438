package spill

import (
	"fmt"
	"slices"
	"sync"

	"anabranch.dev/internal/frame"
)

// A Sorted is what a [Sorter] gives out, in parts that can be read at the same
// time.
type Sorted[T any] struct {
	s  *Sorter[T]
	mu struct {
		sync.Mutex
		memory *arranged
		bucket int // the next one
		ranges *ranges
		open   int  // parts that are being read
		ended  bool // there are no more parts
	}
}

// A Part is a part of the rows in order: all of its rows come before all rows of
// the next part. The zero Part has none.
type Part[T any] struct {
	o      *Sorted[T]
	memory *arranged
	bucket int
	merge  *merger
	from   *bound
}

// Next gives out the next part, in order; ok is false when there are no more. It
// may be called from any goroutine. Every part must be read.
func (o *Sorted[T]) Next() (p Part[T], ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p.o = o
	if a := o.mu.memory; a != nil {
		if o.mu.bucket < len(a.ends) {
			p.memory, p.bucket = a, o.mu.bucket
			o.mu.bucket++
			o.mu.open++
			return p, true
		}
	} else if p.merge, p.from = o.mu.ranges.next(); p.merge != nil {
		o.mu.open++
		return p, true
	}
	o.mu.ended = true
	o.releaseLocked()
	return Part[T]{}, false
}

// releaseLocked gives the memory of the rows back when they have all been read.
func (o *Sorted[T]) releaseLocked() {
	if !o.mu.ended || o.mu.open > 0 {
		return
	}
	if o.mu.memory != nil {
		o.mu.memory, o.mu.bucket = &arranged{}, 0
	}
	o.s.core.dropFillers()
}

// Held is how many bytes of memory the rows take that wait to be read.
func (o *Sorted[T]) Held() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mu.memory == nil || o.mu.bucket >= len(o.mu.memory.ends) {
		return 0
	}
	return o.s.core.heldByFillers()
}

// Spill writes the rows that are in memory and belong to parts to come to disk,
// and reports how many bytes of memory that frees, if any. It may be called from
// any goroutine.
func (o *Sorted[T]) Spill() (freed int64, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.mu.memory
	if a == nil || o.mu.bucket >= len(a.ends) {
		return 0, nil
	}
	rest, err := o.s.core.writeRest(a, o.mu.bucket)
	if err != nil || rest.rows == 0 {
		return 0, err
	}
	o.mu.memory = nil
	o.mu.ranges = o.s.core.newRanges([]*run{rest})
	return o.s.core.dropFillers(), nil
}

// Read pushes the rows of a part, in order and in batches of up to len(buf) rows,
// which are valid until push returns. The strings and slices in rows may be kept:
// they share memory with others that were read at the same time.
func (p Part[T]) Read(buf []T, push func(rows []T) error) (err error) {
	if p.o == nil {
		return nil
	}
	r := &reader[T]{s: p.o.s, push: push, rows: buf[:min(len(buf), batchRows)]}
	defer p.end()
	if p.memory != nil {
		table := p.memory.table
		for part := range slices.Chunk(p.memory.rowsOf(p.bucket), ahead) {
			r.touched += table.touch(part)
			for _, at := range part {
				if err := r.add(rowAt(table.at(at.At))); err != nil {
					return err
				}
			}
		}
		return r.flush()
	}
	defer p.merge.close()
	if err := p.merge.start(p.from); err != nil {
		return err
	}
	for len(p.merge.heap) > 0 {
		if err := r.add(p.merge.heap[0].c.rec.row); err != nil {
			return err
		}
		if err := p.merge.advance(); err != nil {
			return err
		}
	}
	return r.flush()
}

func (p Part[T]) end() {
	o := p.o
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mu.open--
	o.releaseLocked()
}

// reader makes rows of bytes, a batch at a time.
type reader[T any] struct {
	s    *Sorter[T]
	push func([]T) error
	rows []T
	n    int
	got  [batchRows][]byte
	buf  []byte

	touched byte
}

func (r *reader[T]) add(row []byte) error {
	r.got[r.n] = row
	if r.n++; r.n < len(r.rows) {
		return nil
	}
	return r.flush()
}

func (r *reader[T]) flush() error {
	n := r.n
	if r.n = 0; n == 0 {
		return nil
	}
	if err := r.s.decode(r.rows[:n], r.got[:n], &r.buf); err != nil {
		return err
	}
	return r.push(r.rows[:n])
}

// decode fills rows with what their bytes are.
func (s *Sorter[T]) decode(rows []T, got [][]byte, buf *[]byte) error {
	if s.text {
		stringsFrom(rows, got)
		return nil
	}
	if _, ok := fixedSize(s.codec); ok { // such rows do not point into their bytes
		b := (*buf)[:0]
		for _, row := range got {
			b = append(b, row...)
		}
		*buf = b
		_, err := decodeAll(s.codec, rows, b)
		return err
	}
	if _, err := decodeEach(s.codec, rows, got); err != nil {
		return fmt.Errorf("%w: %w", frame.ErrCorrupt, err)
	}
	return nil
}
