package agg

import "cmp"

// Min is the least of what f reads from the rows, as the built-in min has it: a
// NaN wins, and -0 is below 0. For no rows it is the zero V.
func Min[T any, V cmp.Ordered](f func(T) V) Func[T, Value[V], V] {
	mustFunc(f == nil, "Min")
	return reduceValues(f, lower[V], func(to Groups[Value[V]], rows []T) {
		for i := range rows {
			v, a := f(rows[i]), to.At(i)
			if a.ok {
				v = lower(a.v, v)
			}
			*a = Value[V]{v, true}
		}
	})
}

// Max is the greatest of what f reads from the rows, as the built-in max has it:
// a NaN wins, and 0 is above -0. For no rows it is the zero V.
func Max[T any, V cmp.Ordered](f func(T) V) Func[T, Value[V], V] {
	mustFunc(f == nil, "Max")
	return reduceValues(f, higher[V], func(to Groups[Value[V]], rows []T) {
		for i := range rows {
			v, a := f(rows[i]), to.At(i)
			if a.ok {
				v = higher(a.v, v)
			}
			*a = Value[V]{v, true}
		}
	})
}

// lower and higher are min and max with the usual case first: the built-ins are
// slow on floats for the sake of NaN and -0.

func lower[V cmp.Ordered](a, b V) V {
	if a < b {
		return a
	}
	return min(a, b)
}

func higher[V cmp.Ordered](a, b V) V {
	if a > b {
		return a
	}
	return max(a, b)
}

// Range is the result of [MinMax].
type Range[V any] struct{ Min, Max V }

// MinMax is both [Min] and [Max].
func MinMax[T any, V cmp.Ordered](f func(T) V) Func[T, Value[Range[V]], Range[V]] {
	mustFunc(f == nil, "MinMax")
	widen := func(a *Value[Range[V]], r Range[V]) {
		if a.ok {
			r = Range[V]{lower(a.v.Min, r.Min), higher(a.v.Max, r.Max)}
		}
		*a = Value[Range[V]]{r, true}
	}
	return func() Def[T, Value[Range[V]], Range[V]] {
		return Def[T, Value[Range[V]], Range[V]]{
			Add: func(a *Value[Range[V]], v T) {
				x := f(v)
				if a.ok && a.v.Min < x && x < a.v.Max { // nearly always
					return
				}
				widen(a, Range[V]{x, x})
			},
			Merge: func(dst, src *Value[Range[V]]) {
				if src.ok {
					widen(dst, src.v)
				}
			},
			Result: func(a *Value[Range[V]]) Range[V] { return a.v },
		}
	}
}

// MinBy is the row with the least key, the first in the input among equal ones.
// A NaN wins, as in [Min], and -0 equals 0. For no rows it is the zero T.
func MinBy[T any, V cmp.Ordered](key func(T) V) Func[T, Extreme[T, V], T] {
	mustFunc(key == nil, "MinBy")
	return extreme(key, cmp.Less[V])
}

// MaxBy is the row with the greatest key, the first in the input among equal
// ones. A NaN wins, as in [Max], and -0 equals 0. For no rows it is the zero T.
func MaxBy[T any, V cmp.Ordered](key func(T) V) Func[T, Extreme[T, V], T] {
	mustFunc(key == nil, "MaxBy")
	return extreme(key, func(a, b V) bool { return a > b || a != a && b == b })
}

// Extreme is the accumulator of [MinBy] and [MaxBy].
type Extreme[T, V any] struct {
	row T
	key V
	at  Stamp
	ok  bool
}

// extreme keeps the row whose key wins over all others.
func extreme[T any, V cmp.Ordered](key func(T) V, wins func(a, b V) bool) Func[T, Extreme[T, V], T] {
	// better reports whether a row with key k from place at takes the place of
	// the one in a.
	better := func(k V, at Stamp, a *Extreme[T, V]) bool {
		return !a.ok || wins(k, a.key) || !wins(a.key, k) && at.Before(a.at)
	}
	return func() Def[T, Extreme[T, V], T] {
		return Def[T, Extreme[T, V], T]{
			AddAt: func(a *Extreme[T, V], v T, at Stamp) {
				if k := key(v); better(k, at, a) {
					*a = Extreme[T, V]{v, k, at, true}
				}
			},
			Merge: func(dst, src *Extreme[T, V]) {
				if src.ok && better(src.key, src.at, dst) {
					*dst = *src
				}
			},
			Result: func(a *Extreme[T, V]) T { return a.row },
		}
	}
}
