package exec

import (
	"context"
	"io"

	"anabranch.dev/internal/frame"
	"anabranch.dev/internal/mergeheap"
	"anabranch.dev/spill"
)

// Runs are sorted runs that other processes have sent, in parcels.
type Runs interface {
	// Wait returns when all of them have come.
	Wait(ctx context.Context) error
	// Firsts are the first row of each parcel of each run, and the size of each parcel;
	// runs of equal rows come in the order of the rows.
	Firsts() (firsts [][][]byte, sizes [][]int)
	// Block is the block of a parcel. Calls may overlap.
	Block(run, parcel int) ([]byte, error)
	Close() error
}

// mergeRuns is the body of a source that merges runs. Its morsels are ranges of the order.
func mergeRuns[T any](order spill.Order[T], runs Runs) Body {
	return func(r *Run) (any, error) {
		c, err := spill.CodecFor[T]()
		if err != nil {
			return nil, err
		}
		return &runMerge[T]{order: order, codec: c, runs: runs}, nil
	}
}

type runMerge[T any] struct {
	order spill.Order[T]
	codec spill.Codec[T]
	runs  Runs

	ready  bool
	firsts [][]T // of the parcels of each run
	bounds []T   // between the ranges
	next   int
	total  int64
}

// A range has so many parcels of each run, if that is not more than mostMerge bytes: those
// at its ends are read for its neighbours, too. It has leastMerge bytes where there are few
// runs. Workers that wait for their turn hold back a range.
const (
	leastMerge = 1 << 20
	mostMerge  = 16 << 20
	mergeEach  = 8
)

func (s *runMerge[T]) Size() (rows, bytes int64) { return -1, -1 }
func (s *runMerge[T]) Close() error              { return s.runs.Close() }

func (s *runMerge[T]) Next(ctx context.Context) (Morsel, error) {
	if !s.ready {
		if err := s.runs.Wait(ctx); err != nil {
			return Morsel{}, err
		}
		if err := s.plan(); err != nil {
			return Morsel{}, err
		}
		s.ready = true
	}
	if s.next > len(s.bounds) || s.total == 0 {
		return Morsel{}, io.EOF
	}
	in := &rowRange[T]{order: s.order}
	if s.next > 0 {
		in.from = &s.bounds[s.next-1]
	}
	if s.next < len(s.bounds) {
		in.to = &s.bounds[s.next]
	}
	s.next++
	return Morsel{Part: in}, nil
}

// plan cuts the runs into ranges.
func (s *runMerge[T]) plan() error {
	firsts, sizes := s.runs.Firsts()
	var all [][]byte
	var size []int
	for i := range firsts {
		rows, err := decoded[T](firsts[i])
		if err != nil {
			return err
		}
		s.firsts = append(s.firsts, rows)
		all, size = append(all, firsts[i]...), append(size, sizes[i]...)
	}
	for _, n := range size {
		s.total += int64(n)
	}
	each := mergeEach * s.total / int64(max(len(size), 1)) * int64(len(firsts))
	each = min(max(each, leastMerge), mostMerge)
	bounds, err := ranges[T]{s.order}.Cut(all, size, int(s.total/each)+1)
	if err != nil {
		return err
	}
	s.bounds, err = decoded[T](bounds)
	return err
}

func (s *runMerge[T]) Read(w *Worker, m Morsel, down Pipe) error {
	in := m.Part.(*rowRange[T])
	heap := mergeheap.Heap[*runCursor[T]]{Less: s.before}
	for i, firsts := range s.firsts {
		first, end := in.find(firsts)
		c := &runCursor[T]{s: s, in: in, run: i, next: max(first-1, 0), end: end}
		if ok, err := c.advance(); err != nil {
			return err
		} else if ok {
			heap.Nodes = append(heap.Nodes, mergeheap.Node[*runCursor[T]]{Key: c.keys[0], Source: c})
		}
	}
	return mergeRange(heap, scratch[T](w, BatchRows[T]()), pushOf[T](down))
}

// before compares the first rows of two cursors. Equal rows come in the order of the runs.
func (s *runMerge[T]) before(a, b *runCursor[T]) bool {
	if c := s.order.Compare(a.rows[0], b.rows[0]); c != 0 {
		return c < 0
	}
	return a.run < b.run
}

// runCursor walks through the rows of a range in one run.
type runCursor[T any] struct {
	s         *runMerge[T]
	in        *rowRange[T]
	run       int
	next, end int // parcels
	dec       frame.Decoder
	rows      []T // those to come, of one parcel
	keys      []uint64
	buf       []T
	bits      []uint64
}

// advance takes the next parcel with rows of the range.
func (c *runCursor[T]) advance() (ok bool, err error) {
	for c.next < c.end {
		b, err := c.s.runs.Block(c.run, c.next)
		if err != nil {
			return false, err
		}
		c.next++
		raw, h, err := c.dec.Decode(nil, b) // rows may point into raw
		if err != nil {
			return false, err
		}
		c.buf = grown(c.buf, h.Rows)[:h.Rows]
		if _, err := spill.DecodeAll(c.s.codec, c.buf, raw); err != nil {
			return false, err
		}
		if c.rows = c.in.trim(c.buf); len(c.rows) == 0 {
			continue
		}
		c.bits = grown(c.bits, len(c.rows))
		c.keys = c.bits[:len(c.rows)]
		c.s.order.Prefixes(c.rows, c.keys)
		return true, nil
	}
	return false, nil
}

// mergeRange pushes the rows of cursors in order.
func mergeRange[T any](heap mergeheap.Heap[*runCursor[T]], buf []T, push func([]T) error) error {
	n := 0
	for heap.Init(); len(heap.Nodes) > 0; {
		c := heap.Nodes[0].Source
		buf[n] = c.rows[0]
		c.rows, c.keys = c.rows[1:], c.keys[1:]
		if n++; n == len(buf) {
			if err := push(buf); err != nil {
				return err
			}
			n = 0
		}
		if len(c.rows) == 0 {
			ok, err := c.advance()
			if err != nil {
				return err
			}
			if !ok {
				heap.Drop()
				continue
			}
		}
		heap.Fix(c.keys[0])
	}
	if n == 0 {
		return nil
	}
	return push(buf[:n])
}
