package df

import (
	"iter"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// GroupBy gives the rows of each key, in the order of s, to f, which appends what it
// makes of them to dst and returns that; it may keep neither dst nor rows. rows can
// be read once, while f runs, and need not be read to the end. The groups come in no
// order, and each may be larger than memory.
//
// Where an aggregate does it, [AggregateBy] is several times faster, since it needs
// not bring all rows of a key together. Rows must have a codec (see
// [spill.CodecFor]).
func GroupBy[T any, K comparable, R any](s Stream[T], key func(T) K, f func(dst []R, k K, rows iter.Seq[T]) []R) Stream[R] {
	need("GroupBy", key != nil && f != nil)
	in := s.in("GroupBy")
	writable[T]("GroupBy")
	isKey[K]("GroupBy")
	each := func(dst []R, k K, next func() *T, _ func([]R) []R) []R { return f(dst, k, rowsOf(next)) }
	return breaker[R]("group by", "", plan.NoOrder, exec.GroupBy(key, Order[T]{}, each), in).shared(exec.ShareGroups(key))
}

// rowsOf is the rows that next returns, until it returns nil.
func rowsOf[T any](next func() *T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for row := next(); row != nil && yield(*row); row = next() {
		}
	}
}
