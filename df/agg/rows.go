package agg

import (
	"slices"
	"unsafe"

	"anabranch.dev/internal/held"
)

// Placed is a row with its place in the input, as [Collect] and [Top] keep it.
type Placed[T any] struct {
	row T
	at  Stamp
}

// comparePlaced orders rows as the input does.
func comparePlaced[T any](a, b Placed[T]) int { return a.at.Compare(b.at) }

// inPlace returns the numbers up to n in the order of their places. It is one sort
// for all types of rows.
func inPlace(n int, at func(i int) Stamp) []int {
	order := make([]Placed[int], n)
	for i := range order {
		order[i] = Placed[int]{i, at(i)}
	}
	slices.SortFunc(order, comparePlaced)
	return strip(order)
}

// strip drops the places.
func strip[T any](rows []Placed[T]) []T {
	if len(rows) == 0 {
		return nil
	}
	out := make([]T, len(rows))
	for i := range rows {
		out[i] = rows[i].row
	}
	return out
}

// sliceSize is the number of bytes behind s, not counting what its elements
// point at.
func sliceSize[E any](s *[]E) int {
	var e E
	return cap(*s) * int(unsafe.Sizeof(e))
}

// Collect gathers all rows, in the order of the input. For no rows it is nil.
// While it runs each row takes 16 bytes more than its own size.
//
// Passed uncalled; together with [Of] it gathers a part of each row:
//
//	agg.Of(Order.ID, agg.Collect)
func Collect[T any]() Def[T, []Placed[T], []T] {
	return Def[T, []Placed[T], []T]{
		AddAt: func(a *[]Placed[T], v T, at Stamp) { *a = append(*a, Placed[T]{v, at}) },
		Merge: mergePlaced[T],
		Result: func(a *[]Placed[T]) []T {
			if slices.IsSortedFunc(*a, comparePlaced) {
				return strip(*a)
			}
			out := make([]T, len(*a))
			for to, from := range inPlace(len(*a), func(i int) Stamp { return (*a)[i].at }) {
				out[to] = (*a)[from].row
			}
			return out
		},
		Size: held.Of[[]Placed[T]](),
	}
}

// mergePlaced appends, the earlier part first: often no sorting is left to do.
func mergePlaced[T any](dst, src *[]Placed[T]) {
	if len(*dst) > 0 && len(*src) > 0 && (*src)[0].at.Before((*dst)[0].at) || len(*dst) == 0 {
		*dst, *src = *src, *dst
	}
	*dst = append(*dst, *src...)
}

// Kept is the accumulator of [First] and [Last]: one row, once there is one.
type Kept[T any] struct {
	row T
	at  Stamp
	ok  bool
}

// First is the row that comes first in the input. It is passed uncalled. For no
// rows it is the zero T.
func First[T any]() Def[T, Kept[T], T] {
	return keep(func(a *Kept[T], v T, at Stamp) {
		if !a.ok || at.Before(a.at) {
			*a = Kept[T]{v, at, true}
		}
	})
}

// Last is the row that comes last in the input. It is passed uncalled. For no
// rows it is the zero T.
func Last[T any]() Def[T, Kept[T], T] {
	return keep(func(a *Kept[T], v T, at Stamp) {
		if !a.ok || a.at.Before(at) {
			*a = Kept[T]{v, at, true}
		}
	})
}

func keep[T any](add func(a *Kept[T], v T, at Stamp)) Def[T, Kept[T], T] {
	return Def[T, Kept[T], T]{
		Size:  held.Of[Kept[T]](),
		AddAt: add,
		Merge: func(dst, src *Kept[T]) {
			if src.ok {
				add(dst, src.row, src.at)
			}
		},
		Result: func(a *Kept[T]) T { return a.row },
	}
}
