package df

import (
	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
	"anabranch.dev/spill"
)

// The verbs of this file keep rows as bytes, written by the codec of their type
// (see [spill.CodecFor]): a plan with rows that have none, as those that hold
// channels, functions or interfaces, panics where it is built. What does not fit
// the run's memory is written to temporary files.

// Sort gives the rows in order o. Rows that o holds equal stay in the order of
// the stream.
//
// The functions in o are called once for each row, from several goroutines; on a
// cluster (see [On]) once where rows are sorted, and again where they are merged.
func Sort[T any](s Stream[T], o Order[T]) Stream[T] {
	ordered("Sort", o)
	return sorted("Sort", "sort", s, o)
}

// SortBy gives the rows in ascending order of their keys: it is [Sort] with
// [Asc].
func SortBy[T any, K Sortable](s Stream[T], key func(T) K) Stream[T] {
	need("SortBy", key != nil)
	return sorted("SortBy", "sort by", s, Asc(key))
}

// SortFunc gives the rows in the order of a comparison such as [cmp.Compare],
// which must be a strict weak order. It is several times slower than [Sort],
// which knows more of an order than how two rows compare.
func SortFunc[T any](s Stream[T], compare func(a, b T) int) Stream[T] {
	need("SortFunc", compare != nil)
	return sorted("SortFunc", "sort func", s, spill.By(compare))
}

func sorted[T any](verb, op string, s Stream[T], o Order[T]) Stream[T] {
	in := s.in(verb)
	writable[T](verb)
	return breaker[T](op, "", plan.Sorted, exec.Sort(o), in).shared(exec.ShareSort(o))
}

// writable panics unless rows of type T can be written to disk.
func writable[T any](verb string) {
	if _, err := spill.CodecFor[T](); err != nil {
		misuse(verb, "%v", err)
	}
}

// MergeSorted puts streams that are each in order o already together in that
// order; rows that o holds equal come in the order of the streams. A stream that
// is not in order fails the run with [ErrNotSorted].
//
// A run reads its inputs one after the other, so the rows are kept as those of
// [Sort] are, in memory or in temporary files. The number of streams is not
// limited.
func MergeSorted[T any](o Order[T], streams ...Stream[T]) Stream[T] {
	ordered("MergeSorted", o)
	if len(streams) == 0 {
		misuse("MergeSorted", "no streams")
	}
	writable[T]("MergeSorted")
	var inputs []*plan.Node
	for _, s := range streams {
		in := s.in("MergeSorted")
		keeps("MergeSorted", in)
		inputs = append(inputs, in)
	}
	return breaker[T]("merge sorted", "", plan.Sorted, exec.MergeSorted(o, len(inputs)), inputs...)
}
