package exec

import (
	"slices"
	"sort"

	"anabranch.dev/spill"
)

// Ranges cuts what was sorted in several processes into ranges of the order, by the first
// rows of parcels, and says which parcels have rows of a range. Rows are as their codec
// has them.
type Ranges interface {
	// Cut chooses the bounds of at most n ranges that have about as many bytes each: the
	// least row of each but the first.
	Cut(firsts [][]byte, sizes []int, n int) (bounds [][]byte, err error)
	// Find returns which of the parcels of a sorted run have rows of a range, as those
	// from the first number on and before the second. nil bounds are open.
	Find(firsts [][]byte, from, to []byte) (first, end int, err error)
	// Receive is the body of a source of the rows of a range, of parcels that may have
	// others.
	Receive(in Inlet, from, to []byte) (Body, error)
	// Merge is the body of a source of all rows, of runs that are all there.
	Merge(runs Runs) Body
}

type ranges[T any] struct{ order spill.Order[T] }

// A rowRange is the rows of an order from one on, and before another; nil is open.
type rowRange[T any] struct {
	order    spill.Order[T]
	from, to *T
}

func decoded[T any](firsts [][]byte) ([]T, error) {
	c, err := spill.CodecFor[T]()
	if err != nil {
		return nil, err
	}
	rows := make([]T, len(firsts))
	for i, b := range firsts {
		if rows[i], _, err = c.Decode(b); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// sample is the first row of a parcel, and how many bytes that has.
type sample[T any] struct {
	row  T
	at   int
	size int
}

func (r ranges[T]) Cut(firsts [][]byte, sizes []int, n int) (bounds [][]byte, err error) {
	rows, err := decoded[T](firsts)
	if err != nil {
		return nil, err
	}
	all, total := make([]sample[T], len(rows)), 0
	for i, v := range rows {
		all[i] = sample[T]{v, i, sizes[i]}
		total += sizes[i]
	}
	slices.SortStableFunc(all, func(a, b sample[T]) int { return r.order.Compare(a.row, b.row) })
	sum := 0
	var last *T
	for i := range all {
		s := &all[i]
		if sum >= total/n*(len(bounds)+1) && len(bounds) < n-1 && sum > 0 && (last == nil || r.order.Compare(*last, s.row) < 0) {
			bounds = append(bounds, firsts[s.at])
			last = &s.row
		}
		sum += s.size
	}
	return bounds, nil
}

func (r ranges[T]) within(from, to []byte) (*rowRange[T], error) {
	in := &rowRange[T]{order: r.order}
	for _, b := range []struct {
		row []byte
		to  **T
	}{{from, &in.from}, {to, &in.to}} {
		if b.row == nil {
			continue
		}
		rows, err := decoded[T]([][]byte{b.row})
		if err != nil {
			return nil, err
		}
		*b.to = &rows[0]
	}
	return in, nil
}

func (r ranges[T]) Find(firsts [][]byte, from, to []byte) (first, end int, err error) {
	rows, err := decoded[T](firsts)
	if err != nil {
		return 0, 0, err
	}
	in, err := r.within(from, to)
	if err != nil {
		return 0, 0, err
	}
	first, end = in.find(rows)
	return max(first-1, 0), end, nil // the one before may have such rows behind its first
}

// find returns which of rows in order are in the range.
func (r *rowRange[T]) find(rows []T) (first, end int) {
	end = len(rows)
	if r.from != nil {
		first = sort.Search(end, func(i int) bool { return r.order.Compare(rows[i], *r.from) >= 0 })
	}
	if r.to != nil {
		end = first + sort.Search(end-first, func(i int) bool { return r.order.Compare(rows[first+i], *r.to) >= 0 })
	}
	return first, end
}

// trim returns those of rows in order that are in the range.
func (r *rowRange[T]) trim(rows []T) []T {
	first, end := 0, len(rows)
	if r.from != nil && r.order.Compare(rows[0], *r.from) < 0 || r.to != nil && r.order.Compare(rows[end-1], *r.to) >= 0 {
		first, end = r.find(rows)
	}
	return rows[first:end]
}

func (r ranges[T]) Merge(runs Runs) Body { return mergeRuns(r.order, runs) }

func (r ranges[T]) Receive(in Inlet, from, to []byte) (Body, error) {
	within, err := r.within(from, to)
	return receive(in, within), err
}
