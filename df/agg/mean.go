package agg

import "math"

// Mean is the arithmetic mean, from a [FloatSum]: the same bits for every order
// of rows, and no overflow on the way. Whole numbers beyond 2^53 are rounded to
// float64 first. For no rows it is NaN.
//
// Its accumulator has 64 bytes. When there are many millions of groups of whole
// numbers, a Combine of [Count] and [Sum] has 16.
func Mean[T any, N Number](f func(T) N) Func[T, FloatMean, float64] {
	mustFunc(f == nil, "Mean")
	return func() Def[T, FloatMean, float64] {
		return Def[T, FloatMean, float64]{
			Add: func(a *FloatMean, v T) {
				a.sum.Add(float64(f(v)))
				a.n++
			},
			Merge: func(dst, src *FloatMean) {
				dst.sum.Merge(&src.sum)
				dst.n += src.n
			},
			Result: (*FloatMean).result,
		}
	}
}

// FloatMean is the accumulator of [Mean].
type FloatMean struct {
	sum FloatSum
	n   int64
}

func (a *FloatMean) result() float64 {
	if a.sum.b.special != 0 {
		return a.sum.b.limit()
	}
	m, e := a.sum.b.rounded()
	return math.Ldexp(m/float64(a.n), e)
}
