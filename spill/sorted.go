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
	of *sorted
}

// A Part is a part of the rows in order: all of its rows come before all rows of
// the next part. The zero Part has none.
type Part[T any] struct {
	s  *Sorter[T]
	of section
}

// Next gives out the next part, in order; ok is false when there are no more. It
// may be called from any goroutine. Every part must be read.
func (o *Sorted[T]) Next() (p Part[T], ok bool) {
	p.of, ok = o.of.next()
	p.s = o.s
	return p, ok
}

// Parts is how many parts there are, those that were given out among them.
func (o *Sorted[T]) Parts() int { return o.of.parts() }

// Held is how many bytes of memory the rows take that wait to be read.
func (o *Sorted[T]) Held() int64 { return o.of.waiting() }

// Spill writes the rows that are in memory and belong to parts to come to disk,
// and reports how many bytes of memory that frees, if any. It may be called from
// any goroutine.
func (o *Sorted[T]) Spill() (freed int64, err error) { return o.of.spill() }

// Read pushes the rows of a part, in order and in batches of up to len(buf) rows,
// which are valid until push returns. The strings and slices in rows may be kept:
// they share memory with others that were read at the same time.
func (p Part[T]) Read(buf []T, push func(rows []T) error) error {
	var scratch []byte
	return p.of.read(len(buf), func(got rowBytes) error {
		rows := buf[:got.n]
		if err := p.s.decode(rows, got, &scratch); err != nil {
			return err
		}
		return push(rows)
	})
}

// decode fills rows with what their bytes are.
func (s *Sorter[T]) decode(rows []T, got rowBytes, buf *[]byte) error {
	switch {
	case s.text:
		stringsFrom(rows, got.each)
		return nil
	case s.form != nil:
		return s.form.decodeBatch(placesOf(rows), got, buf)
	}
	_, err := decodeEach(s.codec, rows, got.each)
	return corrupt(err)
}

// sorted is all of a Sorted that does not depend on the type of its rows.
type sorted struct {
	core *sorter
	mu   struct {
		sync.Mutex
		memory *arranged
		bucket int // the next one
		ranges *ranges
		open   int  // parts that are being read
		ended  bool // there are no more parts
	}
}

// section is all of a Part that does not depend on the type of its rows.
type section struct {
	o      *sorted
	memory *arranged
	bucket int
	merge  *merger
	from   *bound
}

func (o *sorted) next() (p section, ok bool) {
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
	return section{}, false
}

func (o *sorted) parts() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mu.memory != nil {
		return len(o.mu.memory.ends)
	}
	return len(o.mu.ranges.cuts) + 1
}

// releaseLocked gives the memory of the rows back when they have all been read.
func (o *sorted) releaseLocked() {
	if !o.mu.ended || o.mu.open > 0 {
		return
	}
	if o.mu.memory != nil {
		o.mu.memory, o.mu.bucket = &arranged{}, 0
	}
	o.core.dropFillers()
}

func (o *sorted) waiting() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mu.memory == nil || o.mu.bucket >= len(o.mu.memory.ends) {
		return 0
	}
	return o.core.heldByFillers()
}

func (o *sorted) spill() (freed int64, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.mu.memory
	if a == nil || o.mu.bucket >= len(a.ends) {
		return 0, nil
	}
	rest, err := o.core.writeRest(a, o.mu.bucket)
	if err != nil || rest.rows == 0 {
		return 0, err
	}
	o.mu.memory = nil
	o.mu.ranges = o.core.newRanges([]*run{rest})
	return o.core.dropFillers(), nil
}

// read gives the bytes of the rows to push, up to n rows at a time.
func (p section) read(n int, push func(got rowBytes) error) error {
	if p.o == nil {
		return nil
	}
	r := &reader{push: push, most: min(n, batchRows)}
	defer p.end()
	if p.memory != nil && p.memory.bare != nil {
		return p.memory.readBare(p.bucket, min(n, batchRows), push)
	}
	if p.memory != nil {
		table := p.memory.table
		for refs := range slices.Chunk(p.memory.rowsOf(p.bucket), ahead) {
			r.touched += table.touch(refs)
			for _, at := range refs {
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
	for rec, ok := p.merge.first(); ok; rec, ok = p.merge.first() {
		if err := r.add(rec.row); err != nil {
			return err
		}
		if err := p.merge.advance(); err != nil {
			return err
		}
	}
	return r.flush()
}

func (p section) end() {
	o := p.o
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mu.open--
	o.releaseLocked()
}

// rowBytes is the bytes of n rows.
type rowBytes struct {
	n    int
	each [][]byte
	all  []byte // in place of each: rows that are bare, one after the other
}

// reader gathers the bytes of rows, a batch at a time.
type reader struct {
	push func(rowBytes) error
	most int
	n    int
	got  [batchRows][]byte

	touched byte
}

func (r *reader) add(row []byte) error {
	r.got[r.n] = row
	if r.n++; r.n < r.most {
		return nil
	}
	return r.flush()
}

func (r *reader) flush() error {
	n := r.n
	if r.n = 0; n == 0 {
		return nil
	}
	return r.push(rowBytes{n: n, each: r.got[:n]})
}

// decodeBatch fills rows with what their bytes are. buf is scratch memory.
func (f *form) decodeBatch(rows places, got rowBytes, buf *[]byte) error {
	switch {
	case got.all != nil:
		_, err := f.decodeAll(rows, got.all)
		return err
	case f.fixed < 0:
		_, err := f.decodeEach(rows, got.each)
		return corrupt(err)
	}
	b := (*buf)[:0] // such rows do not point into their bytes
	for _, row := range got.each {
		b = append(b, row...)
	}
	*buf = b
	_, err := f.decodeAll(rows, b)
	return err
}

// corrupt is the error of rows that cannot be read.
func corrupt(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", frame.ErrCorrupt, err)
}
