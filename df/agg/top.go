package agg

import (
	"cmp"

	"anabranch.dev/internal/held"
)

// Top is the first n rows in the order of compare, in that order, rows that
// compare equal in the order of the input. compare is as for slices.SortFunc;
// for the greatest rows turn it round. For no rows the result is nil.
//
// It keeps at most n rows in a heap, and the last of them once more beside it, so
// a row costs one comparison, and no look into the heap, when it is not among them
// and log2(n) when it is.
//
//go:noinline
func Top[T any](n int, compare func(a, b T) int) Func[T, TopRows[T], []T] {
	mustFunc(compare == nil, "Top")
	if n < 0 {
		misuse("Top", "negative number of rows")
	}
	order := func(a, b Placed[T]) int {
		return cmp.Or(compare(a.row, b.row), a.at.Compare(b.at))
	}
	add := func(a *TopRows[T], v T, at Stamp) {
		if a.full { // nearly always, and then most rows come after the last
			if c := compare(v, a.last.row); c > 0 || c == 0 && !at.Before(a.last.at) {
				return
			}
		}
		switch p := (Placed[T]{v, at}); {
		case a.full:
			a.heap[0] = p
			siftDown(a.heap, order)
		case n > 0:
			a.heap = append(a.heap, p)
			siftUp(a.heap, order)
			a.full = len(a.heap) == n
		}
		if a.full {
			a.last = a.heap[0]
		}
	}
	return func() Def[T, TopRows[T], []T] {
		return Def[T, TopRows[T], []T]{
			AddAt: add,
			Merge: func(dst, src *TopRows[T]) {
				for _, p := range src.heap {
					add(dst, p.row, p.at)
				}
			},
			Result: func(a *TopRows[T]) []T {
				sortHeap(a.heap, order)
				return strip(a.heap)
			},
			Size: held.Of[TopRows[T]](),
		}
	}
}

// TopRows is the accumulator of [Top].
type TopRows[T any] struct {
	heap []Placed[T] // its root comes last
	full bool        // there are as many as are wanted
	last Placed[T]   // a copy of the root, once the heap is full
}

// sortHeap sorts a binary heap. It is a few lines over siftDown and not a sort of
// package slices, of which seven functions would be compiled for every type of
// rows.
func sortHeap[E any](h []E, order func(a, b E) int) {
	for n := len(h) - 1; n > 0; n-- {
		h[0], h[n] = h[n], h[0]
		siftDown(h[:n], order)
	}
}

// siftUp puts the last element of h, a binary heap but for that, in its place:
// the root comes last in order.
func siftUp[E any](h []E, order func(a, b E) int) {
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if order(h[i], h[up]) <= 0 {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

// siftDown puts the root of h, a binary heap but for that, in its place.
func siftDown[E any](h []E, order func(a, b E) int) {
	for i, down := 0, 1; down < len(h); down = 2*i + 1 {
		if right := down + 1; right < len(h) && order(h[right], h[down]) > 0 {
			down = right
		}
		if order(h[down], h[i]) <= 0 {
			return
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
}
