package spill

import "iter"

// A Sorter sorts rows of any number in limited memory.
//
// Rows are added by one goroutine with [Sorter.Add], or by several, each with a
// [Sorter.Filler] of its own. They are then read with [Sorter.All], or in parts with
// [Sorter.Sort]. Close must be called in the end, and ends everything at any time.
type Sorter[T any] struct {
	core  sorter
	order Order[T]
	codec Codec[T]
	form  *form // that codec goes by; may be nil
	text  bool  // rows are strings, stored without their length

	feed *feed // of Add; nil until there is a full batch
	rows []T   // added, and not in a filler yet
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
	s := &Sorter[T]{order: order, codec: codec, form: formIn(codec)}
	s.text = s.form != nil && s.form.text
	s.core.init(c)
	if order.columns == nil {
		s.core.kind = byPlain
		order.plain(s)
		return s
	}
	s.core.byColumns(len(order.columns), order.columns[0].columnForm)
	s.core.keepBare(s.form, order.columns[0].columnForm)
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
	out, err := s.core.sort(s.endAdding, each)
	if err != nil {
		return nil, err
	}
	return &Sorted[T]{s, out}, nil
}

// All sorts the rows and yields them in order, once. A failure is the last pair:
// an error beside the zero row. When the loop is over, whatever it was ended by,
// so are the goroutines that it has started; the sorter is still to be closed.
func (s *Sorter[T]) All() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		sorted, err := s.Sort(nil)
		if err == nil {
			err = sorted.readAll(yield)
		}
		if err != nil {
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
func (s *Sorter[T]) Stats() Stats { return s.core.total() }
