package df

import (
	"iter"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// The verbs of this file take streams for sets of rows, or for multisets, in which
// rows may be there several times. Rows are equal as keys are: by ==, and NaN equals
// NaN. They come in no order.

// Intersect gives the rows that are in both streams, each once.
func Intersect[T comparable](s, other Stream[T]) Stream[T] {
	return counted("Intersect", "intersect", s, other, func(n, m int64) int64 { return min(n, m, 1) })
}

// IntersectAll gives the rows that are in both streams, as often as they are in the
// one that has fewer of them.
func IntersectAll[T comparable](s, other Stream[T]) Stream[T] {
	return counted("IntersectAll", "intersect all", s, other, func(n, m int64) int64 { return min(n, m) })
}

// Subtract gives the rows of s that are not in other, each once.
func Subtract[T comparable](s, other Stream[T]) Stream[T] {
	return counted("Subtract", "subtract", s, other, func(n, m int64) int64 {
		if m > 0 {
			return 0
		}
		return min(n, 1)
	})
}

// SubtractAll gives the rows of s, as much more often as they are in s than in
// other.
func SubtractAll[T comparable](s, other Stream[T]) Stream[T] {
	return counted("SubtractAll", "subtract all", s, other, func(n, m int64) int64 { return max(n-m, 0) })
}

// sideOf is a row of one of two streams.
type sideOf[T any] struct {
	row  T
	side int
}

// counted gives each row as often as times says, of how often it is in two streams.
func counted[T comparable](verb, op string, s, other Stream[T], times func(n, m int64) int64) Stream[T] {
	a, b := s.in(verb), other.in(verb)
	sides := exec.RowsOf[sideOf[T]]()
	on := func(side int, in *plan.Node) *plan.Node {
		return narrowNode("map", sides, exec.Map(func(v T) sideOf[T] { return sideOf[T]{v, side} }), in)
	}
	counts := exec.Accumulate[sideOf[T], [2]int64]{
		Add: func(n *[2]int64, v sideOf[T]) { n[v.side]++ },
		Merge: func(dst, src *[2]int64) {
			dst[0] += src[0]
			dst[1] += src[1]
		},
	}
	groups := keyedNode(verb, op, "", concatNode(sides, on(0, a), on(1, b)), func(v sideOf[T]) T { return v.row }, counts,
		func(v T, n *[2]int64) KV[T, int64] { return KV[T, int64]{v, times(n[0], n[1])} })
	return narrow[T]("flat map", exec.FlatMap(func(kv KV[T, int64]) iter.Seq[T] {
		return func(yield func(T) bool) {
			for n := kv.Value; n > 0 && yield(kv.Key); n-- {
			}
		}
	}), groups)
}
