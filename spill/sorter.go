package spill

import (
	"iter"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// A Sorter sorts rows of any number in limited memory.
//
// Rows are added by one goroutine with [Sorter.Add], or by several, each with a
// [Sorter.Filler] of its own. They are then read with [Sorter.All], or in parts with
// [Sorter.Sort]. Close must be called in the end, and ends everything at any time.
type Sorter[T any] struct {
	core  sorter
	order Order[T]
	codec Codec[T]
	text  bool // rows are strings, stored without their length

	feed *feed[T] // of Add; nil until there is a full batch
	rows []T      // added, and not in a filler yet
	next uint64   // place
}

// NewSorter returns an empty sorter. The error is a [*TypeError] when rows of type
// T cannot be written.
func NewSorter[T any](order Order[T], c Config) (*Sorter[T], error) {
	codec, err := CodecFor[T]()
	if err != nil {
		return nil, err
	}
	return NewSorterOf(order, codec, c), nil
}

// NewSorterOf is [NewSorter] for rows that codec writes.
func NewSorterOf[T any](order Order[T], codec Codec[T], c Config) *Sorter[T] {
	if order.IsZero() {
		panic("spill.NewSorter: the zero Order orders nothing")
	}
	if c.Memory < 0 || c.Disk < 0 || c.Workers < 0 || c.FanIn < 0 {
		panic("spill.NewSorter: a limit is negative")
	}
	s := &Sorter[T]{order: order, codec: codec, text: isString(codec)}
	s.core.init(c)
	switch cols := order.columns; {
	case cols == nil:
		s.core.kind = byPlain
		s.byComparison()
	case len(cols) == 1 && cols[0].bits != nil:
		s.core.kind, s.core.width, s.core.prefixTells = byNumbers, cols[0].width, true
		if cols[0].desc {
			s.core.turn = ^uint64(0) << (64 - 8*cols[0].width)
		}
	default:
		s.core.kind = byTexts
		if len(cols) == 1 && cols[0].text != nil && cols[0].desc {
			s.core.desc, s.core.flip = true, ^uint64(0)
		}
	}
	return s
}

// Add adds rows. It may be called until the rows are read, by one goroutine at a
// time; rows are sorted, and written to disk when the memory is full, in others.
//
// A key that is a slice of bytes is read after the key function has returned, and
// must not change until the row is sorted: let it be a part of the row, or new.
func (s *Sorter[T]) Add(rows ...T) error {
	if err := s.core.filling(); err != nil {
		return err
	}
	for len(rows) > 0 {
		if s.rows == nil {
			s.rows = make([]T, 0, batchRows)
		}
		n := min(len(rows), batchRows-len(s.rows))
		s.rows = append(s.rows, rows[:n]...)
		rows = rows[n:]
		if len(s.rows) < batchRows {
			return nil
		}
		if err := s.give(); err != nil {
			return s.core.fail(err)
		}
	}
	return nil
}

// Filler makes a part of the sorter for one goroutine to fill. No more can be made
// once the rows are read.
func (s *Sorter[T]) Filler() *Filler[T] { return &Filler[T]{s: s, f: s.core.filler()} }

// Sort ends the adding. Parts of the work are given to each, which may run them at
// the same time; nil is all cores.
func (s *Sorter[T]) Sort(each Each) (*Sorted[T], error) {
	if err := s.core.filling(); err != nil {
		return nil, err
	}
	if err := s.endAdding(); err != nil {
		return nil, s.core.fail(err)
	}
	if err := s.core.end(); err != nil { // of a filler
		return nil, err
	}
	if each == nil {
		each = s.each
	}
	out, err := s.core.finish(s.workers(), each)
	if err != nil {
		return nil, s.core.fail(err)
	}
	o := &Sorted[T]{s: s}
	o.mu.memory, o.mu.ranges = out.memory, out.ranges
	return o, nil
}

// All sorts the rows and yields them in order, once. A failure is the last pair:
// an error beside the zero row. When the loop is over, whatever it was ended by,
// so are the goroutines that it has started; the sorter is still to be closed.
func (s *Sorter[T]) All() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		sorted, err := s.Sort(nil)
		if err != nil {
			yield(zero, err)
			return
		}
		if err := readAll(sorted, s.workers(), yield); err != nil {
			yield(zero, err)
		}
	}
}

// Close removes the temporary files and frees the memory. It may be called again.
func (s *Sorter[T]) Close() error {
	if !s.core.closing() {
		return nil
	}
	if s.feed != nil {
		_ = s.feed.stop(true) // the rows are not wanted
	}
	return s.core.close()
}

// Stats is what a sorter has done so far.
type Stats struct {
	Rows       int64 // that were sorted
	Runs       int64 // that were written
	RunBytes   int64 // of records in them
	DiskBytes  int64 // that they took, compressed
	DiskAtMost int64 // bytes on disk at one time, at most
	Passes     int64 // over the runs; the last one gives the rows out
	FanIn      int64 // of that one: runs that were merged at a time
}

// Stats returns what the sorter has done. It may be called from any goroutine.
func (s *Sorter[T]) Stats() Stats {
	c := &s.core.stats
	return Stats{
		Rows: c.rows.Load(), Runs: c.runs.Load(), RunBytes: c.raw.Load(), DiskBytes: c.stored.Load(),
		DiskAtMost: s.core.disk.peak.Load(), Passes: c.passes.Load(), FanIn: c.fanIn.Load(),
	}
}

func (s *Sorter[T]) workers() int {
	if s.core.cfg.Workers > 0 {
		return s.core.cfg.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// each is the Each of a sorter that is used alone.
func (s *Sorter[T]) each(n int, f func(i int) error) error {
	var g errgroup.Group
	g.SetLimit(s.workers())
	for i := range n {
		g.Go(func() error { return guarded(func() error { return f(i) }) })
	}
	return g.Wait()
}
