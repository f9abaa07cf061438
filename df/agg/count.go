package agg

import "anabranch.dev/internal/held"

// Count counts rows. It is passed uncalled:
//
//	df.AggregateBy(orders, customer, agg.Count)
func Count[T any]() Def[T, int64, int64] {
	return Def[T, int64, int64]{
		Add: func(n *int64, _ T) { *n++ },
		AddBatch: func(to Groups[int64], _ []T) {
			for i := range to.Len() {
				*to.At(i)++
			}
		},
		Merge:  func(dst, src *int64) { *dst += *src },
		Result: func(n *int64) int64 { return *n },
	}
}

// Value is the accumulator of [Min], [Max] and [Reduce]: one value, once there
// is one.
type Value[V any] struct {
	v  V
	ok bool
}

// Reduce folds rows with f, which must be associative and commutative: it is
// called on rows and partial results in an order of the engine's choosing. For
// no rows the result is the zero T.
func Reduce[T any](f func(T, T) T) Func[T, Value[T], T] {
	mustFunc(f == nil, "Reduce")
	return reduceValues(func(v T) T { return v }, f, nil)
}

// reduceValues folds what key reads from the rows. batch does so for many, or is nil.
func reduceValues[T, V any](key func(T) V, f func(V, V) V, batch func(Groups[Value[V]], []T)) Func[T, Value[V], V] {
	add := func(a *Value[V], v V) {
		if a.ok {
			v = f(a.v, v)
		}
		*a = Value[V]{v, true}
	}
	return func() Def[T, Value[V], V] {
		return Def[T, Value[V], V]{
			Add:      func(a *Value[V], v T) { add(a, key(v)) },
			AddBatch: batch,
			Merge: func(dst, src *Value[V]) {
				if src.ok {
					add(dst, src.v)
				}
			},
			Result: func(a *Value[V]) V { return a.v },
			Size:   held.Of[Value[V]](),
		}
	}
}
