package agg

import (
	"cmp"

	"anabranch.dev/internal/held"
)

// Top is the first n rows in the order of compare, in that order, rows that
// compare equal in the order of the input. compare is as for slices.SortFunc;
// for the greatest rows turn it round. For no rows the result is nil.
//
// It keeps at most n rows in a heap, so a row costs one comparison when it is
// not among them and log2(n) when it is.
//
//go:noinline
func Top[T any](n int, compare func(a, b T) int) Func[T, []Placed[T], []T] {
	mustFunc(compare == nil, "Top")
	if n < 0 {
		panic("agg.Top: negative number of rows")
	}
	order := func(a, b Placed[T]) int {
		return cmp.Or(compare(a.row, b.row), a.at.Compare(b.at))
	}
	add := func(a *[]Placed[T], p Placed[T]) {
		switch {
		case len(*a) < n:
			*a = append(*a, p)
			siftUp(*a, order)
		case n > 0 && order(p, (*a)[0]) < 0:
			(*a)[0] = p
			siftDown(*a, order)
		}
	}
	return func() Def[T, []Placed[T], []T] {
		return Def[T, []Placed[T], []T]{
			AddAt: func(a *[]Placed[T], v T, at Stamp) { add(a, Placed[T]{v, at}) },
			Merge: func(dst, src *[]Placed[T]) {
				for _, p := range *src {
					add(dst, p)
				}
			},
			Result: func(a *[]Placed[T]) []T {
				sortHeap(*a, order)
				return strip(*a)
			},
			Size: held.Of[[]Placed[T]](),
		}
	}
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
