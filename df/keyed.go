package df

import (
	"fmt"
	"reflect"

	"anabranch.dev/df/agg"
	"anabranch.dev/exec"
	"anabranch.dev/internal/hashtable"
	"anabranch.dev/internal/plan"
)

// The verbs of this file put rows of equal key together. Keys are equal by ==,
// and NaN equals NaN. Keys may be of any comparable type that has no pointers or
// channels in it; what a stream of any type but interfaces and structs with
// floats is keyed by takes a fast path. The groups come in no order. What
// does not fit the run's memory goes to temporary files, unless keys or what is kept of
// rows cannot be written, as interfaces.

// KV is a key and what belongs to it.
type KV[K comparable, V any] struct {
	Key   K
	Value V
}

// Self returns its argument: for verbs that want a key and rows that are one.
func Self[T any](v T) T { return v }

// keyed is a stream of what is made of each group of rows.
func keyed[T any, K comparable, A, R any](verb, op, detail string, s Stream[T], key func(T) K, acc exec.Accumulate[T, A], row func(K, *A) R) Stream[R] {
	need(verb, key != nil)
	return Stream[R]{keyedNode(verb, op, detail, s.in(verb), key, acc, row)}
}

func keyedNode[T any, K comparable, A, R any](verb, op, detail string, in *plan.Node, key func(T) K, acc exec.Accumulate[T, A], row func(K, *A) R) *plan.Node {
	keepsIn[A](verb, in)
	isKey[K](verb)
	n := breakerNode(op, detail, plan.NoOrder, exec.RowsOf[R](), exec.Keyed(key, acc, row), in)
	n.Share = exec.ShareKeyed(key, acc, row)
	return n
}

// isKey panics unless values of type K can be keys.
func isKey[K any](verb string) {
	if err := hashtable.CheckKey(reflect.TypeFor[K]()); err != nil {
		misuse(verb, "%v", err)
	}
}

// CountBy counts the rows of each key.
func CountBy[T any, K comparable](s Stream[T], key func(T) K) Stream[KV[K, int64]] {
	return keyed("CountBy", "count by", "", s, key, exec.CountRows[T](), func(k K, n *int64) KV[K, int64] {
		return KV[K, int64]{k, *n}
	})
}

// AggregateBy folds the rows of each key into one value. Package df/agg has the
// aggregates.
func AggregateBy[T any, K comparable, A, R any](s Stream[T], key func(T) K, f agg.Func[T, A, R]) Stream[KV[K, R]] {
	acc, result := accumulate("AggregateBy", f)
	return keyed("AggregateBy", "aggregate by", "", s, key, acc, func(k K, a *A) KV[K, R] {
		return KV[K, R]{k, result(a)}
	})
}

// ReduceBy puts the rows of each key together with f, two at a time. f must be
// associative and commutative; for one that is not, see [agg.Collect].
func ReduceBy[T any, K comparable](s Stream[T], key func(T) K, f func(T, T) T) Stream[KV[K, T]] {
	need("ReduceBy", f != nil)
	acc, result := accumulate("ReduceBy", agg.Reduce(f))
	return keyed("ReduceBy", "reduce by", "", s, key, acc, func(k K, a *agg.Value[T]) KV[K, T] {
		return KV[K, T]{k, result(a)}
	})
}

// DistinctBy keeps of each key the row that came first. The rows come in no
// order.
func DistinctBy[T any, K comparable](s Stream[T], key func(T) K) Stream[T] {
	acc, result := accumulate("DistinctBy", agg.First[T])
	return keyed("DistinctBy", "distinct by", "", s, key, acc, func(_ K, a *agg.Kept[T]) T { return result(a) })
}

// TopBy gives, of each key, the first n rows in order o, sorted; rows that o
// holds equal are in the order of the input.
func TopBy[T any, K comparable](s Stream[T], key func(T) K, n int, o Order[T]) Stream[KV[K, []T]] {
	if n < 1 {
		misuse("TopBy", "%d rows of each key: at least one is needed", n)
	}
	ordered("TopBy", o)
	acc, result := accumulate("TopBy", agg.Top(n, o.Compare))
	return keyed("TopBy", "top by", fmt.Sprint(n), s, key, acc, func(k K, a *agg.TopRows[T]) KV[K, []T] {
		return KV[K, []T]{k, result(a)}
	})
}
