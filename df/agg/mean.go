package agg

import "math"

// Mean is the arithmetic mean, from a [FloatSum]: the same bits for every order
// of rows, and no overflow on the way. Whole numbers beyond 2^53 are rounded to
// float64 first. For no rows it is NaN.
//
// Its accumulator has 64 bytes; that of [FastMean] has 16.
func Mean[T any, N Number](f func(T) N) Func[T, FloatMean, float64] {
	mustFunc(f == nil, "Mean")
	return func() Def[T, FloatMean, float64] {
		return Def[T, FloatMean, float64]{
			Add: func(a *FloatMean, v T) {
				a.sum.Add(float64(f(v)))
				a.n++
			},
			AddBatch: func(to Groups[FloatMean], rows []T) {
				for i := range rows {
					a := to.At(i)
					a.sum.Add(float64(f(rows[i])))
					a.n++
				}
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

// FastMean is the arithmetic mean from plain additions: an accumulator of 16 bytes in
// place of [Mean]'s 64. As with [FastSum], the last digits of a mean of fractions depend
// on the order of additions; whole numbers are exact until their sum reaches 2^53. For
// no rows it is NaN.
func FastMean[T any, N Number](f func(T) N) Func[T, PlainMean, float64] {
	mustFunc(f == nil, "FastMean")
	return func() Def[T, PlainMean, float64] {
		return Def[T, PlainMean, float64]{
			Add: func(a *PlainMean, v T) {
				a.sum += float64(f(v))
				a.n++
			},
			AddBatch: func(to Groups[PlainMean], rows []T) {
				for i := range rows {
					a := to.At(i)
					a.sum += float64(f(rows[i]))
					a.n++
				}
			},
			Merge: func(dst, src *PlainMean) {
				dst.sum += src.sum
				dst.n += src.n
			},
			Result: func(a *PlainMean) float64 { return a.sum / float64(a.n) },
		}
	}
}

// PlainMean is the accumulator of [FastMean].
type PlainMean struct {
	sum float64
	n   int64
}

func (a *FloatMean) result() float64 {
	if a.sum.b.special != 0 {
		return a.sum.b.limit()
	}
	m, e := a.sum.b.rounded()
	return math.Ldexp(m/float64(a.n), e)
}
